"""HTTP/1.1 over loopback, close enough to the socket to break it on purpose."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import h11

_CHUNK = 1 << 16
_LONGEST = 1 << 31


@dataclass(frozen=True)
class Request:
    """One request, whole. Header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query."""
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass
class Reply:
    """What goes back, and how it breaks.

    Attributes:
        body: Bytes of a known length, or the pieces of a chunked body.
        damage: None; "truncated" (the connection ends in the body's middle), "reset" (it breaks in place of the reply, or
            after the first of the pieces), "stalled" (nothing more comes, in place of the reply or after the first piece).
        share: How much of the body arrives before a truncation; of pieces it is always the first.
        after: Called when it has been sent, or when the client is gone.
    """

    status: int = 200
    body: bytes | list[bytes] = b""
    media: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    damage: Literal["truncated", "reset", "stalled"] | None = None
    share: float = 0.5
    after: Callable[[], None] = field(default=lambda: None)


Handler = Callable[[Request], Awaitable[Reply]]


class Connection:
    """One connection of a client, which may bring several requests, one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handler) -> None:
        self._reader = reader
        self._writer = writer
        self._handle = handle
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)

    async def serve(self) -> None:
        """Answer until the client is gone or a reply breaks the connection."""
        try:
            while (request := await self._request()) is not None:
                reply = await self._unless_gone(request)
                if reply is None:
                    break
                try:
                    again = await self._send(reply)
                finally:
                    reply.after()
                if not again:
                    break
                self._http.start_next_cycle()
        except (ConnectionError, h11.ProtocolError):
            pass  # the client broke off, or does not speak HTTP
        finally:
            self._writer.close()
            with suppress(ConnectionError):
                await self._writer.wait_closed()

    async def _request(self) -> Request | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(_CHUNK))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
                return Request(head.method.decode(), head.target.decode(), headers, bytes(body))
            else:
                return None  # the client has closed

    async def _unless_gone(self, request: Request) -> Reply | None:
        """The reply; None where the client went away while it was being made, which ends the making."""
        making = asyncio.ensure_future(self._handle(request))
        watching = asyncio.ensure_future(self._reader.read(_CHUNK))
        try:
            await asyncio.wait({making, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not making.done() and not watching.result():
                return None
            reply = await making
        finally:
            making.cancel()
            watching.cancel()
            _, early = await asyncio.gather(making, watching, return_exceptions=True)
            if isinstance(early, bytes) and early:
                self._http.receive_data(early)  # the next request, sent ahead
        return reply

    async def _send(self, reply: Reply) -> bool:
        """Whether the connection can be used again."""
        if reply.damage == "reset" and not isinstance(reply.body, list):
            return self._reset()
        pieces = reply.body if isinstance(reply.body, list) else [reply.body]
        headers = {"content-type": reply.media, **reply.headers}
        if isinstance(reply.body, list):
            headers["transfer-encoding"] = "chunked"
        else:
            headers["content-length"] = str(len(reply.body))
        if reply.damage == "stalled" and not isinstance(reply.body, list):
            return await self._until_gone()
        self._write(h11.Response(status_code=reply.status, headers=list(headers.items())))
        if reply.damage is not None:
            first = pieces[0]
            self._write(h11.Data(data=first if len(pieces) > 1 else first[: int(len(first) * reply.share)]))
            await self._writer.drain()
            if reply.damage == "stalled":
                return await self._until_gone()
            return self._reset() if reply.damage == "reset" else False
        for piece in pieces:
            self._write(h11.Data(data=piece))
            await self._writer.drain()
        self._write(h11.EndOfMessage())
        await self._writer.drain()
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def _write(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)

    async def _until_gone(self) -> bool:
        while await self._reader.read(_CHUNK):
            pass
        return False

    def _reset(self) -> bool:
        """Close with RST, as a crashed proxy does, in place of an orderly end."""
        sock: socket.socket | None = self._writer.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()
        return False
