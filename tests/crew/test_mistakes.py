"""The author's clean scenes are clean, and each of its mistakes is found by the real checks: else the bench were blind."""

from __future__ import annotations

from random import Random

import pytest

from tests.crew.checking import check_drafts
from tests.crew.drawings import Assigned, draft_number, scene_code
from tests.crew.mistakes import api_mistakes, mistakes, named_rows, picture_mistakes, warned_mistakes
from visium_graph.run import Run
from visium_graph.settings import Settings
from visium_graph.storyboard import Scene

SECONDS = [0.8, 0.8, 0.8, 0.8]


def scene(beats):
    data = [{"id": f"b{number}", "say": "Look."} for number in range(beats)]
    return Scene.model_validate(
        {"id": "v1-s1", "title": "A row", "beats": data, "layout": {"kind": "custom", "brief": "x"}}
    )


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    run = Run.create(tmp_path_factory.mktemp("run"))
    settings = Settings(quality="tiny", voice="silent", workers=2, cache_dir=tmp_path_factory.mktemp("store"))

    def check(drafts):
        """(number of beats, code) -> findings"""
        return check_drafts([(scene(beats), SECONDS[:beats], code) for beats, code in drafts], run, settings)

    return check


def draft(beats, luck, *wrong):
    return beats, scene_code(Assigned("v1-s1", "SceneV1S1", "A row", beats), 0, wrong, Random(luck))


def test_correct_drafts_are_found_correct(checked):
    drafts = [draft(2 + luck % 2, luck) for luck in range(24)]
    assert len({code for _, code in drafts}) > 20
    for (_, code), found in zip(drafts, checked(drafts), strict=True):
        assert found == [], code


def test_every_mistake_is_found_for_what_it_is(checked):
    wrong = list(mistakes().values())
    drafts = [draft(2 + number % 2, number, one) for number, one in enumerate(wrong)]
    missed = []
    for one, found in zip(wrong, checked(drafts), strict=True):
        said = {finding.rule for finding in found if finding.severity == one.severity}
        if not (said & one.rules if one.rules else said):
            missed.append((one.name, [(finding.rule, finding.message) for finding in found]))
    assert missed == []


def test_blemishes_block_nothing(checked):
    for found in checked([draft(2, number, one) for number, one in enumerate(warned_mistakes())]):
        assert {finding.severity for finding in found} == {"warning"}


def test_the_table_of_real_failures_is_there_whole():
    assert named_rows() >= 50
    assert len(api_mistakes()) > 80
    assert len(picture_mistakes()) + len(warned_mistakes()) >= 18


def test_a_draft_says_its_number_also_in_a_listing():
    _, code = draft(2, 1)
    listing = "\n".join(f"{number:3} | {line}" for number, line in enumerate(code.split("\n"), start=1))
    assert draft_number(listing, "v1-s1") == 0
    assert draft_number(listing, "v1-s2") is None
