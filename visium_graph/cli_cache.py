"""`visium cache`: what lies in the cache, and making room there."""

from __future__ import annotations

import math
from typing import Annotated

import typer
from rich.console import Console

from visium_graph.cli_options import ConfigOption, SetOption, chosen_settings

__all__ = ["cache_commands"]

cache_commands = typer.Typer(help="Show and prune the cache of finished pieces.", invoke_without_command=True)


@cache_commands.callback()
def cache(
    context: typer.Context,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show what lies in the cache; `visium cache prune` makes room."""
    if context.invoked_subcommand is not None:
        context.obj |= {"config": config, "assignments": assignments, "json": as_json}
        return
    from visium_graph import cache_view  # noqa: PLC0415  # as above
    from visium_graph.cache import usage  # noqa: PLC0415  # as above

    found = usage(chosen_settings(config, assignments))
    if as_json:
        print(cache_view.usage_to_json(found))
        return
    Console(highlight=False, soft_wrap=True).print(cache_view.usage_table(found), markup=False)
    print(cache_view.usage_line(found))


@cache_commands.command()
def prune(
    context: typer.Context,
    size: Annotated[str | None, typer.Option(metavar="SIZE", help="Keep this much, e.g. 500MB; the last used.")] = None,
    older_than: Annotated[
        str | None, typer.Option(metavar="AGE", help="Remove what was not used for so long, e.g. 30d.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Remove everything that is not in use.")] = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Remove the least recently used pieces; without options, down to the limit (cache_size_mb)."""
    from visium_graph import cache_view  # noqa: PLC0415  # as above
    from visium_graph.cache import prune as prune_cache  # noqa: PLC0415  # as above

    if everything and (size or older_than):
        raise typer.BadParameter("--all leaves nothing to --size and --older-than: choose")
    given = context.obj
    settings = chosen_settings(config or given["config"], [*(given["assignments"] or []), *(assignments or [])])
    try:
        age = cache_view.parse_age(older_than) if older_than else math.inf
        limit = cache_view.parse_size(size) if size else math.inf
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if not size and not older_than:
        limit = -1 if everything else settings.cache_size_mb * 1_000_000
    done = prune_cache(settings.cache_dir, size=limit, older_than=age)
    print(cache_view.pruned_to_json(done) if as_json or given["json"] else cache_view.pruned_line(done))
