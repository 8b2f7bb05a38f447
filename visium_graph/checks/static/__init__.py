"""What is wrong with a scene, found without running it.

`check_source` walks the file with the index of the installed manim in hand, knows of each name what it may be, and
says only what it can prove: an error means that the line, once reached, raises. The modules, from the outside in:

- `check`: the text in, findings out; `walker`: the walk and its state; `report`: what is kept.
- `statements`, `expressions`, `calls`, `attributes`, `names`, `definitions`: one each for what a file consists of.
- `rules`, `points`, `policy`, `scene_classes`: real names used against what they are for.
- `values`, `scopes`, `frames`: what is known, of which names, and where.
- `world`, `library`, `signatures`: questions to the index and to the classes of the file.
- `suggestions`, `renames.csv`: what was probably meant.
"""

from visium_graph.checks.static.check import check_source

__all__ = ["check_source"]
