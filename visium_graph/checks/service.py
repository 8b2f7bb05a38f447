"""Files in, findings out: the static check, its fixes, and the dry run, of one file or of many at once."""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from visium_graph.checks.feedback import NO_PICTURE, without_echoes
from visium_graph.checks.finding import Finding
from visium_graph.checks.fixes import apply_fixes
from visium_graph.checks.static import check_source
from visium_graph.checks.storyboards import check_storyboard, is_storyboard
from visium_graph.checks.text_file import TextFile, name_of, read_text, write_text
from visium_graph.parsing import parse_module

if TYPE_CHECKING:  # the sandbox and the settings load only for a dry run
    from visium_graph.sandbox.job import JobResult
    from visium_graph.settings import Settings

__all__ = ["FileReport", "Fixed", "check_file", "check_files", "check_text", "fix_text"]

_PASSES = 20
"""Rounds of fixing: each either repairs everything it can at once, or one thing."""
_SINGLE_TRIES = 20
_FIXING_SECONDS = 10.0
"""Time after which no further round of fixing begins: files of a megabyte take long to check."""
_WORTH_PROCESSES = 400_000
"""Bytes of source from which on a second process saves more than it costs to start."""
_SKIP_DRY_RUN = frozenset({"syntax", "no-scene"})


@dataclass(frozen=True)
class FileReport:
    """What there is to say about one file. The findings speak of `source`, which is the fixed text if it was fixed."""

    path: Path
    source: str
    findings: list[Finding]
    fixed: int = 0
    """Fixes that were written to the file."""

    @property
    def errors(self) -> int:
        """Findings that are errors."""
        return _errors(self.findings)


@dataclass(frozen=True)
class Fixed:
    """A text after its safe fixes, and what is still to say about it."""

    source: str
    findings: list[Finding]
    repaired: list[Finding]
    """What was said before and is settled now."""


@dataclass(frozen=True)
class _Checked:
    """A file after the static check; `after` holds the fixed text, which is not written yet."""

    file: TextFile | None
    findings: list[Finding]
    after: Fixed | None = None


def check_text(source: str, file: str = "scene.py") -> list[Finding]:
    """Findings of the static check, for any text at all: what Python cannot even parse is one finding.

    Args:
        source: the code. It is neither imported nor run.
        file: how findings should name it.
    """
    try:
        with _quiet():
            return check_source(source, file)
    except (RecursionError, MemoryError):
        return [_too_deep(source, file)]


def fix_text(source: str, file: str = "scene.py") -> Fixed:
    """Apply the safe fixes, check again, and keep what brings no new error.

    Fixes are tried together first, then one by one, until nothing more can be repaired.
    """
    now = Fixed(source, check_text(source, file), [])
    latest = time.monotonic() + _FIXING_SECONDS
    for _ in range(_PASSES):
        fixable = [finding for finding in now.findings if finding.fix is not None]
        tries = [fixable] if len(fixable) <= 1 else [fixable, *([finding] for finding in fixable[:_SINGLE_TRIES])]
        better = (_with_fixes(now, some, file) for some in tries if time.monotonic() < latest)
        following = next((fixed for fixed in better if fixed is not None), None)
        if following is None:
            break
        now = following
    return now


def check_file(
    path: Path, *, geometry: bool = False, fix: bool = False, settings: Settings | None = None
) -> FileReport:
    """Check one file; arguments as for `check_files`."""
    return next(check_files([path], geometry=geometry, fix=fix, settings=settings))


def check_files(
    paths: Iterable[Path], *, geometry: bool = False, fix: bool = False, settings: Settings | None = None
) -> Iterator[FileReport]:
    """Check files side by side; reports come in the order of the paths, as soon as they are ready.

    Nothing about a file raises: that it cannot be read or understood is a finding.

    Args:
        paths: scene files, and storyboards (`.json`); one that is named twice is checked once.
        geometry: also run every scene in the sandbox, and measure what it shows.
        fix: write safe fixes to the files. A fix is kept only if it brings no new error, and a scene that ran
            before (known with `geometry`) still runs.
        settings: of the dry run; None loads them from the environment.

    Raises:
        EnvironmentFault: the sandbox or the store cannot work here.
    """
    files = list({os.path.realpath(path): path for path in paths}.values())
    if not geometry:
        for path, checked in zip(files, _static(files, fix), strict=True):
            yield _report(path, checked)
        return
    runs = _DryRuns(settings)
    waiting = [
        (path, checked, runs.start(path, checked)) for path, checked in zip(files, _static(files, fix), strict=True)
    ]
    for path, checked, (before, after) in waiting:
        yield _report(path, *_settled(checked, runs.findings(path, before), runs.findings(path, after)))


def _settled(
    checked: _Checked, before: list[list[Finding]], after: list[list[Finding]]
) -> tuple[_Checked, list[Finding]]:
    """Drop the fixes if a scene that ran does so no longer, or shows more faults than it did."""
    harmed = any(
        _pictured(old) and (not _pictured(new) or _errors(new) > _errors(old))
        for old, new in zip(before, after, strict=False)
    )
    if checked.after is None or harmed:
        return replace(checked, after=None), list(chain.from_iterable(before))
    return checked, list(chain.from_iterable(after))


