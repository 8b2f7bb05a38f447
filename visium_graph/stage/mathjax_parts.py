r"""Manim's marked-up TeX to TeX that MathJax understands.

Manim typesets all parts of a `MathTex` as one string and marks where each begins and ends with
`\special{dvisvgm:raw <g id='unique000'>}` and `\special{dvisvgm:raw </g>}`, which become groups of the SVG file.
MathJax has `\cssId{name}{...}` for that, which wraps an argument instead: a part that does not stand for itself (half
of a `\frac{`, a `&`, a `\left(`) is wrapped piece by piece, all pieces under one name.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from visium_graph.stage.latex_split import Token, tokenize
from visium_graph.stage.latex_symbols import ARITY

__all__ = ["Marked", "parse_marked", "without_marks"]

_MARK = re.compile(r"\\special\{dvisvgm:raw (?:<g id='(?P<name>[^']+)'>|</g>)\}")
_BREAKERS = frozenset(
    [
        r"&",
        r"}",
        r"\right",
        r"\cr",
        r"\hline",
        r"\hdashline",
        r"\over",
        r"\atop",
        r"\choose",
        r"\brack",
        r"\brace",
        r"\middle",
        r"\newline",
        r"\limits",
        r"\nolimits",
        r"\notag",
    ]
)
"""Between two of them a part can be wrapped, across them it cannot."""
_SETTINGS = dict.fromkeys(
    [
        r"\color",
        r"\textcolor",
        r"\colorbox",
        r"\hspace",
        r"\label",
        r"\tag",
        r"\href",
        r"\class",
        r"\style",
        r"\cssId",
        r"\raisebox",
        r"\ce",
        r"\operatorname",
    ],
    1,
)
"""Commands whose first arguments are no typeset material: marks inside them are left out."""
_PRIMES = re.compile(r"'+")


@dataclass(frozen=True)
class _Wrap:
    """Tokens `start` to `stop` (exclusive) that stand under one name."""

    start: int
    stop: int
    name: str
    braces: bool = False


@dataclass(frozen=True)
class _Segment:
    """What one of Manim's marks encloses, as offsets in the formula without marks."""

    name: str
    start: int
    stop: int


