"""Makes the index: `python -m visium_graph.checks.index.build FILE`, a process that may import manim."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from visium_graph.checks.index.coding import encode
from visium_graph.checks.index.model import Index
from visium_graph.errors import EnvironmentFault

__all__ = ["build_index", "write_index"]


def build_index() -> Index:
    """Everything the installed manim, the stage, numpy and math tell.

    Raises:
        EnvironmentFault: manim cannot be imported.
    """
    from visium_graph.checks.index.classes import Describer  # noqa: PLC0415  # imports manim
    from visium_graph.checks.index.namespaces import Namespaces  # noqa: PLC0415

    try:
        found = Namespaces()
    except (ImportError, OSError) as error:
        raise EnvironmentFault(f"manim cannot be imported ({error})") from error
    import manim  # noqa: PLC0415
    from manim.utils import color  # noqa: PLC0415

    describe = Describer(found.classes.values(), found.files("manim.mobject", "manim.animation"))
    return Index(
        version=manim.__version__,
        names=found.names,
        modules=found.modules,
        stage=found.stage,
        classes={ref: describe.cls(ref, cls) for ref, cls in found.classes.items()},
        functions={ref: describe.function(ref, function) for ref, function in found.functions.items()},
        # manim looks a string up in capitals: a key that is not in capitals is never found.
        colors=frozenset(name for name in color._all_color_dict if name == name.upper()),  # noqa: SLF001
        unreadable=frozenset(found.unreadable),
    )


def write_index(index: Index, path: Path) -> None:
    """Store it; the file appears under its name when it is complete, or not at all."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
        try:
            json.dump(encode(index), file, separators=(",", ":"))
        except BaseException:
            Path(file.name).unlink()
            raise
    os.replace(file.name, path)


def _main(path: Path) -> int:
    try:
        write_index(build_index(), path)
    except EnvironmentFault as error:
        print(error, file=sys.stderr)  # noqa: T201  # read by the process that asked
        return error.exit_code
    except OSError as error:
        print(f"{path} cannot be written ({error.strerror})", file=sys.stderr)  # noqa: T201
        return EnvironmentFault.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1])))
