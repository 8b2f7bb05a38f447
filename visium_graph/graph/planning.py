"""From the source to the plan in the run folder: what the script and director nodes do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from visium_graph.agents.director import direct
from visium_graph.agents.script import Script, compile_script
from visium_graph.errors import InputError
from visium_graph.run import Run, Store, content_hash
from visium_graph.settings import Settings
from visium_graph.sources.resolve import resolve_source
from visium_graph.storyboard import Storyboard

__all__ = ["Found", "left_out", "write_plan", "write_script", "write_storyboard"]


@dataclass(frozen=True)
class Found:
    """What the source turned out to be."""

    message: str
    origin: str
    """`document` where a script was written, else `storyboard`."""
    warnings: list[str] = field(default_factory=list)


def write_script(source: str, run: Run, settings: Settings) -> Found:
    """Read the source; write `script.json` (a document) or `storyboard.json` (a storyboard or a lesson).

    Raises:
        InputError: the source cannot be used, or the folder's storyboard holds a person's edits.
    """
    found, message = resolve_source(source, run)
    if isinstance(found, Storyboard):
        run.script.unlink(missing_ok=True)
        if not _is_the_runs_own(source, run):
            write_plan(found, run, settings)
        return Found(message, "storyboard")
    script = compile_script(found, settings.max_scenes)
    run.write(run.script, script.model_dump_json(indent=2) + "\n")
    return Found(message, "document", found.notes)


def write_storyboard(origin: str, run: Run, settings: Settings) -> Storyboard:
    """Give every scene of the script its layout and write `storyboard.json`; a given storyboard stays as it is."""
    if origin == "document":
        write_plan(direct(_read_script(run)), run, settings)
    return run.read_storyboard()


def left_out(origin: str, run: Run) -> list[str]:
    """What of the document did not make it into the script, each a line for the user."""
    return _read_script(run).left_out if origin == "document" else []


def _read_script(run: Run) -> Script:
    return Script.model_validate_json(run.script.read_text(encoding="utf-8"))


def _is_the_runs_own(source: str, run: Run) -> bool:
    return Path(source).expanduser().resolve() == run.storyboard


def write_plan(storyboard: Storyboard, run: Run, settings: Settings) -> None:
    """Write the plan, but never over one that a person edited: plans written here are known by their hash.

    Raises:
        InputError: the folder's storyboard holds a person's edits.
    """
    store = Store(settings.cache_dir)
    text = storyboard.dumps()
    if run.storyboard.is_file():
        present = run.storyboard.read_text(encoding="utf-8", errors="replace")
        if present != text and store.find("plan", content_hash(present), ".txt") is None:
            raise InputError(
                f"{run.storyboard} was edited by hand and would be overwritten: `visium render {run.folder}` makes the video "
                "from it; to plan anew, delete it or choose another folder with -o"
            )
    store.put("plan", content_hash(text), ".txt", "")
    run.write(run.storyboard, text)
