"""Scenes that say how good `visium check` is: correct ones, mutants of them, and real failures rebuilt.

All are extracted or generated at run time from the manim that is installed, and all are confirmed by manim itself: a
dry run (`dry_run.py`) that shares no code with the checks. Its outcomes are cached, so only the first call is slow.
"""

from check_corpora.docstrings import Sample, docstring_examples, docstring_scenes
from check_corpora.dry_run import Outcome, dry_runs
from check_corpora.failures import Failure, failure_rows, rebuilt_failures
from check_corpora.mutants import Mutant, mutant_candidates, mutants

__all__ = [
    "Failure",
    "Mutant",
    "Outcome",
    "Sample",
    "docstring_examples",
    "docstring_scenes",
    "dry_runs",
    "failure_rows",
    "mutant_candidates",
    "mutants",
    "rebuilt_failures",
]
