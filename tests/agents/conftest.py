"""Snapshots of prompts, one Markdown file each."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode


class _Markdown(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = "md"


@pytest.fixture
def prompt_snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """What a model is sent, to be read and compared: `assert text == prompt_snapshot`."""
    return snapshot.use_extension(_Markdown)
