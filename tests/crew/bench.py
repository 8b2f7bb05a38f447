"""Many videos under mixed faults, and what they are held to."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.crew.author import CrewAuthor, role_of
from tests.crew.making import Making, keyed, make_videos, mixed_faults, settings_for
from tests.crew.verdict import SceneFate, Verdict, drafts_kept, judge
from tests.gemini.server import GeminiServer
from visium_graph.models import usage_of
from visium_graph.settings import Settings

__all__ = ["Results", "make_and_judge"]

GEMINI_VOICE = 10
"""One video in so many is spoken by Gemini's voice; the others are silent."""
WANTED = 0.95
"""Share of the scenes that the model's code shows, of those whose author gets them right within three repairs."""


@dataclass
class Results:
    """What came of the videos.

    Attributes:
        seconds: of all makings together, and of processors.
        calls: role -> requests that were sent; tokens: role -> tokens paid for, both as the server counts them.
        ledger: tokens of the answers that arrived, as the runs' own ledgers have them; arrived: as the server has them.
    """

    makings: list[Making]
    verdicts: list[Verdict]
    author: CrewAuthor
    seconds: float
    work: float
    kinds: Counter[str]
    faults: Counter[str]
    calls: Counter[str]
    tokens: Counter[str]
    ledger: int
    arrived: int

    @property
    def fates(self) -> list[SceneFate]:
        """Of every scene that was to be coded."""
        return [fate for verdict in self.verdicts for fate in verdict.fates]

    @property
    def mendable(self) -> list[SceneFate]:
        """Those whose author gets them right within three repairs."""
        return [fate for fate in self.fates if fate.planned.habit != "never"]

    @property
    def coded(self) -> float:
        """Share of these that the model's own code shows."""
        return statistics.fmean(fate.coded for fate in self.mendable)

    def wrong(self) -> list[str]:
        """Everything that is not as promised."""
        found = [f"lecture {making.lecture.number}: {making.error}" for making in self.makings if making.error]
        for verdict in self.verdicts:
            found += [f"lecture {verdict.lecture.number}: {line}" for line in verdict.wrong]
        if self.coded < WANTED:
            found.append(f"only {self.coded:.1%} of the scenes that could be coded were")
        for fate in self.fates:
            if fate.coded and fate.published is not None and fate.published[0]:
                found.append(f"{fate.planned.scene_id} was taken with {fate.published[0]} errors")
            if not fate.coded and not fate.note:
                found.append(f"{fate.planned.scene_id} fell back, and the report does not say why")
        if self.ledger != self.arrived:
            found.append(f"the ledgers have {self.ledger} tokens where answers of {self.arrived} arrived")
        return found

    def table(self) -> Iterator[str]:
        """The figures, line by line."""
        videos, scenes = len(self.makings), sum(len(making.lecture.scenes) for making in self.makings)
        yield f"{videos} videos of {scenes} scenes in {self.seconds:.0f} s, {self.work:.0f} s of processors"
        yield f"complete, in order, narrated      {sum(not verdict.wrong for verdict in self.verdicts):5} of {videos}"
        worse = sum(len(verdict.worse) for verdict in self.verdicts)
        yield f"worse than their best draft       {worse:5} of {len(self.fates)} scenes that were to be coded"
        yield f"coded, author repairs in 3 rounds {self.coded:6.1%} of {len(self.mendable)}"
        never = [fate for fate in self.fates if fate.planned.habit == "never"]
        kept = sum(fate.coded for fate in never)
        yield f"author never repairs              {len(never):5}, of which {kept} coded, the others by their template"
        yield from self._by_habit()
        for fate in self.mendable:
            if not fate.coded:
                yield f"  {fate.planned.scene_id} ({fate.planned.habit}) fell back: {fate.note[:200]}"
        yield ""
        yield f"{'requests':12}{'all':>8}{'a scene':>9}{'tokens':>12}{'a scene':>9}"
        for role in ("script", "director", "coder", "reviewer"):
            calls, tokens = self.calls[role], self.tokens[role]
            yield f"{role:12}{calls:8,}{calls / scenes:9.2f}{tokens:12,}{tokens / scenes:9,.0f}"
        calls, tokens = self.calls.total(), self.tokens.total()
        yield f"{'all':12}{calls:8,}{calls / scenes:9.2f}{tokens:12,}{tokens / scenes:9,.0f}"
        yield f"asked again with the reason: {_counted(self.author.again)}"
        taken = sum(verdict.complaints for verdict in self.verdicts)
        yield f"reviewer: {_counted(self.author.judged)}; complaints taken up: {taken}"
        yield f"by kind: {_counted(self.kinds)}"
        yield f"voices: {_counted(Counter(verdict.voice for verdict in self.verdicts))}"
        yield f"faults met: {_counted(self.faults)}; slips of the author: {_counted(self.author.slipped)}"

    def _by_habit(self) -> Iterator[str]:
        for habit in dict.fromkeys(
            fate.planned.habit for fate in sorted(self.fates, key=lambda one: one.planned.habit)
        ):
            these = [fate for fate in self.fates if fate.planned.habit == habit]
            rounds = statistics.fmean(fate.rounds for fate in these)
            outcomes = Counter(fate.outcome for fate in these)
            yield f"  {habit:12} {len(these):5} scenes, {rounds:.1f} rounds: {_counted(outcomes)}"


