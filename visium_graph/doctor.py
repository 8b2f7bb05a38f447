"""What `visium doctor` looks at: everything a video needs of this machine, and the command that mends what is missing."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import get_args

import psutil

from visium_graph.errors import EnvironmentFault, VisiumError
from visium_graph.settings import Role, Settings

__all__ = ["Check", "examine", "summary_ok"]

_INSTALL = "make setup (in a checkout), or: pip install --upgrade visium-graph"
_LIBRARIES = "apt-get install libcairo2-dev libpango1.0-dev pkg-config gcc python3-dev, then install visium-graph again"
_DISK_MB = 500
"""Room that one video's clips, sound and scratch folders take, generously."""


@dataclass(frozen=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool | None
    """None where something optional is missing: a video is made without it."""
    detail: str
    """What was found."""
    remedy: str = ""
    """The command that mends it; empty where all is well."""


def examine(settings: Settings | None = None) -> list[Check]:
    """Look at everything a video needs. Takes about three seconds: the libraries are really loaded and tried.

    Args:
        settings: where finished pieces are stored, and how much memory a job may take; by default from the environment.
    """
    settings = settings or Settings()
    looks: list[Callable[[], Check]] = [
        _python,
        _packages,
        _manim,
        _fonts,
        _encoders,
        _mathjax,
        _latex,
        _voice,
        _second_voice,
        *([lambda: _chosen_voice(settings)] if settings.voice in {"gemini", "gtts"} else []),
        lambda: _models(settings),
        lambda: _folder("cache folder", settings.cache_dir, "set VISIUM_CACHE_DIR to a folder you can write"),
        lambda: _folder("scratch folder", Path(tempfile.gettempdir()), "set TMPDIR to a folder you can write"),
        lambda: _machine(settings),
        lambda: _confinement(settings),
        lambda: _limits(settings),
    ]
    return [look() for look in looks]


def summary_ok(checks: Iterable[Check]) -> bool:
    """Whether nothing that is required is missing."""
    return all(check.ok is not False for check in checks)


def _python() -> Check:
    found = f"{sys.version.split()[0]} at {sys.executable}"
    fine = sys.version_info >= (3, 11)
    return Check("python", fine, found, "" if fine else "install Python 3.11 or newer")


def _packages() -> Check:
    """Every requirement of the installed distribution, against what is installed."""
    from packaging.requirements import Requirement  # noqa: PLC0415  # only `visium doctor` needs it

    wrong = []
    for line in metadata.requires("visium-graph") or []:
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{wanted.name} is missing")
            continue
        if not wanted.specifier.contains(found, prereleases=True):
            wrong.append(f"{wanted.name} {found} (wanted {wanted.specifier})")
    return Check("python packages", not wrong, "; ".join(wrong) or "all there", _INSTALL if wrong else "")


def _manim() -> Check:
    try:
        import cairo  # noqa: PLC0415  # loading it is the test
        import manim  # noqa: PLC0415
        import manimpango  # noqa: PLC0415
    except (ImportError, OSError) as error:
        return Check("manim", False, f"cannot be loaded: {_one_line(error)}", _LIBRARIES)
    detail = f"{manim.__version__}, cairo {cairo.cairo_version_string()}, pango {manimpango.pango_version()}"
    return Check("manim", True, detail)


def _fonts() -> Check:
    try:
        import fontpkg  # noqa: PLC0415
        import manimpango  # noqa: PLC0415
    except (ImportError, OSError) as error:
        return Check("fonts", False, f"cannot be looked for: {_one_line(error)}", _LIBRARIES)
    from visium_graph.stage.theme import CODE_FONT, FONT  # noqa: PLC0415

    missing = {FONT, CODE_FONT}.difference(manimpango.list_fonts())
    for name in sorted(missing):
        try:
            fontpkg.family(name)
        except fontpkg.FamilyNotInstalled:
            continue
        missing.remove(name)
    if missing:
        return Check("fonts", None, f"{' and '.join(sorted(missing))} not found: another typeface stands in", _INSTALL)
    return Check("fonts", True, f"{FONT}, {CODE_FONT}")


def _encoders() -> Check:
    try:
        import av  # noqa: PLC0415
        from av.codec.codec import UnknownCodecError  # noqa: PLC0415
    except (ImportError, OSError) as error:
        return Check("encoders", False, f"PyAV cannot be loaded: {_one_line(error)}", _INSTALL)
    missing = []
    for name in ("libx264", "aac"):
        try:
            av.Codec(name, "w")
        except UnknownCodecError:
            missing.append(name)
    if missing:
        remedy = "pip install --force-reinstall --only-binary av av"
        return Check("encoders", False, f"this build of PyAV {av.__version__} lacks {' and '.join(missing)}", remedy)
    return Check("encoders", True, f"libx264 and aac (PyAV {av.__version__})")


def _mathjax() -> Check:
    try:
        import quickjax  # noqa: PLC0415
    except (ImportError, OSError) as error:
        return Check("formulas", False, f"quickjax cannot be loaded: {_one_line(error)}", _INSTALL)
    try:
        picture = quickjax.render(r"\sqrt{a^2 + b^2}")
    except quickjax.MathJaxRenderError as error:
        return Check("formulas", False, f"quickjax failed: {_one_line(error)}", _INSTALL)
    if "<path" not in picture or "merror" in picture:
        return Check("formulas", False, "quickjax drew no formula", _INSTALL)
    return Check("formulas", True, f"MathJax in process (quickjax {quickjax.__version__})")


def _latex() -> Check:
    missing = [name for name in ("latex", "dvisvgm") if shutil.which(name) is None]
    if missing:
        detail = f"{' and '.join(missing)} not found: only needed for math=latex"
        return Check("latex", None, detail, "apt-get install texlive-latex-base texlive-latex-extra dvisvgm")
    return Check("latex", True, "latex and dvisvgm")


def _voice() -> Check:
    from visium_graph.voices.hibari import HibariVoice  # noqa: PLC0415  # loads the engine

    try:
        voice = HibariVoice()
        sound = voice.synthesise("Ready.")
    except EnvironmentFault as error:
        return Check("voice", None, f"{error} (without it another voice speaks)", _INSTALL)
    return Check("voice", True, f"{voice.identity} spoke {sound.seconds:.1f} s")


def _second_voice() -> Check:
    from visium_graph.voices.espeak import EspeakVoice  # noqa: PLC0415  # as above

    try:
        voice = EspeakVoice()
    except EnvironmentFault as error:
        return Check("second voice", None, str(error), "apt-get install espeak-ng")
    return Check("second voice", True, voice.identity)


def _chosen_voice(settings: Settings) -> Check:
    """A service's voice, where one was chosen; the service itself is not asked."""
    from visium_graph.voices import list_voices  # noqa: PLC0415  # as above

    status = next(status for status in list_voices(settings) if status.name == settings.voice)
    if not status.available:
        return Check("chosen voice", None, f"{status.detail} (without it another voice speaks)", "visium voices")
    return Check("chosen voice", True, f"{settings.voice}: {status.detail}")


def _models(settings: Settings) -> Check:
    """Whether the crew could begin: its key and its models' names are tried, which costs nothing."""
    if not settings.has_crew:
        why = "switched off" if settings.crew == "off" else "no key"
        return Check("models", None, f"{why}: every agent works without one", "set GOOGLE_API_KEY (docs/models.md)")
    try:
        asyncio.run(_ensure_ready(settings))
    except VisiumError as error:
        return Check("models", False, _one_line(error), "set VISIUM_CREW=off to work without models (docs/models.md)")
    names = dict.fromkeys(settings.model_of(role) for role in get_args(Role))
    return Check("models", True, ", ".join(names))


async def _ensure_ready(settings: Settings) -> None:
    from visium_graph.models import close_models, ensure_ready  # noqa: PLC0415  # only where there is a key

    try:
        await ensure_ready(settings)
    finally:
        await close_models()


def _folder(name: str, folder: Path, remedy: str) -> Check:
    """Writable, and with room for a video."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            free_mb = shutil.disk_usage(folder).free // 2**20
    except OSError as error:
        return Check(name, False, f"{folder}: {error.strerror}", remedy)
    if free_mb < _DISK_MB:
        return Check(name, False, f"{folder}: {free_mb} MB free, {_DISK_MB} MB wanted", f"free some space, or {remedy}")
    return Check(name, True, f"{folder} ({free_mb / 1024:.0f} GB free)")


def _machine(settings: Settings) -> Check:
    memory_mb = psutil.virtual_memory().total // 2**20
    workers = settings.worker_count
    detail = f"{len(os.sched_getaffinity(0))} cores, {memory_mb / 1024:.0f} GB of memory, {workers} scenes at a time"
    if memory_mb < _JOB_MB * workers:
        fitting = max(1, memory_mb // _JOB_MB)
        return Check("machine", None, f"{detail}: little memory for as many", f"set VISIUM_WORKERS={fitting}")
    return Check("machine", True, detail)


def _confinement(settings: Settings) -> Check:
    """What holds a scene's code, really tried; and what would happen with code that a person or a model wrote."""
    from visium_graph.sandbox.kernel import capabilities  # noqa: PLC0415  # as above

    kernel = capabilities()
    if kernel.complete:
        detail = f"Landlock ABI {kernel.landlock} and seccomp: every scene's code runs confined"
        return Check("confinement", True, detail)
    holding = f"Landlock ABI {kernel.landlock}" if kernel.landlock else "seccomp" if kernel.seccomp else "nothing"
    fate = "runs unconfined (allow_unsandboxed is set)" if settings.allow_unsandboxed else "is refused"
    detail = f"{holding} only: templates run with a warning, code that a person or a model wrote {fate}"
    return Check("confinement", None, detail, f"this kernel lacks {kernel.missing}")


def _limits(settings: Settings) -> Check:
    from visium_graph.sandbox.job import Limits  # noqa: PLC0415  # as above

    limits = Limits(settings.job_seconds, settings.job_memory_mb)
    detail = (
        f"{limits.seconds:g} s ({limits.processor_seconds:g} s of processor time), {limits.memory_mb} MB of memory, "
        f"{limits.threads} threads, {limits.disk_mb} MB on disk in {limits.files} files, for one rendering"
    )
    return Check("limits", True, detail)


_JOB_MB = 600
"""What a job takes at 1080p with everything loaded, generously."""


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
