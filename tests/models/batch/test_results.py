"""Which answer is whose."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visium_graph.models.batch.results import Entry, Result, match, scene_in

NAMES = st.lists(st.text('abc-_é"\\', min_size=1, max_size=4), min_size=1, max_size=6, unique=True)


def said(text, **fields):
    return {"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}], **fields}


def answer(scene, label=None, code="x"):
    return Result(label, said(json.dumps({"scene_id": scene, "code": code})))


def entries(*scenes, named=True):
    return [Entry(f"#{scene}", scene, named) for scene in scenes]


@given(NAMES, st.data())
def test_whatever_happens_on_the_way_each_gets_its_own_or_nothing(names, data) -> None:
    """Dropped, doubled, unlabelled, wrongly labelled, failed, in any order."""
    results, gone, failed = [], set(), set()
    for name in names:
        fate = data.draw(st.sampled_from(["whole", "unlabelled", "mislabelled", "doubled", "dropped", "failed"]))
        own = answer(name, name, code=f"of {name}")
        if fate == "unlabelled":
            own = replace(own, label=None)
        elif fate == "mislabelled":
            own = replace(own, label=data.draw(st.sampled_from(names)))
        elif fate == "failed":
            own = Result(name, None, "no")
            failed.add(name)
        elif fate == "dropped":
            gone.add(name)
        results += [] if fate == "dropped" else [own, own] if fate == "doubled" else [own]
    found = match(entries(*names), data.draw(st.permutations(results)))
    assert found.keys() == {f"#{name}" for name in names if name not in gone}
    for name in names:
        if name in failed:
            assert found[f"#{name}"].error == "no"
        elif name not in gone:
            assert scene_in(found[f"#{name}"].response) == name


def test_of_two_that_say_they_are_the_same_scene_s_the_labelled_one_is() -> None:
    right, wrong = answer("a", "a", "right"), answer("a", "b", "wrong")
    found = match(entries("a", "b"), [wrong, right])
    assert found == {"#a": right}


def test_where_there_is_no_telling_nobody_gets_it() -> None:
    assert match(entries("a", "b"), [answer("a", None, "one"), answer("a", None, "other")]) == {}


def test_two_answers_that_say_the_same_are_one() -> None:
    one = answer("a")
    other = Result(None, {**said(json.dumps({"scene_id": "a", "code": "x"})), "responseId": "2"})
    assert match(entries("a"), [one, other]) == {"#a": one}


def test_an_answer_is_better_than_a_failure_of_the_same_label() -> None:
    right = answer("a", None)
    assert match(entries("a"), [Result("a", None, "no"), right]) == {"#a": right}


def test_an_answer_about_a_scene_that_is_not_there_goes_by_its_label() -> None:
    strange = answer("z", "a")
    assert match(entries("a"), [strange]) == {"#a": strange}
    assert match(entries("a"), [answer("z", None)]) == {}


def test_sound_goes_by_its_label() -> None:
    sound = {"candidates": [{"content": {"parts": [{"inlineData": {"data": "AA", "mimeType": "audio/wav"}}]}}]}
    results = [Result("b", sound), Result("a", {**sound, "responseId": "other"}), Result(None, sound)]
    found = match(entries("a", "b", named=False), results)
    assert found == {"#a": results[1], "#b": results[0]}


def test_what_sound_says_of_scenes_does_not_count() -> None:
    """A label is all there is, even where a text comes with it."""
    assert match(entries("a", "b", named=False), [answer("a", "b")]).keys() == {"#b"}


@pytest.mark.parametrize(
    ("response", "scene"),
    [
        (said('{"scene_id": "a"}'), "a"),
        (said('```json\n{"scene_id": "a\\u00e9"}\n```'), "aé"),
        (said('{"code": "x", "scene_id": "a", "more": "cut of'), "a"),
        (said('{"scene_id": "a'), None),
        (said('{"scene_id": 7}'), None),
        (said("[1]"), None),
        (said("no"), None),
        (said("[" * 100_000), None),
        ({"candidates": [{"content": {"parts": [{"text": '{"scene_id": "t"}', "thought": True}]}}]}, None),
        ({"candidates": [{"content": {"parts": [{"text": '{"scene'}, {"text": '_id": "a"}'}]}}]}, "a"),
        ({"candidates": [{"content": {"parts": [{"functionCall": {"args": {"scene_id": "a"}}}]}}]}, "a"),
        ({"candidates": [{"content": {"parts": None}}]}, None),
        ({"candidates": [{"finishReason": "SAFETY"}]}, None),
        ({"candidates": 7}, None),
        ({"promptFeedback": {}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_what_a_response_says_it_is_about(response, scene) -> None:
    assert scene_in(response) == scene


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["candidates", "content", "parts", "text", "functionCall", "args", "scene_id"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["candidates", "usageMetadata"]), JSON))
def test_no_response_trips_the_reading(response) -> None:
    scene_in(response)
    assert isinstance(Result("a", response).tokens, int)
    match(entries("a"), [Result("a", response)])
