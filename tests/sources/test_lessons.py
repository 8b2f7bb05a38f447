"""The built-in lessons: found by name, correct, and well set on every slide."""

import bisect
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stage.playing import assert_well_set, play
from visium_graph.errors import InputError
from visium_graph.sources.lessons import all_lessons, find_lesson, lesson_names, load_lesson
from visium_graph.stage.sampling import compile_expression

SCENES = [(name, scene.id) for name in lesson_names() for scene in load_lesson(name).scenes]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(tmp_path_factory.mktemp("media"))


def layout(lesson, scene):
    return load_lesson(lesson).scene(scene).layout


def part(lesson, scene, name):
    return next(part for part in layout(lesson, scene).parts if part.id == name)


# ------------------------------------------------------------------------------ finding


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("pythagorean theorem", "pythagoras"),
        ("Pythagoras", "pythagoras"),
        ("pythagorus theorem", "pythagoras"),
        ("Explain the theorem of Pythagoras to me, please", "pythagoras"),
        ("bayes rule", "bayes"),
        ("Bayes\N{RIGHT SINGLE QUOTATION MARK} Theorem", "bayes"),
        ("Bayes's theorem", "bayes"),
        ("BAYESIAN INFERENCE", "bayes"),
        ("binary serach", "binary-search"),
        ("binary-search", "binary-search"),
        ("How does binary search work?", "binary-search"),
    ],
)
def test_a_topic_is_found_by_what_people_call_it(topic, name):
    found = find_lesson(topic)
    assert found is not None
    assert found[0].name == name
    assert 85 <= found[1] <= 100


@pytest.mark.parametrize(
    "topic",
    [
        "quantum chromodynamics",
        "theorem",
        "search",
        "binary",
        "the history of Rome",
        "linear search",
        "binary search trees",
        "fundamental theorem of calculus",
        "naive bayes classifier",
        "the proof",
        "",
        "   ",
        "\N{SNOWMAN}",
    ],
)
def test_another_topic_is_refused(topic):
    assert find_lesson(topic) is None


@given(st.text(max_size=40))
def test_any_text_can_be_asked(topic):
    found = find_lesson(topic)
    assert found is None or found[1] >= 85


def test_known_names_score_full_and_lead_to_their_lesson():
    for lesson in all_lessons():
        for known in (lesson.name, lesson.title, *lesson.aliases):
            assert find_lesson(known) == (lesson, 100.0)


def test_an_unknown_name_is_a_clear_error():
    with pytest.raises(InputError, match=r"no lesson named '\.\./storyboard' .*bayes, binary-search, pythagoras"):
        load_lesson("../storyboard")


# ------------------------------------------------------------------------------ the storyboards


@pytest.mark.parametrize("lesson", all_lessons(), ids=lambda lesson: lesson.name)
def test_a_lesson_is_a_well_told_storyboard(lesson):
    board = load_lesson(lesson.name)
    assert board.title == lesson.title
    assert 5 <= len(board.scenes) <= 8
    assert board.scenes[-1].layout.kind == "bullets"
    words = 0
    for scene in board.scenes:
        revealed = [name for beat in scene.beats for name in beat.reveal]
        assert sorted(revealed) == sorted(part.id for part in scene.layout.parts)  # each part once, none forgotten
        for beat in scene.beats:
            assert beat.reveal
            assert 1 <= len(re.findall(r"[.?!](?:\s|$)", beat.say)) <= 3
            assert beat.say.count("$") % 2 == 0
            words += len(beat.say.split())
    assert 350 <= words <= 480  # two to three minutes


@pytest.mark.parametrize(("lesson", "scene"), SCENES, ids=lambda value: value)
def test_every_slide_is_well_set(lesson, scene, folder):
    plan = load_lesson(lesson).scene(scene)
    fields = plan.layout.model_dump(mode="json", exclude_defaults=True)
    played = play(fields.pop("kind"), plan.schedule(), folder=folder, title=plan.title, **fields)
    assert len(played.beats) == len(plan.beats)
    for shown in played.beats:
        assert_well_set(shown)


# ------------------------------------------------------------------------------ what they say is true


def test_the_rearranged_triangles_leave_the_two_squares(folder):
    plan = load_lesson("pythagoras").scene("proof")
    fields = plan.layout.model_dump(mode="json", exclude_defaults=True)
    drawn = play(fields.pop("kind"), plan.schedule(), folder=folder, **fields).view._drawn
    pieces = [drawn[name] for name in ("t1", "t2", "t3", "t4", "square-a", "square-b")]
    corners = [piece.pose.apply(piece.outline) for piece in pieces]
    grid = np.stack(np.meshgrid(np.arange(0.05, 5, 0.1), np.arange(0.05, 5, 0.1)), axis=-1).reshape(-1, 2)
    grid += np.array([0.003, 0.007])  # off every edge
    covered = sum(_inside(polygon, grid).astype(int) for polygon in corners)
    assert set(covered) == {1}  # a tiling of the frame: no gap, no overlap
    hole = drawn["hole"].outline
    assert _area(hole) == pytest.approx(_area(corners[4]) + _area(corners[5]))
    sides = np.hypot(*(np.roll(hole, -1, axis=0) - hole).T)
    assert sides == pytest.approx([math.sqrt(13)] * 4)


