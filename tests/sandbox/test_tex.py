"""LaTeX for scenes: the broker's protocol, hostile documents, and formulas in confined scenes."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from visium_graph.sandbox import Job, capabilities, client, run_job, wire
from visium_graph.sandbox.kernel import Confinement
from visium_graph.sandbox.tex import Broker
from visium_graph.sandbox.tex_client import REQUEST_BYTES
from visium_graph.sandbox.tex_job import Document
from visium_graph.store import Store

NOBODY = 65534
TRIALS = Path(__file__).with_name("tex_trials.py")
needs_latex = pytest.mark.skipif(
    not (shutil.which("latex") and shutil.which("dvisvgm")), reason="this machine has no LaTeX"
)
needs_confinement = pytest.mark.skipif(not capabilities().complete, reason="this kernel cannot confine")


# --- The protocol ------------------------------------------------------------------------------------------------------


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


# --- Documents -----------------------------------------------------------------------------------------------------------


def document(body: str, preamble: str = "") -> str:
    head = "\\documentclass[preview]{standalone}\n\\usepackage{amsmath}\n"
    return f"{head}{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"


class Place:
    """A folder with a scratch folder, and a canary in several forms beside it, whose content can be changed."""

    def __init__(self, user: int) -> None:
        self.user = user
        self.folder = Path(tempfile.mkdtemp(prefix="visium-trial-", dir="/tmp"))
        self.secret = self.folder / "secret"
        self.scratch = self.folder / "visium-job-1"
        self.secret.mkdir()
        self.scratch.mkdir()
        self.fill("leaked", 10)

    def fill(self, word: str, size: int) -> None:
        (self.secret / "canary.txt").write_text(f"{word}\n")
        (self.secret / "canary.tex").write_text(f"{word} \\special{{dvisvgm:raw <g id='{word}'/>}}\n")
        head = f"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 {size} {size}\n"
        (self.secret / "canary.eps").write_text(f"{head}newpath 0 0 moveto {size} {size} lineto stroke\n")
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, self.user, -1)

    def typeset(self, sources: list[str], **more: Any) -> list[dict[str, Any]]:
        trials = [
            {"document": source.replace("@", str(self.secret)), "scratch": str(self.scratch)} | more
            for source in sources
        ]
        run = subprocess.run(
            [sys.executable, str(TRIALS), str(self.user)],
            input=json.dumps(trials),
            capture_output=True,
            text=True,
            check=True,
        )
        assert sorted(path.name for path in self.folder.iterdir()) == ["secret", "visium-job-1"]
        return json.loads(run.stdout)

    def contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.secret.iterdir()}


@pytest.fixture
def place() -> Iterator[Place]:
    place = Place(NOBODY if os.geteuid() == 0 else os.geteuid())
    yield place
    shutil.rmtree(place.folder)


SHOW = r"\special{dvisvgm:raw <g id='\line'/>}"
GRAPHICS, LISTINGS, VERBATIM = r"\usepackage{graphicx}", r"\usepackage{listings}", r"\usepackage{verbatim}"
TEX_READS = {
    "input": document(r"\input{@/canary.tex}"),
    "input-relative": document(r"\input{../secret/canary.tex}"),
    "if-exists": document(r"\InputIfFileExists{@/canary.tex}{}{none}"),
    "openin": document(r"\newread\r\openin\r=@/canary.txt \ifeof\r none\else\read\r to\line " + SHOW + r"\fi"),
    "verbatim": document(r"\verbatiminput{@/canary.txt}", VERBATIM),
    "listing": document(r"\lstinputlisting{@/canary.txt}", LISTINGS),
    "picture": document(r"\includegraphics{@/canary.eps}", GRAPHICS),
    "dump": document(r"\edef\line{\pdffiledump offset 0 length 6 {@/canary.txt}}" + SHOW),
    "digest": document(r"\edef\line{\pdfmdfivesum file {@/canary.txt}}" + SHOW),
    "pipe": document(r'\input{|"cat @/canary.tex"}'),
    "command": document(r"\immediate\write18{cat @/canary.tex > out.tex}\InputIfFileExists{out.tex}{}{none}"),
}
POSTSCRIPT_READS = {
    "file": document(r"x\special{ps: (@/canary.txt) (r) file read pop 0 moveto 9 9 lineto stroke}"),
    "run": document(r"x\special{ps: (@/canary.eps) run}"),
    "psfile": document(r"x\special{psfile=@/canary.eps llx=0 lly=0 urx=50 ury=50 rwi=500}"),
    "header": document(r"\special{header=@/canary.eps}x"),
    "picture-with-size": document(r"\includegraphics[bb=0 0 50 50]{@/canary.eps}", GRAPHICS),
    "svg-picture": document(r"x\special{dvisvgm:img 10pt 10pt @/canary.eps}"),
}
READS = list((TEX_READS | POSTSCRIPT_READS).values())
WRITES = [
    document(r"\newwrite\w\immediate\openout\w=@/canary.txt \immediate\write\w{x}\immediate\closeout\w x"),
    document(r"\newwrite\w\immediate\openout\w=../secret/new.txt \immediate\write\w{x}\immediate\closeout\w x"),
    document("\\begin{filecontents*}[overwrite]{@/canary.tex}\nx\n\\end{filecontents*}x"),
    document(r"\immediate\write18{touch @/new.txt}x"),
    document(r"x\special{ps: (@/new.txt) (w) file closefile}"),
    document(r"x\special{ps: (@/canary.txt) deletefile}"),
]


@needs_latex
@needs_confinement
@pytest.mark.parametrize("layer", ["kernel", "rules"])
def test_what_a_file_holds_changes_no_drawing(place: Place, layer: str) -> None:
    """Each layer alone keeps every file from TeX; where the kernel cannot confine, the rules are all there is."""
    before = place.typeset(READS, layers=[layer])
    place.fill("something else", 40)
    assert place.typeset(READS, layers=[layer]) == before


@needs_latex
def test_the_same_without_any_protection_leaks(place: Place) -> None:
    """So that the test above could fail."""
    names = ["input", "openin", "listing", "dump", "command"]
    sources = [TEX_READS[name] for name in names] + [POSTSCRIPT_READS["file"], POSTSCRIPT_READS["psfile"]]
    before = place.typeset(sources, layers=[])
    place.fill("something else", 40)
    after = place.typeset(sources, layers=[])
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert "id='leaked'" in before[0]["svg"]


@needs_latex
@needs_confinement
@pytest.mark.parametrize("layer", ["kernel", "rules"])
def test_nothing_outside_is_written(place: Place, layer: str) -> None:
    before = place.contents()
    place.typeset(WRITES, layers=[layer])
    assert place.contents() == before


@needs_latex
@needs_confinement
def test_what_never_ends_or_grows_without_end_is_ended(place: Place) -> None:
    sources = [
        document(r"\loop\iftrue\repeat"),
        document(r"\def\a{\a}\a"),
        document(r"\def\a{x\a}\a"),
        document(r"\def\a#1{\a{#1#1}}\a{xxxxxxxx}"),
        document(r"\newwrite\w\immediate\openout\w=a.txt \loop\iftrue\immediate\write\w{" + "x" * 1000 + r"}\repeat"),
        document(r"\newwrite\w\count1=0 \loop\advance\count1 by 1 \immediate\openout\w=\the\count1.txt \iftrue\repeat"),
        document(r"x\special{ps: {} loop}"),
        document(r"x\special{ps: [ {1000000 array} loop}"),
    ]
    answers = place.typeset(sources, cpu_seconds=1)
    told = [answer["log"] for answer in answers]
    assert told[0] == told[1] == "latex took longer than 1 s"
    assert told[2].startswith("! TeX capacity exceeded")
    assert told[3].startswith("! TeX capacity exceeded") or told[3] == told[0]
    assert told[4] in ("latex wrote a file of more than 16 MB", told[0])
    assert told[5] in ("latex wrote more than 500 files", told[0])
    assert told[6] == "dvisvgm took longer than 1 s"
    assert told[7].startswith("dvisvgm")


@needs_latex
@needs_confinement
def test_odd_documents_do_no_harm(place: Place) -> None:
    sources = [
        "",
        "%&pdftex\nx\\bye",
        document("a\x00b"),
        document("\\special{dvisvgm:raw <!DOCTYPE svg [<!ENTITY a 'aaaa'>]>&a;}"),
        document("\\special{dvisvgm:raw <image href='/etc/passwd'/>}x"),
        document(r"\newwrite\w\immediate\openout\w=formula.svg \immediate\write\w{<svg/>}\immediate\closeout\w"),
        document(
            r"\newwrite\w\immediate\openout\w=formula.log \immediate\write\w{! mine}\immediate\closeout\w \nosuch"
        ),
        document(
            r"\newwrite\w\immediate\openout\w={na me;'\string\n*.txt}\immediate\write\w{x}\immediate\closeout\w x"
        ),
        document("日本語"),
    ]
    answers = place.typeset(sources)
    assert all(answer.keys() <= {"svg", "log"} for answer in answers)
    assert all("<!DOCTYPE" not in answer.get("svg", "") for answer in answers)
    assert "passwd" in answers[4].get("svg", "passwd")  # a name is no file


@needs_latex
@needs_confinement
def test_a_document_leaves_nothing_for_the_next(place: Place) -> None:
    """Not even a package of a known name, which would be found in the current directory first."""
    forged = "\\begin{filecontents*}[overwrite]{amssymb.sty}\n\\def\\square{forged}\n\\end{filecontents*}\n"
    formula = document(r"$\square$", r"\usepackage{amssymb}")
    before, own, after = place.typeset([formula, forged + formula, formula])
    assert before == after
    assert before != own


@needs_latex
@needs_confinement
@pytest.mark.parametrize(
    ("compiler", "output_format"), [("latex", ".dvi"), ("pdflatex", ".dvi"), ("pdflatex", ".pdf"), ("xelatex", ".xdv")]
)
def test_every_engine_draws(place: Place, compiler: str, output_format: str) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler}")
    (answer,) = place.typeset([document(r"$\frac{a}{b}$")], compilers=[compiler], format=output_format)
    assert answer["svg"].count("<path") >= 2


@needs_latex
@needs_confinement
def test_marks_and_pictures_of_other_packages_are_drawn(place: Place) -> None:
    marked, rotated, drawn, coloured = place.typeset(
        [
            document(r"\special{dvisvgm:raw <g id='unique000'>}a\special{dvisvgm:raw </g>}b"),
            document(r"\rotatebox{45}{ab}", GRAPHICS),
            document(r"\special{ps: newpath 0 0 moveto 20 20 lineto stroke}"),
            document(r"\color{red}a", r"\usepackage{color}"),
        ]
    )
    assert "<g id='unique000'>" in marked["svg"]
    assert "matrix" in rotated["svg"] or "rotate" in rotated["svg"]
    assert "L20" in drawn["svg"]
    assert "#f00" in coloured["svg"]


@needs_latex
@needs_confinement
def test_who_kills_a_program_spoils_no_drawing(place: Place) -> None:
    formula = document("a")
    (whole,) = place.typeset([formula])
    assert place.typeset([formula], killed=2) == [whole]
    (failed,) = place.typeset([formula], killed=3)
    assert failed == {"failed": [errno.EINTR, "LaTeX was killed 3 times"]}


# --- Scenes ----------------------------------------------------------------------------------------------------------


def scene(*lines: str) -> str:
    body = "".join(f"        {line}\n" for line in lines)
    head = "from manim import *\n\nclass Tiny(Scene):\n    def construct(self):\n"
    return f"{head}{body}        self.add(Dot())\n        self.wait(0.1)\n"


def with_latex(job: Job) -> Job:
    job.payload["math"] = "latex"
    return job


@needs_latex
def test_scenes_with_formulas_are_checked_and_rendered(make_job) -> None:
    code = scene(r'formula = MathTex(r"\frac{a}{b}", "=", "c")', "self.add(formula)", "assert len(formula) == 3")
    checked = run_job(with_latex(make_job(code)))
    assert (checked.status, checked.value["findings"]) == ("done", [])
    rendered = run_job(with_latex(make_job(code, "render")))
    assert rendered.status == "done"
    assert rendered.files[".mp4"].stat().st_size > 0


@needs_latex
@pytest.mark.parametrize(
    "lines",
    [
        ["from visium_graph.stage import RichText, configure", "configure('latex')", r"RichText(r'A $\sqrt{c}$')"],
        [
            "template = TexTemplate(tex_compiler=['latex', 'latex'])",
            "assert len(Tex('ab', tex_template=template)[0]) == 2",
        ],
        [
            r"template = TexTemplate().add_to_preamble(r'\def\three{abc}')",
            r"Tex(r'\three', tex_template=template)[0][2]",
        ],
    ],
    ids=["stage", "twice", "preamble"],
)
def test_other_ways_to_a_formula(make_job, lines: list[str]) -> None:
    checked = run_job(with_latex(make_job(scene(*lines))))
    assert (checked.status, checked.value["findings"]) == ("done", [])


@needs_latex
@pytest.mark.parametrize(
    ("line", "message"),
    [
        (r'MathTex(r"\frac{a}{b} + \nosuch + c")', r"Undefined control sequence: \frac {a}{b} + \nosuch"),
        (r'Tex("漢")', "LaTeX Error: Unicode character 漢 (U+6F22): 漢"),
        (r'Tex(r"\special{dvisvgm:raw <g>}")', "missing closing tag"),
        (r'Tex(r"\special{dvisvgm:raw <a:b/>}x")', "its drawing cannot be read"),
        (r'Tex("x", tex_template=TexTemplate().add_to_preamble("%" * 300_000))', "the document is longer than 256 kB"),
    ],
)
def test_what_latex_says_is_the_finding(make_job, line: str, message: str) -> None:
    (finding,) = run_job(with_latex(make_job(scene(line)))).value["findings"]
    assert (finding["rule"], finding["line"]) == ("formula", 5)
    assert message in finding["message"]


def test_without_latex_the_message_says_what_to_do(make_job, monkeypatch: pytest.MonkeyPatch) -> None:
    client.close_all()  # the next one starts with this environment
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        (finding,) = run_job(with_latex(make_job(scene('MathTex("a")')))).value["findings"]
    finally:
        client.close_all()
    assert finding["message"] == "EnvironmentFault: latex: not found; install LaTeX and dvisvgm, or set math to mathjax"


@needs_latex
def test_a_drawing_is_found_again_by_other_scenes(make_job) -> None:
    job = with_latex(make_job(scene('assert len(MathTex("a")[0]) == 1')))
    assert run_job(job).value["findings"] == []
    (entry,) = (job.store / "latex").rglob("*.json")
    boxes = "".join(f"<rect x='{x}' y='0' width='1' height='1'/>" for x in (0, 2))
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'><g id='unique000'>{boxes}</g></svg>"
    Store(job.store).put_record("latex", entry.stem, {"svg": svg})
    again = run_job(with_latex(make_job(scene('assert len(MathTex("a")[0]) == 2'))))
    assert again.value["findings"] == []


@needs_latex
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # what follows it in the copy is safe
def test_a_scene_cannot_crowd_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visium_graph.sandbox.tex._STORED_BYTES", 5000)
    line = Line(tmp_path / "visium-job-1", Store(tmp_path / "store"))
    for word in ("a", "b", "abcdefghijklmnopqrstuvwxyz", "c"):
        line.end.send(request(document(word)))
        assert "svg" in (line.answer() or {})
    line.close()
    assert line.broker.cpu_seconds > 0
    store = Store(tmp_path / "store")
    stored = [store.get_record("latex", path.stem).data["svg"] for path in (store.root / "latex").rglob("*.json")]
    assert 1 <= len(stored) <= 3
    assert sum(map(len, stored)) <= 5000


@needs_latex
def test_time_in_latex_is_time_of_the_job(make_job) -> None:
    """What runs when the time is up is ended with the child; the module's fixture sees to it that nothing is left."""
    result = run_job(with_latex(make_job(scene(r'MathTex(r"\loop\iftrue\repeat")'), seconds=2.0)))
    assert result.status == "timeout"
    assert result.seconds < 10


@needs_confinement
def test_a_scene_that_spoils_its_line_has_no_latex_and_ends_like_any_other(make_job) -> None:
    code = scene(
        "from visium_graph.sandbox import tex_client",
        "tex_client._line.send(b'\\xff' * 100)",
        "try:",
        "    MathTex('a')",
        "except (ConnectionError, BrokenPipeError):",
        "    self.wait(0.1)",
        "else:",
        "    raise ValueError('served')",
    )
    assert run_job(with_latex(make_job(code))).value["findings"] == []
