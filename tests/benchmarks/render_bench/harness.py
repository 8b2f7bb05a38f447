"""Both sides of a workload, and the table of targets."""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from render_bench.processes import Batch, Command, run_commands
from render_bench.scenes import MIX, QUICK_MIX, Piece, lesson_commands, manim_command

__all__ = ["CORES", "NAMES", "Bench", "Score", "Sides"]

CORES = len(os.sched_getaffinity(0))
NAMES = {"high": "1080p60", "medium": "720p30"}
_HERE = Path(__file__).parent


@dataclass
class Score:
    """The table of targets."""

    missed: list[str] = field(default_factory=list)

    def line(self, what: str, value: str, target: str = "", *, good: bool = True) -> None:
        """Print one row, and remember a target that was missed."""
        print(f"{what:66}{value:>26}  {target:11}{'' if not target else 'ok' if good else 'MISSED'}", flush=True)
        if not good:
            self.missed.append(what)

    def ratio(self, what: str, more: float, less: float, least: float) -> None:
        """How many times less CPU time, or wall-clock time, the second number is."""
        value = f"{more:.1f} / {less:.2f} = {more / less:.1f}x"
        self.line(what, value, f">= {least:g}x" if least else "", good=more / less >= least)


@dataclass(frozen=True)
class Sides:
    """One workload, rendered by both."""

    manim: Batch
    ours: list[Batch]
    """Runs with an empty cache, before and after Manim's: what else the machine does may change meanwhile."""
    rows: list[dict[str, Any]]
    """See `render_bench.jobs`; of the last run."""
    files: list[Path]
    """What `manim` made."""
    share: float = 1.0
    """Part of the scenes that `manim` was run on; it does each for itself, so all would have cost in proportion."""

    @property
    def cpu(self) -> tuple[float, float]:
        """CPU seconds: Manim's, ours."""
        return self.manim.cost.cpu / self.share, statistics.fmean(batch.cost.cpu for batch in self.ours)

    @property
    def wall(self) -> tuple[float, float]:
        """Wall-clock seconds: Manim's, ours."""
        return self.manim.cost.wall / self.share, statistics.fmean(batch.cost.wall for batch in self.ours)


class Bench:
    """One run of the benchmark in a folder of its own."""

    def __init__(self, folder: Path, quick: bool, score: Score) -> None:
        self.folder = folder
        self.score = score
        self.quick = quick
        self.mix: list[Piece] = []
        self._count = 0

    def ours(self, pieces: Sequence[Piece], quality: str, cache: Path, workers: int = CORES) -> tuple[Batch, Any]:
        """Render with this package, in a process of its own."""
        asked = {"pieces": [[str(piece.run), piece.scene] for piece in pieces], "quality": quality}
        [answer], batch = self._ask([asked | {"workers": workers, "cache": str(cache)}], _HERE / "jobs.py")
        return batch, answer

    def frames(self, requests: Iterable[dict[str, Any]]) -> list[Any]:
        """Ask about Manim's own frames."""
        return self._ask(list(requests), _HERE / "frames.py", {"PYTHONPATH": _path_with(_HERE.parent)})[0]

    def _ask(
        self, requests: Sequence[dict[str, Any]], script: Path, environment: dict[str, str] | None = None
    ) -> tuple[list[Any], Batch]:
        commands, results = [], []
        for request in requests:
            self._count += 1
            asked, result = self.folder / f"request-{self._count}.json", self.folder / f"result-{self._count}.json"
            asked.write_text(json.dumps(request), "utf-8")
            results.append(result)
            commands.append(Command((sys.executable, script, asked, result), environment or {}))
        batch = run_commands(commands, CORES)
        return [json.loads(result.read_bytes()) for result in results], batch

    def lessons(self) -> None:
        """Plan the lessons whose scenes are rendered."""
        chosen = QUICK_MIX if self.quick else MIX
        runs = self.folder / "runs"
        run_commands(lesson_commands(runs, self.folder / "cache", tuple(chosen)), CORES)
        self.mix = [Piece(runs / name, scene) for name, scenes in chosen.items() for scene in scenes]

    def compare(
        self, what: str, pieces: Sequence[Piece], quality: str, targets: Sequence[float], by_manim: int = 0
    ) -> Sides:
        """Render on both sides and print how they compare.

        Args:
            what: names the workload.
            pieces: its scenes.
            quality: of the picture.
            targets: how many times less CPU time is asked for, and what would be better still.
            by_manim: how many of the scenes the manim command is run on (0: all).
        """
        folder = self.folder / what[0]
        made = [manim_command(piece, quality, folder / piece.scene) for piece in pieces[: by_manim or len(pieces)]]
        before = [] if self.quick else [self.ours(pieces, quality, folder / "cache-before")[0]]
        manim = run_commands([command for command, _ in made], CORES)
        after, rows = self.ours(pieces, quality, folder / "cache")
        files = [next(media.glob(f"videos/*/{NAMES[quality]}/*.mp4")) for _, media in made]
        found = Sides(manim, [*before, after], rows, files, len(made) / len(pieces))
        self.score.ratio(f"{what} at {NAMES[quality]}: CPU s, manim / ours", *found.cpu, targets[0])
        for stretch in targets[1:]:
            reached = found.cpu[0] / found.cpu[1] >= stretch
            self.score.line("  the stretch target", f"{stretch:g}x {'reached' if reached else 'not reached'}")
        self.score.ratio("  wall-clock s", *found.wall, 0)
        drawn = sum(row["cpu_seconds"] for row in rows)
        value = f"{drawn:.1f} + {after.cost.cpu - drawn:.1f}"
        self.score.line("  ours: CPU s of the children that draw, and of all that starts them", value)
        clips = [Path(row["clip"]) for row in rows[: len(files)]]
        sizes = " / ".join(f"{sum(file.stat().st_size for file in side) / 1e6:.1f}" for side in (files, clips))
        self.score.line("  size of the files, MB, manim / ours", sizes)
        return found


def _path_with(folder: Path) -> str:
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
