"""What all tests share: an environment without the developer's settings, and the smallest inputs."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from visium_graph.settings import Settings
from visium_graph.storyboard import Storyboard

# A shell's background job inherits that SIGINT is ignored, and would hand that down to every command that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

_OURS = ("VISIUM_", "LANGCHAIN_", "LANGGRAPH_", "LANGSMITH_", "GOOGLE_", "GEMINI_", "TTS_")


@pytest.fixture(scope="session", autouse=True)
def _isolated_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No settings or keys from outside, and a cache of the session's own (finished pieces are shared by its tests)."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(_OURS) or name.endswith("_API_KEY"):
                patch.delenv(name)
        patch.setenv("VISIUM_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        # Scratch folders of other processes on this machine are none of these tests' business.
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("tmp")))
        patch.setattr(tempfile, "tempdir", None)
        yield


@pytest.fixture(scope="session")
def project() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture
def tiny_settings(tmp_path: Path) -> Settings:
    """A picture too small to watch, no voice, and a cache of the test's own."""
    return Settings(quality="tiny", voice="silent", workers=1, cache_dir=tmp_path / "cache")


@pytest.fixture(scope="session")
def tiny_storyboard() -> Storyboard:
    """Two short scenes, the smallest video with an order to get wrong."""
    return Storyboard.model_validate(
        {
            "title": "Two squares",
            "scenes": [
                {
                    "id": "points",
                    "title": "Squares",
                    "beats": [{"id": "a", "say": "One."}, {"id": "b", "say": "Two."}],
                    "layout": {
                        "kind": "bullets",
                        "parts": [{"id": "x", "text": "One"}, {"id": "y", "text": "Two is $2$"}],
                    },
                },
                {
                    "id": "end",
                    "title": "The end",
                    "beats": [{"id": "a", "say": "Done."}],
                    "layout": {"kind": "title"},
                },
            ],
        }
    )
