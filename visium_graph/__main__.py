"""`python -m visium_graph`: the `visium` command where its script is not on the path."""

from __future__ import annotations

from visium_graph.cli import main

if __name__ == "__main__":
    main()
