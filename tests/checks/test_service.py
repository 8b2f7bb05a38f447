"""Files in, reports out: fixes that help are kept, those that harm are not, and nothing about a file raises."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visium_graph.checks import service
from visium_graph.checks.dry_run import dry_runs, scene_names
from visium_graph.checks.finding import Edit, Finding, Fix
from visium_graph.checks.service import check_file, check_files, check_text, fix_text
from visium_graph.timing import BeatTiming, SceneTiming, Timing

HEAD = "from manim import *\n\n\nclass A(Scene):\n    def construct(self):\n"
GOOD = HEAD + "        self.play(Create(Circle()))\n        self.wait()\n"
FIXABLE = HEAD + "        self.play(ShowCreation(Circle()))\n        self.wait()\n"


def rules(findings):
    return [finding.rule for finding in findings]


def put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_good_code_has_no_findings():
    assert check_text(GOOD) == []


def test_fixes_are_applied_until_nothing_is_left_to_repair():
    fixed = fix_text(FIXABLE + "        self.play(ShowCreation(Square()))\n")
    assert fixed.findings == []
    assert len(fixed.repaired) == 2
    assert fixed.source == GOOD + "        self.play(Create(Square()))\n"


def test_text_without_fixes_comes_back_as_it_is():
    source = HEAD + "        self.add(Circle(nonsense=1))\n"
    fixed = fix_text(source)
    assert (fixed.source, fixed.repaired, rules(fixed.findings)) == (source, [], ["unknown-keyword"])


def says(word: str, text: str, rule: str = "unknown-name"):
    """A check that proposes to write `text` for every `word`."""

    def check(source: str, file: str = "scene.py"):
        found = []
        for number, line in enumerate(source.split("\n"), 1):
            column = line.find(word) + 1
            if column:
                edit = Edit(line=number, column=column, end_line=number, end_column=column + len(word), text=text)
                found.append(Finding(file=file, line=number, rule=rule, message=f"no {word}", fix=Fix(edits=[edit])))
            if "boom" in line:
                found.append(Finding(file=file, line=number, rule="unknown-name", message="no boom"))
        return found

    return check


def test_a_fix_that_brings_a_new_error_is_not_kept(monkeypatch):
    monkeypatch.setattr(service, "check_source", says("foo", "boom"))
    fixed = fix_text("foo\n")
    assert (fixed.source, fixed.repaired) == ("foo\n", [])


def test_one_bad_fix_does_not_spoil_the_others(monkeypatch):
    bad, good = says("foo", "boom"), says("bar", "baz")
    monkeypatch.setattr(service, "check_source", lambda source, file: bad(source, file) + good(source, file)[:9])
    fixed = fix_text("foo\nbar\nbar\n")
    assert fixed.source == "foo\nbaz\nbaz\n"
    assert [finding.line for finding in fixed.repaired] == [2, 3]


def test_a_fix_that_settles_nothing_ends(monkeypatch):
    monkeypatch.setattr(service, "check_source", says("foo", "foo_foo"))
    assert fix_text("foo\n").source == "foo\n"


@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_what_is_too_deep_is_said_plainly(monkeypatch, error):
    def fail(_source, _file):
        raise error

    monkeypatch.setattr(service, "check_source", fail)
    (finding,) = check_text("x = 1\n")
    assert (finding.rule, finding.severity) == ("too-deep", "warning")
    (finding,) = check_text("x = " + "-" * 100_000 + "1\n")
    assert (finding.rule, finding.severity) == ("syntax", "error")


@given(st.text(max_size=60))
def test_any_text_gives_findings(text):
    found = check_text(text)
    assert found
    assert all(isinstance(finding, Finding) for finding in found)


def test_reports_keep_the_order_and_name_each_file_once(tmp_path):
    files = [put(tmp_path / f"{name}.py", text) for name, text in (("b", GOOD), ("a", FIXABLE), ("c", "x = ("))]
    reports = list(check_files([*files, tmp_path / "nowhere.py", files[0]]))
    assert [report.path.name for report in reports] == ["b.py", "a.py", "c.py", "nowhere.py"]
    assert [report.errors for report in reports] == [0, 1, 1, 1]
    assert all(finding.file == str(report.path) for report in reports for finding in report.findings)


def test_in_processes_the_same_comes_out(tmp_path, monkeypatch):
    files = [put(tmp_path / f"{number}.py", FIXABLE if number % 3 else GOOD) for number in range(8)]
    alone = list(check_files(files))
    monkeypatch.setattr(service, "_WORTH_PROCESSES", 1)
    monkeypatch.setattr(service.threading, "active_count", lambda: 1)
    assert list(check_files(files)) == alone


def test_without_fix_nothing_is_written(tmp_path):
    path = put(tmp_path / "a.py", FIXABLE)
    report = check_file(path)
    assert (report.fixed, report.errors) == (0, 1)
    assert path.read_text() == FIXABLE


def test_a_fix_that_cannot_be_written_is_a_finding(tmp_path, monkeypatch):
    path = put(tmp_path / "a.py", FIXABLE)
    monkeypatch.setattr(service, "write_text", lambda _file, _text: "the disk is full")
    report = check_file(path, fix=True)
    assert report.fixed == 0
    assert "unwritable" in rules(report.findings)
    assert len(report.findings) == 2


def test_geometry_runs_every_scene_of_a_file(tmp_path, tiny_settings):
    path = put(
        tmp_path / "two.py",
        GOOD + "\n\nclass B(Scene):\n    def construct(self):\n        self.play(Create(Circle()), run_time=1 / 0)\n",
    )
    broken = put(tmp_path / "broken.py", "x = (")
    report, other = check_files([path, broken], geometry=True, settings=tiny_settings)
    assert [(finding.rule, finding.line) for finding in report.findings] == [("exception", 12)]
    assert rules(other.findings) == ["syntax"]
    assert check_file(put(tmp_path / "good.py", GOOD), geometry=True, settings=tiny_settings).findings == []


def test_a_scene_finds_its_pictures_and_modules(tmp_path, tiny_settings):
    from PIL import Image

    Image.new("RGB", (8, 8)).save(tmp_path / "dot.png")
    put(tmp_path / "helpers.py", "from manim import Circle\n\n\ndef ring():\n    return Circle()\n")
    code = (
        "from helpers import ring\n" + HEAD + "        self.add(ring(), ImageMobject('dot.png'))\n        self.wait()\n"
    )
    report = check_file(put(tmp_path / "a.py", code), geometry=True, settings=tiny_settings)
    assert report.findings == []


def test_a_fix_under_which_a_scene_no_longer_runs_is_not_kept(tmp_path, tiny_settings, monkeypatch):
    monkeypatch.setattr(service, "check_source", says("Circle", "Cirkle", rule="near-name"))
    path = put(tmp_path / "a.py", GOOD)
    report = check_file(path, geometry=True, fix=True, settings=tiny_settings)
    assert report.fixed == 0
    assert path.read_text() == GOOD
    assert rules(report.findings) == ["near-name"]
    assert check_file(path, fix=True, settings=tiny_settings).fixed == 1


def test_scenes_of_a_file_by_their_form():
    code = """
