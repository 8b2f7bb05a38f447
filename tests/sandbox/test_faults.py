"""Processes that are killed or stopped, and machines at their end: the video is made all the same."""

from __future__ import annotations

import importlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from visium_graph import make_video, resume_video
from visium_graph.errors import EnvironmentFault
from visium_graph.export.report import Report
from visium_graph.graph.scene_work import SceneWork
from visium_graph.sandbox import Pool, client, pool, run_job
from visium_graph.settings import Settings
from visium_graph.storyboard import Storyboard

SCENE = "from manim import *\nclass S(Scene):\n    def construct(self):\n        self.add(Square())\n        self.wait(0.2)\n"
SLEEPS = "import time\ntime.sleep(60)\n"
WAIT_SECONDS = 60


@pytest.fixture(scope="module", autouse=True)
def _benchmarks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
        yield
    for used in list(pool._pools.values()):  # of whole videos
        used.close()


def below(kind: str) -> list[psutil.Process]:
    """Processes of this one: `worker`, `preloaded` or `child`."""
    family = importlib.import_module("render_soak.family")
    return family.Family(Path(tempfile.gettempdir())).of_kind(kind, psutil.Process().pid)


def await_one(kind: str, but: set[int] = frozenset()) -> psutil.Process:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        for process in below(kind):
            if process.pid not in but:
                return process
        time.sleep(0.01)
    raise AssertionError(f"no {kind} came")


@pytest.fixture
def keep_killing() -> Iterator[Callable[[str], set[int]]]:
    """Kill every process of a kind as soon as it appears; returns the set that grows with their pids."""
    stop = threading.Event()
    threads = []

    def start(kind: str) -> set[int]:
        killed: set[int] = set()

        def kill() -> None:
            while not stop.wait(0.01):
                for process in below(kind):
                    if process.pid not in killed:
                        killed.add(process.pid)
                        process.kill()

        threads.append(threading.Thread(target=kill))
        threads[-1].start()
        return killed

    yield start
    stop.set()
    for thread in threads:
        thread.join()


def outcomes(run) -> dict[str, tuple[str, list[str]]]:
    report = Report.model_validate_json(run.report.read_text())
    return {scene.id: (scene.outcome, [finding.rule for finding in scene.findings]) for scene in report.scenes}


def board(**codes: str | None) -> Storyboard:
    beat, layout = {"id": "a", "say": "One."}, {"kind": "bullets", "parts": [{"id": "x", "text": "A point"}]}
    scenes = [
        {"id": name, "title": name, "beats": [beat], "layout": layout, "code": code} for name, code in codes.items()
    ]
    return Storyboard.model_validate({"title": "Board", "scenes": scenes})


def test_ten_kills_while_videos_are_made(tmp_path: Path) -> None:
    soak = importlib.import_module("soak_render").soak
    makings = list(soak(10, 4, tmp_path, latex=False))
    assert [wrong for _, wrong in makings if wrong] == []
    assert sum(kill.hit for making, _ in makings for kill in making.kills) == 10


@pytest.mark.parametrize("kind", ["child", "preloaded"])
def test_one_kill_is_not_blamed_on_the_scene(make_job, kind: str) -> None:
    client.close_all()
    killer = threading.Thread(target=lambda: await_one(kind).kill())  # a preloaded process as it starts
    killer.start()
    result = run_job(make_job(SCENE, "render"))
    killer.join()
    assert (result.status, result.cached) == ("done", False)


@pytest.mark.parametrize(("kind", "tries"), [("child", 4), ("preloaded", 4), ("worker", 5)])
def test_who_is_killed_for_ever_is_given_up(make_job, keep_killing, kind: str, tries: int) -> None:
    client.close_all()
    with Pool(Settings(workers=1)) as one:
        future = one.submit(make_job(SCENE + SLEEPS))
        killed = keep_killing(kind)
        result = future.result(WAIT_SECONDS)
    assert result.status == "crashed"
    assert result.fault is not None
    assert "killed" in result.fault.message
    # One that is killed before it has begun is replaced without counting as a try.
    assert tries <= len(killed) <= 3 * tries


def test_a_kill_touches_no_other_worker(make_job) -> None:
    with Pool(Settings(workers=2)) as two:
        quiet = two.submit(make_job(SCENE + "import time\ntime.sleep(4)\n", scene_id="quiet"))
        spared = await_one("worker")
        await_one("child")
        struck = two.submit(make_job(SCENE, scene_id="struck"))
        await_one("worker", {spared.pid}).kill()
        assert struck.result(WAIT_SECONDS).status == "done"
        assert spared.is_running()
        assert quiet.result(WAIT_SECONDS).status == "done"
        assert spared.is_running()


