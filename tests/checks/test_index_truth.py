"""The index against the library: each public class made with a keyword nobody knows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from visium_graph.checks.index import load_index
from visium_graph.checks.index.truth import EXCEPTIONS, keyword_truth, public_classes


def test_refused_keywords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from manim import config

    import visium_graph.stage  # registers its fonts before other text is drawn in this process  # noqa: F401

    monkeypatch.chdir(tmp_path)
    cache = Path(os.environ["VISIUM_CACHE_DIR"]) if "VISIUM_CACHE_DIR" in os.environ else None
    index = load_index(cache)
    before = config.media_dir
    config.media_dir = str(tmp_path / "media")
    try:
        truth = keyword_truth(index)
    finally:
        config.media_dir = before
    assert truth.disagreements == []
    assert truth.unmade == {}
    # Both hand the keywords to an animation class that is only known when they are called.
    assert set(truth.unknown) <= {"Flash", "LaggedStartMap"}
    assert truth.classes == len(public_classes()) - len(EXCEPTIONS)
