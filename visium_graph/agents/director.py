"""The director's understudy: a layout for each scene by the kind of its content, and what each beat reveals.

Nothing is invented: bullets are the author's sentences made shorter, formulas, listings, tables and pictures are shown
as they are. Every beat changes something on screen; what is spoken of again is emphasised.
"""

from __future__ import annotations

import re

from visium_graph.agents.listings import lines_spoken_of, stations_of
from visium_graph.agents.script_types import Script, ScriptBeat, ScriptScene
from visium_graph.agents.sentences import (
    MATH,
    is_continuation,
    is_definition,
    leans_on_previous,
    mask_math,
    split_sentences,
)
from visium_graph.agents.statements import (
    IDEAL_STATEMENT,
    LONG_STATEMENT,
    SHORT_STATEMENT,
    refers_back,
    statement,
    statement_of_item,
    title_line,
)
from visium_graph.layouts import (
    BulletsLayout,
    CodeLayout,
    CodeSpan,
    FormulaLayout,
    FormulaStep,
    ImageLayout,
    ImagePart,
    QuoteLayout,
    Role,
    TableLayout,
    TableRow,
    TemplateLayout,
    TextPart,
    TitleLayout,
)
from visium_graph.sources.document import CodeBlock, Formula, Image, ItemList, Quote, Table
from visium_graph.storyboard import Beat, Scene, Storyboard

__all__ = ["direct", "direct_scene"]

_LONGEST_TEXT = 400
_COMFORTABLE = 6
"""Bullets below which a slide has room for a second one from the same beat."""
_LONGEST_LATEX = 2000
_SYMBOL = re.compile(r"(?:[A-Za-z]|\\[a-zA-Z]+)(?:_(?:\w|\{\w+\}))?")
_NO_SYMBOL = re.compile(
    r"\\(?:cdot|times|pm|to|infty|in|le|ge|leq|geq|neq|ldots|dots|mid|sum|int|approx|Rightarrow|rightarrow)\b"
)
_ROLES: tuple[Role, ...] = ("primary", "secondary", "tertiary", "accent")

Plan = tuple[TemplateLayout, list[list[str]]]
"""A layout, and for each beat the ids that it reveals."""


def direct(script: Script) -> Storyboard:
    """Choose layouts and reveals for a script.

    Returns:
        A storyboard of the same scenes and beats, in which every beat reveals or emphasises at least one part.
    """
    colors = _symbol_colors(script)
    scenes = [_scene(scene, first=number == 0, colors=colors) for number, scene in enumerate(script.scenes)]
    return Storyboard(title=script.title, language=script.language, scenes=scenes)


def direct_scene(script: Script, scene: ScriptScene) -> Scene:
    """The same for one scene of a script, with the colours that it has among the others."""
    return _scene(scene, first=scene is script.scenes[0], colors=_symbol_colors(script))


def _scene(scene: ScriptScene, *, first: bool, colors: dict[str, Role]) -> Scene:
    layout, reveals = _plan(scene, first=first, colors=colors)
    beats = [
        Beat(id=beat.id, say=beat.say, show=_show(layout, ids), reveal=ids, sources=beat.sources)
        for beat, ids in zip(scene.beats, reveals, strict=True)
    ]
    return Scene(id=scene.id, title=scene.title, beats=beats, layout=layout)


def _plan(scene: ScriptScene, *, first: bool, colors: dict[str, Role]) -> Plan:
    main = scene.material[0] if scene.material else None
    plan: Plan | None = None
    match main:
        case Formula():
            plan = _formula(scene, colors)
        case CodeBlock():
            plan = _code(scene, main)
        case Table():
            plan = _table(scene, main)
        case Image():
            plan = _image(scene, main)
        case Quote():
            plan = _quote(scene, main)
        case ItemList():
            plan = _list(scene, main)
        case None if first and len(scene.beats) <= 2:
            plan = _title(scene)
    return plan or _bullets(scene)


def _show(layout: TemplateLayout, ids: list[str]) -> str:
    """The note to whoever draws the scene by hand."""
    if not ids:
        return "The title"
    names = {
        "title": "Line",
        "bullets": "Point",
        "formula": "Formula",
        "code": "Lines",
        "table": "Row",
        "quote": "Quotation",
    }
    return f"{names.get(layout.kind, 'Picture')} {', '.join(ids)}"