def test_a_worker_that_is_stopped_is_replaced(make_job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_TICK", 0.1)
    monkeypatch.setattr(pool, "_STOPPED_SECONDS", 0.3)
    with Pool(Settings(workers=1)) as one:
        assert one.submit(make_job(SCENE)).result(WAIT_SECONDS).status == "done"
        worker = await_one("worker")
        worker.send_signal(signal.SIGSTOP)
        result = one.submit(make_job(SCENE, "render")).result(WAIT_SECONDS)
        assert result.status == "done"
        assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


def test_a_preloaded_process_that_is_stopped_is_replaced(make_job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_SILENCE_SECONDS", 1.0)
    monkeypatch.setattr(client, "_CLOSE_SECONDS", 0.5)
    assert run_job(make_job(SCENE)).status == "done"
    stopped = await_one("preloaded")
    stopped.send_signal(signal.SIGSTOP)
    assert run_job(make_job(SCENE, "render", seconds=60)).status == "done"
    assert not stopped.is_running()


def test_two_pools_with_one_store_do_not_meet(make_job) -> None:
    jobs = [make_job(SCENE, "render", scene_id=f"s{number}") for number in range(3)]
    with Pool(Settings(workers=1)) as first, Pool(Settings(workers=1)) as second:
        both = [(first.submit(job), second.submit(job)) for job in jobs]
        results = [(one.result(WAIT_SECONDS), other.result(WAIT_SECONDS)) for one, other in both]
    for one, other in results:
        assert (one.status, other.status) == ("done", "done")
        assert (one.value, one.files) == (other.value, other.files)
    assert all(run_job(job).cached for job in jobs)


def test_rendering_begins_before_the_slowest_scene_is_done(tmp_path: Path) -> None:
    clips = []

    def note(event) -> None:
        if event["event"] == "accepted" and event["scene"] == "slow":
            clips.extend((tmp_path / "store" / "render").glob("??/*.json"))

    slow = SCENE.replace("self.wait(0.2)", "import time; time.sleep(4); self.wait(0.2)")
    settings = Settings(quality="tiny", voice="silent", workers=2, cache_dir=tmp_path / "store")
    make_video(board(slow=slow, fast=None), settings=settings, out=tmp_path / "run", on_event=note)
    assert len(clips) == 1


def test_what_is_over_a_limit_becomes_a_finding_and_the_fallback(tmp_path: Path) -> None:
    hog = SCENE.replace("self.wait", "hoard = [bytearray(b'1') * 10**8 for _ in range(50)]; self.wait")
    sleeper = SCENE.replace("self.wait", "import time; time.sleep(600); self.wait")
    settings = Settings(
        quality="tiny", voice="silent", job_memory_mb=1000, job_seconds=24, cache_dir=tmp_path / "store"
    )
    run = make_video(board(hog=hog, sleeper=sleeper, good=None), settings=settings, out=tmp_path / "run")
    found = outcomes(run)
    assert found["good"] == ("template", [])
    assert found["hog"][0] == found["sleeper"][0] == "fallback"
    assert "memory-limit" in found["hog"][1]
    assert "time-limit" in found["sleeper"][1]
    assert run.video.is_file()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A TMPDIR of the test's own."""
    client.close_all()
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    client.close_all()


def test_temporary_folder_removed_between_and_in_jobs(make_job, temporary: Path) -> None:
    assert run_job(make_job(SCENE)).status == "done"
    shutil.rmtree(temporary)

    def remove() -> None:
        await_one("child")
        shutil.rmtree(temporary, ignore_errors=True)

    remover = threading.Thread(target=remove)
    remover.start()
    result = run_job(make_job(SCENE.replace("self.wait", "import time; time.sleep(1); self.wait"), "render"))
    remover.join()
    assert result.status == "done"
    assert list(temporary.iterdir()) == []


def test_a_temporary_folder_that_cannot_be_written(make_job, temporary: Path) -> None:
    temporary.rmdir()
    temporary.write_text("a file, no folder")
    with pytest.raises(EnvironmentFault, match="set TMPDIR"):
        run_job(make_job(SCENE))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    client.close_all()
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path, room: int) -> Path:
    """Leave so many kilobytes."""
    filler = disk / "filler"
    filler.write_bytes(b"x" * (2**21 - (room + 8) * 1024))
    return filler


@pytest.mark.parametrize("full", ["store", "run"])
def test_a_full_disk_ends_the_run_in_one_line_and_resuming_finishes_it(
    disk: Path, tmp_path: Path, tiny_storyboard: Storyboard, full: str
) -> None:
    filler = fill(disk, {"store": 100, "run": 170}[full])
    places = {name: (disk if name == full else tmp_path) / name for name in ("store", "run")}
    settings = Settings(quality="tiny", voice="silent", cache_dir=places["store"])
    with pytest.raises((EnvironmentFault, OSError), match="No space left"):
        make_video(tiny_storyboard, settings=settings, out=places["run"])
    filler.unlink()
    run = resume_video(places["run"])
    assert outcomes(run) == {"points": ("template", []), "end": ("template", [])}
    assert list(disk.rglob(".part-*")) == []


def test_what_a_full_disk_did_to_a_job_is_not_remembered(disk: Path, make_job, monkeypatch: pytest.MonkeyPatch) -> None:
    client.close_all()
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    run_job(make_job(SCENE, scene_id="warm"))  # the next preloaded process has room to start
    filler = fill(disk, 16)
    job = make_job(SCENE.replace("Square()", "Text('many different letters: abcdefghijklmnopqrstuvwxyz')"), "render")
    result = run_job(job)
    assert result.status == "limit"
    assert result.fault is not None
    assert "no room was left" in result.fault.message
    filler.unlink()
    again = run_job(job)
    assert (again.status, again.cached) == ("done", False)


def test_a_fault_of_the_machine_leaves_no_scene_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(quality="tiny", voice="silent", cache_dir=tmp_path / "store")
    usual = SceneWork.check_job

    def faulty(work: SceneWork, draft: str):
        if work.scene.id == "second":
            raise EnvironmentFault("the machine is at its end")
        return usual(work, draft)

    with monkeypatch.context() as patch:
        patch.setattr(SceneWork, "check_job", faulty)
        with pytest.raises(EnvironmentFault, match="at its end"):
            make_video(board(first=None, second=None, third=None), settings=settings, out=tmp_path / "run")
    run = resume_video(tmp_path / "run")
    assert outcomes(run) == {name: ("template", []) for name in ("first", "second", "third")}
