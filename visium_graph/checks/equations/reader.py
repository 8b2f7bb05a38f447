r"""One side of a relation as a tree: a strict reader of school LaTeX.

It accepts only what it is sure to understand; everything else (a subscripted number, a ratio, an ellipsis, a unit, a set,
a function that is not known) raises `NotUnderstood`. Where mathematicians themselves write one thing and mean several
(`1\frac{1}{2}`, `1/2\pi`, `\log 100`, `\sin 30`), the reader asks its `Choices`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from visium_graph.checks.equations import notation
from visium_graph.checks.equations.choices import Choices
from visium_graph.checks.equations.cursor import CLOSING, FUNCTIONS, GREEK, SEVERAL, Cursor
from visium_graph.checks.equations.tokens import TIGHT_COMMA, NotUnderstood, Token
from visium_graph.checks.equations.tree import (
    Call,
    Constant,
    Degrees,
    Negative,
    Node,
    Number,
    Percent,
    Power,
    Product,
    Quotient,
    Root,
    Series,
    Sum,
    Symbol,
)

__all__ = ["read_side"]

_DEEPEST = 30
_FUNCTION_LETTERS = frozenset("fghFGHPETSCpq")
"""Letters before a bracket that are rather functions than factors."""


def read_side(tokens: Sequence[Token], choices: Choices, *, decimal_comma: bool = False) -> Node:
    """The tree of one side.

    Args:
        tokens: the side.
        choices: the reading to follow.
        decimal_comma: whether `1{,}000` may be one, and `1.000` a thousand.

    Raises:
        NotUnderstood: something in it is not certain.
    """
    reader = _Reader(list(tokens), choices, decimal_comma)
    node = reader.expression()
    if reader.here is not None:
        raise NotUnderstood(f"{reader.here.text} where nothing more was expected")
    return node


class _Reader(Cursor):
    """Recursive descent. Every method leaves the place behind what it has read."""

    def __init__(self, tokens: list[Token], choices: Choices, decimal_comma: bool) -> None:
        super().__init__(tokens, choices, decimal_comma)
        self._logarithms = 0
        self._angles = 0

    def expression(self) -> Node:
        """A sum of terms."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise NotUnderstood("nested too deeply")
        node = self._rest_of_sum([self._signed_term()])
        self.depth -= 1
        return node

    def _rest_of_sum(self, terms: list[Node]) -> Node:
        while self.sees("+", "-"):
            minus = self.sees("-")
            self.place += 1
            term = self._signed_term()
            terms.append(Negative(term) if minus else term)
        shares = sum(notation.is_percent(term) for term in terms)
        if 0 < shares < len(terms):
            raise NotUnderstood("a sum of percentages and other numbers")
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def _signed_term(self) -> Node:
        negative = False
        while self.sees("+", "-"):
            negative ^= not self.take("+") and self.take("-")
        term = self._term()
        return Negative(term) if negative else term

    def _term(self) -> Node:
        node = notation.product_of(self._factors())
        slash = False
        while True:
            if self.take(r"\cdot"):
                factor = (
                    Negative(notation.product_of(self._factors()))
                    if self.take("-")
                    else notation.product_of(self._factors())
                )
                if slash and isinstance(node, Quotient) and self.choices.choose("a/b*c", True, False) is False:
                    node = Quotient(node.over, Product((node.under, factor)))
                else:
                    node = Product((*(node.factors if isinstance(node, Product) else (node,)), factor))
            elif self.sees("/", r"\div"):
                self.grow()
                slash = True
                self.place += 1
                node = self._divided(node)
            else:
                return node

    def _divided(self, over: Node) -> Node:
        r"""What stands behind a slash: only its first factor, or the whole run (`1/2\pi`)."""
        negative = self.take("-")
        factors = self._factors()
        if len(factors) > 1 and self.choices.choose("a/bc", True, False):
            under, rest = notation.product_of(factors), None
        else:
            under, rest = factors[0], factors[1:]
        quotient: Node = Quotient(over, Negative(under) if negative else under)
        return Product((quotient, *rest)) if rest else quotient

    def _factors(self) -> list[Node]:
        r"""Factors side by side: `2\pi`, `3(4+5)`, `2ab`."""
        factors = [self._powered()]
        while self.starts_factor():
            before = factors[-1]
            if self.here is not None and self.here.kind == "number" and isinstance(before, Number | Symbol):
                raise NotUnderstood("a number right behind another, or behind a letter")
            plain = self.tokens[self.place - 1].kind == "number" and self.sees(r"\frac")
            after = self._powered()
            if notation.has_unit(before) or notation.has_unit(after):
                raise NotUnderstood("a percentage or an angle beside a factor without a sign")
            if plain and notation.is_mixed(factors, after) and self.choices.choose("mixed number", True, False):
                factors = [Sum((before, after))]
            else:
                factors.append(after)
        return factors

    def _powered(self) -> Node:
        node = self._atom()
        while True:
            if self.sees("!", r"\%", "^"):
                self.grow()
            if self.take("!"):
                if self.sees("!"):
                    raise NotUnderstood("a double factorial")
                node = Call("factorial", (node,))
            elif self.take(r"\%"):
                node = Percent(node) if self.choices.choose("percent sign", True, False) else node
            elif self.take("^"):
                node = self._raised(node)
            elif self.sees("_", "'"):
                raise NotUnderstood("an index")
            else:
                return node

    def _raised(self, base: Node) -> Node:
        if self.take_degree_sign():
            # Beside plain numbers it may only say what they count: 360/5 = 72 degrees.
            return Degrees(base) if self._angles or self.choices.choose("degree sign", True, False) else base
        if isinstance(base, Degrees):
            raise NotUnderstood("a power of degrees")
        exponent = self._script()
        if self.sees("^"):
            raise NotUnderstood("two exponents")
        return Power(base, exponent)

    def _script(self) -> Node:
        """What a caret, an underscore or a root applies to: a group, or one single token.

        Of a number without braces that is its first digit for TeX (`2^10`), but hardly ever for its author.
        """
        token = self.here
        if token is not None and token.kind == "number" and len(token.text) > 1:
            if not token.text.isdigit():
                raise NotUnderstood("a script of several characters without braces")
            if self.choices.choose("script of several digits", True, False):
                return self.number()
            self.split_number(Token("command", r"\cdot"))
        return self._single()

    def _digit_argument(self) -> Node:
        r"""An argument of a fraction, of which authors know that one digit is enough: `\frac12`."""
        token = self.here
        if token is not None and token.kind == "number" and len(token.text) > 1:
            if len(token.text) > 2 or not token.text.isdigit():
                raise NotUnderstood("a fraction of several digits without braces")
            self.split_number()
        return self._single()

    def _single(self) -> Node:
        token = self.here
        if token is None:
            raise NotUnderstood("an argument was expected")
        if self.take("{"):
            node = self.expression()
            self.expect("}")
            return node
        if token.kind == "number":
            return self.number()
        if token.text.isalpha() or token.text[1:] in {*GREEK, "pi", "frac", "sqrt", "binom"}:
            return self._atom()
        raise NotUnderstood("an argument that is no value")

    def _atom(self) -> Node:
        self.grow()
        token = self.here
        if token is None or token.kind == "text":
            raise NotUnderstood("a value was expected")
        if token.kind == "number":
            return self.number()
        if token.kind == "name":
            return self._named(token)
        if token.text in CLOSING or token.text == "|":
            return self._bracketed(token.text)
        self.place += 1
        if token.text.isalpha() and token.text.isascii():
            return self._letter(token.text)
        if not token.text.startswith("\\"):
            raise NotUnderstood(f"{token.text} is no value")
        return self._command(token.text[1:])

    def _command(self, name: str) -> Node:  # noqa: PLR0911  # one case for each kind of command
        if name in {"frac", "binom"}:
            pair = self._digit_argument(), self._digit_argument()
            return Quotient(*pair) if name == "frac" else Call("binomial", pair)
        if name == "boxed" and self.sees("{"):
            return self._script()
        if name == "sqrt":
            return self._root()
        if name == "pi":
            if self.sees("(", "_", "["):
                raise NotUnderstood("pi as a function")
            return Constant("pi")
        if name in {"sum", "prod"}:
            return self._series("sum" if name == "sum" else "product")
        if name in GREEK:
            return self._letter(name)
        if name in SEVERAL:
            return Call(name, self._arguments())
        if name in FUNCTIONS:
            return self._function(name)
        raise NotUnderstood(f"\\{name} is not known")

    def _named(self, token: Token) -> Node:
        self.place += 1
        if token.text == "e":
            return Constant("e")
        if token.text in SEVERAL:
            return Call(token.text, self._arguments())
        if token.text in FUNCTIONS:
            return self._function(token.text)
        raise NotUnderstood("words")

    def _letter(self, name: str) -> Node:
        if name == "e" and self._logarithms:
            return Constant("e")
        if self.take("_"):
            script = self._script()
            if not isinstance(script, Number):
                raise NotUnderstood("an index that may run")
            name = f"{name}_{script.value}"
        if self.sees("(", "["):
            place = self.place
            if name in _FUNCTION_LETTERS or not isinstance(self._bracketed("(" if self.sees("(") else "["), Sum):
                raise NotUnderstood("a letter before a bracket may be a function")
            self.place = place
        return Symbol(name)

    def _bracketed(self, opening: str) -> Node:
        self.place += 1
        if opening == "|":
            self.bars += 1
            node = self.expression()
            self.bars -= 1
            self.expect("|")
            return Call("abs", (node,))
        bars, self.bars = self.bars, 0
        node = self.expression()
        self.bars = bars
        self.expect(CLOSING[opening])
        if opening == "[" and not isinstance(node, Sum | Product):
            raise NotUnderstood("square brackets may round down")
        if opening == "(" and isinstance(node, Number) and self.place >= 4 and self._follows_decimal():
            raise NotUnderstood("the uncertainty of a measured number")
        match opening:
            case r"\lvert":
                return Call("abs", (node,))
            case r"\lfloor":
                return Call("floor", (node,))
            case r"\lceil":
                return Call("ceil", (node,))
        return node

    def _follows_decimal(self) -> bool:
        before = self.tokens[self.place - 4]
        return before.kind == "number" and "." in before.text

    def _root(self) -> Node:
        degree: Node = Number(Fraction(2))
        if self.take("["):
            degree = self.expression()
            self.expect("]")
        return Root(self._script(), degree)

    def _arguments(self) -> tuple[Node, ...]:
        self.expect("(")
        found = [self.expression()]
        while self.take(",", TIGHT_COMMA.text):
            found.append(self.expression())
        self.expect(")")
        return tuple(found)

    def _function(self, name: str) -> Node:
        base: Node | None = None
        power: Node | None = None
        while self.sees("_", "^"):
            if self.take("_"):
                if name != "log" or base is not None:
                    raise NotUnderstood("a function with an index")
                base = self._script()
            elif self.take("^"):
                power = self._script()
        arc = notation.inverse(name, power, self.choices)
        if arc is not None:
            name, power = arc, None
        argument, closed = self._argument(name)
        if closed and self.sees("^") and not self.choices.choose("f(x)^2", True, False):
            self.place += 1
            argument = self._raised(argument)
        node = notation.applied(name, argument, base, self.choices)
        return node if power is None else Power(node, power)

    def _argument(self, name: str) -> tuple[Node, bool]:
        """The argument, and whether brackets or braces close it."""
        self._logarithms += name in {"ln", "log", "lg"}
        self._angles += name in notation.TRIGONOMETRIC
        try:
            if self.sees("(", "[", "{", "|", r"\lvert", r"\lfloor", r"\lceil"):
                token = self.here
                assert token is not None
                return self._bracketed(token.text), True
            if self.take("-"):
                return Negative(self._bare_argument()), False
            return self._bare_argument(), False
        finally:
            self._logarithms -= name in {"ln", "log", "lg"}
            self._angles -= name in notation.TRIGONOMETRIC

    def _bare_argument(self) -> Node:
        r"""Factors behind a function's name, as far as they belong to it: `\sin 2\pi` but not `\sin x \cos x`."""
        factors = [self._powered()]
        while self.starts_factor():
            token = self.here
            assert token is not None
            if token.kind == "name" or token.text[1:] in FUNCTIONS | SEVERAL | {"sum", "prod"}:
                break
            if token.text in CLOSING or token.text == "|":
                raise NotUnderstood("brackets behind the bare argument of a function")
            if token.kind == "number":
                raise NotUnderstood("a number behind the bare argument of a function")
            factors.append(self._powered())
        node = notation.product_of(factors)
        while self.sees("/", r"\cdot") and self.choices.choose("reach of a bare argument", False, True):
            over = self.sees("/")
            self.place += 1
            node = Quotient(node, self._powered()) if over else Product((node, self._powered()))
        return node

    def _series(self, kind: Literal["sum", "product"]) -> Node:
        index: str | None = None
        first: Node | None = None
        last: Node | None = None
        while self.sees("_", "^"):
            if self.take("^") and last is None:
                last = self._script()
            elif self.take("_") and index is None:
                self.expect("{")
                token = self.here
                if token is None or not (token.text.isalpha() and token.text.isascii()):
                    raise NotUnderstood("a series without an index")
                self.place += 1
                self.expect("=")
                index, first = token.text, self.expression()
                self.expect("}")
            else:
                raise NotUnderstood("a series with two bounds of a kind")
        if index is None or first is None or last is None:
            raise NotUnderstood("a series without bounds")
        body = self._term()
        if self.sees("+", "-") and self.choices.choose("reach of a series", False, True):
            body = self._rest_of_sum([body])
        return Series(kind, index, first, last, body)
