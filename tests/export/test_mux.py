from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from tests.export.export_media import FPS, click, encode_clip, hum
from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.export.audio import programme
from visium_graph.export.mux import assemble, scene_clip
from visium_graph.export.timeline import SceneSpan, Timeline

RATE = 48000


def put_together(timeline: Timeline, out: Path) -> None:
    assemble(timeline, programme(timeline), out)


def decoded_sound(path: Path) -> tuple[np.ndarray, float]:
    """Samples as a player hears them, and the time of the first."""
    with av.open(str(path)) as file:
        frames = list(file.decode(audio=0))
    first = next(frame for frame in frames if frame.pts is not None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]), float(first.pts * first.time_base)


def boxes(path: Path) -> list[str]:
    """Names of the file's top-level boxes in order."""
    data, at, names = path.read_bytes(), 0, []
    while at + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        names.append(name.decode("latin-1"))
        at += size if size > 1 else struct.unpack(">Q", data[at + 8 : at + 16])[0]
    return names


@pytest.fixture(scope="module")
def timeline(make_timeline: Callable[..., Timeline]) -> Timeline:
    return make_timeline(
        ("one", "First $a^2$", [12, 8], [hum(1.0), None]),
        ("zwei", "Second & last", [15], [hum(1.2)]),
        ("c", "Third", [7, 6], [None, hum(0.5)]),
        title="Squares: $a^2 + b^2$",
    )


