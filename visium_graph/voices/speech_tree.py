"""A formula's tree, tidied for reading aloud: mathra parses the LaTeX, brackets are paired here.

mathra keeps brackets as loose signs in a row, as they are printed. A reader needs them as groups, since "f of x",
"n factorial" and "the quantity a plus b" hang on what stands before and inside a bracket.
"""

# ruff: noqa: RUF001  # signs are the data of this module

from __future__ import annotations

import unicodedata
from typing import Any

__all__ = ["Node", "children", "is_operator", "is_simple", "tidy", "word_of"]

Node = dict[str, Any]
"""A node of mathra's tree (`type` and what belongs to it), or a `group`: `open`, `close`, `inner` (tidied nodes)."""

_OPEN, _CLOSE, _BARS = "([{⌊⌈⟨", ")]}⌋⌉⟩", "|‖∥"
_WRAPPERS = {"colored", "style", "framed", "smashed", "canceled", "forced-class", "multicolumn"}
_STRONG_CLASSES = {"bin", "rel"}


def children(node: Node | None) -> list[Node]:
    """The tidied nodes of a row; one node that is no row stands alone."""
    if node is None:
        return []
    return tidy(node.get("children", []) if node.get("type") == "row" and not word_of(node) else [node])


def tidy(nodes: list[Node]) -> list[Node]:
    """Drop spacing and styling, pair brackets and bars into `group` nodes."""
    done: list[Node] = []
    stack: list[tuple[str, list[Node]]] = []  # the open brackets and what stood before each
    for node in _flatten(nodes):
        symbol, scripts = _bracket(node)
        opens, closes = symbol in _OPEN and not scripts, symbol in _CLOSE
        if symbol in _BARS:
            # A bar closes the bar that is open; a bar that opens carries no exponent.
            closes = bool(stack) and stack[-1][0] == symbol
            opens = not closes and not scripts
        if not symbol or not (opens or closes):
            done.append(node)
        elif opens:
            stack.append((symbol, done))
            done = []
        else:
            while stack and stack[-1][0] in _BARS and symbol not in _BARS:
                done = _unpaired(stack, done)  # the bar of P(A|B) has no partner
            if stack:
                opener, before = stack.pop()
                done = [*before, _scripted(_group(opener, symbol, done), scripts)]
    while stack:
        done = _unpaired(stack, done)
    return done


def is_operator(node: Node | None, symbols: str = "") -> bool:
    """Whether the node is an operator sign (one of `symbols`, where given)."""
    return node is not None and node.get("type") == "operator" and (not symbols or node.get("symbol", "") in symbols)


def is_simple(nodes: list[Node]) -> bool:
    """Whether the nodes are heard as one thing: no sum, relation, list or fraction among them."""
    for place, node in enumerate(nodes):
        kind = node.get("type")
        if kind in {"fraction", "large-operator", "table", "pause"} or (
            kind == "group" and not is_simple(node["inner"])
        ):
            return False
        if (
            is_operator(node)
            and node.get("class") in _STRONG_CLASSES
            and not (place == 0 and is_operator(node, "−-+±"))
        ):
            return False
        if is_operator(node, ",;/"):
            return False
        if kind == "scripts" and not (is_simple(children(node.get("sub"))) and is_simple(children(node.get("sup")))):
            return False
    return len(nodes) <= 4


def word_of(node: Node) -> str | None:
    r"""The word that an upright run of letters spells (`\\mathrm{softmax}`), or the text of a `\\text{}`."""
    if node.get("type") == "text" and all(part.get("type") == "text" for part in node.get("parts", [])):
        return "".join(str(part.get("value", "")) for part in node["parts"])
    parts = node.get("children", []) if node.get("type") == "row" else []
    letters = [_upright(part) for part in parts]
    if len(letters) < 2 or not all(letters) or not letters[0].isalpha():
        return None
    return "".join(letters)


