"""Whole videos: one voice from beginning to end, whatever the services do."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gemini import faults
from tests.gemini.server import GeminiServer
from tests.voices.conftest import Translate
from visium_graph.errors import EnvironmentFault
from visium_graph.models.usage import calls_of, usage_of
from visium_graph.run import Run
from visium_graph.settings import Settings
from visium_graph.store import Store
from visium_graph.storyboard import Storyboard
from visium_graph.timing import Timing
from visium_graph.voices import NetworkVoice, Voice, load_voice, speak, voice_chain, voice_names
from visium_graph.voices.ledger import noting_calls
from visium_graph.voices.narrate import clip_key
from visium_graph.voices.programme import NarratedVideo, narrate_storyboard

pytestmark = pytest.mark.usefixtures("hurried")
needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")

SAY = {
    "one": ["Here is the first of all the beats.", "Then comes a second one, which is longer."],
    "two": ["The second scene begins.", "It goes on for a while.", "Here is the first of all the beats."],
}
BEATS = sum(map(len, SAY.values()))
DIFFERENT = BEATS - 1


def board(say: dict[str, list[str]] = SAY, language: str = "en") -> Storyboard:
    scenes = [
        {
            "id": scene,
            "title": scene,
            "beats": [{"id": f"b{number}", "say": text} for number, text in enumerate(texts)],
            "layout": {"kind": "title"},
        }
        for scene, texts in say.items()
    ]
    return Storyboard.model_validate({"title": "A video", "language": language, "scenes": scenes})


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    def make(voice: str, **other: object) -> Settings:
        return Settings(voice=voice, cache_dir=tmp_path / "store", call_seconds=5, call_attempts=3, **other)

    return make


def narrated(storyboard: Storyboard, settings: Settings, **options) -> NarratedVideo:
    return asyncio.run(narrate_storyboard(storyboard, settings, **options))


def voices_of(video: NarratedVideo, settings: Settings) -> set[str]:
    """The engines whose clips these are, by their keys in the store."""
    voices = [voice for name in voice_names() for voice in loaded(name, settings)]
    found = {
        voice.name
        for scene, texts in SAY.items()
        for text, clip in zip(texts, video.scenes[scene], strict=True)
        for voice in voices
        if clip.path.stem == clip_key(speak(text).spoken, voice)
    }
    for voice in voices:
        if isinstance(voice, NetworkVoice):
            voice.close()
    return found


def loaded(name: str, settings: Settings) -> list[Voice]:
    try:
        return [load_voice(name, settings)]
    except EnvironmentFault:
        return []


# --- As it should be -------------------------------------------------------------------------------------------------


def test_a_whole_video_by_gemini(gemini: GeminiServer, settings, tmp_path: Path) -> None:
    chosen = settings("gemini", concurrent_calls=3)
    gemini.plan._latency = 0.15
    run = Run.create(tmp_path / "run")
    steps = []
    video = narrated(board(), chosen, progress=lambda *step: steps.append(step), told=noting_calls(run, chosen))
    assert (video.voice, video.warnings) == ("gemini", [])
    assert voices_of(video, chosen) == {"gemini"}
    assert steps == [(number, BEATS) for number in range(1, BEATS + 1)]
    assert 2 <= gemini.log.high_water("speech") <= 3
    # The same words were bought once, for both beats that say them.
    assert len(gemini.log.of("speech")) == DIFFERENT
    assert video.scenes["one"][0] == video.scenes["two"][2]
    usage = usage_of(run)
    assert {call.role for call in calls_of(run)} == {"voice"}
    assert {scene: total.calls for scene, total in usage.scenes.items()} == {"one": 2, "two": 2}
    assert usage.unpriced == ()
    tokens = gemini.log.tokens("speech")
    assert usage.total.cost == pytest.approx((0.5 * tokens["prompt"] + 9 * tokens["candidates"]) / 1e6)
    # Made again, it costs nothing.
    again = narrated(board(), chosen, told=noting_calls(run, chosen))
    assert again == video
    assert len(gemini.log.of("speech")) == len(calls_of(run)) == DIFFERENT


def test_faults_in_between_are_not_heard(gemini: GeminiServer, settings) -> None:
    gemini.plan.add(faults.status(500), "speech", nth=(1, 4)).add(faults.no_audio(), "speech", nth=2)
    gemini.plan.add(faults.status(429, retry=0.2), "speech", nth=5)
    video = narrated(board(), settings("gemini"))
    assert (video.voice, video.warnings) == ("gemini", [])


def test_a_whole_video_by_google_translate(translate: Translate, settings) -> None:
    chosen = settings("gtts")
    video = narrated(board(), chosen)
    assert (video.voice, video.warnings) == ("gtts", [])
    assert voices_of(video, chosen) == {"gtts"}
    assert len(translate.asked) == DIFFERENT
    assert translate.most_at_once <= 4
    assert narrated(board(), chosen) == video
    assert len(translate.asked) == DIFFERENT


# --- Falls -----------------------------------------------------------------------------------------------------------


def test_the_chain() -> None:
    assert voice_chain("hibari") == ["hibari", "espeak", "silent"]
    assert voice_chain("hibari", "de") == ["hibari", "espeak", "silent"]
    assert voice_chain("gtts", "en-GB") == ["gtts", "hibari", "espeak", "silent"]
    assert voice_chain("gtts", "de") == ["gtts", "espeak", "silent"]
    assert voice_chain("gemini") == ["gemini", "hibari", "espeak", "silent"]
    assert voice_chain("gemini", "de") == ["gemini", "gtts", "espeak", "silent"]
    assert voice_chain("silent") == ["silent"]


def test_one_beat_that_fails_takes_the_whole_video_along(gemini: GeminiServer, settings) -> None:
    gemini.plan.add(faults.no_audio(), "speech", where=lambda call: "goes on" in call.prompt)
    chosen = settings("gemini", concurrent_calls=1)
    video = narrated(board(), chosen)
    assert video.voice == "hibari"
    assert voices_of(video, chosen) == {"hibari"}
    assert video.warnings == [
        "voice gemini: the service gave no sound (finish reason OTHER); the voice 'hibari' narrates the whole video"
    ]


def test_what_will_not_be_heard_is_not_bought(gemini: GeminiServer, settings) -> None:
    gemini.plan.add(faults.no_audio(), "speech", where=lambda call: "number zero" in call.prompt)
    many = {"one": [f"This is the beat number {number}." for number in range(12)]}
    video = narrated(board(many), settings("gemini", concurrent_calls=1))
    assert video.voice == "hibari"
    assert len(gemini.log.of("speech")) == 3


@pytest.mark.parametrize(
    ("variables", "requests", "reason"),
    [
        ({"GOOGLE_API_KEY": ""}, 0, "voice gemini: no key; set GOOGLE_API_KEY or GEMINI_API_KEY"),
        ({"GOOGLE_API_KEY": "no"}, 1, "voice gemini: the service does not accept the key in GOOGLE_API_KEY"),
        ({"GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:1"}, 0, "voice gemini: no whole answer ("),
    ],
    ids=["no key", "wrong key", "nobody there"],
)
def test_without_the_service_the_offline_voice_speaks(
    gemini, settings, monkeypatch, variables, requests, reason
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    video = narrated(board(), settings("gemini", concurrent_calls=1))
    assert video.voice == "hibari"
    (warning,) = video.warnings
    assert warning.startswith(reason)
    assert warning.endswith("; the voice 'hibari' narrates the whole video")
    assert len(gemini.log.of()) == requests


def test_a_service_that_dies_in_the_middle(gemini: GeminiServer, settings) -> None:
    gemini.plan.add(faults.hang(), "speech", nth=range(4, 1000))
    many = {"one": [f"This is the beat number {number}." for number in range(12)]}
    chosen = settings("gemini", concurrent_calls=2).model_copy(update={"call_seconds": 0.4})
    began = time.monotonic()
    video = narrated(board(many), chosen)
    assert time.monotonic() - began < 15
    assert video.voice == "hibari"
    assert len(video.warnings) == 1
    assert len(gemini.log.of("speech")) <= 3 + 2 * 3 + 2


@needs_espeak
def test_where_the_offline_voice_is_robotic_google_translate_comes_before(
    gemini, translate: Translate, settings
) -> None:
    gemini.plan.add(faults.status(500), "speech")
    german = board({"one": ["Das ist der erste Satz.", "Das ist der zweite Satz."]}, "de-AT")
    video = narrated(german, settings("gemini"))
    assert video.voice == "gtts"
    assert {language for _, language in translate.asked} == {"de"}
    translate.always = 503
    shutil.rmtree(settings("gemini").cache_dir)
    video = narrated(german, settings("gemini"))
    assert video.voice == "espeak"
    first, second = video.warnings
    assert first.startswith("voice gemini: the service answered 500")
    assert second.startswith("voice gtts: the service answered 503")
    assert second.endswith("; the voice 'espeak' narrates the whole video")


def test_in_a_language_of_its_own_a_gap_is_better_than_silence(gemini: GeminiServer, settings) -> None:
    """Nobody else speaks Klingon: what Gemini can say is heard, and bought to the end."""
    gemini.plan.add(faults.no_audio(), "speech", where=lambda call: "nuqneH" in call.prompt)
    klingon = board({"one": ["nuqneH jup.", "Heghlumeh QaQ jajvam.", "tlhIngan maH taHjaj."]}, "tlh")
    video = narrated(klingon, settings("gemini", concurrent_calls=1))
    assert video.voice == "gemini"
    assert [clip.warning is None for clip in video.scenes["one"]] == [False, True, True]
    assert any("these words stay silent: nuqneH jup." in warning for warning in video.warnings)
    assert any("speaks no language 'tlh'" in warning for warning in video.warnings)


# --- Kills and interruptions -----------------------------------------------------------------------------------------

_CHILD = """
import asyncio, sys
from visium_graph.settings import Settings
from visium_graph.storyboard import Storyboard
from visium_graph.voices.narrate import clip_key
from visium_graph.voices.programme import narrate_storyboard
asyncio.run(narrate_storyboard(Storyboard.model_validate_json(sys.stdin.read()), Settings(voice="gemini", concurrent_calls=1)))
"""


def test_after_a_kill_the_same_voice_goes_on(gemini: GeminiServer, settings) -> None:
    """What was bought before the kill is heard, and only the rest is asked for."""
    many = board({"one": [f"This is the beat number {number}." for number in range(6)]})
    chosen = settings("gemini", concurrent_calls=1)
    gemini.plan._latency = 0.05
    command = [sys.executable, "-c", _CHILD]
    environment = os.environ | {"VISIUM_CACHE_DIR": str(chosen.cache_dir)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, text=True) as child:
        assert child.stdin is not None
        child.stdin.write(many.model_dump_json())
        child.stdin.close()
        assert gemini.log.wait_for(4, "speech", seconds=30)
        child.send_signal(signal.SIGKILL)
    before = len(gemini.log.of("speech"))
    assert before < 6
    video = narrated(many, chosen)
    assert (video.voice, video.warnings) == ("gemini", [])
    asked = [exchange.call.prompt for exchange in gemini.log.of("speech")]
    # The three that had been answered were not asked for again; the one in flight may have been.
    assert len(asked) - len(set(asked)) <= 1
    assert len(asked) <= 7


async def test_an_interrupted_narration_waits_for_nobody(gemini: GeminiServer, settings) -> None:
    gemini.plan.add(faults.hang(), "speech")
    task = asyncio.create_task(narrate_storyboard(board(), settings("gemini", concurrent_calls=2)))
    assert await asyncio.to_thread(gemini.log.wait_for, 2, "speech")
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 1.5
    await asyncio.sleep(0.2)
    assert len(gemini.log.of("speech")) == 2


# --- What the run folder keeps ---------------------------------------------------------------------------------------


@pytest.fixture
def spoken(gemini: GeminiServer, settings, tmp_path: Path) -> tuple[Run, Storyboard, NarratedVideo, Store]:
    del gemini
    run, storyboard = Run.create(tmp_path / "run"), board()
    video = narrated(storyboard, settings("gemini"))
    video.write(run, storyboard)
    return run, storyboard, video, Store(settings("gemini").cache_dir)


def test_the_clips_that_scenes_were_timed_to_are_read_back(spoken) -> None:
    run, storyboard, video, store = spoken
    assert NarratedVideo.read(run, storyboard, store) == video
    assert len(list(run.folder.glob("narration/*.wav"))) == BEATS


def test_what_the_store_has_lost_comes_from_the_folder(spoken, gemini: GeminiServer) -> None:
    run, storyboard, video, store = spoken
    asked = len(gemini.log.of())
    shutil.rmtree(store.root)
    again = NarratedVideo.read(run, storyboard, store)
    assert again is not None
    lengths = [[clip.seconds for clip in clips] for clips in again.scenes.values()]
    assert lengths == [[beat.seconds for beat in scene.beats] for scene in Timing.read(run.timing).scenes]
    for scene, clips in again.scenes.items():
        for old, new in zip(video.scenes[scene], clips, strict=True):
            assert new.path.read_bytes() == run.narration(scene, f"b{clips.index(new)}").read_bytes()
            assert new.words == old.words
    assert len(gemini.log.of()) == asked


def test_a_folder_that_has_changed_is_spoken_anew(spoken) -> None:
    run, storyboard, _, store = spoken
    other = board(SAY | {"one": ["Other words.", SAY["one"][1]]})
    assert NarratedVideo.read(run, other, store) is None
    shutil.rmtree(store.root)
    run.narration("two", "b1").write_bytes(b"RIFF")
    assert NarratedVideo.read(run, storyboard, store) is None
    (run.folder / "narration" / "narration.json").write_text('{"version": 1, "voice": "gemini", "clips": [{}]}')
    assert NarratedVideo.read(run, storyboard, store) is None
    (run.folder / "narration" / "narration.json").unlink()
    assert NarratedVideo.read(run, storyboard, store) is None


def test_a_folder_from_elsewhere_cannot_reach_into_the_store(spoken) -> None:
    """Neither by a name that leads out of it, nor by passing its own sound off as the words of another."""
    run, storyboard, video, store = spoken
    path = run.folder / "narration" / "narration.json"
    told = path.read_text()
    key = video.scenes["one"][0].path.stem
    path.write_text(told.replace(key, "../../../../tmp/evil"))
    assert NarratedVideo.read(run, storyboard, store) is None
    # Another sound under the key of known words:
    path.write_text(told.replace(key, video.scenes["two"][0].path.stem, 1))
    known = video.scenes["two"][0].path
    before = known.read_bytes()
    assert NarratedVideo.read(run, storyboard, store) is not None
    assert known.read_bytes() == before
