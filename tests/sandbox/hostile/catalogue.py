"""All hostile scenes."""

from __future__ import annotations

from hostile import (
    broker,
    environment,
    exhaustion,
    kernel,
    network,
    outputs,
    processes,
    reading,
    signals,
    tampering,
    tex,
    writing,
)
from hostile.attack import Attack

GROUPS = [
    module.group
    for module in (
        reading, environment, network, writing, processes, signals, kernel, outputs, tampering, tex, broker, exhaustion,
    )
]  # fmt: skip
ATTACKS: list[Attack] = [attack for group in GROUPS for attack in group.attacks]
