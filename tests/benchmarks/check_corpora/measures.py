"""What `visium check` makes of the corpora, counted."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from check_corpora.docstrings import Sample
from check_corpora.dry_run import dry_runs
from check_corpora.failures import Failure
from check_corpora.mutants import Mutant
from visium_graph.checks import Finding, findings_of
from visium_graph.checks.fixes import apply_fixes
from visium_graph.checks.static import check_source
from visium_graph.sandbox import Job, JobResult, Limits, Pool
from visium_graph.settings import Settings

__all__ = [
    "FixCount",
    "StaticRun",
    "cold_cpu_seconds",
    "first_suggestion_is_right",
    "gate_findings",
    "run_static",
    "safe_fixes",
    "stops_running",
]

_FIRST = re.compile(r"`([^`]+)`")
_RUN_ERRORS = frozenset(
    [
        "syntax",
        "no-scene",
        "exception",
        "formula",
        "shape",
        "transform",
        "empty-group",
        "time-limit",
        "memory-limit",
        "crash",
    ]
)


@dataclass(frozen=True)
class StaticRun:
    """Errors of the static check, file by file, and what they cost in a warm process."""

    errors: Mapping[str, Sequence[Finding]]
    """Name -> findings that are errors."""
    cpu: Sequence[float]
    """Milliseconds of each file."""

    @property
    def flagged(self) -> set[str]:
        """Names of the files with an error."""
        return {name for name, found in self.errors.items() if found}


def run_static(codes: Mapping[str, str]) -> StaticRun:
    """Check every file once; a first few are checked twice, so that the process is warm."""
    for code in list(codes.values())[:20]:
        check_source(code)
    errors, cpu = {}, []
    for name, code in codes.items():
        start = time.process_time()
        found = check_source(code)
        cpu.append((time.process_time() - start) * 1000)
        errors[name] = [finding for finding in found if finding.severity == "error"]
    return StaticRun(errors, cpu)


def first_suggestion_is_right(mutant: Mutant, errors: Sequence[Finding]) -> bool:
    """Whether the first name that the first finding offers is the one that stood there before."""
    if not errors:
        return False
    found = _FIRST.search(errors[0].suggestion or "")
    if found is None:
        return False
    text = found[1].strip()
    if mutant.kind == "import":
        return "import" in text and mutant.original in text
    name = re.sub(r"(\(.*\)|\s*=.*)$", "", text)
    return name.rpartition(".")[2] == mutant.original


@dataclass
class FixCount:
    """How safe the safe fixes are."""

    scenes: int = 0
    """Scenes with at least one fix."""
    bad: list[str] = field(default_factory=list)
    """What went wrong."""
    runs: int = 0
    """Scenes that were fixed whole, and run."""


def safe_fixes(cases: Sequence[Mutant | Failure], static: StaticRun) -> FixCount:
    """Apply the fixes of each case; what is fixed must re-check without a new error, and run if nothing is left."""
    count = FixCount()
    whole: list[tuple[str, str, str]] = []
    for case in cases:
        before = static.errors[case.name]
        fixable = [finding for finding in before if finding.fix is not None]
        if not fixable:
            continue
        count.scenes += 1
        code = apply_fixes(case.code, fixable)
        after = [finding for finding in check_source(code) if finding.severity == "error"]
        if len(after) > len(before) - len(fixable):
            count.bad.append(f"{case.name}: {after[0].rule}, line {after[0].line}: {after[0].message}")
        elif not after:
            whole.append((case.name, case.scene, code))
    outcomes = dry_runs([(scene, code) for _, scene, code in whole], "fixed scenes")
    count.runs = len(whole)
    count.bad += [
        f"{name}: {outcome.text}"
        for (name, _, _), outcome in zip(whole, outcomes, strict=True)
        if outcome.status != "done"
    ]
    return count


def gate_findings(
    cases: Sequence[Sample | Mutant | Failure], seconds: float = 60.0
) -> dict[str, tuple[JobResult, list[Finding]]]:
    """Run every case as a `check` job in the sandbox, from an empty store: its result and its errors.

    Args:
        cases: what to run.
        seconds: the time limit of a job.
    """
    with tempfile.TemporaryDirectory(prefix="visium-bench-") as folder, Pool(Settings()) as pool:
        futures = [pool.submit(_job(case.scene, case.code, Path(folder), seconds)) for case in cases]
        found = {}
        for number, (case, future) in enumerate(zip(cases, futures, strict=True), start=1):
            result = future.result()
            errors = [item for item in findings_of(result, f"{case.name}.py") if item.severity == "error"]
            found[case.name] = (result, errors)
            if number % 25 == 0 or number == len(cases):
                print(f"check jobs: {number}/{len(cases)}", file=sys.stderr)
    return found


def stops_running(finding: Finding) -> bool:
    """Whether the finding says that the scene does not run, not that it does not look right."""
    return finding.rule in _RUN_ERRORS


def _job(scene: str, code: str, store: Path, seconds: float) -> Job:
    payload = {
        "scene_id": scene,
        "code": code,
        "beats": [],
        "width": 854,
        "height": 480,
        "fps": 15,
        "theme": "dark",
        "math": "mathjax",
        "assets": {},
    }
    return Job("check", payload, store, Limits(seconds, 3072))


def cold_cpu_seconds(code: str, times: int = 5) -> float:
    """Median CPU seconds of `visium check FILE`, from the start of the process; the index is cached already."""
    spent = []
    with tempfile.TemporaryDirectory(prefix="visium-bench-") as folder:
        path = Path(folder, "scene.py")
        path.write_text(code, encoding="utf-8")
        for _ in range(times):
            process = subprocess.Popen(
                [sys.executable, "-m", "visium_graph", "check", "--json", str(path)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            assert process.stdout is not None
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in (0, 1):
                raise RuntimeError(f"visium check ended with {process.returncode}")
            json.loads(output)
            spent.append(usage.ru_utime + usage.ru_stime)
    return statistics.median(spent)
