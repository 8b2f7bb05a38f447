"""Progress of a run on a terminal: one line a scene. Quiet where stderr is no terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

__all__ = ["Progress"]

_STEPS = {
    "coding": "being coded",
    "coded": "checking",
    "reviewed": "being mended",
    "checked": "reviewing",
    "accepted": "rendering",
    "rendered": "done",
}


class Progress:
    """Shows the graph's custom events.

    Args:
        console: where to draw; what was found is said there on any console, the live table on a terminal only.
        resume: the command that goes on after an interruption.
    """

    def __init__(self, console: Console, resume: str) -> None:
        self._console = console
        self._resume = resume
        self._scenes: dict[str, tuple[str, str]] = {}
        self._stage = "reading the source"
        self._spinner = Spinner("dots")
        self._live = Live(get_renderable=self._table, console=console, transient=True, refresh_per_second=8)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()
        if kind is KeyboardInterrupt:
            self._console.print(f"to go on later: {self._resume}", markup=False)

    def event(self, event: dict[str, Any]) -> None:
        """Take one event of the graph."""
        name = event["event"]
        if name == "writing":
            self._stage = "writing the script"
        elif name == "script":
            self._console.print(event["found"], markup=False)
            self._stage = "planning"
        elif name == "unchanged":
            self._console.print("nothing has changed since this video was made", markup=False)
        elif name == "storyboard":
            self._scenes = {scene_id: (title, "waiting") for scene_id, title in event["scenes"]}
            self._stage = "narrating"
        elif name == "narrated":
            self._stage = f"narrating, beat {event['done']} of {event['total']}"
        elif name == "assembling":
            self._stage = "assembling the video"
        elif name in _STEPS and event["scene"] in self._scenes:
            self._stage = "coding and rendering"
            outcome = event.get("outcome", "")
            note = f" ({outcome})" if name == "rendered" and outcome in {"fallback", "title"} else ""
            note = f", draft {event['draft']}" if name == "coding" else note
            self._scenes[event["scene"]] = (self._scenes[event["scene"]][0], _STEPS[name] + note)

    def _table(self) -> Table:
        self._spinner.update(text=Text(self._stage))
        table = Table.grid(padding=(0, 2))
        table.add_row(self._spinner, "")
        for title, step in self._scenes.values():
            colour = "green" if step == "done" else "dim" if step == "waiting" else "cyan"
            table.add_row(Text(f"  {title[:60]}"), Text(step, style=colour))
        return table
