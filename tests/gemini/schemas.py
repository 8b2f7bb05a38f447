"""JSON schemas of answers: what the service takes, and an answer that fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

from tests.gemini.apierror import ApiError

_ROOM = 8  # as deep as a made-up answer goes into a schema that contains itself


def check(schema: Mapping[str, Any]) -> None:
    """Refuse what the service refuses.

    Raises:
        ApiError: It is no JSON schema, a reference leads nowhere or is accompanied, or a required property contains itself.
    """
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise _refusal(error.message) from error
    for part in _parts(schema):
        if "$ref" in part:
            _target(schema, part["$ref"])
            if any(not key.startswith("$") and key not in {"description", "default"} for key in part):
                raise ApiError(
                    400,
                    f"$ref '{part['$ref']}' was set alongside unsupported fields. "
                    "If a schema node has $ref set, then only description and default can be set alongside it",
                )
    _no_endless_requirement(schema, schema, ())


def fits(answer: Any, schema: Mapping[str, Any]) -> str | None:
    """None where the answer fits the schema, else what is wrong with it."""
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(answer))
    return None if error is None else f"{error.json_path}: {error.message}"


def example(schema: Mapping[str, Any], name: str = "text") -> Any:
    """The smallest answer that fits: strings are named after their property."""
    return _example(schema, schema, name, _ROOM)


def _refusal(message: str) -> ApiError:
    return ApiError(400, f"Invalid value at 'generation_config.response_json_schema': {message}")


def _parts(value: Any) -> Iterator[Mapping[str, Any]]:
    """A schema and every schema in it."""
    if isinstance(value, list):
        for item in value:
            yield from _parts(item)
    elif isinstance(value, dict):
        yield value
        for key in ("items", "prefixItems", "anyOf", "oneOf", "allOf", "additionalProperties"):
            yield from _parts(value.get(key))
        for key in ("properties", "$defs"):
            yield from _parts(list((value.get(key) or {}).values()))


def _target(root: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    found: Any = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        if step:
            found = found.get(step) if isinstance(found, dict) else None
    if not isinstance(found, dict) or not reference.startswith("#"):
        raise _refusal(f"reference {reference} leads nowhere")
    return found


def _no_endless_requirement(root: Mapping[str, Any], part: Mapping[str, Any], path: tuple[str, ...]) -> None:
    reference = part.get("$ref")
    if reference is not None:
        if reference in path:
            raise _refusal(f"{reference} requires itself")
        _no_endless_requirement(root, _target(root, reference), (*path, reference))
    for name in part.get("required") or ():
        if name in (part.get("properties") or {}):
            _no_endless_requirement(root, part["properties"][name], path)


def _example(root: Mapping[str, Any], part: Mapping[str, Any], name: str, room: int) -> Any:
    if "$ref" in part:
        return _example(root, _target(root, part["$ref"]), name, room - 1)
    for key in ("anyOf", "oneOf"):
        if key in part:
            return _example(root, part[key][0 if room > 0 else -1], name, room - 1)
    kind = part.get("type", "object" if "properties" in part else "string")
    kind = (kind[0] if isinstance(kind, list) else kind).lower()
    if kind == "object":
        shown = part.get("properties") or {}
        wanted = shown if room > 0 else {key: shown[key] for key in part.get("required") or ()}
        return {key: _example(root, item, key, room - 1) for key, item in wanted.items()}
    if kind == "array":
        count = part.get("minItems", 1 if room > 0 else 0)
        return [_example(root, part.get("items") or {}, name, room - 1) for _ in range(count)]
    return _scalar(part, kind, name)


def _scalar(part: Mapping[str, Any], kind: str, name: str) -> Any:
    if "const" in part or "enum" in part:
        return part.get("const", (part.get("enum") or [None])[0])
    if kind in {"number", "integer"}:
        return part.get("minimum", part.get("exclusiveMinimum", 0) + 1)
    if kind in {"boolean", "null"}:
        return False if kind == "boolean" else None
    return name.ljust(part.get("minLength", 0), ".")[: part.get("maxLength", 1000)]
