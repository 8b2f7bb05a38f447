"""One video made by the real command, and the kills that befall it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from render_soak.family import Family

__all__ = ["STORYBOARD", "Kill", "Making", "make"]

_PLAIN = """
from manim import *

class Plain(Scene):
    def construct(self):
        square = Square()
        self.play(Create(square))
        self.play(square.animate.rotate(PI / 3), run_time=2)
"""
STORYBOARD = {
    "title": "Under fire",
    "scenes": [
        {
            "id": "zz",
            "title": "Points",
            "beats": [{"id": "a", "say": "One."}, {"id": "b", "say": "Two."}],
            "layout": {"kind": "bullets", "parts": [{"id": "x", "text": "First"}, {"id": "y", "text": "It is $x^2$"}]},
        },
        {
            "id": "code",
            "title": "By code",
            "beats": [{"id": "a", "say": "A square turns, and goes on turning."}],
            "layout": {"kind": "title"},
            "code": _PLAIN,
        },
        {
            "id": "formula",
            "title": "A formula",
            "beats": [{"id": "a", "say": "The squares add up."}],
            "layout": {"kind": "formula", "parts": [{"id": "f", "latex": "a^2 + b^2 = c^2"}]},
        },
        {"id": "aa", "title": "The end", "beats": [{"id": "a", "say": "Done."}], "layout": {"kind": "title"}},
    ],
}
"""Ids that no sorting puts in this order."""
_POLL_SECONDS = 0.01
_LIMIT_SECONDS = 600.0
_LINGER_SECONDS = 30.0
_NOTHING_TO_RESUME = 2


@dataclass
class Kill:
    """One kill: whom, and how long into the making."""

    victim: str
    after: float
    linger: float
    """Seconds more for a victim of this kind to live."""
    due: float = 0.0
    """The time for it, by the monotonic clock."""
    hit: bool = False


@dataclass
class Making:
    """What was made, and how that went."""

    folder: Path
    latex: bool
    warm: bool
    kills: Sequence[Kill] = ()
    seconds: float = 0.0
    code: int = 0
    errors: str = ""
    left: list[str] = field(default_factory=list)
    """Processes that outlived the command."""

    @property
    def run(self) -> Path:
        """The run folder."""
        return self.folder / "run"

    @property
    def store(self) -> Path:
        """Its own store."""
        return self.folder / "store"

    @property
    def temporary(self) -> Path:
        """Its own TMPDIR."""
        return self.folder / "tmp"

    def command(self, name: str) -> list[str]:
        """`make`, or `resume`."""
        python = [sys.executable, "-m", "visium_graph"]
        if name == "resume":
            return [*python, "resume", str(self.run)]
        options = ["--quality", "tiny", "--voice", "silent", "--set", "workers=2"]
        options += ["--set", f"math={'latex' if self.latex else 'mathjax'}"]
        return [*python, "make", str(self.folder / "board.json"), "-o", str(self.run), *options]


def make(
    folder: Path,
    kills: Sequence[Kill] = (),
    *,
    latex: bool = False,
    warm: Path | None = None,
    luck: random.Random | None = None,
) -> Making:
    """Make the video in `folder`, killing whom the plan says; a killed command is taken up again.

    Args:
        folder: of the making: run folder, store and TMPDIR.
        kills: what is planned.
        latex: formulas by LaTeX.
        warm: a store from which one half of the entries is taken over; None: an empty store.
        luck: chooses that half, and among several victims.
    """
    making = Making(folder, latex, warm is not None, kills)
    luck = luck or random.Random(0)
    making.temporary.mkdir(parents=True)
    (folder / "board.json").write_text(json.dumps(STORYBOARD))
    if warm is not None:
        _take_over_half(warm, making.store, luck)
    family = Family(making.temporary)
    began = time.monotonic()
    try:
        _run(making, family, luck)
        making.left = family.left_after(_LINGER_SECONDS)
    finally:
        family.end()
    making.seconds = time.monotonic() - began
    return making


def _take_over_half(source: Path, target: Path, luck: random.Random) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and luck.random() < 0.5:  # of an entry's files too
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _run(making: Making, family: Family, luck: random.Random) -> None:
    """Run the command, and as often as it is killed the one that goes on from there."""
    waiting = list(making.kills)
    for kill in waiting:
        kill.due = time.monotonic() + kill.after
    name = "make"
    limit = time.monotonic() + _LIMIT_SECONDS
    while True:
        with _start(making, name) as process:
            killed = _befall(process, family, waiting, luck, limit)
            if process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, limit - time.monotonic()))
            making.code = process.poll() if process.poll() is not None else -1
            if making.code == -1:
                process.kill()
        making.errors = (making.folder / "errors").read_text()
        if killed:
            name = "resume"
        elif name == "resume" and making.code == _NOTHING_TO_RESUME:
            name = "make"  # it was killed before it had begun
        else:
            return


def _start(making: Making, name: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TMPDIR": str(making.temporary), "VISIUM_CACHE_DIR": str(making.store)}
    with (making.folder / "errors").open("wb") as errors:
        return subprocess.Popen(
            making.command(name), env=environment, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )


def _befall(
    process: subprocess.Popen[bytes], family: Family, waiting: list[Kill], luck: random.Random, limit: float
) -> bool:
    """Carry out the kills that are due until the command ends or is killed itself; returns whether it was."""
    while waiting and process.poll() is None and time.monotonic() < limit:
        for kill in [kill for kill in waiting if kill.due <= time.monotonic()]:
            if not family.of_kind(kill.victim, process.pid):
                continue
            time.sleep(kill.linger)  # or everybody that is waited for would die as soon as it appears
            _strike(kill, family.of_kind(kill.victim, process.pid), luck)
            if not kill.hit:
                continue
            waiting.remove(kill)
            if kill.victim == "app":
                process.wait()
                kill.hit = process.returncode == -signal.SIGKILL  # else it had just ended
                return kill.hit
        time.sleep(_POLL_SECONDS)
    return False


def _strike(kill: Kill, victims: list[psutil.Process], luck: random.Random) -> None:
    with suppress(psutil.NoSuchProcess, IndexError):
        victim = luck.choice(victims)
        if victim.status() != psutil.STATUS_ZOMBIE:
            victim.kill()
            kill.hit = True
