"""What a run did, for programs (`report.json`) and for people (`report.html`)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field

from visium_graph.checks.finding import Finding
from visium_graph.export.plain import plain_text
from visium_graph.export.usage import dollars, roles_in_order
from visium_graph.models.usage import Sum, Usage
from visium_graph.run import Run, write_atomically

__all__ = ["DraftFinding", "Made", "Outcome", "Report", "SceneReport", "report_html", "write_report"]

Outcome = Literal["coded", "template", "fallback", "title"]
"""How a scene came about: by code, by its layout's template, by a template in place of code that failed, or as a
plain title slide."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DraftFinding(Finding):
    """What a check said of one draft of a scene."""

    draft: str = ""
    """Who wrote that draft."""


class SceneReport(_Model):
    """One scene."""

    id: str
    title: str
    outcome: Outcome
    rounds: int = 0
    """Drafts that were checked."""
    findings: list[DraftFinding] = []
    """What the checks said of its drafts, the refused ones too."""
    coder: str = "template"
    """Who wrote its code: `model`, `template`, `plain-template` (formulas as their source), `storyboard`, `hand` or `title`."""
    model: str = ""
    """The model that wrote it, as `provider:model`; empty where none did."""
    thinking: bool | None = None
    """Whether that model thought before it wrote; None where none wrote."""
    reviews: int = 0
    """Rounds that the reviewer's model asked for."""
    seconds: float = 0.0
    """Length in the video."""
    frames: int = 0
    cached: bool = False
    """Whether its clip was there already."""
    render_seconds: float = 0.0
    """CPU seconds that its clip took when it was made."""
    note: str = ""
    """Why it had to fall back, in one line."""


class Made(_Model):
    """By which a finished video is known again."""

    inputs: str
    """Hash of all it was made of; see `finished.inputs_of`."""
    assembly: str
    """Hash of the clips and sounds it was put together from."""
    files: dict[str, str]
    """Path in the run folder -> SHA-256."""


class Report(_Model):
    """The whole run."""

    version: Literal[1] = 1
    title: str
    source: str = ""
    quality: str
    voice: str
    created: datetime = Field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    """UTC."""
    duration: float
    """Seconds of the video."""
    elapsed: float = 0.0
    """Seconds the run took."""
    scenes: list[SceneReport]
    warnings: list[str] = []
    left_out: list[str] = []
    """What of the source is not in the video."""
    versions: dict[str, str] = {}
    """Package -> version of what the video depends on."""
    usage: Usage | None = None
    """Calls, tokens, cost and seconds of the models, in all, by role and by scene; None where no model was asked."""
    made: Made | None = None

    @property
    def fallen_back(self) -> list[SceneReport]:
        """Scenes that did not come out as planned."""
        return [scene for scene in self.scenes if scene.outcome in {"fallback", "title"}]


def write_report(run: Run, report: Report) -> None:
    """Write `report.json` and `report.html` into the run folder."""
    write_atomically(run.report, report.model_dump_json(indent=2) + "\n")
    write_atomically(
        run.report.with_suffix(".html"), report_html(report, contact=run.contact.is_file(), video=run.video.is_file())
    )


def report_html(report: Report, *, contact: bool = False, video: bool = False) -> str:
    """The report as one HTML page, that loads nothing from elsewhere.

    Args:
        report: what to show.
        contact: show `contact.png` from the same folder.
        video: show `video.mp4` from the same folder.
    """
    environment = Environment(
        loader=PackageLoader("visium_graph.export"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = plain_text
    environment.filters["clock"] = _clock
    environment.filters["dollars"] = dollars
    environment.filters["number"] = "{:,.0f}".format
    return environment.get_template("report.html.j2").render(
        report=report,
        contact=contact,
        video=video,
        roles=roles_in_order(report.usage) if report.usage else [],
        nothing=Sum(),
    )


def _clock(seconds: float) -> str:
    """`75.4` -> `1:15`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
