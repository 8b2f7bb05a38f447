"""Settings of a run: arguments win over the environment, the environment over the config file, that over defaults.

Environment variables are the field names in capitals with the prefix `VISIUM_`, e.g. `VISIUM_QUALITY=high`.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from platformdirs import user_cache_path
from pydantic import Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from visium_graph.errors import InputError

__all__ = [
    "PRICES",
    "QUALITIES",
    "Quality",
    "Role",
    "Settings",
    "Thinking",
    "VoiceName",
    "config_folder",
    "config_names",
    "gemini_key",
    "load_settings",
]

Role = Literal["script", "director", "coder", "reviewer"]
"""The agents that can have a model."""

Thinking = Literal["off", "low", "medium", "high"]
"""How hard a model is asked to think before it answers."""

PRICES = "prices.yaml"
"""Lies beside the presets, and is none."""

VoiceName = Literal["gemini", "gtts", "hibari", "espeak", "silent"]
"""The voices: two services, then what this machine has; which follows which is `voices.voice_chain`'s to say."""

TTS_PROVIDER = "TTS_PROVIDER"
"""Environment variable that names a voice, as several programs have it."""


@dataclass(frozen=True)
class Quality:
    """Size of the picture in pixels and frames per second."""

    width: int
    height: int
    fps: int


QUALITIES: dict[str, Quality] = {
    "draft": Quality(854, 480, 15),
    "medium": Quality(1280, 720, 30),
    "high": Quality(1920, 1080, 60),
    "4k": Quality(3840, 2160, 60),
    # Far too small to watch; the whole road in seconds, for tests and for trying a change to the code.
    "tiny": Quality(214, 120, 10),
}


class _TtsProvider(PydanticBaseSettingsSource):
    """The voice by the name that other programs share: TTS_PROVIDER, below VISIUM_VOICE."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002  # pydantic's signature
        """The variable's value for the field `voice`, in lower case; an empty one counts as none."""
        value = os.environ.get(TTS_PROVIDER, "").strip().lower() if field_name == "voice" else ""
        return value or None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The voice, where nothing above has named one."""
        name, key, _ = self.get_field_value(self.settings_cls.model_fields["voice"], "voice")
        if name is None or key in self.current_state:
            return {}
        if name not in get_args(VoiceName):
            raise InputError(f"{TTS_PROVIDER}={name}: no such voice (voices: {', '.join(get_args(VoiceName))})")
        return {key: name}


class Settings(BaseSettings):
    """Everything a caller can choose. Also the graph's `context_schema`, so Studio can edit it.

    Example:
        >>> Settings(quality="draft").frame.height
        480
    """

    model_config = SettingsConfigDict(env_prefix="VISIUM_", extra="forbid", frozen=True)

    quality: Literal["draft", "medium", "high", "4k", "tiny"] = "medium"
    voice: VoiceName = "hibari"
    """The first voice to try; where it fails, the next of its chain speaks the whole video. Also TTS_PROVIDER."""
    math: Literal["mathjax", "latex"] = "mathjax"
    """Engine for formulas: MathJax in process, or the machine's LaTeX."""
    theme: Literal["dark", "light"] | None = None
    """Overrides the storyboard's theme."""
    max_scenes: Annotated[int, Field(ge=1, le=100)] = 10
    """At most this many scenes are made of a document."""
    crew: Literal["auto", "on", "off"] = "auto"
    """Whether models write: `auto` where a Gemini key is in the environment or another provider's model was chosen."""
    model: str = "google_genai:gemini-3.8-flash"
    """The chat model of every role, as `provider:model` of LangChain's `init_chat_model`."""
    script_model: str | None = None
    """The script writer's own; by default `model`. So for the three below."""
    director_model: str | None = None
    coder_model: str | None = None
    reviewer_model: str | None = None
    script_thinking: Thinking = "medium"
    director_thinking: Thinking = "medium"
    coder_thinking: Thinking | Literal["auto"] = "auto"
    """`auto` decides by how much there is to draw in the scene."""
    reviewer_thinking: Thinking = "low"
    base_url: str | None = None
    """Address of another server that speaks the provider's protocol (an OpenAI-compatible one, a proxy)."""
    model_options: dict[str, Any] = Field(default_factory=dict)
    """Further keyword arguments of the provider's chat model class."""
    structured_output: Literal["json_schema", "function_calling", "prompt"] = "json_schema"
    """How the provider is told the form of an answer."""
    call_seconds: Annotated[float, Field(gt=0, le=3600)] = 180.0
    """Longest time for one call."""
    call_attempts: Annotated[int, Field(ge=1, le=20)] = 5
    """Tries of one call where the service is busy, broken or silent."""
    concurrent_calls: Annotated[int, Field(ge=1, le=90)] = 8
    """Calls in flight at a time."""
    calls_per_minute: Annotated[float, Field(ge=0)] = 0.0
    """At most so many calls in a minute; 0 means no limit."""
    max_rounds: Annotated[int, Field(ge=1, le=10)] = 4
    """Drafts that the coder's model may write for one scene before the understudy takes it."""
    review_rounds: Annotated[int, Field(ge=0, le=2)] = 2
    """Rounds that the reviewer's model may ask for; 0 leaves the reviewing to the checks."""
    scene_tokens: Annotated[int, Field(ge=1)] = 150_000
    """Tokens that may be spent on the code of one scene."""
    scene_seconds: Annotated[float, Field(gt=0)] = 900.0
    """Seconds that may be spent waiting for the coder of one scene."""
    prices: Path | None = None
    """A YAML file of prices to use instead of the shipped one."""
    audience: str = "curious people without special knowledge"
    """For whom the script writer writes."""
    length: Annotated[float, Field(gt=0, le=60)] | None = None
    """Minutes that the video should take; by default as long as the matter needs, about three."""
    language: str | None = None
    """BCP 47 code of the narration; by default that of the source."""
    tts_model: str = "gemini-3.8-flash-tts"
    """The model of the voice `gemini`."""
    tts_voice: str = "Kore"
    """The speaker of the voice `gemini`."""
    workers: Annotated[int, Field(ge=0, le=256)] = 0
    """Scenes checked or rendered at a time; 0 means one for each processor."""
    job_seconds: Annotated[float, Field(gt=0, le=36000)] = 900.0
    """Wall-clock limit of one render job; a check gets a quarter of it, at most 60 s."""
    job_memory_mb: Annotated[int, Field(ge=256)] = 3072
    """Resident memory limit of one job."""
    cache_dir: Path = Field(default_factory=lambda: user_cache_path("visium_graph"))
    """Where voice clips, checks and rendered clips are stored by the hash of what made them."""
    cache_size_mb: Annotated[int, Field(ge=1)] = 4000
    """Megabytes that may stay there after a run; beyond it the least recently used pieces go."""
    allow_unsandboxed: bool = False
    """Run code that a person or a model wrote even where the kernel cannot confine it, as if it were a trusted program."""
    render: bool = True
    """False stops after the checks: a plan, its narration and its code, but no picture."""
    strict: bool = False
    """Exit with 1 where a scene had to fall back."""

    @field_validator(
        "crew", "script_thinking", "director_thinking", "coder_thinking", "reviewer_thinking", mode="before"
    )
    @classmethod
    def _on_and_off(cls, value: Any) -> Any:
        """YAML reads these two words as true and false."""
        return {True: "on", False: "off"}[value] if isinstance(value, bool) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments and environment only; `load_settings` puts the config file below them."""
        return init_settings, env_settings, _TtsProvider(settings_cls)

    @property
    def has_crew(self) -> bool:
        """Whether models write: see `crew`."""
        if self.crew != "auto":
            return self.crew == "on"
        return gemini_key() is not None or not all(self.model_of(role).startswith("google") for role in get_args(Role))

    def model_of(self, role: Role) -> str:
        """The chat model of a role, as `provider:model`."""
        own: str | None = getattr(self, f"{role}_model")
        return own or self.model

    @property
    def frame(self) -> Quality:
        """Width, height and frame rate of the picture."""
        return QUALITIES[self.quality]

    @property
    def worker_count(self) -> int:
        """Scenes worked on at a time."""
        return self.workers or len(os.sched_getaffinity(0))

    @property
    def key(self) -> str:
        """A hash of the settings, under which pools and voices are kept."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


