"""Options that several commands have, and the settings that they make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from visium_graph.errors import InputError

if TYPE_CHECKING:  # each command loads what it needs: `visium check` and `--help` are over in a moment
    from visium_graph.settings import Settings

__all__ = [
    "ConfigOption",
    "JsonOption",
    "OutOption",
    "QualityOption",
    "SetOption",
    "StrictOption",
    "UnsandboxedOption",
    "VoiceOption",
    "chosen_settings",
]

QualityName = Literal["draft", "medium", "high", "4k", "tiny"]
OutOption = Annotated[
    Path | None, typer.Option("--out", "-o", help="The run folder (for several sources: a folder of runs).")
]
ConfigOption = Annotated[
    str | None, typer.Option("--config", help="A preset (default, offline, gemini, draft) or a YAML file.")
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any setting; may be repeated.")
]
QualityOption = Annotated[
    QualityName | None, typer.Option("--quality", help="draft 480p15, medium 720p30, high 1080p60, 4k 2160p60.")
]
VoiceOption = Annotated[
    Literal["gemini", "gtts", "hibari", "espeak", "silent"] | None,
    typer.Option("--voice", help="The voice to narrate with (visium voices)."),
]
StrictOption = Annotated[bool | None, typer.Option("--strict", help="Exit with 1 where a scene had to fall back.")]
UnsandboxedOption = Annotated[
    bool | None,
    typer.Option(
        "--unsandboxed", help="Run written scene code even where the kernel cannot confine it: trust it fully."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON instead of the video's path.")]


def chosen_settings(config: str | None, assignments: list[str] | None, **options: Any) -> Settings:
    """Settings from the options of a command; None means not given."""
    import yaml  # noqa: PLC0415  # loads only for commands that have settings

    from visium_graph.settings import load_settings  # noqa: PLC0415  # as above

    given: dict[str, Any] = {}
    for assignment in assignments or []:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise InputError(f"--set {assignment}: expected KEY=VALUE")
        try:
            given[name.strip()] = yaml.safe_load(value)
        except yaml.YAMLError:
            given[name.strip()] = value
    given |= {name: value for name, value in options.items() if value is not None}
    return load_settings(config, **given)
