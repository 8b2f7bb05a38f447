"""Who may stand behind the server, and what requests and schemas look like to them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.gemini import schemas
from tests.gemini.apierror import ApiError
from tests.gemini.authors import Fixed, Scripted
from tests.gemini.call import canonical, digest
from tests.gemini.clients import chat
from tests.gemini.server import GeminiServer
from tests.gemini.situations import Script, raised

# --- Authors ---------------------------------------------------------------------------------------------------------


class Coder(Scripted):
    """Drafts a scene; repairs it at the second turn."""

    def write(self, call, about, turn, random):
        return {"scene": about, "turn": turn, "draw": random.randrange(10**6), "seen": call.system}


def test_a_scripted_author_knows_the_scene_the_turn_and_its_own_chance():
    def told(order):
        with GeminiServer(Coder(3, topic=r"scene (\w+)")) as server:
            model = chat(server)
            return {text: json.loads(model.invoke([("system", "be good"), ("human", text)]).text) for text in order}

    texts = ["scene a", "scene b", "repair scene a"]
    first = told(texts)
    assert [(first[text]["scene"], first[text]["turn"]) for text in texts] == [("a", 1), ("b", 1), ("a", 2)]
    assert first["scene a"]["seen"] == "be good"
    assert len({answer["draw"] for answer in first.values()}) == 3
    assert told(["scene b", "scene a", "repair scene a"]) == first


def test_fixed_answers_come_in_turn_and_as_any_type():
    with GeminiServer(Fixed("one", {"a": 1}, Script(topic="t", scenes=[{"title": "x", "seconds": 2}]))) as server:
        model = chat(server)
        told = [model.invoke(text).text for text in "abcd"]
    assert told[0] == "one"
    assert json.loads(told[1]) == {"a": 1}
    assert Script.model_validate_json(told[2]).topic == "t"
    assert told[3] == told[2]


# --- Bodies and schemas ----------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["contents", "generationConfig", "thinkingConfig", "voiceName", "text", "args", "a"])
BODIES = st.recursive(
    st.integers() | st.text(max_size=5) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


def snaked(value: Any) -> Any:
    if isinstance(value, list):
        return [snaked(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name): (
            item if name == "args" else snaked(item)
        )
        for name, item in value.items()
    }


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(NAMES, BODIES, max_size=4))
def test_both_spellings_of_a_body_are_the_same_request(body):
    assert canonical(snaked(body)) == canonical(body)
    assert canonical(canonical(body)) == canonical(body)
    told = {**canonical(body), "generationConfig": {}, "systemInstruction": {"parts": [{"text": "x"}]}}
    other = {**told, "generationConfig": {"candidateCount": 1}}
    other["systemInstruction"] = {"role": "user", **told["systemInstruction"]}
    assert digest("m", told) == digest("m", other)
    assert digest("m", told) != digest("n", told)


class Node(BaseModel):
    name: str
    weight: float | None = None
    inner: list[Node] = []
    other: Node | None = None


@pytest.mark.parametrize("model", [Script, Node])
def test_a_made_up_answer_fits_its_schema(model):
    schema = model.model_json_schema()
    schemas.check(schema)
    assert schemas.fits(schemas.example(schema), schema) is None
    model.model_validate(schemas.example(schema))
    assert schemas.fits({"topic": 1}, Script.model_json_schema()) is not None
    assert isinstance(raised(lambda: schemas.check({"type": "object", "properties": 3})), ApiError)
