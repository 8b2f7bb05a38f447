"""Formulas as a lecturer says them: `f(x) = x^2` -> `f of x equals x squared`.

mathra parses the LaTeX and phrases it for screen readers, whose listeners must rebuild the print ("open paren",
"end fraction"). A lecture shows the formula, so its voice only has to follow it: English is worded here from mathra's
tree. Every other language takes mathra's own phrases.
"""

# ruff: noqa: RUF001  # signs are data here

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import mathra

from visium_graph.voices import speech_numbers as numbers
from visium_graph.voices.speech_phrases import (
    ACCENTS,
    BARE,
    BOARD,
    FUNCTIONS,
    HEADS,
    ORDERS,
    argument,
    case_words,
    colon,
    differential,
    ellipsis,
    is_factor,
    letter,
    named_bracket,
    short_power,
)
from visium_graph.voices.speech_symbols import GREEK, LETTERS, SYMBOLS, unit_words
from visium_graph.voices.speech_tree import Node, children, is_operator, is_simple, word_of

__all__ = ["say_latex"]

_LARGEST_MATRIX = 16
"""Entries of the largest matrix that is read out."""


def say_latex(latex: str, language: str, prose: Callable[[str], str]) -> str:
    r"""The words of a formula.

    Args:
        latex: a formula without its dollar signs.
        language: BCP 47 code; English is phrased for a lecture, others as mathra phrases them.
        prose: says the words inside `\\text{...}` and `\\mathrm{...}`.

    Returns:
        Words and commas; empty where there is nothing to say.
    """
    try:
        rendered = mathra.render(latex, _locale(language))
        if language.lower().startswith("en"):
            return _polish(_Reader(prose).row(children(rendered["tree"])))
    except (ValueError, RecursionError):  # no LaTeX at all, or nested beyond anything that could be said
        return prose(re.sub(r"[\\{}$^_&]+", " ", latex))
    return re.sub(r"[\\{}$^_=<>|⟨⟩⌊⌋⌈⌉]+", " ", rendered["speech"])


@cache
def _locales() -> dict[str, str]:
    return {entry["code"].lower(): entry["code"] for entry in mathra.locales()}


def _locale(language: str) -> str:
    code = language.lower()
    known = _locales()
    near = [name for name in known if name.split("-")[0] == code.split("-")[0]]
    return known.get(code) or (known[near[0]] if near else "en")


def _polish(words: str) -> str:
    words = re.sub(r"\s+", " ", words)
    words = re.sub(r"\s*,(?:\s*,)*", ",", words)
    words = re.sub(r",(?= (?:over|of)\b)", "", words)
    return words.strip(" ,")


