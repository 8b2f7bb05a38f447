"""The narration of a whole storyboard: every beat spoken, by one voice from beginning to end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from visium_graph.run import Run, Store
from visium_graph.settings import Settings
from visium_graph.storyboard import Scene, Storyboard
from visium_graph.timing import BeatTiming, SceneTiming, Timing
from visium_graph.voices import voice_for, voice_names
from visium_graph.voices.base import Voice
from visium_graph.voices.narrate import Narration, narrate

__all__ = ["NarratedVideo", "narrate_storyboard"]

_AT_A_TIME = 2
"""Engines spread one sentence over the processors themselves."""


@dataclass(frozen=True)
class NarratedVideo:
    """Every beat's clip."""

    voice: str
    """Name of the voice that spoke all of it."""
    warnings: list[str]
    scenes: dict[str, list[Narration]]
    """Scene id -> one clip a beat, in order."""

    def write(self, run: Run, storyboard: Storyboard) -> None:
        """Put the clips into `narration/` and their lengths into `timing.json`."""
        scenes = []
        for scene in storyboard.scenes:
            clips = self.scenes[scene.id]
            for beat, clip in zip(scene.beats, clips, strict=True):
                run.keep(clip.path, run.narration(scene.id, beat.id))
            beats = [
                BeatTiming(id=beat.id, seconds=clip.seconds) for beat, clip in zip(scene.beats, clips, strict=True)
            ]
            scenes.append(SceneTiming(id=scene.id, beats=beats))
        Timing(scenes=scenes).write(run.timing)


async def narrate_storyboard(
    storyboard: Storyboard, settings: Settings, progress: Callable[[int, int], None] | None = None
) -> NarratedVideo:
    """Speak every beat; clips that were made before come from the store.

    If the voice fails on a beat, the next voice speaks the whole video: one speaker from beginning to end. Where none
    can speak all of it, the one that fails on the fewest beats does, and those beats stay silent.

    Args:
        storyboard: what to say.
        settings: the voice to try first, and the store.
        progress: called with the number of beats done and their total.
    """
    names = voice_names()
    tries: list[tuple[int, NarratedVideo]] = []
    for name in names[names.index(settings.voice) :]:
        chosen = settings.model_copy(update={"voice": name})
        voice, unavailable = await asyncio.to_thread(voice_for, chosen, storyboard.language)
        if tries and voice.name == "silent":
            break  # a voice with a gap is better than no voice
        scenes = await _speak_all(storyboard, voice, settings, progress)
        failed = [clip.warning for clips in scenes.values() for clip in clips if clip.warning is not None]
        tries.append((len(failed), NarratedVideo(voice.name, unavailable + failed, scenes)))
        if not failed:
            break
    failures, best = min(tries, key=lambda tried: tried[0])
    if not failures and len(tries) > 1:
        warning = f"the voice {tries[0][1].voice} failed on {tries[0][0]} beats; {best.voice} narrates the whole video"
        best.warnings.insert(0, warning)
    return best


async def _speak_all(
    storyboard: Storyboard, voice: Voice, settings: Settings, progress: Callable[[int, int], None] | None
) -> dict[str, list[Narration]]:
    store = Store(settings.cache_dir)
    places = asyncio.Semaphore(_AT_A_TIME)
    total = sum(len(scene.beats) for scene in storyboard.scenes)
    done = 0

    async def speak(text: str) -> Narration:
        nonlocal done
        async with places:
            clip = await asyncio.to_thread(narrate, text, voice, store, storyboard.language)
        done += 1
        if progress is not None:
            progress(done, total)
        return clip

    async def speak_scene(scene: Scene) -> list[Narration]:
        return list(await asyncio.gather(*(speak(beat.say) for beat in scene.beats)))

    clips = await asyncio.gather(*(speak_scene(scene) for scene in storyboard.scenes))
    return {scene.id: spoken for scene, spoken in zip(storyboard.scenes, clips, strict=True)}
