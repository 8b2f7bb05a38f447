"""The scripted author: plays script writer, director, coder and reviewer behind the loopback server."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.crew.drawings import doubtful_beat
from tests.crew.lectures import SCENES, Lecture, Planned
from tests.gemini.authors import Scripted
from tests.gemini.call import Call
from tests.gemini.content import Answer, Said

__all__ = ["CrewAuthor", "DraftMade", "role_of"]

_SCENE = re.compile(r"\bv(\d+)-[a-z]+\b")
_LECTURE = re.compile(r"(?:lecture |Why it fits, )(\d+)")
_LISTED = re.compile(r"^ *(\d+) \| ?(.*)$", re.MULTILINE)
_RANGES = re.compile(r"lie within (?:the blocks of )?lines (\d+(?:-\d+)?(?:(?:, | and )\d+(?:-\d+)?)*)")
_COMPLAINT = "The voice asks the viewer to look at one thing, and the picture shows another."
_NOWHERE = "v0-nowhere"
_AGAIN = "Answer again, whole, as one JSON object that fits the schema."
_AGAIN_INLINE = re.compile(r"\n\n\([^\n]*" + re.escape(_AGAIN) + r"[^\n]*\)\Z")

Span = tuple[int, int]


def role_of(call: Call) -> str:
    """The role that a request is for, as its schema tells."""
    fields = set((call.schema or {}).get("properties") or ())
    if "verdict" in fields:
        return "reviewer"
    if {"code", "edits"} & fields:
        return "coder"
    if fields == {"scenes"}:
        return "director"
    return "script"


@dataclass(frozen=True)
class _Asked:
    """A request, and what it asks at bottom: a question that is put again with a reason is the same question.

    Attributes:
        turns: of the question as it was put first.
        refused: the answer that it was put again for; empty where there was none to show.
    """

    key: str
    turns: tuple[tuple[str, str], ...]
    again: bool
    refused: str = ""

    @classmethod
    def of(cls, call: Call) -> _Asked:
        turns, again, refused = list(call.turns), False, ""
        while turns and _AGAIN in turns[-1][1]:
            again = True
            speaker, text = turns.pop()
            shorter = _AGAIN_INLINE.sub("", text)
            if shorter != text:
                turns.append((speaker, shorter))
            elif turns and turns[-1][0] == "model":
                refused = turns.pop()[1]
        parts = json.dumps([call.system, turns, len(call.blobs)])
        return cls(hashlib.sha256(parts.encode()).hexdigest(), tuple(turns), again, refused)


@dataclass(frozen=True)
class _Question:
    """A question about something, and how many others about it there were before."""

    call: Call
    turns: tuple[tuple[str, str], ...]
    about: str
    number: int


def _is_whole(answer: str) -> bool:
    """Whether an answer was said properly: then it was refused for what it says."""
    try:
        said = json.loads(answer)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("scene_id") != _NOWHERE


@dataclass(frozen=True)
class DraftMade:
    """One draft as the author believes it to stand after its answer.

    Attributes:
        number: of the draft in the author's plan.
        code: the whole of it.
        wrong: names of the mistakes in it.
        digest: of the request that it answers.
    """

    number: int
    code: str
    wrong: tuple[str, ...]
    digest: str


class CrewAuthor(Scripted):
    """Writes lectures. What it does in a scene hangs on the seed, the scene and how often it was asked about it.

    Args:
        seed: of all chance.
        never: share of the scenes that it never gets right.
        slips: share of the answers in which it names another scene, declines, or writes broken JSON; the same question
            put again with the reason is answered properly.
        scenes: of each lecture.

    Attributes:
        drafts: scene id -> every draft that was said properly, in order.
        asked: role -> questions answered, each once.
        again: role -> questions that were put again with a reason.
        slipped: kind of slip -> how many.
        judged: opinion of the reviewer -> how often.
    """

    def __init__(self, seed: object = 0, *, never: float = 0.04, slips: float = 0.03, scenes: int = SCENES) -> None:
        super().__init__(seed)
        self.drafts: defaultdict[str, list[DraftMade]] = defaultdict(list)
        self.asked: Counter[str] = Counter()
        self.again: Counter[str] = Counter()
        self.slipped: Counter[str] = Counter()
        self.judged: Counter[str] = Counter()
        self._never, self._slip_share, self._scenes = never, slips, scenes
        self._lectures: dict[int, Lecture] = {}
        self._said: dict[str, Said] = {}
        self._questions: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    # ------------------------------------------------------------------ what is asked

    def lecture(self, number: int) -> Lecture:
        """The lecture of that number."""
        if number not in self._lectures:
            self._lectures[number] = Lecture.of(self.seed, number, never=self._never, scenes=self._scenes)
        return self._lectures[number]

    def about(self, call: Call) -> str:
        """Scene id for coder and reviewer, number of the lecture for the others."""
        role = role_of(call)
        pattern = _SCENE if role in {"coder", "reviewer"} else _LECTURE
        for _, text in _Asked.of(call).turns:  # what was answered wrongly may name another one
            if found := pattern.search(text):
                return found[0] if pattern is _SCENE else found[1]
        raise AssertionError(f"a {role}'s request says nothing of what it is about: {call.prompt[:500]}")

    def write(self, call: Call, about: str, turn: int, random: Random) -> Said:
        """The same request is answered the same way, however often it comes."""
        del turn, random  # they count requests; here it is questions that count
        if call.digest not in self._said:
            self._said[call.digest] = self._answer(call, about)
        return self._said[call.digest]

    def _answer(self, call: Call, about: str) -> Said:
        role = role_of(call)
        asked = _Asked.of(call)
        (self.again if asked.again else self.asked)[role] += 1
        questions = self._questions[role, about]
        # A question put again because its answer, properly said, cannot be used is one more question.
        key = asked.key + ("/unfit" if _is_whole(asked.refused) else "")
        if key not in questions:
            questions.append(key)
        answer = getattr(self, f"_{role}")(_Question(call, asked.turns, about, questions.index(key)))
        slip = None if asked.again else self._slip(call, answer)
        if slip is None and role == "coder":
            self._keep(call, about, questions.index(key), answer, asked.turns)
        return answer if slip is None else slip

    def _slip(self, call: Call, answer: dict[str, Any]) -> Said | None:
        luck = Random(f"{self.seed}/slip/{call.digest}")
        if luck.random() >= self._slip_share:
            return None
        kind = luck.choice(["refusal", "broken", "prose"] + ["wrong-scene"] * ("scene_id" in answer))
        self.slipped[kind] += 1
        text = json.dumps(answer)
        match kind:
            case "refusal":
                return Answer("I'm sorry, but I can't help with that request.")
            case "broken":
                return Answer(text[: len(text) // 2])
            case "prose":
                return Answer("Here is what I would do: draw the figure first, then its words.")
            case _:
                return answer | {"scene_id": _NOWHERE}

    # ------------------------------------------------------------------ script and director

    def _script(self, question: _Question) -> dict[str, Any]:
        lecture = self.lecture(int(question.about))
        return {
            "title": lecture.title,
            "scenes": [
                {
                    "title": scene.title,
                    "idea": "One thing fits the other.",
                    "beats": [{"say": text, "show": "one thing more appears"} for text in scene.says],
                }
                for scene in lecture.scenes
            ],
        }

    def _director(self, question: _Question) -> dict[str, Any]:
        lecture = self.lecture(int(question.about))
        task = question.turns[-1][1].rpartition("# Your task")[2]
        wanted = {found[0] for found in _SCENE.finditer(task)}
        return {"scenes": [_plan(scene) for scene in lecture.scenes if scene.scene_id in wanted]}

    # ------------------------------------------------------------------ coder

    def _coder(self, question: _Question) -> dict[str, Any]:
        scene = self._planned(question.about)
        said = question.call.system + "".join(text for _, text in question.turns)
        assert scene.assigned.class_name in said, f"the prompt does not name the class of {question.about}"
        code = scene.code(question.number, complained=_is_complaint(question.turns))
        if "edits" not in (question.call.schema or {})["properties"]:
            return {"scene_id": question.about, "code": code}
        shown = _listed(question.turns[-1][1])
        allowed = _allowed(question.turns[-1][1])
        edits = _edits(shown, code.split("\n")[:-1], allowed)
        return {"scene_id": question.about, "edits": edits or [_remark(shown, allowed[0], question.number)]}

    def _keep(
        self, call: Call, about: str, number: int, answer: dict[str, Any], turns: Sequence[tuple[str, str]]
    ) -> None:
        code = answer["code"] if "code" in answer else _edited(_listed(turns[-1][1]), answer["edits"])
        complained = _is_complaint(turns)
        wrong = tuple(one.name for one in self._planned(about).mistakes_of(number, complained=complained))
        self.drafts[about].append(DraftMade(number, code, wrong, call.digest))

    def _planned(self, scene_id: str) -> Planned:
        found = _SCENE.fullmatch(scene_id)
        assert found is not None
        return self.lecture(int(found[1])).scene(scene_id)

    # ------------------------------------------------------------------ reviewer

    def _reviewer(self, question: _Question) -> dict[str, Any]:
        scene = self._planned(question.about)
        opinion = scene.opinions[min(question.number, len(scene.opinions) - 1)]
        self.judged[opinion] += 1
        seen = ["A figure with words beside it."] * len(scene.says)
        answer: dict[str, Any] = {"scene_id": question.about, "seen": seen, "complaints": [], "verdict": "accept"}
        if opinion == "approve":
            return answer
        beat = f"b{doubtful_beat(scene.assigned, Random(scene.seed)) + 1}"
        if opinion == "complain":
            complaint = {
                "beat": beat,
                "objects": ["the figure"],
                "kind": "says-otherwise",
                "problem": _COMPLAINT,
                "wish": "Let the figure of this beat appear a little more slowly, so that it is seen to be the one.",
            }
        else:
            complaint = {
                "beat": beat,
                "objects": ["the words"],
                "kind": "overlap",
                "problem": "The words stand on top of one another.",
                "wish": "Move the words apart.",
            }
        return answer | {"complaints": [complaint], "verdict": "revise"}


def _is_complaint(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether a repair is asked for because of what the reviewer said."""
    return _COMPLAINT in turns[-1][1]


