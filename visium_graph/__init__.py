"""visium_graph: text in, narrated 3Blue1Brown-style video out.

What a user needs is here by name and loaded when it is first used: importing the package loads neither langgraph nor
manim.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from visium_graph.api import amake_video, make_video, resume_video
    from visium_graph.errors import EnvironmentFault, InputError, VisiumError
    from visium_graph.graph.video import build_graph
    from visium_graph.run import Run
    from visium_graph.settings import Settings, load_settings
    from visium_graph.storyboard import Beat, Scene, Storyboard, load_storyboard, storyboard_schema

__all__ = [
    "Beat",
    "EnvironmentFault",
    "InputError",
    "Run",
    "Scene",
    "Settings",
    "Storyboard",
    "VisiumError",
    "amake_video",
    "build_graph",
    "load_settings",
    "load_storyboard",
    "make_video",
    "resume_video",
    "storyboard_schema",
]

_HOMES = {
    "api": ("amake_video", "make_video", "resume_video"),
    "errors": ("EnvironmentFault", "InputError", "VisiumError"),
    "graph.video": ("build_graph",),
    "run": ("Run",),
    "settings": ("Settings", "load_settings"),
    "storyboard": ("Beat", "Scene", "Storyboard", "load_storyboard", "storyboard_schema"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
