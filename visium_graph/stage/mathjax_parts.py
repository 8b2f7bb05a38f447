r"""Manim's marked-up TeX to TeX that MathJax understands.

Manim typesets all parts of a `MathTex` as one string and marks where each begins and ends with
`\special{dvisvgm:raw <g id='unique000'>}` and `\special{dvisvgm:raw </g>}`, which become groups of the SVG file.
MathJax has `\cssId{name}{...}` for that, which wraps an argument instead: a part that does not stand for itself (half
of a `\frac{`, a `&`, a `\left(`) is wrapped piece by piece, all pieces under one name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Marked", "parse_marked"]

_TOKEN = re.compile(
    r"""
    (?P<open>\\special\{dvisvgm:raw\ <g\ id='(?P<id>[^']+)'>\})
  | (?P<close>\\special\{dvisvgm:raw\ </g>\})
  | (?P<left>\\left\s*(?:\\[A-Za-z]+|\\.|.))
  | (?P<right>\\right\s*(?:\\[A-Za-z]+|\\.|.))
  | (?P<begin>\\begin\s*\{(?:array|subarray|tabular|alignat\*?|alignedat)\}\s*(?:\[\w\]\s*)?\{(?:[^{}]|\{[^{}]*\})*\}
      |\\begin\s*\{[^{}]*\}(?:\[\w\])?)
  | (?P<end>\\end\s*\{[^{}]*\})
  | (?P<lbrace>\{)
  | (?P<rbrace>\})
  | (?P<breaker>&|\\\\(?:\s*\[[^\]]*\])?|\\(?:cr|hline|hdashline|over|atop|choose|middle|newline|limits|nolimits|displaylimits)(?![A-Za-z])|\\(?:tag|label)\*?\{[^{}]*\})
  | (?P<script>[\^_])
  | (?P<verbatim>\\(?:text|textbf|textit|textrm|textsf|texttt|mbox|hbox|ce|operatorname|mathrm|color|textcolor|cssId)\*?(?![A-Za-z]))
  | (?P<word>\\[A-Za-z]+\*?)
  | (?P<space>\s+)
  | (?P<symbol>\\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSERS = {"right": "left", "end": "begin", "rbrace": "lbrace"}
_TAKES_ARGUMENT = re.compile(
    r"\\(?:[dtc]?frac|[dt]?binom|sqrt|hat|bar|vec|d?dot|tilde|wide\w+|over\w+|under\w+|math\w+|bold\w*|text\w*|x\w+arrow"
    r"|stackrel|mbox|operatorname|boxed|[bx]?cancel|phantom|color|big\w?|Big\w?)$"
)


@dataclass
class Token:
    """A token of TeX outside Manim's marks."""

    kind: str
    text: str
    match: int = -1
    """Index of the closing token of a group that opens here; -1 where there is none."""


@dataclass
class Segment:
    """What one of Manim's marks encloses: tokens `start` to `stop` (exclusive)."""

    name: str
    start: int
    stop: int = -1


@dataclass
class Marked:
    """A formula taken apart: its tokens without marks, and where the marks were."""

    tokens: list[Token] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Names of all marks, in order of their beginnings."""
        return [segment.name for segment in self.segments]

    def plain(self) -> str:
        """The formula without marks."""
        return "".join(token.text for token in self.tokens)

    def wrapped(self, *, substrings: bool = True) -> str:
        r"""The formula with `\cssId` around the pieces of each mark.

        Args:
            substrings: wrap also the marks within parts.
        """
        before: dict[int, list[str]] = {}
        after: dict[int, list[str]] = {}
        for segment in self.segments:
            if not substrings and segment.name.endswith("substring"):
                continue
            for start, stop in self._runs(segment):
                braces = self._is_argument(start)
                before.setdefault(start, []).append(("{" if braces else "") + rf"\cssId{{{segment.name}}}{{")
                after.setdefault(stop, []).insert(0, "}" + ("}" if braces else ""))
        parts = []
        for index, token in enumerate(self.tokens):
            parts += [*after.get(index, []), *before.get(index, []), token.text]
        return "".join([*parts, *after.get(len(self.tokens), [])])

    def _is_argument(self, start: int) -> bool:
        previous = next((token for token in reversed(self.tokens[:start]) if token.kind != "space"), None)
        return previous is not None and (previous.kind == "script" or _TAKES_ARGUMENT.match(previous.text) is not None)

    def _runs(self, segment: Segment) -> Iterator[tuple[int, int]]:
        """Stretches of a segment that can be wrapped: whole groups, no alignment marks, nothing that wants more."""
        start = index = segment.start
        while index < segment.stop:
            token = self.tokens[index]
            whole = token.kind in _CLOSERS.values() and 0 <= token.match < segment.stop
            broken = token.kind in {"breaker", *_CLOSERS} or (token.kind in _CLOSERS.values() and not whole)
            if broken:
                yield from self._trimmed(start, index, opens=token.kind == "lbrace")
                index = start = index + 1
            elif whole:
                index = token.match + 1
            else:
                index += 1
                if token.kind != "space" and start == index - 1 and self._is_argument(start):
                    yield from self._trimmed(start, index, opens=False)
                    start = index
        yield from self._trimmed(start, segment.stop, opens=False)

    def _trimmed(self, start: int, stop: int, *, opens: bool) -> Iterator[tuple[int, int]]:
        while start < stop and self.tokens[start].kind == "space":
            start += 1
        while start < stop:
            last = self.tokens[stop - 1]
            wants_more = last.kind in {"script", "verbatim"} or _TAKES_ARGUMENT.match(last.text)
            if not (last.kind == "space" or wants_more or (opens and last.kind == "word")):
                break
            stop -= 1
        if start < stop:
            yield start, stop


def parse_marked(expression: str) -> Marked:
    """Take a string apart that Manim has marked up."""
    result = Marked()
    open_segments: list[Segment] = []
    groups: list[tuple[str, int]] = []
    for match in _TOKEN.finditer(expression):
        kind = match.lastgroup if match.lastgroup != "id" else "open"
        assert kind is not None
        if match.group("open"):
            segment = Segment(match.group("id"), len(result.tokens))
            open_segments.append(segment)
            result.segments.append(segment)
            continue
        if match.group("close"):
            if open_segments:
                open_segments.pop().stop = len(result.tokens)
            continue
        index = len(result.tokens)
        if kind in _CLOSERS.values():
            groups.append((kind, index))
        elif kind in _CLOSERS and groups and groups[-1][0] == _CLOSERS[kind]:
            result.tokens[groups.pop()[1]].match = index
        result.tokens.append(Token(kind, match.group()))
    for segment in open_segments:
        segment.stop = len(result.tokens)
    return _without_split_words(result)


def _without_split_words(marked: Marked) -> Marked:
    r"""Heal command names that a mark cuts in two, as isolating `x` does to `\exp`: the mark then encloses nothing."""
    tokens, moved = marked.tokens, []
    index = 0
    starts = {segment.start for segment in marked.segments if segment.name.endswith("substring")}
    stops = {segment.stop for segment in marked.segments if segment.name.endswith("substring")}
    position: list[int] = []
    for index, token in enumerate(tokens):
        cut = index in starts or index in stops
        previous = moved[-1] if moved else None
        if cut and previous is not None and previous.kind in {"word", "verbatim"} and token.text[0].isalpha() and token.text.isascii():
            moved[-1] = Token("word", previous.text + token.text)
            starts.discard(index)
            # The rest of the name follows letter by letter.
            if index + 1 < len(tokens) and tokens[index + 1].kind == "symbol" and tokens[index + 1].text.isalpha():
                starts.add(index + 1)
        else:
            moved.append(token)
        position.append(len(moved) - 1)
    if len(moved) == len(tokens):
        return marked
    position.append(len(moved))
    joined = Marked(moved)
    for segment in marked.segments:
        start, stop = position[segment.start], position[segment.stop] if segment.stop < len(tokens) else len(moved)
        whole = segment.start == 0 or segment.start >= len(tokens) or position[segment.start - 1] != start
        joined.segments.append(Segment(segment.name, start, stop if whole else start))
    _match_groups(joined.tokens)
    return joined


def _match_groups(tokens: list[Token]) -> None:
    groups: list[tuple[str, int]] = []
    for index, token in enumerate(tokens):
        token.match = -1
        if token.kind in _CLOSERS.values():
            groups.append((token.kind, index))
        elif token.kind in _CLOSERS and groups and groups[-1][0] == _CLOSERS[token.kind]:
            tokens[groups.pop()[1]].match = index
