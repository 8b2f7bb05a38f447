"""What a result depends on besides its own inputs, in forms that go into its key.

All of it is cheap: what is described here is not imported, and each answer is kept for the life of the process.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

from visium_graph.store import content_hash

__all__ = ["fonts", "machine", "requirements", "source_hash", "tex", "text_libraries", "versions"]

_PACKAGE = Path(__file__).parent


@cache
def source_hash(*names: str) -> str:
    """A hash of modules of this package: what they make is made anew when they change, also between releases.

    Args:
        names: paths in the package: `stage` (every module below it), `voices/hibari.py`.
    """
    files: set[Path] = set()
    for name in names:
        path = _PACKAGE / name
        files |= set(path.rglob("*.py")) if path.is_dir() else {path}
    return content_hash([(file.relative_to(_PACKAGE).as_posix(), file.read_text("utf-8")) for file in sorted(files)])


@cache
def versions(*distributions: str) -> dict[str, str]:
    """Installed versions by name of the distribution; what is not installed is left out."""
    found = {}
    for name in distributions:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


@cache
def requirements(distribution: str) -> tuple[str, ...]:
    """Names of what a distribution requires, its extras left aside; empty where it is not installed."""
    try:
        lines = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return ()
    return tuple(sorted({re.split(r"[^\w.-]", line)[0] for line in lines if "extra ==" not in line}))


@cache
def machine() -> tuple[str, ...]:
    """Python's minor version, which decides what code means, and the kind of processor, which decides how it rounds."""
    return (sys.implementation.cache_tag or "", sys.platform, platform.machine())


@cache
def text_libraries() -> dict[str, int]:
    """Versions of the system's libraries that draw and shape text; those bundled with a package go by its version."""
    found = {}
    for name, function in (
        ("libcairo.so.2", "cairo_version"),
        ("libpango-1.0.so.0", "pango_version"),
        ("libfontconfig.so.1", "FcGetVersion"),
    ):
        with suppress(OSError, AttributeError):
            found[name] = int(getattr(ctypes.CDLL(name), function)())
    return found


@cache
def fonts() -> str:
    """A hash of the machine's fonts and its rules for choosing one.

    A letter that the packaged typefaces lack is drawn with whatever the machine has: a font that is installed today must
    not leave yesterday's empty boxes in the video. Names and sizes tell fonts apart; times would differ between two
    containers made of the same image.
    """
    home = Path(os.environ.get("XDG_DATA_HOME") or Path("~/.local/share").expanduser())
    folders = [home / "fonts", Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/etc/fonts")]
    named = [os.environ[name] for name in ("FONTCONFIG_FILE", "FONTCONFIG_PATH") if os.environ.get(name)]
    return content_hash([_listing(folder) for folder in [*folders, *map(Path, named)]])


@cache
def tex() -> str:
    """A hash of the machine's LaTeX: its programs, and the lists of files that TeX keeps of each tree of packages.

    An installed package changes such a list, and what could not be typeset before is tried again.
    """
    programs = [shutil.which(name) for name in ("latex", "dvisvgm")]
    trees = [Path(tree) for pattern in _TEX_TREES for tree in sorted(Path("/").glob(pattern))]
    return content_hash([_stamp(Path(path)) for path in programs if path], [_stamp(tree) for tree in trees])


_TEX_TREES = (
    "usr/share/texlive/*/ls-R",
    "usr/share/texmf*/ls-R",
    "var/lib/texmf/ls-R*",
    "usr/local/texlive/*/*/ls-R",
    "opt/texlive/*/*/ls-R",
)


def _listing(path: Path) -> list[tuple[str, int]]:
    """Name and size of a file, or of every file below a folder; unreadable ones are left out."""
    return sorted(_files(path))


def _files(path: Path) -> Iterator[tuple[str, int]]:
    with suppress(OSError):
        if path.is_file():
            yield str(path), path.stat().st_size
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                file = Path(folder, name)
                yield str(file), file.stat().st_size


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:  # a link to nowhere
        return (str(path), 0, 0)
    return (str(path), status.st_size, status.st_mtime_ns)
