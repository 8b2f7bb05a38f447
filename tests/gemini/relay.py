"""Relay: a person plays the model, from the prompt alone.

Every request becomes a numbered folder with `request.md` (what the model reads), `request.json` (what was sent) and its
pictures. The answer is a file `answer.txt` or `answer.json` that somebody puts there. Requests that ask for sound are
hummed at once. A request that was answered before gets the same answer again, also after a restart on the same folder.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import re
from collections.abc import Callable
from pathlib import Path

from tests.gemini import schemas, speech
from tests.gemini.call import Call
from tests.gemini.content import Said

_ANSWERS = ("answer.json", "answer.txt")
_FENCE = re.compile(r"\A\s*```[a-z]*\n(.*)\n```\s*\Z", re.DOTALL)


class Relay:
    """An author that writes each request into a folder and waits for an answer file.

    Where a schema is given, an answer that does not fit it is not sent: `problem.txt` says why, and the relay waits for a
    better one (a model is held to the schema too).

    Args:
        folder: Where requests are written; made where it is missing.
        poll: Seconds between looks for an answer.
        tell: Called with a line for people when a request has come or an answer has gone.
    """

    def __init__(self, folder: Path, *, poll: float = 0.5, tell: Callable[[str], None] = lambda _: None) -> None:
        self._folder = folder
        self._poll = poll
        self._tell = tell
        folder.mkdir(parents=True, exist_ok=True)
        self._places = {_digest_of(path): path.parent for path in sorted(folder.glob("*/request.json"))}

    async def __call__(self, call: Call) -> Said:
        if call.audio:
            return speech.hum(call.prompt)
        place = self._places.get(call.digest)
        if place is None:
            place = self._folder / f"{len(self._places) + 1:04d}"
            self._places[call.digest] = place
            self._write(place, call)
        self._tell(f"{place}: waiting for answer.txt or answer.json")
        said = await self._answer(place, call)
        self._tell(f"{place}: answered")
        return said

    def _write(self, place: Path, call: Call) -> None:
        place.mkdir()
        pictures = []
        for number, (media, content) in enumerate(call.blobs, start=1):
            pictures.append(f"blob-{number}{mimetypes.guess_extension(media) or '.bin'}")
            (place / pictures[-1]).write_bytes(content)
        (place / "request.md").write_text(readable(call, pictures), encoding="utf-8")
        told = {"digest": call.digest, "model": call.model, "body": call.body}
        (place / "request.json").write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")

    async def _answer(self, place: Path, call: Call) -> str:
        """The answer, once it is there, has stopped growing and fits."""
        seen: tuple[Path, str] | None = None
        refused = ""
        while True:
            found = next((place / name for name in _ANSWERS if (place / name).is_file()), None)
            said = None if found is None else (found, found.read_text(encoding="utf-8"))
            if said is not None and said == seen and said[1] != refused:
                text = _bare(said[1]) if call.schema is not None else said[1]
                problem = _problem(text, call)
                if problem is None:
                    (place / "problem.txt").unlink(missing_ok=True)
                    return text
                refused = said[1]
                (place / "problem.txt").write_text(problem + "\n", encoding="utf-8")
                self._tell(f"{said[0]}: {problem}")
            seen = said
            await asyncio.sleep(self._poll)


def readable(call: Call, pictures: list[str]) -> str:
    """The request as a person reads it."""
    rules = "\n".join(f"- {name}: {json.dumps(value)}" for name, value in call.config.items() if "Schema" not in name)
    sections = [("Model", f"{call.model}\n\n{rules}".strip())]
    if call.system:
        sections.append(("System instruction", call.system))
    sections += [(f"Turn {number}: {role}", text) for number, (role, text) in enumerate(call.turns, start=1)]
    if pictures:
        sections.append(("Pictures", "\n".join(f"![{name}]({name})" for name in pictures)))
    if call.schema is not None:
        sections.append(("Answer in JSON that fits", f"```json\n{json.dumps(call.schema, indent=1)}\n```"))
    return "\n\n".join(f"# {title}\n\n{text}" for title, text in sections) + "\n"


def _digest_of(path: Path) -> str:
    return str(json.loads(path.read_text(encoding="utf-8"))["digest"])


def _bare(text: str) -> str:
    """JSON out of the fence that people put around it."""
    found = _FENCE.match(text)
    return found[1] if found else text.strip()


def _problem(text: str, call: Call) -> str | None:
    """Why the text is no answer to the call, or None."""
    if call.schema is None or "responseJsonSchema" not in call.config:
        return None
    try:
        return schemas.fits(json.loads(text), call.schema)
    except ValueError as error:
        return f"no JSON: {error}"