class Base(ThreeDScene):
    def helper(self): ...
class Shared(Scene):
    def construct(self): ...
class First(Base):
    def construct(self): ...
if True:
    class Second(Shared): ...
class Talk(visium_graph.stage.Slide):
    def construct(self): ...
class Data: ...
class Shape(VGroup):
    def construct(self): ...
"""
    assert scene_names(ast.parse(code)) == ["Shared", "First", "Second", "Talk"]
    many = "class C0(Scene): ...\n" + "".join(f"class C{n}(C{n - 1}, C{n - 1}): ...\n" for n in range(1, 60))
    assert scene_names(ast.parse(many)) == []


def test_a_scene_of_a_run_is_run_with_its_narration(tmp_path, tiny_settings):
    (tmp_path / "scenes").mkdir()
    (tmp_path / "assets").mkdir()
    put(tmp_path / "assets" / "note.txt", "words")
    timing = Timing(scenes=[SceneTiming(id="why", beats=[BeatTiming(id="a", seconds=2.5)])])
    timing.write(tmp_path / "timing.json")
    code = GOOD + "# assets\nx = 'assets/note.txt'\n"
    (job,) = dry_runs(tmp_path / "scenes" / "why.py", code, ast.parse(code), tiny_settings)
    assert (job.payload["scene_id"], job.folder) == ("why", tmp_path)
    assert job.payload["beats"] == [{"id": "a", "seconds": 2.5}]
    assert list(job.payload["assets"]) == ["assets/note.txt"]
    (plain,) = dry_runs(tmp_path / "scenes" / "other.py", code, ast.parse(code), tiny_settings)
    assert (plain.payload["scene_id"], plain.payload["beats"]) == ("A", [])
