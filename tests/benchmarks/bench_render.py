"""How fast the renderer is beside the `manim` command, and whether its pictures are Manim's.

    make bench-render            # some twelve minutes on two free cores
    make bench-render QUICK=1    # some three, with few scenes

Both sides render the same scene files at the same quality on this machine, as many scenes at a time as there are
processors. `manim` is run once a scene with its caching off, an empty media folder, no voice and no progress bars, and
pays its imports each time; this package pays for its own process, the workers and one preloaded process each, and has
an empty cache. It renders before and after Manim, and the mean counts (with QUICK only after). The files import
`visium_graph.stage`, so formulas are drawn by MathJax on both sides, and what makes the stage faster makes `manim`
faster too. CPU time is user and system time of all processes that a side starts. Exits with 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
from render_bench.harness import CORES, NAMES, Bench, Score, Sides
from render_bench.processes import Command, MemorySampler, children_end_here, run_commands
from render_bench.scenes import static_slides

SEED = 4


def _seconds(path: Path) -> float:
    with av.open(str(path)) as container:
        return float(container.duration) / av.time_base


def static(bench: Bench) -> None:
    """Workload a."""
    pieces = static_slides(bench.folder / "runs" / "slides", 8, SEED)
    by_manim = 2 if bench.quick else len(pieces)
    print(f"\na. {len(pieces)} static slides, 10 to 12 s: five texts and a formula, in plain Manim (seed {SEED})")
    if by_manim < len(pieces):
        print(f"   (manim is run on {by_manim} of them, and its times are taken in proportion)")
    found = bench.compare("a. static slides", pieces, "high", [12], by_manim)
    print(f"  manim, CPU s a slide: {', '.join(f'{cost.cpu:.1f}' for cost in found.manim.each)}")
    print(f"  ours, the child alone: {', '.join('{cpu_seconds:.2f}'.format(**row) for row in found.rows)}")


def lessons(bench: Bench) -> dict[str, Sides]:
    """Workloads b and c, and the floor; returns what was made at each quality."""
    print("\nb, c. the lessons' own mix: scene files as `visium make` writes them")
    if bench.quick:
        print(
            "   (at 720p30, starting all processes costs as much as drawing so few scenes: judged in the full run only)"
        )
    made = {
        "high": bench.compare("b. lessons' mix", bench.mix, "high", [4.5, 6]),
        "medium": bench.compare("c. lessons' mix", bench.mix, "medium", [0] if bench.quick else [3, 4]),
    }
    quality = "medium" if bench.quick else "high"
    floors = bench.frames({"script": str(piece.file), "quality": quality} for piece in bench.mix)
    _scenes(bench, made, floors)
    _shares(bench, floors)
    drawing, encoding = (sum(floor[name] for floor in floors) for name in ("drawing", "encoding"))
    print("\nf. the floor: Manim's camera draws each distinct frame once, our encoder takes it; nothing else counts")
    what = f"f. floor of the mix at {NAMES[quality]}: CPU s, drawing + encoding"
    bench.score.line(what, f"{drawing:.1f} + {encoding:.1f}")
    bench.score.line("  ours / floor", f"{made[quality].cpu[1] / (drawing + encoding):.2f}")
    return made


def _scenes(bench: Bench, made: dict[str, Sides], floors: Sequence[dict[str, Any]]) -> None:
    """Every scene by itself; ours is the child alone."""
    print(f"\n  {'CPU s, ours: the child alone':44}{'1080p60':>18}{'720p30':>18}")
    print(
        f"  {'scene':24}{'layout':10}{'video s':>10}{'manim':>10}{'ours':>8}{'manim':>10}{'ours':>8}{'floor':>8}{'distinct':>10}"
    )
    costs = [
        (cost.cpu, row["cpu_seconds"])
        for side in made.values()
        for cost, row in zip(side.manim.each, side.rows, strict=True)
    ]
    for number, (piece, floor) in enumerate(zip(bench.mix, floors, strict=True)):
        numbers = (*costs[number], *costs[number + len(bench.mix)], floor["drawing"] + floor["encoding"])
        cells = "".join(f"{value:{width}.2f}" for value, width in zip(numbers, (10, 8, 10, 8, 8), strict=True))
        name, share = f"{piece.run.name} {piece.scene}", 100 * floor["distinct"] / floor["frames"]
        print(f"  {name:24}{piece.kind:10}{floor['seconds']:10.1f}{cells}{share:8.0f} %")


def _shares(bench: Bench, floors: Sequence[dict[str, Any]]) -> None:
    """What the mix is made of."""
    frames, distinct = (sum(floor[name] for floor in floors) for name in ("frames", "distinct"))
    kinds: Counter[str] = Counter()
    for piece, floor in zip(bench.mix, floors, strict=True):
        kinds[piece.kind] += floor["frames"]
    by_kind = ", ".join(f"{kind} {100 * number / frames:.0f} %" for kind, number in kinds.most_common())
    share = 100 * distinct / frames
    seconds = sum(floor["seconds"] for floor in floors)
    print(f"  {seconds:.0f} s of video ({by_kind}); {share:.0f} % of the frames differ from the one before")


def unchanged(bench: Bench, made: dict[str, Sides]) -> None:
    """Workload d. The cheaper our first run is, the less a second one can save: it stands beside Manim's cost too."""
    print("\nd. the second run of what has not changed")
    first = made["high"]
    again, rows = bench.ours(bench.mix, "high", Path(first.rows[0]["clip"]).parents[2])
    assert all(row["cached"] for row in rows)
    least = 0 if bench.quick else 50  # a few scenes cost little even the first time
    bench.score.ratio("d. jobs only, 1080p60: CPU s, first / second", first.cpu[1], again.cost.cpu, least)
    bench.score.ratio("  wall-clock s", first.wall[1], again.cost.wall, 0)
    run = bench.folder / "runs" / "pythagoras"
    for quality in ("medium",) if bench.quick else ("medium", "high"):
        arguments = (sys.executable, "-m", "visium_graph", "render", run, "--quality", quality)
        command = Command(arguments, {"VISIUM_CACHE_DIR": str(bench.folder / "cache")})
        once, twice = (run_commands([command]).cost for _ in range(2))
        costs = zip(bench.mix, made[quality].manim.each, strict=True)
        by_manim = sum(cost.cpu for piece, cost in costs if piece.run.name == run.name)
        what = f"d. visium render RUN again, {NAMES[quality]}: CPU s"
        bench.score.ratio(f"{what}, manim / second", by_manim, twice.cpu, least)
        bench.score.ratio("  our first / second", once.cpu, twice.cpu, 0)
        bench.score.ratio("  wall-clock s, our first / second", once.wall, twice.wall, 0)
    length = _seconds(run / "video.mp4")
    print(f"  (RUN: all of pythagoras, {length:.0f} s; its voice and checks were in the cache the first time too)")


