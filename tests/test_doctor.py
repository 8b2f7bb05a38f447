"""The doctor sees what is there, and says what to do about what is not."""

from __future__ import annotations

import builtins
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.gemini.server import KEY, GeminiServer
from visium_graph import doctor
from visium_graph.doctor import Check, examine, summary_ok
from visium_graph.settings import Settings

REQUIRED = {"python", "python packages", "manim", "encoders", "formulas", "cache folder", "scratch folder"}


@pytest.fixture(scope="module")
def checks() -> dict[str, Check]:
    return {check.name: check for check in examine()}


def test_a_machine_that_runs_the_tests_is_well(checks: dict[str, Check]) -> None:
    for name in REQUIRED:
        assert checks[name].ok is True, checks[name]
    assert summary_ok(checks.values())


def test_remedies_are_for_what_is_amiss(checks: dict[str, Check]) -> None:
    for check in checks.values():
        assert check.detail
        assert bool(check.remedy) == (check.ok is not True), check


def test_only_what_is_required_makes_the_summary_bad() -> None:
    fine, absent, missing = Check("a", True, "x"), Check("b", None, "x", "y"), Check("c", False, "x", "y")
    assert summary_ok([fine, absent])
    assert not summary_ok([fine, absent, missing])


def without(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """Importing the package fails as it does where its shared libraries are missing."""
    real = builtins.__import__

    def refuse(name: str, *arguments: Any, **keywords: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(f"lib{package}.so: cannot open shared object file")
        return real(name, *arguments, **keywords)

    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", refuse)


@pytest.mark.parametrize(
    ("package", "look", "remedy"),
    [
        ("cairo", doctor._manim, "libcairo2-dev"),
        ("manimpango", doctor._fonts, "libpango1.0-dev"),
        ("av", doctor._encoders, "pip install"),
        ("quickjax", doctor._mathjax, "pip install"),
    ],
)
def test_a_library_that_does_not_load(monkeypatch: pytest.MonkeyPatch, package: str, look: Any, remedy: str) -> None:
    without(monkeypatch, package)
    check = look()
    assert check.ok is False
    assert f"lib{package}.so" in check.detail
    assert remedy in check.remedy


def test_versions_outside_the_range_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = doctor.metadata.version

    def version(name: str) -> str:
        if name == "jinja2":
            raise doctor.metadata.PackageNotFoundError(name)
        return "0.19.0" if name == "manim" else real(name)

    monkeypatch.setattr(doctor.metadata, "version", version)
    check = doctor._packages()
    assert check.ok is False
    assert "manim 0.19.0 (wanted <0.23,>=0.22)" in check.detail
    assert "jinja2 is missing" in check.detail


def test_optional_programs_are_never_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert (doctor._latex().ok, doctor._second_voice().ok) == (None, None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert doctor._latex().ok is True


def test_a_voice_that_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "hibari")
    check = doctor._voice()
    assert check.ok is None
    assert "libhibari.so" in check.detail


def test_missing_fonts_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import fontpkg
    import manimpango

    def absent(name: str) -> Any:
        raise fontpkg.FamilyNotInstalled(name)

    monkeypatch.setattr(manimpango, "list_fonts", lambda: ["Lato"])
    monkeypatch.setattr(fontpkg, "family", absent)
    check = doctor._fonts()
    assert check.ok is None
    assert check.detail.startswith("JetBrains Mono not found")


def test_a_cache_folder_that_cannot_be_made(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way", encoding="utf-8")
    check = doctor._folder("cache folder", file / "cache", "set VISIUM_CACHE_DIR")
    assert check.ok is False
    assert "VISIUM_CACHE_DIR" in check.remedy


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=10 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    check = doctor._folder("cache folder", tmp_path / "cache", "set VISIUM_CACHE_DIR")
    assert check.ok is False
    assert "10 MB free" in check.detail


def test_more_workers_than_memory_bears() -> None:
    check = doctor._machine(Settings(workers=256))
    assert check.ok is None
    assert "VISIUM_WORKERS=" in check.remedy
    assert doctor._machine(Settings(workers=1)).ok is True


def test_models_are_tried_where_there_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = doctor._models(Settings())
    assert absent.ok is None
    assert "GOOGLE_API_KEY" in absent.remedy
    with GeminiServer() as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        monkeypatch.setenv("GOOGLE_API_KEY", "no key of ours")
        assert doctor._models(Settings()).ok is False
        monkeypatch.setenv("GOOGLE_API_KEY", KEY)
        found = doctor._models(Settings())
        assert (found.ok, found.detail) == (True, "google_genai:gemini-3.8-flash")
        assert set(server.log.counts()) == {"model_get"}
