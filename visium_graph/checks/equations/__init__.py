"""Equations that are false, in a storyboard or a script.

Closed equalities and inequalities (`3^2 + 4^2 = 25`), and identities that are marked as such, are read, computed and
compared; what cannot be read with certainty, or is not claimed, is passed over in silence. Nothing that is written in a
formula is ever evaluated as code, and no formula can take longer than some tenths of a second. The modules, from the
outside in:

- `check`: texts in, findings out; `passages`: where formulas stand; `wording`: whether they are claimed there.
- `claims`: the chains of a formula, and which of them are false; `explain`: that in words.
- `truth`, `identities`: a relation between two values, and one for all values of some symbols.
- `values`: what a tree is worth, within bounds; `algebra`: what sympy makes of it.
- `reader`, `choices`, `tokens`, `tree`: from LaTeX to a tree, in each way that it can be meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from visium_graph.checks.equations.check import RULE, Passage, check_passages
from visium_graph.checks.equations.passages import SpokenScript, script_passages, storyboard_passages
from visium_graph.checks.finding import Finding

if TYPE_CHECKING:
    from visium_graph.storyboard import Storyboard

__all__ = ["RULE", "Passage", "check_equations", "check_passages", "check_script_equations"]


def check_equations(storyboard: Storyboard, *, file: str = "storyboard.json", source: str = "") -> list[Finding]:
    """The false equations of a storyboard: of its titles, narration, layouts and fallbacks.

    Args:
        storyboard: the plan of a video.
        file: how findings should name it.
        source: its JSON, for the lines of the findings; "" where they are of no use.

    Example:
        >>> from visium_graph.storyboard import Storyboard
        >>> board = Storyboard.model_validate({"title": "Legs", "scenes": [{"id": "legs", "title": "Legs",
        ...     "beats": [{"id": "a", "say": "We add the squares."}], "layout": {"kind": "formula", "parts": [
        ...         {"id": "sum", "latex": "3^2 + 4^2 = 26"}]}}]})
        >>> [finding.message for finding in check_equations(board)]
        ["scene 'legs', part 'sum': 3^2 + 4^2 = 26 is false: the left side is 25"]
    """
    return check_passages(storyboard_passages(storyboard), language=storyboard.language, file=file, source=source)


def check_script_equations(script: SpokenScript, *, file: str = "storyboard.json") -> list[Finding]:
    """The false equations of a script: of its titles, its narration and the formulas that it shows.

    Args:
        script: anything of the shape of a script; its blocks with `latex` are formulas.
        file: how findings should name it.
    """
    return check_passages(script_passages(script), language=script.language, file=file)
