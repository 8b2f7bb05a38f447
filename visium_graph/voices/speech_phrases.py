"""Single phrases of spoken formulas, and the tables of their words: what needs no sight of the whole formula."""

# ruff: noqa: RUF001  # signs are the data of this module

from __future__ import annotations

from visium_graph.voices import speech_numbers as numbers
from visium_graph.voices.speech_symbols import GREEK, LETTERS, SYMBOLS
from visium_graph.voices.speech_tree import Node, children, is_operator

__all__ = [
    "ACCENTS",
    "BARE",
    "BOARD",
    "FUNCTIONS",
    "HEADS",
    "ORDERS",
    "argument",
    "case_words",
    "colon",
    "differential",
    "ellipsis",
    "is_factor",
    "letter",
    "named_bracket",
    "short_power",
]

FUNCTIONS = {
    "sin": "sine", "cos": "cosine", "tan": "tangent", "cot": "cotangent", "sec": "secant", "csc": "cosecant",
    "sinh": "hyperbolic sine", "cosh": "hyperbolic cosine", "tanh": "hyperbolic tangent", "arcsin": "arc sine",
    "arccos": "arc cosine", "arctan": "arc tangent", "ln": "natural log", "lg": "log", "exp": "the exponential",
    "det": "the determinant", "dim": "the dimension", "ker": "the kernel", "deg": "the degree",
    "gcd": "the greatest common divisor", "lcm": "the least common multiple", "Pr": "the probability",
    "max": "the maximum", "min": "the minimum", "sup": "the supremum", "inf": "the infimum", "lim": "the limit",
    "limsup": "the limit superior", "liminf": "the limit inferior", "arg": "arg", "argmax": "arg max",
    "argmin": "arg min", "tr": "the trace", "Tr": "the trace", "rank": "the rank", "Var": "the variance",
    "var": "the variance", "Cov": "the covariance", "cov": "the covariance", "sgn": "the sign", "sign": "the sign",
    "diag": "the diagonal matrix", "span": "the span", "hom": "hom",
}  # fmt: skip
BARE = {"arg", "log", "lg", "sin", "cos", "tan", "cot", "sec", "csc"}
HEADS = set("fghFGHPpOoTuvyφϕψΦΨσσΘΩωLQqΓζπξ")
"""Letters that a bracket after them makes a function of; others are multiplied with it."""
ACCENTS = {"̂": "hat", "̄": "bar", "̃": "tilde", "̇": "dot", "̈": "double dot", "̌": "check", "̆": "breve", "ˆ": "hat",
            "¯": "bar", "˜": "tilde"}  # fmt: skip
BOARD = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "E": "𝔼", "P": "ℙ"}
ORDERS = {"2": "second", "3": "third", "4": "fourth"}


def letter(name: str, variant: str) -> str:
    """The name of an identifier."""
    if variant == "double-struck" and name in BOARD:
        return LETTERS[BOARD[name]]
    if name == "a":
        return "A"  # engines take a small "a" for the article
    return GREEK.get(name) or LETTERS.get(name) or (name if name.isalpha() else "")


def argument(node: Node | None) -> Node | None:
    """The bracket of a node: itself, or the base of its exponent."""
    base = node.get("base") if node is not None and node.get("type") == "scripts" else node
    return base if isinstance(base, dict) and base.get("type") == "group" else None


def is_factor(node: Node | None) -> bool:
    """Whether what follows directly is multiplied with this node."""
    return (
        node is not None
        and not is_operator(node)
        and node.get("type") in {"identifier", "number", "scripts", "group", "fraction", "root"}
    )


def differential(node: Node | None) -> tuple[str, str]:
    """(`d` or `∂`, order) where the node is a differential sign, else empty strings."""
    order = ""
    if node is not None and node.get("type") == "scripts" and node.get("sub") is None:
        upper = children(node.get("sup"))
        order = str(upper[0].get("value") or upper[0].get("name") or "") if len(upper) == 1 else ""
        node = node["base"]
    sign = str(node.get("symbol") or node.get("name") or "") if node is not None else ""
    return (sign, order) if sign in {"d", "∂"} else ("", "")


def named_bracket(group: Node, inner: list[Node], words: str, items: int, last: Node | None) -> str | None:  # noqa: PLR0911  # one exit for each bracket
    """The words of a bracket whose sign has a meaning of its own, else None."""
    match group["open"]:
        case "{" if group["close"] == "}":
            return f"the set of {words.replace('divides', 'such that')}" if "divides" in words else f"the set {words}"
        case "⌊":
            return f"the floor of {words}"
        case "⌈":
            return f"the ceiling of {words}"
        case "‖" | "∥":
            return f"the norm of {words}"
        case "⟨" if items == 2:
            return f"the inner product of {words.replace(',', ' and', 1)}"
        case "|" if group["close"] in {"|", ""}:
            set_like = len(inner) == 1 and str(inner[0].get("name", "")).isupper()
            return f"the size of {words}" if set_like else f"the absolute value of {words}"
        case "(" | "[" if items == 2 and (is_operator(last, "∈⊂⊆") or group["open"] == "["):
            return f"the interval from {words.replace(',', ' to', 1)}"
    return None


def colon(nodes: list[Node], place: int) -> str:
    """A colon: of a map, a definition, a ratio, or a pause."""
    following = nodes[place + 1] if place + 1 < len(nodes) else None
    if is_operator(following, "="):
        return "is defined as"
    if any(is_operator(node, "→") for node in nodes[place:]):
        return "from"
    number_on_both_sides = place and following and nodes[place - 1].get("type") == following.get("type") == "number"
    return "to" if number_on_both_sides else ","


def case_words(row: list[str]) -> str:
    """One line of a definition by cases: its value, then its condition."""
    value, condition = row[0], " ".join(row[1:])
    if not condition:
        return value
    joined = condition.startswith(("if ", "otherwise", "when ", "for ", "else", "where "))
    return f"{value} {'' if joined else 'if '}{condition}"


def short_power(first: Node, base: Node) -> str:
    """Exponents with a word of their own (squared, transpose, prime); empty for others."""
    value, symbol, name = first.get("value"), str(first.get("symbol", "")), first.get("name")
    if value in {"2", "3"}:
        return {"2": "squared", "3": "cubed"}[str(value)]
    if (
        isinstance(value, str)
        and value.isascii()
        and value.isdecimal()
        and base.get("type") != "number"
        and len(value) < 3
    ):
        return f"to the {numbers.ordinal(int(value))}"
    if symbol == "⊤" or (name == "T" and base.get("type") != "number" and base.get("name") != "e"):
        return "transpose"
    if symbol in {"′", "″", "‴", "†", "‡"}:
        return SYMBOLS[symbol]
    return {"∗": "star", "⋆": "star", "*": "star", "∘": "degrees", "°": "degrees", "⊥": "perp"}.get(symbol, "")


def ellipsis(nodes: list[Node], place: int, before: list[str]) -> tuple[str, int]:
    """`1 + 2 + ... + n` -> one plus two, and so on up to n."""
    if place and is_operator(nodes[place - 1]) and before and nodes[place - 1].get("class") in {"bin", "punct"}:
        before[-1] = ","
    joined = (
        place + 2 < len(nodes) and is_operator(nodes[place + 1]) and nodes[place + 1].get("class") in {"bin", "punct"}
    )
    return (", and so on up to", 2) if joined else (", and so on,", 1)
