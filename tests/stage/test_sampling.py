"""Graphs break where functions do, and nowhere else."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visium_graph.stage.sampling import clip_polyline, compile_expression, sample_graph


def ends(expression, domain, y_range):
    pieces = sample_graph(compile_expression(expression), domain, y_range)
    return [(piece[0].round(3).tolist(), piece[-1].round(3).tolist()) for piece in pieces]


@pytest.mark.parametrize(
    ("expression", "x", "value"),
    [
        ("x**2 / 2 + sin(pi*x)", 2.0, 2.0),
        ("-x**2", 3.0, -9.0),
        ("log(x)", math.e, 1.0),
        ("log(x, 3)", 9.0, 2.0),
        ("log2(x) + log10(x)", 1.0, 0.0),
        ("max(x, 0, 1)", -5.0, 1.0),
        ("min(x, tau)", 10.0, math.tau),
        ("x // 2 + x % 2", 5.0, 3.0),
        ("abs(floor(x)) + ceil(x)", -1.5, 1.0),
        ("3", 7.0, 3.0),
    ],
)
def test_values_are_those_of_arithmetic(expression, x, value):
    assert compile_expression(expression)(np.array([x]))[0] == pytest.approx(value)


def test_a_tower_of_powers_ends_in_infinity_at_once():
    assert np.isinf(compile_expression("9**9**9**9")(np.array([1.0])))[0]


def test_poles_split_the_graph_and_leave_the_frame():
    assert ends("1/x", (-3, 3), (-4, 4)) == [([-3, -0.333], [-0.25, -4]), ([0.25, 4], [3, 0.333])]
    assert ends("1/x**2", (-2, 2), (0, 4)) == [([-2, 0.25], [-0.5, 4]), ([0.5, 4], [2, 0.25])]
    assert len(ends("tan(x)", (-7, 7), (-3, 3))) == 5


def test_jumps_split_the_graph_exactly_where_they_are():
    assert ends("floor(x)", (-1, 2), (-3, 3)) == [([-1, -1], [0, -1]), ([0, 0], [1, 0]), ([1, 1], [2, 1])]


def test_steep_is_not_broken():
    assert ends("tanh(1000*x)", (-2, 2), (-2, 2)) == [([-2, -1], [2, 1])]


def test_the_edge_of_a_domain_is_met_exactly():
    assert ends("sqrt(x)", (-1, 4), (0, 3)) == [([0, 0], [4, 2])]
    assert ends("sqrt(1 - x**2)", (-3, 3), (0, 3)) == [([-1, 0], [1, 0])]


def test_what_is_never_in_view_has_no_graph():
    assert ends("x + 100", (0, 1), (0, 1)) == []
    assert ends("sqrt(-1 - x**2)", (0, 1), (0, 1)) == []


@given(
    st.lists(st.tuples(st.floats(-10, 10), st.floats(-10, 10)), min_size=2, max_size=12),
    st.floats(-5, 0),
    st.floats(0.5, 5),
)
def test_clipping_keeps_within_the_range_and_on_the_line(points, low, height):
    high = low + height
    line = np.array(points)
    for piece in clip_polyline(line, (low, high)):
        assert len(piece) >= 2
        assert piece[:, 1].min() >= low - 1e-9
        assert piece[:, 1].max() <= high + 1e-9
        for point in piece:
            assert min(_distance(point, a, b) for a, b in itertools.pairwise(line)) < 1e-6


def _distance(point, start, end):
    along = end - start
    length = along @ along
    share = np.clip((point - start) @ along / length, 0, 1) if length else 0.0
    return np.hypot(*(point - start - share * along))
