"""Voice and pictures: which stretches of time are faults."""

from __future__ import annotations

from visium_graph.checks.timing import timing_findings


def rules(*arguments) -> list[str]:
    return [finding["rule"] for finding in timing_findings(*arguments)]


def test_a_scene_in_time_has_no_findings() -> None:
    marks = [(0, 0.5, 2.9), (1, 2.9, 6.2)]
    spans = [(0.5, 2.9), (2.9, 6.2)]
    assert rules([2.0, 3.0], marks, spans, [(0.0, 0.5)], 6.6) == []


def test_a_beat_left_out_is_an_error() -> None:
    (finding,) = timing_findings([2.0, 3.0], [(0, 0.0, 2.4)], [(0.0, 2.4), (2.4, 5.7)], [], 2.4)
    assert (finding["rule"], finding["severity"]) == ("beat-unused", "error")
    assert "beat(1)" in finding["message"]


def test_a_long_animation_says_by_how_much() -> None:
    (finding,) = timing_findings([2.0], [(0, 0.0, 6.0)], [(0.0, 6.0)], [], 6.0)
    assert (finding["rule"], finding["severity"]) == ("animation-too-long", "warning")
    assert "3.6 s longer" in finding["message"] or "3.7 s longer" in finding["message"]
    assert "0.39" in finding["suggestion"]


def test_silence_between_beats_is_dead_air() -> None:
    marks = [(0, 0.0, 2.4), (1, 6.0, 8.4)]
    (finding,) = timing_findings([2.0, 2.0], marks, [(0.0, 2.4), (6.0, 8.4)], [], 8.4)
    assert (finding["rule"], finding["severity"]) == ("dead-air", "warning")
    assert "from 2.4 s to 6.0 s" in finding["message"]


def test_a_plain_scene_that_outlasts_its_narration_is_dead_air() -> None:
    assert rules([2.0], [], [(0.0, 2.35)], [], 9.0) == ["dead-air"]
    assert rules([], [], [], [], 9.0) == []


def test_an_empty_frame_counts_only_under_a_voice() -> None:
    assert rules([4.0], [(0, 0.0, 4.35)], [(0.0, 4.35)], [(0.0, 2.0)], 4.4) == ["nothing-on-screen"]
    assert rules([4.0], [(0, 0.0, 4.35)], [(0.0, 4.35)], [(3.6, 4.35)], 4.4) == []
    assert rules([], [], [], [(0.0, 2.0)], 4.4) == []
    assert rules([], [], [], [(0.0, 3.0)], 3.0) == ["nothing-on-screen"]
