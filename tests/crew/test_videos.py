"""Twenty videos under mixed faults; `make bench-crew` makes two hundred, and times some."""

from __future__ import annotations

import os

from tests.crew.bench import make_and_judge

VIDEOS = int(os.environ.get("VIDEOS") or 20)
SEED = int(os.environ.get("SEED") or 5)


def test_every_video_is_complete_in_order_narrated_and_no_worse_than_its_drafts(tmp_path):
    results = make_and_judge(SEED, range(1, VIDEOS + 1), tmp_path)
    table = "\n".join(results.table())
    assert results.wrong() == [], table
    assert len(results.verdicts) == VIDEOS
    # The faults were there, or nothing has been shown.
    assert len(results.faults) > 12
    assert results.author.slipped.total() > 0
    assert results.author.judged.keys() == {"approve", "complain", "contradict"}
    assert sum(verdict.complaints for verdict in results.verdicts) > 0
    habits = {fate.planned.habit for fate in results.fates}
    assert habits == {"right", "at-once", "wrongly", "worse", "bit-by-bit", "blemished", "never"}
