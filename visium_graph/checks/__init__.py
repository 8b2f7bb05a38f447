"""What code can say about a scene without any opinion: does it run, does its text fit, does anything collide.

`docs/checks.md` has every rule. What a dry run finds:

| rule | says |
|---|---|
| `exception`, `shape`, `transform`, `empty-group` | the code raised, when it was run or when its last picture was drawn |
| `formula` | a formula is not valid LaTeX |
| `time-limit`, `memory-limit`, `resource-limit`, `crash` | the scene's process was stopped, or fell |
| `off-frame`, `near-edge` | a text reaches beyond the frame, or (a warning) touches its margin |
| `text-overlap`, `text-hidden`, `line-through-text` | a text collides with a text, a filled shape or a line |
| `text-too-small`, `low-contrast` | a text cannot be read |
| `nothing-on-screen`, `left-behind` | an empty frame while the voice speaks; a mark without what it marked (a warning) |
| `beat-unused`, `beat-repeated` | a slide leaves out a beat, or speaks one twice |
| `animation-too-long`, `dead-air` | warnings: silence after a beat's voice, or outside of all beats |
"""

from visium_graph.checks.finding import Finding
from visium_graph.checks.scene import findings_of

__all__ = ["Finding", "findings_of"]
