r"""What LaTeX's math commands are: which take arguments, which relate, which join two terms."""

from __future__ import annotations

__all__ = [
    "ARITY",
    "ARROWS",
    "BINARY",
    "CLOSERS",
    "DELIMITED",
    "LIMITS",
    "OPAQUE",
    "OPENERS",
    "OPERATORS",
    "RELATIONS",
    "SIZES",
    "SUMS",
]


def _commands(names: str) -> frozenset[str]:
    return frozenset("\\" + name for name in names.split())


RELATIONS = frozenset("=<>") | _commands(
    "le leq leqslant ge geq geqslant lt gt ne neq approx sim simeq equiv cong propto doteq triangleq coloneqq eqqcolon "
    "to gets rightarrow leftarrow leftrightarrow Rightarrow Leftarrow Leftrightarrow longrightarrow Longrightarrow "
    "longmapsto mapsto implies impliedby iff in notin ni subset subseteq supset supseteq ll gg prec succ preceq succeq "
    "models vdash perp parallel lesssim gtrsim hookrightarrow twoheadrightarrow xrightarrow xleftarrow xlongequal "
    "overset stackrel underset asymp leadsto rightsquigarrow rightleftharpoons xRightarrow"
)
"""A line may break before one; lines of a derivation line up at theirs."""

ARROWS = _commands(
    "to gets rightarrow leftarrow leftrightarrow Rightarrow Leftarrow Leftrightarrow longrightarrow Longrightarrow "
    "longmapsto mapsto implies impliedby iff in notin ni leadsto rightsquigarrow hookrightarrow twoheadrightarrow"
)
"""Relations at which lines line up only where there is no other."""

BINARY = frozenset("+-*/") | _commands(
    "pm mp times cdot div ast star circ bullet oplus ominus otimes odot cup cap setminus wedge vee land lor mod bmod "
    "uplus sqcup sqcap amalg dagger"
)
"""Operations between two terms."""

SUMS = frozenset("+-") | _commands("pm mp oplus ominus cup cap land lor vee wedge")
"""The operations that bind loosest: a line rather breaks at a sum than inside a product."""

OPENERS = frozenset("([") | _commands("{ lbrace lbrack lparen langle lfloor lceil lvert lVert")
CLOSERS = frozenset(")]") | _commands("} rbrace rbrack rparen rangle rfloor rceil rvert rVert")
DELIMITED = _commands("left right middle")
SIZES = _commands("big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm")

OPERATORS = _commands(
    "sum prod coprod int iint iiint oint bigcup bigcap bigoplus bigotimes bigvee bigwedge lim limsup liminf max min "
    "sup inf sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh exp log ln lg det dim ker gcd Pr arg deg hom"
)

LIMITS = _commands(
    "sum prod coprod bigcup bigcap bigoplus bigotimes bigvee bigwedge lim limsup liminf max min sup inf det gcd Pr"
)
"""Operators that carry their scripts below and above in display style."""

ARITY: dict[str, int] = {
    **dict.fromkeys(
        _commands(
            "sqrt hat bar vec tilde dot ddot dddot check breve acute grave mathring overline underline widehat "
            "widetilde overrightarrow overleftarrow overbrace underbrace mathbf mathrm mathcal mathbb mathfrak mathsf "
            "mathtt mathit mathscr boldsymbol bm pmb text textbf textit textrm textsf texttt mbox hbox operatorname "
            "boxed fbox cancel bcancel xcancel phantom hphantom vphantom smash mathop mathrel mathbin mathord "
            "mathopen mathclose mathpunct mathinner substack pmod tag label ce color hspace xrightarrow xleftarrow "
            "xlongequal xRightarrow not bra ket abs norm"
        ),
        1,
    ),
    **dict.fromkeys(
        _commands(
            "frac dfrac tfrac cfrac binom dbinom tbinom overset underset stackrel textcolor colorbox raisebox cssId "
            "class style href rule"
        ),
        2,
    ),
    r"\genfrac": 6,
}
"""How many arguments a command takes (beside an optional one in square brackets); 0 where it is not listed."""

OPAQUE = _commands(
    "text textbf textit textrm textsf texttt mbox hbox operatorname mathrm label tag ce color hspace href class style "
    "cssId raisebox rule begin end textcolor colorbox"
)
"""Commands whose arguments hold words or settings, not symbols."""
