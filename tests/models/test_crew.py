"""What the crew does with answers, good and bad, on the wire."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest

from tests.gemini import faults
from tests.gemini.authors import Fixed
from tests.gemini.content import Answer
from tests.gemini.faults import Plan
from tests.models.conftest import GOOD, Draft, request
from visium_graph.models import NoAnswer, Turn, crew_for, usage_of
from visium_graph.models import crew as crew_module
from visium_graph.models.usage import calls_of
from visium_graph.run import Run
from visium_graph.settings import Settings

# --- Answers ---------------------------------------------------------------------------------------------------------


async def test_an_answer_arrives_as_the_model_it_was_asked_for(play) -> None:
    async with play(Fixed(GOOD)) as stage:
        reply = await stage.crew.ask(request())
    assert reply.value == Draft(scene_id="why", code="pass")
    assert (reply.model, reply.stored, reply.thought) == ("google_genai:gemini-3.8-flash", False, True)
    paid = stage.server.log.tokens("generate")
    assert reply.tokens.total == paid["total"]
    assert reply.tokens.thought == paid["thoughts"] > 0
    [call] = stage.asked
    assert call.system == "You write code."
    assert call.schema["title"] == "Draft"
    assert "temperature" not in call.config


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (faults.blocked(), "safety", "SAFETY"),
        (faults.blocked("RECITATION"), "safety", "RECITATION"),
        (faults.prompt_block(), "safety", "PROHIBITED_CONTENT"),
        (faults.max_tokens(), "max-tokens", "token limit"),
        (faults.empty(), "empty", "empty"),
        (faults.blocked("OTHER"), "empty", "OTHER"),
    ],
)
async def test_answers_that_are_none_are_asked_for_once_more_with_the_reason(play, fault, kind, says) -> None:
    async with play(Fixed(GOOD), Plan().add(fault, nth=1)) as stage:
        assert (await stage.crew.ask(request())).value.code == "pass"
        first, second = stage.asked
        assert says not in first.prompt
        assert says in second.prompt
    assert [call.outcome for call in calls_of(stage.run)] == [kind, "ok"]
    async with play(Fixed(GOOD), Plan().add(fault)) as stage:
        with pytest.raises(NoAnswer, match="asked twice") as found:
            await stage.crew.ask(request("Something else."))
        assert found.value.kind == kind
        assert len(stage.asked) == 2


@pytest.mark.parametrize(
    ("said", "kind", "says"),
    [
        ("I would rather not.", "malformed", "not valid JSON"),
        ('{"scene_id": "why", "code": "pa', "truncated", "stops in the middle"),
        ({"scene_id": "why"}, "malformed", "code: Field required"),
        ({"scene_id": "why", "code": 7}, "malformed", "code: Input should be a valid string"),
        ({"scene_id": "how", "code": "pass"}, "wrong-scene", "'how', not about 'why'"),
        ({"scene_id": "why", "code": "bad"}, "unfit", "It is bad"),
    ],
)
async def test_answers_of_no_use_are_shown_to_the_model_with_what_is_wrong(play, said, kind, says) -> None:
    asked = request(accept=lambda draft: "It is bad" if draft.code == "bad" else None)
    async with play(Fixed(said, GOOD)) as stage:
        assert (await stage.crew.ask(asked)).value.code == "pass"
        (_, first), (speaker, shown), (_, reason) = stage.asked[1].turns
        assert (first, speaker) == ("Write it.", "model")
        assert shown.startswith("I would" if isinstance(said, str) and said[0] == "I" else '{"scene_id"')
        assert says in reason
        assert [call.outcome for call in calls_of(stage.run)] == [kind, "ok"]


async def test_a_bad_answer_too_long_to_repeat_is_not_shown_again(play) -> None:
    async with play(Fixed("nonsense " * 3000, GOOD)) as stage:
        await stage.crew.ask(request())
        assert [speaker for speaker, _ in stage.asked[1].turns] == ["user"]


async def test_pictures_arrive_in_their_turns(play) -> None:
    pictures = (b"\x89PNG\r\n\x1a\n1", b"\x89PNG\r\n\x1a\n2")
    turns = [Turn("user", "See", pictures), Turn("assistant", "{}"), Turn("user", "Again")]
    async with play(Fixed(GOOD)) as stage:
        await stage.crew.ask(request(turns=turns))
        [call] = stage.asked
    assert call.blobs == [("image/png", picture) for picture in pictures]
    assert [speaker for speaker, _ in call.turns] == ["user", "model", "user"]


@pytest.mark.parametrize("mode", ["function_calling", "prompt"])
async def test_other_forms_of_structured_output(play, mode) -> None:
    called = Answer(functions=[("Draft", GOOD)])
    told = "Here it is:\n```json\n" + '{"scene_id": "why", "code": "pass"}' + "\n```\nDone."
    async with play(Fixed(called if mode == "function_calling" else told), structured_output=mode) as stage:
        assert (await stage.crew.ask(request())).value.code == "pass"
        [call] = stage.asked
    assert "responseJsonSchema" not in call.config
    assert ('"scene_id"' in call.system) == (mode == "prompt")


@pytest.mark.parametrize(("said", "kind"), [("", "empty"), (Answer(functions=[("Draft", {"code": 1})]), "malformed")])
async def test_a_function_that_is_not_called_or_called_wrongly(play, said, kind) -> None:
    async with play(Fixed(said), structured_output="function_calling") as stage:
        with pytest.raises(NoAnswer) as found:
            await stage.crew.ask(request())
    assert found.value.kind == ("none" if kind == "empty" else kind)


# --- The service ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(408),
        faults.status(429, retry=0.01),
        faults.status(500),
        faults.status(503),
        faults.html(),
        faults.reset(),
        faults.lost(),
        faults.truncated(),
        faults.bad_json(),
        faults.hang(),
        faults.stalled(),
    ],
    ids=lambda fault: fault.name,
)
async def test_a_service_that_fails_twice_is_asked_a_third_time(play, fault) -> None:
    patience = 0.4 if fault.name in {"hang", "stalled"} else 5.0
    async with play(Fixed(GOOD), Plan().add(fault, nth=(1, 2)), call_seconds=patience) as stage:
        assert (await stage.crew.ask(request())).value.code == "pass"
        assert len(stage.asked) == 3
    [call] = calls_of(stage.run)
    assert (call.outcome, call.tries) == ("ok", 3)


@pytest.mark.parametrize("fault", [faults.status(503), faults.reset()], ids=lambda fault: fault.name)
async def test_a_service_that_keeps_failing_is_unreachable(play, fault) -> None:
    async with play(plan=Plan().add(fault), call_attempts=3) as stage:
        with pytest.raises(NoAnswer, match=r"gemini-3.8-flash could not be reached \(") as found:
            await stage.crew.ask(request())
        assert found.value.kind == "unreachable"
        assert len(stage.asked) == 3
    [call] = calls_of(stage.run)
    assert (call.outcome, call.tries, call.cost) == ("unreachable", 3, 0.0)


async def test_the_wait_that_the_service_asks_for_is_kept(play) -> None:
    async with play(Fixed(GOOD), Plan().add(faults.status(429, retry=0.7), nth=1)) as stage:
        await stage.crew.ask(request())
        first, second = stage.server.log.of("generate")
    assert 0.7 <= second.began - first.began < 2.5


@pytest.mark.parametrize(("retry", "limit"), [(500.0, 900.0), (30.0, 10.0)])
async def test_a_wait_longer_than_there_is_time_is_not_waited_for(play, retry, limit) -> None:
    async with play(plan=Plan().add(faults.status(429, retry=retry)), scene_seconds=limit) as stage:
        with pytest.raises(NoAnswer, match=f"it asks to wait {retry:g} s") as found:
            await stage.crew.ask(request())
        assert found.value.kind == "unreachable"
        assert len(stage.asked) == 1


@pytest.mark.parametrize("code", [400, 403, 404])
async def test_a_refused_request_is_asked_once_more(play, code) -> None:
    async with play(Fixed(GOOD), Plan().add(faults.status(code), nth=2).add(faults.status(code), nth=(4, 5))) as stage:
        await stage.crew.ask(request("first, and the model is known to be there"))
        assert (await stage.crew.ask(request("second"))).value.code == "pass"
        with pytest.raises(NoAnswer, match=f"refused the request .{code}") as found:
            await stage.crew.ask(request("third"))
        assert found.value.kind == "rejected"
        assert len(stage.asked) == 5


async def test_a_prompt_that_is_too_long_is_not_asked_again(play) -> None:
    async with play(Fixed(GOOD)) as stage:
        with pytest.raises(NoAnswer, match="exceeds the maximum number of tokens") as found:
            await stage.crew.ask(request("word " * 900_000))
        assert found.value.kind == "rejected"
        assert len(stage.asked) == 1


async def test_thinking_that_a_model_does_not_take_is_left_out_from_then_on(play) -> None:
    async with play(Fixed(GOOD), coder_thinking="off") as stage:  # the model thinks at least a little
        await asyncio.gather(*[stage.crew.ask(request(f"number {number}")) for number in range(3)])
        together = len(stage.asked)
        assert together <= 6  # each of those that were sent at once had to learn it
        await stage.crew.ask(request("later"))
        assert len(stage.asked) == together + 1
        assert stage.asked[-1].config["thinkingConfig"] == {"thinkingLevel": "LOW"}


async def test_each_role_thinks_as_its_settings_say(play) -> None:
    thinking = {"script_thinking": "high", "director_thinking": "low", "coder_thinking": "auto"}
    async with play(Fixed(GOOD), reviewer_model="gemini-2.5-flash", reviewer_thinking="off", **thinking) as stage:
        for role in ("script", "director", "coder", "reviewer"):
            await stage.crew.ask(request(role=role, scene=None, system=role))
        await stage.crew.ask(request("harder", thinking="high"))
    asked = [call.config.get("thinkingConfig") for call in stage.asked]
    assert asked == [
        {"thinkingLevel": "HIGH"},
        {"thinkingLevel": "LOW"},
        {"thinkingLevel": "MEDIUM"},
        {"thinkingBudget": 0},
        {"thinkingLevel": "HIGH"},
    ]
    assert stage.asked[3].model == "gemini-2.5-flash"
    assert [call.thought for call in calls_of(stage.run)] == [True, True, True, False, True]


# --- Limits -----------------------------------------------------------------------------------------------------------


async def test_no_more_calls_at_a_time_than_set(play) -> None:
    async with play(Fixed(GOOD), Plan(latency=0.05), concurrent_calls=3) as stage:
        await asyncio.gather(*[stage.crew.ask(request(str(number))) for number in range(9)])
        assert stage.server.log.high_water("generate") == 3


async def test_no_more_calls_in_a_minute_than_set(play) -> None:
    async with play(Fixed(GOOD), calls_per_minute=300.0) as stage:
        await stage.crew.ask(request("the package is loaded"))
        before = time.monotonic()
        await asyncio.gather(*[stage.crew.ask(request(str(number))) for number in range(4)])
        assert time.monotonic() - before >= 0.6  # a call every 0.2 s, the first perhaps at once
        began = [exchange.began for exchange in stage.server.log.of("generate")][1:]
    assert all(later - earlier > 0.1 for earlier, later in pairwise(began))
    assert stage.crew.spent("why").seconds < 1.5  # waiting for one's turn is nobody's fault


async def test_the_tokens_of_a_scene_are_bounded(play) -> None:
    async with play(Fixed(GOOD), scene_tokens=300) as stage:
        await stage.crew.ask(request("first"))
        await stage.crew.ask(request("second"))
        assert stage.crew.spent("why").tokens > 300
        with pytest.raises(NoAnswer, match="300 tokens are spent") as found:
            await stage.crew.ask(request("third"))
        assert found.value.kind == "budget"
        await stage.crew.ask(request("first"))  # what is stored is free
        await stage.crew.ask(request("third", role="reviewer"))  # only the code is bounded
        assert len(stage.asked) == 3
    assert stage.crew.spent("why").calls == 2


async def test_the_seconds_of_a_scene_are_bounded_within_a_call_too(play) -> None:
    async with play(Fixed(GOOD), Plan().add(faults.hang()), scene_seconds=0.5, call_seconds=60) as stage:
        before = time.monotonic()
        with pytest.raises(NoAnswer, match="no answer in time") as found:
            await stage.crew.ask(request())
        assert found.value.kind == "unreachable"
        with pytest.raises(NoAnswer, match=r"0\.5 seconds are spent") as found:
            await stage.crew.ask(request())
        assert found.value.kind == "budget"
    assert time.monotonic() - before < 6


# --- The store and the ledger ------------------------------------------------------------------------------------------


async def test_the_same_request_again_costs_nothing(play) -> None:
    async with play(Fixed(GOOD)) as stage:
        first = await stage.crew.ask(request())
        again = await stage.crew.ask(request())
        assert len(stage.asked) == 1
    assert (again.value, again.thought, again.stored) == (first.value, first.thought, True)
    assert again.tokens.total == 0
    usage = usage_of(stage.run)
    assert (usage.total.calls, usage.total.stored) == (1, 1)
    assert usage.total.cost == pytest.approx((first.tokens.input * 0.75 + first.tokens.output * 3.75) / 1e6)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"text": "Write it well."}, {}),
        ({"system": "You write good code."}, {}),
        ({"turns": (Turn("user", "Write it.", (b"picture",)),)}, {}),
        ({"thinking": "high"}, {}),
        ({"round": 1}, {}),
        ({}, {"coder_model": "google_genai:gemini-3.6-flash"}),
        ({}, {"model_options": {"top_p": 0.5}}),
        ({}, {"structured_output": "prompt"}),
    ],
)
async def test_whatever_could_change_the_answer_is_asked_anew(play, change, fields) -> None:
    async with play(Fixed(GOOD)) as stage:
        await stage.crew.ask(request())
        other = crew_for(stage.crew.settings.model_copy(update=fields), stage.run)
        assert not (await other.ask(request(**change))).stored
        assert len(stage.asked) == 2


async def test_an_answer_that_the_agent_no_longer_accepts_is_asked_for_again(play) -> None:
    async with play(Fixed(GOOD)) as stage:
        await stage.crew.ask(request())
        with pytest.raises(NoAnswer, match="never") as found:
            await stage.crew.ask(request(accept=lambda _: "never"))
    assert found.value.kind == "unfit"


async def test_a_kill_after_an_answer_costs_a_line_and_no_answer(play, monkeypatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    async with play(Fixed(GOOD)) as stage:
        with monkeypatch.context() as patch:
            patch.setattr(crew_module, "note_call", killed)
            with pytest.raises(KeyboardInterrupt):
                await asyncio.to_thread(asyncio.run, stage.crew.ask(request()))
        assert (await stage.crew.ask(request())).stored


async def test_a_bad_answer_is_never_stored(play) -> None:
    async with play(Fixed("no", "no", GOOD)) as stage:
        with pytest.raises(NoAnswer):
            await stage.crew.ask(request())
        assert not (await stage.crew.ask(request())).stored


async def test_answers_are_found_by_other_runs_and_loops(play, tmp_path) -> None:
    async with play(Fixed(GOOD)) as stage:
        await stage.crew.ask(request())
        other = crew_for(stage.crew.settings, Run.create(tmp_path / "other"))

        def elsewhere() -> bool:
            return asyncio.run(other.ask(request())).stored

        assert await asyncio.to_thread(elsewhere)
        assert usage_of(stage.run).total.stored == 0


async def test_the_key_is_written_nowhere(play, tmp_path) -> None:
    async with play(Fixed(GOOD), Plan().add(faults.status(400), nth=(2, 3))) as stage:
        await stage.crew.ask(request())
        with pytest.raises(NoAnswer):
            await stage.crew.ask(request("more"))
        key = "loopback-key"
        assert key not in repr(stage.crew)
        written = [path.read_text("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file()]
        assert len(written) >= 3
        assert not any(key in text for text in written)


# --- On and off --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "fields", "on"),
    [
        ({}, {}, False),
        ({"GOOGLE_API_KEY": ""}, {}, False),
        ({"GOOGLE_API_KEY": "k"}, {}, True),
        ({"GEMINI_API_KEY": "k"}, {}, True),
        ({"GEMINI_API_KEY": "k"}, {"crew": "off"}, False),
        ({}, {"crew": "on"}, True),
        ({}, {"model": "ollama:llama3"}, True),
        ({}, {"model": "ollama:llama3", "crew": "off"}, False),
    ],
)
def test_when_there_is_a_crew(monkeypatch, tmp_path, environment, fields, on) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert (crew_for(Settings(**fields), Run(tmp_path)) is not None) == on
