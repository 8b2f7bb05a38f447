"""Outlines of words and formulas, handed from one run of a scene's code to the next: from its check to its rendering.

They are kept by the hash of the code and of all that draws it, never shared with other code: a scene that forged them
would spoil its own picture alone.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from visium_graph.sandbox.drawn_with import drawn_with
from visium_graph.sandbox.job import Job
from visium_graph.sandbox.scratch import OUTLINES, OUTLINES_MADE, copy_output, open_output
from visium_graph.store import Store, content_hash

__all__ = ["keep", "lay_out"]

_KIND, _SUFFIX = "outlines", ".npz"
_LARGEST_BYTES = 16 * 1024**2
"""A slide makes about 100 kB of them."""


def lay_out(job: Job, scratch: Path) -> None:
    """Put the outlines that earlier runs of the job's code made, if there are any, into the scratch folder."""
    found = Store(job.store).find(_KIND, _key(job), _SUFFIX)
    if found is not None:
        with suppress(OSError):  # cleared in this very moment, or no room: they are a help, not a need
            shutil.copyfile(found, scratch / OUTLINES)


def keep(job: Job, scratch: Path) -> None:
    """Store the outlines that the run left in its scratch folder.

    Raises:
        OSError: the store cannot be written.
    """
    with (
        suppress(ValueError),  # it left none, or no honest file
        open_output(scratch, _SUFFIX, OUTLINES_MADE) as file,
    ):
        if os.fstat(file).st_size <= _LARGEST_BYTES:
            with Store(job.store).writing(_KIND, _key(job), _SUFFIX) as target:
                copy_output(file, target)


def _key(job: Job) -> str:
    math = job.payload.get("math", "")
    return content_hash(job.payload["code"], math, drawn_with(math))
