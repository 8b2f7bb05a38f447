"""The store under load, damage and kills, and the limit it is kept within."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from typer.testing import CliRunner

from visium_graph import Settings, Storyboard, cache, cache_view, make_video
from visium_graph import store as module
from visium_graph.cache import KINDS, entries, keep_within, prune, usage
from visium_graph.cli import app
from visium_graph.sandbox.job import TASKS
from visium_graph.store import PART, Store, content_hash

DAY = 86400


def key_of(number: int) -> str:
    return content_hash("test", number)


def stored(store: Store, number: int, *, kilobytes: int = 8, kind: str = "render") -> str:
    """A result with two files, all of it told by its number."""
    key = key_of(number)
    store.put(kind, key, ".mp4", bytes([number % 256]) * (kilobytes * 1024))
    store.put(kind, key, "-0.png", f"still {number}")
    store.put_record(kind, key, {"number": number, "beats": [[0, 1.5]]}, [".mp4", "-0.png"])
    return key


def used(store: Store, key: str, seconds_ago: float, kind: str = "render") -> None:
    """Pretend that the entry was last used then."""
    moment = time.time() - seconds_ago
    for path in store.path(kind, key, "").parent.glob(f"{key}*"):
        os.utime(path, (moment, moment))


def numbers_left(store: Store) -> set[int]:
    found = [store.get_record("render", key_of(number)) for number in range(300)]
    return {record.data["number"] for record in found if record is not None}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


# --- entries: whole, or absent ---


def test_a_record_comes_back_with_its_files(store: Store) -> None:
    key = stored(store, 7)
    record = store.get_record("render", key)
    assert record is not None
    assert record.data == {"number": 7, "beats": [[0, 1.5]]}
    assert set(record.files) == {".mp4", "-0.png"}
    assert record.files["-0.png"].read_text() == "still 7"
    assert store.get_record("check", key) is None


def test_text_of_any_kind_can_be_recorded(store: Store) -> None:
    told = {"message": "a\nb\u2028c \ud800 \0 \N{SNOWMAN}", "n": 0.1 + 0.2, "none": None}
    store.put_record("check", key_of(1), told)
    record = store.get_record("check", key_of(1))
    assert record is not None
    assert record.data == told


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def garbage(path: Path) -> None:
    path.write_bytes(b'{"files": {}, "data": {}}\n')


def nested(path: Path) -> None:
    path.write_bytes(b"[" * 100_000)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("suffix", [".json", ".mp4", "-0.png"])
@pytest.mark.parametrize("damage", [cut, empty, flip, garbage, nested, Path.unlink, folder])
def test_damage_is_noticed_and_mended(store: Store, damage: Callable[[Path], None], suffix: str) -> None:
    key = stored(store, 7)
    path = store.path("render", key, suffix)
    damage(path)
    assert store.get_record("render", key) is None
    if path.is_dir():
        path.rmdir()
    stored(store, 7)
    assert store.get_record("render", key) is not None


def test_a_store_of_another_user_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    key = stored(store, 7)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "not yours")

    monkeypatch.setattr("visium_graph.store.os.utime", refuse)
    assert store.get_record("render", key) is not None


# --- several processes ---

HEAD = """
import sys, time, random
from pathlib import Path
from visium_graph.store import Store, content_hash
from visium_graph.cache import prune
store, seed = Store(Path(sys.argv[1])), int(sys.argv[2])
draw = random.Random(seed)

def put(number, writer):
    key = content_hash("test", number)
    store.put("render", key, ".mp4", bytes([writer]) * (10, 5000, 70_000)[number % 3])
    store.put("render", key, "-0.png", f"writer {writer}")
    store.put_record("render", key, {"number": number, "writer": writer}, [".mp4", "-0.png"])
    return key

print("ready", flush=True)
"""
WRITER = HEAD + "for _ in range(int(sys.argv[3])): put(draw.randrange(10), seed)"
EVICTOR = (
    HEAD
    + """
while True:
    removed = prune(store.root, size=-1).removed
    if removed:
        print(removed, flush=True)
    time.sleep(0.02)
"""
)
KILLS = (
    HEAD
    + """
