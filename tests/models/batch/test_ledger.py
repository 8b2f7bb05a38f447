"""What is on record, whatever a kill or another version has left in the file."""

from __future__ import annotations

import json
import tempfile
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from visium_graph.errors import EnvironmentFault
from visium_graph.models.batch import Fallback, Ledger, read_ledger
from visium_graph.models.batch.ledger import FRUITFUL, FRUITLESS, NAME, Fate
from visium_graph.models.batch.results import Entry
from visium_graph.models.batch.sizes import Turnaround

HASHES = [f"h{number}" for number in range(6)]


def opened(folder: Path, now=lambda: 7.0) -> Ledger:
    ledger = Ledger(folder, now)
    ledger.open()
    return ledger


def known(ledger: Ledger) -> object:
    """All that a ledger says."""
    requests = {name: (job.name if (job := ledger.job_with(name)) else None, ledger.given_up(name)) for name in HASHES}
    return ledger.id, ledger.jobs, requests, ledger.fallbacks(), ledger.turnarounds()


def entries(*hashes: str) -> list[Entry]:
    return [Entry(one, f"scene {one}", named=True) for one in hashes]


class Runs(RuleBasedStateMachine):
    """A run that plans, creates, reads and gives up, is killed amid a line, and goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.times = count(1)
        self.ledger = opened(self.folder, lambda: float(next(self.times)))
        self.names: set[str] = set()

    def teardown(self) -> None:
        self.ledger.close()
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()

    @rule(some=st.sets(st.sampled_from(HASHES), min_size=1, max_size=3))
    def plan(self, some: set[str]) -> None:
        new = [one for one in sorted(some) if self.ledger.job_with(one) is None]
        if not new:
            return
        job = self.ledger.plan("model", entries(*new))
        assert job.name not in self.names, "two jobs of one name"
        self.names.add(job.name)
        assert all(self.ledger.job_with(one) is job and self.ledger.given_up(one) is None for one in new)

    @precondition(lambda self: self.ledger.running())
    @rule(data=st.data())
    def goes_on(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.ledger.running()))
        if job.id is None:
            self.ledger.trying(job)
            self.ledger.created(job, f"batches/{job.name}", 3.0)
            return
        ends = sorted(FRUITFUL | FRUITLESS - {"VOID", "REFUSED"})
        self.ledger.seen(job, data.draw(st.sampled_from(["RUNNING", "DREAMING", *ends])), "why")

    @precondition(lambda self: self.ledger.jobs)
    @rule(data=st.data(), kind=st.sampled_from(["stored", "unusable", "failed", "missing", "late"]))
    def reads(self, data: st.DataObject, kind: str) -> None:
        job = data.draw(st.sampled_from(list(self.ledger.jobs.values())))
        request = data.draw(st.sampled_from(job.entries)).hash
        self.ledger.read_items(job, [(request, Fate(kind, "é\n", 3))])
        assert not (kind in {"failed", "missing"} and job.holds(request))

    @rule(request=st.sampled_from(HASHES))
    def gives_up(self, request: str) -> None:
        self.ledger.give_up([(request, "a scene")], Fallback("deadline", "too late"))
        assert self.ledger.given_up(request) == Fallback("deadline", "too late")

    @rule()
    def begins_anew(self) -> None:
        self.ledger.start()
        assert all(self.ledger.given_up(one) is None for one in HASHES)

    @rule(torn=st.sampled_from([b"", b'{"event": "planned", "job": "x', b'{"event', b"\xff\x00", b"{}", b"\n[]\n7"]))
    def is_killed(self, torn: bytes) -> None:
        self.ledger.close()
        with (self.folder / NAME).open("ab") as file:
            file.write(torn)
        before = known(self.ledger)
        self.ledger = opened(self.folder, lambda: float(next(self.times)))
        assert known(self.ledger) == before

    @invariant()
    def the_disk_says_the_same(self) -> None:
        assert known(read_ledger(self.folder)) == known(self.ledger)


TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def filled(folder: Path) -> Ledger:
    ledger = opened(folder)
    one = ledger.plan("model", entries("h0", "h1"))
    ledger.trying(one)
    ledger.created(one, "batches/1", 2.0)
    ledger.seen(one, "SUCCEEDED")
    ledger.read_items(one, [("h0", Fate("stored", tokens=5)), ("h1", Fate("missing", "not there"))])
    ledger.give_up([("h1", "scene h1")], Fallback("missing", "not there"))
    two = ledger.plan("model", entries("h2"))
    ledger.trying(two)
    return ledger


@settings(deadline=None)
@given(share=st.floats(0, 1))
def test_a_file_cut_anywhere_says_what_its_whole_lines_say(share, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("run")
    filled(folder).close()
    whole = (folder / NAME).read_bytes()
    cut = whole[: round(share * len(whole))]
    (folder / NAME).write_bytes(cut[: cut.rfind(b"\n") + 1])
    expected = known(read_ledger(folder))
    (folder / NAME).write_bytes(cut)
    if cut.endswith(b"}"):  # a whole line but for its end
        return
    assert known(read_ledger(folder)) == expected
    ledger = opened(folder)
    ledger.start()
    ledger.close()
    assert known(read_ledger(folder))[1] == expected[1]


def test_what_a_ledger_knows(tmp_path) -> None:
    ledger = filled(tmp_path)
    one, two = ledger.jobs.values()
    assert (ledger.job_with("h0"), ledger.job_with("h1"), ledger.job_with("h2")) == (one, None, two)
    assert ledger.unsettled() == ledger.running() == [two]
    assert ledger.turnarounds() == [Turnaround(2, 5.0)]
    assert ledger.fallbacks() == {"h1": ("scene h1", "missing")}
    ledger.close()


def test_names_are_of_this_run_and_this_plan(tmp_path) -> None:
    names = set()
    for run in ("a", "b"):
        (tmp_path / run).mkdir()
        ledger = opened(tmp_path / run)
        first = ledger.plan("model", entries("h0"))
        ledger.seen(first, "FAILED")
        names |= {first.name, ledger.plan("model", entries("h0")).name}
        assert all(name.startswith(f"visium-{ledger.id}-") for name in ledger.jobs)
        ledger.close()
    assert len(names) == 4


def test_a_ledger_stays_what_it_is(tmp_path) -> None:
    first = opened(tmp_path)
    first.close()
    second = opened(tmp_path)
    second.close()
    assert first.id == second.id
    lines = [json.loads(line) for line in (tmp_path / NAME).read_text().splitlines()]
    assert [line["event"] for line in lines] == ["ledger"]


def test_lines_of_a_later_version_are_skipped(tmp_path) -> None:
    filled(tmp_path).close()
    before = known(read_ledger(tmp_path))
    with (tmp_path / NAME).open("a") as file:
        file.write('{"event": "praised", "at": 3, "job": "x"}\n{"event": "planned", "at": 3, "job": "y"}\n[]\n\n')
    assert known(read_ledger(tmp_path)) == before


def test_a_ledger_that_cannot_be_written_says_so(tmp_path) -> None:
    with pytest.raises(EnvironmentFault, match=r"batches.jsonl: cannot be written \(No such file"):
        opened(tmp_path / "nowhere")
    (tmp_path / NAME).mkdir()
    with pytest.raises(EnvironmentFault, match=r"cannot be written \(Is a directory"):
        opened(tmp_path)
    with pytest.raises(EnvironmentFault, match=r"cannot be read \(Is a directory"):
        read_ledger(tmp_path)


def test_a_full_disk_is_no_entry(tmp_path, monkeypatch) -> None:
    ledger = opened(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("visium_graph.models.batch.ledger.os.write", lambda *_: 3)
        with pytest.raises(EnvironmentFault, match="no space left"):
            ledger.plan("model", entries("h0"))
    assert ledger.jobs == {}
    ledger.close()


def test_without_a_file_there_is_nothing(tmp_path) -> None:
    assert read_ledger(tmp_path).jobs == {}
    assert not (tmp_path / NAME).exists()
