"""The layouts as a model is told of them: what each one holds, in words and as the schema of its answer.

Both are made from `visium_graph.layouts`, so that they stay true. An answer differs from a layout in two ways: what the
script's material holds is named by its number, never typed again, and there are no free dictionaries.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter

from visium_graph.agents.plain_schema import plain
from visium_graph.layouts import Axis, Layout, Role

__all__ = ["SchemaOf", "answer_schema", "describe_layouts"]

_FROM_MATERIAL = {
    "FormulaStep": ("latex", "material"),
    "CodeLayout": ("source", "material"),
    "TableLayout": ("header", "material"),
    "TableRow": ("cells", "row"),
    "ImagePart": ("path", "material"),
}
"""Model -> the field that may be left out, and the number that stands for it."""
_NUMBERS = {
    "material": "number of the script's material to take it from",
    "row": "number of the row in that table, from 1",
}
_ROLES = list(get_args(Role))
_COLORS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"symbol": {"type": "string"}, "role": {"type": "string", "enum": _ROLES}},
        "required": ["symbol", "role"],
    },
}
_PAIR = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_SHARED: dict[str, dict[str, Any]] = {
    "Role": {"type": "string", "enum": _ROLES},
    "Pair": _PAIR,
    "Place": {"anyOf": [_PAIR, {"type": "string"}]},
}
"""What stands in many layouts and is said once."""
_UNTOLD = frozenset({"id", "kind", "together"})
"""Fields of a figure's and a plot's parts that are the same for all of them."""


class SchemaOf:
    """Gives a field that is read as plain data the schema of a layout: `Annotated[dict[str, Any], SchemaOf(Layout)]`.

    A layout that breaks a rule is then a fault of one scene, not of the whole answer.
    """

    def __init__(self, layout: Any) -> None:
        self._adapter: TypeAdapter[Any] = TypeAdapter(layout)

    def __get_pydantic_json_schema__(self, _: Any, handler: Any) -> Any:
        return handler(self._adapter.core_schema)


def answer_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The plain schema of an answer that holds layouts: numbers may stand for material, and nothing is said twice."""
    models = schema["$defs"]
    for name, (field, number) in _FROM_MATERIAL.items():
        models[name]["properties"] |= {number: {"type": "integer"}}
        models[name]["required"] = [item for item in models[name]["required"] if item != field]
    models["FormulaLayout"]["properties"]["colors"] = _COLORS
    models["CustomLayout"] |= {"required": ["kind", "brief"]}
    models["CustomLayout"]["properties"].pop("parts")
    made: dict[str, Any] = _sharing(plain(schema))
    made["$defs"] |= _SHARED
    return made


def _sharing(value: Any) -> Any:
    if isinstance(value, dict):
        shared = next((name for name, schema in _SHARED.items() if schema == value), None)
        return {"$ref": f"#/$defs/{shared}"} if shared else {name: _sharing(item) for name, item in value.items()}
    return [_sharing(item) for item in value] if isinstance(value, list) else value


@cache
def describe_layouts() -> str:
    """Every layout with its fields, defaults and limits, as Markdown."""
    schema = TypeAdapter(Layout).json_schema()
    models = {model.__name__: model for model in _models(Layout)}
    return "\n".join(line for option in schema["oneOf"] for line in _layout(_name(option), schema["$defs"], models))


def _layout(name: str, schemas: Mapping[str, Any], models: Mapping[str, type[BaseModel]]) -> list[str]:
    properties = schemas[name]["properties"]
    parts, kind = properties["parts"], properties["kind"]["const"]
    lines = [f"### {kind}", "", _sentence(schemas[name]), ""]
    lines += [f"- {field}" for field in _fields(schemas[name], models[name], without=frozenset({"parts", "kind"}))]
    if kind == "custom":  # its fallback has the parts
        return [*lines, ""]
    members = [_name(option) for option in parts["items"].get("oneOf", [parts["items"]])]
    bounds = f"{parts.get('minItems', 0)} to {parts['maxItems']}" if "maxItems" in parts else "any number"
    if len(members) == 1:
        lines.append(f"- parts ({bounds}), each: {'; '.join(_fields(schemas[members[0]], models[members[0]]))}")
    else:
        lines.append(f"- parts ({bounds}), each one of:")
        lines += [f"  - {_kinds(schemas[member])}: {_part(schemas[member], models[member])}" for member in members]
    return [*lines, ""]


