"""Prompts: one Markdown file each, filled in by `prompt`."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["prompt"]


def prompt(name: str, **values: Any) -> str:
    """The prompt `name`.md of this folder with its `<<placeholders>>` filled in.

    Braces and dollar signs mean nothing here: Manim code and LaTeX are full of them. Values are put in as they are.

    Args:
        name: of the file, without its suffix.
        values: what the placeholders and the `<% if %>` and `<% for %>` blocks name; each must be given.
    """
    return _environment().get_template(f"{name}.md").render(**values).strip() + "\n"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("visium_graph.agents", "prompts"),
        autoescape=False,  # noqa: S701  # a prompt is no page of HTML
        undefined=StrictUndefined,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
