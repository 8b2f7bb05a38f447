"""Answers in the service's shape: candidates, finish reasons, token counts, events of a stream."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from tests.gemini import speech
from tests.gemini.apierror import ApiError
from tests.gemini.call import Call
from tests.gemini.catalogue import Model
from tests.gemini.faults import Fault

_CHARACTERS_PER_TOKEN = 4
_TOKENS_PER_PICTURE = 258
_THOUGHT_TOKENS = {"LOW": 32, "MEDIUM": 128, "HIGH": 512}


@dataclass(frozen=True)
class Answer:
    """What a model says.

    Attributes:
        text: Written answer, JSON where a schema was given.
        audio: Spoken answer: 16-bit mono samples at 24 kHz.
        functions: Names and arguments of functions that it calls.
        thoughts: Summary of its thoughts; sent where the request includes thoughts.
        thought_tokens: How many tokens it thought; None for the usual number of the level. Counted where thinking is on.
        finish: Finish reason.
        pieces: How many events a stream of it has.
    """

    text: str = ""
    audio: bytes | None = None
    functions: Sequence[tuple[str, Mapping[str, Any]]] = ()
    thoughts: str = "**Thinking** about it."
    thought_tokens: int | None = None
    finish: str = "STOP"
    pieces: int = 2


Said = Answer | BaseModel | str | bytes | dict[str, Any] | list[Any]


def as_answer(said: Said) -> Answer:
    """Plain text, samples, or anything that JSON can say, as an answer."""
    if isinstance(said, Answer):
        return said
    if isinstance(said, bytes):
        return Answer(audio=said)
    if isinstance(said, BaseModel):
        return Answer(said.model_dump_json())
    return Answer(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False))


@dataclass
class Made:
    """An answer on its way to the wire.

    Attributes:
        head: modelVersion and responseId.
        parts: Parts of the one candidate; None where it has no content, or where there is no candidate.
        finish: Finish reason; None where the prompt was refused.
        block: Reason for refusing the prompt.
    """

    head: dict[str, Any]
    usage: dict[str, Any]
    parts: list[dict[str, Any]] | None
    finish: str | None
    block: str | None = None
    pieces: int = 2
    ratings: list[dict[str, Any]] = field(default_factory=list)

    def whole(self) -> dict[str, Any]:
        """One GenerateContentResponse."""
        return self._response(self.parts, self.finish)

    def events(self) -> list[dict[str, Any]]:
        """The same as the events of a stream: text in pieces, the finish reason with the last."""
        events: list[list[dict[str, Any]]] = []
        for part in self.parts or []:
            if "thought" in part or "text" not in part:
                events.append([part])
            else:
                events += [[{"text": piece}] for piece in _pieces(part["text"], self.pieces)]
        if len(events) < 2:
            return [self.whole()]
        return [self._response(parts, None) for parts in events[:-1]] + [self._response(events[-1], self.finish)]

    def _response(self, parts: list[dict[str, Any]] | None, finish: str | None) -> dict[str, Any]:
        response = {**self.head, "usageMetadata": self.usage}
        if self.block is not None:
            return {**response, "promptFeedback": {"blockReason": self.block}}
        candidate: dict[str, Any] = {"index": 0}
        if parts is not None:
            candidate["content"] = {"role": "model", **({"parts": parts} if parts else {})}
        if finish is not None:
            candidate["finishReason"] = finish
        if self.ratings:
            candidate["safetyRatings"] = self.ratings
        return {**response, "candidates": [candidate]}


def prompt_tokens(call: Call) -> int:
    """Tokens of everything that was sent: instruction, turns, tools, schema and pictures."""
    asked = {key: call.body.get(key) for key in ("tools", "toolConfig")}
    letters = len(call.system) + sum(len(text) for _, text in call.turns) + len(json.dumps(asked)) * any(asked.values())
    if call.schema is not None:
        letters += len(json.dumps(call.schema))
    return tokens(letters) + _TOKENS_PER_PICTURE * len(call.blobs)


def check_length(call: Call, model: Model) -> None:
    """Refuse a prompt that is longer than the model reads."""
    if (asked := prompt_tokens(call)) > model.input_limit:
        raise ApiError(
            400, f"The input token count ({asked}) exceeds the maximum number of tokens allowed ({model.input_limit})."
        )


def tokens(letters: int) -> int:
    """Tokens of that many letters."""
    return max(1, math.ceil(letters / _CHARACTERS_PER_TOKEN))


def make(call: Call, model: Model, answer: Answer, fault: Fault | None) -> Made:
    """The answer as the service would send it, spoilt by the fault."""
    asked = prompt_tokens(call)
    head = {"modelVersion": model.name, "responseId": uuid.uuid4().hex[:22]}
    if fault is not None and fault.name == "prompt_block":
        return Made(head, _usage(call, asked, None, 0), None, None, block=fault.reason)
    thoughts = _thoughts(call, answer)
    answer = _spoilt(_within(call, answer, thoughts), fault)
    parts, spent = _parts(call, model, answer)
    usage = _usage(call, asked, spent, thoughts)
    made = Made(head, usage, parts, answer.finish, pieces=answer.pieces)
    if fault is not None and fault.name not in {"max_tokens", "empty_audio"}:
        made.parts = [] if fault.name == "empty" else None
    if made.finish == "SAFETY":
        made.ratings = [{"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True}]
    return made


def _spoilt(answer: Answer, fault: Fault | None) -> Answer:
    if fault is None:
        return answer
    if fault.name == "max_tokens":
        audio = answer.audio and answer.audio[: int(len(answer.audio) * fault.share) // 2 * 2]
        return replace(
            answer, text=answer.text[: int(len(answer.text) * fault.share)], audio=audio, finish="MAX_TOKENS"
        )
    if fault.name == "empty_audio":
        return replace(answer, audio=b"")
    return Answer(finish=fault.reason or "STOP")


def _within(call: Call, answer: Answer, thoughts: int) -> Answer:
    """The answer cut by stop sequences and by maxOutputTokens, which thoughts use up too."""
    text = answer.text
    for stop in call.config.get("stopSequences") or ():
        text = text.split(stop)[0]
    limit = call.config.get("maxOutputTokens")
    if limit is not None and not call.audio and text and thoughts + tokens(len(text)) > limit:
        return replace(answer, text=text[: max(0, limit - thoughts) * _CHARACTERS_PER_TOKEN], finish="MAX_TOKENS")
    return replace(answer, text=text)


def _thoughts(call: Call, answer: Answer) -> int:
    if call.thinking is None:
        return 0
    usual = _THOUGHT_TOKENS.get(call.thinking.get("thinkingLevel", "LOW"), 32)
    return usual if answer.thought_tokens is None else answer.thought_tokens


def _parts(call: Call, model: Model, answer: Answer) -> tuple[list[dict[str, Any]], int]:
    """The parts of the candidate and the tokens they are."""
    if call.audio:
        samples = answer.audio or b""
        return [speech.part(samples, model.speech or "audio/wav")], round(
            speech.seconds(samples) * speech.TOKENS_PER_SECOND
        )
    parts: list[dict[str, Any]] = []
    if call.thinking is not None and call.thinking.get("includeThoughts"):
        parts.append({"text": answer.thoughts, "thought": True})
    if answer.text:
        parts.append({"text": answer.text})
    for name, arguments in answer.functions:
        parts.append({"functionCall": {"name": name, "args": arguments}, "thoughtSignature": "c2lnbmF0dXJl"})
    return parts, tokens(len(answer.text) + sum(len(json.dumps(arguments)) for _, arguments in answer.functions))


def _usage(call: Call, asked: int, spent: int | None, thoughts: int) -> dict[str, Any]:
    usage: dict[str, Any] = {"promptTokenCount": asked}
    if spent is not None:
        usage["candidatesTokenCount"] = spent
    usage["totalTokenCount"] = asked + (spent or 0) + thoughts
    if spent is None:
        return usage
    pictures = _TOKENS_PER_PICTURE * len(call.blobs)
    usage["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": asked - pictures}]
    if pictures:
        usage["promptTokensDetails"].append({"modality": "IMAGE", "tokenCount": pictures})
    if thoughts:
        usage["thoughtsTokenCount"] = thoughts
    return usage


def _pieces(text: str, count: int) -> list[str]:
    """The text in that many pieces, as equal as they get, none of them empty."""
    count = max(1, min(count, len(text)))
    edges = [len(text) * number // count for number in range(count + 1)]
    return [text[begin:end] for begin, end in pairwise(edges)]