@pytest.fixture(scope="module")
def video(timeline: Timeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "video.mp4"
    put_together(timeline, out)
    return out


def test_every_frame_is_there_in_order_and_evenly_spaced(video: Path, timeline: Timeline) -> None:
    with av.open(str(video)) as file:
        frames = [(frame.pts * frame.time_base, frame.to_ndarray(format="gray")) for frame in file.decode(video=0)]
    assert [time * FPS for time, _ in frames] == list(range(timeline.frames))
    shades = [float(picture.mean()) for _, picture in frames]
    expected = [
        20 + 60 * number + 4 * frame for number, scene in enumerate(timeline.scenes) for frame in range(scene.frames)
    ]
    assert np.corrcoef(shades, expected)[0, 1] > 0.999
    # The join is exact: the first frame of each scene is that scene's, not the last of the one before.
    for start, number in zip(timeline.starts(), range(3), strict=True):
        assert abs(shades[start] - (20 + 60 * number)) < 25


def test_streams_keep_their_kind(video: Path) -> None:
    with av.open(str(video)) as file:
        picture, sound = file.streams.video[0], file.streams.audio[0]
        context = picture.codec_context
        assert (context.name, context.pix_fmt, context.width, context.height) == ("h264", "yuv420p", 214, 120)
        assert picture.average_rate == FPS
        assert (context.color_primaries, context.color_trc, context.colorspace) == (1, 1, 1)
        assert (sound.codec_context.name, sound.rate) == ("aac", RATE)


def test_picture_is_copied_not_encoded_again(video: Path, timeline: Timeline) -> None:
    def payload(path: Path) -> list[bytes]:
        with av.open(str(path)) as file:
            return [bytes(packet) for packet in file.demux(video=0) if packet.size]

    assert payload(video) == [data for scene in timeline.scenes for data in payload(scene.clip)]


def test_sound_and_picture_end_together(video: Path, timeline: Timeline) -> None:
    expected = timeline.frames / FPS
    with av.open(str(video)) as file:
        for stream in (file.streams.video[0], file.streams.audio[0]):
            assert float(stream.duration * stream.time_base) == pytest.approx(expected, abs=0.1)
            assert float((stream.start_time or 0) * stream.time_base) == pytest.approx(0, abs=0.03)
        assert file.duration / 1e6 == pytest.approx(expected, abs=0.1)


def test_one_chapter_a_scene(video: Path, timeline: Timeline) -> None:
    with av.open(str(video)) as file:
        chapters = file.chapters()
    assert [chapter["metadata"]["title"] for chapter in chapters] == ["First a²", "Second & last", "Third"]
    starts = [float(chapter["start"] * chapter["time_base"]) for chapter in chapters]
    assert starts == pytest.approx([start / FPS for start in timeline.starts()], abs=0.001)
    assert float(chapters[-1]["end"] * chapters[-1]["time_base"]) == pytest.approx(timeline.frames / FPS, abs=0.001)


def test_title_language_and_index_in_front(video: Path) -> None:
    with av.open(str(video)) as file:
        assert file.metadata["title"] == "Squares: a² + b² = c²".removesuffix(" = c²")
        assert file.streams.audio[0].metadata["language"] == "eng"
    names = boxes(video)
    assert names.index("moov") < names.index("mdat")


def test_the_encoders_delay_does_not_shift_the_sound(make_timeline: Callable[..., Timeline], tmp_path: Path) -> None:
    out = tmp_path / "clicks.mp4"
    put_together(
        make_timeline(("a", "A", [10], [click(0.9, 0.3)]), ("b", "B", [13, 7], [None, click(0.6, 0.2)])),
        out,
    )
    sound, first = decoded_sound(out)
    loud = np.flatnonzero(np.abs(sound) > 0.3 * np.abs(sound).max()) / RATE + first
    early, late = loud[loud < 1.5], loud[loud > 1.5]
    assert early[0] == pytest.approx(0.3, abs=0.005)
    assert late[0] == pytest.approx(1.0 + 1.3 + 0.2, abs=0.005)


def test_a_scene_alone(timeline: Timeline, tmp_path: Path) -> None:
    out = tmp_path / "clips" / "c.mp4"
    scene_clip(timeline, programme(timeline), "c", out)
    with av.open(str(out)) as file:
        assert sum(1 for _ in file.decode(video=0)) == 13
        assert file.chapters() == []
    sound, first = decoded_sound(out)
    loud = np.flatnonzero(np.abs(sound) > 0.1 * np.abs(sound).max())[0] / RATE + first
    assert loud == pytest.approx(0.7, abs=0.03)
    with pytest.raises(KeyError):
        scene_clip(timeline, programme(timeline), "nowhere", out)


def test_a_silent_video_has_a_silent_track(make_timeline: Callable[..., Timeline], tmp_path: Path) -> None:
    out = tmp_path / "quiet.mp4"
    put_together(make_timeline(("a", "A", [3], [None])), out)
    sound, _ = decoded_sound(out)
    assert not np.any(np.abs(sound) > 1e-4)
    assert len(sound) / RATE == pytest.approx(0.3, abs=0.1)


def test_clips_that_do_not_fit_are_refused_and_nothing_is_written(timeline: Timeline, tmp_path: Path) -> None:
    out = tmp_path / "video.mp4"
    wide = SceneSpan("wide", "Wide", encode_clip(tmp_path / "wide.mp4", 5, width=320), 5, ())
    with pytest.raises(InputError, match="'wide' is encoded unlike the first"):
        put_together(Timeline("T", "en", FPS, (*timeline.scenes, wide)), out)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    with pytest.raises(InputError, match="scene 'x' cannot be read"):
        put_together(Timeline("T", "en", FPS, (SceneSpan("x", "X", broken, 5, ()),)), out)
    short = SceneSpan("long", "Long", timeline.scenes[0].clip, 10, ())
    with pytest.raises(InputError, match="longer than its 10 frames"):
        put_together(Timeline("T", "en", FPS, (short,)), out)
    with pytest.raises(InputError, match="no scenes"):
        put_together(Timeline("T", "en", FPS, ()), out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.mp4", "wide.mp4"]


def test_an_existing_video_survives_a_failure(timeline: Timeline, tmp_path: Path) -> None:
    out = tmp_path / "video.mp4"
    out.write_bytes(b"old")
    with pytest.raises(InputError):
        put_together(Timeline("T", "en", FPS, (SceneSpan("long", "L", timeline.scenes[0].clip, 10, ()),)), out)
    assert out.read_bytes() == b"old"


def test_a_folder_that_cannot_be_written(timeline: Timeline, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EnvironmentFault, match="cannot write there"):
        put_together(timeline, tmp_path / "file" / "video.mp4")
