"""What a model answers as a script, what may be wrong with it, and how it becomes a `Script`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import Field

from visium_graph.agents.brief import Brief
from visium_graph.agents.formulas import rich_fault
from visium_graph.agents.languages import seems_other_language
from visium_graph.agents.numbered import NumberedDocument
from visium_graph.agents.outline import Visual
from visium_graph.agents.plain_schema import Answer
from visium_graph.agents.script import slug
from visium_graph.agents.script_types import Script, ScriptBeat, ScriptScene
from visium_graph.agents.sentences import count_words

__all__ = ["Budget", "DocumentScript", "TopicScript", "answer_of", "flaws", "impossible", "script_of"]

_WORDS_A_MINUTE = 145
_MOST_BEATS = 8
_LONGEST_BEAT = 75
"""Words: three full sentences."""
_TOLERANCE = 0.4
_SECONDS_A_SCENE = 28


@dataclass(frozen=True)
class Budget:
    """How much there is to say."""

    words: int
    scenes: int

    @classmethod
    def of(cls, brief: Brief) -> Budget:
        """What the length of a video comes to, within its greatest number of scenes."""
        scenes = max(1, min(brief.max_scenes, round(60 * brief.minutes / _SECONDS_A_SCENE)))
        most = brief.max_scenes * _MOST_BEATS * _LONGEST_BEAT // 2
        return cls(words=min(most, max(30, round(brief.minutes * _WORDS_A_MINUTE))), scenes=scenes)


class TopicBeat(Answer):
    """One beat."""

    say: str = Field(description="one to three sentences, as they are spoken; formulas as inline LaTeX in $...$")
    show: str = Field(description="what the viewer sees change meanwhile")


class TopicScene(Answer):
    """One scene."""

    title: str
    idea: str = Field(description="the one thing that the viewer understands after this scene")
    beats: Sequence[TopicBeat]


class TopicScript(Answer):
    """A script about a topic."""

    title: str
    scenes: Sequence[TopicScene]


class DocumentBeat(TopicBeat):
    """One beat that rests on a document."""

    rests_on: list[int] = Field(default=[], description="numbers of the document that its claims rest on")
    shows: list[int] = Field(default=[], description="numbers of formulas, listings, tables, pictures that it shows")


class DocumentScene(TopicScene):
    """One scene that rests on a document."""

    beats: Sequence[DocumentBeat]


class DocumentScript(TopicScript):
    """A script that rests on a document."""

    scenes: Sequence[DocumentScene]


# ------------------------------------------------------------------ what may be wrong


def impossible(answer: TopicScript, brief: Brief) -> str | None:
    """Why no script can be made of an answer; None where one can."""
    if not answer.scenes:
        return "there are no scenes"
    if len(answer.scenes) > brief.max_scenes:
        return f"there are {len(answer.scenes)} scenes, and {brief.max_scenes} are the most"
    for number, scene in enumerate(answer.scenes, start=1):
        if not scene.beats or not all(_clean(beat.say) for beat in scene.beats) or not _clean(scene.title):
            return f"scene {number} has no title, no beats, or a beat that says nothing"
    return None


def flaws(answer: TopicScript, brief: Brief, document: NumberedDocument | None) -> Iterator[str]:
    """What is worth asking once more for, each a sentence for whoever wrote it."""
    said = [beat.say for scene in answer.scenes for beat in scene.beats]
    budget = Budget.of(brief)
    words = sum(map(count_words, said))
    if not (1 - _TOLERANCE) * budget.words <= words <= (1 + _TOLERANCE) * budget.words:
        yield f"the beats say {words} words together; {budget.words} are wanted"
    if seems_other_language(" ".join(said), brief.language):
        yield f"the language is not {brief.language}"
    for text, count in Counter(" ".join(say.lower().split()) for say in said).items():
        if count > 1:
            yield f"{count} beats say the same: {text[:80]}"
    for number, scene in enumerate(answer.scenes, start=1):
        yield from (f"scene {number}: {flaw}" for flaw in _flaws_of_scene(scene, document))


def _flaws_of_scene(scene: TopicScene, document: NumberedDocument | None) -> Iterator[str]:
    if len(scene.beats) > _MOST_BEATS:
        yield f"{len(scene.beats)} beats; {_MOST_BEATS} are the most"
    for number, beat in enumerate(scene.beats, start=1):
        if count_words(beat.say) > _LONGEST_BEAT:
            yield f"beat {number} says {count_words(beat.say)} words; split it, {_LONGEST_BEAT} are the most"
        if fault := rich_fault(beat.say):
            yield f"beat {number}: {fault}"
    if document is not None:
        yield from _groundless(scene, document)


def _groundless(scene: TopicScene, document: NumberedDocument) -> Iterator[str]:
    """Numbers that are not there, and a scene that names none."""
    told = [(number, beat) for number, beat in enumerate(scene.beats, start=1) if isinstance(beat, DocumentBeat)]
    for number, beat in told:
        for name, named in (("rests_on", beat.rests_on), ("shows", beat.shows)):
            unknown = [index for index in named if index not in document.units]
            if unknown:
                yield f"beat {number}: {name} names {unknown}, which the document does not have"
        plain = [index for index in beat.shows if index in document.units and document.units[index].visual is None]
        if plain:
            yield f"beat {number}: shows names {plain}, sentences; only things to see can be shown"
    if not any(index in document.units for _, beat in told for index in beat.rests_on):
        yield "no beat names what of the document it rests on"


# ------------------------------------------------------------------ to and from a script


def script_of(answer: TopicScript, brief: Brief, document: NumberedDocument | None) -> Script:
    """The script that an answer makes: with ids of its own, and the document's words and things in place of numbers."""
    taken: set[str] = set()
    told: set[int] = set()
    scenes: list[ScriptScene] = []
    shown: list[Visual] = []
    for scene in answer.scenes:
        title = _clean(scene.title)[:300]
        material: list[Visual] = []
        beats = []
        for number, beat in enumerate(scene.beats, start=1):
            rests, shows = _references(beat, document)
            told |= {*rests, *shows}
            made = ScriptBeat(id=f"b{number}", say=_clean(beat.say)[:5000], show=_clean(beat.show))
            if document is not None:
                texts = (document.units[index].text for index in rests)
                made.sources = list(dict.fromkeys(text for text in texts if text))
                made.material = [_place(document.units[index].visual, material) for index in shows]
            beats.append(made)
        shown += [visual for visual in material if visual not in shown]
        scenes.append(ScriptScene(id=slug(title, taken), title=title, beats=beats, material=list(material)))
    left_out = [] if document is None else document.left_out(told, shown)
    title = _clean(answer.title)[:300] or brief.topic[:300]
    return Script(title=title, language=brief.language, scenes=scenes, left_out=left_out)


