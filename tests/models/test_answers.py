"""Messages of any provider, read."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage
from pydantic import BaseModel, ConfigDict, Field

from tests.gemini import schemas
from tests.models.conftest import GOOD, Draft, request
from visium_graph.models import Turn
from visium_graph.models.answers import Missing, messages_of, read, schema_of, thought_of, tokens_of, with_reason


class Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


def kind_of(message: AIMessage | None, *, called: bool = False, **fields: Any) -> str:
    result = read(message, request(**fields), called=called)
    return result.kind if isinstance(result, Missing) else "ok"


TEXT = json.dumps(GOOD)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (None, "none"),
        (AIMessage(TEXT), "ok"),
        (AIMessage([{"type": "thinking", "thinking": "hm {"}, {"type": "text", "text": TEXT}]), "ok"),
        (AIMessage(f"<think>it is {{}}</think>\n{TEXT}"), "ok"),
        (AIMessage(f"it is {{}}</think>\n{TEXT}"), "ok"),
        (AIMessage(json.dumps({**GOOD, "code": "a </think> {b}\n```\nc"})), "ok"),
        (AIMessage(f"Sure:\n```json\n{TEXT}\n```"), "ok"),
        (AIMessage(f"Sure: {TEXT} Anything else?"), "ok"),
        (AIMessage(TEXT, response_metadata={"finish_reason": "length"}), "ok"),
        (AIMessage(TEXT[:-5], response_metadata={"finish_reason": "length"}), "max-tokens"),
        (AIMessage(TEXT[:-5], response_metadata={"stop_reason": "max_tokens"}), "max-tokens"),
        (AIMessage("", response_metadata={"finish_reason": "length"}), "max-tokens"),
        (AIMessage(TEXT[:-5], response_metadata={"done_reason": "stop"}), "truncated"),
        (AIMessage(TEXT, response_metadata={"finish_reason": "content_filter"}), "safety"),
        (AIMessage("I can't", response_metadata={"stop_reason": "refusal"}), "refusal"),
        (AIMessage("", additional_kwargs={"refusal": "I can't help with that"}), "refusal"),
        (AIMessage([{"type": "refusal", "refusal": "no"}]), "refusal"),
        (AIMessage("I can't help with that."), "malformed"),
        (AIMessage("[" * 100_000), "malformed"),
        (AIMessage(f"```json\n{TEXT[:-5]}"), "truncated"),
        (AIMessage(f"{TEXT}\n\nI hope this helps!"), "ok"),
        (AIMessage(""), "empty"),
    ],
)
def test_messages_are_told_apart(message, kind) -> None:
    assert kind_of(message) == kind


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (AIMessage("", tool_calls=[{"name": "Draft", "args": GOOD, "id": "1"}]), "ok"),
        (AIMessage("", tool_calls=[{"name": "Draft", "args": {}, "id": "1"}]), "malformed"),
        (AIMessage(TEXT), "ok"),  # some models write what they should have called
        (AIMessage(""), "none"),
        (AIMessage("", response_metadata={"finish_reason": "MALFORMED_FUNCTION_CALL"}), "malformed"),
        (AIMessage("", response_metadata={"finish_reason": "MAX_TOKENS"}), "max-tokens"),
        (
            AIMessage(
                "",
                invalid_tool_calls=[
                    {"name": "Draft", "args": "{", "id": "1", "error": None, "type": "invalid_tool_call"}
                ],
            ),
            "malformed",
        ),
    ],
)
def test_function_calls_are_told_apart(message, kind) -> None:
    assert kind_of(message, called=True) == kind


def test_a_scene_is_only_compared_where_both_name_one() -> None:
    assert kind_of(AIMessage(TEXT), scene=None) == "ok"
    assert kind_of(AIMessage("{}"), answer=Anything) == "ok"
    assert kind_of(AIMessage(TEXT), scene="how") == "wrong-scene"


def test_the_first_errors_are_the_reason() -> None:
    class Many(BaseModel):
        a: int
        b: list[int]
        c: int
        d: int

    result = read(AIMessage('{"a": "x", "b": [1, "y"]}'), request(answer=Many), called=False)
    assert isinstance(result, Missing)
    assert "a: Input should be a valid integer" in result.reason
    assert "b.1: Input should be a valid integer" in result.reason
    assert "c: Field required" in result.reason
    assert "d:" not in result.reason


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), values, min_size=1, max_size=4), st.booleans(), st.data())
def test_whatever_stops_in_its_middle_is_truncated(value, ascii_only, data) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert kind_of(AIMessage(text), answer=Anything, scene=None) == "ok"
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    assert kind_of(AIMessage(cut), answer=Anything, scene=None) == "truncated"


@given(st.text())
def test_no_text_is_too_strange(text) -> None:
    assert kind_of(AIMessage(text)) in {"ok", "empty", "malformed", "truncated"}


def test_the_schema_of_nested_answers_is_one_that_gemini_takes() -> None:
    class Part(BaseModel):
        kind: Literal["part"] = "part"
        text: str = Field(title="Words", description="what it says")

    class Other(BaseModel):
        kind: Literal["other"] = "other"

    class Whole(BaseModel):
        scene_id: str
        first: Part = Field(title="First", description="the first", examples=[1], default=Part(text=""))
        parts: list[Part | Other]

    raw = Whole.model_json_schema()
    with pytest.raises(Exception, match="only description and default"):
        schemas.check(raw)
    schema = schema_of(Whole)
    schemas.check(schema)
    assert schema["title"] == "Whole"
    assert schema["properties"]["first"]["description"] == "the first"


def test_a_picture_comes_after_its_text() -> None:
    asked = request(turns=(Turn("user", "see", (b"png",)),))
    _, human = messages_of(asked, asked.turns, told_schema=False)
    assert [block["type"] for block in human.content] == ["text", "image"]


def test_a_reason_without_an_answer_joins_the_last_turn() -> None:
    turns = [Turn("user", "Write.", (b"png",))]
    [turn] = with_reason(turns, Missing("empty", "Your answer was empty"))
    assert turn.text.startswith("Write.\n\n(Your answer was empty. Answer again")
    assert turn.images == (b"png",)
    assert [one.speaker for one in with_reason(turns, Missing("truncated", "It stops", "{"))] == [
        "user",
        "assistant",
        "user",
    ]
    assert "briefer" in with_reason(turns, Missing("truncated", "It stops", "{"))[-1].text


def test_tokens_and_thoughts_of_a_message() -> None:
    usage = {
        "input_tokens": 10,
        "output_tokens": 7,
        "total_tokens": 17,
        "input_token_details": {"cache_read": 4},
        "output_token_details": {"reasoning": 5},
    }
    message = AIMessage(TEXT, usage_metadata=usage)
    tokens = tokens_of(message)
    assert (tokens.input, tokens.output, tokens.thought, tokens.cached, tokens.total) == (10, 7, 5, 4, 17)
    assert thought_of(message)
    assert not thought_of(AIMessage(TEXT))
    assert tokens_of(AIMessage(TEXT)).total == tokens_of(None).total == 0
    assert thought_of(AIMessage(TEXT, additional_kwargs={"reasoning_content": "hm"}))
    assert thought_of(AIMessage([{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": TEXT}]))


def test_an_answer_that_fits_is_the_model_itself() -> None:
    assert read(AIMessage(TEXT), request(), called=False) == Draft(**GOOD)
