"""One LaTeX document to one drawing: which programs run on it, with what, and what is made of their output."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from visium_graph.sandbox.kernel import Confinement
from visium_graph.sandbox.program import ERRORS, Bounds, Ended, Program
from visium_graph.sandbox.scratch import open_output, remove_tree

__all__ = ["Answer", "Document", "typesetting"]

Answer = dict[str, Any]
"""See `visium_graph.sandbox.tex_client`."""

_NAME = "formula"
_SVG_BYTES = 2 * 1024**2
_LOG_BYTES = 64 * 1024
_LOG_LINES, _LOG_CHARACTERS = 12, 4000
_TRIES = 3
_BOUNDS = Bounds()
_COMPILERS = {"latex": (".dvi", ".pdf"), "pdflatex": (".dvi", ".pdf"), "xelatex": (".xdv",)}
"""Compiler -> the output formats that it can be asked for. LuaTeX is left out: a document is a Lua program there, beyond
TeX's own rules about files, and it would collect the names of all fonts anew for each document. XeTeX's PDF would need
a second process."""
_READABLE = (
    "/usr/share", "/usr/local/share",  # TeX's trees, Ghostscript, fonts
    "/etc/fonts", "/var/cache/fontconfig", "/var/lib/ghostscript", "/etc/papersize", "/etc/paperspecs",
)  # fmt: skip
_TEX_SETTINGS = {
    "openin_any": "p", "openout_any": "p",  # TeX's own rules: files of its trees and below its current directory only
    "shell_escape": "f",
    "MKTEXTFM": "0", "MKTEXPK": "0", "MKTEXMF": "0", "MKTEXFMT": "0",  # never try to make fonts with other programs
    "max_print_line": "1000", "error_line": "254", "half_error_line": "238",  # the log's lines are not broken
}  # fmt: skip
_NO_OUTLINES = re.compile(r"failed to create (\S+)\.gf")


class Document(NamedTuple):
    """What a child asks for."""

    source: str
    compilers: tuple[str, ...]
    format: str

    @classmethod
    def of(cls, request: dict[str, Any]) -> Document:
        """The document of a child's request.

        Raises:
            TypeError: the request is of another form.
        """
        source, compilers, output_format = (request.get(name) for name in ("document", "compilers", "format"))
        if not (isinstance(source, str) and isinstance(compilers, list) and isinstance(output_format, str)):
            raise TypeError("not a document")
        # JSON can hold halves of characters, which no file can.
        source, output_format, *names = (
            str(text).encode(errors="replace").decode() for text in (source, output_format, *compilers)
        )
        return cls(source, tuple(names), output_format)

    def refusal(self, kernel: Confinement) -> str:
        """Why it is not typeset at all, in words; empty where it is."""
        if not 1 <= len(self.compilers) <= 2:
            return "give one TeX compiler, or two to run one after the other"
        for name in self.compilers:
            if name not in _COMPILERS:
                return f"{name} is not run for scenes; use {' or '.join(_COMPILERS)}"
            if self.format not in _COMPILERS[name]:
                return f"{name} is not run for {self.format} files; use {' or '.join(_COMPILERS[name])}"
        if not kernel.complete and self.format != ".dvi":  # TeX's own rules do not cover what goes into a PDF
            return f"{self.format} files are made only where the kernel can confine TeX; use .dvi"
        return ""


def typesetting(document: Document, beside: Path, kernel: Confinement) -> Generator[Program, Ended, Answer]:
    """Typeset and draw a document in a folder of its own. Yields each program it starts, and wants to be sent its end.

    Args:
        document: what the child sent.
        beside: its folder; the document's is made beside it and has a name that begins like it.
        kernel: what the kernel can enforce.
    """
    refusal = document.refusal(kernel)
    if refusal:
        return {"log": refusal}
    programs: dict[str, str] = {}
    for name in (*document.compilers, "dvisvgm"):
        path = shutil.which(name)
        if path is None:
            return {"missing": name}
        programs[name] = path
    try:
        for _ in range(_TRIES):  # anew: what a killed program has half written would disturb the next one
            with contextlib.suppress(InterruptedError), _folder(beside) as folder:
                return (yield from _made(document, programs, folder, kernel))
    except OSError as error:
        return {"failed": [error.errno or errno.EIO, f"LaTeX cannot run ({error.strerror})"]}
    return {"failed": [errno.EINTR, f"LaTeX was killed {_TRIES} times"]}


def _made(
    document: Document, programs: dict[str, str], folder: Path, kernel: Confinement
) -> Generator[Program, Ended, Answer]:
    (folder / f"{_NAME}.tex").write_bytes(document.source.encode())
    for name in document.compilers:
        ended = yield from _run(_compiling(programs[name], document.format), folder, kernel)
        if (answer := _complaint(name, ended, folder)) is not None:
            return answer
    drawing = _drawing(programs["dvisvgm"], document.format, postscript=kernel.complete)
    ended = yield from _run(drawing, folder, kernel)
    return _drawn(ended, folder)


@contextlib.contextmanager
def _folder(beside: Path) -> Iterator[Path]:
    """A fresh folder: nothing that an earlier document wrote can change what this one looks like."""
    folder = Path(tempfile.mkdtemp(prefix=f"{beside.name}-tex-", dir=beside.parent))
    try:
        yield folder
    finally:
        remove_tree(folder)


def _compiling(program: str, output_format: str) -> list[str]:
    output = "-no-pdf" if output_format == ".xdv" else f"-output-format={output_format[1:]}"
    safe = ["-no-shell-escape", "-no-parse-first-line", "-halt-on-error", "-interaction=nonstopmode"]
    return [program, *safe, output, f"{_NAME}.tex"]


def _drawing(program: str, output_format: str, *, postscript: bool) -> list[str]:
    """As Manim has it drawn, but that dvisvgm's warnings are wanted."""
    options = ["--page=1", "--no-fonts", "--verbosity=3", "--cache=none"]
    if output_format == ".pdf":
        options.append("--pdf")
    if not postscript:
        options.append("--no-specials=ps")
    return [program, *options, f"--output={_NAME}.svg", f"{_NAME}{output_format}"]


