"""Scene files carry the hash of their own text, so that an edit by hand is noticed and never overwritten."""

from __future__ import annotations

import hashlib
import re

__all__ = ["is_hand_written", "stamp", "unstamped"]

_HEADER = re.compile(r"\A# visium_graph scene, sha256:([0-9a-f]{16})[^\n]*\n")


def stamp(code: str) -> str:
    r"""The code under a header line that holds its hash.

    Example:
        >>> is_hand_written(stamp("x = 1\n")), is_hand_written(stamp("x = 1\n") + "y = 2\n")
        (False, True)
    """
    return f"# visium_graph scene, sha256:{_digest(code)} (edit freely: an edited file is used as it is)\n{code}"


def is_hand_written(text: str) -> bool:
    """Whether a person wrote or changed this file: it has no header, or its text no longer fits it."""
    header = _HEADER.match(text)
    return header is None or _digest(text[header.end() :]) != header.group(1)


def unstamped(text: str) -> str:
    """The code without its header line."""
    return _HEADER.sub("", text)


def _digest(code: str) -> str:
    return hashlib.sha256(code.replace("\r\n", "\n").encode()).hexdigest()[:16]
