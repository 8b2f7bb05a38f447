"""What models took, as the report and the command show it."""

from __future__ import annotations

import json

import pytest

from visium_graph.export.report import Report, SceneReport, report_html
from visium_graph.export.usage import parse_usage, tidied, usage_lines
from visium_graph.models.request import Tokens
from visium_graph.models.usage import Sum, Usage


def took(calls: int, tokens: tuple[int, int], cost: float | None, **more) -> Sum:
    return Sum(calls=calls, tokens=Tokens(*tokens), cost=cost, seconds=10.0 * calls, **more)


@pytest.fixture
def usage() -> Usage:
    roles = {
        "voice": took(3, (90, 4000), 0.036),
        "coder": took(12, (48_210, 21_050), 0.1 + 0.2, stored=2, failed=1),
        "script": took(1, (2_310, 1_904), None),
    }
    scenes = {"proof": took(9, (40_000, 20_000), 0.25, stored=2)}
    return Usage(took(16, (50_610, 26_954), 0.336, stored=2, failed=1), roles, scenes, ("ollama:qwen3",))


@pytest.fixture
def report(usage: Usage) -> Report:
    scenes = [
        SceneReport(
            id="proof", title="Proof", outcome="coded", coder="model", model="google_genai:gemini-3.8-flash", thinking=False, reviews=1
        ),
        SceneReport(id="recap", title="Recap", outcome="template"),
    ]  # fmt: skip
    return Report(title="Squares", quality="draft", voice="gemini", duration=80, scenes=scenes, usage=tidied(usage))


def test_the_table_for_a_terminal(usage: Usage) -> None:
    assert usage_lines(usage) == [
        "models  calls  tokens in  tokens out     cost  seconds",
        "script      1      2,310       1,904  unknown       10",
        "coder      12     48,210      21,050  $0.3000      120",
        "voice       3         90       4,000  $0.0360       30",
        "total      16     50,610      26,954  $0.3360      160",
        "answers from the store: 2",
        "answers that could not be used: 1",
        "without ollama:qwen3, whose price is not known (see the setting `prices`)",
    ]


def test_a_second_run_says_that_nothing_was_paid() -> None:
    again = Sum(stored=7, cost=0.0)
    assert usage_lines(Usage(again, {"coder": again}, {}, ()))[1:] == [
        "coder       0          0           0    $0        0",
        "total       0          0           0    $0        0",
        "answers from the store: 7",
    ]


def test_where_no_model_was_asked_there_is_nothing_to_say() -> None:
    assert tidied(Usage(Sum(), {}, {}, ())) is None
    assert usage_lines(None) == []


def test_the_report_keeps_it(report: Report) -> None:
    data = json.loads(report.model_dump_json())
    assert Report.model_validate(data) == report
    assert parse_usage(data["usage"]) == report.usage
    assert data["usage"]["roles"]["coder"]["cost"] == 0.3  # not 0.30000000000000004
    assert data["usage"]["scenes"]["proof"]["tokens"] == {"input": 40000, "output": 20000, "thought": 0, "cached": 0}
    assert (data["scenes"][0]["model"], data["scenes"][0]["thinking"]) == ("google_genai:gemini-3.8-flash", False)


def test_reports_of_earlier_versions_can_be_read(report: Report) -> None:
    data = json.loads(report.model_dump_json())
    del data["usage"]
    for scene in data["scenes"]:
        for name in ("model", "thinking", "reviews"):
            del scene[name]
    old = Report.model_validate(data)
    assert old.usage is None
    assert "Tokens" not in report_html(old)


def test_the_page_shows_it_by_role_and_by_scene(report: Report) -> None:
    page = report_html(report)
    for text in (
        "code by google_genai:gemini-3.8-flash, without thinking · 1 round for the reviewer · 2 answers from the store",
        "60,000",
        "$0.2500",
        "48,210",
        "21,050",
        "<td>voice</td>",
        "Without ollama:qwen3, whose price is not known.",
        "Answers from the store were paid for before.",
    ):
        assert text in page, text
    assert page.count("<tr") == page.count("</tr>") == 1 + 2 * 2 + 1 + 4
