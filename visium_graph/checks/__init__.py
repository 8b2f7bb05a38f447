"""What code can say about a scene without any opinion: does it run, does its text fit, does anything collide.

Rules, each an error unless noted:

| rule | says |
|---|---|
| `syntax` | the file does not compile |
| `no-scene` | the file defines no scene |
| `exception` | the code raised, when it was run or when its last picture was drawn |
| `formula` | a formula is not valid LaTeX |
| `beats` | a slide speaks some of its beats and leaves out others |
| `timing` | a warning: animations outlast the narration of their beat by more than a second |
| `off-frame` | a text or formula reaches beyond the frame |
| `text-overlap` | two texts or formulas stand on top of each other |
| `time-limit`, `memory-limit`, `crash` | the scene's process was stopped, or fell |
"""

from visium_graph.checks.finding import Finding
from visium_graph.checks.scene import findings_of

__all__ = ["Finding", "findings_of"]
