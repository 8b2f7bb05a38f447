"""The narration of a whole storyboard: every beat spoken, by one voice from beginning to end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass

from visium_graph.errors import EnvironmentFault
from visium_graph.run import Run
from visium_graph.settings import Settings
from visium_graph.store import Store
from visium_graph.storyboard import Scene, Storyboard
from visium_graph.timing import BeatTiming, SceneTiming, Timing
from visium_graph.voices import load_voice, voice_chain
from visium_graph.voices.base import Voice
from visium_graph.voices.kept import KeptClip, KeptNarration
from visium_graph.voices.narrate import Narration, narrate
from visium_graph.voices.network import NetworkVoice, SpeechCall, speaking_scene

__all__ = ["NarratedVideo", "narrate_storyboard"]

_AT_A_TIME = 2
"""Engines on this machine spread one sentence over the processors themselves."""

Told = Callable[[SpeechCall], None]
Progress = Callable[[int, int], None]


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
        kept = []
        for scene in storyboard.scenes:
            beats = []
            for beat, clip in zip(scene.beats, self.scenes[scene.id], strict=True):
                run.keep(clip.path, run.narration(scene.id, beat.id))
                kept.append(KeptClip.of(scene.id, beat.id, beat.say, clip))
                beats.append(BeatTiming(id=beat.id, seconds=clip.seconds))
            scenes.append(SceneTiming(id=scene.id, beats=beats))
        KeptNarration(voice=self.voice, clips=kept).write(run)
        Timing(scenes=scenes).write(run.timing)

    @classmethod
    def read(cls, run: Run, storyboard: Storyboard, store: Store) -> NarratedVideo | None:
        """What `write` put into the run folder; None where that is not the whole narration of this storyboard any more."""
        kept = KeptNarration.read(run)
        if kept is None:
            return None
        clips = {(clip.scene, clip.beat, clip.say): clip for clip in kept.clips}
        scenes: dict[str, list[Narration]] = {}
        for scene in storyboard.scenes:
            found = [clips.get((scene.id, beat.id, beat.say)) for beat in scene.beats]
            heard = [clip.found(run, store) for clip in found if clip is not None]
            scenes[scene.id] = [clip for clip in heard if clip is not None]
            if len(scenes[scene.id]) != len(scene.beats):
                return None
        warnings = [clip.warning for spoken in scenes.values() for clip in spoken if clip.warning is not None]
        return cls(kept.voice, warnings, scenes)


async def narrate_storyboard(
    storyboard: Storyboard, settings: Settings, progress: Progress | None = None, told: Told | None = None
) -> NarratedVideo:
    """Speak every beat; clips that were made before come from the store.

    If the voice fails on a beat, the next voice speaks the whole video: one speaker from beginning to end. Where none
    can speak all of it, the one that fails on the fewest beats does, and those beats stay silent.

    Args:
        storyboard: what to say.
        settings: the voice to try first, and the store.
        progress: called with the number of beats done and their total.
        told: called from any thread after each call to a service that asks for money.
    """
    language = storyboard.language
    falls: dict[str, str] = {}  # voice -> why it does not speak this video
    tries: list[tuple[list[str], str, dict[str, list[Narration]]]] = []
    chain = voice_chain(settings.voice, language)
    for place, name in enumerate(chain):
        if tries and name == "silent":
            break  # a voice with a gap is better than no voice
        try:
            voice = await asyncio.to_thread(load_voice, name, settings, language, told)
        except EnvironmentFault as fault:
            falls[name] = str(fault)
            continue
        speaking = _Speaking(storyboard, voice, settings, progress, chain[place + 1 :])
        scenes = await speaking.all_scenes()
        failed = [clip.warning for clips in scenes.values() for clip in clips if clip.warning is not None]
        tries.append((failed, name, scenes))
        if speaking.fall is None:
            break
        falls[name] = speaking.fall
    failed, best, scenes = min(tries, key=lambda tried: len(tried[0]))
    reasons = [reason for name, reason in falls.items() if name != best]
    if reasons and not failed:
        reasons[-1] += f"; the voice {best!r} narrates the whole video"
    return NarratedVideo(best, reasons + failed, scenes)


class _Speaking:
    """One voice's try at a whole video.

    Args:
        storyboard: what to say.
        voice: who says it.
        settings: the store, and the voices that follow.
        progress: called with the number of beats done and their total.
        followers: names of the voices that would speak instead.
    """

    def __init__(
        self,
        storyboard: Storyboard,
        voice: Voice,
        settings: Settings,
        progress: Progress | None,
        followers: list[str],
    ) -> None:
        self.fall: str | None = None
        """Why the voice cannot speak the whole video."""
        self._storyboard, self._voice, self._settings = storyboard, voice, settings
        self._progress, self._followers = progress, followers
        self._store = Store(settings.cache_dir)
        self._done = 0
        self._total = sum(len(scene.beats) for scene in storyboard.scenes)
        self._spoken: dict[str, asyncio.Task[Narration]] = {}

    async def all_scenes(self) -> dict[str, list[Narration]]:
        """Scene id -> clips. The same words are spoken once."""
        places = self._voice.places if isinstance(self._voice, NetworkVoice) else _AT_A_TIME
        threads = ThreadPoolExecutor(places, thread_name_prefix=f"visium-{self._voice.name}")
        try:
            clips = await asyncio.gather(*(self._scene(scene, threads) for scene in self._storyboard.scenes))
        finally:  # also where the run is interrupted: nobody waits for a service then, and nothing more is asked
            if isinstance(self._voice, NetworkVoice):
                self._voice.close()
            await asyncio.to_thread(threads.shutdown, wait=True, cancel_futures=True)
        return {scene.id: spoken for scene, spoken in zip(self._storyboard.scenes, clips, strict=True)}

    async def _scene(self, scene: Scene, threads: ThreadPoolExecutor) -> list[Narration]:
        speaking_scene.set(scene.id)  # each scene is a task, with a context of its own
        return list(await asyncio.gather(*(self._once(beat.say, threads) for beat in scene.beats)))

    async def _once(self, text: str, threads: ThreadPoolExecutor) -> Narration:
        if text not in self._spoken:
            self._spoken[text] = asyncio.create_task(self._beat(text, threads))
        clip = await self._spoken[text]
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total)
        return clip

    async def _beat(self, text: str, threads: ThreadPoolExecutor) -> Narration:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, copy_context().run, self._narrate, text)

    def _narrate(self, text: str) -> Narration:
        clip = narrate(text, self._voice, self._store, self._storyboard.language)
        if clip.fault is not None and self.fall is None:
            self.fall = clip.fault
            # In this thread, which speaks nothing meanwhile: what will not be heard is not paid for.
            if isinstance(self._voice, NetworkVoice) and self._is_followed():
                self._voice.close("the next voice speaks the whole video")
        return clip

    def _is_followed(self) -> bool:
        """Whether another voice can be had that is heard."""
        for name in self._followers:
            if name != "silent":
                try:
                    voice = load_voice(name, self._settings, self._storyboard.language)
                except EnvironmentFault:
                    continue
                if isinstance(voice, NetworkVoice):
                    voice.close()
                return True
        return False
