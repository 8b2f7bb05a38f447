"""Identifiers, calls, indices, plain-text formulas and addresses in prose -> words."""

from __future__ import annotations

import re

from visium_graph.voices import speech_numbers as numbers
from visium_graph.voices.speech_math import say_latex
from visium_graph.voices.speech_symbols import SMALL

__all__ = ["address", "code", "inline_math", "split_identifier"]

Match = re.Match[str]

_KEEP = {
    "latex": "LaTeX", "bibtex": "BibTeX", "numpy": "NumPy", "iphone": "iPhone", "macos": "mac O S", "ios": "I O S",
    "arxiv": "archive", "ebay": "eBay", "relu": "ReLU", "phd": "P H D", "kth": "kth", "mathjax": "MathJax",
    "javascript": "JavaScript", "typescript": "TypeScript", "github": "GitHub", "youtube": "YouTube",
}  # fmt: skip
"""Names whose humps are no word boundaries."""

_SIGN = rf"[^\W{SMALL}]"
_NAME = rf"[^\W\d{SMALL}]{_SIGN}*"
_CALL = re.compile(rf"(?P<name>_*[^\W_{SMALL}]{_SIGN}*(?:\.{_NAME})*'*)(?P<open>[(\[])")
_POWER = re.compile(
    r"(?P<base>[^\W_\d]|\d+(?:\.\d+)?)(?:\^(?:\{[^{}\s]*\}|[-\u2212]?\w+)|_(?:\{[^{}\s]*\}|[^\W_](?![\w])))+(?!\w)"
)
_ROOT = re.compile(r"[√∛∜](?:\d+(?:\.\d+)?|[^\W\d_]|\([^()]*\))")
_SNAKE = re.compile(rf"_*[^\W_{SMALL}]+(?:_+[^\W_{SMALL}]+)+_*|_+[^\W_{SMALL}]{_SIGN}*")
_DOTTED = re.compile(
    rf"{_NAME}(?:\.{_NAME})+|\.(?:py|md|txt|json|csv|html|pdf|js|rs|cpp|toml|yaml|ipynb)(?!\w)", re.ASCII
)
_CAMEL = re.compile(r"[a-z]+[0-9]*(?:[A-Z][a-z0-9]+)+(?!\w)|(?:[A-Z][a-z]{1,}[0-9]*){2,}(?!\w)")
_DECORATOR = re.compile(rf"@({_NAME})")
_WORD = re.compile(r"\w+")
_FLAG = re.compile(r"--?([A-Za-z][\w-]*)(?![\w])")


def code(text: str, start: int) -> tuple[int, str] | None:  # noqa: PLR0911  # one exit for each kind of token
    """(end, words) of the code or plain-text formula at this place; None where ordinary prose stands."""
    if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        return None
    if root := _ROOT.match(text, start):
        return root.end(), inline_math(root.group(0))
    if call := _CALL.match(text, start):
        return _call(text, call)
    if power := _POWER.match(text, start):
        return power.end(), inline_math(power.group(0))
    if decorator := _DECORATOR.match(text, start):
        return decorator.end(), f"at {split_identifier(decorator.group(1))}"
    if (flag := _FLAG.match(text, start)) and (not start or text[start - 1].isspace()):
        return flag.end(), split_identifier(flag.group(1).replace("-", "_"))
    for pattern in (_DOTTED, _SNAKE, _CAMEL):
        if (name := pattern.match(text, start)) and name.group(0).lower() not in _KEEP:
            return name.end(), split_identifier(name.group(0))
    if (
        (name := _WORD.match(text, start))
        and not name.group(0).islower()
        and (kept := _KEEP.get(name.group(0).lower()))
    ):
        return name.end(), kept
    return None


def _call(text: str, call: Match) -> tuple[int, str] | None:
    """A call, an index or a function of something: `foo()`, `a[i]`, `O(n log n)`."""
    end = _closing(text, call.end() - 1)
    if end is None:
        return None
    name, inside = call.group("name"), text[call.end() : end - 1]
    if inside in {"s", "es"}:
        return end, name + inside  # word(s)
    short = len(name.rstrip("'")) == 1
    if short and (call.group("open") == "(" or inside):
        while end < len(text) and text[end] == "[" and (close := _closing(text, end)):
            end = close
        power = re.compile(r"\^(?:\{[^{}]*\}|\w+)").match(text, end)
        end = power.end() if power else end
        return end, inline_math(text[call.start() : end])
    spoken = split_identifier(name)
    if not inside.strip():
        return end, spoken
    arguments = ", ".join(inline_math(piece.strip()) for piece in inside.split(","))
    return end, f"{spoken} of {arguments}"


def _closing(text: str, start: int) -> int | None:
    """One past the bracket that closes the one at `start`; None where there is none within the sentence."""
    depth = 0
    for place in range(start, min(len(text), start + 80)):
        depth += (text[place] in "([") - (text[place] in ")]")
        if depth == 0:
            return place + 1
    return None


def split_identifier(name: str) -> str:
    """`snake_case`, `camelCase`, `numpy.linalg.norm` and `__init__` as words."""
    spoken = []
    for piece in name.strip("_").split("."):
        words = []
        for part in re.split(r"_+", piece):
            split = part if part.lower() in _KEEP else re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", part)
            words += re.findall(r"\d+|[^\W\d_]+", split)
        capitals = len(words) > 1 and all(word.isupper() for word in words)
        spoken.append(" ".join(_piece(word, capitals) for word in words))
    dotted = " dot ".join(spoken)
    return dotted.strip()


def _piece(word: str, capitals: bool) -> str:
    if word.isdecimal():
        return numbers.number(word)
    return word.lower() if capitals and len(word) > 2 else word


def inline_math(text: str) -> str:
    """Words of a formula typed as plain text: `n log n`, `x^2`, `n/2`, `√(x+1)`."""
    latex = re.sub(r"√\(([^()]*)\)|√(\w+)", lambda m: rf"\sqrt{{{m.group(1) or m.group(2)}}}", text)
    latex = re.sub(r"∛\(([^()]*)\)|∛(\w+)", lambda m: rf"\sqrt[3]{{{m.group(1) or m.group(2)}}}", latex)
    latex = re.sub(r"∜\(([^()]*)\)|∜(\w+)", lambda m: rf"\sqrt[4]{{{m.group(1) or m.group(2)}}}", latex)
    latex = re.sub(r"(?<!\\)\b(sin|cos|tan|log|ln|exp|max|min|sqrt)\b", r"\\\1 ", latex)
    # A word of several letters is a name, not a product of its letters.
    latex = re.sub(
        r"(?<![\\A-Za-z{])([^\W\d_]{2,}(?:_+[^\W_]{2,})*)(?![\w{])", lambda m: rf"\text{{{m.group(1)}}}", latex
    )
    latex = (
        latex.replace("**", "^").replace("%", r"\%").replace("#", "").replace("&", r"\&").replace("\\sqrt ", "\\sqrt")
    )
    return say_latex(latex, "en", split_identifier)


def address(text: str) -> str:
    """A link is said by its domain, a mail address in full: `docs.python.org`, `someone@example.org`."""
    text = re.sub(r"^(?:https?://)?(?:www\.)?", "", text)
    user, at, host = text.rpartition("@")
    domain = re.split(r"[/?#:]", host)[0]
    words = " dot ".join(" ".join(re.findall(r"[^\W\d_]+|\d+", piece)) for piece in domain.split(".") if piece)
    words = re.sub(r"\d+", lambda m: numbers.number(m.group(0)), words)
    return f"{split_identifier(user)} at {words}" if at else words
