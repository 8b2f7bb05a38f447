"""Whether a scene's pictures keep time with its voice: beats left out, animations too long, silence, empty pictures."""

from __future__ import annotations

from typing import Any

from visium_graph.stage.timing import PAUSE

__all__ = ["timing_findings"]

_OVERRUN = 1.0
"""Seconds of silence after a voice that a viewer does not notice."""
_DEAD = 2.0
"""Seconds without any voice between two beats, or before the first, that a viewer takes for a fault."""
_BLANK = 1.0
"""Seconds of speech over an empty frame that a viewer takes for a fault."""
_ALL_BLANK = 0.5

Finding = dict[str, Any]
Spans = list[tuple[float, float]]


def timing_findings(
    beats: list[float], marks: list[tuple[int, float, float]], spans: Spans, blanks: Spans, length: float
) -> list[Finding]:
    """Findings on time, without their file.

    Args:
        beats: seconds of each beat's voice; empty where nothing is known.
        marks: the beats that the scene spoke itself: index, start and end in seconds.
        spans: start and end of every beat in seconds.
        blanks: start and end of still pictures with nothing on them.
        length: of the scene, in seconds.
    """
    spoken = spans or [(start, end) for _, start, end in marks]
    return [
        *_unused(beats, marks),
        *_too_long(beats, marks),
        *_silences(beats, marks, length),
        *_empty(spoken, blanks, length),
    ]


def _unused(beats: list[float], marks: list[tuple[int, float, float]]) -> list[Finding]:
    missing = sorted(set(range(len(beats))) - {index for index, _, _ in marks})
    if not marks or not missing:
        return []
    names = ", ".join(f"beat({index})" for index in missing)
    return [
        _finding(
            "beat-unused",
            f"never speaks {names}: their narration would be heard over its last picture",
            f"add `with self.beat({missing[0]}):` in its place",
            severity="error",
        )
    ]


def _too_long(beats: list[float], marks: list[tuple[int, float, float]]) -> list[Finding]:
    findings = []
    for index, start, end in marks:
        over = end - start - beats[index] - PAUSE if index < len(beats) else 0.0
        if over > _OVERRUN:
            share = (end - start - over) / (end - start)
            findings.append(
                _finding(
                    "animation-too-long",
                    f"the animations of beat({index}) run {over:.1f} s longer than its narration: silence "
                    f"(from {end - over:.1f} s to {end:.1f} s)",
                    f"shorten every run_time and wait in it to {share:.2f} of its length, or to a share of beat.duration",
                )
            )
    return findings


def _silences(beats: list[float], marks: list[tuple[int, float, float]], length: float) -> list[Finding]:
    """Stretches outside of all beats."""
    if marks:
        edges = [0.0, *(time for _, start, end in marks for time in (start, end)), length]
        gaps = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end - start > _DEAD]
    else:
        voice = sum(beats) + PAUSE * len(beats)
        gaps = [(voice, length)] if beats and length - voice > _DEAD else []
    return [
        _finding(
            "dead-air",
            f"{end - start:.1f} s without any narration (from {start:.1f} s to {end:.1f} s)",
            "put what happens there into a beat, or shorten its run_time and waits",
        )
        for start, end in gaps
    ]


def _empty(spoken: Spans, blanks: Spans, length: float) -> list[Finding]:
    if not spoken:
        total = sum(end - start for start, end in blanks)
        if length < _ALL_BLANK or total < length - 0.1:
            return []
        message = f"nothing is on screen in all of its {length:.1f} s"
        return [_finding("nothing-on-screen", message, "add or animate something: self.add(...)", severity="error")]
    findings = []
    for index, (start, end) in enumerate(spoken):
        parts = [(max(start, low), min(end - PAUSE, high)) for low, high in blanks]
        parts = [(low, high) for low, high in parts if high > low]
        seconds = sum(high - low for low, high in parts)
        if seconds > _BLANK:
            findings.append(
                _finding(
                    "nothing-on-screen",
                    f"nothing is on screen for {seconds:.1f} s while beat {index} is spoken "
                    f"(from {parts[0][0]:.1f} s to {parts[-1][1]:.1f} s)",
                    f"bring something in at the start of beat {index}, or fade the rest out only at its end",
                    severity="error",
                )
            )
    return findings


def _finding(rule: str, message: str, suggestion: str, severity: str = "warning") -> Finding:
    return {"rule": rule, "severity": severity, "message": message, "suggestion": suggestion}
