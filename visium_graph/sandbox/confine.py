"""What a child may do and use: set once in the child, before any of the scene's code runs, and never lifted again."""

from __future__ import annotations

import math
import os
import resource
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from visium_graph.sandbox import landlock, seccomp
from visium_graph.sandbox.linux import drop_capabilities

if TYPE_CHECKING:  # the probe of the kernel loads nothing more than it needs
    from visium_graph.sandbox.job import Limits
    from visium_graph.sandbox.kernel import Confinement

__all__ = ["confine", "limit", "readable"]

_OPEN_FILES = 256
_SYSTEM = (
    "/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache",  # shared libraries
    "/usr/share", "/usr/local/share", "/etc/fonts", "/var/cache/fontconfig", "/etc/localtime",  # fonts, time zones
    "/etc/ssl/openssl.cnf", "/dev/zero", "/dev/urandom", "/dev/random",
)  # fmt: skip
_LIBRARY_FOLDERS = frozenset({"site-packages", "dist-packages"})


def confine(limits: Limits, scratch: Path, kernel: Confinement, *, writable: bool = True) -> None:
    """Confine this process: it can then read the libraries, use its scratch folder, and compute.

    Call it in a process of one thread that holds no descriptor it should not have.

    Args:
        limits: what the job may use.
        scratch: the one folder it may write in.
        kernel: what the kernel can enforce, as probed. Whether less than all is good enough is for the caller to say.
        writable: whether it may write in scratch at all.

    Raises:
        OSError: a layer could not be put on; the process must not run the job then.
    """
    limit(limits)
    drop_capabilities()
    if kernel.landlock:
        rules = [(path, landlock.READ) for path in (*readable(), *_fonts())]
        null = (Path(os.devnull), landlock.READ | landlock.Access.WRITE_FILE)
        landlock.restrict([*rules, null, (scratch, landlock.READ_WRITE if writable else landlock.READ)])
    if kernel.seccomp:
        seccomp.restrict()


def limit(limits: Limits) -> None:
    """The limits that the kernel keeps by itself.

    The monitor outside kills at what the job asked for. The limits here lie above those and stop what is faster than
    the monitor looks: one huge allocation, or a monitor that is gone.
    """
    # Address space is reserved far beyond what is used (thread stacks, encoder pools), so it needs room above.
    address_bytes = 2 * limits.memory_mb * 1024**2 + 2 * 1024**3
    for name, value in (
        (resource.RLIMIT_CPU, math.ceil(limits.processor_seconds) + 1),
        (resource.RLIMIT_AS, address_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, limits.disk_mb * 1024**2),
        (resource.RLIMIT_CORE, 0),
    ):
        _, ceiling = resource.getrlimit(name)
        bound = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)
        resource.setrlimit(name, (bound, bound))


@cache
def readable() -> tuple[Path, ...]:
    """What a job may read beside its scratch folder: the system's libraries, Python's, and the packages that are loaded.

    Called first in the preloaded process, when it has imported what scenes import. Of a package that is not installed
    but used where it lies (an editable install, PYTHONPATH) only its own folder counts, not what lies around it.
    """
    found = {Path(name) for name in _SYSTEM}
    found |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    found |= {Path(sys.base_prefix) / "lib" / name for name in _libraries_of_prefix()}
    for module in list(sys.modules.values()):
        if isinstance(file := getattr(module, "__file__", None), str) and os.path.isabs(file):  # noqa: PTH117  # no path yet
            found.add(_home(Path(file), module.__name__))
    real = {Path(os.path.realpath(path)) for path in found}
    return tuple(sorted(path for path in real if not any(parent in real for parent in path.parents)))


def _libraries_of_prefix() -> Iterator[str]:
    """Shared libraries beside the interpreter's own, where it came with some (conda, pyenv)."""
    folder = Path(sys.base_prefix) / "lib"
    if folder.is_dir():
        yield from (path.name for path in folder.iterdir() if ".so" in path.suffixes)


def _home(file: Path, module: str) -> Path:
    """The folder that a module's other files lie in: of its installation, or of its topmost package; else the file."""
    for folder in file.parents:
        if folder.name in _LIBRARY_FOLDERS:
            return folder
    depth = module.count(".") + (file.stem == "__init__")
    return file.parents[depth - 1] if depth else file


def _fonts() -> Iterator[Path]:
    """Fonts of this user, and fontconfig's cache of where they are."""
    if data := os.environ.get("XDG_DATA_HOME"):
        yield Path(data) / "fonts"
        yield Path(data).parent.parent / ".fonts"
    if cache_folder := os.environ.get("XDG_CACHE_HOME"):
        yield Path(cache_folder) / "fontconfig"
    for name in ("FONTCONFIG_FILE", "FONTCONFIG_PATH"):
        if place := os.environ.get(name):
            yield Path(place)
