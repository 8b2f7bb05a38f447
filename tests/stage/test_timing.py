from __future__ import annotations

import json
from pathlib import Path

import pytest

from visium_graph.stage.timing import BeatTime, estimate_seconds, read_timing

TIMING = {
    "version": 1,
    "scenes": [
        {
            "id": "why",
            "beats": [{"id": "a", "seconds": 1.5, "frames": None}, {"id": "b", "seconds": 2, "frames": [0, 9]}],
        }
    ],
}


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "scenes").mkdir()
    return tmp_path / "scenes" / "why.py"


def test_timing_is_found_beside_the_script_and_above_it(script: Path) -> None:
    expected = [BeatTime("a", 1.5), BeatTime("b", 2.0)]
    above = script.parents[1] / "timing.json"
    above.write_text(json.dumps(TIMING))
    assert read_timing(script, "why") == expected
    above.rename(script.parent / "timing.json")
    assert read_timing(script, "why", ("not", "used")) == expected


def test_the_sound_is_named_where_there_is_one(script: Path) -> None:
    (script.parents[1] / "timing.json").write_text(json.dumps(TIMING))
    sound = script.parents[1] / "narration" / "why-b.wav"
    sound.parent.mkdir()
    sound.touch()
    assert [beat.sound for beat in read_timing(script, "why")] == [None, sound]


def test_without_timing_the_words_tell(script: Path) -> None:
    beats = read_timing(script, "why", ("one two three four five six seven eight nine ten", "hm"))
    assert 3 < beats[0].seconds < 5
    assert beats[1].seconds == pytest.approx(1.2)
    assert read_timing(script, "why") == []
    assert read_timing(None, "why", ("x",))[0].sound is None
    (script.parents[1] / "timing.json").write_text(json.dumps(TIMING))
    assert len(read_timing(script, "another", ("x",))) == 1


def test_symbols_take_time_to_say() -> None:
    assert estimate_seconds("we see that $a^2 + b^2 = c^2$ holds for all") > estimate_seconds(
        "we see that it holds for all"
    )


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"scenes": [{}]}', '{"scenes": [{"id": "why", "beats": [{"id": "a"}]}]}', "\udcff"]
)
def test_a_broken_file_is_named(script: Path, text: str) -> None:
    file = script.parent / "timing.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=r"timing\.json: not a timing file"):
        read_timing(script, "why")
