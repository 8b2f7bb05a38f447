"""The run folder and the store."""

import os
import threading

import pytest

from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.run import Run, Store, content_hash, write_atomically


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    store = Store(tmp_path)
    path = store.put("kind", "abcd", ".txt", "old")

    def fail():
        with store.writing("kind", "abcd", ".txt") as temporary:
            temporary.write_text("half")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        fail()
    assert path.read_text() == "old"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_parallel_writers_leave_one_whole_entry(tmp_path):
    store = Store(tmp_path)
    texts = [str(number) * 100_000 for number in range(8)]
    threads = [threading.Thread(target=store.put, args=("kind", "key", ".txt", text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = store.find("kind", "key", ".txt")
    assert found is not None
    assert found.read_text() in texts
    assert len(list(found.parent.iterdir())) == 1


def test_hash_does_not_depend_on_key_order():
    assert (
        content_hash({"a": 1, "b": [1, 2]})
        == content_hash({"b": [1, 2], "a": 1})
        != content_hash({"a": 1, "b": [2, 1]})
    )


def test_missing_run_folder(tmp_path):
    with pytest.raises(InputError, match="no such run folder"):
        Run.open(tmp_path / "nope")


def test_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(EnvironmentFault, match="cannot write there"):
        Run.create(tmp_path / "file" / "run")


def test_write_atomically_makes_the_folder(tmp_path):
    assert write_atomically(tmp_path / "a" / "b.txt", "x").read_text() == "x"


def test_what_a_killed_run_left_unfinished_is_swept_when_it_is_old(tmp_path):
    Run.create(tmp_path)
    old = [tmp_path / ".part-video", tmp_path / "clips" / ".part-a.mp4"]
    old[0].mkdir()
    (old[0] / "video.mp4").write_text("half")
    old[1].write_text("half")
    for path in old:
        os.utime(path, (0, 0))
    (tmp_path / ".part-new").write_text("somebody is at it")
    Run.create(tmp_path)
    assert [path.name for path in tmp_path.rglob(".part-*")] == [".part-new"]
