"""Documents for LaTeX, hostile ones above all, typeset as the broker does it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from visium_graph.sandbox import capabilities

NOBODY = 65534
TRIALS = Path(__file__).with_name("tex_trials.py")
needs_latex = pytest.mark.skipif(
    not (shutil.which("latex") and shutil.which("dvisvgm")), reason="this machine has no LaTeX"
)
needs_confinement = pytest.mark.skipif(not capabilities().complete, reason="this kernel cannot confine")


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
