"""What a check or a clip depends on besides its job's payload."""

from __future__ import annotations

from functools import cache

from visium_graph.provenance import fonts, machine, requirements, source_hash, tex, text_libraries, versions
from visium_graph.store import content_hash

__all__ = ["SOURCES", "drawn_with"]

SOURCES = (
    "checks",
    "layouts",
    "render",
    "sandbox",
    "stage",
    "errors.py",
    "expression.py",
    "parsing.py",
    "storyboard.py",
)
"""All of this package that takes part in a check or a rendering."""
_LIBRARIES = ("av", "fontpkg", "fontpkg-jetbrains-mono", "fontpkg-lato", "manim", "quickjax", "svgelements")


@cache
def drawn_with(math: str) -> str:
    """A hash of the code, libraries, fonts and machine that draw a scene; of LaTeX too where `math` is `latex`.

    A change of any of them makes every clip anew. What is left out: modules that scene code imports from elsewhere
    (`PYTHONPATH`), and settings of the processor finer than its kind.
    """
    libraries = versions(*_LIBRARIES, *requirements("manim"))
    return content_hash(
        source_hash(*SOURCES), libraries, text_libraries(), fonts(), machine(), tex() if math == "latex" else None
    )