def _area(polygon):
    x, y = polygon.T
    return abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _inside(polygon, points):
    signs = []
    for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        (dx, dy), offset = end - start, points - start
        signs.append(dx * offset[:, 1] - dy * offset[:, 0] > 0)
    return np.all(signs, axis=0) | ~np.any(signs, axis=0)  # convex, whichever way round


def test_the_table_of_triples_adds_up():
    for row in layout("pythagoras", "converse").parts:
        a, b, c = map(int, re.findall(r"\d+", row.cells[0]))
        assert row.cells[1] == f"${a * a} + {b * b} = {a * a + b * b}$"
        assert row.cells[2] == f"${c * c}$"
        assert row.cells[3] == ("yes" if a * a + b * b == c * c else "no")


def test_the_distance_is_that_of_the_points():
    (x1, y1), (x2, y2) = (part("pythagoras", "distance", name).at for name in ("p", "q"))
    assert f"{math.hypot(x2 - x1, y2 - y1):.2f}" in part("pythagoras", "distance", "d").label


@given(st.lists(st.integers(-50, 50), max_size=40, unique=True).map(sorted), st.integers(-60, 60))
def test_the_program_shown_is_a_binary_search(items, target):
    names = {}
    exec(layout("binary-search", "code").source, names)  # the lesson's own listing
    found = names["binary_search"](items, target)
    place = bisect.bisect_left(items, target)
    assert found == (place if items[place : place + 1] == [target] else None)


def test_the_walk_shows_what_the_program_does():
    cells = {part.at[0]: int(part.text) for part in layout("binary-search", "walk").parts if part.id.startswith("v")}
    items = [cells[index] for index in sorted(cells)]
    lo, hi, middles = 0, len(items) - 1, []
    while not middles or items[middles[-1]] != 23:
        middles.append((lo + hi) // 2)
        lo, hi = (middles[-1] + 1, hi) if items[middles[-1]] < 23 else (lo, middles[-1] - 1)
    assert middles == [4, 7, 5]
    at = part("binary-search", "walk", "mid-arrow").end[0]
    shown = [at := at + part("binary-search", "walk", move).by[0] for move in ("mid-7", "mid-5")]
    assert [4, *shown] == middles
    assert part("binary-search", "walk", "lo-5").by[0] == 5
    assert 9 + part("binary-search", "walk", "hi-6").by[0] == 6


def test_the_numbers_of_looks_are_right():
    recap = part("binary-search", "recap", "fast").text
    point = part("binary-search", "growth", "thousand")
    for count, looks in ((10**6, "20 for a million"), (10**9, "30 for a billion")):
        assert looks in recap
        assert math.floor(math.log2(count)) + 1 == int(looks[:2])
    assert point.at == (1000, math.floor(math.log2(1000)) + 1)
    assert point.label == "1000 items: 10 looks"


def test_the_thousand_people_are_counted_alike_everywhere():
    groups = {
        name: part("bayes", "people", name).count for name in ("ill-found", "ill-missed", "false-alarm", "cleared")
    }
    assert sum(groups.values()) == 1000
    rows = {row.id: [int(cell) for cell in row.cells[1:]] for row in layout("bayes", "counts").parts}
    assert rows["ill"] == [groups["ill-found"], groups["ill-missed"], 10]
    assert rows["well"] == [groups["false-alarm"], groups["cleared"], 990]
    assert rows["sum"] == [a + b for a, b in zip(rows["ill"], rows["well"], strict=True)]
    assert groups["ill-found"] == 0.9 * 10
    assert groups["false-alarm"] == 0.1 * 990
    assert pytest.approx(1 / 12) == 0.01 * 0.9 / (0.01 * 0.9 + 0.99 * 0.1)


def test_the_curve_goes_through_its_points():
    curve = compile_expression(part("bayes", "prior", "curve").expression)
    for name in ("one", "ten", "fifty"):
        before, after = part("bayes", "prior", name).at
        assert curve(np.array([before]))[0] == pytest.approx(after, abs=0.01)


def test_each_further_test_multiplies_the_odds_by_nine():
    ill, healthy = 1, 99
    for name in ("before", "first", "second", "third"):
        cells = part("bayes", "update", name).cells
        odds = [int(number) for number in re.findall(r"\d+", cells[1])]
        for shown in (odds[:2], odds[2:] or odds[:2]):
            assert shown[0] * healthy == shown[1] * ill
        assert cells[2] == f"{100 * ill / (ill + healthy):.0f}%"
        ill *= 9
