from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import psutil
import pytest

from visium_graph.sandbox import Pool, PoolClosed, pool_for
from visium_graph.settings import Settings

MODULE = "from manim import *\n"


def scene(number: int) -> str:
    return (
        MODULE
        + f"class S{number}(Scene):\n    def construct(self):\n        self.add(Square())\n        self.wait(0.2)\n"
    )


def descendants(kind: str) -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if kind in " ".join(process.cmdline()):
                found.append(process)
        except psutil.NoSuchProcess:
            pass
    return found


STARTED = "open('started', 'w').write(str(os.getpid()))"
"""Part of a scene: it can write in its own folder only, where `started_child` looks."""


def started_child() -> int:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for path in Path(tempfile.gettempdir()).rglob("visium-job-*/started"):
            if found := path.read_text():
                return int(found)
        time.sleep(0.02)
    raise AssertionError("the job never started")


@pytest.fixture(scope="module")
def pool():
    with Pool(Settings(workers=2)) as pool:
        yield pool


def test_ten_scenes_at_once(pool: Pool, make_job) -> None:
    futures = [pool.submit(make_job(scene(number), "render", scene_id=f"s{number}")) for number in range(10)]
    results = [future.result(60) for future in futures]
    assert [result.status for result in results] == ["done"] * 10
    assert len({result.files[".mp4"] for result in results}) == 10


def test_the_same_job_is_one_future_and_runs_once(pool: Pool, make_job) -> None:
    code = scene(0)
    first = pool.submit(make_job(code))
    assert pool.submit(make_job(code)) is first
    assert not first.result(30).cached
    assert pool.submit(make_job(code)) is first
    assert not first.cancel()


def test_stored_results_need_no_worker(pool: Pool, make_job) -> None:
    pool.submit(make_job(scene(1))).result(30)
    with Pool(Settings(workers=1)) as other:
        assert other.submit(make_job(scene(1))).result(5).cached
        assert other._idle == other._busy == []


def test_a_crash_is_a_result_and_can_be_tried_again(pool: Pool, make_job) -> None:
    job = make_job(MODULE + "import os; os.abort()")
    first = pool.submit(job)
    assert first.result(30).status == "crashed"
    second = pool.submit(job)
    assert second is not first
    assert second.result(30).status == "crashed"


def test_an_error_of_the_caller_reaches_the_caller(pool: Pool, make_job) -> None:
    future = pool.submit(make_job(scene(2), assets={"assets/x.png": "0" * 64}))
    with pytest.raises(Exception, match="no file of the run folder"):
        future.result(30)


def test_checks_go_before_renders(make_job, tmp_path: Path) -> None:
    order: list[str] = []
    gate = tmp_path / "gate"
    block = MODULE + f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.02)\n"
    with Pool(Settings(workers=1)) as pool:
        futures = [pool.submit(make_job(block, "render", scene_id="first"))]
        for task in ("render", "check"):
            for number in range(2):
                futures.append(pool.submit(make_job(scene(number), task)))
                futures[-1].add_done_callback(lambda _, name=f"{task} {number}": order.append(name))
        gate.touch()
        for future in futures:
            future.result(60)
    assert order == ["check 0", "check 1", "render 0", "render 1"]


@pytest.mark.parametrize("kind", ["spawn_main", "visium_graph.sandbox.preload"])
def test_a_process_killed_in_mid_job_costs_nothing(pool: Pool, make_job, ended, tmp_path: Path, kind: str) -> None:
    sign = tmp_path / "killed"  # the scene may not read it, but sees that it is there
    code = scene(3) + f"import os, time\nif not os.path.exists({str(sign)!r}):\n    {STARTED}; time.sleep(60)\n"
    future = pool.submit(make_job(code))
    other = pool.submit(make_job(scene(4), "render"))
    child = started_child()
    sign.touch()
    line = {process.pid for process in psutil.Process(child).parents()}
    (victim,) = [process for process in descendants(kind) if process.pid in line and process.pid != child]
    victim.kill()
    assert future.result(60).status == "done"
    assert other.result(60).status == "done"
    end = time.monotonic() + 10
    while not ended(child):
        assert time.monotonic() < end, "the child outlived its worker"
        time.sleep(0.02)


