"""What a child may do and use: set once in the child, before any of the scene's code runs."""

from __future__ import annotations

import math
import os
import resource

from visium_graph.sandbox.job import Limits

__all__ = ["confine"]

_OPEN_FILES = 256
_FILE_BYTES = 4 * 1024**3


def confine(limits: Limits) -> None:
    """Limit this process for good; nothing it runs can lift the limits again.

    The monitor outside kills at the wall clock and at the resident memory that the job asked for. The limits here
    lie above those and stop what is faster than the monitor looks: one huge allocation, or a monitor that is gone.
    """
    processor_seconds = math.ceil(limits.seconds * (os.cpu_count() or 1)) + 1
    # Address space is reserved far beyond what is used (thread stacks, encoder pools), so it needs room above.
    address_bytes = 2 * limits.memory_mb * 1024**2 + 2 * 1024**3
    for name, value in (
        (resource.RLIMIT_CPU, processor_seconds),
        (resource.RLIMIT_AS, address_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, ceiling = resource.getrlimit(name)
        bound = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)
        resource.setrlimit(name, (bound, bound))
