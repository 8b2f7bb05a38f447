from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visium_graph.export.subtitles import LINE, LONGEST, Cue, cues, srt, vtt
from visium_graph.export.timeline import BeatSpan, Phrase, SceneSpan, Timeline
from visium_graph.voices.narrate import written_times
from visium_graph.voices.silent import SilentVoice
from visium_graph.voices.speech import speak

FPS = 10
LECTURE = (
    "Take a right triangle and put a square on each of its three sides, so that every square shares one whole side "
    "with the triangle. The claim is that the two smaller squares together, however the triangle is drawn, have "
    "exactly the area of the largest: $a^2 + b^2 = c^2$. Nobody knows who found it first."
)


def timed(text: str) -> tuple[tuple[Phrase, ...], float]:
    speech = speak(text)
    sound = SilentVoice().synthesise(speech.spoken)
    return written_times(text, speech, sound.words, sound.seconds), sound.seconds


def timeline_of(*texts: str, pause: float = 0.4) -> Timeline:
    beats, at = [], 0
    for number, text in enumerate(texts):
        words, seconds = timed(text)
        end = at + round((seconds + pause) * FPS) + 1
        beats.append(BeatSpan(str(number), at, end, None, words))
        at = end
    return Timeline("T", "en", FPS, (SceneSpan("s", "S", Path("none.mp4"), at, tuple(beats)),))


def shown(found: list[Cue]) -> str:
    return " ".join(" ".join(cue.lines) for cue in found)


def check_shape(found: list[Cue]) -> None:
    for cue in found:
        assert 1 <= len(cue.lines) <= 2
        assert all(0 < len(line) <= LINE for line in cue.lines)
        assert cue.start < cue.end
    for cue, following in pairwise(found):
        assert cue.end <= following.start


def test_a_lecture_is_cut_at_its_phrases() -> None:
    timeline = timeline_of(LECTURE, "Done.", "It is $x \\le 1$, or so they say.")
    found = cues(timeline)
    check_shape(found)
    assert shown(found).startswith("Take a right triangle and put a square")
    assert "a² + b² = c²" in shown(found)
    assert "$" not in shown(found)
    assert all(1.0 <= cue.end - cue.start <= LONGEST + 0.01 for cue in found)
    endings = [cue.lines[-1][-1] for cue in found]
    assert sum(ending in ".,:;" for ending in endings) >= len(endings) * 0.7
    # No sentence begins within a cue that carries the end of another.
    assert not any(re.search(r"\. \w", " ".join(cue.lines)) for cue in found)


def test_cues_begin_with_the_voice() -> None:
    timeline = timeline_of(LECTURE, "And then comes another beat, as long as this one.")
    heard = {}
    for beat in timeline.scenes[0].beats:
        for word in beat.words:
            heard.setdefault(word.text, []).append(beat.start / FPS + word.at)
    for cue in cues(timeline):
        first = cue.lines[0].split()[0]
        if first in heard:
            assert min(abs(cue.start - at) for at in heard[first]) < 0.05


def test_srt_is_well_formed() -> None:
    blocks = srt(timeline_of(LECTURE, "Two.")).strip().split("\n\n")
    assert [block.split("\n")[0] for block in blocks] == [str(number) for number in range(1, len(blocks) + 1)]
    for block in blocks:
        assert re.fullmatch(r"\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}", block.split("\n")[1])
        assert 3 <= len(block.split("\n")) <= 4


def test_vtt_is_well_formed_and_escaped() -> None:
    text = vtt(timeline_of("Here a<b and c>d & <i>not a tag</i>."))
    assert text.startswith("WEBVTT\n\n1\n00:00:00.")
    assert "&lt;i&gt;not a tag&lt;/i&gt;" in text
    assert "a&lt;b" in text
    assert "c&gt;d" in text
    assert "&amp; " in text


def test_srt_leaves_no_tags_to_players() -> None:
    text = srt(timeline_of("Here <i>not a tag</i> and {\\an8} stay, x < 3 --> y."))
    assert "<i>" not in text
    assert "</i>" not in text
    assert "{\\an8}" not in text
    assert (
        text.count("-->")
        == text.count(" --> ")
        == len(cues(timeline_of("Here <i>not a tag</i> and {\\an8} stay, x < 3 --> y.")))
    )


def test_hours_are_written_out() -> None:
    beat = BeatSpan("b", 0, 10, None, (Phrase("Late.", 3723.5, 3725.0),))
    timeline = Timeline("T", "en", 10, (SceneSpan("s", "S", Path("x"), 37300, (beat,)),))
    assert "01:02:03,500 --> 01:02:05,500" in srt(timeline)


def test_no_words_no_cues() -> None:
    timeline = Timeline("T", "en", 10, (SceneSpan("s", "S", Path("x"), 10, (BeatSpan("b", 0, 10, None),)),))
    assert cues(timeline) == []
    assert vtt(timeline) == "WEBVTT\n"


def test_a_word_wider_than_a_line_is_broken() -> None:
    found = cues(timeline_of("See " + "https://example.org/" + "abc/" * 30 + " there."))
    check_shape(found)


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=30), min_size=1, max_size=25))
def test_any_text_gives_cues_of_the_right_shape(texts: list[str]) -> None:
    text = " ".join(texts)
    if not text.strip():
        return
    timeline = timeline_of(text)
    found = cues(timeline)
    check_shape(found)
    assert "".join(shown(found).split()) == "".join("".join(word for cue in found for word in cue.lines).split())


@pytest.mark.parametrize("pause", [0.0, 1.5])
def test_short_beats_keep_their_place(pause: float) -> None:
    found = cues(timeline_of("One.", "Two.", "Three.", pause=pause))
    assert [cue.lines for cue in found] == [("One.",), ("Two.",), ("Three.",)]
    check_shape(found)
