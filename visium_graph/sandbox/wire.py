"""Length-prefixed JSON over pipes and sockets: never pickle, since one end may be hostile."""

from __future__ import annotations

import json
import math
import struct
from typing import Any, NoReturn, Protocol

__all__ = ["HEADER", "MESSAGE_BYTES", "WireError", "pack", "receive", "unpack"]

HEADER = struct.Struct(">I")
MESSAGE_BYTES = 4 * 1024 * 1024
"""The longest message that is sent or read."""
_DEEPEST = 32


class WireError(Exception):
    """The bytes are no message: too long, cut off, or no JSON."""


class _Readable(Protocol):
    def recv(self, count: int, /) -> bytes: ...


def pack(message: dict[str, Any]) -> bytes:
    """A message as bytes.

    Raises:
        WireError: it is no JSON data, or longer than `MESSAGE_BYTES`.
    """
    try:
        body = json.dumps(message, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"not JSON data ({error})") from None
    if len(body) > MESSAGE_BYTES:
        raise WireError(f"longer than {MESSAGE_BYTES} bytes")
    return HEADER.pack(len(body)) + body


def unpack(data: bytes) -> dict[str, Any]:
    """The message in `data`, which holds exactly one and may come from a hostile sender.

    Whatever comes back can be packed again and written as UTF-8: halves of surrogate pairs become question marks.

    Raises:
        WireError: anything else, or nested deeper than any message of ours.
    """
    if len(data) < HEADER.size or len(data) != HEADER.size + HEADER.unpack_from(data)[0]:
        raise WireError("cut off")
    message = _clean(_parse(data[HEADER.size :]), _DEEPEST)
    assert isinstance(message, dict)
    return message


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode(errors="replace").decode()
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        raise WireError("nested too deeply")
    if isinstance(value, list):
        return [_clean(item, depth - 1) for item in value]
    return {_clean(name, 0): _clean(item, depth - 1) for name, item in value.items()}


def receive(link: _Readable) -> dict[str, Any] | None:
    """The next message of a blocking socket; None where the other end is gone.

    Raises:
        WireError: the bytes are no message.
    """
    header = _read(link, HEADER.size)
    if header is None:
        return None
    (size,) = HEADER.unpack(header)
    if size > MESSAGE_BYTES:
        raise WireError(f"longer than {MESSAGE_BYTES} bytes")
    body = _read(link, size)
    return None if body is None else _parse(body)


def _read(link: _Readable, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        try:
            piece = link.recv(min(count - len(data), 65536))
        except ConnectionError:
            return None
        if not piece:
            return None
        data += piece
    return bytes(data)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise WireError(f"not JSON ({error})") from None
    if not isinstance(message, dict):
        raise WireError("not a JSON object")
    return message
