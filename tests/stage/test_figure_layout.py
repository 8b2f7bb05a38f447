"""Figures: shapes scale to the frame, labels stay readable and beside what they name, moves end where they should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import ManimColor

from tests.stage.playing import assert_well_set, play
from visium_graph.layouts import FigureCells
from visium_graph.stage.figure_pieces import _CELL
from visium_graph.stage.geometry import Extent, Pose, corner_center, fit_frame, inner_point, label_center, normal
from visium_graph.stage.layouts.base import Region
from visium_graph.stage.theme import FLOOR_EM, THEMES

REGION = Region(-6, 6, -3, 2)
TRIANGLE = [
    {"kind": "point", "id": "A", "at": [0, 0], "label": "$A$", "direction": "dl"},
    {"kind": "point", "id": "B", "at": [4, 0], "label": "$B$", "direction": "dr"},
    {"kind": "point", "id": "C", "at": [0, 3], "label": "$C$", "direction": "up"},
    {"kind": "polygon", "id": "abc", "vertices": ["A", "B", "C"]},
    {"kind": "segment", "id": "a", "start": "B", "end": "C", "label": "$a$", "side": "right"},
    {"kind": "angle", "id": "right", "vertex": "A", "start": "B", "end": "C", "right": True},
    {"kind": "angle", "id": "beta", "vertex": "B", "start": "C", "end": "A", "label": r"$\beta$"},
]
finite = st.floats(-100, 100)
point = st.tuples(finite, finite).map(np.array)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(tmp_path_factory.mktemp("media"))


def figure(folder, parts, *reveals, **fields):
    ids = [part["id"] for part in parts]
    return play(
        "figure",
        [list(ids) if not names else list(names) for names in reveals or [()]],
        folder=folder,
        parts=parts,
        **fields,
    )


def box(mobject):
    return np.array([mobject.get_corner([-1, -1, 0])[:2], mobject.get_corner([1, 1, 0])[:2]])


# ------------------------------------------------------------------------------ geometry


@given(st.lists(st.tuples(point, st.floats(0, 1), st.floats(0, 0.5)), min_size=1, max_size=8))
def test_what_is_fitted_lies_in_the_region_and_touches_it(items):
    extents = [Extent(at[None], (-width, -height), (width, height)) for at, width, height in items]
    frame = fit_frame(extents, REGION)
    low = np.min([frame.point(at) - np.array([width, height]) for at, width, height in items], axis=0)
    high = np.max([frame.point(at) + np.array([width, height]) for at, width, height in items], axis=0)
    room = np.array([REGION.width, REGION.height])
    assert np.all(high - low <= room + 1e-6)
    assert np.allclose((low + high) / 2, REGION.center[:2], atol=1e-6)
    if np.ptp([at for at, *_ in items], axis=0).max() > 0.01:
        assert np.isclose(high - low, room, rtol=1e-4).any()


@given(point, st.floats(-7, 7), point, point)
def test_a_move_turns_about_its_point_and_then_slides(about, turn, by, start):
    pose = Pose().moved(turn=turn, about=about, by=by)
    assert np.allclose(pose.apply(about), about + by)
    assert np.hypot(*(pose.apply(start) - about - by)) == pytest.approx(np.hypot(*(start - about)), abs=1e-6)
    back = pose.moved(turn=0, about=about, by=-by).moved(turn=-turn, about=about, by=np.zeros(2))
    assert np.allclose(back.apply(start), start, atol=1e-6)


@given(st.floats(0, 7), st.floats(0.1, 3), st.floats(0.1, 1))
def test_a_label_beside_a_line_clears_it_by_the_gap(angle, width, height):
    direction = np.array([np.cos(angle), np.sin(angle)])
    size = np.array([width, height])
    center = label_center(np.zeros(2), direction, size, 0.1)
    corners = center + size / 2 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    assert (corners @ direction).min() == pytest.approx(0.1)


def test_a_label_beside_a_point_is_near_whatever_its_width():
    for width in (0.5, 4.0):
        size = np.array([width, 0.4])
        center = corner_center(np.zeros(2), np.array([1, 1]) / np.sqrt(2), size, 0.1)
        assert np.allclose(center - size / 2, 0.1 / np.sqrt(2))


def test_sides_are_those_of_a_walker():
    east = np.array([1.0, 0.0])
    assert normal(np.zeros(2), east, "left").tolist() == [0, 1]
    assert normal(np.zeros(2), east, "right").tolist() == [0, -1]


def test_the_label_of_a_hollow_polygon_lies_inside_it():
    horseshoe = np.array([[0, 0], [6, 0], [6, 5], [5, 5], [5, 1], [1, 1], [1, 5], [0, 5]], dtype=float)
    (x, y), depth = inner_point(horseshoe)
    assert depth > 0.3
    assert y < 1 or x < 1 or x > 5
    middle, depth = inner_point(np.array([[0, 0], [3, 0], [0, 3]], dtype=float))
    assert middle.tolist() == [1, 1]
    assert depth == pytest.approx(np.sqrt(2) / 2)


# ------------------------------------------------------------------------------ the slide


@pytest.mark.parametrize("scale", [0.001, 1, 5000])
def test_scale_is_the_stages_business(folder, scale):
    parts = [
        part | {key: [scale * value for value in part[key]] for key in ("at",) if key in part} for part in TRIANGLE
    ]
    played = figure(folder, parts, caption="A right triangle with sides 3, 4 and 5")
    assert_well_set(played.beats[0])
    shape = played.view._drawn["abc"].shape
    assert shape.width / shape.height == pytest.approx(4 / 3, rel=0.02)
    assert shape.height > 3.5
    assert all(text.em >= FLOOR_EM for text in played.beats[0])
    assert len(played.beats[0]) == 7  # title, caption, three points, a side, an angle


def test_labels_stand_on_the_side_that_was_asked_for(folder):
    drawn = figure(folder, TRIANGLE).view._drawn
    middle = box(drawn["abc"].shape).mean(axis=0)
    assert np.all(box(drawn["A"].label.text).mean(axis=0) < box(drawn["abc"].shape)[0])
    assert drawn["C"].label.text.get_bottom()[1] > drawn["abc"].shape.get_top()[1]
    assert np.all(box(drawn["a"].label.text)[0] > middle - 0.1)  # outside the hypotenuse
    beta = box(drawn["beta"].label.text).mean(axis=0)
    corner = box(drawn["B"].shape).mean(axis=0)
    assert beta[0] < corner[0]
    assert beta[1] > corner[1]


def test_neighbours_share_a_baseline(folder):
    parts = [
        {"kind": "segment", "id": "p", "start": [0, 0], "end": [2, 0], "label": "$a$", "side": "right"},
        {"kind": "segment", "id": "q", "start": [2, 0], "end": [4, 0], "label": "$b$", "side": "right"},
        {"kind": "box", "id": "r", "at": [1, 2], "width": 2, "height": 1, "text": "ape"},
        {"kind": "box", "id": "s", "at": [3, 2], "width": 2, "height": 1, "text": "lid"},
    ]
    drawn = figure(folder, parts).view._drawn
    for one, other in (("p", "q"), ("r", "s")):
        lines = [drawn[name].label.text.first_baseline for name in (one, other)]
        assert lines[0] == pytest.approx(lines[1], abs=1e-6)


def test_a_square_stands_on_its_segment(folder):
    parts = [
        {"kind": "square", "id": "up", "start": [0, 0], "end": [2, 0], "grid": 3, "label": "$4$"},
        {"kind": "square", "id": "down", "start": [0, 0], "end": [2, 0], "side": "right"},
    ]
    drawn = figure(folder, parts).view._drawn
    up, down = (drawn[name].shape for name in ("up", "down"))
    assert up.get_bottom()[1] == pytest.approx(down.get_top()[1])
    assert up.width == pytest.approx(up.height)
    assert len(up[1]) == 4  # two lines each way make three cells


def test_text_in_a_box_wraps_or_shrinks_into_it(folder):
    parts = [
        {"kind": "box", "id": "wide", "at": [0, 0], "width": 10, "height": 4, "text": "a"},
        {"kind": "box", "id": "words", "at": [-3, 6], "width": 4, "height": 5, "text": "several words in a narrow box"},
        {"kind": "box", "id": "number", "at": [4, 6], "width": 1.8, "height": 2, "text": "1024"},
    ]
    drawn = figure(folder, parts).view._drawn
    for name in ("wide", "words", "number"):
        inner, outer = box(drawn[name].label.text), box(drawn[name].shape)
        assert np.all(inner[0] > outer[0])
        assert np.all(inner[1] < outer[1])
    assert len(drawn["words"].label.text) > 1
    assert len(drawn["number"].label.text) == 1


def test_long_text_leaves_the_shapes_their_room(folder):
    parts = [
        {"kind": "circle", "id": "c", "center": [0, 0], "radius": 2, "label": "circle"},
        {"kind": "text", "id": "t", "at": [3, 0], "align": "left", "text": "a long remark " * 6},
    ]
    played = figure(folder, parts)
    assert_well_set(played.beats[0])
    assert played.view._drawn["c"].shape.width > 2.5
    assert len(played.view._drawn["t"].label.text) > 1


def test_fills_lie_below_lines_and_lines_below_text(folder):
    drawn = figure(folder, TRIANGLE).view._drawn
    fill, edge = drawn["abc"].shape
    assert fill.z_index < edge.z_index < drawn["A"].shape[0].z_index < drawn["A"].label.text.z_index


# ------------------------------------------------------------------------------ cells


def test_cells_are_counted_down_the_columns(folder):
    grid = {"kind": "cells", "at": [0, 0], "columns": 4, "rows": 3}
    parts = [
        {**grid, "id": "first", "count": 3},
        {**grid, "id": "next", "first": 3, "count": 1},
        {**grid, "id": "rest", "first": 4},
    ]
    drawn = figure(folder, parts).view._drawn
    first, following, rest = (drawn[name].shape[0] for name in ("first", "next", "rest"))
    assert [len(cells.points) // 16 for cells in (first, following, rest)] == [3, 1, 8]
    cell = following.width
    assert first.height == pytest.approx((2 + _CELL) / _CELL * cell)
    assert following.get_top()[1] == pytest.approx(first.get_top()[1])
    assert following.get_left()[0] - first.get_left()[0] == pytest.approx(cell / _CELL)


def test_cells_beyond_their_grid_are_refused():
    with pytest.raises(ValueError, match="reach beyond the 6 cells"):
        FigureCells(kind="cells", id="c", at=(0, 0), columns=2, rows=3, first=4, count=3)


# ------------------------------------------------------------------------------ actions


MOVING = [
    {"kind": "polygon", "id": "flag", "vertices": [[0, 0], [2, 0], [2, 1], [0, 1]], "label": "flag"},
    {"kind": "polygon", "id": "late", "vertices": [[0, 2], [1, 2], [1, 3]]},
    {"kind": "move", "id": "turn", "targets": ["flag", "late"], "rotate": 90, "about": [0, 0], "by": [5, 0]},
    {"kind": "move", "id": "back", "targets": ["flag"], "by": [-5, 0]},
]


def test_moves_end_where_they_should_with_labels_upright(folder):
    played = figure(folder, MOVING, ("flag",), ("turn",), ("late",), ("back",), ("turn",))
    for shown in played.beats:
        assert_well_set(shown)
    flag, late = played.view._drawn["flag"], played.view._drawn["late"]
    scale = flag._frame.scale
    # Turned about (0, 0), slid right and back: it stands on end, left of where the origin is.
    assert flag.shape.width == pytest.approx(scale)
    assert flag.shape.height == pytest.approx(2 * scale)
    assert flag.shape.get_right()[0] == pytest.approx(flag._frame.origin[0])
    assert flag.label.text.width > flag.label.text.height
    assert np.allclose(box(flag.label.text).mean(axis=0), box(flag.shape).mean(axis=0), atol=0.1)
    # What was not there yet appears where the move has taken it.
    assert late.shape.get_right()[0] == pytest.approx(late._frame.point(np.array([3.0, 0.0]))[0])


def test_what_is_hidden_comes_back_and_what_is_dimmed_lights_up(folder):
    parts = [
        {"kind": "box", "id": "one", "at": [0, 0], "width": 2, "height": 1, "text": "one"},
        {"kind": "box", "id": "two", "at": [3, 0], "width": 2, "height": 1, "text": "two"},
        {"kind": "dim", "id": "dim", "targets": ["one"]},
        {"kind": "hide", "id": "hide", "targets": ["two"]},
        {"kind": "highlight", "id": "paint", "targets": ["one"], "role": "good"},
        {"kind": "highlight", "id": "pulse", "targets": ["one", "two"]},
    ]
    played = figure(
        folder, parts, ("one", "two"), ("dim", "hide"), ("one",), ("two",), ("paint",), ("pulse",), ("paint",)
    )
    names = [[text for text in shown if text.get_y() < 2] for shown in played.beats]
    assert [len(shown) for shown in names] == [2, 1, 1, 2, 2, 2, 2]
    opacity = [max(part.get_fill_opacity() for part in shown[0].get_family()) for shown in names]
    assert opacity[0] == 1
    assert opacity[1] == pytest.approx(0.25)
    assert opacity[2] == 1
    fill, edge = played.view._drawn["one"].shape
    good = ManimColor(THEMES["dark"].color("good"))
    assert fill.get_fill_color() == edge.get_stroke_color() == good
    assert fill.get_fill_opacity() == pytest.approx(0.25)


def test_an_action_on_what_is_not_there_does_nothing(folder):
    parts = [
        {"kind": "box", "id": "one", "at": [0, 0], "width": 2, "height": 1, "text": "one"},
        {"kind": "hide", "id": "hide", "targets": ["one"]},
        {"kind": "dim", "id": "dim", "targets": ["one"]},
        {"kind": "move", "id": "move", "targets": ["one"], "by": [1, 0]},
        {"kind": "highlight", "id": "light", "targets": ["one"]},
    ]
    played = figure(folder, parts, ("hide",), ("dim",), ("move",), ("light",), ("one",))
    assert [len(shown) for shown in played.beats] == [1, 1, 1, 1, 2]


def test_together_means_in_one_step(folder):
    parts = [
        {"kind": "box", "id": "a", "at": [0, 0], "width": 1, "height": 1},
        {"kind": "text", "id": "b", "at": [0, 1], "text": "b", "together": True},
        {"kind": "move", "id": "m", "targets": ["a"], "by": [3, 0], "together": True},
        {"kind": "text", "id": "c", "at": [0, 2], "text": "c"},
    ]
    view = figure(folder, parts).view
    pieces = view.pages[0].pieces
    steps = [[piece.part for piece in group] for group in view._together(pieces, 60.0)]
    # The move would act on what is only just appearing: it waits for its own step.
    assert steps == [["a", "b"], ["m"], ["c"]]
    hurried = [[piece.part for piece in group] for group in view._together(pieces, 0.1)]
    assert hurried == [["a", "b"], ["m", "c"]]


def test_every_kind_of_piece_can_be_drawn(folder):
    parts = [
        *TRIANGLE,
        {"kind": "arrow", "id": "arrow", "start": [0, 0], "end": [3, 2], "label": "$v$", "role": "accent"},
        {"kind": "segment", "id": "dashed", "start": [0, 3], "end": [4, 3], "dashed": True},
        {"kind": "circle", "id": "node", "center": [6, 1], "radius": 1, "fill": 0.3, "label": "node"},
        {"kind": "circle", "id": "ring", "center": [6, 4], "radius": 0.5, "label": "ring"},
        {"kind": "point", "id": "ghost", "at": [8, 0], "dot": False},
        {"kind": "arrow", "id": "stub", "start": [8, 0], "end": [8.05, 0]},
    ]
    played = figure(folder, parts, (), ("arrow", "node", "ghost"))
    drawn = played.view._drawn
    assert drawn["arrow"].shape.get_corner([1, 1, 0])[:2] == pytest.approx(
        drawn["arrow"]._frame.point(np.array([3, 2])), abs=0.12
    )
    assert drawn["ring"].label.text.get_bottom()[1] > drawn["ring"].shape.get_top()[1]
    assert np.allclose(box(drawn["node"].label.text).mean(axis=0), box(drawn["node"].shape).mean(axis=0), atol=0.1)
    assert len(drawn["ghost"].mobject.family_members_with_points()) == 0
