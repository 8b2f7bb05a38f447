"""Answers: the schema that goes out, what comes back told apart, and what is said to the model about a bad one."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from visium_graph.models.request import Failure, Request, Tokens, Turn

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage

__all__ = ["Missing", "check", "messages_of", "read", "schema_of", "thought_of", "tokens_of", "with_reason"]

A = TypeVar("A", bound=BaseModel)

_SAFETY = frozenset(
    ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "IMAGE_SAFETY", "LANGUAGE", "CONTENT_FILTER"]
)
_LIMIT = frozenset({"MAX_TOKENS", "LENGTH", "MAX_OUTPUT_TOKENS", "MODEL_CONTEXT_WINDOW_EXCEEDED"})
_BROKEN_CALL = frozenset({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"})
_FENCE = re.compile(r"```(?:json)?[ \t]*\n(.*?)(?:\n```|$)", re.DOTALL)
_SHOWN = 20_000
"""Characters of a bad answer that are worth showing to the model again."""
_JSON = TypeAdapter[Any](Any)
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Missing:
    """There is no usable answer in what came."""

    kind: Failure
    reason: str
    """What is said to the model about it."""
    text: str = ""
    """The answer as far as it goes."""


def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema that is sent: the answer's own, under the answer's name.

    Beside a reference only a description may stand, or Gemini refuses it.
    """
    schema: dict[str, Any] = _unaccompanied(answer.model_json_schema())
    return {"title": answer.__name__, **schema}


def _unaccompanied(part: Any) -> Any:
    if isinstance(part, list):
        return [_unaccompanied(item) for item in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("$ref"), str):
        return {key: part[key] for key in ("$ref", "description", "default") if key in part}
    return {key: _unaccompanied(item) for key, item in part.items()}


def messages_of(request: Request[A], turns: Sequence[Turn], *, told_schema: bool) -> list[BaseMessage]:
    """The conversation as LangChain's messages; with `told_schema` the system's text says what JSON is wanted."""
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage  # noqa: PLC0415  # loads with the first call

    system = request.system
    if told_schema:
        schema = json.dumps(schema_of(request.answer), ensure_ascii=False)
        system += (
            f"\n\nAnswer with one JSON object, and nothing before or after it, that fits this JSON schema:\n{schema}"
        )
    messages: list[BaseMessage] = [SystemMessage(system)]
    for speaker, said in groupby(turns, key=lambda turn: turn.speaker):  # some models take no two turns of one speaker
        blocks = [block for turn in said for block in _blocks(turn)]
        content = blocks[0]["text"] if len(blocks) == 1 else blocks
        messages.append(AIMessage(content) if speaker == "assistant" else HumanMessage(content))
    return messages


def _blocks(turn: Turn) -> list[Any]:
    """The words of a turn, and its pictures after them."""
    return [{"type": "text", "text": turn.text}, *map(_picture, turn.images)]


def _picture(image: bytes) -> dict[str, Any]:
    return {"type": "image", "base64": base64.b64encode(image).decode(), "mime_type": "image/png"}


def read(message: AIMessage | None, request: Request[A], *, called: bool) -> A | Missing:
    """The answer in a message, or why there is none.

    Args:
        message: what the client gave back.
        request: what was asked.
        called: the answer was to come as a function call.
    """
    if message is None:
        return Missing("none", "Nothing came back")
    finish = _finish(message)
    if (declined := _declined(message, finish)) is not None:
        return declined
    text = str(message.text).strip()
    if called and (message.tool_calls or message.invalid_tool_calls or not text):
        return _read_call(message, request, finish)
    return _read_text(text, request, finish)


def _declined(message: AIMessage, finish: str) -> Missing | None:
    """Who said no, where somebody did: the model, or a filter before or behind it."""
    refusal = _refusal(message)
    if refusal is not None or finish == "REFUSAL":
        return Missing("refusal", f"You declined: {refusal[:300]}" if refusal else "You declined to answer")
    if (reason := _block(message)) is not None:
        return Missing("safety", f"The prompt was blocked ({reason})")
    return Missing("safety", f"The answer was stopped by a filter ({finish})") if finish in _SAFETY else None


def _read_call(message: AIMessage, request: Request[A], finish: str) -> A | Missing:
    if message.tool_calls:
        return check(message.tool_calls[0]["args"], request)
    if finish in _LIMIT:
        return Missing("max-tokens", "Your answer was cut off at the token limit")
    if message.invalid_tool_calls or finish in _BROKEN_CALL:
        return Missing("malformed", "Your function call was not valid JSON")
    return Missing("none", f"You did not call the function {request.answer.__name__}")