import os, signal
for turn in range(int(sys.argv[3])):
    pid = os.fork()
    while pid == 0:
        put(draw.randrange(10), seed) if turn % 2 else prune(store.root, size=-1)
    time.sleep(draw.uniform(0, 0.02))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    found = [store.get_record("render", content_hash("test", number)) for number in range(10)]
    for record in filter(None, found):
        assert set(record.files[".mp4"].read_bytes()) == {seed}
    put(3, seed)  # no lock was left behind
    print(sum(record is not None for record in found), flush=True)
"""
)
LEASED = (
    HEAD
    + """
for _ in range(int(sys.argv[3])):
    with store.lease():
        keys = [put(draw.randrange(10), 1) for _ in range(4)]
        for _ in range(5):
            assert all(store.get_record("render", key) is not None for key in keys)
"""
)


@contextmanager
def processes(store: Store, code: str, count: int, rounds: int = 10**9) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that run the code, each with a seed of its own and past its start; ended at the end."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(store.root), str(seed), str(rounds)], stdout=subprocess.PIPE, text=True
        )
        for seed in range(1, count + 1)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def test_writers_that_differ_leave_whole_entries(store: Store) -> None:
    """Four processes write the same ten entries, each with contents of its own: in the end every entry fits its record."""
    with processes(store, WRITER, 4, 60) as writers:
        while any(writer.poll() is None for writer in writers):
            for number in range(10):
                store.get_record("render", key_of(number))  # must not raise whatever happens meanwhile
        assert [writer.wait() for writer in writers] == [0] * 4
    for number in range(10):
        record = store.get_record("render", key_of(number))
        assert record is not None
        assert len(set(record.files[".mp4"].read_bytes())) == 1
    assert not list(store.root.rglob(f"{PART}*"))


def test_a_record_fits_files_that_another_writer_replaces_meanwhile(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = key_of(1)
    store.put("render", key, ".mp4", "mine")
    read, replaced = module._fingerprint, []

    def slow(path: Path) -> list[int | str]:
        told = read(path)
        if not replaced:
            replaced.append(store.put("render", key, ".mp4", "another's"))
        return told

    monkeypatch.setattr(module, "_fingerprint", slow)
    store.put_record("render", key, {}, [".mp4"])
    record = store.get_record("render", key)
    assert record is not None
    assert record.files[".mp4"].read_text() == "another's"


def test_a_kill_at_any_moment_leaves_nothing_half(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers and evictors, by turns, each killed within its first 20 ms."""
    with processes(store, KILLS, 1, 20) as (killer,):
        assert killer.stdout is not None
        found = [int(line) for line in killer.stdout]
        assert killer.wait() == 0
    assert len(found) == 20
    assert found[-1] > 0
    monkeypatch.setattr(cache, "STALE_SECONDS", 0.0)
    prune(store.root)
    assert not list(store.root.rglob(f"{PART}*"))


def test_what_is_used_under_a_lease_is_not_evicted_under_its_hands(store: Store) -> None:
    """Two processes use entries under leases while two others evict whatever they may."""
    old = stored(store, 99)
    used(store, old, 60)
    with processes(store, EVICTOR, 2) as evictors:
        until = time.monotonic() + 60
        while store.path("render", old, ".json").exists() and time.monotonic() < until:
            time.sleep(0.01)
        assert not store.path("render", old, ".json").exists()
        with processes(store, LEASED, 2, 25) as users:
            assert [user.wait() for user in users] == [0, 0]
            assert [evictor.poll() for evictor in evictors] == [None, None]
    time.sleep(0.05)  # what was used in the very moment in which evicting begins stays
    prune(store.root, size=-1)
    assert numbers_left(store) == set()


def test_the_lease_of_a_killed_process_ends_with_it(store: Store) -> None:
    code = HEAD + "with store.lease(): put(1, 1); print('leased', flush=True); time.sleep(60)"
    with processes(store, code, 1) as (holder,):
        assert holder.stdout is not None
        assert holder.stdout.readline() == "leased\n"
        used(store, stored(store, 2), 60)
        assert prune(store.root, size=-1).removed == 1
        assert numbers_left(store) == {1}
        holder.kill()
        holder.wait()
        time.sleep(0.05)  # what was used in the very moment in which evicting begins stays
        assert prune(store.root, size=-1).removed == 1
    assert not list((store.root / ".leases").iterdir())