def answer_of(script: Script, document: NumberedDocument | None) -> TopicScript:
    """The answer that a script was made of, but for what nobody needs any more (the idea of each scene)."""
    if document is None:
        scenes = [
            TopicScene(title=s.title, idea="", beats=[TopicBeat(say=b.say, show=b.show) for b in s.beats])
            for s in script.scenes
        ]
        return TopicScript(title=script.title, scenes=scenes)
    numbers = {unit.text: number for number, unit in reversed(document.units.items())}
    visuals = [(number, unit.visual) for number, unit in document.units.items() if unit.visual is not None]
    grounded = []
    for scene in script.scenes:
        beats = []
        for beat in scene.beats:
            blocks = [scene.material[index] for index in beat.material]
            shows = [next((number for number, visual in visuals if visual == block), 0) for block in blocks]
            rests = [numbers[text] for text in beat.sources if text in numbers]
            beats.append(DocumentBeat(say=beat.say, show=beat.show, rests_on=rests, shows=[n for n in shows if n]))
        grounded.append(DocumentScene(title=scene.title, idea="", beats=beats))
    return DocumentScript(title=script.title, scenes=grounded)


def _references(beat: TopicBeat, document: NumberedDocument | None) -> tuple[list[int], list[int]]:
    """Numbers that exist: those that a beat rests on, and of things it shows."""
    if document is None or not isinstance(beat, DocumentBeat):
        return [], []
    rests = [index for index in dict.fromkeys(beat.rests_on) if index in document.units]
    shows = [index for index in dict.fromkeys(beat.shows) if index in document.units]
    return rests, [index for index in shows if document.units[index].visual is not None]


def _place(visual: Visual | None, material: list[Visual]) -> int:
    """The index of a thing in a scene's material, to which it is added where it is new."""
    assert visual is not None
    if visual not in material:
        material.append(visual)
    return material.index(visual)


def _clean(text: str) -> str:
    """A text without mark-up and line ends."""
    return " ".join(re.sub(r"\*\*|__|^#+\s", "", text).split())