def gemini_key() -> str | None:
    """The key of the Gemini API in the environment; an empty one counts as none."""
    found = (os.environ.get(name, "").strip() for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"))
    return next(filter(None, found), None)


def load_settings(config: str | Path | None = None, **arguments: Any) -> Settings:
    """Settings from a preset or a YAML file, the environment and arguments (the last wins).

    Args:
        config: name of a preset (`config_names()`) or path of a YAML file.
        arguments: fields of `Settings`; None means not given.

    Raises:
        InputError: unknown preset, unreadable file, unknown key or a value out of range.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    from_file = _read_config(config) if config is not None else {}
    # The environment stands between arguments and file: what it sets is taken out of the file's values.
    below = {name: value for name, value in from_file.items() if f"VISIUM_{name}".upper() not in os.environ}
    if os.environ.get(TTS_PROVIDER, "").strip():
        below.pop("voice", None)
    try:
        return Settings(**{**below, **given})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"])) or "settings"
        if first["type"] == "extra_forbidden":
            raise InputError(f"unknown setting {name!r} (settings: {', '.join(Settings.model_fields)})") from None
        raise InputError(f"setting {name}: {first['msg']} (got {first['input']!r})") from None


def config_names() -> list[str]:
    """Names of the presets that come with the package."""
    return sorted(path.stem for path in config_folder().iterdir() if path.suffix == ".yaml" and path.name != PRICES)


def config_folder() -> Path:
    """Where the presets and the prices of models lie."""
    inside = Path(str(files("visium_graph"))) / "configs"
    # In a checkout the presets lie at the top level; the wheel carries them inside the package.
    return inside if inside.is_dir() else inside.parents[1] / "configs"


def _read_config(config: str | Path) -> dict[str, Any]:
    path = Path(config)
    if path.suffix not in {".yaml", ".yml"}:
        path = config_folder() / f"{config}.yaml"
        if str(config) not in config_names():
            raise InputError(
                f"no preset named {str(config)!r} (presets: {', '.join(config_names())}; or give a .yaml file)"
            )
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not valid YAML ({str(error).splitlines()[0]})") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise InputError(f"{path}: expected settings as `name: value` lines")
    return {str(name): value for name, value in data.items()}
