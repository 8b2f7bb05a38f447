r"""LaTeX as tokens, cut into the clauses of a formula, and each clause into the sides of its relations.

Nothing here knows what a formula is worth. What cannot be cut with certainty raises `NotUnderstood`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from visium_graph.checks.equations.wording import is_connective, is_doubtful

__all__ = ["TIGHT_COMMA", "Clause", "NotUnderstood", "Relation", "Token", "clauses_of", "latex_of"]

_LONGEST = 2000
"""Characters of LaTeX that are looked at; a formula that a slide can show is far shorter."""
_MOST_SIDES = 40

Relation = Literal["=", "<", ">", "<=", ">=", "!=", "~"]
"""`~` is "about"."""


class NotUnderstood(ValueError):  # noqa: N818  # no fault of anybody's: then nothing is said
    """This cannot be read, or not with certainty."""


@dataclass(frozen=True, slots=True)
class Token:
    r"""A number, a command with its backslash, a sign or letter, or the words of `\text` and `\mathrm`."""

    kind: Literal["number", "command", "sign", "text", "name"]
    text: str
    r"""What it means: `\times` and `\cdot` are one."""
    source: str = field(default="", compare=False)
    """How it is written, with a space before it where there is one."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A chain such as `a = b < c`: one side more than relations."""

    sides: tuple[tuple[Token, ...], ...]
    relations: tuple[Relation, ...]
    signs: tuple[str, ...]
    """The relations as they are written."""
    concluded: bool = False
    """Whether an arrow leads to it from the clause before."""


def latex_of(tokens: Sequence[Token]) -> str:
    """Tokens as they were written, without the commands that only set space."""
    return "".join(token.source for token in tokens).strip()


TIGHT_COMMA = Token("sign", "tight ,")
"""A comma between two digits that does not group thousands: it may separate, or be a decimal comma."""

