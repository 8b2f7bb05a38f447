"""What a hostile scene is: its code, and what would be lost if nothing stood in its way."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Loss = Literal["canary", "leak", "contact", "change", "survivor", "signal", "preloaded"]
"""What a watcher can see:

- canary: a secret text is in the result, the log, a stored file, or went out by another way.
- leak: something private was reached that holds no canary; the scene says so with `leak`.
- contact: a listener had a connection or a datagram.
- change: a file outside the scratch folder is new, gone or another one.
- survivor: a process of the scene is still there after the job.
- signal: another process had a signal, or its limits, priority or processors are others.
- preloaded: the preloaded process ended.
"""

_PRELUDE = Path(__file__).with_name("prelude.py").read_text("utf-8")


@dataclass(frozen=True)
class Attack:
    """One hostile scene."""

    name: str
    group: str
    """Class of attack."""
    code: str
    loses: Loss | None
    """What is lost where nothing confines it. None: it is stopped by other means there too, or would only use up."""
    ends: tuple[str, ...] = ()
    """How it must end under confinement (statuses); empty: any way will do."""
    task: str = "check"
    seconds: float = 8.0
    memory_mb: int = 700
    disk_mb: int = 300
    files: int = 4000
    math: str = "mathjax"
    form: Literal["construct", "module", "raw"] = "construct"
    """The code is the body of a scene's `construct`, or a module after the prelude, or the whole file."""

    def source(self, targets: dict[str, Any]) -> str:
        """The scene's file, aimed at the targets."""
        if self.form == "raw":
            code = self.code
            for name, value in targets.items():
                code = code.replace(f"${name}$", str(value))
            return code
        aims = "".join(f"{name} = {value!r}\n" for name, value in {**targets, "NAME": self.name}.items())
        head = f"from manim import *\n{aims}{_PRELUDE}\n"
        if self.form == "module":
            return head + self.code
        return f"{head}\nclass Attack(Scene):\n    def construct(self):\n" + textwrap.indent(self.code, " " * 8)


class Group:
    """Collects the attacks of one class."""

    def __init__(self, title: str, **usual: Any) -> None:
        self.title = title
        self.attacks: list[Attack] = []
        self._usual = usual

    def add(self, name: str, loses: Loss | None, code: str, **rest: Any) -> None:
        """Add one; `rest` are fields of `Attack`."""
        text = textwrap.dedent(code).strip("\n") + "\n"
        self.attacks.append(Attack(name, self.title, text, loses, **{**self._usual, **rest}))