def _read_text(text: str, request: Request[A], finish: str) -> A | Missing:
    if not text:
        if finish in _LIMIT:
            return Missing("max-tokens", "You reached the token limit before your answer began")
        return Missing("empty", "Your answer was empty" + (f" ({finish})" if finish not in {"", "STOP"} else ""))
    body = _bare(text)
    try:
        data, _ = _DECODER.raw_decode(body)  # what is said after it does no harm
    except (ValueError, RecursionError) as error:
        if finish in _LIMIT:
            return Missing("max-tokens", "Your answer was cut off at the token limit", text)
        if _stops_in_the_middle(body):
            return Missing("truncated", "Your answer stops in the middle of the JSON", text)
        return Missing("malformed", f"Your answer is not valid JSON: {error}", text)
    return check(data, request, text)


def check(data: Any, request: Request[A], text: str = "") -> A | Missing:
    """Hold parsed JSON to the schema, the scene and the agent's own wishes."""
    text = text or json.dumps(data, ensure_ascii=False)
    try:
        value = request.answer.model_validate(data)
    except ValidationError as error:
        shown = "; ".join(map(_shown, error.errors(include_url=False)[:3]))
        return Missing("malformed", f"Your answer does not fit the JSON schema: {shown}", text)
    scene = getattr(value, "scene_id", None)
    if request.scene is not None and scene is not None and scene != request.scene:
        return Missing("wrong-scene", f"Your answer is about the scene {scene!r}, not about {request.scene!r}", text)
    wrong = request.accept(value) if request.accept else None
    return value if wrong is None else Missing("unfit", wrong, text)


def _shown(error: Mapping[str, Any]) -> str:
    where = ".".join(map(str, error["loc"])) or "the answer"
    return f"{where}: {error['msg']}"


def _bare(text: str) -> str:
    """The JSON in a text: without thoughts before it, fences around it, words about it."""
    if text.startswith(("{", "[")):
        return text
    text = text.rpartition("</think>")[2].strip()
    if text.startswith(("{", "[")):
        return text
    if fenced := _FENCE.search(text):
        return fenced[1].strip()
    begin, end = text.find("{"), text.rfind("}")
    return text[begin : end + 1] if 0 <= begin < end else text[max(begin, 0) :]


def _stops_in_the_middle(text: str) -> bool:
    """Whether more text could have made it JSON."""
    try:
        _JSON.validate_json(text, experimental_allow_partial="trailing-strings")
    except ValidationError:
        return False
    return True


def _finish(message: AIMessage) -> str:
    told = message.response_metadata
    names = ("finish_reason", "stop_reason", "done_reason")
    return str(next((told[name] for name in names if told.get(name)), "")).upper()


def _block(message: AIMessage) -> str | None:
    """Why Gemini refused the prompt, where it did."""
    feedback = message.response_metadata.get("prompt_feedback") or {}
    reason = feedback.get("block_reason")
    return None if reason is None else str(getattr(reason, "name", reason))


def _refusal(message: AIMessage) -> str | None:
    """What the model says where it declines, as OpenAI's API marks it."""
    if told := message.additional_kwargs.get("refusal"):
        return str(told)
    blocks = message.content if isinstance(message.content, list) else []
    for block in blocks:
        if isinstance(block, dict) and block.get("type") == "refusal":
            return str(block.get("refusal") or "no reason given")
    return None


def tokens_of(message: AIMessage | None) -> Tokens:
    """What an answer took, as the provider counts it."""
    usage: Mapping[str, Any] = (message.usage_metadata if message is not None else None) or {}
    thought = (usage.get("output_token_details") or {}).get("reasoning") or 0
    cached = (usage.get("input_token_details") or {}).get("cache_read") or 0
    return Tokens(usage.get("input_tokens") or 0, usage.get("output_tokens") or 0, thought, cached)


def thought_of(message: AIMessage) -> bool:
    """Whether the model thought: it counts tokens for it, or shows some of it."""
    if tokens_of(message).thought or message.additional_kwargs.get("reasoning_content"):
        return True
    blocks = message.content if isinstance(message.content, list) else []
    return any(isinstance(block, dict) and block.get("type") in {"thinking", "reasoning"} for block in blocks)


def with_reason(turns: Sequence[Turn], missing: Missing) -> list[Turn]:
    """The conversation with the bad answer and what is wrong with it.

    Where there is no answer to show, the reason is added to the last turn: some models take no two turns of one speaker.
    """
    reason = f"{missing.reason.rstrip('.')}. Answer again, whole, as one JSON object that fits the schema."
    if missing.kind in {"max-tokens", "truncated"}:
        reason += " Be much briefer."
    shown = missing.text if 0 < len(missing.text) <= _SHOWN else ""
    if shown:
        return [*turns, Turn("assistant", shown), Turn("user", reason)]
    last = turns[-1]
    if last.speaker == "assistant":
        return [*turns, Turn("user", reason)]
    return [*turns[:-1], replace(last, text=f"{last.text}\n\n({reason})")]


@dataclass(frozen=True)
class Heard(Generic[A]):
    """One answer, read."""

    result: A | Missing
    tokens: Tokens
    thought: bool
    seconds: float
    tries: int