def _upright(node: Node) -> str:
    if node.get("type") == "identifier" and node.get("variant") in {"upright", "sans-serif", "monospace"}:
        return str(node["name"])
    if is_operator(node, "/-−·"):
        return str(node["symbol"])
    if node.get("type") == "scripts" and set(node) == {"type", "base", "sup"} and node["sup"].get("type") == "number":
        return _upright(node["base"]) + {"2": "²", "3": "³"}.get(node["sup"]["value"], "")
    return ""


def _flatten(nodes: list[Node]) -> list[Node]:
    flat: list[Node] = []
    for node in nodes:
        kind = node.get("type")
        if kind in _WRAPPERS:
            flat.extend(_flatten([node["base"]]))
        elif kind == "row":
            flat.extend([node] if word_of(node) else _flatten(node.get("children", [])))
        elif kind == "space":
            if node.get("em", 0) >= 1:
                flat.append({"type": "pause"})
        elif kind == "quantity":
            flat.extend(_flatten([node["unit"]]))
        elif kind == "stacked":
            flat.extend(_flatten([_unstack(node)]))
        elif kind == "delimited":
            flat.append(_from_fences(node))
        elif kind != "phantom":
            flat.append(_normal(node))
    return _join_thousands(flat)


def _join_thousands(nodes: list[Node]) -> list[Node]:
    """`1{,}000`: one number, that LaTeX's comma had to be kept from spacing."""
    joined: list[Node] = []
    for node in nodes:
        comma = len(joined) > 1 and is_operator(joined[-1], ",") and joined[-1].get("class") == "ord"
        if (
            comma
            and joined[-2].get("type") == node.get("type") == "number"
            and len(str(node["value"]).split(".")[0]) == 3
        ):
            joined[-2:] = [{"type": "number", "value": f"{joined[-2]['value']}{node['value']}"}]
        else:
            joined.append(node)
    return joined


def _normal(node: Node) -> Node:
    if node.get("type") == "identifier":
        return {**node, "name": unicodedata.normalize("NFKC", str(node.get("name", "")))}
    if node.get("type") == "scripts":
        base = _flatten([node["base"]]) if node.get("base") else []
        return {**node, "base": base[0] if len(base) == 1 else {"type": "row", "children": base}}
    return node


def _unstack(node: Node) -> Node:
    """What stands below is read like an index (`underset`); what stands above is a remark, and is not read."""
    if node.get("below") is None:
        return node["base"]  # type: ignore[no-any-return]
    return {"type": "scripts", "base": node["base"], "sub": node["below"]}


def _from_fences(node: Node) -> Node:
    inner: list[Node] = []
    for number, part in enumerate(node.get("parts", [])):
        if number:
            inner.append({"type": "operator", "class": "rel", "symbol": "∣"})
        inner.extend(children(part))
    return _group(str(node.get("open") or ""), str(node.get("close") or ""), inner)


def _group(opener: str, closer: str, inner: list[Node]) -> Node:
    return {"type": "group", "open": opener, "close": closer, "inner": inner}


def _bracket(node: Node) -> tuple[str, Node | None]:
    """The bracket sign of a node, and the scripts it carries: `)` of `(a+b)^2`."""
    base = node.get("base") if node.get("type") == "scripts" else node
    if is_operator(base):
        symbol = str(base["symbol"]) if base else ""
        if len(symbol) == 1 and symbol in _OPEN + _CLOSE + _BARS:
            return symbol, node if base is not node else None
    return "", None


def _scripted(group: Node, scripts: Node | None) -> Node:
    return group if scripts is None else {**scripts, "base": group}


def _unpaired(stack: list[tuple[str, list[Node]]], inner: list[Node]) -> list[Node]:
    opener, before = stack.pop()
    bar = [{"type": "operator", "class": "rel", "symbol": "∣"}] if opener in _BARS else []
    return [*before, *bar, *inner]