def _plan(scene: Planned) -> dict[str, Any]:
    """What the director answers about a scene."""
    count = len(scene.says)
    parts = {
        "bullets": [{"id": f"p{number}", "text": f"Point {number + 1}"} for number in range(count)],
        "formula": [{"id": f"p{number}", "latex": f"x_{number} = {number}"} for number in range(count)],
        "table": [{"id": f"p{number}", "cells": [str(number), str(number**2)]} for number in range(count)],
    }
    template = {"kind": "bullets" if scene.kind == "custom" else scene.kind}
    template["parts"] = parts[template["kind"]]  # type: ignore[assignment]
    plan: dict[str, Any] = {
        "scene_id": scene.scene_id,
        "idea": "One thing beside another.",
        "layout": template,
        "beats": [
            {"beat_id": f"b{number + 1}", "reveal": [f"p{number}"], "show": f"thing {number} appears"}
            for number in range(count)
        ],
    }
    if scene.kind == "custom":
        brief = (
            f"In the middle of the frame {count} things stand side by side, each with its word above it, in the primary "
            "colour; thing by thing they appear, one at each beat, and at the end all of them are there to be compared."
        )
        plan |= {"layout": {"kind": "custom", "brief": brief}, "fallback": template}
    return plan


def _listed(prompt: str) -> list[str]:
    """The lines of the draft that a repair shows with their numbers."""
    listing = prompt.partition("## Your draft")[2].partition("\n## ")[0]
    found = {int(number): line for number, line in _LISTED.findall(listing)}
    assert found, "a repair shows no numbered lines"
    assert set(found) == set(range(1, len(found) + 1)), f"a repair leaves out lines: it shows {sorted(found)}"
    return [found[number] for number in sorted(found)]


