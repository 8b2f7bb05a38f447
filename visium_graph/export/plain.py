"""Rich text as plain Unicode: `$a^2 + b^2$` -> `a² + b²`, for subtitles, chapters and captions."""

# ruff: noqa: RUF001  # signs are the data of this module

from __future__ import annotations

import re
import unicodedata

import mathra

from visium_graph.voices.speech import MATH
from visium_graph.voices.speech_symbols import SUBSCRIPTS, SUPERSCRIPTS

__all__ = ["latex_to_unicode", "plain_text"]

_UP = {plain: small for small, plain in SUPERSCRIPTS.items()} | {
    "−": "⁻",
    "⊤": "ᵀ",
    "∘": "°",
    "∗": "*",
    "′": "′",
    "†": "†",
}
_DOWN = {plain: small for small, plain in SUBSCRIPTS.items()} | {"−": "₋"}
_COMMAND = re.compile(r"\\(log|ln|lg|sin|cos|tan|exp|lim|max|min|det|gcd|sup|inf|dim|ker)(?![A-Za-z])")


def plain_text(rich: str) -> str:
    """Rich text without its mark-up: formulas as Unicode, white space collapsed."""
    plain = MATH.sub(lambda found: latex_to_unicode(next(group for group in found.groups() if group is not None)), rich)
    return " ".join(plain.replace("\\$", "$").split())


def latex_to_unicode(latex: str) -> str:
    """A formula in one line of Unicode; what has no small figures keeps `^(...)` or `_(...)`."""
    try:
        text = str(mathra.render(latex)["text"])
    except ValueError:
        return " ".join(re.sub(r"[\\{}$]+", " ", latex).split())
    for name in set(_COMMAND.findall(latex)):
        text = re.sub(rf"(?<=[\w)]){name}\b", f" {name}", text)  # n\log n comes as "nlog n"
    text = re.sub(r"([_^])(?:\(([^()]*)\)|(\d+|[^\W\d_]|[−+∗⊤∘′†]))", _small, text)
    text = re.sub(r"\(([d∂]\w?)\)/\(([d∂]\w)\)", r"\1/\2", text)
    text = re.sub(r"\blim_\(([^()]*)\)", lambda m: f"lim {m.group(1).replace(' ', '')}", text)
    # Letters of mathematical alphabets outside the basic plane are missing in most fonts.
    return "".join(unicodedata.normalize("NFKC", sign) if ord(sign) > 0xFFFF else sign for sign in text).strip()


def _small(match: re.Match[str]) -> str:
    table = _UP if match.group(1) == "^" else _DOWN
    inside = (match.group(2) if match.group(2) is not None else match.group(3)).replace(" ", "")
    return (
        "".join(table[sign] for sign in inside) if inside and all(sign in table for sign in inside) else match.group(0)
    )
