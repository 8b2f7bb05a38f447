r"""HTML superscripts and subscripts as notation: `e<sup>-x</sup>` becomes `$e^{-x}$`, `CO<sub>2</sub>` becomes CO with a low 2.

The inline reader marks where they open and close with private characters; once the whole line is known, `as_notation`
turns the expression around each of them into inline math.
"""

from __future__ import annotations

import re

__all__ = ["CLOSE", "SUBSCRIPT", "SUPERSCRIPT", "as_notation"]

SUPERSCRIPT, SUBSCRIPT, CLOSE = "\ue010", "\ue011", "\ue012"

_SCRIPT = re.compile(f"\\s?([{SUPERSCRIPT}{SUBSCRIPT}])([^{SUPERSCRIPT}{SUBSCRIPT}{CLOSE}]*){CLOSE}")
_RAISED = str.maketrans(
    "0123456789+-\u2212n", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b\u207b\u207f"
)
_LOWERED = str.maketrans(
    "0123456789+-\u2212", "\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089\u208a\u208b\u208b"
)
_WORD_BEFORE = re.compile(r"[^\W\d_]+$")
_UNITS = re.compile(r"[kcdmn\u00b5]?m|ft|in|mi|yd|s|sec|h")
_FUNCTIONS = re.compile(r"log|ln|lg|sin|cos|tan|exp|min|max|lim|gcd|det|dim|sup|inf")
_ORDINAL = re.compile(r"st|nd|rd|th|e|er|o|a|TM|SM|R|\u2122|\u00ae|\u00a9", re.IGNORECASE)
_SIMPLE = re.compile(r"[\w\s+\-\u2212*/=().,'<>|!\u00b1\u00b7\u00d7\u2264\u2265\u221e\u2211-\u221a]+")
_IN_LATEX = {
    "\u2212": "-",
    "*": r" \cdot ",
    "\u00b7": r" \cdot ",
    "\u00d7": r" \times ",
    "\u2264": r" \le ",
    "\u2265": r" \ge ",
    "\u2260": r" \ne ",
    "\u00b1": r" \pm ",
    "\u221e": r" \infty ",
    "\u2248": r" \approx ",
    "\u2211": r" \sum ",
    "\u03c0": r" \pi ",
}
_HELD = "\ue013"
_HELD_TOKEN = rf"{_HELD}\d+{_HELD}"
_TOKEN = re.compile(
    rf"(?P<script>{_HELD_TOKEN})|(?P<atom>\d+(?:[.,]\d+)*|(?<![^\W_]){_FUNCTIONS.pattern.join(('(?:', ')'))}(?![^\W_])|"
    r"(?<![^\W\d_])[^\W\d_]{1,2}(?![^\W\d_])|[\u2211\u221e])|(?P<open>[(\[])|(?P<close>[)\]])|"
    r"(?P<operator>[+*/=<>\u00b1\u00b7\u00d7\u2264\u2265\u2260\u2248\u2212-])|(?P<space>[ ]+)"
)
_SHORT_WORDS = re.compile(
    "a i an as at be by do go he if in is it me my no of on or so to up us we am ok vs I A An As At By If In Is It Of On Or So To We".replace(
        " ", "|"
    )
)


def as_notation(text: str) -> str:
    r"""Text in which marked superscripts and subscripts are inline math, Unicode, or (footnote marks) gone.

    Example:
        >>> as_notation("about 2\ue01010\ue012 bytes")
        'about $2^{10}$ bytes'
    """
    if SUPERSCRIPT not in text and SUBSCRIPT not in text:
        return text.replace(CLOSE, "")
    held: list[str] = []
    while (found := _SCRIPT.search(text)) is not None:  # the innermost come first: they hold no mark
        text = text[: found.start()] + _resolved(text[: found.start()], found, held) + text[found.end() :]
    text = re.sub(f"[{SUPERSCRIPT}{SUBSCRIPT}{CLOSE}]", "", text)
    return _with_math(text, held)


