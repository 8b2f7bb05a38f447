"""The child's side of the LaTeX broker: a document goes out, its drawing comes back.

Messages are those of `visium_graph.sandbox.wire`. A request is `{"document", "compilers", "format"}`. The answer is one
of `{"svg"}`, `{"log"}` (what TeX says is wrong), `{"missing"}` (a program that is not installed) and
`{"failed": [errno, text]}` (the machine's fault).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from visium_graph.sandbox import wire

__all__ = ["REQUEST_BYTES", "connect", "typeset"]

REQUEST_BYTES = 256 * 1024
"""The longest request; a formula's takes less than one kilobyte."""


class _Line:
    """The end of the line to the broker. System calls of sockets are denied to the child, so it reads and writes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def recv(self, count: int, /) -> bytes:
        return os.read(self._descriptor, count)

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]


_line: _Line | None = None


def connect(descriptor: int) -> None:
    """Use this descriptor, a stream socket's, from now on."""
    global _line  # noqa: PLW0603  # one for the process, as its descriptor is
    _line = _Line(descriptor)


def typeset(document: str, compilers: Sequence[str], output_format: str) -> str:
    """Have a document typeset, and its first page drawn.

    Args:
        document: LaTeX, preamble and all.
        compilers: programs to run on it, one after the other.
        output_format: what the last one writes: `.dvi`, `.xdv` or `.pdf`.

    Returns:
        SVG, with text as outlines.

    Raises:
        ValueError: the document is not accepted; the message is TeX's log, or says what else is wrong with it.
        FileNotFoundError: LaTeX, or dvisvgm, is not installed.
        OSError: the machine failed, or nobody serves this process.
    """
    if _line is None:
        raise ConnectionError("this process has no LaTeX broker")
    try:
        request = wire.pack({"document": document, "compilers": list(compilers), "format": output_format})
    except wire.WireError as error:
        raise ValueError(f"the document is {error}") from None
    if len(request) > REQUEST_BYTES:
        raise ValueError(f"the document is longer than {REQUEST_BYTES // 1024} kB")
    _line.send(request)
    answer = wire.receive(_line)
    if answer is None:
        raise ConnectionError("the LaTeX broker is gone")
    if "missing" in answer:
        raise FileNotFoundError(2, "not installed", answer["missing"])
    if "failed" in answer:
        raise OSError(*answer["failed"])
    if "log" in answer:
        raise ValueError(answer["log"])
    return str(answer["svg"])
