from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.export.export_media import FPS, encode_clip, write_wav
from visium_graph.export.timeline import BeatSpan, Phrase, SceneSpan, Timeline


@pytest.fixture(scope="session")
def make_timeline(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Timeline]:
    """A timeline of scenes given as (id, title, [frames of each beat], [samples or None of each beat])."""

    def make(*scenes: tuple[str, str, list[int], list[np.ndarray | None]], title: str = "A title") -> Timeline:
        folder = tmp_path_factory.mktemp("timeline")
        spans = []
        for number, (scene_id, name, lengths, sounds) in enumerate(scenes):
            beats, at = [], 0
            for place, (frames, samples) in enumerate(zip(lengths, sounds, strict=True)):
                sound = None if samples is None else write_wav(folder / f"{scene_id}-{place}.wav", samples)
                words = () if samples is None else (Phrase("Hello", 0.05, 0.4), Phrase("there.", 0.4, 0.8))
                beats.append(BeatSpan(str(place), at, at + frames, sound, words))
                at += frames
            clip = encode_clip(folder / f"{scene_id}.mp4", at, 20 + 60 * number, timescale=10240 + 2000 * number)
            spans.append(SceneSpan(scene_id, name, clip, at, tuple(beats)))
        return Timeline(title, "en", FPS, tuple(spans))

    return make
