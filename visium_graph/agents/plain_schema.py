"""JSON schemas of answers, in the few words that every provider's structured output understands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

__all__ = ["Answer", "plain"]

_KEPT = ("$ref", "description", "type", "enum")


class Answer(BaseModel):
    """The base of what models answer.

    Reading is forgiving (what an answer has too much is ignored), since what matters is checked by the agent, which can
    say in words what is wrong. The schema that is sent along has types, names and enumerations only: providers compile it
    into a grammar, and bounds on lengths and numbers make that grammar too large for some of them.
    """

    model_config = ConfigDict(extra="ignore")

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The schema that is sent along."""
        return plain(super().model_json_schema(*args, **kwargs))


def plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON schema without bounds, titles, defaults, constants and discriminators; `kind` comes first in every object.

    A pair becomes a list of two, a constant an enumeration of one, `oneOf` becomes `anyOf`. Descriptions of whole objects
    go too: they are a model's docstring, written for readers of the code.
    """
    made = _plain(schema)
    if "$defs" in schema:
        made["$defs"] = {name: _plain(part) for name, part in schema["$defs"].items()}
    return made


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    made = {key: schema[key] for key in _KEPT if key in schema}
    if "const" in schema:
        made["enum"] = [schema["const"]]
    options = [_plain(option) for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))]
    # A field that may be left out need not be null as well.
    options = [option for option in options if option != {"type": "null"}]
    if len(options) == 1:
        return {**options[0], **made}
    if options:
        made["anyOf"] = options
    if "prefixItems" in schema:
        count = len(schema["prefixItems"])
        made |= {"items": _plain(schema["prefixItems"][0]), "minItems": count, "maxItems": count}
    elif "items" in schema:
        made["items"] = _plain(schema["items"])
    if "properties" in schema:
        made.pop("description", None)
        made["properties"] = {name: _plain(schema["properties"][name]) for name in _ordered(schema["properties"])}
        made["required"] = [name for name in made["properties"] if name in schema.get("required", ())]
    return made


def _ordered(names: Iterable[str]) -> list[str]:
    """What an object is comes before what it has: models write in this order."""
    return sorted(names, key=lambda name: name != "kind")
