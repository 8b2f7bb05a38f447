"""LaTeX for a child that may start no process: a broker in the monitor takes its documents and returns drawings.

TeX is a programming language, and a document is as hostile as the scene that sends it. Each one is typeset in a fresh
folder by programs that are confined like the child itself (see `visium_graph.sandbox.program`): what a document could
make them do, the child could do anyway. TeX's own rules (no files outside its trees and its folder, no commands) are set
too. They are all that holds where the kernel cannot confine; PostScript, which knows no such rules, is not run there.

Finished drawings are stored by the hash of document, programs and installation. Nobody but the broker writes them, so a
scene cannot change what another one gets. None of them stays in this process, whose memory later children inherit.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
from collections.abc import Generator
from pathlib import Path

from visium_graph.provenance import tex as installation
from visium_graph.sandbox import wire
from visium_graph.sandbox.kernel import Confinement
from visium_graph.sandbox.program import Ended, Program
from visium_graph.sandbox.tex_client import REQUEST_BYTES
from visium_graph.sandbox.tex_job import Answer, Document, typesetting
from visium_graph.store import Store, content_hash

__all__ = ["Broker"]

_DOCUMENTS = 1000
"""That one child may send. Manim asks once for each distinct formula."""
_CPU_SECONDS = 120.0
"""That TeX may take for one child; a formula takes a fifth of a second."""
_STORED_BYTES = 32 * 1024**2
"""Of drawings that are stored for one child: a scene must not crowd the store. A formula's has some kilobytes."""
_KIND = "latex"


class Broker:
    """Serves one child, one document at a time, from within the monitor's selector.

    Descriptors are registered with a function as their data: call it when they are ready, and `tick` now and then.

    Args:
        scratch: the child's folder; documents are typeset beside it, where the child cannot go.
        kernel: what the kernel can enforce.
        store: where finished drawings are kept.

    Attributes:
        end_of_child: the socket that the child inherits; to be closed here once it has.
        cpu_seconds: what TeX took so far.
    """

    def __init__(self, scratch: Path, kernel: Confinement, store: Store) -> None:
        self._scratch, self._kernel, self._store = scratch, kernel, store
        self._line, self.end_of_child = socket.socketpair()
        self._line.setblocking(False)
        self._selector: selectors.BaseSelector | None = None
        self._received, self._unsent = bytearray(), b""
        self._documents = self._stored = 0
        self._work: Generator[Program, Ended, Answer] | None = None
        self._program: Program | None = None
        self._key = ""
        self.cpu_seconds = 0.0

    def register(self, selector: selectors.BaseSelector) -> None:
        """Start to serve."""
        self._selector = selector
        selector.register(self._line, selectors.EVENT_READ, self._read)

    def tick(self) -> None:
        """End a program that is over its limits."""
        if self._program is not None and (over := self._program.over()):
            self._go_on(over)

    def close(self) -> None:
        """Stop serving; nothing is left of what was under way."""
        if self._program is not None:
            self._ended(self._program)
        if self._work is not None:
            self._work.close()
        self._hang_up()
        self.end_of_child.close()

    def _hang_up(self) -> None:
        if self._selector is not None:
            with contextlib.suppress(KeyError):  # while a document is at work the line is not watched
                self._selector.unregister(self._line)
            self._selector = None
        self._line.close()

    def _read(self) -> None:
        """Take what the child has sent, up to one request: what follows stays in the line until that is answered."""
        try:
            piece = self._line.recv(self._wanted())
        except BlockingIOError:
            return
        except ConnectionError:
            piece = b""
        self._received += piece
        if not piece or self._wanted() > REQUEST_BYTES:
            self._hang_up()
        elif self._wanted() == 0:
            self._take(bytes(self._received))

    def _wanted(self) -> int:
        """Bytes to come: of the header, or of the request."""
        have = len(self._received)
        if have < wire.HEADER.size:
            return wire.HEADER.size - have
        return int(wire.HEADER.unpack_from(self._received)[0]) + wire.HEADER.size - have

    def _take(self, data: bytes) -> None:
        """Answer a request, or begin to."""
        assert self._selector is not None
        self._received.clear()
        try:
            document = Document.of(wire.unpack(data))
            self._key = content_hash(document, installation())
        except (wire.WireError, TypeError):  # no client of ours writes such a thing
            self._hang_up()
            return
        self._selector.unregister(self._line)
        self._documents += 1
        if self._documents > _DOCUMENTS:
            self._answer({"log": f"a scene can have {_DOCUMENTS} different formulas"})
        elif self.cpu_seconds > _CPU_SECONDS:
            self._answer({"log": f"LaTeX took more than {_CPU_SECONDS:g} s for this scene"})
        elif (known := self._store.get_record(_KIND, self._key)) is not None:
            self._answer(known.data)
        else:
            self._work = typesetting(document, self._scratch, self._kernel)
            self._go_on()

    def _go_on(self, over: str = "") -> None:
        """Tell the work that its program has ended, and start what it wants next or answer with what it returns.

        Args:
            over: the limit for which the program is to be killed.
        """
        assert self._selector is not None
        assert self._work is not None
        try:
            program = next(self._work) if self._program is None else self._work.send(self._ended(self._program, over))
        except StopIteration as last:
            self._work = None
            self._answer(self._kept(last.value))
        else:
            self._program = program
            self._selector.register(program.handle, selectors.EVENT_READ, self._go_on)

    def _ended(self, program: Program, over: str = "") -> Ended:
        if self._selector is not None:
            with contextlib.suppress(KeyError):  # the selector itself may be closed
                self._selector.unregister(program.handle)
        self._program = None
        ended = program.end(over)
        self.cpu_seconds += ended.cpu_seconds
        return ended

    def _kept(self, answer: Answer) -> Answer:
        """The answer; a drawing is stored. What went wrong is not: that may be the machine's fault."""
        if "svg" in answer and (size := self._stored + len(answer["svg"])) <= _STORED_BYTES:
            self._stored = size
            with contextlib.suppress(OSError):  # no room: then it will be drawn again
                self._store.put_record(_KIND, self._key, answer)
        return answer

    def _answer(self, answer: Answer) -> None:
        assert self._selector is not None
        try:
            self._unsent = wire.pack(answer)
        except wire.WireError as error:
            self._unsent = wire.pack({"log": f"its drawing is {error}"})
        self._selector.register(self._line, selectors.EVENT_WRITE, self._write)

    def _write(self) -> None:
        assert self._selector is not None
        try:
            self._unsent = self._unsent[self._line.send(self._unsent) :]
        except BlockingIOError:
            return
        except ConnectionError:
            self._hang_up()
            return
        if not self._unsent:
            self._selector.modify(self._line, selectors.EVENT_READ, self._read)
