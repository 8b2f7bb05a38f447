"""The script writer with a model: a topic or a document to a script with a teacher's arc."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from visium_graph.agents.brief import Brief
from visium_graph.agents.numbered import NumberedDocument, number_document
from visium_graph.agents.prompts import prompt
from visium_graph.agents.script_answer import (
    Budget,
    DocumentScript,
    TopicScript,
    answer_of,
    flaws,
    impossible,
    script_of,
)
from visium_graph.agents.script_types import Script
from visium_graph.checks.finding import Finding
from visium_graph.models.request import NoAnswer, Request, Turn

if TYPE_CHECKING:
    from visium_graph.models import Crew

__all__ = ["repair_script", "write_script"]

_MOST_FLAWS = 8
"""Told at a time."""


async def write_script(crew: Crew, brief: Brief) -> Script:
    """Have a script written.

    Args:
        crew: who asks the model.
        brief: what the video is asked to be.

    Raises:
        NoAnswer: no usable script could be had.
    """
    document = await _numbered(brief)
    return await _asked(crew, brief, document, [Turn("user", _task(brief, document))], round_=0)


async def repair_script(crew: Crew, brief: Brief, script: Script, findings: Sequence[Finding]) -> Script:
    """Have a script written once more, with what checks found in it put right.

    Args:
        crew: who asks the model.
        brief: what the video is asked to be.
        script: what was written for that.
        findings: what is wrong with it.

    Raises:
        NoAnswer: no usable script could be had.
    """
    document = await _numbered(brief)
    turns = [
        Turn("user", _task(brief, document)),
        Turn("assistant", answer_of(script, document).model_dump_json(exclude_defaults=True)),
        Turn("user", prompt("script_repair", findings=findings)),
    ]
    return await _asked(crew, brief, document, turns, round_=1)


async def _numbered(brief: Brief) -> NumberedDocument | None:
    return None if brief.document is None else await asyncio.to_thread(number_document, brief.document)


async def _asked(
    crew: Crew, brief: Brief, document: NumberedDocument | None, turns: Sequence[Turn], *, round_: int
) -> Script:
    """Ask, and once more where the script has flaws; of two scripts the one with fewer of them is taken.

    Flaws are no matter of `Request.accept`: a script that still has some is better than none.
    """
    request: Request[TopicScript] = Request(
        role="script",
        system=prompt("script", grounded=document is not None),
        turns=tuple(turns),
        answer=TopicScript if document is None else DocumentScript,
        round=round_,
        accept=lambda answer: impossible(answer, brief),
    )
    first = (await crew.ask(request)).value
    found = list(flaws(first, brief, document))
    if not found:
        return script_of(first, brief, document)
    told = [
        *turns,
        Turn("assistant", first.model_dump_json(exclude_defaults=True)),
        Turn("user", prompt("script_flaws", flaws=found[:_MOST_FLAWS])),
    ]
    try:
        second = (await crew.ask(replace(request, turns=tuple(told)))).value
    except NoAnswer:
        return script_of(first, brief, document)
    better = second if len(list(flaws(second, brief, document))) <= len(found) else first
    return script_of(better, brief, document)


def _task(brief: Brief, document: NumberedDocument | None) -> str:
    return prompt(
        "script_task",
        topic=brief.topic,
        audience=brief.audience,
        minutes=f"{brief.minutes:g}",
        language=brief.language,
        budget=Budget.of(brief),
        most=brief.max_scenes,
        document=None if document is None else document.text,
        excerpt=document is not None and document.share < 1,
    )
