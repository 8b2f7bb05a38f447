"""Takes the confinement away, to show that the watchers see what is lost without it."""

from __future__ import annotations

import sys
from pathlib import Path

_STARTER = """#!{python}
# Stands in for the interpreter of the preloaded process: the same, but nothing is confined.
import os, sys
if "visium_graph.sandbox.preload" not in sys.argv:
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
sys.executable = {python!r}
import visium_graph.sandbox.child
visium_graph.sandbox.child.confine = lambda *args, **kwargs: None
from visium_graph.sandbox import preload
preload.main(int(sys.argv[-1]))
"""


def take_confinement_away(folder: Path) -> None:
    """From now on preloaded processes of this process confine nothing."""
    starter = folder / "unconfined"
    starter.write_text(_STARTER.format(python=sys.executable))
    starter.chmod(0o755)
    sys.executable = str(starter)
