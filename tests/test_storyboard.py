"""The storyboard: its contract, its messages, and what it does with any input at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visium_graph.errors import InputError
from visium_graph.storyboard import Scene, load_storyboard, parse_storyboard, storyboard_schema


def scene(**changes):
    data = {
        "id": "one",
        "title": "One",
        "beats": [{"id": "a", "say": "First."}, {"id": "b", "say": "Second."}],
        "layout": {"kind": "bullets", "parts": [{"id": part, "text": f"Point {part}"} for part in "xyz"]},
    }
    return data | changes


def board(*scenes):
    return {"version": 1, "title": "Board", "scenes": list(scenes)}


def test_round_trip_keeps_everything():
    data = board(scene(), scene(id="two", layout={"kind": "formula", "parts": [{"id": "f", "latex": "a^2"}]}))
    storyboard = parse_storyboard(data)
    assert parse_storyboard(json.loads(storyboard.dumps())) == storyboard


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (board(), "scenes: List should have at least 1 item"),
        (board(scene(beats=[])), r"scenes\[0\].beats: List should have at least 1 item"),
        (board(scene(beats=[{"id": "a", "say": "  "}])), r"scenes\[0\].beats\[0\].say: String should have at least 1"),
        (board(scene(), scene()), "scene id 'one' is used twice"),
        (board(scene(), scene(id="ONE")), "scene id 'one' is used twice"),
        (board(scene(id="../x")), r"scenes\[0\].id: String should match"),
        (board(scene(layout={"kind": "nope"})), r"scenes\[0\].layout: Input tag 'nope'"),
        (
            board(scene(beats=[{"id": "a", "say": "x", "reveal": ["q"]}])),
            r"beats\[0\].reveal names 'q'.*parts: x, y, z",
        ),
        (
            board(scene(layout={"kind": "plot", "x": {"min": 1, "max": 0}, "y": {"min": 0, "max": 1}, "parts": []})),
            r"scenes\[0\].layout.x: min must be below max",
        ),
        (
            board(scene(layout={"kind": "image", "parts": [{"id": "i", "path": "../../etc/passwd"}]})),
            "stays in its folder",
        ),
        (
            board(scene(layout={"kind": "table", "header": ["a"], "parts": [{"id": "r", "cells": ["1", "2"]}]})),
            "row 'r' has 2 cells where the table has 1 columns",
        ),
        ([], r"\(top level\)"),
        ({"version": 2, "title": "x", "scenes": [scene()]}, "version: Input should be 1"),
    ],
)
def test_faults_name_the_json_path(data, message):
    with pytest.raises(InputError, match=message):
        parse_storyboard(data)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", r"x.json:1:2: not valid JSON"),
        (b"\xff\xfe\x00\x01", "not a text file"),
        (b"", "not valid JSON"),
        (b"[" * 100_000, "nested too deeply|not valid JSON"),
    ],
)
def test_unreadable_files_are_one_clear_line(tmp_path, content, message):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        load_storyboard(path)
    assert "\n" not in str(caught.value)


def test_missing_file():
    with pytest.raises(InputError, match="no such file"):
        load_storyboard(__import__("pathlib").Path("/nowhere/x.json"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_a_storyboard_or_an_input_error(data):
    with pytest.raises(InputError):
        parse_storyboard({"title": "x", "scenes": data})


@given(st.lists(st.lists(st.sampled_from("xyz"), unique=True), min_size=1, max_size=5))
def test_every_part_appears(reveals):
    beats = [{"id": f"b{i}", "say": "Words.", "reveal": reveal} for i, reveal in enumerate(reveals)]
    schedule = Scene.model_validate(scene(beats=beats)).schedule()
    assert len(schedule) == len(beats)
    assert {part for beat in schedule for part in beat} == set("xyz")


def test_a_part_that_comes_in_together_follows_the_part_before_it():
    square = {"kind": "polygon", "vertices": [[0, 0], [1, 0], [1, 1]]}
    parts = (
        [square | {"id": "p"}] + [square | {"id": name, "together": True} for name in "qrs"] + [square | {"id": "t"}]
    )
    beats = [{"id": "one", "say": "Words.", "reveal": ["s"]}, {"id": "two", "say": "Words.", "reveal": ["p", "p"]}]
    drawn = Scene.model_validate(scene(beats=beats, layout={"kind": "figure", "parts": parts}))
    assert drawn.schedule() == [["t", "s"], ["p", "q", "r", "p"]]


def test_schema_is_published_as_it_is(request):
    published = json.loads((request.config.rootpath / "docs" / "storyboard.schema.json").read_text())
    assert published == storyboard_schema(), "run `make schema`"
