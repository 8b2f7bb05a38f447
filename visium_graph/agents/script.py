"""The script writer's understudy: a document compiled to a script, in its author's own sentences.

It chooses what to show by structure and by how much sentences share with the whole, never rewords a sentence, and
says what it left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from visium_graph.agents.left_out import not_shown, quoted
from visium_graph.agents.narration import beats_of_prose, make_beat
from visium_graph.agents.outline import Outline, Sentence, condensed, outline_of
from visium_graph.agents.script_types import Script, ScriptBeat, ScriptScene
from visium_graph.agents.segments import Segment
from visium_graph.agents.selection import Selection, select
from visium_graph.agents.sentences import MATH, count_words, finish
from visium_graph.agents.statements import title_line
from visium_graph.agents.titles import title_scenes
from visium_graph.agents.visual_scenes import Narrated, narrate_visual
from visium_graph.sources.document import Document

__all__ = ["Script", "ScriptBeat", "ScriptScene", "compile_script", "slug"]


def compile_script(document: Document, max_scenes: int) -> Script:
    """Compile a document to a script.

    Args:
        document: what to tell; it stays as it is.
        max_scenes: at most this many scenes, the title included.

    Returns:
        A script with at least one scene, each with one to six beats.
    """
    document = document.model_copy(deep=True)
    outline = condensed(outline_of(document), max_scenes - 1)
    selection = select(outline, max_scenes)
    english = document.language.startswith("en")
    scenes: list[ScriptScene] = []
    taken: set[str] = set()
    if selection.opening or (max_scenes > 1 and selection.segments) or not selection.segments:
        scenes.append(_title_scene(document.title, selection, taken))
    told = [_narrate(segment, selection.scene_words, english=english) for segment in selection.segments]
    spoken = [_spoken(segment, narrated) for segment, narrated in zip(selection.segments, told, strict=True)]
    titles = title_scenes(selection.segments, spoken, document.title, english=english)
    for title, narrated in zip(titles, told, strict=True):
        scenes.append(
            ScriptScene(id=slug(title, taken), title=title[:300], beats=narrated.beats, material=narrated.material)
        )
    cuts = [cut for narrated in told for cut in narrated.cuts]
    left_out = _left_out(outline, selection, scenes) + cuts
    return Script(title=document.title, language=document.language, scenes=scenes, left_out=left_out)


def slug(title: str, taken: set[str]) -> str:
    """An id made of a title: ASCII, at most 48 characters, unlike all in `taken` (to which it is added).

    Example:
        >>> slug("Größe & Maß", {"grosse-mass"})
        'grosse-mass-2'
    """
    plain = MATH.sub(lambda match: re.sub(r"\W+", " ", match.group(1)), title).replace("\u00df", "ss")
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"['`]", "", ascii_only)
    base = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
    if len(base) > 48:
        base = base[:48].rsplit("-", 1)[0]
    # Device names of one operating system cannot name a file there.
    base = f"scene-{base}" if re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d", base) else base or "scene"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name)
    return name


def _title_scene(title: str, selection: Selection, taken: set[str]) -> ScriptScene:
    groups = [[sentence] for sentence in selection.opening]
    if len(groups) > 1 and not all(title_line(sentence.text) for sentence in selection.opening):
        groups = [selection.opening]  # a beat that brings no line would leave the screen still
    opening = [make_beat(number, group) for number, group in enumerate(groups, start=1)]
    beats = opening or [ScriptBeat(id="b1", say=finish(title), sources=[title])]
    return ScriptScene(id=slug(title, taken), title=title, beats=beats)


def _narrate(segment: Segment, words: int, *, english: bool) -> Narrated:
    if segment.kind == "prose":
        return Narrated(beats_of_prose(segment.sentences, words), [])
    return narrate_visual(segment, words, english=english)


def _spoken(segment: Segment, narrated: Narrated) -> list[Sentence]:
    """The sentences of a segment that its narration took."""
    sources = {source for beat in narrated.beats for source in beat.sources}
    return [sentence for sentence in segment.sentences if sentence.text in sources]


def _left_out(outline: Outline, selection: Selection, scenes: Iterable[ScriptScene]) -> list[str]:
    """Sentences for the user about what is not in the video."""
    told = {id(segment.section) for segment in selection.segments}
    opened = {sentence.section for sentence in selection.opening}
    notes: list[str] = []
    aside = [section.title for section in outline.sections if section.aside]
    if aside:
        notes.append(f"Beside the point and left out: {quoted(aside)}.")
    skipped = [
        section.title
        for section in outline.sections
        if not section.aside and id(section) not in told and not any(s.section in opened for s in section.sentences)
    ]
    if skipped:
        notes.append(f"Left out for length: {quoted(skipped)}.")
    there = (visual for section in outline.sections for visual in section.visuals)
    notes += not_shown(there, (visual for segment in selection.segments for visual in segment.visuals))
    total = sum(section.words for section in outline.sections)
    spoken = sum(count_words(beat.say) for scene in scenes for beat in scene.beats)
    if spoken < 0.9 * total and round(spoken, -1) < round(total, -1):
        notes.append(f"About {round(spoken, -1)} of {round(total, -1)} words of the text are spoken.")
    return notes
