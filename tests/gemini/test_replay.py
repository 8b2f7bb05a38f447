"""Every recorded exchange again, through the same client libraries.

The recordings say what google-genai 2.34.0 and langchain-google-genai 4.4.2 put on the wire, and hold the answers they
were able to read. They were made against a loopback server, not against the service itself.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.gemini.authors import Fixed, echo
from tests.gemini.call import Call
from tests.gemini.clock import Clock
from tests.gemini.content import Said
from tests.gemini.faults import Plan, Turnaround
from tests.gemini.log import Exchange
from tests.gemini.server import GeminiServer
from tests.gemini.situations_batches import ALL

RECORDED = Path(__file__).with_name("recorded")

# Fields whose value is part of the protocol; of all others only the type is compared.
_TELLING = {
    *(
        "@type",
        "code",
        "done",
        "finishReason",
        "blockReason",
        "mimeType",
        "mode",
        "modality",
        "responseMimeType",
        "role",
    ),
    *(
        "priority",
        "state",
        "status",
        "thinking_level",
        "voice_name",
        "source",
        "requestCount",
        "successfulRequestCount",
    ),
}


class Stage(GeminiServer):
    """The server, with the two things that some situations set."""

    turnaround = 60.0

    def __init__(self) -> None:
        self.author = echo
        turnaround = Turnaround(running=self.turnaround)
        super().__init__(self.speak_as_author, Plan(turnaround=turnaround), clock=Clock(speed=0))

    def speak_as_author(self, call: Call) -> Said:
        return self.author(call)

    def say(self, text: str) -> None:
        self.author = Fixed(text)


@pytest.mark.parametrize("name", sorted(path.stem for path in RECORDED.glob("*.json")))
def test_a_recorded_situation_looks_the_same_on_the_wire(name: str) -> None:
    recorded = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    with Stage() as server:
        ALL[name](server)
    exchanges = server.log.of()
    assert [f"{one.method} {nameless(one.path)}" for one in exchanges] == [
        f"{one['method']} {nameless(one['path'])}" for one in recorded
    ]
    for one, other in zip(exchanges, recorded, strict=True):
        assert set(one.headers) - _CARRIED == set(other["headers"])
        assert shape(sent(one)) == shape(other.get("body", {}))
        if one.outcome in {"answered", "refused"}:
            assert one.status == other["status"]
        if "response" in other and one.status is not None:
            assert shape(answered(one)) == shape(other["response"])


# What recordings leave out of the headers.
_CARRIED = {"host", "accept", "accept-encoding", "connection", "content-length", "user-agent", "x-goog-api-client"}


def nameless(path: str) -> str:
    """The path without what is drawn anew every time."""
    return re.sub(r"(batches/|files/(?:batch-)?|upload_id=)[0-9a-f]+", r"\1ID", path)


def sent(exchange: Exchange) -> Any:
    """The body as the recordings hold it: that of a file as its length and beginning, none as an empty object."""
    return raw(exchange.body) if isinstance(exchange.body, bytes) else exchange.body


def answered(exchange: Exchange) -> Any:
    return raw(exchange.answer) if isinstance(exchange.answer, bytes) else exchange.answer


def raw(body: bytes) -> dict[str, Any]:
    return {"_raw_bytes": len(body), "head": body[:200].decode(errors="replace")} if body else {}


def shape(value: Any, key: str = "") -> Any:
    """Keys and types; a list is the set of the shapes in it."""
    if isinstance(value, dict):
        return {name: shape(item, name) for name, item in value.items()}
    if isinstance(value, list):
        shapes = [shape(item, key) for item in value]
        return [item for number, item in enumerate(shapes) if item not in shapes[:number]]
    if key in _TELLING:
        return value
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
