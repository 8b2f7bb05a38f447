"""Whether formulas can be typeset, asked before anything is drawn with them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache

import quickjax

from visium_graph.agents.sentences import MATH

__all__ = ["bare_latex", "latex_fault", "rich_fault"]

_ERROR = re.compile(r'data-mjx-error="([^"]*)"')
_UNKNOWN = re.compile(r'fill="red"[^>]*data-latex="(\\[A-Za-z]+)"|data-latex="(\\[A-Za-z]+)"[^>]*fill="red"')
"""MathJax draws an unknown command's name in red and goes on."""
_DEFINITION = re.compile(r"\\(?:(?:re|provide)?newcommand|(?:re)?newenvironment|def|let|Declare\w+)(?![A-Za-z])")
_FENCES = (("$$", "$$"), (r"\[", r"\]"), (r"\(", r"\)"), ("$", "$"))


def bare_latex(latex: str) -> str:
    r"""LaTeX without the signs that fence it off from text.

    Example:
        >>> bare_latex("$$a^2$$"), bare_latex(r"\[ a^2 \]")
        ('a^2', 'a^2')
    """
    text = latex.strip()
    for start, end in _FENCES:
        inside = text[len(start) : -len(end)]
        if text.startswith(start) and text.endswith(end) and inside and start not in inside:
            return inside.strip()
    return text


def latex_fault(latex: str) -> str | None:
    r"""Why MathJax cannot typeset a formula; None where it can (or where it defines commands of its own).

    Example:
        >>> latex_fault(r"\frac{1}{2"), latex_fault("a^2")
        ('Missing close brace', None)
    """
    if _DEFINITION.search(latex):
        return None  # a definition would hold for every formula after it
    try:
        svg = _renderer().render(latex, display=True)
    except quickjax.MathJaxRenderError as error:
        return str(error.__cause__ or error)
    if found := _ERROR.search(svg):
        return html.unescape(found[1])
    unknown = _UNKNOWN.search(svg)
    return None if unknown is None else f"unknown command {unknown[1] or unknown[2]}"


def rich_fault(text: str) -> str | None:
    r"""What is wrong with the inline formulas of a text; None where nothing is.

    Example:
        >>> rich_fault(r"Half of $a$ is $\frac{a}{2$.")
        'formula \\frac{a}{2: Missing close brace'
    """
    return next(_rich_faults(text), None)


def _rich_faults(text: str) -> Iterator[str]:
    for match in MATH.finditer(text):
        fault = latex_fault(match[1])
        if fault is not None:
            yield f"formula {match[1]}: {fault}"
    rest = MATH.sub("", text)
    if "$$" in rest:
        yield "display math ($$) stands in a text: inline math has one dollar sign on each side"
    elif re.search(r"(?<!\\)\$(?![\d ]|$)", rest):
        yield "a formula begins with $ and does not end"


@cache
def _renderer() -> quickjax.MathJaxRenderer:
    return quickjax.MathJaxRenderer()
