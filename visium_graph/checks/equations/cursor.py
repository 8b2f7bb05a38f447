"""A place in the tokens of one side, and the tokens that can stand for a value."""

from __future__ import annotations

import re
from fractions import Fraction

from visium_graph.checks.equations.choices import Choices
from visium_graph.checks.equations.tokens import NotUnderstood, Token
from visium_graph.checks.equations.tree import Number

__all__ = ["CLOSING", "FUNCTIONS", "GREEK", "SEVERAL", "Cursor"]

FUNCTIONS = frozenset(
    {"sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan"}
    | {"sinh", "cosh", "tanh", "ln", "exp", "log", "lg"}
)
"""Functions of one argument, which may stand without brackets."""
SEVERAL = frozenset({"gcd", "lcm", "max", "min"})
"""Functions of several arguments, in brackets."""
GREEK = frozenset(
    {"alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "kappa", "lambda"}
    | {"mu", "nu", "xi", "rho", "sigma", "tau", "phi", "varphi", "chi", "psi", "omega"}
)
"""Letters that are commands."""
CLOSING = {"(": ")", "[": "]", "{": "}", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil", r"\lvert": r"\rvert"}
"""Brackets that hold a value."""
_VALUES = frozenset({r"\frac", r"\sqrt", r"\binom", r"\pi", r"\sum", r"\prod", r"\boxed"})

_MOST_LEVELS = 150


class Cursor:
    """Moves over the tokens of one side."""

    def __init__(self, tokens: list[Token], choices: Choices, decimal_comma: bool) -> None:
        self.tokens = tokens
        self.place = 0
        self.choices = choices
        self._decimal_comma = decimal_comma
        self.depth = 0
        self.bars = 0
        self._levels = 0

    def grow(self) -> None:
        """Count what may make the tree deeper: it is walked by recursion.

        Raises:
            NotUnderstood: the tree could become too deep.
        """
        self._levels += 1
        if self._levels > _MOST_LEVELS:
            raise NotUnderstood("too much in one expression")

    @property
    def here(self) -> Token | None:
        """The next token, or None at the end."""
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def sees(self, *texts: str) -> bool:
        """Whether the next token is one of these commands or signs."""
        token = self.here
        return token is not None and token.kind in {"command", "sign"} and token.text in texts

    def take(self, *texts: str) -> bool:
        """Step over the next token if it is one of these."""
        if self.sees(*texts):
            self.place += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Step over this token.

        Raises:
            NotUnderstood: another one stands here.
        """
        if not self.take(text):
            raise NotUnderstood(f"{text} was expected")

    def starts_factor(self) -> bool:
        """Whether a value begins here: then it is multiplied by what stands before."""
        token = self.here
        if token is None or token.kind == "text":
            return False
        if token.kind in {"number", "name"} or token.text.isalpha() or token.text in CLOSING:
            return True
        if token.text == "|":
            return self.bars == 0
        return token.text in _VALUES or (token.text.startswith("\\") and token.text[1:] in FUNCTIONS | SEVERAL | GREEK)

    def take_degree_sign(self) -> bool:
        """Step over a degree sign behind a caret, in braces or without."""
        following = [token.text for token in self.tokens[self.place : self.place + 3]]
        length = 1 if following[:1] == [r"\circ"] else 3 if following == ["{", r"\circ", "}"] else 0
        self.place += length
        return bool(length)

    def split_number(self, *between: Token) -> None:
        """Make two tokens of a number: its first digit, and the rest."""
        text = self.tokens[self.place].text
        pieces = [Token("number", text[0]), *between, Token("number", text[1:])]
        self.tokens[self.place : self.place + 1] = pieces

    def number(self) -> Number:
        """The number that stands here, with or without groups of thousands.

        Raises:
            NotUnderstood: there is none, or its commas may separate.
        """
        token = self.here
        if token is None or token.kind != "number":
            raise NotUnderstood("a number was expected")
        self.place += 1
        text = token.text
        groups = re.fullmatch(r"(\d{1,3}(?:(\{\\?,\}|\\[, ]|~|,)\d{3})+)(\.\d+)?", text)
        if groups is None:
            if self._decimal_comma and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text):
                text = self.choices.choose("1.000", text, text.replace(".", ""))
            return _literal(text.replace("{,}", "."))
        if groups[2] == "," and (self.depth > 1 or self.bars):
            raise NotUnderstood("a comma in brackets separates, or groups thousands")
        whole = re.sub(r"\D", "", groups[1]) + (groups[3] or "")
        if "," in groups[2] and self._decimal_comma and not groups[3] and len(whole) <= 6:
            return _literal(self.choices.choose("1{,}000", f"{whole[:-3]}.{whole[-3:]}", whole))
        return _literal(whole)


def _literal(text: str) -> Number:
    return Number(Fraction(text if not text.startswith(".") else f"0{text}"), len(text.partition(".")[2]))
