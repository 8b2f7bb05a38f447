"""Videos by models that fail in every way: are they complete, right, no worse than their drafts, and quick?

    make bench-crew                     # 200 videos of six scenes, some twenty minutes
    make bench-crew VIDEOS=40 SEED=9    # fewer, others
    make bench-crew QUICK=1             # 20

A scripted author stands behind a loopback server that speaks the Gemini protocol to the real clients. It plays script
writer, director, coder and reviewer; as a coder it makes real mistakes of model-written Manim code and draws faulty
pictures, repairs some, repairs some wrongly, and sometimes makes things worse. The service refuses, hangs, breaks off,
filters and garbles. Some further makings are killed and resumed, and some are timed, with the pauses that a model needs to
answer. Exits with 1 where anything is not as promised.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.crew.bench import make_and_judge  # noqa: E402  # needs the folder of the tests
from tests.crew.kills import killed_and_resumed, moments  # noqa: E402  # as above
from tests.crew.making import Making  # noqa: E402  # as above
from tests.crew.pace import QUIET, SECONDS, measure  # noqa: E402  # as above

SLOWEST = 1.15
"""Times the bound that a video may take; see `tests/crew/pace.py`."""
_QUICK, _ALL = 20, 200
_QUICK_KILLS, _KILLS = 3, 10
_QUICK_TIMED, _TIMED = 3, 7


def pace(seed: int, count: int, folder: Path) -> list[str]:
    """Time so many videos, one after the other, and print each. Returns what is not as promised."""
    pauses = ", ".join(f"{role} {seconds:g} s" for role, seconds in SECONDS.items())
    print(f"\ntimed, one at a time; the model answers after about: {pauses}")
    print(f"{'video':>6}{'calls':>7}{'wall s':>9}{'model s':>9}{'render s':>10}{'work s':>8}{'others':>8}{'ratio':>8}")
    timed = []
    for number in range(1, count + 1):
        one = measure(seed, number, folder / f"timed-{number}")
        timed.append(one)
        print(
            f"{number:6}{one.calls:7}{one.wall:9.1f}{one.model:9.1f}{one.rendering:10.2f}{one.work:8.1f}"
            f"{one.busy:8.0%}{one.ratio:8.3f}",
            flush=True,
        )
    quiet = [one.ratio for one in timed if one.quiet]
    if not quiet:
        print(f"not judged: others used more than {QUIET:.0%} of the processors all the time")
        return []
    middle = statistics.median(quiet)
    print(
        f"median of {len(quiet)} that had the machine for themselves: {middle:.3f} of max(model + one rendering, "
        f"work / processors); at most {SLOWEST} is promised"
    )
    return [f"videos take {middle:.3f} times as long as they need to"] if middle > SLOWEST else []


def kills(seed: int, count: int, folder: Path) -> list[str]:
    """Kill so many makings in the midst of model calls, resume each, and print it. Returns what is not as promised."""
    print("\nkilled, then resumed:")
    wrong = []
    for number, moment in enumerate(moments(seed, count), start=1):
        found = killed_and_resumed(seed, number, moment, folder / f"killed-{number}")
        print(f"{number:6}  {moment!s:45} {'; '.join(found) or 'complete, nothing paid twice'}", flush=True)
        wrong += found
    return wrong


def main() -> None:
    """Print the tables; exit with 1 where a promise was broken."""
    options = argparse.ArgumentParser(description="Many videos by a scripted author under mixed faults.")
    options.add_argument("--videos", type=int, default=int(os.environ.get("VIDEOS") or 0))
    options.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or 5))
    options.add_argument("--quick", action="store_true", help="20 videos, and fewer that are timed")
    options.add_argument("--keep", action="store_true", help="leave the videos where they are")
    chosen = options.parse_args()
    videos = chosen.videos or (_QUICK if chosen.quick else _ALL)
    folder = Path(tempfile.mkdtemp(prefix="visium-crew-"))
    os.environ["VISIUM_CACHE_DIR"] = str(folder / "store")  # nothing of the developer's is read or written
    done = 0

    def tell(making: Making) -> None:
        nonlocal done
        done += 1
        if making.error or done % 10 == 0 or done == videos:
            print(f"{done:4} of {videos}  {making.error}", file=sys.stderr, flush=True)

    results = make_and_judge(chosen.seed, range(1, videos + 1), folder, tell=tell)
    print(*results.table(), sep="\n")
    wrong = results.wrong()
    wrong += kills(chosen.seed, _QUICK_KILLS if chosen.quick else _KILLS, folder)
    wrong += pace(chosen.seed, _QUICK_TIMED if chosen.quick else _TIMED, folder)
    if wrong:
        print(*wrong, sep="\n")
        sys.exit(f"{len(wrong)} promises broken (seed {chosen.seed}); everything is in {folder}")
    if not chosen.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
