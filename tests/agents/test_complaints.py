"""Which complaints of a reviewer stand, and which the checks, the plan or the frame contradict."""

from __future__ import annotations

from typing import get_args

import pytest

from visium_graph.agents.complaints import MEASURED, Complaint, Evidence, Kind, Review
from visium_graph.checks.finding import Finding
from visium_graph.storyboard import Scene

BEATS = [
    {"id": "ask", "say": "Which square is larger?", "reveal": ["small"]},
    {"id": "fill", "say": "Fill them.", "reveal": ["area"]},
    {"id": "law", "say": "So both are the same.", "reveal": ["law", "small"]},
]
PARTS = [
    {"id": "small", "text": "the small square"},
    {"id": "area", "text": "$a^{2}$ and $b^2$"},
    {"id": "law", "text": "$a^2 + b^2 = c^2$"},
]
TEXTS = [["Squares"], ["Squares", "a^2", "the areas $a^2$ and $b^2$"], ["Squares", r"a^2 + b^2 = c^2", r"\text{law}"]]


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene.model_validate(
        {"id": "squares", "title": "Squares", "beats": BEATS, "layout": {"kind": "custom", "parts": PARTS}}
    )


def complaint(kind: str, beat: str = "fill", *objects: str) -> Complaint:
    return Complaint(beat=beat, objects=list(objects), kind=kind, problem="it is wrong", wish="draw it right")


def finding(rule: str, message: str = "wrong", severity: str = "error") -> Finding:
    return Finding(file="scenes/squares.py", rule=rule, message=message, severity=severity)


@pytest.mark.parametrize("kind", sorted(MEASURED))
def test_what_is_measured_needs_a_measurement(scene, kind: str) -> None:
    assert Evidence(scene, []).contradicts(complaint(kind))
    other = "exception" if kind != "timing" else "off-frame"
    assert Evidence(scene, [finding(other)]).contradicts(complaint(kind))
    for rule in MEASURED[kind]:
        assert not Evidence(scene, [finding(rule, severity="warning")]).contradicts(complaint(kind))
        assert Evidence(scene, [finding(rule, severity="info")]).contradicts(complaint(kind))


def test_a_measurement_of_a_later_beat_says_nothing_of_this_one(scene) -> None:
    evidence = Evidence(scene, [finding("text-overlap", "they overlap (from 3.0 s to 5.0 s, beat 1) [`a`, line 9]")])
    assert evidence.contradicts(complaint("overlap", "ask"))
    assert not evidence.contradicts(complaint("overlap", "fill"))
    assert not evidence.contradicts(complaint("overlap", "law"))  # it may well last


def test_every_measured_rule_is_documented(project) -> None:
    documented = (project / "docs" / "checks.md").read_text(encoding="utf-8")
    for rules in MEASURED.values():
        for rule in rules:
            assert f"\n### {rule}" in documented, rule
    assert MEASURED.keys() < set(get_args(Kind))


@pytest.mark.parametrize("kind", ["missing", "too-late"])
@pytest.mark.parametrize(
    ("beat", "objects", "contradicted"),
    [
        ("fill", ["law"], True),  # planned for later
        ("fill", ["`area`"], True),  # measured on that frame, in another spelling and within a longer text
        ("fill", ['"a²"'], True),
        ("law", ['"law"'], True),
        ("law", ["law"], True),
        ("fill", ["area", '"c²"'], False),  # one of two is not there
        ("ask", ["small"], False),  # planned, and not measured
        ("fill", ["the small square"], False),  # a shape's name is no text
        ("law", ["Squares"], False),  # likewise, although a text says it
        ("law", ['"a"'], False),  # a letter within a formula is not the letter that is missed
        ("ask", [], False),
    ],
)
def test_what_is_missing(scene, kind: str, beat: str, objects: list[str], contradicted: bool) -> None:
    assert Evidence(scene, [], TEXTS).contradicts(complaint(kind, beat, *objects)) is contradicted


@pytest.mark.parametrize(
    ("beat", "objects", "contradicted"),
    [
        ("ask", ["small"], True),  # the plan wants it there
        ("ask", ['"a²"'], True),  # measured on later frames only
        ("ask", ["small", "law"], True),
        ("fill", ["law"], True),  # not on this frame, on the next
        ("fill", ['"a² and b²"'], False),  # it is there
        ("ask", ["the answer"], False),
        ("ask", ['"d²"'], False),  # never measured: perhaps spelt otherwise
        ("ask", [], False),
    ],
)
def test_what_comes_too_early(scene, beat: str, objects: list[str], contradicted: bool) -> None:
    assert Evidence(scene, [], TEXTS).contradicts(complaint("too-early", beat, *objects)) is contradicted


def test_without_measured_texts_only_the_plan_decides(scene) -> None:
    evidence = Evidence(scene, [])
    assert evidence.contradicts(complaint("missing", "ask", "law"))
    assert not evidence.contradicts(complaint("missing", "fill", "area"))
    assert not evidence.contradicts(complaint("too-early", "ask", "law"))


def test_parts_that_no_beat_names_are_nobodys_plan(scene) -> None:
    beats = [{**beat, "reveal": []} for beat in BEATS]
    unplanned = Scene.model_validate({**scene.model_dump(), "beats": beats})
    assert not Evidence(unplanned, []).contradicts(complaint("missing", "ask", "law"))


@pytest.mark.parametrize("kind", ["says-otherwise", "wrong-label", "misleading", "confusing"])
def test_what_is_for_judgement_stands(scene, kind: str) -> None:
    assert not Evidence(scene, [], TEXTS).contradicts(complaint(kind, "fill", "area"))


def test_the_schema_asks_to_look_before_to_judge() -> None:
    schema = Review.model_json_schema()
    assert list(schema["properties"]) == ["scene_id", "seen", "complaints", "verdict"]
    assert schema["required"] == list(schema["properties"])
    assert set(schema["$defs"]) == {"Complaint"}
    assert schema["$defs"]["Complaint"]["properties"]["kind"]["enum"] == list(get_args(Kind))
