"""A script as the director's model reads it: its scenes, its material by number, and the colours of its symbols."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

from visium_graph.agents.script_types import Script
from visium_graph.agents.sentences import MATH
from visium_graph.layouts import Role
from visium_graph.sources.document import Block, CodeBlock, Formula, Image, ItemList, Quote, Table

__all__ = ["material_of", "symbol_colors", "told_material", "told_scene"]

_SYMBOL = re.compile(
    r"(?:[A-Za-z]|\\(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|sigma|phi|psi|omega|rho|tau))(?:_(?:\w|\{\w+\}))?"
)
"""What stands for a quantity: a letter, maybe Greek, maybe with an index."""
_CONSTANTS = frozenset({"e", "i", "d"})
_ROLES: tuple[Role, ...] = ("primary", "secondary", "tertiary", "accent")


def material_of(script: Script) -> list[Block]:
    """All the material of a script in order: a plan names it by its number in this list, from 1."""
    return [block for scene in script.scenes for block in scene.material]


def symbol_colors(script: Script) -> dict[str, Role]:
    """A role for each symbol that the narration of several scenes names (or the only scene), the commonest first.

    Calls about different scenes run at the same time: what must agree among them is settled beforehand.
    """
    scenes = Counter[str]()
    for scene in script.scenes:
        scenes.update({match[1] for beat in scene.beats for match in MATH.finditer(beat.say) if _names(match[1])})
    enough = min(2, len(script.scenes))
    common = sorted((name for name, count in scenes.items() if count >= enough), key=lambda name: (-scenes[name], name))
    return dict(zip(common, _ROLES, strict=False))


def _names(latex: str) -> bool:
    return _SYMBOL.fullmatch(latex) is not None and latex not in _CONSTANTS


def told_scene(script: Script, index: int, *, whole: bool) -> str:
    """A scene as Markdown: what is said at each beat and what the script writer saw, and where `whole` its material."""
    scene = script.scenes[index]
    first = 1 + sum(len(before.material) for before in script.scenes[:index])
    lines = [f"## Scene `{scene.id}`: {scene.title}", ""]
    for beat in scene.beats:
        lines.append(f"- beat `{beat.id}`: {beat.say}")
        if beat.show:
            lines.append(f"  - the script writer sees: {beat.show}")
        if whole and beat.sources:
            lines.append(f"  - rests on: {' / '.join(beat.sources)}")
        if whole and beat.material:
            lines.append(f"  - brings: {', '.join(f'material {first + number}' for number in beat.material)}")
    if whole:
        for number, block in enumerate(scene.material, start=first):
            lines += ["", *told_material(block, f"Material {number},")]
    return "\n".join(lines)


def told_material(block: Block, name: str, limit: int | None = None) -> Iterator[str]:
    """Lines of Markdown that show a block, with its rows or lines numbered from 1.

    Args:
        block: a formula, listing, table, picture, list or quotation.
        name: what to call it.
        limit: most lines of a listing and rows of a table; None shows all of them.
    """
    match block:
        case Formula():
            yield f"{name} formula: $${' '.join(block.latex.split())}$$"
        case CodeBlock():
            lines = block.source.rstrip().split("\n")
            yield f"{name} listing ({block.language or 'text'}, {len(lines)} lines):"
            yield from _numbered([line.rstrip() for line in lines], limit)
        case Table():
            columns = " | ".join(block.header)
            yield f"{name} table of {len(block.rows)} rows{f', headed {columns}' if columns else ''}:"
            yield from _numbered([" | ".join(row) for row in block.rows], limit)
        case Image():
            yield f"{name} picture: {block.alt or 'without a description'}"
        case ItemList():
            yield f"{name} list:"
            yield from _numbered(block.items, limit)
        case Quote():
            yield f"{name} quotation{f' by {block.attribution}' if block.attribution else ''}: {block.text}"


def _numbered(lines: Collection[str], limit: int | None) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if limit is not None and number > limit:
            yield f"    ... ({len(lines) - limit} more)"
            return
        yield f"    {number:>2} {line}"