def _resolved(before: str, found: re.Match[str], held: list[str]) -> str:
    """What stands for one superscript or subscript: text, nothing, or a token that names an entry of `held`."""
    raised, inner = found.group(1) == SUPERSCRIPT, found.group(2).strip()
    bare = re.sub(_HELD_TOKEN, "", inner)
    base = _WORD_BEFORE.search(before)
    word = base.group() if base else ""
    if raised and _ORDINAL.fullmatch(inner) and (before[-1:].isdigit() or len(word) > 1):
        return inner
    if (
        re.search(r"\\\$[\d.,]*$", before)
        or not inner
        or not before.strip()
        or inner.startswith("[")
        or before.rstrip()[-1] in ".,;:!?\"'\u201d"
    ):
        return ""  # the mark of a footnote
    if (bare and not _SIMPLE.fullmatch(bare)) or (len(word) > 2 and not _FUNCTIONS.fullmatch(word)):
        return "" if raised and len(word) > 3 else f" {inner}"
    chemical = len(word) > 1 or re.match(r"[A-Z]", inner) is not None or re.match(r"[A-Z]", found.string[found.end() :])
    if inner.isdigit() and not raised and word[:1].isupper() and chemical:
        return inner.translate(_LOWERED)
    if (
        inner.isdigit()
        and raised
        and _UNITS.fullmatch(word)
        and re.search(r"(?:[\d/]\s?|\b(?:per|in|of) )\w+$", before)
    ):
        return inner.translate(_RAISED)
    held.append(f"{'^' if raised else '_'}{{{_latex(inner, held)}}}")
    return f"{_HELD}{len(held) - 1}{_HELD}"


def _latex(text: str, held: list[str]) -> str:
    for sign, command in _IN_LATEX.items():
        text = text.replace(sign, command)
    text = re.sub(r"(?<![\\A-Za-z])([A-Za-z]{3,})", lambda m: _name(m.group(1)), text)
    text = re.sub(rf"{_HELD}(\d+){_HELD}", lambda match: held[int(match.group(1))], text)
    return " ".join(text.split())


def _name(word: str) -> str:
    return rf"\{word} " if _FUNCTIONS.fullmatch(word) else rf"\mathrm{{{word}}}"


def _with_math(text: str, held: list[str]) -> str:
    """The expression around every token of `held` between dollar signs."""
    result, at = "", 0
    for run in _runs(text):
        start, end = _trimmed(text, run)
        result += text[at:start] + f"${_latex(text[start:end], held)}$"
        at = end
    return result + text[at:]


def _runs(text: str) -> list[list[re.Match[str]]]:
    """Neighbouring tokens that make an expression, where it holds a superscript or subscript."""
    runs: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(text):
        run = runs[-1]
        solid = [other for other in run if other.lastgroup != "space"]
        word = (
            token.lastgroup == "atom"
            and _SHORT_WORDS.fullmatch(token.group()) is not None
            and not text[token.end() :].startswith(_HELD)
        )
        touching = bool(run) and run[-1].end() == token.start()
        spaced = touching and run[-1].lastgroup == "space"
        # Two names parted by a space only are words, not a product; so are a name and the bracket after it.
        parted = spaced and bool(solid) and solid[-1].lastgroup in ("atom", "script", "close")
        opens_anew = parted and token.lastgroup in ("atom", "open") and _HELD not in text[token.end() : token.end() + 1]
        if word:
            runs.append([])
        elif not touching or opens_anew:
            runs.append([token])
        else:
            run.append(token)
    return [run for run in runs if any(token.lastgroup == "script" for token in run)]


def _trimmed(text: str, run: list[re.Match[str]]) -> tuple[int, int]:
    """Start and end of a run without operators and unmatched brackets at its ends."""
    scripts = [index for index, token in enumerate(run) if token.lastgroup == "script"]
    low, high = 0, len(run) - 1
    while low < scripts[0] and (run[low].lastgroup in ("space", "close") or run[low].group() in "+*/=<>\u2264\u2265"):
        low += 1
    while high > scripts[-1] and run[high].lastgroup in ("space", "open", "operator"):
        high -= 1
    inside = text[run[low].start() : run[high].end()]
    while run[high].lastgroup == "close" and inside.count("(") < inside.count(")") and high > scripts[-1]:
        high -= 1
        inside = text[run[low].start() : run[high].end()]
    while run[low].lastgroup == "open" and inside.count("(") > inside.count(")") and low < scripts[0]:
        low += 1
        inside = text[run[low].start() : run[high].end()]
    return run[low].start(), run[high].end()
