"""A run that is killed in the midst of model calls is completed by `visium resume`, and no finished answer is paid twice."""

from __future__ import annotations

import pytest

from tests.crew.kills import LATENCY, Moment, killed_and_resumed, moments

SEED = 5


@pytest.mark.parametrize(
    "moment",
    [Moment("director", 1, LATENCY + 0.02), Moment("coder", 5, 0.2)],
    ids=str,
)
def test_a_killed_run_is_completed_and_pays_nothing_twice(tmp_path, moment):
    assert killed_and_resumed(SEED, 7, moment, tmp_path) == []


def test_kills_are_spread_over_all_roles():
    assert {moment.role for moment in moments(SEED, 40)} == {"script", "director", "coder", "reviewer"}
    assert moments(SEED, 5) == moments(SEED, 5) != moments(SEED + 1, 5)
