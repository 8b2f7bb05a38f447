from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visium_graph.errors import InputError
from visium_graph.export.contact import TALLEST, WIDEST, Still, contact_sheet


@pytest.fixture
def still(tmp_path: Path) -> Path:
    path = tmp_path / "still.png"
    Image.new("RGB", (427, 240), "#2266cc").save(path)
    return path


def sheet_of(stills: list[Still], out: Path) -> Image.Image:
    contact_sheet(stills, out)
    with Image.open(out) as picture:
        picture.load()
        return picture


@pytest.mark.parametrize("count", [1, 2, 7, 24])
def test_every_still_has_its_place(count: int, still: Path, tmp_path: Path) -> None:
    sheet = sheet_of([Still("s", "A $x^2$", str(n), still) for n in range(count)], tmp_path / "contact.png")
    blue = np.all(np.asarray(sheet) == (0x22, 0x66, 0xCC), axis=2).sum()
    assert blue == pytest.approx(count * 427 * 240, rel=0.02)


def test_captions_are_drawn(still: Path, tmp_path: Path) -> None:
    named = sheet_of([Still("intro", "A long title", "a", still)], tmp_path / "a.png")
    other = sheet_of([Still("intro", "Another title", "b", still)], tmp_path / "b.png")
    assert named.tobytes() != other.tobytes()
    assert named.crop((0, 0, named.width, 200)).tobytes() == other.crop((0, 0, other.width, 200)).tobytes()


def test_a_very_long_video_stays_bounded(still: Path, tmp_path: Path) -> None:
    sheet = sheet_of([Still("s", "T" * 300, str(n), still) for n in range(400)], tmp_path / "contact.png")
    assert sheet.width <= WIDEST
    assert sheet.height <= TALLEST


def test_a_missing_still_leaves_a_frame(still: Path, tmp_path: Path) -> None:
    sheet = sheet_of([Still("s", "S", "a", None), Still("s", "S", "b", still)], tmp_path / "contact.png")
    assert sheet.size[0] > 427


def test_faults_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one still"):
        contact_sheet([], tmp_path / "contact.png")
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"broken\.png"):
        contact_sheet([Still("s", "S", "a", broken)], tmp_path / "contact.png")