class Marked:
    """A formula taken apart: its LaTeX without marks, and where the marks were.

    Attributes:
        plain: the formula without marks.
        names: names of all marks, in order of their beginnings.
    """

    def __init__(self, plain: str, segments: list[_Segment]) -> None:
        self.plain = plain
        self.names = [segment.name for segment in segments]
        self._segments = segments
        self._tokens = tokenize(plain)
        self._starts = [token.start for token in self._tokens]
        self._groups = self._match_groups()
        self._owner: dict[int, int] = {}
        self._stop: dict[int, int] = {}
        self._hidden: set[int] = set()
        for index in reversed(range(len(self._tokens))):
            self._measure(index)

    def wrapped(self, *, substrings: bool = True) -> str:
        r"""The formula with `\cssId` around the pieces of each mark.

        Args:
            substrings: wrap also the marks within parts.
        """
        segments = [segment for segment in self._segments if substrings or not segment.name.endswith("substring")]
        wraps = [wrap for segment in segments for wrap in self._wraps(segment)]
        before: dict[int, list[str]] = {}
        after: dict[int, list[str]] = {}
        primes: set[int] = set()
        taken: set[tuple[int, int]] = set()
        for wrap in reversed(wraps):
            lead, tail = ("{", "}") if wrap.braces else ("", "")
            if self._tokens[wrap.start].text == "'":
                lead, tail = "^{", "}"
                primes.update(range(wrap.start, wrap.stop))
            # Two names for one thing need a group between them, or the outer name replaces the inner.
            inner = "{" if (wrap.start, wrap.stop) in taken else ""
            taken.add((wrap.start, wrap.stop))
            before.setdefault(wrap.start, []).insert(0, rf"{lead}\cssId{{{wrap.name}}}{{{inner}")
            after.setdefault(wrap.stop, []).append(("}" if inner else "") + "}" + tail)
        parts: list[str] = []
        for index, token in enumerate(self._tokens):
            source = r"\prime " if index in primes else self.plain[token.start : token.end]
            parts += [*after.get(index, []), *before.get(index, []), source]
        return "".join([*parts, *after.get(len(self._tokens), [])])

    def _wraps(self, segment: _Segment) -> Iterator[_Wrap]:
        start, stop = self._token_at(segment.start), self._token_at(segment.stop)
        # A mark that cuts a command's name in two, as isolating `x` does to `\exp`, encloses nothing.
        if start is not None and stop is not None:
            yield from self._walk(start, stop, segment.name)

    def _token_at(self, offset: int) -> int | None:
        """Index of the token that begins at an offset (or behind the space there); None in the middle of a token."""
        index = bisect_left(self._starts, offset)
        before = self._tokens[index - 1] if index else None
        return index if before is None or before.end <= offset or before.kind == "space" else None

    def _walk(self, index: int, stop: int, name: str) -> Iterator[_Wrap]:
        """Stretches of whole units between `index` and `stop`; what reaches further is entered."""
        begin = index
        while index < stop:
            token = self._tokens[index]
            end = self._stop[index]
            empty = all(other.kind == "space" for other in self._tokens[begin:index])
            owner = self._owner.get(index, index)
            if owner < begin or (empty and owner < index):
                # An argument whose command stands outside: the name goes inside its braces.
                yield from self._trimmed(begin, index, name)
                if token.text == "{" and end <= stop:
                    yield from self._walk(index + 1, end - 1, name)
                elif end <= stop:
                    yield _Wrap(index, end, name, braces=True)
                index = begin = max(end if end <= stop else index + 1, index + 1)
            elif token.text == "'" and empty:
                index = begin = yield from self._primes(index, stop, name)
            elif self._breaks(token) or end > stop or (token.text in "^_" and empty):
                yield from self._trimmed(begin, index, name)
                index = begin = index + (2 if token.text in {r"\left", r"\right"} else 1)
            else:
                index = end
        yield from self._trimmed(begin, stop, name)

    def _primes(self, index: int, stop: int, name: str) -> Generator[_Wrap, None, int]:
        """A run of primes; returns the index after it."""
        end = index
        while end < stop and self._tokens[end].text == "'":
            end += 1
        if end >= len(self._tokens) or self._tokens[end].text not in "^'":
            yield _Wrap(index, end, name)
        return end

    @staticmethod
    def _breaks(token: Token) -> bool:
        return token.text in _BREAKERS or token.kind in {"newline", "end"}

    def _trimmed(self, start: int, stop: int, name: str) -> Iterator[_Wrap]:
        while start < stop and self._tokens[start].kind == "space":
            start += 1
        while start < stop and self._tokens[stop - 1].kind == "space":
            stop -= 1
        if start < stop and self._hidden.isdisjoint({start, stop - 1}):
            yield _Wrap(start, stop, name)

    def _match_groups(self) -> dict[int, int]:
        r"""Index of each opening brace, `\left` and `\begin` -> the index after what closes it."""
        pairs = {"}": "{", r"\right": r"\left"}
        found: dict[int, int] = {}
        stack: list[int] = []
        for index, token in enumerate(self._tokens):
            if token.text in pairs.values() or token.kind == "begin":
                stack.append(index)
            elif (token.text in pairs or token.kind == "end") and stack:
                opener = self._tokens[stack[-1]]
                if opener.text == pairs.get(token.text, opener.text if opener.kind == "begin" else ""):
                    # `\right` is followed by its delimiter.
                    found[stack.pop()] = index + (2 if token.text == r"\right" else 1)
        return found

    def _measure(self, index: int) -> None:
        """Note where the unit at `index` ends, and which of its tokens begin an argument of it."""
        token = self._tokens[index]
        limit = len(self._tokens)
        if token.text in {"{", r"\left"} or token.kind == "begin":
            # What is never closed here reaches beyond any segment.
            self._stop[index] = self._groups.get(index, limit + 1)
            if token.kind == "begin":
                self._hide_columns(index)
            return
        name = token.text.removesuffix("*")
        count = 1 if token.text in {"^", "_"} else ARITY.get(name, 0)
        position = index + 1
        if count and token.text not in "^_":
            position = self._after_option(position)
        for number in range(count):
            position = self._skip_space(position)
            if position >= limit:
                position = limit + 1  # the argument is missing here: it comes with the next part
                break
            self._owner.setdefault(position, index)
            if number < _SETTINGS.get(name, 0):
                self._hidden.update(range(position + 1, min(self._stop[position], limit)))
            position = self._stop[position]
        self._stop[index] = position

    def _hide_columns(self, index: int) -> None:
        position = self._after_option(index + 1)
        if (
            "array" in self._tokens[index].text
            or "alignat" in self._tokens[index].text
            or "alignedat" in self._tokens[index].text
        ):
            self._hidden.update(range(index + 1, min(self._stop.get(position, position), len(self._tokens))))

    def _after_option(self, position: int) -> int:
        start = self._skip_space(position)
        if start < len(self._tokens) and self._tokens[start].text == "[":
            for index in range(start, len(self._tokens)):
                if self._tokens[index].text == "]":
                    return index + 1
        return position

    def _skip_space(self, position: int) -> int:
        while position < len(self._tokens) and self._tokens[position].kind == "space":
            position += 1
        return position


def parse_marked(expression: str) -> Marked:
    """Take a string apart that Manim has marked up."""
    plain = ""
    position = 0
    opened: list[tuple[str, int]] = []
    segments: list[tuple[int, _Segment]] = []
    for count, match in enumerate(_MARK.finditer(expression)):
        plain += expression[position : match.start()]
        position = match.end()
        if match["name"]:
            opened.append((match["name"], len(plain)))
        elif opened:
            name, start = opened.pop()
            segments.append((count, _Segment(name, start, len(plain))))
            # `\alpha` and `x` as two parts are no command `\alphax`.
            following = _MARK.sub("", expression[position:])[:1]
            if not name.endswith("substring") and re.search(r"\\[A-Za-z]+$", plain) and following.isalpha():
                plain += " "
    plain += expression[position:]
    # Outer marks come before inner ones: of two that begin alike, the one that ends (or is closed) later.
    segments.sort(key=lambda item: (item[1].start, -item[1].stop, -item[0]))
    return Marked(plain, [segment for _, segment in segments])


def without_marks(expression: str) -> str:
    """The string as it was before Manim marked it up."""
    return _MARK.sub("", expression)
