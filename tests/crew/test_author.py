"""The scripted author alone: the same question has the same answer, and repairs do what its plan says."""

from __future__ import annotations

import json

import pytest

from tests.crew.author import CrewAuthor, role_of
from tests.crew.mistakes import mistakes
from tests.gemini.call import Call, digest
from tests.gemini.content import as_answer
from visium_graph.agents.coder_model import Assignment, repair_request, write_request
from visium_graph.agents.patches import LineEdit, apply_edits, editable
from visium_graph.checks.finding import Finding
from visium_graph.models import Turn
from visium_graph.models.answers import Missing, schema_of, with_reason
from visium_graph.storyboard import Storyboard

SEED = 5


def call_of(request, turns=None):
    """The call that a request of the crew arrives as."""
    contents = [
        {"role": "model" if turn.speaker == "assistant" else "user", "parts": [{"text": turn.text}]}
        for turn in turns or request.turns
    ]
    config = {"responseJsonSchema": schema_of(request.answer)}
    body = {
        "systemInstruction": {"parts": [{"text": request.system}]},
        "contents": contents,
        "generationConfig": config,
    }
    return Call("generate", "gemini-3.8-flash", body, digest("gemini-3.8-flash", body))


def said(author, call):
    return json.loads(as_answer(author(call)).text)


def found_lecture(author, habit):
    """A lecture with a custom scene of that habit, and the scene."""
    for number in range(1, 200):
        for scene in author.lecture(number).scenes:
            if scene.habit == habit and scene.kind == "custom":
                return author.lecture(number), scene
    raise AssertionError


def assignment(lecture, planned):
    scenes = [
        {
            "id": scene.scene_id,
            "title": scene.title,
            "beats": [{"id": f"b{number}", "say": text} for number, text in enumerate(scene.says, start=1)],
            "layout": {"kind": "custom", "brief": "Three things side by side."},
        }
        for scene in lecture.scenes
    ]
    board = Storyboard.model_validate({"title": lecture.title, "scenes": scenes})
    return Assignment(board.scene(planned.scene_id), board, "dark", [1.0] * len(planned.says))


def wrong_in(code, planned):
    """Names of the planned mistakes whose lines all stand in the code."""
    lines = {line.strip() for line in code.split("\n")}
    names = {name for draft in planned.drafts for name in draft}
    return {name for name in names if {line.strip() for line in mistakes()[name].lines} <= lines}


@pytest.fixture
def author():
    return CrewAuthor(SEED, slips=0)


def test_the_same_request_has_the_same_answer_and_counts_once(author):
    lecture, scene = found_lecture(author, "at-once")
    call = call_of(write_request(assignment(lecture, scene), round=0))
    assert role_of(call) == "coder"
    assert author(call) == author(call)
    assert author.asked == {"coder": 1}
    assert said(author, call)["code"] == scene.code(0)
    assert wrong_in(scene.code(0), scene) == set(scene.drafts[0])


@pytest.mark.parametrize("scope", ["lines", "block"])
@pytest.mark.parametrize("habit", ["at-once", "wrongly", "worse", "bit-by-bit"])
def test_edits_turn_a_draft_into_the_next(author, habit, scope):
    lecture, scene = found_lecture(author, habit)
    task = assignment(lecture, scene)
    code = said(author, call_of(write_request(task, round=0)))["code"]
    for number in range(1, len(scene.drafts)):
        place = next(n for n, line in enumerate(code.split("\n"), start=1) if "# Draft" in line)
        findings = [Finding(file="scene.py", line=place + 1, rule="text-overlap", message="two texts overlap")]
        answer = said(author, call_of(repair_request(task, code, findings, round=number, scope=scope)))
        edits = [LineEdit.model_validate(edit) for edit in answer["edits"]]
        code = apply_edits(code, edits, editable(code, findings, scope))
        assert wrong_in(code, scene) == set(scene.drafts[number])
    assert code == scene.code(len(scene.drafts) - 1)


def test_a_question_put_again_is_the_same_question(author):
    lecture, scene = found_lecture(author, "wrongly")
    request = write_request(assignment(lecture, scene), round=0)
    first = said(author, call_of(request))
    for missing in (Missing("empty", "Your answer was empty"), Missing("truncated", "It stops", '{"scene_id": "v')):
        again = call_of(request, with_reason(request.turns, missing))
        assert again.digest != call_of(request).digest
        assert said(author, again) == first
    assert author.asked == {"coder": 1}
    assert author.again == {"coder": 2}


def test_an_answer_refused_for_what_it_says_is_followed_by_the_next_draft(author):
    lecture, scene = found_lecture(author, "wrongly")
    request = write_request(assignment(lecture, scene), round=0)
    text = as_answer(author(call_of(request))).text
    turns = with_reason(request.turns, Missing("unfit", "It is no module", text))
    assert said(author, call_of(request, turns))["code"] == scene.code(1)


def test_slips_are_made_once():
    author, proper = CrewAuthor(SEED, slips=1.0), CrewAuthor(SEED, slips=0)
    kinds = set()
    for number in range(1, 30):
        lecture = author.lecture(number)
        scene = next(one for one in lecture.scenes if one.kind == "custom")
        request = write_request(assignment(lecture, scene), round=0)
        wanted = said(proper, call_of(request))
        text = as_answer(author(call_of(request))).text
        assert text != json.dumps(wanted)
        kinds |= author.slipped.keys()
        again = with_reason(request.turns, Missing("malformed", "Your answer is not valid JSON", text))
        assert said(author, call_of(request, again)) == wanted
    assert kinds == {"refusal", "broken", "prose", "wrong-scene"}


def test_a_request_that_says_nothing_of_its_scene_is_told(author):
    lecture, scene = found_lecture(author, "right")
    request = write_request(assignment(lecture, scene), round=0)
    with pytest.raises(AssertionError, match="says nothing of what it is about"):
        author(call_of(request, [Turn("user", "Write something.")]))