class _Reader:
    """Words a tidied tree. Every method returns words; a comma is a pause."""

    def __init__(self, prose: Callable[[str], str]) -> None:
        self._prose = prose

    def row(self, nodes: list[Node]) -> str:
        words: list[str] = []
        place = used = 0
        while place < len(nodes):
            # After the arguments of a function a factor would be heard as one more argument.
            if words and words[-1].endswith(",") and used > 1 and is_factor(nodes[place]):
                words.append("times")
            said, used = self._item(nodes, place, words)
            words.append(said)
            place += used
        return " ".join(word for word in words if word)

    def _item(self, nodes: list[Node], place: int, before: list[str]) -> tuple[str, int]:  # noqa: PLR0911  # one exit for each reading
        """Words of the node at `place`, and how many nodes they cover."""
        node = nodes[place]
        following = nodes[place + 1] if place + 1 < len(nodes) else None
        last = nodes[place - 1] if place else None
        if is_operator(node, "…⋯⋮⋱"):
            return ellipsis(nodes, place, before)
        if is_operator(node, "$€£") and following is not None and following.get("type") == "number":
            return f"{self._node(following)} {SYMBOLS[node['symbol']].rstrip('s')}s", 2
        if is_operator(node):
            return self._operator(nodes, place), 1
        base = node["base"] if node["type"] == "scripts" else node
        if base.get("type") == "function" or (base.get("type") == "large-operator"):
            return self._big(node, base, following)
        group = argument(following)
        if group is not None and self._is_head(base, group):
            scripts = following if following is not group else None
            big = "big " if group["open"] == "(" and base.get("name") in {"O", "Ω", "Θ"} else ""
            return f"{big}{self._node(node)} of {self._arguments(group, base)}{self._powers(scripts)}", 2
        if node["type"] == "fraction" and (derivative := self._derivative(node)):
            words, complete = derivative
            return words + ("" if complete or following is None or is_operator(following) else " of"), 1
        if node["type"] == "number" and following is not None and (unit := self._unit(following, node)):
            return f"{self._node(node)} {unit}", 2
        times = "times " if base.get("type") == "group" and is_factor(last) else ""
        if times or base.get("type") == "group":
            return times + self._bracketed(node, base, last), 1
        return self._node(node), 1

    def _node(self, node: Node | None) -> str:  # noqa: C901, PLR0911, PLR0912  # one case for each kind of node
        if node is None:
            return ""
        match node.get("type"):
            case "identifier":
                return letter(str(node["name"]), str(node.get("variant", "")))
            case "number":
                return (
                    numbers.number(str(node["value"]))
                    if re.fullmatch(r"[\d.,]*\d[\d.,]*", str(node["value"]), re.ASCII)
                    else ""
                )
            case "operator":
                return SYMBOLS.get(str(node["symbol"]), "")
            case "scripts":
                return self._scripts(node)
            case "fraction":
                return self._fraction(node)
            case "root":
                return self._root(node)
            case "text":
                return self._text(node)
            case "function":
                return FUNCTIONS.get(str(node["name"])) or self._prose(str(node["name"]))
            case "group":
                return self._bracketed(node, node, None)
            case "table":
                return self._table(node)
            case "accent" | "bar" | "brace":
                return self._decorated(node)
            case "arrow":
                via = self.row(children(node.get("above")))
                return SYMBOLS.get(str(node["symbol"]), "to") + (f", via {via}," if via else "")
            case "large-operator":
                return SYMBOLS.get(str(node["symbol"]), "")
            case "pause":
                return ","
            case _:
                word = word_of(node)
                return (unit_words(word) or self._prose(word)) if word else self.row(children(node))

    def _text(self, node: Node) -> str:
        words = []
        for part in node.get("parts", []):
            value = part.get("value", "")
            words.append(self._prose(value) if isinstance(value, str) else self.row(children(value)))
        return " ".join(words)

    def _decorated(self, node: Node) -> str:
        base = self.row(children(node["base"]))
        if node["type"] == "brace":
            label = self.row(children(node.get("label")))
            return f"{base}, which is {label}," if label else base
        if node["type"] == "bar":
            return f"{base} bar" if node.get("above") else base
        accent = str(node.get("accent", ""))
        return f"{base} {ACCENTS[accent]}" if accent in ACCENTS else f"vector {base}" if accent in "⃗→" else base

    def _root(self, node: Node) -> str:
        inner = children(node["radicand"])
        index = self.row(children(node.get("index")))
        name = {"": "square", "three": "cube", "four": "fourth"}.get(index) or f"{index}th"
        return f"the {name} root of {self.row(inner)}{'' if is_simple(inner) else ','}"

    def _fraction(self, node: Node) -> str:
        above, below = children(node["num"]), children(node["den"])
        if node.get("rule") is False:
            return f"{self.row(above)} choose {self.row(below)}"
        values = [str(part[0].get("value", "")) if len(part) == 1 else "" for part in (above, below)]
        if all(value.isascii() and value.isdecimal() and len(value) < 4 for value in values):
            return numbers.fraction(int(values[0]), int(values[1]))
        under = self.row(below)
        if is_simple(above):
            return f"{self.row(above)} over " + (under if is_simple(below) else f"the quantity {under},")
        return f"{self.row(above)}, all over {under}" + ("" if is_simple(below) else ",")

    def _derivative(self, node: Node) -> tuple[str, bool] | None:
        """`dy/dx` -> the derivative of y with respect to x; False where what is derived comes after the fraction."""
        above, below = children(node["num"]), children(node["den"])
        sign, order = differential(above[0] if above else None)
        if not sign or differential(below[0] if below else None)[0] != sign or len(below) < 2:
            return None
        kind = "partial derivative" if sign == "∂" else "derivative"
        order_word = (ORDERS.get(order) or f"{order}th") + " " if order else ""
        variables = []
        for piece in below:
            if not differential(piece)[0]:
                base = piece["base"] if piece["type"] == "scripts" and "sub" not in piece else piece
                variables.append(self._node(base))
        of = f" of {self.row(above[1:])}" if len(above) > 1 else ""
        return f"the {order_word}{kind}{of} with respect to {' and '.join(variables)}", bool(of)

    # Scripts

    def _scripts(self, node: Node) -> str:
        base = node["base"]
        if base.get("type") == "group":
            return self._bracketed(node, base, None)
        board = BOARD.get(str(base.get("name")), "") if base.get("variant") == "double-struck" else ""
        upper = children(node.get("sup"))
        if board in "ℝℕℤℚℂ" and board and upper:
            size = ["by" if is_operator(part, "×") else self._node(part) for part in upper]
            return f"{base['name']} {' '.join(size)}"
        ending = (word_of(upper[0]) if len(upper) == 1 else None) or "".join(
            str(part.get("name", "?")) for part in upper
        )
        if ending in {"th", "st", "nd", "rd"}:
            return f"{self._node(base)}{ending}"
        return self._node(base) + self._index(node, base) + self._powers(node)

    def _index(self, node: Node, base: Node) -> str:
        lower = [part for part in children(node.get("sub")) if not is_operator(part, ",")]
        if not lower:
            return ""
        chemical = word_of(base) or base.get("variant") == "upright"
        if chemical and len(lower) == 1 and lower[0]["type"] == "number":
            return f" {self.row(lower)}"
        return f" sub {self.row(lower)}{'' if is_simple(lower) else ','}"

    def _powers(self, node: Node | None) -> str:  # noqa: PLR0911  # one exit for each reading
        """Words of an exponent, with the space before them."""
        if node is None or node.get("sup") is None:
            return ""
        upper, base = children(node["sup"]), node["base"]
        if not upper:
            return ""
        first = upper[0]
        if len(upper) == 1:
            if said := short_power(first, base):
                return f" {said}"
            if first["type"] == "group" and first["open"] == "(":
                return f" superscript {self.row(first['inner'])}"
        name = str(base.get("name", ""))
        if [part.get("symbol") or part.get("value") for part in upper] == ["−", "1"] and (
            name.isupper() or name in set("fgh")
        ):
            return " inverse"
        words = self.row(upper)
        if is_simple(upper) or not any(is_operator(part, "+−±") for part in upper[1:]):
            return f" to the {words}{'' if is_simple(upper) else ','}"
        return f" to the power {words},"

    # Brackets

    def _is_head(self, base: Node, group: Node) -> bool:
        if group["open"] not in {"(", "["}:
            return False
        if (word := word_of(base)) is not None:
            return word.isalpha() and unit_words(word) is None and len(word) > 1
        if base.get("type") != "identifier":
            return False
        if group["open"] == "[":
            return True  # an index, or an expected value
        inner = group["inner"]
        plain = len(inner) == 1 and inner[0].get("type") in {"identifier", "number", "text"}
        listed = any(is_operator(part, ",") for part in inner) and group["open"] == "("
        return base["name"] in HEADS or base.get("variant") == "double-struck" or plain or listed

    def _arguments(self, group: Node, head: Node) -> str:
        inner, words = group["inner"], self.row(group["inner"])
        if head.get("name") in {"P", "p", "E", "Q", "q"}:
            words = words.replace(SYMBOLS["∣"], "given")
        return words if is_simple(inner) else f"{words},"

    def _bracketed(self, node: Node, group: Node, last: Node | None) -> str:
        inner, words = group["inner"], self.row(group["inner"])
        power = self._powers(node) if node is not group else ""
        power = (self._index(node, group) if node is not group else "") + power
        if len(inner) == 1 and inner[0]["type"] in {"table", "fraction"} and group["open"] in set("([|"):
            shape = {"|": "v-matrix", "‖": "v-matrix"}.get(group["open"], "matrix")
            words = self._table(inner[0], shape) if inner[0]["type"] == "table" else words
            return words + (f", all{power}," if power else "")
        items = sum(is_operator(part, ",") for part in inner) + 1 if inner else 0
        named = named_bracket(group, inner, words, items, last)
        if named is not None:
            return named + (f",{power}," if power else "" if is_simple(inner) else ",")
        if is_simple(inner) or items > 1:
            return words + power + ("," if items > 1 else "")
        if last is None and power:
            return f"{words}, all{power},"
        return f"the quantity {words},{power}" + ("," if power else "")

    # Operators

    def _operator(self, nodes: list[Node], place: int) -> str:  # noqa: PLR0911  # one exit for each reading
        symbol = str(nodes[place]["symbol"])
        if symbol in {",", ";", "."}:
            return ","
        if symbol == "!":
            return "factorial"
        if symbol == ":":
            return colon(nodes, place)
        if symbol == "→":
            return "to" if any(is_operator(node, ":") for node in nodes[:place]) else "goes to"
        if symbol in {"∼", "~"} and place and str(nodes[place - 1].get("name", "")).isupper():
            return "is distributed as"
        if symbol == "=" and place and is_operator(nodes[place - 1], ":"):
            return ""
        if symbol == "∇":
            following = nodes[place + 1] if place + 1 < len(nodes) else None
            return "" if is_operator(following, "·⋅×") else "the gradient of"
        if symbol in "·⋅×" and place and is_operator(nodes[place - 1], "∇"):
            return "the curl of" if symbol == "×" else "the divergence of"
        if symbol in {"⊥", "∥"}:
            return f"is {SYMBOLS[symbol]}"
        return SYMBOLS.get(symbol) or GREEK.get(symbol) or LETTERS.get(symbol, "")

    def _unit(self, node: Node, value: Node) -> str:
        word = word_of(node)
        if word is None and node.get("variant") == "upright":
            word = str(node.get("name"))
        return (unit_words(word.strip(), plural=value.get("value") != "1") or "") if word else ""

    def _big(self, node: Node, base: Node, following: Node | None) -> tuple[str, int]:
        name = self._node(base)
        name += self._limits(node, base) if node is not base else ""
        if node is not base and base["type"] == "function" and node.get("sup") is not None:
            power = self._powers(node)
            inverse = [part.get("value") for part in children(node["sup"])] == [None, "1"]
            name = f"inverse {name}" if inverse else name + power
        group = argument(following)
        if base["type"] == "function" and group is not None and group["open"] in {"(", "[", "{", "|"}:
            power = self._powers(following) if following is not group else ""
            words = self._arguments(group, base) if group["open"] != "|" else self._bracketed(group, group, None)
            event = base.get("name") == "Pr" and any(part.get("class") == "rel" for part in group["inner"])
            return f"{name} {'that' if event else 'of'} {words}{power}", 2
        applies = following is not None and not (
            is_operator(following) and following.get("class") in {"rel", "bin", "punct", "close"}
        )
        minus = is_operator(following, "−-") and base["type"] == "large-operator"
        # One says "log n" and "sine theta", but "the limit of" and "log base two of".
        bare = base.get("name") in BARE and (node is base or node.get("sub") is None)
        return (f"{name} of" if (applies or minus) and not bare else name), 1

    def _limits(self, node: Node, base: Node) -> str:
        lower, upper = children(node.get("sub")), children(node.get("sup"))
        low = self.row(lower)
        if base["type"] == "large-operator":
            if lower and upper:
                return f" from {low} to {self.row(upper)}"
            return f" over {low}{'' if is_simple(lower) else ','}" if lower else ""
        if not lower:
            return ""
        name = str(base.get("name", ""))
        if name in {"log", "lg"}:
            return f" base {low}"
        if name.startswith("lim"):
            return f" as {low.replace('goes to', 'approaches')}"
        return f" over {low}{'' if is_simple(lower) else ','}"

    def _table(self, node: Node, fallback: str = "") -> str:
        rows = [[self.row(children(cell)) for cell in row] for row in node["rows"]]
        rows = [row for row in rows if any(row)]
        shape = str(node.get("shape", ""))
        if shape == "cases":
            return ", ".join(case_words(row) for row in rows)
        if "matrix" not in shape + fallback:
            return ", ".join(" ".join(row) for row in rows)
        name = "determinant" if "v-matrix" in (shape, fallback) else "matrix"
        width = max((len(row) for row in rows), default=0)
        cells = ", ".join(cell for row in rows for cell in row)
        if width * len(rows) > _LARGEST_MATRIX:
            return f"the {numbers.cardinal(len(rows))} by {numbers.cardinal(width)} {name}"
        if 1 in {width, len(rows)} and name == "matrix":
            return f"the {'column' if width == 1 else 'row'} vector {cells},"
        lines = ", then ".join(", ".join(row) for row in rows)
        return f"the {numbers.cardinal(len(rows))} by {numbers.cardinal(width)} {name} with rows {lines},"
