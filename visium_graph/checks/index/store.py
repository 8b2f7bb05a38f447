"""Where the index is kept: one file for each manim, in the user's cache folder; made when it is first needed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from visium_graph.checks.index.coding import FORMAT, decode
from visium_graph.checks.index.model import Index
from visium_graph.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["index_path", "load_index"]

PACKAGE = Path(__file__).resolve().parents[2]
BUILD_SECONDS = 300.0
"""Far above the seconds a build takes: only a machine in trouble meets it."""


def load_index(cache_dir: Path | None = None) -> Index:
    """The index of the installed manim, made in a process of its own where the cache has none that can be read.

    This process imports neither manim nor numpy. The same index is returned again as long as the process lives.

    Args:
        cache_dir: the cache folder; by default the settings': `VISIUM_CACHE_DIR`, or the user's.

    Raises:
        EnvironmentFault: manim is not installed, cannot be imported, or the cache folder cannot be written.
    """
    return _load(index_path(cache_dir))


@cache
def _load(path: Path) -> Index:
    index = _read(path)
    if index is not None:
        return index
    with _turn(path):
        # Another process may have made it while this one waited for its turn.
        index = _read(path)
        if index is None:
            _build(path)
            index = _read(path)
    if index is None:
        raise EnvironmentFault(f"the index of manim at {path} cannot be read back: delete the file and try again")
    return index


def index_path(cache_dir: Path | None = None) -> Path:
    """The file of the index: its name changes with whatever the index depends on.

    Raises:
        EnvironmentFault: manim is not installed.
    """
    manim = _version("manim")
    if manim is None or find_spec("manim") is None:
        raise EnvironmentFault("manim is not installed here: pip install 'manim>=0.22,<0.23'")
    digest = hashlib.sha256(f"{FORMAT} {sys.version_info[:2]} {_version('numpy')}".encode())
    for path in _sources():
        digest.update(path.read_bytes())
    if cache_dir is None:
        cache_dir = Path(os.environ.get("VISIUM_CACHE_DIR") or user_cache_path("visium_graph"))
    return cache_dir / "index" / f"{manim}-{digest.hexdigest()[:16]}.json"


def _sources() -> Iterable[Path]:
    """What the index describes besides the libraries, and the code that makes it."""
    for folder in ("stage", "layouts", "checks/index"):
        yield from sorted((PACKAGE / folder).rglob("*.py"))


def _version(distribution: str) -> str | None:
    with suppress(PackageNotFoundError):
        return version(distribution)
    return None


def _read(path: Path) -> Index | None:
    """The stored index; None where there is none, or what there is was damaged."""
    try:
        index = decode(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    with suppress(OSError):  # another user's cache
        os.utime(path)  # the time of last use, by which the cache is pruned
    return index


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Processes that want to make the same index do so one after the other."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise EnvironmentFault(
            f"the cache folder {path.parent} cannot be written ({error.strerror}): set VISIUM_CACHE_DIR to one that can"
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _build(path: Path) -> None:
    """Run the builder; it writes the file under its final name only when it is complete."""
    # -P and the folder: neither modules nor a manim.cfg beside the user's scene may take part.
    command = [sys.executable, "-P", "-m", "visium_graph.checks.index.build", str(path)]
    try:
        run = subprocess.run(  # noqa: S603  # this interpreter, our own module
            command,
            cwd=path.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=BUILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EnvironmentFault(f"reading the installed manim took longer than {BUILD_SECONDS:.0f} s") from None
    if run.returncode != 0:
        last = (run.stderr.strip() or f"exit code {run.returncode}").splitlines()[-1]
        raise EnvironmentFault(f"the installed manim cannot be read: {last}")
