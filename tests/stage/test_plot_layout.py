"""Plots: ticks that can be read, labels that cover nothing, and entrances that end where they should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import Line, VMobject

from tests.stage.playing import assert_well_set, play
from visium_graph.layouts import Axis
from visium_graph.stage.axes import PlotFrame
from visium_graph.stage.label_places import Candidate, Places, around
from visium_graph.stage.layouts.base import Region
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import THEMES
from visium_graph.stage.ticks import tick_label, tick_step, tick_values

AXES = {"x": {"min": -1, "max": 5, "label": "time (s)"}, "y": {"min": 0, "max": 30, "label": "height (m)"}}
BUSY = [
    {"kind": "curve", "id": "throw", "expression": "20*x - 5*x**2", "label": "$h(t) = 20t - 5t^2$"},
    {"kind": "area", "id": "area", "under": "throw", "domain": [0.5, 2.5], "label": "area"},
    {"kind": "line", "id": "top", "start": [0, 20], "end": [5, 20], "dashed": True, "label": "tangent"},
    {"kind": "point", "id": "peak", "at": [2, 20], "label": "highest point"},
    {"kind": "point", "id": "land", "at": [4, 0], "label": "lands"},
    {
        "kind": "series",
        "id": "seen",
        "style": "dots",
        "points": [[0, 1], [1, 14], [3, 16]],
        "label": "seen",
        "role": "bad",
    },
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="module")
def busy(folder):
    return play("plot", [[part["id"]] for part in BUSY], folder=folder, parts=BUSY, **AXES)


# ------------------------------------------------------------------------------ ticks


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(3, 12))
def test_ticks_are_few_round_and_within_the_range(low, span, count):
    high = low + span
    step = tick_step(low, high, count)
    values = tick_values(low, high, step)
    assert 0 < len(values) <= count + 1
    assert all(low - 1e-6 * step <= value <= high + 1e-6 * step for value in values)
    assert round(step / 10 ** np.floor(np.log10(step) + 1e-9)) in {1, 2, 5, 10}


def test_a_step_that_is_asked_for_is_kept_or_multiplied():
    assert tick_step(0, 8, 10, asked=1) == 1
    assert tick_step(0, 100, 10, asked=3) == 15
    assert tick_step(0, 7, 7, asked=0.5) == 1.0


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (0.0, 0.25, "0"),
        (0.5, 0.25, "0.50"),
        (-2.0, 1.0, "\N{MINUS SIGN}2"),
        (1990.0, 5.0, "1990"),
        (200000.0, 200000.0, "200,000"),
        (3e8, 1e8, r"$3 \cdot 10^{8}$"),
        (0.00004, 0.00002, r"$4 \cdot 10^{-5}$"),
        (np.pi, np.pi / 2, r"$\pi$"),
        (-1.5 * np.pi, np.pi / 2, r"$-\frac{3\pi}{2}$"),
    ],
)
def test_ticks_are_written_as_people_do(value, step, text):
    assert tick_label(value, step) == text


# ------------------------------------------------------------------------------ labels


def test_a_label_avoids_the_line_it_would_cover():
    places = Places(Region(-5, 5, -5, 5))
    size = np.array([1.0, 0.4])
    free = Candidate(np.array([0.0, 2.0]), cost=0.5)
    places.draw(np.array([[-5.0, 0.0], [5.0, 0.0]]))
    assert places.choose(size, [Candidate(np.zeros(2)), free]).tolist() == [0.0, 2.0]


def test_labels_of_one_point_take_different_places():
    places = Places(Region(-5, 5, -5, 5))
    size = np.array([1.0, 0.4])
    centers = [places.choose(size, around(np.zeros(2), size, 0.1)) for _ in range(4)]
    for index, one in enumerate(centers):
        for other in centers[index + 1 :]:
            assert np.any(np.abs(one - other) >= size - 1e-9)


@given(st.floats(-6, 6), st.floats(-4, 4))
def test_a_label_never_leaves_its_region(x, y):
    places = Places(Region(-5, 5, -3, 3))
    size = np.array([2.0, 0.5])
    center = places.choose(size, around(np.array([x, y]), size, 0.1))
    assert np.all(np.abs(center) <= np.array([5, 3]) - size / 2 + 1e-9)


# ------------------------------------------------------------------------------ the slide


def test_nothing_overlaps_or_leaves_the_frame(busy):
    for shown in busy.beats:
        assert_well_set(shown)
    assert len(busy.beats[-1]) - len(busy.beats[0]) == 5  # a label more with each part after the first


def test_labels_stay_off_curves(busy):
    labels = [piece.label for piece in busy.view._plotted.values()]
    lines = [
        shape
        for piece in busy.view._plotted.values()
        for shape in piece.shapes
        if isinstance(shape, VMobject) and shape.get_stroke_width() > 0
    ]
    for label in labels:
        low, high = label.get_corner([-1, -1, 0])[:2], label.get_corner([1, 1, 0])[:2]
        for line in lines:
            points = np.concatenate([shape.points[:, :2] for shape in line.family_members_with_points()])
            assert not np.any(np.all((points > low) & (points < high), axis=1)), label.submobjects


def test_points_lie_on_their_curve(busy):
    view = busy.view
    dot = view._plotted["peak"].shapes[0].get_center()[:2]
    curve = view._plotted["throw"].shapes[0].points[:, :2]
    assert np.hypot(*(curve - dot).T).min() < 0.02
    assert curve[:, 1].max() == pytest.approx(dot[1], abs=0.01)


def test_the_data_map_is_linear_and_meets_the_corners():
    frame = PlotFrame(Region(-4, 4, -2, 2), (0, 10), (-1, 1))
    assert frame.point(np.array([0, -1])).tolist() == [-4, -2]
    assert frame.point(np.array([10, 1])).tolist() == [4, 2]
    assert frame.point(np.array([[5, 0]])).tolist() == [[0, 0]]


def test_equal_scales_keep_a_square_square(folder):
    side = [
        {"kind": "line", "id": "right", "start": [0, 0], "end": [2, 0]},
        {"kind": "line", "id": "up", "start": [2, 0], "end": [2, 2]},
    ]
    played = play(
        "plot", [["right", "up"]], folder=folder, equal=True, x={"min": 0, "max": 9}, y={"min": 0, "max": 3}, parts=side
    )
    right, up = (played.view._plotted[name].shapes[0] for name in ("right", "up"))
    assert isinstance(right, Line)
    assert right.get_length() == pytest.approx(up.get_length())


def test_bars_stand_on_zero_and_lines_are_cut_at_the_frame(folder):
    parts = [
        {"kind": "series", "id": "bars", "style": "bars", "points": [[1, 4], [2, -2], [3, 99]]},
        {"kind": "line", "id": "far", "start": [-50, -50], "end": [50, 50]},
        {"kind": "line", "id": "away", "start": [20, 20], "end": [50, 50]},
        {"kind": "curve", "id": "nowhere", "expression": "sqrt(-1 - x**2)", "label": "nothing"},
        {"kind": "area", "id": "under", "under": "nowhere", "domain": [0, 1]},
    ]
    ids = [[part["id"]] for part in parts]
    played = play("plot", ids, folder=folder, x={"min": 0, "max": 4}, y={"min": -5, "max": 10}, parts=parts)
    plotted = played.view._plotted
    up, down, cut = plotted["bars"].shapes
    assert up.get_bottom()[1] == pytest.approx(down.get_top()[1])
    assert cut.height == pytest.approx(up.height * 10 / 4)
    line = plotted["far"].shapes[0]
    assert line.get_start()[0] == pytest.approx(up.get_left()[0] - (1 - 0.36) * up.width / 0.72)
    assert not plotted["away"].shapes
    assert not plotted["nowhere"].shapes
    assert plotted["nowhere"].label is None


def test_a_broken_curve_is_drawn_in_pieces(folder):
    parts = [{"kind": "curve", "id": "c", "expression": "1/x", "dashed": True, "label": "$1/x$"}]
    played = play("plot", [["c"], ["c"]], folder=folder, x={"min": -3, "max": 3}, y={"min": -3, "max": 3}, parts=parts)
    left, right = played.view._plotted["c"].shapes
    assert left.get_right()[0] < 0 < right.get_left()[0]


def test_wide_numbers_get_room(folder):
    x = {"min": 0, "max": 5_000_000, "step": 100_000, "label": "people"}
    parts = [{"kind": "curve", "id": "c", "expression": "x / 10**6", "label": "share"}]
    played = play("plot", [["c"]], folder=folder, theme="light", x=x, y={"min": 0, "max": 5}, parts=parts)
    assert_well_set(played.beats[0])
    colors = {text.submobjects[0].submobjects[1].get_fill_color().to_hex() for text in played.beats[0]}
    assert THEMES["light"].color("primary") in colors
    assert all(isinstance(text, RichText) for text in played.beats[0])


def test_a_point_off_the_axes_is_refused():
    with pytest.raises(ValueError, match=r"point 'p' at .* lies outside the axes"):
        play("plot", [["p"]], folder="unused", **AXES, parts=[{"kind": "point", "id": "p", "at": [9, 0]}])


def test_axes_refuse_a_range_turned_round():
    with pytest.raises(ValueError, match="min must be below max"):
        Axis(min=1, max=1)