def _report(path: Path, checked: _Checked, dry: Sequence[Finding] = ()) -> FileReport:
    if checked.file is None:
        return FileReport(path, "", checked.findings)
    source, findings, fixed = checked.file.text, checked.findings, 0
    if checked.after is not None:
        failure = write_text(checked.file, checked.after.source)
        if failure is None:
            source, findings, fixed = checked.after.source, checked.after.findings, len(checked.after.repaired)
        else:
            message = f"its fixes could not be written ({failure})"
            findings = [*findings, Finding(file=name_of(path), rule="unwritable", message=message)]
    ordered = sorted(without_echoes([*findings, *dry]), key=lambda item: (item.line, item.column, item.rule))
    return FileReport(path, source, ordered, fixed)


def _static(paths: Sequence[Path], fix: bool) -> Iterator[_Checked]:
    size = sum(_size(path) for path in paths)
    workers = min(len(paths), len(os.sched_getaffinity(0)))
    # A forked copy of a process with several threads may hang, and a fresh process costs more than it saves.
    if workers > 1 and size >= _WORTH_PROCESSES and threading.active_count() == 1:
        check_text("")  # loads the index once, for all copies
        with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
            yield from pool.map(_check_one, paths, [fix] * len(paths))
        return
    for path in paths:
        yield _check_one(path, fix)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):  # told when it is read
        return 0


def _check_one(path: Path, fix: bool) -> _Checked:
    file = read_text(path)
    if isinstance(file, Finding):
        return _Checked(None, [file])
    if is_storyboard(path):
        return _Checked(file, check_storyboard(path, file.text))
    findings = check_text(file.text, name_of(path))
    if not fix or not file.reversible or not any(finding.fix for finding in findings):
        return _Checked(file, findings)
    after = fix_text(file.text, name_of(path))
    return _Checked(file, findings, after if after.repaired else None)


def _with_fixes(before: Fixed, chosen: list[Finding], file: str) -> Fixed | None:
    """The text with these fixes, or None where that repairs nothing or brings a new error."""
    if not chosen:
        return None
    source = apply_fixes(before.source, chosen)
    if source == before.source:
        return None
    findings = check_text(source, file)
    settled = Counter(map(_key, before.findings)) - Counter(map(_key, findings))
    gone = []
    for finding in chosen:
        if settled[_key(finding)]:
            settled[_key(finding)] -= 1
            gone.append(finding)
    if not gone or _new_errors(before.findings, findings):
        return None
    return Fixed(source, findings, [*before.repaired, *gone])


def _new_errors(before: Iterable[Finding], after: Iterable[Finding]) -> bool:
    """Whether there is an error that was not there before, wherever it stands: lines move."""
    old, new = (Counter(_key(item) for item in items if item.severity == "error") for items in (before, after))
    return bool(new - old)


def _errors(findings: Iterable[Finding]) -> int:
    return sum(finding.severity == "error" for finding in findings)


def _key(finding: Finding) -> tuple[str, str]:
    return finding.rule, finding.message


def _pictured(findings: Iterable[Finding]) -> bool:
    return not any(finding.severity == "error" and finding.rule in NO_PICTURE for finding in findings)


def _too_deep(source: str, file: str) -> Finding:
    try:
        with _quiet():
            compile(source, file, "exec", dont_inherit=True)
    except (RecursionError, MemoryError):
        return Finding(file=file, rule="syntax", message="nested too deeply: Python cannot compile it")
    except SyntaxError as error:
        return Finding(file=file, line=error.lineno or 1, rule="syntax", message=error.msg)
    message = "nested too deeply for the static check: only its syntax was looked at"
    return Finding(file=file, rule="too-deep", severity="warning", message=message)


@contextmanager
def _quiet() -> Iterator[None]:
    """Python warns of odd escapes while it parses; those warnings are about other people's code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class _DryRuns:
    """Dry runs through the pool: all are started before the first is waited for."""

    def __init__(self, settings: Settings | None) -> None:
        from visium_graph.sandbox import pool_for, require_confinement  # noqa: PLC0415  # needed only here
        from visium_graph.settings import load_settings  # noqa: PLC0415  # as above

        self._settings = settings or load_settings()
        if not self._settings.allow_unsandboxed:
            require_confinement()
        self._pool = pool_for(self._settings)

    def start(self, path: Path, checked: _Checked) -> tuple[list[Future[JobResult]], list[Future[JobResult]]]:
        """Jobs of the text as it is, and of the fixed text; a storyboard has no scene to run."""
        if checked.file is None or is_storyboard(path):
            return [], []
        before = self._submit(path, checked.file.text, checked.findings)
        if checked.after is None:
            return before, []
        return before, self._submit(path, checked.after.source, checked.after.findings)

    def findings(self, path: Path, futures: list[Future[JobResult]]) -> list[list[Finding]]:
        """What the runs of one text found, for each of its scenes."""
        from visium_graph.checks.scene import findings_of  # noqa: PLC0415  # as above

        return [findings_of(future.result(), name_of(path)) for future in futures]

    def _submit(self, path: Path, source: str, findings: list[Finding]) -> list[Future[JobResult]]:
        from visium_graph.checks.dry_run import dry_runs  # noqa: PLC0415  # as above

        if any(finding.rule in _SKIP_DRY_RUN and finding.severity == "error" for finding in findings):
            return []
        try:
            tree = parse_module(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # then the static check has said so
            return []
        return [self._pool.submit(job) for job in dry_runs(path, source, tree, self._settings)]
