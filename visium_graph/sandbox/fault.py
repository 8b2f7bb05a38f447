"""Turns an exception into what the author of the scene's code needs: type, message, line of the scene file."""

from __future__ import annotations

import errno
import os
import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from visium_graph.sandbox.job import SceneFault

__all__ = ["fault_of", "is_the_machines", "line_in_dump", "no_room", "printable", "told_fault"]

_MACHINES = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.ESTALE, errno.ENOMEM, errno.ENFILE,
    errno.EAGAIN, errno.EINTR,
})  # fmt: skip
_MESSAGE_CHARACTERS = 2000
_TYPE_CHARACTERS = 200
_LAST_LINE = 10_000_000
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, and halves of characters, which cannot be written to a file."""
_ROOM_BYTES = 4 * 1024**2


def fault_of(error: BaseException, scene_file: Path) -> SceneFault:
    """The exception as seen from the scene file: its line there is the innermost one on the way to the error."""
    message = str(error).strip() or "(no message)"
    if isinstance(error, SyntaxError):
        message = error.msg or message
    return SceneFault(type(error).__name__, _shortened(message, _MESSAGE_CHARACTERS), _line(error, scene_file))


def told_fault(told: Mapping[str, Any]) -> SceneFault:
    """The fault that a child tells, which may say anything: of bounded length, without control characters.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    kind, message = (printable(str(told[name])) for name in ("type", "message"))
    line = min(max(int(told["line"]), 1), _LAST_LINE)
    return SceneFault(_shortened(kind, _TYPE_CHARACTERS), _shortened(message, _MESSAGE_CHARACTERS), line)


def printable(value: Any) -> Any:
    """JSON data in whose texts no control characters are left: they reach terminals, which obey them."""
    if isinstance(value, str):
        return _UNSEEN.sub("\ufffd", value)
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, dict):
        return {printable(name): printable(item) for name, item in value.items()}
    return value


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def is_the_machines(error: BaseException, scratch: Path) -> bool:
    """Whether the code may do better another time: the disk is full, or the machine is at its end in another way.

    Args:
        error: what the code raised.
        scratch: the job's folder. On a full disk some libraries write half a file and say nothing: what is raised in
            the end may be any error at all.
    """
    cause: BaseException | None = error
    while cause is not None:
        if getattr(cause, "errno", None) in _MACHINES:  # libav's errors have one too
            return True
        cause = cause.__cause__ or cause.__context__
    return no_room(scratch)


def no_room(folder: Path) -> bool:
    """Whether the disk that the folder is on is full."""
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize < _ROOM_BYTES or (status.f_files > 0 and status.f_favail == 0)


def _line(error: BaseException, scene_file: Path) -> int:
    if isinstance(error, SyntaxError) and error.filename == str(scene_file) and error.lineno:
        return error.lineno
    lines = [
        number
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == str(scene_file) and number
    ]
    return lines[-1] if lines else 1


def line_in_dump(log: str, scene_file: Path) -> int:
    """The scene's innermost line in the stack that faulthandler wrote to the log (1 where it wrote none)."""
    found = re.search(rf'File "{re.escape(str(scene_file))}", line (\d+)', log)
    return int(found.group(1)) if found else 1
