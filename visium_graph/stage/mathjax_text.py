r"""Text-mode TeX (Manim's `Tex`) to math-mode TeX: words go into `\text{...}`, lines below one another."""

from __future__ import annotations

import re

__all__ = ["text_to_math"]

_SPLIT = re.compile(
    r"""
    (?P<mark>\\special\{dvisvgm:raw\ (?:<g\ id='[^']+'>|</g>)\})
  | (?P<display>\$\$)
  | (?P<dollar>\$)
  | (?P<open>\\[(\[])
  | (?P<close>\\[)\]])
  | (?P<newline>\\\\(?:\s*\[[^\]]*\])?|\\newline(?![A-Za-z])|\\par(?![A-Za-z]))
  | (?P<other>\\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def text_to_math(expression: str) -> str:
    r"""Turn text-mode TeX into math mode.

    Example:
        >>> text_to_math(r"speed $v$ of light")
        '\\text{speed }v\\text{ of light}'
    """
    out: list[str] = []
    run: list[str] = []
    in_math = False
    lines = 1

    def flush() -> None:
        content = "".join(run)
        run.clear()
        if content:
            out.append(content if in_math else rf"\text{{{content}}}")

    for match in _SPLIT.finditer(expression.strip()):
        kind = match.lastgroup
        if kind == "other":
            run.append(" " if match.group().isspace() and not in_math else match.group())
            continue
        flush()
        if kind == "mark":
            out.append(match.group())
        elif kind == "newline" and not in_math:
            out.append(r"\\")
            lines += 1
        elif kind == "newline":
            run.append(match.group())
        else:
            in_math = kind == "open" or (kind != "close" and not in_math)
    flush()
    content = "".join(out)
    return rf"\begin{{gathered}}{content}\end{{gathered}}" if lines > 1 else content
