"""The instruments of `make bench-render`: similarity of frames, processor time of process trees, and what is rendered."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import psutil
import pytest
from scipy.ndimage import uniform_filter

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
BURN = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass\n"
ORPHAN = "import os, subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {code!r}], start_new_session=True)\n"


@contextmanager
def benchmark(name: str) -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module(f"render_bench.{name}")


@pytest.fixture(scope="module")
def ssim() -> Iterator[ModuleType]:
    with benchmark("ssim") as module:
        yield module


def grey_frame(values: np.ndarray) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(np.stack([values] * 3), format="yuv444p")


def reference(one: np.ndarray, other: np.ndarray) -> float:
    """SSIM after its definition: means, variances and covariance over 8x8 windows, four pixels apart."""

    def windows(values: np.ndarray) -> np.ndarray:
        return uniform_filter(values, 8)[4:-3:4, 4:-3:4]

    a, b = one.astype(float), other.astype(float)
    mean_a, mean_b = windows(a), windows(b)
    # FFmpeg's variances are those of a sample: divided by 63, not 64.
    spread, shared = (
        (windows(a * a) - mean_a**2 + windows(b * b) - mean_b**2) * 64 / 63,
        (windows(a * b) - mean_a * mean_b) * 64 / 63,
    )
    light, contrast = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    ratio = (2 * mean_a * mean_b + light) * (2 * shared + contrast)
    return float((ratio / ((mean_a**2 + mean_b**2 + light) * (spread + contrast))).mean())


def test_ssim_is_that_of_its_definition(ssim: ModuleType) -> None:
    random = np.random.default_rng(1)
    one = random.integers(0, 256, (64, 96), dtype=np.uint8)
    compare = ssim.Ssim(96, 64, "yuv444p")
    assert compare(grey_frame(one), grey_frame(one)) == {"Y": 1, "U": 1, "V": 1, "All": 1}
    for noise in (3, 40):
        other = np.clip(one + random.normal(0, noise, one.shape), 0, 255).astype(np.uint8)
        found = compare(grey_frame(one), grey_frame(other))
        assert found["Y"] == pytest.approx(reference(one, other), abs=2e-4)
        assert found["All"] == pytest.approx(found["Y"], abs=1e-5)


def write_clip(path: Path, pictures: list[np.ndarray]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264rgb", rate=10, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = pictures[0].shape[1], pictures[0].shape[0], "rgb24"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture[:, :, :3].copy(), format="rgb24")))
        container.mux(stream.encode())
    return path


def test_a_clip_is_compared_frame_by_frame(ssim: ModuleType, tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    first, second = (random.integers(0, 256, (48, 64, 4), dtype=np.uint8) for _ in range(2))
    path = write_clip(tmp_path / "clip.mkv", [first, first, second, second])
    same = ssim.Clip(path)
    same.compare(first, 2)
    same.compare(second, 2)
    found = same.end()
    assert found.rgb == [1, 1, 1, 1]
    assert (found.missing, found.extra) == ([], 0)

    longer, shorter = ssim.Clip(path), ssim.Clip(path)
    longer.compare(first, 1)
    assert longer.end().extra == 3
    shorter.compare(first, 3)
    shorter.compare(second, 2)
    found = shorter.end()
    assert (found.missing, len(found.rgb)) == ([4], 4)
    assert found.rgb[1] == 1
    assert max(found.rgb[2], found.luma[2]) < 0.5


def measured(scripts: list[str]) -> tuple[float, list[float]]:
    """CPU seconds of a batch of scripts, and of each, as a process of its own sees them."""
    code = (
        "import json, sys\n"
        "from render_bench.processes import Command, children_end_here, run_commands\n"
        "with children_end_here():\n"
        "    commands = [Command((sys.executable, '-c', code)) for code in json.loads(sys.argv[1])]\n"
        "    batch = run_commands(commands, 2)\n"
        "print(json.dumps([batch.cost.cpu, [cost.cpu for cost in batch.each]]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(scripts)],
        env={**os.environ, "PYTHONPATH": str(BENCHMARKS)},
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    batch, each = json.loads(done.stdout)
    return batch, each


def test_processor_time_counts_the_whole_tree_and_what_outlives_its_parent() -> None:
    burn = BURN.format(seconds=0.3)
    nested = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {burn!r}], check=True)\n"
    batch, (alone, below, orphaned) = measured([burn, nested, ORPHAN.format(code=burn)])
    assert 0.3 <= alone < 0.6
    assert 0.3 <= below < 0.7
    assert orphaned < 0.3
    assert batch >= alone + below + orphaned + 0.29


def test_an_interrupted_benchmark_leaves_no_process() -> None:
    code = (
        "import sys\n"
        "from render_bench.processes import Command, children_end_here, run_commands\n"
        "with children_end_here():\n"
        f"    run_commands([Command((sys.executable, '-c', {ORPHAN.format(code='import time; time.sleep(50)')!r}\n"
        "        + 'import time; time.sleep(50)'))])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(BENCHMARKS)}, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 20
    while len(below := psutil.Process(process.pid).children(recursive=True)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    assert len(below) == 2
    assert not any(other.is_running() for other in below)


def test_static_slides_are_the_same_for_one_seed(tmp_path: Path) -> None:
    with benchmark("scenes") as scenes:
        one, again, other = (scenes.static_slides(tmp_path / str(n), 2, seed) for n, seed in enumerate((1, 1, 2)))
        assert [piece.file.read_text() for piece in one] == [piece.file.read_text() for piece in again]
        assert one[0].file.read_text() != other[0].file.read_text()
        assert one[0].kind == "title"
        command, media = scenes.manim_command(one[0], "high", tmp_path / "manim")
    assert "--disable_caching" in command.arguments
    assert not media.exists()
    assert (tmp_path / "manim" / "run" / "scenes" / "slide-1.py").is_file()
