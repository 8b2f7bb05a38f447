# ruff: noqa: T201  # it prints its table
"""Runs hostile scenes as one unprivileged user and writes down what was lost. A program of its own, not of pytest.

`python tests/sandbox/hostile_run.py [--unconfined] [--group TEXT] [--name TEXT] [--share 0/1]` runs them by hand and
prints a table; the tests start it through `hostile.launch`.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from hostile.catalogue import ATTACKS
from hostile.launch import launch


def batch(folder: Path, names: list[str], *, unconfined: bool, whole_user: bool) -> None:
    """Run the named attacks one after another; the report is `report.json` in the folder."""
    from hostile.trials import Trials
    from hostile.watchers import LIBC

    LIBC.prctl(1, 9)  # ends with the one that started it
    attacks = [attack for attack in ATTACKS if attack.name in set(names)]
    trials = Trials(folder, os.environ["GEMINI_API_KEY"].rpartition("-")[2], whole_user, unconfined=unconfined)
    try:
        records = [trials.run(attack) for attack in attacks]
        trials.finish()
    finally:
        trials.close()
    report = {"records": [dataclasses.asdict(record) for record in records], "faults": trials.faults}
    (folder / "report.json").write_text(json.dumps(report))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--whole-user", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--unconfined", action="store_true", help="run them with nothing in their way but the scrubbed environment"
    )
    parser.add_argument("--group", default="", help="only classes of attack with this in their title")
    parser.add_argument("--name", default="", help="only scenes with this in their name")
    parser.add_argument("--share", default="0/1", help="of those every N-th, counted from I: I/N")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell of every scene")
    options = parser.parse_args()
    if options.batch is not None:
        names = json.loads((options.batch / "names.json").read_text())
        batch(options.batch, names, unconfined=options.unconfined, whole_user=options.whole_user)
        return 0
    index, count = (int(word) for word in options.share.split("/"))
    attacks = [a for a in ATTACKS if options.group in a.group and options.name in a.name][index::count]
    if options.unconfined:
        attacks = [attack for attack in attacks if attack.group != "exhaustion"]
    started = time.monotonic()
    report = launch([attack.name for attack in attacks], unconfined=options.unconfined)
    _print(report, attacks, options.unconfined, options.verbose)
    print(f"{len(attacks)} scenes, {time.monotonic() - started:.0f} s, {report['cpu']:.0f} s of CPU")
    return 1 if report["faults"] else 0


def _print(report: dict[str, Any], attacks: list[Any], unconfined: bool, verbose: bool) -> None:
    promised = {attack.name: attack for attack in attacks}
    for record in report["records"]:
        attack = promised[record["name"]]
        kinds = {kind for kind, _ in record["lost"]}
        odd = (attack.loses is not None and attack.loses not in kinds) if unconfined else bool(record["lost"])
        if odd or verbose or record["faults"]:
            print(
                f"{record['name']}: {record['status']} {record['seconds']:.1f} s, lost {record['lost']}, "
                f"faults {record['faults']}, said {record['said'][:300]!r}"
            )
    by_group = Counter(promised[record["name"]].group for record in report["records"])
    lost = Counter(promised[record["name"]].group for record in report["records"] if record["lost"])
    for title, number in by_group.items():
        print(f"{title:32} {number:4} scenes {lost[title]:4} with a loss")
    print("faults of the whole:", report["faults"])


if __name__ == "__main__":
    sys.exit(main())
