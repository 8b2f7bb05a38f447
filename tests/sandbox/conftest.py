from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from visium_graph.sandbox import Job, Limits
from visium_graph.sandbox.client import close_all

MakeJob = Callable[..., Job]


@pytest.fixture
def make_job(tmp_path: Path) -> MakeJob:
    """Jobs at the smallest size, stored in the test's own folder."""

    def make(
        code: str, task: str = "check", *, scene_id: str = "one", beats=(0.25,), folder=None, assets=None, **limits
    ) -> Job:
        payload = {
            "scene_id": scene_id,
            "code": code,
            "beats": [{"id": str(number), "seconds": length} for number, length in enumerate(beats)],
            "width": 214,
            "height": 120,
            "fps": 10,
            "theme": "dark",
            "math": "mathjax",
            "assets": assets or {},
        }
        return Job(task, payload, tmp_path / "store", Limits(**limits), folder)

    return make


@pytest.fixture(scope="module", autouse=True)
def _nothing_left() -> Iterator[None]:
    """After a module's tests: no process and no scratch folder of theirs."""
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    folders = set(scratch_folders())
    yield
    close_all()
    left = [process for process in psutil.Process().children(recursive=True) if process.pid not in before]
    # multiprocessing keeps one process of its own until the interpreter ends.
    left = [process for process in left if "resource_tracker" not in " ".join(process.cmdline())]
    assert left == []
    assert set(scratch_folders()) == folders


def scratch_folders() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("visium-job-*"))


@pytest.fixture
def ended() -> Callable[[int], bool]:
    """Whether a process of this pid is gone, at most waiting to be collected by init."""

    def check(pid: int) -> bool:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    return check
