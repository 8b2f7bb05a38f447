"""A loopback server that speaks the Gemini protocol, for the real client libraries to be pointed at."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from tests.gemini.app import App
from tests.gemini.authors import Author, echo
from tests.gemini.catalogue import MODELS, Model
from tests.gemini.clock import Clock
from tests.gemini.faults import Plan
from tests.gemini.log import Log
from tests.gemini.wire import Connection

KEY = "loopback-key"
INLINE_LIMIT = 20 * 2**20


class GeminiServer:
    """A server on 127.0.0.1 in a thread of its own, for as long as the context lasts.

        with GeminiServer(author, plan) as server:
            model = ChatGoogleGenerativeAI(model="gemini-3.8-flash", base_url=server.url, api_key=KEY)

    Args:
        author: Who says what the model says: see `tests.gemini.authors`.
        plan: What goes wrong, and how long things take: see `tests.gemini.faults`.
        clock: What latencies and turnarounds are counted on; by default real time.
        models: The models there are.
        keys: The keys that are valid.
        port: 0 for any that is free.
        inline_limit: Bytes of the largest request that is not a file.

    Attributes:
        url: Base address for the clients.
        log: Every request so far.
        closing: What is to be closed while the server still answers: clients, above all.
    """

    def __init__(
        self,
        author: Author = echo,
        plan: Plan | None = None,
        *,
        clock: Clock | None = None,
        models: Iterable[Model] = MODELS,
        keys: Iterable[str] = (KEY,),
        port: int = 0,
        inline_limit: int = INLINE_LIMIT,
    ) -> None:
        self.clock = clock or Clock()
        self.plan = plan or Plan()
        self.closing = ExitStack()
        named = {model.name: model for model in models}
        self._app = App(author, self.plan, named, frozenset(keys), self.clock, inline_limit)
        self._port = port
        self._thread = threading.Thread(target=self._run, name="gemini-server", daemon=True)
        self._ready = threading.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._broken: OSError | None = None

    @property
    def url(self) -> str:
        """Base address, without a slash at its end."""
        return self._app.url

    @property
    def log(self) -> Log:
        """Every request so far."""
        return self._app.log

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._broken is not None:
            raise self._broken
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._stop is not None
        self.closing.close()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._app.failures and error is None:
            raise self._app.failures[0]

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        except OSError as error:
            self._broken = error
            self._ready.set()
            return
        self._app.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(Connection(reader, writer, self._app.handle).serve())
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
