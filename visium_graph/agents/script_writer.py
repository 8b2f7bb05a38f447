"""The script writer with a model: a topic or a document to a script with a teacher's arc."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
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
from visium_graph.models.request import Request, Turn

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
    request: Request[TopicScript] = Request(
        role="script",
        system=prompt("script", grounded=document is not None),
        turns=tuple(turns),
        answer=TopicScript if document is None else DocumentScript,
        round=round_,
        accept=_judge(brief, document),
    )
    reply = await crew.ask(request)
    return script_of(reply.value, brief, document)


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


def _judge(brief: Brief, document: NumberedDocument | None) -> Callable[[TopicScript], str | None]:
    """What `Request.accept` asks. Flaws are told once: a script that still has some is better than none."""
    told = False

    def judge(answer: TopicScript) -> str | None:
        nonlocal told
        if reason := impossible(answer, brief):
            return reason
        found = [] if told else list(flaws(answer, brief, document))[:_MOST_FLAWS]
        told = True
        return "\n".join(f"- {flaw}" for flaw in found) or None

    return judge
