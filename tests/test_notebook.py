"""The notebook runs from top to bottom, and is kept without its outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "quickstart.ipynb"


def test_notebook_is_kept_clean() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment wins over the notebook's preset: the same cells, at a size that takes seconds."""
    monkeypatch.setenv("VISIUM_QUALITY", "tiny")
    monkeypatch.setenv("VISIUM_VOICE", "silent")
    monkeypatch.setenv("VISIUM_CACHE_DIR", str(tmp_path / "cache"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    outputs = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}
    assert "image/png" in outputs["contact"][0].data
    assert "data:video/mp4;base64," in outputs["video"][0].data["text/html"]
    assert outputs["report"][0].data["text/plain"] == "[('question', 'template'), ('answer', 'template')]"
    assert "with no strip left out" in outputs["change"][-1].text
    assert "scene" in outputs["graph"][0].text
    assert (tmp_path / "runs" / "quickstart-changed" / "video.mp4").is_file()