_TOKEN = re.compile(
    r"(?P<text>\\(?:text(?:rm|bf|it|sf|normal)?|mbox|hbox)\s*\{(?P<words>[^{}]*)\})"
    r"|(?P<name>\\(?:mathrm|operatorname\*?|mathit|mathsf|rm)\s*\{\s*(?P<letters>[A-Za-z. ]*)\s*\})"
    r"|(?P<number>(?:[1-9]\d{0,2}(?:(?:\{\\?,\}|\\[, ]|~|,)\d{3})+(?!\d)(?:\.\d+)?)|\d+(?:(?:\.|\{,\})\d+)?|\.\d+)"
    r"|(?P<tight>(?<=\d),(?=\d))"
    r"|(?P<command>\\[A-Za-z]+\*?|\\.)"
    r"|(?P<sign>\S)",
    re.DOTALL | re.ASCII,
)
_UNICODE = str.maketrans(
    {
        "\u2212": "-", "\u00d7": r"\times ", "\u00f7": r"\div ", "\u00b7": r"\cdot ", "\u22c5": r"\cdot ",
        "\u2264": r"\le ", "\u2265": r"\ge ", "\u2260": r"\ne ", "\u2248": r"\approx ", "\u03c0": r"\pi ",
        "\u00b0": r"^\circ ", "\u2261": r"\equiv ", "\u21d2": r"\Rightarrow ", "\u00a0": " ", "\u2009": r"\,",
    }
)  # fmt: skip
_DROPPED = frozenset(
    {r"\,", r"\:", r"\;", r"\!", r"\>", "\\ ", "\\\n", "~", "&", r"\left", r"\right", r"\displaystyle", r"\textstyle"}
    | {r"\big", r"\Big", r"\bigg", r"\Bigg", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\biggl", r"\biggr"}
    | {r"\limits", r"\nolimits", r"\nonumber", r"\notag", r"\thinspace", r"\medspace", r"\mathstrut", r"\scriptstyle"}
)
"""Spacing and sizes."""
_SYNONYMS = {
    r"\dfrac": r"\frac", r"\tfrac": r"\frac", r"\cfrac": r"\frac", r"\dbinom": r"\binom", r"\tbinom": r"\binom",
    r"\times": r"\cdot", "*": r"\cdot", r"\ast": r"\cdot", r"\lbrace": r"\{", r"\rbrace": r"\}", r"\lbrack": "[",
    r"\rbrack": "]", r"\vert": "|", r"\degree": r"\circ", r"\lparen": "(", r"\rparen": ")", r"\colon": ":",
}  # fmt: skip
_RELATIONS: dict[str, Relation] = {
    "=": "=", "<": "<", ">": ">", r"\lt": "<", r"\gt": ">", r"\le": "<=", r"\leq": "<=", r"\leqslant": "<=",
    r"\ge": ">=", r"\geq": ">=", r"\geqslant": ">=", r"\ne": "!=", r"\neq": "!=", r"\approx": "~", r"\simeq": "~",
    r"\thickapprox": "~", r"\doteq": "~",
}  # fmt: skip
_ARROWS = frozenset(
    {
        r"\Rightarrow",
        r"\implies",
        r"\Longrightarrow",
        r"\iff",
        r"\Leftrightarrow",
        r"\Longleftrightarrow",
        r"\therefore",
    }
)
_SEPARATORS = _ARROWS | {r"\quad", r"\qquad", r"\\", r"\newline", ";", ",", r"\because"}
_SILENCING = frozenset(
    {r"\equiv", r"\bmod", r"\pmod", r"\mod", r"\pod", r"\cong", r"\stackrel", r"\overset", r"\underset"}
    | {r"\cancel", r"\bcancel", r"\xcancel", r"\sout", r"\lor", r"\land", r"\vee", r"\wedge", r"\neg"}
    | {r"\lnot", r"\oplus", r"\otimes", r"\color", r"\textcolor", r"\nRightarrow", r"\bot", r"\lightning", r"\nexists"}
    | {
        r"\forall",
        r"\exists",
        r"\xor",
        r"\xrightarrow",
        r"\xRightarrow",
        r"\Leftarrow",
        r"\impliedby",
        r"\vdots",
        r"\ddots",
    }
    | {r"\cases", r"\matrix", r"\over", r"\choose", r"\atop", r"\newcommand", r"\def", r"\mathbf", r"\boldsymbol"}
    | {r"\bm", r"\vec", r"\begin", r"\end", r"\mathbb", r"\mathbin", r"\mathrel"}
    | {"?"}
)
"""One of these and nothing is said of the whole formula: congruences, questions, what is crossed out or coloured,
logic, vectors and matrices."""
_LINES = re.compile(
    r"\\(?:begin|end)\s*\{(?:aligned|align\*?|alignat\*?|gather\*?|gathered|split|equation\*?|multline\*?)\}(?:\{\d\})?"
)
_NOTES = re.compile(r"\\(?:tag\*?|label)\s*\{[^{}]*\}")
_REMARKS = re.compile(r"(?<=[0-9})%])\s*(?:\\[ ;:,]|~)[\s~\\;:,]*(?=(?:\\left\s*)?\()")
"""Space between a value and a bracket: what stands in it may be a remark (`0.83 \\ (83\\%)`, `25 \\; (2)`) or a factor."""
_OPENING = {"(": ")", "[": "]", "{": "}", r"\{": r"\}", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil",
            r"\lvert": r"\rvert", r"\langle": r"\rangle", r"\lVert": r"\rVert"}  # fmt: skip


def clauses_of(latex: str) -> list[Clause]:
    r"""The chains of a formula, in order.

    Example:
        >>> [clause.relations for clause in clauses_of(r"3^2 = 9, \\quad 1 < 2 \\le 3")]
        [('=',), ('<', '<=')]

    Raises:
        NotUnderstood: it is too long, its brackets do not match, or something in it makes every reading doubtful.
    """
    if len(latex) > _LONGEST:
        raise NotUnderstood("too long")
    tokens = _unboxed(_negations(list(_tokens(latex))))
    if any(token.text in _SILENCING for token in tokens if token.kind in {"command", "sign"}):
        raise NotUnderstood("congruences, logic, questions and crossed out terms")
    if any(is_doubtful(token.text) for token in tokens if token.kind in {"text", "name"}):
        raise NotUnderstood("its words may take back what it says")
    return [_sides(piece, concluded) for piece, concluded in _pieces(tokens)]


def _tokens(latex: str) -> Iterator[Token]:
    text = _REMARKS.sub(r" \\text{} ", latex.translate(_UNICODE))
    text = _NOTES.sub(" ", _LINES.sub(" ", re.sub(r"\\\\\s*(?:\*|\[[^\]]*\])", r"\\\\ ", text)))
    for match in _TOKEN.finditer(text):
        plain = match.group()
        source = " " * (match.start() > 0 and text[match.start() - 1].isspace()) + plain
        if match["text"] is not None:
            yield Token("text", match["words"].strip(), source)
        elif match["name"] is not None:
            yield Token("name", match["letters"].strip(), source)
        elif match["number"] is not None:
            if len(plain) > 60:
                raise NotUnderstood("a very long number")
            yield Token("number", plain, source)
        elif match["tight"] is not None:
            yield TIGHT_COMMA
        elif match["command"] is not None:
            if plain not in _DROPPED:
                yield Token("command", _SYNONYMS.get(plain, plain), source)
        elif plain not in _DROPPED:
            yield Token("sign", _SYNONYMS.get(plain, plain), source)


def _negations(tokens: list[Token]) -> list[Token]:
    r"""`\not =` as one relation; no other is known by its denial."""
    result: list[Token] = []
    for token in tokens:
        if result and result[-1] == Token("command", r"\not"):
            if token.text != "=":
                raise NotUnderstood(r"\not before something else")
            result[-1] = Token("command", r"\ne", r"\ne")
        else:
            result.append(token)
    return result


def _unboxed(tokens: list[Token]) -> list[Token]:
    """What a box around the whole formula holds."""
    boxed = len(tokens) > 3 and tokens[0].text == r"\boxed" and tokens[-1].text == "}"
    if boxed and all(depth for depth, _ in _with_depth(tokens[1:])):
        return tokens[2:-1]
    return tokens


def _pieces(tokens: Sequence[Token]) -> Iterator[tuple[list[Token], bool]]:
    """Stretches between separators outside of all brackets, and whether an arrow led there."""
    piece: list[Token] = []
    concluded = arrow = False
    for place, (depth, token) in enumerate(_with_depth(tokens)):
        if token == TIGHT_COMMA and not depth:
            raise NotUnderstood("a comma that may be a decimal one")
        separates = is_connective(token.text) if token.kind == "text" else token.text in _SEPARATORS
        if depth or not separates:
            if not piece:
                concluded, arrow = arrow, False
            piece.append(token)
            continue
        # A new line that begins with a relation goes on with the chain.
        if piece and not _is_relation(tokens[place + 1 : place + 2]):
            yield piece, concluded
            piece = []
        arrow = arrow or token.text in _ARROWS
    if piece:
        yield piece, concluded


def _is_relation(tokens: Sequence[Token]) -> bool:
    return any(token.kind in {"command", "sign"} and token.text in _RELATIONS for token in tokens)


def _with_depth(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Each token with the number of brackets that are open around it."""
    waiting: list[str] = []
    for token in tokens:
        if token.kind in {"command", "sign"}:
            if waiting and token.text == waiting[-1]:
                waiting.pop()
                yield len(waiting) + 1, token
                continue
            if token.text in _OPENING.values():
                raise NotUnderstood("brackets that do not match")
            if token.text in _OPENING:
                waiting.append(_OPENING[token.text])
                yield len(waiting), token
                continue
        yield len(waiting), token
    if waiting:
        raise NotUnderstood("brackets that do not match")


def _sides(piece: list[Token], concluded: bool) -> Clause:
    sides: list[list[Token]] = [[]]
    relations: list[Token] = []
    while piece and piece[-1] == Token("sign", "."):
        piece = piece[:-1]
    for depth, token in _with_depth(piece):
        if not depth and _is_relation([token]):
            relations.append(token)
            sides.append([])
        else:
            sides[-1].append(token)
    if len(sides) > _MOST_SIDES:
        raise NotUnderstood("a very long chain")
    meant = tuple(_RELATIONS[token.text] for token in relations)
    return Clause(tuple(map(tuple, sides)), meant, tuple(token.source.strip() for token in relations), concluded)
