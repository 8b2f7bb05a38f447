from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visium_graph.render.writer import save_still


@pytest.mark.parametrize("size", [(214, 120), (33, 7), (1, 1)])
def test_a_still_is_the_picture_without_its_alpha(tmp_path: Path, size: tuple[int, int]) -> None:
    width, height = size
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 4), np.uint8)
    save_still(pixels, tmp_path / "still.png")
    with Image.open(tmp_path / "still.png") as still:
        assert (still.format, still.mode, still.size) == ("PNG", "RGB", size)
        assert (np.asarray(still) == pixels[..., :3]).all()