def _part(schema: Mapping[str, Any], model: type[BaseModel]) -> str:
    return f"{_sentence(schema)} {'; '.join(_fields(schema, model, without=_UNTOLD))}"


def _fields(schema: Mapping[str, Any], model: type[BaseModel], without: frozenset[str] = frozenset()) -> Iterator[str]:
    notes = _notes(model)
    asked = schema.get("required", ())
    field, number = _FROM_MATERIAL.get(model.__name__, ("", ""))
    for name, item in schema["properties"].items():
        if name in without or name == "path":  # pictures are the document's own
            continue
        default = "" if name in asked else _default(item)
        text = f"`{name}` {_type(item)}{default}"
        yield f"{text} ({_clause(notes[name])})" if name in notes else text
    if number:
        yield f"`{number}` integer, instead of `{field}`: {_NUMBERS[number]}"


def _type(schema: Mapping[str, Any]) -> str:
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if options:
        several = len(options) > 1
        return " or ".join("id of a point" if several and "pattern" in option else _type(option) for option in options)
    if "enum" in schema or "const" in schema:
        return "role" if schema.get("enum") == _ROLES else "|".join(schema.get("enum") or [schema["const"]])
    if "$ref" in schema:
        return f"{{{', '.join(Axis.model_fields)}}}"
    if schema["type"] == "array":
        return "[number, number]" if "prefixItems" in schema else f"list of {_type(schema['items'])}"
    return _scalar(schema)


def _scalar(schema: Mapping[str, Any]) -> str:
    if schema["type"] == "object":
        return "list of {symbol, role}"
    if "pattern" in schema:
        return "id"
    bounds = f", {schema.get('minimum', 0)} to {schema['maximum']}" if schema.get("maximum", 1e9) < 1e9 else ""
    return str(schema["type"]).replace("string", "text") + bounds


def _default(schema: Mapping[str, Any]) -> str:
    value = schema.get("default")
    if value in (None, "", [], {}, [0.0, 0.0]):
        return ", optional"
    return f" = {str(value).lower() if isinstance(value, bool) else value}"


def _kinds(schema: Mapping[str, Any]) -> str:
    return f"`{_type(schema['properties']['kind'])}`"


def _sentence(schema: Mapping[str, Any]) -> str:
    return " ".join(schema["description"].split())


def _clause(note: str) -> str:
    """A docstring as it stands in brackets."""
    text = " ".join(note.split()).removesuffix(".")
    return text[0].lower() + text[1:] if text.split()[0].istitle() else text


def _name(reference: Mapping[str, str]) -> str:
    return reference["$ref"].rsplit("/", 1)[-1]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model that an annotation names, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
    for argument in get_args(annotation):
        yield from _models(argument)


@cache
def _notes(model: type[BaseModel]) -> dict[str, str]:
    """Docstrings under a model's fields, and under those that it inherits."""
    notes: dict[str, str] = {}
    for base in reversed(model.__mro__):
        notes |= _documented(base.__module__).get(base.__name__, {})
    return notes


@cache
def _documented(module: str) -> dict[str, dict[str, str]]:
    """Class -> field -> docstring of a module, read from its source: Python does not keep them."""
    if not module.startswith(__name__.partition(".")[0]):
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: dict(_documented_fields(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _documented_fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, note in zip(node.body, node.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(note, ast.Expr):
            yield field.target.id, ast.literal_eval(note.value)
