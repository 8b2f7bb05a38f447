"""The ledger of calls, and what it comes to."""

from __future__ import annotations

import json
import multiprocessing
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visium_graph.errors import EnvironmentFault
from visium_graph.models import Tokens, start_ledger, usage_of
from visium_graph.models.usage import Called, Spent, calls_of, note_call, spent_on
from visium_graph.run import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run")


def called(role: str = "coder", scene: str | None = "why", **fields) -> Called:
    given = {"round": 0, "model": "p:m", "outcome": "ok", "tokens": Tokens(10, 5, 3, 2), "seconds": 0.5, "cost": 0.25}
    return Called(role, scene, **{**given, **fields})


def test_usage_by_role_and_by_scene(run) -> None:
    start_ledger(run)
    note_call(run, called("script", None))
    note_call(run, called(outcome="malformed", tries=3))
    note_call(run, called(stored=True, tokens=Tokens(), cost=0.0, seconds=0.0))
    note_call(run, called(scene="how", model="p:free", cost=None))
    note_call(run, called("reviewer"))
    usage = usage_of(run)
    assert (usage.total.calls, usage.total.stored, usage.total.failed) == (6, 1, 1)
    assert usage.total.tokens == Tokens(40, 20, 12, 8)
    assert usage.total.cost == pytest.approx(0.75)
    assert usage.total.seconds == pytest.approx(2.0)
    assert {name: total.calls for name, total in usage.roles.items()} == {"script": 1, "coder": 4, "reviewer": 1}
    assert {name: total.calls for name, total in usage.scenes.items()} == {"why": 4, "how": 1}
    assert usage.scenes["how"].cost is None
    assert usage.unpriced == ("p:free",)
    assert spent_on(run, "why") == Spent(tokens=15, seconds=0.5, calls=3)


def test_nothing_was_called(run) -> None:
    usage = usage_of(run)
    assert (usage.total.calls, usage.total.cost, usage.roles, usage.scenes) == (0, None, {}, {})
    assert spent_on(run, "why") == Spent()


def test_a_new_making_counts_from_zero_and_keeps_the_lines(run) -> None:
    start_ledger(run)
    note_call(run, called())
    assert usage_of(run).total.calls == 1
    start_ledger(run)
    assert usage_of(run).total.calls == 0
    note_call(run, called(seconds=2.0))
    assert [call.seconds for call in calls_of(run)] == [2.0]
    lines = [json.loads(line) for line in (run.folder / "calls.jsonl").read_text().splitlines()]
    assert ["start" in line for line in lines] == [True, False, True, False]
    assert lines[1]["making"] == lines[0]["start"] != lines[2]["start"] == lines[3]["making"]
    assert lines[3]["tokens"] == {"input": 10, "output": 5, "thought": 3, "cached": 2}


def test_a_ledger_that_was_replaced_or_removed_is_read_anew(run) -> None:
    start_ledger(run)
    note_call(run, called())
    ledger = run.folder / "calls.jsonl"
    lines = ledger.read_text()
    assert usage_of(run).total.calls == 1
    ledger.unlink()
    assert usage_of(run).total.calls == 0
    ledger.write_text(lines)
    assert usage_of(run).total.calls == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(cut=st.integers(0, 400), junk=st.binary(max_size=40), data=st.data())
def test_a_torn_line_costs_itself_only(tmp_path_factory, cut, junk, data) -> None:
    run = Run.create(tmp_path_factory.mktemp("torn"))
    start_ledger(run)
    note_call(run, called(scene="one"))
    ledger = run.folder / "calls.jsonl"
    whole = ledger.read_bytes()
    note_call(run, called(scene="torn"))
    added = ledger.read_bytes()[len(whole) :]
    tail = data.draw(st.sampled_from([added[: min(cut, len(added) - 1)], junk.replace(b"\n", b"")]))
    ledger.write_bytes(whole + tail)
    note_call(run, called(scene="two"))
    assert {"one", "two"} <= {call.scene for call in calls_of(run)} <= {"one", "two", "torn"}
    assert len(calls_of(run)) <= 3


def _many(folder: Path, name: str) -> None:
    for _ in range(50):
        note_call(Run(folder), called(scene=name))


def test_many_write_at_once(run) -> None:
    start_ledger(run)
    fork = multiprocessing.get_context("spawn")
    others = [fork.Process(target=_many, args=(run.folder, "there"))]
    others += [threading.Thread(target=_many, args=(run.folder, "here")) for _ in range(3)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert {name: total.calls for name, total in usage_of(run).scenes.items()} == {"here": 150, "there": 50}
    assert len((run.folder / "calls.jsonl").read_text().splitlines()) == 201


def test_a_ledger_that_cannot_be_written_is_one_line(tmp_path) -> None:
    with pytest.raises(EnvironmentFault, match=r"calls.jsonl: cannot be written \(No such file"):
        note_call(Run(tmp_path / "gone"), called())
