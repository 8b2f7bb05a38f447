"""A loopback server that speaks as much of OpenAI's chat completions as is asked of it here."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Said:
    """An answer: text, or an error, and what else its choice and the headers say."""

    text: str | None = None
    finish: str = "stop"
    status: int = 200
    error: str = ""
    refusal: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The JSON that is sent."""
        if self.status != 200:
            return {"error": {"message": self.error, "type": "error", "param": None, "code": None}}
        message = {"role": "assistant", "content": self.text, "refusal": self.refusal}
        usage = {
            "prompt_tokens": 20,
            "completion_tokens": 10,
            "total_tokens": 30,
            "completion_tokens_details": {"reasoning_tokens": 4},
        }
        choice = {"index": 0, "message": message, "finish_reason": self.finish, "logprobs": None}
        return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


@dataclass
class OpenAIServer:
    """What it says in turn (the last for ever), and what it was asked."""

    url: str
    says: list[Said]
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


@contextmanager
def openai_server(*says: Said) -> Iterator[OpenAIServer]:
    """The server, as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            known.asked.append({"path": self.path, **body})
            known.keys.append(self.headers["authorization"])
            said = known.says.pop(0) if len(known.says) > 1 else known.says[0]
            answer = json.dumps(said.body()).encode()
            self.send_response(said.status)
            for name, value in {"content-type": "application/json", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    known = OpenAIServer(f"http://127.0.0.1:{server.server_port}/v1", list(says))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
