"""Hostile scenes against the sandbox alone, with no static check before it, as a user without privileges.

Here runs every fourth scene of each class of attack; `python tests/sandbox/hostile_run.py` runs all of them.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from visium_graph.sandbox.kernel import probe

_SHARES = 2
_EVERY = 4
# What each of these takes, its watcher must see when nothing stands in the way.
_SEEN = {
    "read-open": "canary",
    "read-names-by-inotify": "canary",
    "read-extended-attributes": "canary",
    "environ-of-app": "canary",
    "keyring-search": "canary",
    "system-v-shared-memory": "canary",
    "run-cat": "canary",
    "own-machine-code": "canary",
    "memory-of-parent": "leak",
    "tcp": "contact",
    "udp": "contact",
    "unix-datagram": "contact",
    "unix-abstract": "contact",
    "av-tcp": "contact",
    "write-new": "change",
    "write-home": "change",
    "write-temporary-files": "change",
    "mode": "change",
    "times": "change",
    "extended-attribute": "change",
    "poison-package": "change",
    "signal-victim": "signal",
    "signal-app": "signal",
    "limits-of-victim": "signal",
    "processors-of-victim": "signal",
    "survive-session": "survivor",
}


@pytest.fixture(scope="module")
def hostile() -> Iterator[ModuleType]:
    """The package of scenes, which lies beside this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        importlib.import_module("hostile.catalogue")
        importlib.import_module("hostile.launch")
        yield sys.modules["hostile"]


@pytest.fixture(scope="module", autouse=True)
def _kernel_confines() -> None:
    if not probe().complete:
        pytest.skip("this kernel cannot confine scenes")


@pytest.mark.parametrize("share", range(_SHARES))
def test_nothing_is_lost(hostile: ModuleType, share: int) -> None:
    names = [attack.name for group in hostile.catalogue.GROUPS for attack in group.attacks[::_EVERY]]
    assert len(names) >= 100
    report = hostile.launch.launch(names[share::_SHARES])
    assert [record["name"] for record in report["records"]] == names[share::_SHARES]
    assert not report["faults"]
    assert not {record["name"]: record for record in report["records"] if record["lost"] or record["faults"]}


def test_the_watchers_see_what_is_lost_without_confinement(hostile: ModuleType) -> None:
    report = hostile.launch.launch(list(_SEEN), unconfined=True)
    kinds: dict[str, Any] = {record["name"]: {kind for kind, _ in record["lost"]} for record in report["records"]}
    assert {name: kind for name, kind in _SEEN.items() if kind not in kinds[name]} == {}
    assert "preloaded" in kinds["survive-session"]  # which it killed, to survive


def test_every_class_of_attack_has_scenes(hostile: ModuleType) -> None:
    groups = hostile.catalogue.GROUPS
    assert all(len(group.attacks) >= 30 for group in groups)
    names = [attack.name for group in groups for attack in group.attacks]
    assert len(names) == len(set(names))