def _allowed(prompt: str) -> list[Span]:
    """The lines that a repair may touch."""
    told = _RANGES.search(prompt)
    assert told is not None, "a repair by edits does not say which lines may be changed"
    pairs = [re.findall(r"\d+", span) for span in re.findall(r"\d+(?:-\d+)?", told[1])]
    return [(int(pair[0]), int(pair[-1])) for pair in pairs]


def _edits(shown: Sequence[str], wanted: Sequence[str], allowed: Sequence[Span]) -> list[dict[str, Any]]:
    """What turns the shown lines into the wanted ones, as far as that lies within the allowed lines."""
    found = []
    matcher = difflib.SequenceMatcher(None, shown, wanted, autojunk=False)
    for tag, first, last, begin, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        start = first - 1 if tag == "insert" else first  # an edit replaces lines: the one before goes along
        lines = [*shown[start:first], *wanted[begin:end]]
        if any(low <= start + 1 and last <= high for low, high in allowed):
            found.append({"first_line": start + 1, "last_line": last, "replacement": "\n".join(lines)})
    return found


def _remark(shown: Sequence[str], place: Span, number: int) -> dict[str, Any]:
    """An edit that mends nothing: what is wrong lies elsewhere."""
    line = shown[place[1] - 1]
    indent = line[: len(line) - len(line.lstrip())]
    text = f"{indent}# Looked at for draft {number}.\n{line}"
    return {"first_line": place[1], "last_line": place[1], "replacement": text}


def _edited(shown: Sequence[str], edits: Sequence[Mapping[str, Any]]) -> str:
    lines = list(shown)
    for edit in sorted(edits, key=lambda one: -one["first_line"]):
        text = edit["replacement"]
        lines[edit["first_line"] - 1 : edit["last_line"]] = text.split("\n") if text else []
    return "\n".join(lines) + "\n"