def _run(command: list[str], folder: Path, kernel: Confinement) -> Generator[Program, Ended, Ended]:
    """Run a program.

    Raises:
        InterruptedError: somebody killed it, which says nothing of the document.
        OSError: it cannot be started.
    """
    ended = yield _start(command, folder, kernel)
    if not ended.over and ended.code == -signal.SIGKILL:
        raise InterruptedError
    return ended


def _start(command: list[str], folder: Path, kernel: Confinement) -> Program:
    own = ("HOME", "TMPDIR", "XDG_CACHE_HOME", "TEXMFHOME", "TEXMFVAR", "TEXMFCONFIG", "VARTEXFONTS")
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
    environment |= _TEX_SETTINGS | dict.fromkeys(own, str(folder))
    (folder / ERRORS).unlink(missing_ok=True)
    return Program(
        command, folder, kernel, environment=environment, readable=(*map(Path, _READABLE), *_trees()), bounds=_BOUNDS
    )


@cache
def _trees() -> tuple[Path, ...]:
    """The installation's trees of packages and fonts, and its settings."""
    program = shutil.which("kpsewhich")
    if program is None:
        return ()
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent"}
    found: list[Path] = []
    for variable, file in (("$TEXMF", ""), ("$TEXMFCNF", "texmf.cnf")):
        told = subprocess.run(  # noqa: S603  # no input of anybody's
            [program, f"-expand-path={variable}"], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        if told.returncode < 0:
            raise InterruptedError  # somebody killed it: what it has not said is not to be remembered
        found += [Path(path, file) for path in told.stdout.strip().split(os.pathsep) if os.path.isabs(path)]  # noqa: PTH117
    return tuple(found)


def _complaint(name: str, ended: Ended, folder: Path) -> Answer | None:
    """What to answer where a compiler did not end well."""
    if ended.over:
        return {"log": f"{name} {ended.over}"}
    if ended.code == 0:
        return None
    lines = _read(folder, f"{_NAME}.log", _LOG_BYTES).splitlines()
    first = next((number for number, line in enumerate(lines) if line.startswith("!")), None)
    if first is not None:
        return {"log": "\n".join(lines[first : first + _LOG_LINES])[:_LOG_CHARACTERS]}
    return _broken(name, ended, folder)


def _drawn(ended: Ended, folder: Path) -> Answer:
    """The drawing, or what is wrong with it."""
    if ended.over:
        return {"log": f"dvisvgm {ended.over}"}
    if found := _NO_OUTLINES.search(_read(folder, ERRORS, _LOG_BYTES)):
        return {"log": f"the font {found[1]} has no outlines on this machine (a package such as cm-super has them)"}
    svg = _read(folder, f"{_NAME}.svg", _SVG_BYTES + 1)
    if ended.code != 0 or not svg:
        return _broken("dvisvgm", ended, folder)
    if len(svg) > _SVG_BYTES:
        return {"log": f"its drawing is larger than {_SVG_BYTES >> 20} MB"}
    if "<!DOCTYPE" in svg or "<!ENTITY" in svg:
        return {"log": "its drawing declares XML entities"}
    return {"svg": svg}


def _broken(name: str, ended: Ended, folder: Path) -> Answer:
    """The answer where a program ended without saying what is wrong with the document."""
    words = _read(folder, ERRORS, _LOG_BYTES).strip().splitlines()
    said = f": {next((line for line in words if 'error' in line.lower()), words[-1]).strip()}" if words else ""
    how = f"was ended by signal {-ended.code}" if ended.code < 0 else f"ended with code {ended.code}"
    return {"log": f"{name} {how}{said}"[:_LOG_CHARACTERS]}


def _read(folder: Path, name: str, size: int) -> str:
    """The last bytes of a file that hostile code may have written; empty where there is no plain file."""
    with contextlib.suppress(ValueError), open_output(folder, Path(name).suffix, name) as file:
        os.lseek(file, max(0, os.fstat(file).st_size - size), os.SEEK_SET)
        with os.fdopen(os.dup(file), "rb") as stream:
            return stream.read(size).decode(errors="replace")
    return ""
