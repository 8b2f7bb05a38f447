r"""LaTeX as authors write it, made ready for a formula engine that knows no numbering and no document."""

from __future__ import annotations

import re

__all__ = ["clean_display", "clean_inline"]

_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_NUMBERING = re.compile(r"\\(?:label|tag\*?|ref|eqref)\s*\{[^{}]*\}|\\(?:nonumber|notag)\b")
_ALIGNMENTS = "align|align*|alignat|alignat*|flalign|flalign*|eqnarray|eqnarray*|split"
_ENVIRONMENTS = {
    **dict.fromkeys(_ALIGNMENTS.split("|"), "aligned"),
    **dict.fromkeys(("gather", "gather*", "multline", "multline*"), "gathered"),
    **dict.fromkeys(("equation", "equation*", "displaymath", "math"), ""),
}
_BEGIN_OR_END = re.compile(r"\\(begin|end)\s*\{([a-z]+\*?)\}((?<=alignat\})\{\d+\}|(?<=alignat\*\})\{\d+\})?")


def clean_inline(latex: str) -> str:
    """Inline math on one line, without labels and comments."""
    return " ".join(_NUMBERING.sub("", _COMMENT.sub("", latex)).split())


def clean_display(latex: str) -> str:
    r"""Display math whose numbered environments have become `aligned` and `gathered`.

    Labels, tags and comments go, and so does the punctuation that ends the sentence around the formula.

    Example:
        >>> clean_display(r"\begin{align*} a &= b, \\ c &= d. \label{x} \end{align*}")
        '\\begin{aligned} a &= b, \\\\ c &= d. \\end{aligned}'
    """
    eqnarray = r"\begin{eqnarray" in latex
    latex = _NUMBERING.sub("", _COMMENT.sub("", latex))
    latex = _BEGIN_OR_END.sub(_environment, latex)
    if eqnarray:  # its three columns are the two of `aligned` with one more ampersand
        latex = re.sub(r"&\s*([^&\\]{1,3}?|\\[a-z]+)\s*&", r"&\1 ", latex)
    latex = "\n".join(line.strip() for line in latex.split("\n") if line.strip())
    latex = re.sub(r"(?:\\\\\s*)+$", "", latex).rstrip()
    while (
        shorter := re.sub(r"(?:\\[,;!:]|\\q?quad|(?<!\\)(?<!\\right)(?<!\\left)[.,;])$", "", latex).rstrip()
    ) != latex:
        latex = shorter
    return latex


def _environment(match: re.Match[str]) -> str:
    verb, name = match.group(1), match.group(2)
    if name not in _ENVIRONMENTS:
        return match.group()
    known = _ENVIRONMENTS[name]
    return f"\\{verb}{{{known}}}" if known else ""
