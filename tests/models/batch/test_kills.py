"""A run that is killed at any instant goes on where it was, and submits nothing twice."""

from __future__ import annotations

import pytest

from tests.models.batch.kills import Scenes, killed_and_continued, shares

SMALL = Scenes(count=5)


def test_an_undisturbed_run_goes_through_every_kind_of_step(tmp_path):
    run = killed_and_continued("whole", tmp_path / "run", [], rough=False, scenes=SMALL)
    assert (run.wrong, run.kills) == ([], 0)
    kinds = {"planned", "trying", "created", "state", "item"}
    assert {f"{when} {what}" for when in ("before", "amid", "after") for what in kinds} <= run.steps.keys()
    assert {
        f"{when} {what}" for when in ("before", "during", "answered") for what in ("create", "look")
    } <= run.steps.keys()
    assert {"before storing", "after storing"} <= run.steps.keys()


@pytest.mark.parametrize("seed", range(10))
def test_a_killed_run_submits_nothing_twice(tmp_path, seed):
    run = killed_and_continued(seed, tmp_path / "run", shares(seed, 1 + seed % 3), rough=seed % 2 == 1, scenes=SMALL)
    assert run.wrong == []
    assert run.kills >= 1
