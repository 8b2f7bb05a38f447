"""Keys hold everything that makes a result: each thing that changes, changes them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest

from visium_graph import provenance
from visium_graph.sandbox import Job, drawn_with
from visium_graph.voices.narrate import clip_key
from visium_graph.voices.silent import SilentVoice

PAYLOAD = {
    "scene_id": "one",
    "code": "x = 1",
    "beats": [{"id": "a", "seconds": 1.0}],
    "width": 214,
    "height": 120,
    "fps": 10,
    "theme": "dark",
    "math": "mathjax",
    "assets": {},
}
KEPT = (
    provenance.fonts,
    provenance.machine,
    provenance.requirements,
    provenance.source_hash,
    provenance.tex,
    provenance.text_libraries,
    provenance.versions,
    drawn_with.drawn_with,
)


def forget() -> None:
    for answer in KEPT:
        answer.cache_clear()


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Each answer is kept for the life of a process: here, of a test."""
    forget()
    yield
    forget()


def job_key(**changes: object) -> str:
    forget()
    return Job("render", PAYLOAD | changes, Path("store")).key


def voice_key() -> str:
    forget()
    return clip_key("Some words.", SilentVoice())


@pytest.mark.parametrize(
    "change",
    [
        {"code": "x = 2"},
        {"beats": [{"id": "a", "seconds": 1.1}]},
        {"width": 216},
        {"height": 122},
        {"fps": 15},
        {"theme": "light"},
        {"math": "latex"},
        {"assets": {"assets/a.png": "0" * 64}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_job_by_its_payload(change: dict[str, object]) -> None:
    assert job_key(**change) != job_key()


def test_a_job_by_its_task_and_not_by_its_place() -> None:
    key = job_key()
    assert Job("check", PAYLOAD, Path("store")).key != key
    assert Job("render", PAYLOAD, Path("other"), folder=Path("run")).key == key


@pytest.mark.parametrize(
    "name",
    [
        "manim",
        "av",
        "numpy",
        "scipy",
        "pillow",
        "pycairo",
        "manimpango",
        "svgelements",
        "skia-pathops",
        "pygments",
        "quickjax",
        "fontpkg-lato",
        "fontpkg-jetbrains-mono",
    ],
)
def test_a_job_by_the_version_of_each_library_that_draws(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = job_key()
    found = metadata.version
    monkeypatch.setattr(metadata, "version", lambda asked: "99" if asked == name else found(asked))
    assert job_key() != before


def test_a_clip_of_sound_by_the_versions_of_its_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    before = voice_key()
    found = metadata.version
    for name in ("hibari-tts", "onnxruntime", "numpy", "scipy"):
        monkeypatch.setattr(metadata, "version", lambda asked, name=name: "99" if asked == name else found(asked))
        assert voice_key() != before


@pytest.mark.parametrize("key", [job_key, voice_key])
@pytest.mark.parametrize("change", [("sys.platform", "darwin"), ("platform.machine", lambda: "riscv64")])
def test_both_by_the_machine(
    key: Callable[[], str], change: tuple[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key()
    monkeypatch.setattr(f"visium_graph.provenance.{change[0]}", change[1])
    assert key() != before


def test_both_by_pythons_minor_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = job_key(), voice_key()
    monkeypatch.setattr(sys.implementation, "cache_tag", "cpython-399")
    assert job_key() != before[0]
    assert voice_key() != before[1]


def test_a_job_by_the_libraries_that_shape_text(monkeypatch: pytest.MonkeyPatch) -> None:
    before = job_key()
    forget()
    assert provenance.text_libraries()["libpango-1.0.so.0"] > 10000
    monkeypatch.setattr(drawn_with, "text_libraries", lambda: {"libpango-1.0.so.0": 1})
    assert job_key() != before


def test_a_job_by_the_machines_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    before = job_key()
    (tmp_path / "fonts" / "noto").mkdir(parents=True)
    assert job_key() == before
    (tmp_path / "fonts" / "noto" / "NotoSansTamil.ttf").write_bytes(b"font")
    installed = job_key()
    assert installed != before
    os.utime(tmp_path / "fonts" / "noto" / "NotoSansTamil.ttf", (0, 0))
    assert job_key() == installed
    (tmp_path / "fonts.conf").write_text("<fontconfig/>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    assert job_key() != installed


def test_a_job_with_latex_by_the_machines_latex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, other = job_key(math="latex"), job_key()
    for name in ("latex", "dvisvgm"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    installed = job_key(math="latex")
    assert installed != before
    (tmp_path / "ls-R").write_text("amsmath.sty")
    monkeypatch.setattr(provenance, "_TEX_TREES", (str(tmp_path / "ls-R").removeprefix("/"),))
    assert job_key(math="latex") != installed
    assert job_key() == other


def test_code_that_is_changed_or_new_changes_the_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stage").mkdir()
    for name in ("stage/a.py", "errors.py", "cli.py"):
        (tmp_path / name).write_text("x = 1")
    monkeypatch.setattr(provenance, "_PACKAGE", tmp_path)

    def current() -> str:
        forget()
        return provenance.source_hash("stage", "errors.py")

    seen = [current()]
    (tmp_path / "cli.py").write_text("x = 2")
    assert current() == seen[0]
    for name, text in (("stage/a.py", "x = 2"), ("errors.py", "x = 2"), ("stage/b.py", "x = 1")):
        (tmp_path / name).write_text(text)
        assert current() not in seen
        seen.append(current())


def test_the_hash_covers_every_module_that_takes_part_in_drawing() -> None:
    """Whatever of this package the preloaded process and a child of it load, but for what only moves files about."""
    code = (
        "import sys; from visium_graph.sandbox import preload; preload._import(); import visium_graph.sandbox.child; "
        "print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('visium_graph')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    package = Path(provenance.__file__).parent
    loaded = {Path(file).relative_to(package).as_posix() for file in done.stdout.split()}
    covered = set()
    for name in drawn_with.SOURCES:
        path = package / name
        covered |= {file.relative_to(package).as_posix() for file in ([path] if path.is_file() else path.rglob("*.py"))}
    assert len(loaded) > 30
    assert loaded - covered <= {"__init__.py", "provenance.py", "run.py", "settings.py", "store.py"}


def test_what_is_not_installed_is_left_out() -> None:
    assert provenance.versions("numpy", "no-such-distribution").keys() == {"numpy"}
    assert provenance.requirements("no-such-distribution") == ()
    assert {"numpy", "scipy", "manimpango"} <= set(provenance.requirements("manim"))
    assert "jupyterlab" not in provenance.requirements("manim")