def make_and_judge(
    seed: object,
    numbers: Sequence[int],
    folder: Path,
    *,
    at_once: int = 8,
    share: float = 1.0,
    tell: Callable[[Making], None] = lambda _: None,
) -> Results:
    """Make these lectures under mixed faults, in this process, and judge every one.

    Args:
        seed: of the author and of the faults.
        numbers: of the lectures.
        folder: for runs and store.
        at_once: videos under way at a time.
        share: of the usual chances of faults.
        tell: called with each video when it has ended.
    """
    author = CrewAuthor(seed)
    spoken = [number for number in numbers if number % GEMINI_VOICE == 3]
    silent = [number for number in numbers if number not in spoken]
    with GeminiServer(author, mixed_faults(seed, share=share)) as server, keyed(), _no_other_service():
        quiet = settings_for(server, folder / "store")
        aloud = settings_for(server, folder / "store", voice="gemini")
        began, work = time.monotonic(), _work()

        async def both() -> list[Making]:
            made = await make_videos(author, silent, quiet, folder, at_once=at_once, tell=tell)
            return made + await make_videos(author, spoken, aloud, folder, at_once=at_once, tell=tell)

        makings = sorted(asyncio.run(both()), key=lambda making: making.lecture.number)
        seconds, work = time.monotonic() - began, _work() - work
        kept = drafts_kept(folder / "store")
        verdicts = [judge(making.lecture, making.run, _of(making, spoken, aloud, quiet), kept) for making in makings]
        exchanges = server.log.of("generate")
    calls, tokens = Counter[str](), Counter[str]()
    arrived = 0
    for one in exchanges:
        calls[role_of(one.call)] += 1
        paid = one.usage.get("totalTokenCount", 0)
        tokens[role_of(one.call)] += paid
        # LangChain tells no usage of a prompt that was refused, nor of a body that cannot be read.
        arrived += paid * (one.outcome == "answered" and not {"bad_json", "prompt_block"} & set(one.faults))
    usages = [usage_of(making.run).roles for making in makings if making.run.folder.is_dir()]
    return Results(
        makings=makings,
        verdicts=verdicts,
        author=author,
        seconds=seconds,
        work=work,
        kinds=server.log.counts(),
        faults=Counter(name for one in server.log.of() for name in one.faults),
        calls=calls,
        tokens=tokens,
        ledger=sum(usage.tokens.total for roles in usages for role, usage in roles.items() if role != "voice"),
        arrived=arrived,
    )


def _of(making: Making, spoken: Sequence[int], aloud: Settings, quiet: Settings) -> Settings:
    return aloud if making.lecture.number in spoken else quiet


@contextmanager
def _no_other_service() -> Iterator[None]:
    """Google Translate's voice, which would follow Gemini's, finds nobody: nothing leaves this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gtts.tts._translate_url", lambda *_, **__: "http://127.0.0.1:9/")
        yield


def _work() -> float:
    """Processor seconds of this process and of all below it."""
    mine = psutil.Process()
    total = 0.0
    for process in (mine, *mine.children(recursive=True)):
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


def _counted(counter: Counter[str]) -> str:
    return (
        ", ".join(f"{name} {count:,}" for name, count in sorted(counter.items(), key=lambda item: -item[1])) or "none"
    )
