"""The `visium` command. The result goes to stdout, progress and messages to stderr.

Exit codes: 0 done, 1 errors found by a check or failed scenes under --strict, 2 bad usage or input, 3 environment, 130 interrupted.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from visium_graph.cli_cache import cache_commands
from visium_graph.cli_options import (
    ConfigOption,
    JsonOption,
    OutOption,
    QualityOption,
    SetOption,
    StrictOption,
    UnsandboxedOption,
    VoiceOption,
    chosen_settings,
)
from visium_graph.errors import InputError, VisiumError

if TYPE_CHECKING:  # each command loads what it needs: `visium check` and `--help` are over in a moment
    from visium_graph.settings import Settings

__all__ = ["app", "main"]

app = typer.Typer(
    name="visium",
    help="Turn a topic, a document or a storyboard into a narrated 3Blue1Brown-style video.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(cache_commands, name="cache")
errors = Console(stderr=True, highlight=False, soft_wrap=True)


@app.callback()
def _common(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    context.obj = {"debug": debug}


@app.command()
def make(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE", help="A topic, a document (.md .txt) or a storyboard.json.")
    ],
    out: OutOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quality: QualityOption = None,
    voice: VoiceOption = None,
    audience: Annotated[str | None, typer.Option("--audience", help="For whom a model writes the script.")] = None,
    length: Annotated[float | None, typer.Option("--length", help="Minutes that a model's script should take.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="Language of the narration, as a code: en, de, pt-BR.")
    ] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option("--document", help="What a video on a topic must rest on; may be repeated."),
    ] = None,
    strict: StrictOption = None,
    unsandboxed: UnsandboxedOption = None,
    no_render: Annotated[bool, typer.Option("--no-render", help="Plan, narrate and check; draw nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a video of each SOURCE."""
    from visium_graph.run import default_folder  # noqa: PLC0415  # loads only for this command

    chosen = chosen_settings(
        config,
        assignments,
        quality=quality,
        voice=voice,
        audience=audience,
        length=length,
        language=language,
        strict=strict,
        allow_unsandboxed=unsandboxed,
        render=False if no_render else None,
    )
    resting = [str(path) for path in documents or []]
    worst = 0
    for source in sources:
        folder = out if len(sources) == 1 else (out / default_folder(source).name if out else None)
        try:
            worst = max(worst, _make(source, chosen, folder, as_json, resting))
        except VisiumError as error:
            if len(sources) == 1:
                raise
            errors.print(f"visium: {error}", markup=False)
            worst = max(worst, error.exit_code)
    raise typer.Exit(worst)


@app.command()
def render(
    target: Annotated[Path, typer.Argument(metavar="RUN|STORYBOARD.json", help="A run folder, or a storyboard file.")],
    out: OutOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quality: QualityOption = None,
    voice: VoiceOption = None,
    strict: StrictOption = None,
    unsandboxed: UnsandboxedOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the video of a storyboard, with or without code, asking no model."""
    chosen = chosen_settings(
        config,
        assignments,
        quality=quality,
        voice=voice,
        strict=strict,
        allow_unsandboxed=unsandboxed,
        crew="off",
    )
    if target.is_dir():
        if not (target / "storyboard.json").is_file():
            raise InputError(f"{target}: no storyboard.json in this folder; `visium make SOURCE -o {target}` plans one")
        out, target = out or target, target / "storyboard.json"
    elif target.suffix.lower() != ".json":
        raise InputError(
            f"{target}: expected a run folder or a storyboard .json (to make a video of a document: visium make)"
        )
    raise typer.Exit(_make(str(target), chosen, out, as_json))


@app.command()
def resume(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of an interrupted run.")],
    config: ConfigOption = None,
    assignments: SetOption = None,
    unsandboxed: UnsandboxedOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on with a run that was interrupted; nothing finished is made again."""
    from visium_graph.api import resume_video  # noqa: PLC0415  # langgraph loads only when a graph runs
    from visium_graph.progress import Progress  # noqa: PLC0415  # as above

    here = chosen_settings(config, assignments, allow_unsandboxed=unsandboxed)
    with Progress(errors, f"visium resume {run}") as progress:
        finished = resume_video(run, settings=here, on_event=progress.event)
    raise typer.Exit(_finish(finished.folder, as_json, strict=False))


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Manim scene files, or storyboards (.json).")],
    geometry: Annotated[
        bool, typer.Option("--geometry", help="Also run every scene in a sandbox and measure what it shows.")
    ] = False,
    unsandboxed: UnsandboxedOption = None,
    fix: Annotated[bool, typer.Option("--fix", help="Repair what is safe to repair, in the files.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list of findings.")] = False,
    as_github: Annotated[bool, typer.Option("--github", help="Print annotations for GitHub.")] = False,
) -> None:
    """Check scene FILEs against the installed manim: no invented names, no broken pictures; in storyboards the equations."""
    from visium_graph.checks import output  # noqa: PLC0415  # as above
    from visium_graph.checks.service import check_files  # noqa: PLC0415  # as above

    if as_json and as_github:
        raise typer.BadParameter("--json and --github are two forms of the same output: choose one")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a source may hold letters that the terminal has not
    console = Console(highlight=False, soft_wrap=True)
    settings = chosen_settings(None, None, allow_unsandboxed=unsandboxed) if geometry else None
    reports = []
    for report in check_files(files, geometry=geometry, fix=fix, settings=settings):
        reports.append(report)
        if as_github:
            print(*output.as_github([report]), sep="\n", end="\n" * bool(report.findings))
        elif not as_json:
            console.print(*output.human([report]), sep="\n", end="\n" * bool(report.findings))
    if as_json:
        print(output.as_json(reports))
    elif not as_github:
        print(output.summary(reports))
    unread = any(finding.rule == "unreadable" for report in reports for finding in report.findings)
    raise typer.Exit(2 if unread else int(any(report.errors for report in reports)))