def _points(beats: list[ScriptBeat], most: int) -> tuple[list[TextPart], list[list[str]]]:
    """A statement for each beat, two for a long one; a beat without one emphasises the last."""
    parts: list[TextPart] = []
    reveals: list[list[str]] = []
    for number, beat in enumerate(beats):
        text = _statement_of(beat, [part.text for part in parts], needed=not parts)
        found = [] if text is None else [text]
        if text is not None and len(parts) + len(beats) - number < _COMFORTABLE:
            found = _with_second(beat, text, [part.text for part in parts])
        shown = [TextPart(id=f"p{len(parts) + n}", text=line) for n, line in enumerate(found, start=1)]
        parts.extend(shown[: most - len(parts)])
        reveals.append([part.id for part in shown if part in parts] or [parts[-1].id])
    return parts, reveals


def _with_second(beat: ScriptBeat, first: str, used: list[str]) -> list[str]:
    """The statement of a beat and, where it has another short one that stands alone, both in the order they are said."""
    found: list[str] = []
    for sentence in beat.sources:
        text = statement(sentence, longest=IDEAL_STATEMENT)
        if text == first or (text and text not in used and text not in found and not refers_back(text)):
            found.append(text)
    others = [text for text in found if text != first][:1]
    return [text for text in found if text == first or text in others] if first in found else [first]


def _statement_of(beat: ScriptBeat, used: list[str], *, needed: bool) -> str | None:
    """The best statement of a beat: one that needs no other, then a short one, then the first; whole sentences only where one is needed."""
    sentences = beat.sources or split_sentences(beat.say)
    for longest in (IDEAL_STATEMENT, SHORT_STATEMENT, LONG_STATEMENT):
        found = [text for sentence in sentences if (text := statement(sentence, longest=longest)) and text not in used]
        if found:
            return _fitted(min(found, key=_preference))
    if not needed:
        return None
    loose = [text for sentence in sentences if (text := statement(sentence, strict=False)) is not None]
    return _clipped(min(loose, key=len) if loose else re.sub(r"[.:]$", "", split_sentences(beat.say)[0]) or beat.say)


def _preference(text: str) -> tuple[bool, bool, bool]:
    words = len(mask_math(text).split())
    return refers_back(text), words > 18, words < 7


def _fitted(text: str) -> str:
    """At most what a slide can hold, cut between words and never inside a formula."""
    if len(text) <= _LONGEST_TEXT:
        return text
    cut = mask_math(text)[:_LONGEST_TEXT].rstrip("\ue000").rfind(" ")
    return (text[:cut] if cut > 0 else text[:_LONGEST_TEXT].replace("$", "")).rstrip(" ,;:") + " ..."


def _clipped(text: str) -> str:
    """A sentence too long for a slide, up to a comma and with the dots that say so."""
    words = len(mask_math(text).split())
    borders = [
        match.start()
        for match in re.finditer(r"[,;:]\s", mask_math(text))
        if 8 <= text[: match.start()].count(" ") < 30
    ]
    return _fitted(f"{text[: borders[-1]]} ..." if words > 40 and borders else text)


def _title(scene: ScriptScene) -> Plan | None:
    """The title card: a line for each beat, where there is a short one; two beats without two lines are no title card."""
    parts: list[TextPart] = []
    for beat in scene.beats:
        sentences = beat.sources or split_sentences(beat.say)
        # The first sentence of a beat may lean on the line above; any other would hang in the air.
        lines = [title_line(text) for at, text in enumerate(sentences) if at == 0 or not leans_on_previous(text)]
        own = [line for line in lines if line and line.strip(".").casefold() != scene.title.strip(".").casefold()]
        parts.extend(TextPart(id=f"p{len(parts) + 1}", text=_fitted(line)) for line in own[:1])
    if len(scene.beats) == 1:
        return TitleLayout(kind="title", parts=parts), [[part.id for part in parts]]
    if len(parts) < len(scene.beats):
        return None
    return TitleLayout(kind="title", parts=parts), [[part.id] for part in parts]


def _bullets(scene: ScriptScene) -> Plan:
    parts, reveals = _points(scene.beats, 60)
    return BulletsLayout(kind="bullets", parts=parts), reveals


def _list(scene: ScriptScene, block: ItemList) -> Plan:
    parts = [TextPart(id=f"p{n}", text=_fitted(statement_of_item(item))) for n, item in enumerate(block.items, start=1)]
    reveals = [[f"p{n}" for n, item in enumerate(block.items, 1) if item in beat.sources] for beat in scene.beats]
    return BulletsLayout(kind="bullets", numbered=block.ordered, parts=parts), _never_empty(reveals, parts[0].id)


