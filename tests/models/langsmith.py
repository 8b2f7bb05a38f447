"""LangSmith on loopback: takes traces as the real service does, and keeps them."""

from __future__ import annotations

import email.parser
import email.policy
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import zstandard

KEY = "lsv2_pt_0123456789abcdef0123456789abcdef_0123456789"
_LIMITS = {
    "use_multipart_endpoint": True,
    "scale_up_qsize_trigger": 1000,
    "scale_up_nthreads_limit": 16,
    "scale_down_nempty_trigger": 4,
    "size_limit": 100,
    "size_limit_bytes": 20_971_520,
}


@dataclass
class Received:
    """One request, its body unpacked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class LangSmith:
    """A server on 127.0.0.1 for as long as the context lasts.

    Attributes:
        requests: all that came.
        runs: id -> run, what was posted and patched put together.
    """

    requests: list[Received] = field(default_factory=list)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def named(self, name: str) -> dict[str, Any]:
        """The one run of that name."""
        (found,) = [run for run in self.runs.values() if run["name"] == name]
        return found

    def take(self, request: Received) -> None:
        self.requests.append(request)
        if request.path == "/runs/multipart":
            for name, data in _parts(request):
                self._part(name, data)

    def _part(self, name: str, data: bytes) -> None:
        """`post.<id>` and `patch.<id>` hold a run; `post.<id>.inputs` and the like one of its fields."""
        event, run_id, *inner = name.split(".")
        assert event in {"post", "patch"}, name
        run = self.runs.setdefault(run_id, {})
        value = json.loads(data)
        if inner:
            run[inner[0]] = value
        else:
            run.update({key: item for key, item in value.items() if item is not None})


def _parts(request: Received) -> list[tuple[str, bytes]]:
    """Name and content of each part of a multipart body."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    assert message.is_multipart()
    return [
        (str(part.get_param("name", header="content-disposition")), part.get_payload(decode=True))
        for part in message.iter_parts()
    ]


def _handler(langsmith: LangSmith) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._take()
            flags = {"zstd_compression_enabled": True}
            self._answer({"version": "0.13.0", "instance_flags": flags, "batch_ingest_config": _LIMITS})

        def do_POST(self) -> None:
            self._take()
            self._answer({"message": "Runs batch ingested"}, 202)

        def _take(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            if headers.get("transfer-encoding") == "chunked":
                body = b"".join(iter(self._chunk, b""))
            else:
                body = self.rfile.read(int(headers.get("content-length", 0)))
            if headers.get("content-encoding") == "zstd":
                body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
            langsmith.take(Received(self.command, self.path, headers, body))

        def _chunk(self) -> bytes:
            size = int(self.rfile.readline(), 16)
            data = self.rfile.read(size)
            self.rfile.readline()
            return data

        def _answer(self, data: dict[str, Any], status: int = 200) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