def test_a_use_between_the_listing_and_the_eviction_counts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        used(store, stored(store, number), 60)
    listed = entries(store.root)
    monkeypatch.setattr(cache, "entries", lambda _root: (store.get_record("render", key_of(1)), listed)[1])
    done = prune(store.root, size=-1)
    assert (done.removed, done.kept) == (2, 1)
    assert numbers_left(store) == {1}


def test_a_use_in_the_moment_of_the_eviction_counts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader notes its use after the evictor has looked and before the record has left its place."""
    key = stored(store, 1)
    used(store, key, 60)
    rename = Path.rename

    def late(path: Path, target: Path) -> Path:
        if not target.name.startswith(key):
            assert store.get_record("render", key) is not None
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", late)
    assert prune(store.root, size=-1).kept == 1
    assert store.get_record("render", key) is not None


# --- what goes, and when ---


def test_the_least_recently_used_goes_first(store: Store) -> None:
    for number in range(6):
        used(store, stored(store, number), 600 - number)
    assert store.get_record("render", key_of(0)) is not None  # used now: last of all
    done = prune(store.root, size=3 * 16384)  # an entry: 8 KB, and a block each for the record and the still
    assert (done.removed, done.freed, done.size) == (3, 3 * 16384, 3 * 16384)
    assert numbers_left(store) == {0, 4, 5}


def test_what_was_long_not_used_goes(store: Store) -> None:
    for number, days in enumerate([50, 29, 31, 0]):
        used(store, stored(store, number), days * DAY)
    assert prune(store.root, older_than=30 * DAY).removed == 2
    assert numbers_left(store) == {1, 3}


def test_times_in_the_future_do_not_keep_an_entry(store: Store) -> None:
    used(store, stored(store, 1), 10)
    used(store, stored(store, 2), -400 * DAY)
    assert prune(store.root, size=16384).removed == 1
    assert numbers_left(store) == {1}


def test_drafts_and_marks_of_plans_stay(store: Store) -> None:
    for days in (5, 40):
        used(store, store.put("code", key_of(days), ".py", "x = 1").stem, days * DAY, "code")
        used(store, store.put("plan", key_of(days), ".txt", "").stem, days * DAY, "plan")
    done = prune(store.root, size=-1)
    assert (done.removed, done.kept) == (1, 3)
    assert store.find("code", key_of(5), ".py") is not None
    assert store.find("code", key_of(40), ".py") is None
    assert store.find("plan", key_of(40), ".txt") is not None


def test_what_is_not_the_stores_own_is_never_touched(store: Store) -> None:
    stored(store, 1)
    digits = key_of(2)
    foreign = [
        f"render/{digits[:2]}/notes.txt",
        f"render/ff{digits[:2]}/{digits}.mp4",
        f"render/{'00' if digits[:2] != '00' else '01'}/{digits}.mp4",  # another's shard
        f"data/{digits[:2]}/{digits}.bin",
        "render/README.md",
        "index/my-notes.json",
        "precious.mp4",
    ]
    for name in foreign:
        path = store.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
        os.utime(path, (0, 0))
    time.sleep(0.02)
    assert prune(store.root, size=-1).removed == 1
    assert all((store.root / name).read_text() == "mine" for name in foreign)


def test_files_without_a_record_go_too(store: Store) -> None:
    key = stored(store, 1)
    store.path("render", key, ".json").unlink()
    used(store, key, 60)
    assert prune(store.root, size=-1).removed == 1
    assert not list(store.root.rglob(f"{key}*"))


def test_indexes_of_manim_go_too(store: Store) -> None:
    files = [store.root / "index" / f"0.22.0-0123456789abcdef.{suffix}" for suffix in ("json", "lock")]
    files[0].parent.mkdir(parents=True)
    for path in files:
        path.write_text("{}")
    assert prune(store.root, size=-1).kept == 1  # it may be read in this very moment
    for path in files:
        os.utime(path, (0, 0))
    assert prune(store.root, size=-1).removed == 1
    assert not any(path.exists() for path in files)


def test_many_puts_stay_within_the_limit_and_are_rarely_measured(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 1_000_000
    measured = []
    monkeypatch.setattr(cache, "entries", lambda root: measured.append(root) or entries(root))
    for number in range(200):
        used(store, stored(store, number, kilobytes=24), 1000 - number)
        if number % 3 == 0:
            keep_within(store.root, limit)
            assert usage(Settings(cache_dir=store.root)).size <= limit
            measured.pop()  # the measuring of this test's own
    keep_within(store.root, limit)
    left = numbers_left(store)
    assert left == set(range(200 - len(left), 200))
    assert len(left) * 32768 > 0.85 * limit
    assert len(measured) < 60  # of 68 calls


def test_evicting_that_takes_long_goes_on_another_time(store: Store) -> None:
    for number in range(5):
        used(store, stored(store, number), 60)
    assert prune(store.root, size=-1, seconds=0.0).removed < 5
    assert prune(store.root, size=-1).size == 0


def test_a_store_that_was_never_counted_is_measured(store: Store) -> None:
    for number in range(5):
        used(store, stored(store, number), 60)
    (store.root / ".ledger").unlink()
    done = keep_within(store.root, 16384 * 3)
    assert done is not None
    assert done.removed == 3
    assert keep_within(store.root, 16384 * 3) is None


def test_a_store_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert keep_within(tmp_path / "file" / "store", 1) is None
    assert prune(tmp_path / "nothing", size=-1).removed == 0
    assert not (tmp_path / "nothing").exists()


class StoreAgainstDict(RuleBasedStateMachine):
    """Any order of putting, getting, damaging and pruning does what a dictionary in order of use would do."""

    numbers = st.integers(0, 5)

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.store = Store(self.folder)
        self.model: dict[int, str] = {}  # in order of use
        self.clock = 1_000_000_000

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def note(self, number: int) -> None:
        """Put the use at a time of its own; the file system's clock is too coarse to tell them apart."""
        self.clock += 10
        for path in self.store.path("render", key_of(number), "").parent.glob(f"{key_of(number)}*"):
            os.utime(path, (self.clock, self.clock))
        self.model[number] = self.model.pop(number)

    @rule(number=numbers, text=st.text(max_size=3))
    def put(self, number: int, text: str) -> None:
        self.store.put("render", key_of(number), ".txt", text.encode("utf-8", "surrogatepass"))
        self.store.put_record("render", key_of(number), {"text": text}, [".txt"])
        self.model[number] = text
        self.note(number)

    @rule(number=numbers)
    def get(self, number: int) -> None:
        record = self.store.get_record("render", key_of(number))
        assert (record.data["text"] if record else None) == self.model.get(number)
        if record:
            assert record.files[".txt"].read_bytes() == self.model[number].encode("utf-8", "surrogatepass")
            self.note(number)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), suffix=st.sampled_from([".json", ".txt"]), more=st.sampled_from([b"", b"?", b"??"]))
    def damage(self, data: st.DataObject, suffix: str, more: bytes) -> None:
        number = data.draw(st.sampled_from(sorted(self.model)))
        path = self.store.path("render", key_of(number), suffix)
        before = path.read_bytes()
        path.write_bytes(before[:-1] + more)
        assert (self.store.get_record("render", key_of(number)) is None) == (path.read_bytes() != before)
        for each in path.parent.glob(f"{key_of(number)}*"):
            each.unlink()
        del self.model[number]

    @rule(kept=st.integers(0, 6))
    def prune(self, kept: int) -> None:
        while sum(4096 * (1 + bool(text)) for text in self.model.values()) > 4096 * kept:
            del self.model[next(iter(self.model))]
        prune(self.store.root, size=4096 * kept)

    @rule()
    def killed(self) -> None:
        (self.store.root / "render" / "ab").mkdir(parents=True, exist_ok=True)
        (self.store.root / "render" / "ab" / f"{PART}x.mp4").write_text("half")

    @invariant()
    def the_same_is_there(self) -> None:
        there = {entry.key for entry in entries(self.folder)}
        assert there == {key_of(number) for number in self.model}


