"""Repairs hold by arithmetic."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from visium_graph.checks.repair import clear_shift, inward_shift

FRAME = np.array([-64 / 9, -4.0, 64 / 9, 4.0])
WAYS = {"DOWN": (0, -1), "UP": (0, 1), "LEFT": (-1, 0), "RIGHT": (1, 0)}
PLACES = st.tuples(st.floats(-12, 12), st.floats(-8, 8), st.floats(0.1, 6), st.floats(0.1, 3))


def box_of(place: tuple[float, float, float, float]) -> np.ndarray:
    x, y, width, height = place
    return np.array([x, y, x + width, y + height])


def moved(box: np.ndarray, advice: str) -> np.ndarray:
    for length, way in re.findall(r"([\d.]+) \* ([A-Z]+)", advice):
        box = box + float(length) * np.tile(WAYS[way], 2)
    return box


def apart(a: np.ndarray, b: np.ndarray) -> bool:
    return bool((np.minimum(a[2:], b[2:]) <= np.maximum(a[:2], b[:2])).any())


@given(PLACES, st.lists(PLACES, min_size=1, max_size=4))
def test_a_clear_shift_leaves_everything(place, others) -> None:
    obstacles = np.array([box_of(other) for other in others])
    advice = clear_shift(box_of(place), obstacles, FRAME)
    if advice is not None:
        goal = moved(box_of(place), advice)
        assert all(apart(goal, other) for other in obstacles)
        assert (goal[:2] > FRAME[:2]).all()
        assert (goal[2:] < FRAME[2:]).all()


@given(PLACES)
def test_an_inward_shift_ends_in_the_frame(place) -> None:
    goal = moved(box_of(place), inward_shift(box_of(place), FRAME))
    assert (goal[:2] > FRAME[:2]).all()
    assert (goal[2:] < FRAME[2:]).all()


def test_what_is_too_wide_is_scaled() -> None:
    advice = inward_shift(np.array([-10.0, 0.0, 10.0, 1.0]), FRAME)
    scale = float(re.search(r"\.scale\(([\d.]+)\)", advice).group(1))
    assert 20 * scale < FRAME[2] - FRAME[0]
