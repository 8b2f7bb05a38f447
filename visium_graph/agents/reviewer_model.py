"""The reviewer: looks at a still of each beat's end, and says where the picture does not say what the voice says.

It judges what no check can, and nothing else: a complaint that a check, the plan or the frame contradicts is dropped.
"""

from __future__ import annotations

import ast
import asyncio
import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from visium_graph.agents.complaints import RULE, Complaint, Evidence, Review
from visium_graph.agents.prompts import prompt
from visium_graph.checks.feedback import most_important
from visium_graph.checks.finding import Finding
from visium_graph.layouts import FormulaStep, TextPart
from visium_graph.layouts.parts import Part
from visium_graph.models.request import Request, Turn
from visium_graph.parsing import parse_module
from visium_graph.storyboard import Scene

if TYPE_CHECKING:
    from visium_graph.models import Crew

__all__ = ["RULE", "review", "review_request"]

MOST = 3
"""Complaints at a time: a coder repairs a few things well."""
_WIDEST = 768
"""Pixels; a model sees no more in a larger picture, and is paid by its size."""
_LONGEST = 400
"""Characters of one remark."""
_LONGEST_TEXT = 120
"""Characters of one text of a picture."""
_TOLD = 5
"""Findings of the checks that are worth telling."""


async def review(
    crew: Crew,
    scene: Scene,
    frames: Sequence[Path],
    findings: Sequence[Finding],
    *,
    round: int,  # noqa: A002  # the field's word, as in Request
    code: str = "",
    texts: Sequence[Sequence[str]] = (),
) -> list[Finding]:
    """Ask the reviewer's model about a draft that the checks have let pass.

    Args:
        crew: whom to ask.
        scene: the plan.
        frames: a PNG still of each beat's end, in order.
        findings: what the checks said of this draft; those with the rule `review` are what the reviewer itself said of
            the draft before, and are told to it as such.
        round: which draft of the scene this is, from 0.
        code: the draft, to tell on which lines a beat is.
        texts: texts measured on the frame at each beat's end (`texts` of the check's value), where they are known.

    Returns:
        At most three findings with the rule `review` (warnings), the worst first; none where the scene is right, or
        where nothing that was said against it stands up to what is known.

    Raises:
        NoAnswer: no usable answer could be had; then the checks alone decide.
        ValueError: there are not as many frames as beats.
    """
    pictures = await asyncio.to_thread(lambda: [_picture(path) for path in frames])
    reply = await crew.ask(review_request(scene, pictures, findings, round=round, texts=texts))
    if reply.value.verdict == "accept":
        return []
    evidence = Evidence(scene, findings, texts)
    standing = [complaint for complaint in reply.value.complaints if not evidence.contradicts(complaint)]
    lines = _lines_of_beats(code)
    return [_finding(scene, complaint, lines) for complaint in standing[:MOST]]


def review_request(
    scene: Scene,
    pictures: Sequence[bytes],
    findings: Sequence[Finding],
    *,
    round: int = 0,  # noqa: A002  # as above
    texts: Sequence[Sequence[str]] = (),
) -> Request[Review]:
    """The question: what the scene is about, then each beat with its picture, then what to answer.

    Raises:
        ValueError: there are not as many pictures as beats.
    """
    measured = [item for item in findings if item.rule != RULE and item.severity != "info"]
    turns = [Turn("user", prompt("reviewer_scene", scene=scene, brief=getattr(scene.layout, "brief", "")))]
    parts = {part.id: _described(part) for part in scene.layout.parts}
    revealed: list[str] = []
    for number, (beat, picture, new) in enumerate(zip(scene.beats, pictures, scene.schedule(), strict=True)):
        text = prompt(
            "reviewer_beat",
            number=number + 1,
            count=len(scene.beats),
            beat=beat,
            new=[parts[part] for part in new if part not in revealed],
            again=[part for part in new if part in revealed],
            standing=[part for part in revealed if part not in new],
            texts=[_plain(said, _LONGEST_TEXT) for said in texts[number]] if number < len(texts) else None,
        )
        turns.append(Turn("user", text, (picture,)))
        revealed += [part for part in new if part not in revealed]
    asked = [item for item in findings if item.rule == RULE]
    end = prompt("reviewer_question", scene=scene, measured=most_important(measured)[:_TOLD], asked=asked)
    return Request(
        role="reviewer",
        system=prompt("reviewer"),
        turns=[*turns, Turn("user", end)],
        answer=Review,
        scene=scene.id,
        round=round,
        accept=partial(_unfit, scene),
    )


def _unfit(scene: Scene, review: Review) -> str | None:
    """Why an answer cannot be used."""
    beats = [beat.id for beat in scene.beats]
    for complaint in review.complaints:
        if complaint.beat not in beats:
            return f"there is no beat {complaint.beat!r} in this scene (beats: {', '.join(beats)})"
        if not complaint.problem.strip() or not complaint.wish.strip():
            return "every complaint needs a problem and a wish, each a sentence"
    if review.verdict == "revise" and not review.complaints:
        return "the verdict is `revise`, and there is no complaint that says why"
    return None


def _finding(scene: Scene, complaint: Complaint, lines: dict[int, tuple[int, int]]) -> Finding:
    number = [beat.id for beat in scene.beats].index(complaint.beat)
    line, end_line = lines.get(number, (1, None))
    about = ", ".join(_plain(item, 80) for item in complaint.objects[:4] if item.strip())
    place = f"beat({number}) {complaint.beat!r}" + (f", {about}" if about else "")
    return Finding(
        file=f"scenes/{scene.id}.py",
        line=line,
        end_line=end_line,
        rule=RULE,
        severity="warning",
        message=f"{place}: {complaint.kind}: {_plain(complaint.problem)}",
        suggestion=_plain(complaint.wish),
    )


def _lines_of_beats(code: str) -> dict[int, tuple[int, int]]:
    """Number of a beat -> first and last line of its `with self.beat(number)` block."""
    try:
        tree = parse_module(code)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.With):
            continue
        for item in node.items:
            match item.context_expr:
                case ast.Call(func=ast.Attribute(attr="beat"), args=[ast.Constant(value=int(number))]):
                    found[number] = (node.lineno, node.end_lineno or node.lineno)
    return found


def _picture(path: Path) -> bytes:
    """The still as PNG, no wider than a model looks."""
    data = path.read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        if image.width <= _WIDEST:
            return data
        size = (_WIDEST, round(image.height * _WIDEST / image.width))
        made = io.BytesIO()
        image.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(made, "PNG")
    return made.getvalue()


def _described(part: Part) -> str:
    """A part in one line: its id and what it shows."""
    if isinstance(part, TextPart):
        return f"`{part.id}`: {part.text}"
    if isinstance(part, FormulaStep):
        return f"`{part.id}`: ${part.latex}$"
    fields = part.model_dump(exclude={"id"}, exclude_defaults=True)
    return f"`{part.id}`: " + ", ".join(f"{name} {value}" for name, value in fields.items())


def _plain(text: str, longest: int = _LONGEST) -> str:
    """One line without control characters: findings are shown on terminals."""
    line = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
