from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from visium_graph.export.report import Report, SceneReport, report_html, write_report
from visium_graph.run import Run


@pytest.fixture
def report() -> Report:
    scenes = [
        SceneReport(id="intro", title="Why $a^2$ <works>", outcome="template", rounds=1, seconds=75.4, frames=754),
        SceneReport(
            id="proof", title="Proof", outcome="fallback", rounds=3, seconds=5, frames=50, note="its code did not draw"
        ),
    ]
    return Report(
        title="Squares & sums", source="notes.md", quality="draft", voice="hibari", duration=80.4, elapsed=31.2, scenes=scenes,
        warnings=["the voice <b>failed</b>"], left_out=["a table of 80 rows"], versions={"manim": "0.22.0"},
    )  # fmt: skip


class Loads(HTMLParser):
    """What a page loads, and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.sources += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in {"meta", "img", "link", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_tells_what_happened_and_escapes_it(report: Report) -> None:
    page = report_html(report)
    for text in (
        "Squares &amp; sums",
        "Why a² &lt;works&gt;",
        "the voice &lt;b&gt;failed",
        "a table of 80 rows",
        "1 of 2",
        "1:20",
        "1:15",
        "its code did not draw",
    ):
        assert text in page
    assert "<works>" not in page


def test_the_page_is_well_formed_and_loads_nothing_from_elsewhere(report: Report) -> None:
    for contact, video in ((False, False), (True, True)):
        parser = Loads()
        parser.feed(report_html(report, contact=contact, video=video))
        assert parser.open == []
        assert set(parser.sources) == ({"contact.png", "video.mp4"} if contact else set())


def test_both_files_are_written(report: Report, tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run")
    write_report(run, report)
    data = json.loads(run.report.read_text(encoding="utf-8"))
    assert Report.model_validate(data) == report
    assert data["created"].endswith("Z")
    assert (run.folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_scenes_not_as_planned(report: Report) -> None:
    assert [scene.id for scene in report.fallen_back] == ["proof"]