@app.command()
def lessons() -> None:
    """List the built-in lessons."""
    from visium_graph.sources.lessons import all_lessons  # noqa: PLC0415  # as above

    for lesson in all_lessons():
        print(f"{lesson.name:24} {lesson.title}")


@app.command()
def voices() -> None:
    """List the voices and say which can be used here."""
    from visium_graph.voices import list_voices  # noqa: PLC0415  # as above

    for voice in list_voices():
        print(f"{voice.name:10} {'ready  ' if voice.available else 'missing'}  {voice.detail}")


@app.command()
def graph() -> None:
    """Print the graph as a Mermaid picture."""
    from visium_graph.graph.studio import graph as compiled  # noqa: PLC0415  # as above

    print(compiled.get_graph(xray=True).draw_mermaid())


@app.command()
def doctor() -> None:
    """Say what is there and what is missing, with the command that mends it."""
    from visium_graph.doctor import examine, summary_ok  # noqa: PLC0415  # as above

    console = Console(highlight=False, soft_wrap=True)
    checks = examine()
    for check in checks:
        word, style = {True: ("ok     ", "green"), False: ("missing", "red"), None: ("absent ", "yellow")}[check.ok]
        console.print(Text.assemble((word, style), f" {check.name}: {check.detail}"))
        if check.ok is not True and check.remedy:
            console.print(f"        {check.remedy}", markup=False)
    raise typer.Exit(0 if summary_ok(checks) else 3)


_PLAINER = {
    "template": "its template slide",
    "plain-template": "its template slide with formulas as their source",
    "title": "a plain title slide",
}


def _make(source: str, settings: Settings, out: Path | None, as_json: bool, documents: Sequence[str] = ()) -> int:
    from visium_graph.sources.resolve import identify_source  # noqa: PLC0415  # as below

    # A wrong path is told before anything large is loaded.
    identify_source(source, documents=documents, models=settings.has_crew)
    from visium_graph.api import make_video  # noqa: PLC0415  # langgraph loads only when a graph runs
    from visium_graph.progress import Progress  # noqa: PLC0415  # as above
    from visium_graph.run import default_folder  # noqa: PLC0415  # as above

    folder = out or default_folder(source)
    with Progress(errors, f"visium resume {folder}") as progress:
        run = make_video(source, settings=settings, out=folder, documents=documents, on_event=progress.event)
    if not settings.render:
        print(run.storyboard)
        return 0
    return _finish(run.folder, as_json, settings.strict)


def _finish(folder: Path, as_json: bool, strict: bool) -> int:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    for note in report["warnings"] + report["left_out"]:
        errors.print(f"note: {note}", markup=False)
    fallen = [scene for scene in report["scenes"] if scene["outcome"] in {"fallback", "title"}]
    for scene in fallen:
        why = scene["note"] or "it could not be drawn"
        errors.print(f"warning: scene {scene['id']!r} became {_PLAINER[scene['coder']]}: {why}", markup=False)
    if report.get("usage"):
        from visium_graph.export.usage import parse_usage, usage_lines  # noqa: PLC0415  # only where models were asked

        for line in usage_lines(parse_usage(report["usage"])):
            errors.print(line, markup=False, highlight=False, soft_wrap=True)
    print(json.dumps(report, ensure_ascii=False, indent=1) if as_json else folder / "video.mp4")
    return 1 if strict and fallen else 0


def main() -> None:
    """Run the command; every failure a user can cause ends in one line and the documented exit code."""
    debug = "--debug" in sys.argv[1:]
    try:
        app(
            args=[argument for argument in sys.argv[1:] if argument != "--debug"],
            prog_name="visium",
            standalone_mode=True,
        )
    except VisiumError as error:
        _explain(str(error), debug)
        _leave(error.exit_code)
    except _interruptions():
        _explain("interrupted; what is finished is kept, the same command goes on from there", debug)
        _leave(130)
    except OSError as error:
        _explain(f"{error.filename or 'system'}: {error.strerror or error}", debug)
        _leave(3)


def _interruptions() -> tuple[type[BaseException], ...]:
    """What Ctrl-C may arrive as; asyncio makes it an exception of its own, where it was loaded at all."""
    asyncio = sys.modules.get("asyncio")
    return (KeyboardInterrupt,) if asyncio is None else (KeyboardInterrupt, asyncio.CancelledError)


def _explain(message: str, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    errors.print(f"visium: {message}", markup=False)


def _leave(code: int) -> None:
    sys.stdout.flush()
    sys.exit(code)
