"""What a confined scene may not do: told early, as a hint. The sandbox is what enforces it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visium_graph.checks.static.walker import Walker

__all__ = ["policy_of_call", "policy_of_import"]

_MODULES = {
    **dict.fromkeys(("subprocess", "multiprocessing", "concurrent", "pty", "signal"), "starts processes"),
    **dict.fromkeys(
        (
            "socket",
            "ssl",
            "requests",
            "httpx",
            "aiohttp",
            "urllib",
            "urllib3",
            "http",
            "ftplib",
            "smtplib",
            "websockets",
        ),
        "uses the network",
    ),
    **dict.fromkeys(("os", "shutil", "tempfile", "glob"), "reaches files outside the scene's own folder"),
    **dict.fromkeys(
        ("ctypes", "cffi", "importlib", "pickle", "marshal", "gc", "inspect", "sys"), "reaches the interpreter itself"
    ),
    **dict.fromkeys(("tkinter", "webbrowser", "pyautogui"), "needs a screen"),
}
_CALLS = {
    **dict.fromkeys(("eval", "exec", "compile", "__import__"), "runs code that no check has seen"),
    "open": "reads or writes files",
    **dict.fromkeys(("input", "breakpoint"), "waits for somebody at the keyboard"),
}
_DOORS = {
    "manim.utils.commands.capture": "starts processes",
    "manim.utils.file_ops.open_file": "starts processes",
    "manim.utils.file_ops.guarantee_empty_existence": "removes folders",
    "manim.utils.file_ops.guarantee_existence": "makes folders",
}
"""Doors that `from manim import *` leaves open."""


def policy_of_import(walk: Walker, node: ast.alias | ast.ImportFrom, module: str) -> None:
    """Warns of an import that a confined scene has no use for."""
    reason = _MODULES.get(module.partition(".")[0])
    if reason is not None:
        message = f"'{module}' {reason}: a confined scene may not"
        walk.report.add("policy", walk.source.span(node), message, severity="warning")


def policy_of_call(walk: Walker, node: ast.Call, name: str, ref: str) -> None:
    """Warns of a builtin or a function of manim's that a confined scene may not call."""
    reason = _CALLS.get(name) if ref.startswith("builtins.") else _DOORS.get(ref)
    if reason is not None:
        message = f"'{name}' {reason}: a confined scene may not"
        walk.report.add("policy", walk.source.span(node.func), message, severity="warning")