def likeness(bench: Bench, made: Sides, quality: str, names: Sequence[str]) -> None:
    """Workload e."""
    print(f"\ne. SSIM of every frame with the raw frames that Manim draws, {NAMES[quality]} (FFmpeg's filter)")
    chosen = [index for index, piece in enumerate(bench.mix) if piece.scene in names]
    requests = [
        {
            "script": str(bench.mix[index].file),
            "quality": quality,
            "clips": {"ours": made.rows[index]["clip"], "manim": str(made.files[index])},
        }
        for index in chosen
    ]
    answers = bench.frames(requests)
    for index, answer in zip(chosen, answers, strict=True):
        wrong = [
            f"{side} lacks {len(found['missing'])} from {found['missing'][:1]}, has {found['extra']} more"
            for side, found in answer.items()
            if found["missing"] or found["extra"]
        ]
        value = "; ".join(wrong) or f"{len(answer['ours']['luma'])}"
        bench.score.line(f"e. {bench.mix[index].scene}: frames, as many as Manim draws", value, "all", good=not wrong)
    planes = {"luma": "luma", "yuv": "Y, U and V", "rgb": "R, G and B as shown (colour at half resolution)"}
    for side, title in (("ours", "ours"), ("manim", "manim's own file")):
        for plane, what in planes.items():
            values = [value for answer in answers for value in answer[side][plane]]
            mean, judged = statistics.fmean(values), side == "ours" and plane != "rgb"
            value, target = f"{mean:.5f}, least {min(values):.4f}", ">= 0.999" if judged else ""
            bench.score.line(f"e. {title}: {what}", value, target, good=not judged or mean >= 0.999)


def memory(bench: Bench) -> None:
    """The rest of f."""
    print("\nf. memory, 1080p60")
    pieces = static_slides(bench.folder / "runs" / "ten", 10, SEED) if bench.quick else bench.mix[:10]
    with MemorySampler() as sampler:
        bench.ours(pieces, "high", bench.folder / "ours-ten", workers=10)
    for role in ("app", "worker", "preloaded", "child"):
        pss, rss = sampler.most.get(role, (0, 0))
        bench.score.line(f"  the largest {role} process: PSS, RSS", f"{pss / 2**20:.0f} MB, {rss / 2**20:.0f} MB")
    what = f"f. ten {'static slides' if bench.quick else 'scenes of the mix'} in flight: peak PSS of all processes"
    bench.score.line(what, f"{sampler.peak / 2**20:.0f} MB in {sampler.processes}")


def main() -> int:
    """Print the tables; 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer scenes")
    quick = parser.parse_args().quick
    start, score = time.monotonic(), Score()
    print(
        f"{CORES} processors, {os.getloadavg()[0]:.1f} processes running at the start; both sides: {CORES} scenes at a time"
    )
    with tempfile.TemporaryDirectory(prefix="visium-bench-") as folder, children_end_here():
        os.environ["TMPDIR"] = folder  # the jobs' scratch folders go with it
        bench = Bench(Path(folder), quick, score)
        bench.lessons()
        static(bench)
        made = lessons(bench)
        unchanged(bench, made)
        if quick:
            likeness(bench, made["medium"], "medium", ["algebra"])
        else:
            likeness(bench, made["high"], "high", ["algebra", "claim", "converse", "code"])
        memory(bench)
    print(f"\n{time.monotonic() - start:.0f} s", file=sys.stderr)
    if score.missed:
        print(f"\nmissed: {'; '.join(score.missed)}")
    return 1 if score.missed else 0


if __name__ == "__main__":
    try:
        status = main()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        status = 130
    raise SystemExit(status)
