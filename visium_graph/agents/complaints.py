"""What the reviewer's model may complain of, and which of its complaints the checks, the plan or the frame contradict."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from visium_graph.agents.plain_schema import Answer
from visium_graph.checks.finding import Finding
from visium_graph.layouts import FormulaStep, TextPart
from visium_graph.storyboard import Scene

__all__ = ["MEASURED", "RULE", "Complaint", "Evidence", "Kind", "Review"]

RULE = "review"
"""Rule of the findings that complaints become."""

Kind = Literal[
    "says-otherwise",
    "missing",
    "wrong-label",
    "too-early",
    "too-late",
    "misleading",
    "confusing",
    "overlap",
    "off-frame",
    "too-small",
    "low-contrast",
    "empty-frame",
    "left-behind",
    "timing",
]
"""The first seven are for judgement; the others are measured, and stand here so that a model that cannot hold them back
says them where they can be told apart."""

MEASURED: dict[Kind, frozenset[str]] = {
    "overlap": frozenset({"text-overlap", "text-hidden", "line-through-text"}),
    "off-frame": frozenset({"off-frame", "near-edge"}),
    "too-small": frozenset({"text-too-small"}),
    "low-contrast": frozenset({"low-contrast", "text-hidden"}),
    "empty-frame": frozenset({"nothing-on-screen"}),
    "left-behind": frozenset({"left-behind"}),
    "timing": frozenset({"animation-too-long", "beat-unused", "beat-repeated", "dead-air"}),
}
"""Kind of complaint -> the rules of the checks that measure it."""

_FROM_BEAT = re.compile(r"\bbeat[ (](\d+)")
_QUOTED = re.compile(r"""\A["“”'«](.+)["“”'»]\Z""", re.DOTALL)
_UNSEEN = re.compile(r"\\(?:text|mathrm|mathbf|operatorname|left|right)\b|\\[,;:! ]|[\s$\\{}^_]")
_WHOLE = 3
"""Letters below which a text must be the whole of one in the picture, not a part of it."""


class Complaint(Answer):
    """One thing that a viewer would take wrongly."""

    beat: str = Field(description="id of the beat whose picture shows it")
    objects: list[str] = Field(
        description='what it is about: the id of a part, a text as it stands in the picture in double quotes ("a²"), '
        "or a shape in a few words (the red triangle)"
    )
    kind: Kind
    problem: str = Field(description="what the voice says, and what the picture shows instead: one sentence")
    wish: str = Field(description="what should be drawn instead, exactly enough to be done: one sentence")


class Review(Answer):
    """What a reviewer says of one draft of a scene."""

    scene_id: str
    seen: list[str] = Field(
        description="what each picture shows, in order: one short sentence for each, before judging"
    )
    complaints: list[Complaint] = Field(description="at most three, the worst first; empty where the scene is right")
    verdict: Literal["accept", "revise"] = Field(description="`revise` only where there are complaints")


@dataclass(frozen=True)
class Evidence:
    """What is known of a draft without any model."""

    scene: Scene
    findings: Sequence[Finding]
    """What the checks said of it."""
    texts: Sequence[Sequence[str]] = ()
    """Texts and formulas measured on the frame at each beat's end, as they were written; empty where nothing was."""

    def contradicts(self, complaint: Complaint) -> bool:
        """Whether a check, the plan or the frame itself says otherwise. What cannot be decided is not contradicted.

        - A measured kind needs a finding of its own, at that beat or before.
        - Nothing is missing or late that the plan brings in only later, or that was measured on that very frame.
        - Nothing is too early that the plan has brought in by then, or that is measured on later frames only.
        """
        beat = self._number(complaint.beat)
        if complaint.kind in MEASURED:
            return not any(_tells(finding, MEASURED[complaint.kind], beat) for finding in self.findings)
        objects = [item.strip().strip("`") for item in complaint.objects]
        if not objects:
            return False
        if complaint.kind in {"missing", "too-late"}:
            return all(self._comes_later(item, beat) or self._stands(item, beat) for item in objects)
        if complaint.kind == "too-early":
            return all(self._has_come(item, beat) or self._stands_later_only(item, beat) for item in objects)
        return False

    def _number(self, beat_id: str) -> int:
        return next(number for number, beat in enumerate(self.scene.beats) if beat.id == beat_id)

    def _comes_later(self, item: str, beat: int) -> bool:
        planned = self._planned(item)
        return planned is not None and planned > beat

    def _has_come(self, item: str, beat: int) -> bool:
        planned = self._planned(item)
        return planned is not None and planned <= beat

    def _planned(self, item: str) -> int | None:
        """The beat that first reveals a part; None where it is no part, or no beat names any."""
        if not any(beat.reveal for beat in self.scene.beats):
            return None  # then the schedule is nobody's plan
        return next((number for number, parts in enumerate(self.scene.schedule()) if item in parts), None)

    def _stands(self, item: str, beat: int) -> bool:
        text = self._text_of(item)
        return text is not None and beat < len(self.texts) and _is_among(text, self.texts[beat])

    def _stands_later_only(self, item: str, beat: int) -> bool:
        # Found on a later frame, it is spelt as the code spells it: then its absence from this one means something.
        later = range(beat + 1, len(self.texts))
        return not self._stands(item, beat) and any(self._stands(item, other) for other in later)

    def _text_of(self, item: str) -> str | None:
        """The text that a part holds or that is quoted. A shape's name in words is no text of the picture."""
        for part in self.scene.layout.parts:
            if part.id == item:
                return (
                    part.text if isinstance(part, TextPart) else part.latex if isinstance(part, FormulaStep) else None
                )
        quoted = _QUOTED.match(item)
        return quoted.group(1) if quoted else None


def _tells(finding: Finding, rules: frozenset[str], beat: int) -> bool:
    if finding.rule not in rules or finding.severity == "info":
        return False
    since = [int(number) for number in _FROM_BEAT.findall(finding.message)]
    return not since or min(since) <= beat


def _is_among(text: str, shown: Iterable[str]) -> bool:
    wanted = _bare(text)
    texts = [_bare(other) for other in shown]
    if len(wanted) < _WHOLE:
        return wanted in texts
    return any(wanted in other for other in texts)


def _bare(text: str) -> str:
    """Without what a viewer does not see or a writer may spell in two ways: `$a^{2}$` and `a²` are both `a2`."""
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
