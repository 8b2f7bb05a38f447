"""The LaTeX broker's protocol: what it answers to which requests, and what it does not put up with."""

from __future__ import annotations

import contextlib
import selectors
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from visium_graph.sandbox import wire
from visium_graph.sandbox.kernel import Confinement
from visium_graph.sandbox.tex import Broker
from visium_graph.sandbox.tex_client import REQUEST_BYTES
from visium_graph.sandbox.tex_job import Document
from visium_graph.store import Store

needs_latex = pytest.mark.skipif(
    not (shutil.which("latex") and shutil.which("dvisvgm")), reason="this machine has no LaTeX"
)


class Line:
    """A broker, and the child's end of the line to it."""

    def __init__(self, scratch: Path, store: Store) -> None:
        self.broker = Broker(scratch, Confinement(), store)
        self.end = self.broker.end_of_child
        self.end.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.broker.register(self.selector)

    def serve(self, seconds: float = 0.3) -> None:
        """Have the broker do what it has to, until there is an answer or the line is cut."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.readable():
            for key, _ in self.selector.select(0.02) if self.selector.get_map() else ():
                key.data()
            self.broker.tick()

    def readable(self) -> bool:
        try:
            self.end.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        return True

    def answer(self) -> dict[str, Any] | None:
        self.serve(10.0)
        data = bytearray()
        while len(data) < 4 or len(data) < 4 + int.from_bytes(data[:4]):
            self.serve()
            piece = self.end.recv(1 << 20)
            if not piece:
                return None
            data += piece
        return wire.unpack(bytes(data))

    def close(self) -> None:
        self.broker.close()
        self.selector.close()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    line = Line(tmp_path / "visium-job-1", Store(tmp_path / "store"))
    yield line
    line.close()
    assert not [path for path in tmp_path.iterdir() if path.name != "store"]


def request(document: Any = "x", compilers: Any = ("latex",), output_format: Any = ".dvi") -> bytes:
    return wire.pack({"document": document, "compilers": compilers, "format": output_format})


@pytest.fixture
def _no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.usefixtures("_no_programs")
def test_a_missing_program_is_named(line: Line) -> None:
    line.end.send(request())
    assert line.answer() == {"missing": "latex"}


@pytest.mark.usefixtures("_no_programs")
def test_requests_are_answered_one_by_one_in_whatever_pieces_they_come(line: Line) -> None:
    data = request(compilers=["pdflatex"]) + request()
    answers = []
    for start in range(0, len(data), 7):
        line.end.send(data[start : start + 7])
        line.serve(0.0 if line.readable() else 0.05)
        if line.readable():
            answers.append(line.answer())
    while len(answers) < 2:
        answers.append(line.answer())
    assert answers == [{"missing": "pdflatex"}, {"missing": "latex"}]


@pytest.mark.usefixtures("_no_programs")
def test_a_child_that_never_reads_is_kept_waiting(line: Line) -> None:
    """It costs no memory: its requests stay in the line."""
    data = request("y" * 1000) * 10_000
    sent = 0
    for _ in range(1000):
        with contextlib.suppress(BlockingIOError):
            sent += line.end.send(data[sent:])
        for key, _ in line.selector.select(0):
            key.data()
    assert sent < len(data) / 2
    assert len(line.broker._received) < 2000


@pytest.mark.parametrize(
    "data",
    [
        (REQUEST_BYTES + 1).to_bytes(4),
        b"\xff\xff\xff\xff",
        b"\0\0\0\0",
        b"\0\0\0\x04nope",
        b"\0\0\0\x02[]",
        b"\0\0\x27\x10" + b"[" * 10_000,
        request(document=7),
        request(compilers="latex"),
        request(output_format=None),
        wire.pack({}),
    ],
    ids=["long", "huge", "empty", "no-json", "no-object", "deep", "document", "compilers", "format", "nothing"],
)
def test_what_no_client_of_ours_sends_cuts_the_line(line: Line, data: bytes) -> None:
    line.end.send(data)
    assert line.answer() is None
    assert not line.selector.get_map()


def test_a_closed_line_is_noticed(line: Line) -> None:
    line.end.shutdown(socket.SHUT_WR)
    line.serve()
    assert not line.selector.get_map()


@pytest.mark.parametrize(
    ("compilers", "output_format", "reason"),
    [
        (["lualatex"], ".pdf", "lualatex is not run for scenes; use latex or pdflatex or xelatex"),
        (["/bin/sh"], ".dvi", "/bin/sh is not run for scenes; use latex or pdflatex or xelatex"),
        (["latex"], ".svg", "latex is not run for .svg files; use .dvi or .pdf"),
        (["latex"], ".pdf", ".pdf files are made only where the kernel can confine TeX; use .dvi"),
        ([], ".dvi", "give one TeX compiler, or two to run one after the other"),
        (["latex"] * 3, ".dvi", "give one TeX compiler, or two to run one after the other"),
    ],
)
def test_what_is_not_run_is_said(line: Line, compilers: list[str], output_format: str, reason: str) -> None:
    line.end.send(request(compilers=compilers, output_format=output_format))
    assert line.answer() == {"log": reason}


@pytest.mark.usefixtures("_no_programs")
def test_a_scene_has_so_many_documents_and_no_more(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visium_graph.sandbox.tex._DOCUMENTS", 2)
    answers = []
    for _ in range(3):
        line.end.send(request())
        answers.append(line.answer())
    assert answers == [{"missing": "latex"}, {"missing": "latex"}, {"log": "a scene can have 2 different formulas"}]
    line.broker.cpu_seconds = 1000.0
    monkeypatch.setattr("visium_graph.sandbox.tex._DOCUMENTS", 9)
    line.end.send(request())
    assert line.answer() == {"log": "LaTeX took more than 120 s for this scene"}


@pytest.mark.usefixtures("_no_programs")
def test_a_stored_drawing_needs_no_latex(line: Line, tmp_path: Path) -> None:
    line.end.send(request())
    line.answer()
    svg = "<svg>" + "x" * 1_000_000 + "</svg>"  # longer than the line holds at a time
    Store(tmp_path / "store").put_record("latex", line.broker._key, {"svg": svg})
    line.end.send(request())
    assert line.answer() == {"svg": svg}
    line.end.send(request("another"))
    assert line.answer() == {"missing": "latex"}


def test_halves_of_characters_become_question_marks() -> None:
    document = Document.of({"document": "a\ud800b", "compilers": ["\udfff"], "format": ".dvi"})
    assert document == ("a?b", ("?",), ".dvi")


@needs_latex
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # what follows it in the copy is safe
def test_a_scene_cannot_crowd_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visium_graph.sandbox.tex._STORED_BYTES", 5000)
    line = Line(tmp_path / "visium-job-1", Store(tmp_path / "store"))
    for word in ("a", "b", "abcdefghijklmnopqrstuvwxyz", "c"):
        line.end.send(request(f"\\documentclass{{standalone}}\\begin{{document}}{word}\\end{{document}}"))
        assert "svg" in (line.answer() or {})
    line.close()
    assert line.broker.cpu_seconds > 0
    store = Store(tmp_path / "store")
    stored = [store.get_record("latex", path.stem).data["svg"] for path in (store.root / "latex").rglob("*.json")]
    assert 1 <= len(stored) <= 3
    assert sum(map(len, stored)) <= 5000
