"""Detection and false positives of the geometry on its labelled set: `python tests/benchmarks/bench_geometry.py`.

The set is the developers' own: clean scenes, and defective ones named `<rule>--<what>.py`, each looked at as a picture.
A clean scene must have no finding at all; a defective one must have its rule, and no error of another.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from visium_graph.checks import Finding, findings_of
from visium_graph.sandbox import Job, run_job
from visium_graph.sandbox.client import close_all

__all__ = ["SET", "Outcome", "outcomes", "report"]

SET = Path(__file__).parent / "geometry_set"


@dataclass(frozen=True)
class Outcome:
    """What the check said about one scene of the set."""

    path: Path
    findings: list[Finding]
    cpu_seconds: float

    @property
    def expected(self) -> str | None:
        """The rule that the scene breaks; None for a clean one."""
        return self.path.stem.partition("--")[0] if self.path.parent.name == "defective" else None

    @property
    def found(self) -> bool:
        """Whether a defective scene has its finding."""
        return any(finding.rule == self.expected for finding in self.findings)

    @property
    def false(self) -> list[Finding]:
        """Findings that the scene does not deserve."""
        if self.expected is None:
            return self.findings
        return [finding for finding in self.findings if finding.rule != self.expected and finding.severity == "error"]


def outcomes(files: Sequence[Path], store: Path) -> Iterator[Outcome]:
    """Check scenes one after the other in children of one preloaded process."""
    for path in files:
        payload = {
            "scene_id": "one",
            "code": path.read_text(encoding="utf-8"),
            "beats": [],
            "width": 854,
            "height": 480,
            "fps": 15,
            "theme": "dark",
            "math": "mathjax",
            "assets": {},
        }
        result = run_job(Job("check", payload, store))
        yield Outcome(path, findings_of(result, path.name), result.cpu_seconds)


def report(results: Sequence[Outcome]) -> bool:
    """Print the numbers, and every scene that was judged wrongly; whether all of them hold."""
    clean = [result for result in results if result.expected is None]
    defective = [result for result in results if result.expected is not None]
    for result in results:
        if result.expected is not None and not result.found:
            sys.stdout.write(f"missed  {result.path.stem}\n")
        for finding in result.false:
            sys.stdout.write(f"false   {result.path.stem}:{finding.line} {finding.rule}: {finding.message}\n")
    found = sum(result.found for result in defective)
    false = sum(bool(result.false) for result in results)
    seconds = statistics.median(result.cpu_seconds for result in results)
    sys.stdout.write(
        f"{len(clean)} clean and {len(defective)} defective scenes: {found / max(1, len(defective)):.1%} detected, "
        f"{false} with a false positive, {seconds:.2f} s CPU median\n"
    )
    return found >= 0.95 * len(defective) and false == 0


def main() -> int:
    """Run the whole set, or the scenes named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--verbose", action="store_true", help="print every finding")
    arguments = parser.parse_args()
    files = arguments.files or sorted(SET.glob("*/*.py"))
    with tempfile.TemporaryDirectory() as store:
        results = list(outcomes(files, Path(store)))
    close_all()
    if arguments.verbose:
        for result in results:
            for finding in result.findings:
                text = f"{finding.line} {finding.severity} {finding.rule}: {finding.message} -> {finding.suggestion}"
                sys.stdout.write(f"{result.path.stem}:{text}\n")
    return 0 if report(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
