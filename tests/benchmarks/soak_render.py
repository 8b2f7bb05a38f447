"""Kills at random moments while real videos are made: nothing may be lost, spoilt or left behind.

    make soak-render                    # 200 kills, some twenty minutes
    make soak-render KILLS=20 SEED=7    # fewer, others

Each making is the real `visium make` of a video of four scenes in a store of its own, empty or half full, with formulas
by MathJax or by LaTeX. Two to six of its processes get SIGKILL: a worker of the pool, a preloaded process, a job's
child, a program that the LaTeX broker runs, or the command itself, which `visium resume` then takes up again. Afterwards
the video must be the very one that an undisturbed making gives, every stored result must be whole, and no process,
scratch folder or unfinished file may be left. Exits with 1 where anything is not as it should be.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from render_soak.family import VICTIMS
from render_soak.making import Kill, Making, make
from render_soak.verdict import Reference, losses, reference

__all__ = ["soak"]

_MOST_KILLS = 6
_MOST = {"app": 1, "worker": 4, "preloaded": 2, "child": 1, "latex": 2}
"""In one making: no more than one job survives, so that none may end as crashed, whichever the kills hit."""
_LATEX_SHARE = 0.3
_WARM_SHARE = 0.3
_LINGER_SECONDS = {"app": 0.0, "worker": 0.3, "preloaded": 0.6, "child": 0.3, "latex": 0.05}
"""At most, before a victim is killed: about as long as it lives, or less."""


def soak(kills: int, seed: int, folder: Path, *, latex: bool) -> Iterator[tuple[Making, list[str]]]:
    """Makings with what is wrong with each, until so many kills have hit.

    Args:
        kills: to carry out.
        seed: of the plan: victims, times, stores. What a kill meets depends on the machine too.
        folder: for everything that is made; what went well is removed.
        latex: whether LaTeX is there.
    """
    luck = random.Random(seed)
    undisturbed: dict[bool, tuple[Making, Reference]] = {}
    done = number = 0
    while done < kills:
        number += 1
        with_latex = latex and luck.random() < _LATEX_SHARE
        if with_latex not in undisturbed:
            making = make(folder / f"undisturbed-{with_latex}", latex=with_latex)
            if making.code:
                raise SystemExit(f"an undisturbed making ended with {making.code}: {making.errors}")
            undisturbed[with_latex] = making, reference(making)
        making, expected = undisturbed[with_latex]
        plan = _plan(luck, min(_MOST_KILLS, kills - done), making.seconds, with_latex)
        warm = making.store if luck.random() < _WARM_SHARE else None
        making = make(folder / f"making-{number}", plan, latex=with_latex, warm=warm, luck=luck)
        done += sum(kill.hit for kill in plan)
        wrong = losses(making, expected)
        if not wrong:
            shutil.rmtree(making.folder)
        yield making, wrong


def _plan(luck: random.Random, most: int, seconds: float, latex: bool) -> list[Kill]:
    """Kills spread over an undisturbed making's length."""
    victims = [victim for victim in VICTIMS if latex or victim != "latex" for _ in range(_MOST[victim])]
    chosen = luck.sample(victims, luck.randint(min(2, most), most))
    return [Kill(name, luck.uniform(0.0, 0.9 * seconds), luck.uniform(0.0, _LINGER_SECONDS[name])) for name in chosen]


def main() -> None:
    """Print a line a making and a table of victims; exit with 1 on any loss."""
    options = argparse.ArgumentParser(description="SIGKILL at random moments while videos are made.")
    options.add_argument("--kills", type=int, default=int(os.environ.get("KILLS") or 200))
    options.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or 4))
    options.add_argument("--keep", type=Path, help="a folder for what went wrong (default: a temporary one)")
    chosen = options.parse_args()
    latex = all(shutil.which(program) for program in ("latex", "dvisvgm"))
    folder = Path(tempfile.mkdtemp(prefix="visium-soak-", dir=chosen.keep))
    planned: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    makings = bad = 0
    began = time.monotonic()
    for making, wrong in soak(chosen.kills, chosen.seed, folder, latex=latex):
        makings += 1
        bad += bool(wrong)
        planned.update(kill.victim for kill in making.kills)
        hit.update(kill.victim for kill in making.kills if kill.hit)
        told = ", ".join(f"{kill.victim}{'' if kill.hit else ' (missed)'}" for kill in making.kills)
        state = f"{'latex' if making.latex else 'mathjax'} {'half full' if making.warm else 'cold'}"
        print(
            f"{makings:4} {making.seconds:6.1f} s  {state:18} {told:45} {'; '.join(wrong) or 'as undisturbed'}",
            flush=True,
        )
    print(f"\n{'victim':12}{'planned':>9}{'hit':>6}")
    for victim in VICTIMS:
        print(f"{victim:12}{planned[victim]:9}{hit[victim]:6}")
    seconds = time.monotonic() - began
    print(f"{'all':12}{planned.total():9}{hit.total():6}")
    print(f"{makings} makings in {seconds:.0f} s, {makings - bad} as undisturbed, {bad} not (seed {chosen.seed})")
    if bad:
        sys.exit(f"what went wrong is in {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