TestStoreAgainstDict = StoreAgainstDict.TestCase
TestStoreAgainstDict.settings = hypothesis_settings(max_examples=25, stateful_step_count=25, deadline=None)


# --- a run, and the command ---

BOARD = Storyboard.model_validate(
    {
        "title": "Board",
        "scenes": [
            {
                "id": name,
                "title": f"Scene {name}",
                "beats": [{"id": "a", "say": "One."}, {"id": "b", "say": "Two."}],
                "layout": {"kind": "bullets", "parts": [{"id": "x", "text": f"The point of {name}"}]},
            }
            for name in ("one", "two")
        ],
    }
)


def test_a_run_completes_while_everything_is_pruned_again_and_again(tmp_path: Path) -> None:
    chosen = Settings(quality="tiny", voice="silent", cache_dir=tmp_path / "store", workers=1)
    with processes(Store(chosen.cache_dir), EVICTOR, 1) as (evictor,):
        run = make_video(BOARD, settings=chosen, out=tmp_path / "run")
        evictor.kill()
        assert sum(int(line) for line in evictor.stdout or ()) > 0
    report = json.loads(run.report.read_text())
    assert [scene["outcome"] for scene in report["scenes"]] == ["template", "template"]
    assert run.video.stat().st_size > 0
    kinds = {path.name for path in chosen.cache_dir.iterdir() if not path.name.startswith(".")}
    assert kinds <= set(KINDS), "a new kind of entry needs its place in KINDS, or it is never pruned"


