"""The template coder: the code it writes says what the storyboard says, and the ladder ends in something that works."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visium_graph.agents.coder import class_name, drafts, previous_title, template_code
from visium_graph.agents.reviewer import accepts
from visium_graph.agents.scene_file import is_hand_written, stamp, unstamped
from visium_graph.checks.finding import Finding
from visium_graph.layouts import TitleLayout
from visium_graph.storyboard import Scene, Storyboard

FORMULA = {"kind": "formula", "parts": [{"id": "s", "latex": "a^2 + b^2\n= c^2", "note": "for $90^\\circ$"}]}
BULLETS = {"kind": "bullets", "parts": [{"id": "p", "text": "costs $x$ dollars"}, {"id": "q", "text": "plain"}]}


def make_scene(**changes):
    data = {"id": "why-it-works", "title": "Why?", "beats": [{"id": "a", "say": "First."}, {"id": "b", "say": "Then."}]}
    return Scene.model_validate(data | {"layout": BULLETS} | changes)


def board(*scenes):
    return Storyboard(title="Board", scenes=list(scenes))


def calls(code, name):
    tree = ast.parse(code)
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == name]


TEXT = st.text(min_size=1, max_size=60).filter(lambda text: text.strip())


@given(title=TEXT, texts=st.lists(TEXT, min_size=1, max_size=4), say=TEXT)
def test_code_carries_any_text_exactly(title, texts, say):
    parts = [{"id": f"p{i}", "text": text} for i, text in enumerate(texts)]
    scene = make_scene(title=title, layout={"kind": "bullets", "parts": parts}, beats=[{"id": "a", "say": say}])
    (call,) = calls(template_code(scene, scene.layout), "layout")
    arguments = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    assert arguments["title"] == scene.title
    assert [part["text"] for part in arguments["parts"]] == [part.text for part in scene.layout.parts]


def test_one_beat_block_a_beat_and_every_part_revealed():
    scene = make_scene()
    code = template_code(scene, scene.layout, theme="light", after="Before")
    assert [ast.literal_eval(call.args[0]) for call in calls(code, "beat")] == [0, 1]
    assert [ast.literal_eval(arg) for call in calls(code, "reveal") for arg in call.args] == ["p", "q"]
    assert "theme = 'light'" in code
    assert "after='Before'" in code


@pytest.mark.parametrize(
    ("changes", "by_hand", "expected"),
    [
        ({}, None, [("template", "template"), ("fallback", "plain-template"), ("title", "title")]),
        ({"code": "x = 1"}, None, [("coded", "storyboard"), ("fallback", "template"), ("fallback", "plain-template"), ("title", "title")]),
        ({"code": "x = 1"}, "y = 2", [("coded", "hand"), ("coded", "storyboard"), ("fallback", "template"), ("fallback", "plain-template"), ("title", "title")]),
        ({"layout": {"kind": "custom", "brief": "draw"}}, None, [("title", "title")]),
        ({"layout": {"kind": "custom"}, "fallback": {"kind": "title"}}, None, [("fallback", "template"), ("title", "title")]),
    ],
)  # fmt: skip
def test_the_ladder(changes, by_hand, expected):
    scene = make_scene(**changes)
    ladder = drafts(scene, board(scene), "dark", by_hand)
    assert [(draft.outcome, draft.coder) for draft in ladder] == expected


def test_formulas_can_be_shown_as_their_source():
    scene = make_scene(layout=FORMULA)
    plain = drafts(scene, board(scene), "dark")[1].code
    (call,) = calls(plain, "layout")
    arguments = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    assert ast.literal_eval(call.args[0]) == "code"
    assert arguments["source"] == "a^2 + b^2\n= c^2"
    assert arguments["parts"] == [{"id": "s", "lines": [1, 2], "note": "for 90^\\circ"}]


def test_previous_title_stands_only_after_a_template():
    first, title, coded, last = (
        make_scene(id="a"),
        make_scene(id="b", layout={"kind": "title"}),
        make_scene(id="c", code="x"),
        make_scene(id="d"),
    )
    storyboard = board(first, title, coded, last)
    assert [previous_title(storyboard, scene) for scene in storyboard.scenes] == [None, "Why?", None, None]


def test_class_names():
    assert class_name("why-it_works2") == "SceneWhyItWorks2"
    assert template_code(make_scene(), TitleLayout(kind="title")).count("class SceneWhyItWorks(Slide):") == 1


@given(st.text(max_size=200))
def test_stamped_files_are_known_and_edits_noticed(code):
    code = code.replace("\r", "")
    text = stamp(code)
    assert not is_hand_written(text)
    assert unstamped(text) == code
    assert is_hand_written(text + "# mine\n")
    assert is_hand_written(code) or code.startswith("# visium_graph scene")


@pytest.mark.parametrize(
    ("coder", "rule", "severity", "accepted"),
    [
        ("storyboard", "off-frame", "error", False),
        ("storyboard", "off-frame", "warning", True),
        ("hand", "off-frame", "error", True),
        ("template", "text-overlap", "error", True),
        ("template", "formula", "error", False),
        ("hand", "time-limit", "error", False),
    ],
)
def test_who_is_blocked_by_what(coder, rule, severity, accepted):
    assert accepts(coder, [Finding(file="f", rule=rule, severity=severity, message="m")]) is accepted
