"""Kills at random steps while scenes are coded by batch: nothing may be submitted twice, and nothing may be lost.

    make soak-batch                     # 200 kills, some minutes
    make soak-batch KILLS=20 SEED=7     # fewer, others

A scripted author stands behind a loopback server that speaks the Gemini protocol, its Batch endpoints too. Each run asks for
the code of five to thirty scenes and for some repairs, and its process gets SIGKILL up to six times: before, amid and after
an entry of its ledger, before, during and after a request, before and after an answer is stored. Every other service fails
too: it loses the answer to a creation, is busy, breaks off, garbles, and mixes up what comes back. Afterwards every scene
must have its own answer, by batch, and the server's log must show that no request was submitted while an earlier submission
of it was open or had been answered. Exits with 1 where anything is not so.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.models.batch.kills import Killed, Scenes, killed_and_continued, shares  # noqa: E402  # needs the tests' folder

__all__ = ["soak"]

_MOST_KILLS = 6


def soak(kills: int, seed: int, folder: Path) -> Iterator[tuple[Scenes, Killed]]:
    """Runs, until so many kills have hit; the folders of those that went well are removed."""
    luck = Random(seed)
    done = number = 0
    while done < kills:
        number += 1
        scenes = Scenes(count=luck.randint(5, 30), every=luck.randint(1, 4))
        moments = shares((seed, number), min(luck.randint(1, _MOST_KILLS), kills - done))
        run = killed_and_continued((seed, number), folder / f"{number}", moments, rough=number % 2 == 0, scenes=scenes)
        done += run.kills
        if not run.wrong:
            shutil.rmtree(folder / f"{number}")
        yield scenes, run


def main() -> None:
    """Print a line a run; exit with 1 where one is not as promised."""
    options = argparse.ArgumentParser(description="SIGKILL at random steps while scenes are coded by batch.")
    options.add_argument("--kills", type=int, default=int(os.environ.get("KILLS") or 200))
    options.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or 4))
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="visium-soak-"))
    began, runs, kills, bad = time.monotonic(), 0, 0, 0
    killed: Counter[str] = Counter()
    for scenes, run in soak(chosen.kills, chosen.seed, folder):
        runs, kills, bad = runs + 1, kills + run.kills, bad + bool(run.wrong)
        killed += run.killed
        print(f"{runs:4}  {scenes.count:3} scenes  {run.kills} kills  {'; '.join(run.wrong) or 'complete'}", flush=True)
    for name, count in sorted(killed.items()):
        print(f"{count:6} {name}")
    seconds = time.monotonic() - began
    print(f"{kills} kills in {runs} runs, {seconds:.0f} s: {runs - bad} as promised, {bad} not (seed {chosen.seed})")
    if bad:
        sys.exit(f"what went wrong is in {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
