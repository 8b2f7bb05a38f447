from __future__ import annotations

import contextlib
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visium_graph.sandbox.wire import MESSAGE_BYTES, WireError, pack, receive, unpack

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_what_is_packed_is_unpacked(message) -> None:
    assert unpack(pack(message)) == message


@given(st.binary(max_size=64))
def test_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    with contextlib.suppress(WireError):
        assert isinstance(unpack(data), dict)


@pytest.mark.parametrize("message", [{"a": float("nan")}, {"a": object()}, {"a": "x" * MESSAGE_BYTES}])
def test_what_is_no_json_or_too_long_is_refused(message) -> None:
    with pytest.raises(WireError):
        pack(message)


@pytest.mark.parametrize("body", [b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": ' + b"9" * 10_000 + b"}", b"[]"])
def test_what_only_python_takes_for_json_is_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        unpack(struct.pack(">I", len(body)) + body)


def test_halves_of_characters_are_replaced() -> None:
    body = rb'{"\ud800": ["\udfff", {"a": "x\ud83dy", "b": "\ud83d\ude00"}]}'
    assert unpack(struct.pack(">I", len(body)) + body) == {"?": ["?", {"a": "x?y", "b": "\N{GRINNING FACE}"}]}


@pytest.mark.parametrize("depth", [40, 500, 200_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    body = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
    with pytest.raises(WireError):
        unpack(struct.pack(">I", len(body)) + body)


def test_a_socket_gives_messages_then_its_end() -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(pack({"n": 1}) + pack({"n": 2}) + b"\0\0")
        there.shutdown(socket.SHUT_WR)
        assert receive(here) == {"n": 1}
        assert receive(here) == {"n": 2}
        assert receive(here) is None


def test_a_length_beyond_the_cap_is_refused_before_it_is_read() -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(struct.pack(">I", MESSAGE_BYTES + 1))
        with pytest.raises(WireError):
            receive(here)