def visium(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["cache", *arguments])
    return done.exit_code, done.stdout


@pytest.fixture
def shown(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("VISIUM_CACHE_DIR", str(store.root))
    for number in range(4):
        used(store, stored(store, number), number * 10 * DAY + 60)
    return store


def test_the_command_shows_what_there_is(shown: Store) -> None:
    code, text = visium()
    assert code == 0
    assert text.splitlines()[-1] == f"{shown.root}: 65.5 KB of 4.0 GB"
    code, text = visium("--json")
    told = json.loads(text)
    assert (code, told["size"], told["limit"]) == (0, 65536, 4_000_000_000)
    renders = next(kind for kind in told["kinds"] if kind["kind"] == "render")
    assert (renders["entries"], renders["size"]) == (4, 65536)
    assert renders["oldest"] < renders["newest"]


def test_the_command_shows_a_cache_that_is_not_there(tmp_path: Path) -> None:
    code, text = visium("--set", f"cache_dir={tmp_path / 'none'}")
    assert code == 0
    assert "0 B of 4.0 GB" in text
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        ([], {0, 1, 2, 3}),
        (["--size", "40KB"], {0, 1}),
        (["--older-than", "2w"], {0, 1}),
        (["--older-than", "25d", "--size", "64kib"], {0, 1, 2}),
        (["--all"], set()),
    ],
)
def test_the_command_prunes(shown: Store, arguments: list[str], left: set[int]) -> None:
    code, text = visium("prune", *arguments, "--json")
    assert code == 0
    assert json.loads(text)["removed"] == 4 - len(left)
    assert numbers_left(shown) == left


def test_the_command_keeps_to_the_limit_that_is_set(shown: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visium_graph.cache.disk_size", lambda size: size * 100)
    code, text = visium("prune", "--set", "cache_size_mb=2")
    assert (code, numbers_left(shown)) == (0, {0, 1})
    assert text.startswith("2 entries removed, ")


@pytest.mark.parametrize(
    "arguments", [["--size", "many"], ["--size", "-5MB"], ["--older-than", "3"], ["--all", "--size", "1MB"]]
)
def test_the_command_says_what_it_does_not_understand(shown: Store, arguments: list[str]) -> None:
    assert visium("prune", *arguments)[0] == 2
    assert numbers_left(shown) == {0, 1, 2, 3}


def test_every_kind_that_is_stored_is_known() -> None:
    package = Path(cache.__file__).parent
    named = {
        match
        for path in package.rglob("*.py")
        for match in re.findall(r'^_KIND(?:, \w+)? = "(\w+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"latex", "outlines"} <= named
    assert named | set(TASKS) <= set(KINDS)
    assert set(cache_view._KINDS) == set(KINDS)