def test_warmed_up_workers_take_the_first_jobs(make_job) -> None:
    others = {process.pid for process in descendants("sandbox.preload")}  # of other pools of this session

    def loaded() -> set[int]:
        return {process.pid for process in descendants("sandbox.preload")} - others

    with Pool(Settings(workers=2)) as pool:
        for _ in range(2):  # the second time there is nothing to do
            pool.warm_up()
        end = time.monotonic() + 60
        while len(loaded()) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        warm = loaded()
        jobs = [make_job(scene(number + 300)) for number in range(4)]
        assert [pool.submit(job).result().status for job in jobs] == ["done"] * 4
        assert len(warm) == 2
        assert loaded() == warm


def test_a_closed_pool_is_not_warmed_up() -> None:
    before = len(descendants("multiprocessing.spawn"))
    pool = Pool(Settings(workers=2))
    pool.close()
    pool.warm_up()
    assert len(descendants("multiprocessing.spawn")) == before


def test_closing_ends_all_at_once(make_job, ended) -> None:
    pool = Pool(Settings(workers=1))
    running = pool.submit(make_job(MODULE + f"import os, time\n{STARTED}; time.sleep(60)"))
    waiting = pool.submit(make_job(scene(5)))
    child = started_child()
    started = time.monotonic()
    pool.close()
    assert time.monotonic() - started < 10
    assert ended(child)
    for future in (running, waiting):
        with pytest.raises(PoolClosed):
            future.result(1)
    with pytest.raises(PoolClosed):
        pool.submit(make_job(scene(5)))
    pool.close()


def test_one_pool_for_the_same_settings() -> None:
    settings = Settings(workers=1, quality="tiny")
    first = pool_for(settings)
    assert pool_for(Settings(workers=1, quality="tiny")) is first
    assert pool_for(Settings(workers=2, quality="tiny")) is not first
    first.close()
    assert pool_for(settings) is not first


SCRIPT = """
    from pathlib import Path
    from visium_graph.sandbox import Job, Limits, pool_for
    from visium_graph.settings import Settings

    print("the script runs", flush=True)
    code = {code!r}
    payload = dict(scene_id="a", code=code, beats=[], width=214, height=120, fps=10, theme="dark", math="mathjax", assets={{}})
    future = pool_for(Settings(workers=1)).submit(Job("check", payload, Path({store!r})))
    {then}
"""


def script(tmp_path: Path, code: str, then: str) -> Path:
    path = tmp_path / "plain_script.py"
    path.write_text(textwrap.dedent(SCRIPT).format(code=code, store=str(tmp_path / "store"), then=then))
    return path


def test_a_plain_script_without_a_main_guard(tmp_path: Path) -> None:
    path = script(tmp_path, scene(6), "print(future.result().status, __file__)")
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["the script runs", f"done {path}"]


@pytest.mark.parametrize("ending", ["normal", "interrupt", "kill"])
def test_nothing_outlives_the_script(tmp_path: Path, ending: str) -> None:
    sign = tmp_path / "started"
    code = MODULE + f"import os, time\n{STARTED}; time.sleep(60)"
    then = {
        "normal": f"import os, time\nwhile not os.path.exists({str(sign)!r}): time.sleep(0.02)",
    }.get(ending, "future.result()")
    process = subprocess.Popen(
        [sys.executable, script(tmp_path, code, then)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    family: list[psutil.Process] = []
    keep = threading.Event()

    def follow() -> None:
        while not keep.wait(0.02):
            try:
                family.extend(p for p in psutil.Process(process.pid).children(recursive=True) if p not in family)
            except psutil.NoSuchProcess:
                return

    follower = threading.Thread(target=follow)
    follower.start()
    started_child()
    time.sleep(0.1)
    sign.touch()
    if ending == "interrupt":
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole foreground group
    elif ending == "kill":
        process.kill()
    _, errors = process.communicate(timeout=30)
    keep.set()
    follower.join()
    assert len(family) >= 3
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    if ending == "interrupt":
        assert errors.count("Traceback") == 1  # the script's own, none of a worker's
