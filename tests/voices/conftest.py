"""The services behind the voices, on the loopback: Gemini's protocol, and Google Translate's as gTTS speaks it."""

from __future__ import annotations

import base64
import io
import json
import re
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import numpy as np
import pytest

from tests.gemini.server import KEY, GeminiServer
from visium_graph.store import Store
from visium_graph.voices.line import Limits

FAST = Limits(seconds=5.0, attempts=4, places=4, first_pause=0.01, longest_pause=0.05, patience=3.0)
MP3_RATE = 24_000


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def gemini(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    """The service, with a key in the environment; its voice hums."""
    with GeminiServer() as server:
        monkeypatch.setenv("GOOGLE_API_KEY", KEY)
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        yield server


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Voices made from settings wait hundredths of a second where they would wait seconds."""
    made = Limits.of.__func__

    def hurry(cls, settings, places):
        pauses = {name: getattr(FAST, name) for name in ("first_pause", "longest_pause", "patience")}
        return replace(made(cls, settings, places), **pauses)

    monkeypatch.setattr(Limits, "of", classmethod(hurry))


def tone(seconds: float, rate: int, hertz: float = 180.0) -> np.ndarray:
    """Something that is heard, with a little silence around it, shape (n,)."""
    quiet = np.zeros(rate // 10)
    t = np.arange(int(seconds * rate)) / rate
    return np.concatenate([quiet, 0.3 * np.sin(2 * np.pi * hertz * t), quiet]).astype(np.float32)


def encoded(samples: np.ndarray, rate: int, form: str) -> bytes:
    """A sound file in memory, made by FFmpeg: `mp3`, or `wav` in its codecs."""
    container_name, codec, layout = {
        "mp3": ("mp3", "libmp3lame", "s16p"),
        "wav": ("wav", "pcm_s16le", "s16"),
        "wav24": ("wav", "pcm_s24le", "s32"),
    }[form]
    file = io.BytesIO()
    with av.open(file, "w", format=container_name) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray((samples * 32767).astype("<i2").reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        for piece in av.AudioResampler(format=layout, layout="mono", rate=rate).resample(frame):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return file.getvalue()


@dataclass
class Translate:
    """Google Translate's speech, as recorded: what it was asked, and what goes wrong with which request.

    Attributes:
        faults: number of the request (from 1) -> `empty`, `cut`, `garbage`, `silent`, `hang`, `reset`, `nonsense`, or a status.
        always: the fault of every request that has none of its own.
    """

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[int, str | int] = field(default_factory=dict)
    always: str | int | None = None
    retry_after: str = ""
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    leaving: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    service: Translate

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        request = json.loads(urllib.parse.unquote(re.fullmatch(r"f\.req=(.*)&", body).group(1)))
        text, language, _, _ = json.loads(request[0][0][1])
        service = self.service
        with service.lock:
            service.asked.append((text, language))
            fault = service.faults.get(len(service.asked), service.always)
            service.at_once += 1
            service.most_at_once = max(service.most_at_once, service.at_once)
        try:
            self._answer(text, fault)
        finally:
            with service.lock:
                service.at_once -= 1

    def _answer(self, text: str, fault: str | int | None) -> None:
        if fault == "hang":
            self.service.leaving.wait(20)
        if fault in {"hang", "reset"}:
            self.close_connection = True
            return
        if isinstance(fault, int):
            self._send(b"<html>Sorry... unusual traffic</html>", fault)
            return
        time.sleep(0.02)
        if fault == "empty":  # as recorded: the marker without a sound
            self._send(b')]}\'\n\n200\n[["wrb.fr","jQ1olc",null,null,null,null,"generic"],["di",80]]\n')
        elif fault == "nonsense":  # a page without the marker
            self._send(b")]}'\n\nnothing to hear\n")
        else:
            samples = tone(0.2 + len(text) / 15, MP3_RATE) * (fault != "silent")
            sound = b"no sound at all" * 30 if fault == "garbage" else encoded(samples, MP3_RATE, "mp3")
            line = json.dumps([["wrb.fr", "jQ1olc", json.dumps([base64.b64encode(sound).decode()]), None, "generic"]])
            reply = f")]}}'\n\n{len(line)}\n{line.replace(', ', ',')}\n".encode()
            self._send(reply, cut=len(reply) // 2 if fault == "cut" else None)

    def _send(self, body: bytes, status: int = 200, cut: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if self.service.retry_after:
            self.send_header("Retry-After", self.service.retry_after)
        self.end_headers()
        self.wfile.write(body[:cut])

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def translate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Translate]:
    """The service; gTTS is pointed at it."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    service = Translate()
    handler = type("Handler", (_Handler,), {"service": service})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        service.url = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setattr("gtts.tts._translate_url", lambda tld="com", path="": service.url + path)  # noqa: ARG005
        yield service
        service.leaving.set()
        server.shutdown()
        thread.join()
