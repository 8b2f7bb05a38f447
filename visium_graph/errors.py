"""The errors a user meets. Each is one line that says what to do, and each knows its exit code."""

from __future__ import annotations

__all__ = ["EnvironmentFault", "InputError", "VisiumError"]


class VisiumError(Exception):
    """Base of every error this package raises on purpose. The message is one line for a person."""

    exit_code = 1


class InputError(VisiumError):
    """The caller's input cannot be used: a missing file, a broken storyboard, an unknown setting."""

    exit_code = 2


class EnvironmentFault(VisiumError):  # noqa: N818  # EnvironmentError is a builtin's name
    """The machine lacks something: a library, a writable folder, a kernel feature."""

    exit_code = 3
