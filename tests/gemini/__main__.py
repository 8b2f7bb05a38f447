"""`python -m tests.gemini relay FOLDER --port P`: play the model by hand."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from tests.gemini.relay import Relay
from tests.gemini.server import KEY, GeminiServer


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.gemini", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    relay = commands.add_parser("relay", help="write each request into FOLDER and wait there for an answer file")
    relay.add_argument("folder", type=Path)
    relay.add_argument("--port", type=int, default=0, help="default: any that is free")
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job inherits that it is ignored
    author = Relay(given.folder, tell=lambda line: print(line, flush=True))  # noqa: T201 - the command's output
    with GeminiServer(author, port=given.port) as server:
        try:
            print(f"GOOGLE_GEMINI_BASE_URL={server.url} GOOGLE_API_KEY={KEY}", flush=True)  # noqa: T201 - likewise
            threading.Event().wait()
        except KeyboardInterrupt:
            server.log.write(given.folder / "log.jsonl")


if __name__ == "__main__":
    main()
