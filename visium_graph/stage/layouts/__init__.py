"""Template layouts: data of `visium_graph.layouts` drawn as slides. `base` says how to add one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from visium_graph.layouts import TemplateLayout

if TYPE_CHECKING:
    from visium_graph.stage.layouts.base import View
    from visium_graph.stage.slide import Slide

__all__ = ["VIEWS", "make_view"]

VIEWS: Mapping[str, str] = {
    "title": "title:TitleView",
    "bullets": "bullets:BulletsView",
    "quote": "quote:QuoteView",
    "image": "image:ImageView",
    "formula": "formula:FormulaView",
    "table": "table:TableView",
    "code": "code:CodeView",
    "plot": "plot:PlotView",
    "figure": "figure:FigureView",
}
"""Kind of layout -> `module:class` under this package; a module is imported when a slide needs it."""

_ADAPTER: TypeAdapter[Any] = TypeAdapter(TemplateLayout)


def make_view(slide: Slide, kind: str, title: str, fields: Mapping[str, Any]) -> View:
    """The view of a layout, not built yet.

    Raises:
        ValueError: unknown kind, or fields that do not fit it; the message names the first fault.
    """
    if kind not in VIEWS:
        raise ValueError(f"no layout named {kind!r} (layouts: {', '.join(VIEWS)})")
    try:
        layout = _ADAPTER.validate_python({"kind": kind, **fields})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"][1:]) or "fields"
        raise ValueError(f"layout {kind!r}: {where}: {first['msg'].removeprefix('Value error, ')}") from None
    module, name = VIEWS[kind].split(":")
    view: type[View] = getattr(import_module(f"{__name__}.{module}"), name)
    return view(slide, title, layout)
