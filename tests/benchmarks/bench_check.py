"""How good `visium check` is: what it finds, what it must not find, what it offers, and what it costs.

    make bench-check            # some ten minutes on two cores the first time, half of that later
    make bench-check QUICK=1    # a seeded share of everything

The corpora are made at run time from the manim that is installed (see `check_corpora`); manim itself, in a dry run that
shares no code with the checks, says which scenes are right and which are wrong. Exits with 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import bench_geometry
from check_corpora import Failure, Mutant, Sample, docstring_examples, docstring_scenes, mutants, rebuilt_failures
from check_corpora.failures import failure_rows
from check_corpora.measures import (
    StaticRun,
    cold_cpu_seconds,
    first_suggestion_is_right,
    gate_findings,
    run_static,
    safe_fixes,
    stops_running,
)
from check_corpora.other_tools import TOOLS, run_tool

from visium_graph.checks.index import Index, load_index
from visium_graph.checks.index.truth import EXCEPTIONS, LENIENT, keyword_truth
from visium_graph.sandbox.client import close_all

SEED = 1
SHOWN = 12


@dataclass
class Corpora:
    """All scenes of one run of the benchmark."""

    correct: Sequence[Sample]
    mutants: Sequence[Mutant]
    failures: Sequence[Failure]

    @classmethod
    def load(cls, quick: bool) -> Corpora:
        """Extract, generate and confirm."""
        correct = docstring_scenes()
        wrong = mutants(SEED, 120 if quick else 500)
        failures = rebuilt_failures()
        examples, rows = len(docstring_examples()), len(failure_rows())
        print(f"correct scenes: {len(correct)} of the {examples} examples in manim's docstrings run here")
        kinds = ", ".join(f"{number} {kind}" for kind, number in Counter(mutant.kind for mutant in wrong).most_common())
        print(f"mutants of them that fail when run: {len(wrong)} (seed {SEED}; {kinds})")
        named = sum(failure.named for failure in failures)
        print(f"rebuilt failures: {len(failures)} of {rows} make their error ({named} of them by a wrong name)")
        return cls(correct, wrong, failures)


@dataclass
class Score:
    """The table of targets."""

    missed: list[str] = field(default_factory=list)

    def line(self, what: str, value: str, target: str = "", *, good: bool = True) -> None:
        """Print one row, and remember a target that was missed."""
        print(f"{what:58}{value:>22}  {target:18}{'' if not target else 'ok' if good else 'MISSED'}", flush=True)
        if not good:
            self.missed.append(what)

    def share(self, what: str, part: int, whole: int, least: float) -> None:
        """A row with a share that should be at least `least` percent."""
        percent = 100 * part / max(1, whole)
        target = f">= {least:g} %" if least else ""
        self.line(what, f"{part}/{whole} = {percent:.1f} %", target, good=percent >= least)


def examples(title: str, lines: Iterable[str]) -> None:
    """Print some of what went wrong."""
    lines = list(lines)
    if lines:
        print(f"    {title}:")
    for line in lines[:SHOWN]:
        print(f"      {line}")
    if len(lines) > SHOWN:
        print(f"      and {len(lines) - SHOWN} more")


def findings(corpora: Corpora, score: Score) -> tuple[StaticRun, StaticRun, StaticRun]:
    """False alarms, what is found of the mutants and failures, and suggestions."""
    print("\nStatic check")
    correct = run_static({sample.name: sample.code for sample in corpora.correct})
    wrong = run_static({mutant.name: mutant.code for mutant in corpora.mutants})
    failed = run_static({failure.name: failure.code for failure in corpora.failures})
    false = len(correct.flagged)
    score.line("correct scenes with an error finding", f"{false}/{len(corpora.correct)}", "0", good=not false)
    examples(
        "false alarms",
        (f"{name}:{item.line} {item.rule}: {item.message}" for name, found in correct.errors.items() for item in found),
    )
    missing = [mutant for mutant in corpora.mutants if mutant.name not in wrong.flagged]
    score.share("mutants found", len(wrong.flagged), len(corpora.mutants), 98)
    examples("missed", (f"{m.name}: {m.kind} {m.original} -> {m.wrong or '(removed)'}, line {m.line}" for m in missing))
    at_place = sum(any(item.line == m.line for item in wrong.errors[m.name]) for m in corpora.mutants if m.wrong)
    score.share("  of them on the changed line", at_place, sum(bool(mutant.wrong) for mutant in corpora.mutants), 0)
    right = [mutant for mutant in corpora.mutants if first_suggestion_is_right(mutant, wrong.errors[mutant.name])]
    score.share("mutants whose first suggestion is right", len(right), len(corpora.mutants), 85)
    examples(
        "found, but another suggestion",
        (
            f"{m.kind} {m.original} -> {m.wrong or '(removed)'}: {wrong.errors[m.name][0].suggestion}"
            for m in corpora.mutants
            if m not in right and wrong.errors[m.name]
        ),
    )
    named = [failure for failure in corpora.failures if failure.named]
    score.share("rebuilt failures by a wrong name found", len(failed.flagged & {f.name for f in named}), len(named), 97)
    examples("missed", (f"{f.name}: {f.error}" for f in named if f.name not in failed.flagged))
    return correct, wrong, failed


def fixes(corpora: Corpora, wrong: StaticRun, failed: StaticRun, score: Score) -> None:
    """Every safe fix: checked again and run."""
    for what, cases, static in (("mutants", corpora.mutants, wrong), ("rebuilt failures", corpora.failures, failed)):
        count = safe_fixes(cases, static)
        good = f"{count.scenes - len(count.bad)}/{count.scenes}"
        score.line(f"{what} with safe fixes that re-check and run", good, "all", good=not count.bad)
        examples("harmful fixes", count.bad)


def stopped(corpora: Corpora, failed: StaticRun, score: Score) -> None:
    """The whole gate on all rebuilt failures."""
    print("\nGate on all rebuilt failures")
    whole = len(corpora.failures)
    score.share("stopped without running anything", len(failed.flagged), whole, 75)
    gate = gate_findings(corpora.failures, seconds=15)
    stops = failed.flagged | {name for name, (_, errors) in gate.items() if errors}
    score.share("stopped by the static check or the dry run", len(stops), whole, 97)
    examples("let through", (f"{f.name}: {f.error}" for f in corpora.failures if f.name not in stops))


def truth(index: Index, score: Score, quick: bool) -> None:
    """The keywords of every class against manim itself."""
    print("\nKeyword truth: every public Mobject and Animation")
    with tempfile.TemporaryDirectory(prefix="visium-truth-") as folder, contextlib.chdir(folder):
        found = keyword_truth(index, accepted_too=not quick)
    wrong = {item.name for item in found.disagreements}
    agree = f"{found.classes - len(found.unknown) - len(wrong)}/{found.classes - len(found.unknown)}"
    score.line("classes whose keywords are as the index says", agree, "all", good=not found.disagreements)
    score.line("  questions asked", str(found.compared))
    score.line("  classes that could not be made", str(len(found.unmade)), "0", good=not found.unmade)
    examples("disagreements", map(str, found.disagreements))
    examples("could not be made", (f"{name}: {error}" for name, error in found.unmade.items()))
    examples("the index does not know their keywords", found.unknown)
    examples("left out", (f"{name}: {reason}" for name, reason in EXCEPTIONS.items()))
    examples("refused, but let pass", (f"{name} {keyword!r}: {reason}" for (name, keyword), reason in LENIENT.items()))


def geometry(score: Score) -> None:
    """The labelled scenes, of which each was looked at as a picture."""
    print("\nGeometry on the developers' own labelled set")
    with tempfile.TemporaryDirectory() as store:
        results = list(bench_geometry.outcomes(sorted(bench_geometry.SET.glob("*/*.py")), Path(store)))
    close_all()
    score.line("its targets", "", ">= 95 %, 0 false", good=bench_geometry.report(results))


def cost(corpora: Corpora, correct: StaticRun, score: Score, quick: bool) -> None:
    """Milliseconds and seconds of CPU."""
    print("\nCost (CPU)")
    times = sorted(correct.cpu)
    median, late = statistics.median(times), times[int(0.95 * len(times))]
    score.line("static check of a scene, warm process: median", f"{median:.1f} ms", "<= 5 ms", good=median <= 5)
    score.line("static check of a scene, warm process: 95th percentile", f"{late:.1f} ms", "<= 30 ms", good=late <= 30)
    middle = sorted(corpora.correct, key=lambda sample: len(sample.code))[len(corpora.correct) // 2]
    cold = cold_cpu_seconds(middle.code)
    score.line("visium check FILE, cold process, index cached: median", f"{cold:.2f} s", "<= 0.6 s", good=cold <= 0.6)
    sample = corpora.correct[:: 12 if quick else 3]
    gate = gate_findings(sample)
    spent = sorted(result.cpu_seconds for result, _ in gate.values())
    dry = statistics.median(spent)
    score.line("dry run with geometry, warm child: median", f"{dry:.2f} s", "<= 0.6 s", good=dry <= 0.6)
    score.line("dry run with geometry, warm child: 95th percentile", f"{spent[int(0.95 * len(spent))]:.2f} s")
    print("\nGate on correct scenes")
    broken = {name: [item for item in errors if stops_running(item)] for name, (_, errors) in gate.items()}
    bad = sum(map(bool, broken.values()))
    score.line("correct scenes that the dry run calls broken", f"{bad}/{len(sample)}", "0", good=not bad)
    examples("false alarms", (f"{name}: {found[0].message}" for name, found in broken.items() if found))
    looks = {name: [item for item in errors if not stops_running(item)] for name, (_, errors) in gate.items()}
    score.line("correct scenes with a finding about their picture", f"{sum(map(bool, looks.values()))}/{len(sample)}")
    examples(
        "to be looked at", (f"{name}: {found[0].rule}: {found[0].message}" for name, found in looks.items() if found)
    )


def comparison(corpora: Corpora, runs: Sequence[StaticRun], quick: bool) -> None:
    """The same files, checker by checker."""
    sets = (corpora.correct[:: 12 if quick else 4], corpora.mutants[:: 3 if quick else 4], corpora.failures)
    codes = [{item.name: item.code for item in items} for items in sets]
    heads = ["correct, flagged", "mutants, found", "failures, found", "ms a file"]
    print(f"\nOther checkers on {', '.join(str(len(items)) for items in sets)} of these files")
    print(f"{'':16}" + "".join(f"{head:>20}" for head in heads))
    for tool in TOOLS:
        verdicts = [run_tool(tool, items) for items in codes]
        if None in verdicts:
            print(f"{tool:16}{'not installed':>20}")
            continue
        cells = [
            f"{len(v.flagged)} ({100 * len(v.flagged) / len(c):.0f} %)"
            for v, c in zip(verdicts, codes, strict=True)
            if v
        ]
        each = sum(v.milliseconds * len(c) for v, c in zip(verdicts, codes, strict=True) if v) / sum(map(len, codes))
        print(f"{tool:16}" + "".join(f"{cell:>20}" for cell in [*cells, f"{each:.0f}"]), flush=True)
    own = [len(run.flagged & items.keys()) for run, items in zip(runs, codes, strict=True)]
    cells = [f"{number} ({100 * number / len(items):.0f} %)" for number, items in zip(own, codes, strict=True)]
    each = statistics.mean(time for run in runs for time in run.cpu)
    print(f"{'visium check':16}" + "".join(f"{cell:>20}" for cell in [*cells, f"{each:.0f}"]), flush=True)


def main() -> int:
    """Print the tables; 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a seeded share of everything")
    quick = parser.parse_args().quick
    start = time.monotonic()
    corpora, score = Corpora.load(quick), Score()
    index = load_index()
    print(f"index of manim {index.version}: {len(index.classes)} classes, {len(index.functions)} functions")
    truth(index, score, quick)
    runs = findings(corpora, score)
    fixes(corpora, runs[1], runs[2], score)
    stopped(corpora, runs[2], score)
    cost(corpora, runs[0], score, quick)
    geometry(score)
    comparison(corpora, runs, quick)
    print(f"\n{time.monotonic() - start:.0f} s", file=sys.stderr)
    if score.missed:
        print(f"\nmissed: {'; '.join(score.missed)}")
    return 1 if score.missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
