"""Who stands behind the server and says what the model says."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Any

from tests.gemini import schemas, speech
from tests.gemini.call import Call
from tests.gemini.content import Answer, Said

# A plain function is called in the server's thread, one call at a time, so it should be quick and needs no locks;
# a coroutine function may take its time.
Author = Callable[[Call], Said | Awaitable[Said]]


def echo(call: Call) -> Said:
    """The prompt again; where a schema is given the smallest answer that fits; where sound is asked for, a hum."""
    if call.audio:
        return speech.hum(call.prompt)
    if call.schema is not None and "responseJsonSchema" in call.config:
        made: Said = schemas.example(call.schema)
        return made
    if name := _wanted_function(call):
        parameters = next(one for one in _functions(call) if one["name"] == name).get("parameters") or {}
        return Answer(functions=[(name, schemas.example(parameters))])
    return f"echo: {call.prompt}"


def _functions(call: Call) -> list[Mapping[str, Any]]:
    return [one for tool in call.body.get("tools") or [] for one in tool.get("functionDeclarations") or []]


def _wanted_function(call: Call) -> str | None:
    """The function that the model must call, or None."""
    told = (call.body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    if told.get("mode") != "ANY":
        return None
    allowed = told.get("allowedFunctionNames") or [one["name"] for one in _functions(call)]
    return str(allowed[0]) if allowed else None


class Fixed:
    """Gives these answers in turn, then the last one for ever. Where sound is asked for, a text is hummed."""

    def __init__(self, *answers: Said) -> None:
        if not answers:
            raise ValueError("an author needs something to say")
        self._answers = list(answers)

    def __call__(self, call: Call) -> Said:
        said = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return speech.hum(said) if call.audio and isinstance(said, str) else said


class Scripted:
    """The base of authors that play a part over many requests.

    A subclass writes `write`. Chance comes from the seed and from what the request is about, never from the order of
    arrival, so that a run with many scenes at once is the same run every time.

    Args:
        seed: What all chance is drawn from.
        topic: Regular expression whose first group, found in the instruction or the turns, says what a request is about
            (the id of a scene, say). Without it, or where it is not found, each request is about itself.
    """

    def __init__(self, seed: object = 0, *, topic: str | None = None) -> None:
        self.seed = seed
        self._topic = re.compile(topic) if topic else None
        self._turns: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._repeats: Counter[str] = Counter()

    def __call__(self, call: Call) -> Said:
        if call.audio:
            return self.speak(call)
        about = self.about(call)
        turns = self._turns[about]
        turn = turns.setdefault(call.digest, len(turns) + 1)
        self._repeats[call.digest] += 1
        return self.write(call, about, turn, Random(f"{self.seed}/{about}/{turn}/{self._repeats[call.digest]}"))

    def about(self, call: Call) -> str:
        """What the request is about: the same for a first draft and for its repairs."""
        if self._topic is not None:
            for text in (*(text for _, text in reversed(call.turns)), call.system):
                if found := self._topic.search(text):
                    return found[1]
        return call.digest

    def write(self, call: Call, about: str, turn: int, random: Random) -> Said:
        """The answer to the `turn`-th request (from 1) about something.

        The same request again is the same turn, with other chances: `random` belongs to this answer alone.
        """
        raise NotImplementedError

    def speak(self, call: Call) -> Said:
        """Samples for a request of sound."""
        return speech.hum(call.prompt)