def _formula(scene: ScriptScene, colors: dict[str, Role]) -> Plan | None:
    steps: dict[int, FormulaStep] = {}
    for index, block in enumerate(scene.material):
        if isinstance(block, Formula) and len(block.latex) <= _LONGEST_LATEX:
            steps[index] = FormulaStep(id=f"f{len(steps) + 1}", latex=block.latex)
    if not steps:
        return None
    reveals = [[steps[index].id for index in beat.material if index in steps] for beat in scene.beats]
    shown = [index for beat in scene.beats for index in beat.material if index in steps]
    for beat in scene.beats:
        words = beat.sources[0] if beat.sources else ""
        if (
            shown and not beat.material and (is_continuation(words) or is_definition(words))
        ):  # "where m is the mass" belongs to the formula
            steps[shown[-1]].note = _fitted(re.sub(r"[.,;]$", "", words))
    used = {symbol: role for symbol, role in colors.items() if any(_contains(s.latex, symbol) for s in steps.values())}
    layout = FormulaLayout(kind="formula", parts=list(steps.values()), colors=used)
    return layout, _never_empty(reveals, layout.parts[0].id)


def _never_empty(reveals: list[list[str]], start: str) -> list[list[str]]:
    """A beat that brings nothing new emphasises what the beat before it spoke of."""
    result: list[list[str]] = []
    for ids in reveals:
        result.append(ids or (result[-1][-1:] if result else [start]))
    return result


def _code(scene: ScriptScene, block: CodeBlock) -> Plan:
    count = len(block.source.rstrip().split("\n"))
    found = [lines_spoken_of(block.source, beat.say) for beat in scene.beats]
    stations = stations_of(block.source.rstrip())
    spans: list[tuple[int, int]] = []
    for number, lines in enumerate(found):
        walked = stations[min(len(stations) - 1, number * len(stations) // len(found))]
        # The listing is seen whole before any of its lines are lit.
        spans.append((1, count) if number == 0 else lines or walked)
    parts = {span: CodeSpan(id=f"l{n}", lines=span) for n, span in enumerate(dict.fromkeys(spans), start=1)}
    layout = CodeLayout(kind="code", language=block.language, source=block.source, parts=list(parts.values()))
    return layout, [[parts[span].id] for span in spans]


def _table(scene: ScriptScene, block: Table) -> Plan:
    rows = [TableRow(id=f"r{n}", cells=row) for n, row in enumerate(block.rows, start=1)]
    layout = TableLayout(kind="table", header=block.header, parts=rows)
    ids = [row.id for row in rows]
    read = [[row.id for row in rows if " | ".join(row.cells) in beat.sources] for beat in scene.beats]
    count = len(scene.beats)
    if not any(read):
        return layout, _never_empty(
            [ids[len(ids) * i // count : len(ids) * (i + 1) // count] for i in range(count)], ids[0]
        )
    named = {name for names in read for name in names}
    last = max(index for index, names in enumerate(read) if names)
    read[last] = read[last] + [name for name in ids if name not in named]
    return layout, _never_empty(read, ids[0])


def _image(scene: ScriptScene, block: Image) -> Plan:
    part = ImagePart(id="i1", path=block.path, alt=block.alt)
    return ImageLayout(kind="image", parts=[part], caption=_fitted(block.alt)), [["i1"] for _ in scene.beats]


def _quote(scene: ScriptScene, block: Quote) -> Plan:
    parts = [TextPart(id=f"q{n}", text=_fitted(beat.sources[-1])) for n, beat in enumerate(scene.beats, start=1)]
    layout = QuoteLayout(kind="quote", parts=parts[:8], attribution=block.attribution)
    return layout, [[parts[min(n, 7)].id] for n in range(len(scene.beats))]


def _symbol_colors(script: Script) -> dict[str, Role]:
    """Symbols that the narration names and the formulas hold, each with one role throughout the video."""
    formulas = [block.latex for scene in script.scenes for block in scene.material if isinstance(block, Formula)]
    named: dict[str, None] = {}
    for scene in script.scenes:
        for beat in scene.beats:
            for match in MATH.finditer(beat.say):
                if _SYMBOL.fullmatch(match.group(1)) and not _NO_SYMBOL.match(match.group(1)):
                    named.setdefault(match.group(1))
    held = [symbol for symbol in named if any(_contains(latex, symbol) for latex in formulas)]
    return dict(zip(held, _ROLES, strict=False))


def _contains(latex: str, symbol: str) -> bool:
    """Whether a symbol stands in a formula by itself, not as part of a command, a word or a longer name."""
    plain = re.sub(r"\\(?:text|mathrm|operatorname|begin|end)\*?\{[^{}]*\}", " ", latex)
    tokens = re.findall(r"\\[a-zA-Z]+|.", plain)
    if len(re.findall(r"\\[a-zA-Z]+|.", symbol)) == 1:
        return symbol in tokens
    return symbol in plain
