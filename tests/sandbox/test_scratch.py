from __future__ import annotations

import os
from pathlib import Path

import pytest

from visium_graph.sandbox.scratch import open_output, remove_tree


def test_an_output_is_opened(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"film")
    with open_output(tmp_path, ".mp4", "clip.mp4") as file:
        assert os.read(file, 10) == b"film"


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("real")
    os.link(tmp_path / "real", tmp_path / "second")
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "link", "second", "pipe", "none", "../x", "folder/x", "", ".", "..", "a\0b"):
        with pytest.raises(ValueError), open_output(tmp_path, ".mp4", name):
            pass


@pytest.mark.parametrize("suffix", ["", "mp4", "/../x", ".a/b", "-..x", "." + "x" * 64])
def test_what_is_no_suffix_is_refused(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"film")
    with pytest.raises(ValueError), open_output(tmp_path, suffix, "clip.mp4"):
        pass


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    folder = tmp_path / "scratch"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "link").symlink_to(outside)
    (folder / "link").symlink_to(outside, target_is_directory=True)
    (folder / "a" / "file").write_text("y")
    remove_tree(folder)
    assert not folder.exists()
    assert (outside / "kept").read_text() == "x"
    remove_tree(folder)  # a second time does no harm
