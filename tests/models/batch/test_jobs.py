"""What may become of a job, on the wire."""

from __future__ import annotations

import asyncio
import json

import pytest
from blockbuster import BlockingError, blockbuster_ctx

from tests.gemini import faults
from tests.gemini.clients import client
from tests.gemini.faults import Plan, Turnaround
from tests.gemini.server import KEY
from tests.models.batch.conftest import MODEL
from visium_graph.errors import EnvironmentFault
from visium_graph.models.batch import Answer, Fallback, read_ledger

SCENES = ("one", "two", "three")


def codes(outcomes):
    return [one.value["code"] if isinstance(one, Answer) else one.why for one in outcomes]


# --- Answers in every order -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoilt",
    [
        [],
        [faults.reordered()],
        [faults.duplicated(0, 2)],
        [faults.no_metadata()],
        [faults.no_metadata(), faults.reordered(), faults.duplicated(1)],
        [faults.ends("PARTIALLY_SUCCEEDED")],
    ],
    ids=lambda spoilt: "+".join(fault.name for fault in spoilt) or "whole",
)
async def test_each_scene_gets_its_own_answer(batched, spoilt) -> None:
    plan = Plan(turnaround=Turnaround(30, 120))
    for fault in spoilt:
        plan.add(fault)
    async with batched(plan) as stage:
        outcomes = await stage.ask_all(*SCENES)
        assert codes(outcomes) == [f"# Draw {scene}" for scene in SCENES]
        assert stage.batches == [list(SCENES)]
        assert all(150 <= one.seconds < 900 for one in outcomes)
        assert stage.server.log.submitted_twice() == []
        [job] = stage.on_record
    assert job.state in {"SUCCEEDED", "PARTIALLY_SUCCEEDED"}
    assert {fate.kind for fate in job.fates.values()} == {"stored"}
    assert sum(fate.tokens for fate in job.fates.values()) == stage.server.log.tokens("batch_create")["total"]


@pytest.mark.parametrize(
    ("spoilt", "expected"),
    [
        ([faults.missing(1)], ["# Draw one", "missing", "# Draw three"]),
        ([faults.item_errors(0, 2)], ["item-failed", "# Draw two", "item-failed"]),
        ([faults.item_errors(0), faults.no_metadata()], ["missing", "# Draw two", "# Draw three"]),
        ([faults.missing(0), faults.reordered(), faults.no_metadata()], ["missing", "# Draw two", "# Draw three"]),
    ],
)
async def test_what_fails_in_a_job_is_its_own_scene_s_matter(batched, spoilt, expected) -> None:
    plan = Plan()
    for fault in spoilt:
        plan.add(fault)
    async with batched(plan) as stage:
        assert codes(await stage.ask_all(*SCENES)) == expected
        [job] = stage.on_record
        kinds = {"missing": "missing", "item-failed": "failed"}
        assert [job.fates[f"Draw/{scene}"].kind for scene in SCENES] == [kinds.get(one, "stored") for one in expected]
        assert stage.why() == {scene: one for scene, one in zip(SCENES, expected, strict=True) if one in kinds}


async def test_a_blocked_or_wrong_answer_is_its_own_scene_s_matter_too(batched) -> None:
    def author(call):
        scene = call.prompt.split()[-1]
        return {"scene_id": "nowhere" if scene == "two" else scene, "code": "x"}

    plan = Plan().add(faults.blocked(), "item", where=lambda call: call.prompt.endswith("one"))
    async with batched(plan, author) as stage:
        assert codes(await stage.ask_all(*SCENES)) == ["empty", "wrong-scene", "x"]
        [job] = stage.on_record
    assert [job.fates[f"Draw/{scene}"].kind for scene in SCENES] == ["unusable", "unusable", "stored"]


# --- Jobs that come to nothing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["FAILED", "EXPIRED", "CANCELLED"])
async def test_a_job_that_ends_badly_says_why(batched, state) -> None:
    async with batched(Plan().add(faults.ends(state))) as stage:
        outcomes = await stage.ask_all(*SCENES)
        assert codes(outcomes) == [state.lower()] * 3
        assert f"Batch {state.lower()}" in outcomes[0].reason
        [job] = stage.on_record
        assert (job.state, job.error) == (state, f"Batch {state.lower()}.")
        assert codes(await stage.ask_all(*SCENES)) == [state.lower()] * 3  # in this making that is that
    assert stage.batches == [list(SCENES)]


async def test_a_new_making_tries_again_what_came_to_nothing(batched) -> None:
    async with batched(Plan().add(faults.ends("EXPIRED"), nth=1)) as stage:
        assert codes(await stage.ask_all(*SCENES)) == ["expired"] * 3
        stage.jobs.ledger.start()
        assert codes(await stage.ask_all(*SCENES)) == [f"# Draw {scene}" for scene in SCENES]
        assert stage.server.log.submitted_twice() == []
        assert stage.batches == [list(SCENES), *([scene] for scene in SCENES)]  # smaller ones may have better luck


async def test_a_job_that_is_stuck_is_left_at_its_deadline_and_cancelled(batched) -> None:
    async with batched(Plan().add(faults.stuck()), deadline=1000.0) as stage:
        before = stage.server.clock.now()
        assert codes(await stage.ask_all(*SCENES)) == ["deadline"] * 3
        assert 1000 <= stage.server.clock.now() - before < 1800
        await stage.looked(1, "batch_cancel")
        assert {one.state for one in stage.server.log.submissions()} <= {"open", "cancelled"}
    assert {one.state for one in stage.server.log.submissions()} == {"cancelled"}
    [job] = stage.on_record
    assert (job.state, job.cancelled) == ("CANCELLED", "deadline")
    assert set(stage.why().values()) == {"deadline"}


async def test_an_answer_that_comes_too_late_is_noted_and_not_used(batched) -> None:
    """It comes between the last look and the cancellation."""
    async with batched(Plan().add(faults.stuck()), deadline=1000.0) as stage:
        stuck = stage.server._app.batches

        def finish(exchange) -> None:
            if exchange.kind == "batch_cancel" and exchange.outcome == "open":
                [job] = stuck._jobs.values()
                job.faults = ()
                job.ending, job.ended = "SUCCEEDED", stage.server.clock.now()
                text = json.dumps({"scene_id": "one", "code": "x"})
                content = {"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}]}
                job.results = [{"response": {**content, "usageMetadata": {"totalTokenCount": 7}}}]

        stage.server.log.listen(finish)
        assert codes([await stage.ask("one")]) == ["deadline"]
    [job] = stage.on_record
    assert job.fates["Draw/one"].kind == "late"
    assert job.fates["Draw/one"].tokens == 7
    assert stage.stored == {}


async def test_states_that_nobody_knows_are_waited_out(batched) -> None:
    async with batched(Plan().add(faults.ends("PARTIALLY_SUCCEEDED"))) as stage:
        card = stage.server._app.batches.card

        def strange(job, state=None):
            told = card(job, state)
            if len(stage.server.log.of("batch_get")) < 3:
                told = {
                    "name": job.name,
                    "metadata": {**told["metadata"], "state": "BATCH_STATE_DREAMING", "output": {}},
                }
            return told

        stage.server._app.batches.card = strange
        assert codes(await stage.ask_all("one")) == ["# Draw one"]
        assert stage.server.log.counts()["batch_get"] >= 3


@pytest.mark.parametrize(
    "fault", [faults.status(503), faults.status(429, retry=1), faults.reset(), faults.bad_json(), faults.truncated()]
)
async def test_a_look_that_fails_is_looked_again(batched, fault) -> None:
    plan = Plan(turnaround=Turnaround(10, 30)).add(fault, "batch_get", nth=(1, 2, 4))
    async with batched(plan) as stage:
        assert codes(await stage.ask_all(*SCENES)) == [f"# Draw {scene}" for scene in SCENES]


async def test_a_look_is_as_late_as_the_service_asks_for(batched) -> None:
    async with batched(Plan().add(faults.status(429, retry=300), "batch_get", nth=1)) as stage:
        assert codes(await stage.ask_all("one")) == ["# Draw one"]
        first, second = stage.server.log.of("batch_get")
    assert 0.55 <= second.began - first.began < 2


async def test_a_job_that_the_service_has_forgotten_is_gone(batched) -> None:
    async with batched(Plan(turnaround=Turnaround(10, 1000))) as stage:
        asking = asyncio.create_task(stage.ask("one"))
        await stage.looked(2)
        [job] = stage.jobs.ledger.running()
        stage.server._app.batches.delete(job.id)
        assert codes([await asking]) == ["gone"]
    assert stage.on_record[0].state == "GONE"


async def test_looks_are_fast_at_first_and_then_every_ten_seconds(batched, monkeypatch) -> None:
    pauses = []
    async with batched(Plan(turnaround=Turnaround(5, 60))) as stage:
        sleep = stage.server.clock.sleep

        async def noted(seconds):
            pauses.append(seconds)
            await sleep(seconds)

        monkeypatch.setattr(stage.server.clock, "sleep", noted)
        await stage.ask("one")
    looks = [pause for pause in pauses if pause in {0.5, 1.0, 2.0, 4.0, 8.0, 10.0}]
    assert looks[:1] == [2.0]  # the window in which others might have come
    assert looks[1:6] == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert set(looks[6:]) <= {10.0}


# --- Creation ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [faults.lost(), faults.truncated(), faults.bad_json(), faults.reset(), faults.status(503), faults.html()],
    ids=lambda fault: fault.name,
)
async def test_a_creation_without_a_clear_answer_creates_one_job(batched, fault) -> None:
    async with batched(Plan().add(fault, "batch_create", nth=(1, 2))) as stage:
        assert codes(await stage.ask_all(*SCENES)) == [f"# Draw {scene}" for scene in SCENES]
        assert stage.server.log.counts()["batch_list"] >= 1
        assert stage.server.log.submitted_twice() == []
        assert len(stage.batches) == 1


async def test_the_wait_that_the_service_asks_for_is_kept(batched) -> None:
    async with batched(Plan().add(faults.status(429, retry=90), "batch_create", nth=1), speed=100.0) as stage:
        assert codes(await stage.ask_all("one")) == ["# Draw one"]
        first, second = stage.server.log.of("batch_create")
    assert 0.9 <= second.began - first.began < 2


async def test_where_the_list_cannot_be_had_nothing_is_created_again(batched) -> None:
    """Not in this making, and not in a later one that can ask the list."""
    plan = Plan(turnaround=Turnaround(10, 30)).add(faults.lost(), "batch_create", nth=1)
    plan.add(faults.status(503), "batch_list", nth=(1, 2, 3, 4, 5, 6, 7, 8))
    async with batched(plan, attempts=2, run="first") as first:
        assert codes(await first.ask_all(*SCENES)) == ["unreachable"] * 3
        assert codes(await first.ask_all(*SCENES)) == ["unreachable"] * 3
        first.jobs._live.clear()  # as if the process had ended
        await first.jobs.close(finished=False)
        server = first.server
        async with batched(server=server, attempts=2, run="first") as later:
            assert codes(await later.ask_all(*SCENES)) == ["unreachable"] * 3
            later.jobs.ledger.start()
            assert codes([await later.ask("one")]) == ["unreachable"]
            await later.jobs.close(finished=False)
        assert [job.state for job in first.on_record] == ["PLANNED"]
        async with batched(server=server, run="first") as last:
            last.jobs.ledger.start()
            assert codes(await last.ask_all(*SCENES)) == [f"# Draw {scene}" for scene in SCENES]
        assert server.log.counts()["batch_create"] == 1
        assert server.log.submitted_twice() == []


async def test_a_creation_that_is_refused_after_one_that_was_lost_may_still_be_there(batched) -> None:
    plan = Plan(turnaround=Turnaround(10, 30)).add(faults.lost(), "batch_create", nth=1)
    plan.add(faults.status(400), "batch_create", nth=2)
    async with batched(plan, run="first") as first:
        listed = first.server._app.batches.list

        async def blind(*_):
            return {}

        first.server._app.batches.list = blind  # the service takes its time to show what it has
        assert codes(await first.ask_all(*SCENES)) == ["refused"] * 3
        await first.jobs.close(finished=False)
        assert [job.state for job in first.on_record] == ["PLANNED"]
        first.server._app.batches.list = listed
        async with batched(server=first.server, run="first") as later:
            later.jobs.ledger.start()
            assert codes(await later.ask_all(*SCENES)) == [f"# Draw {scene}" for scene in SCENES]
        assert first.server.log.submitted_twice() == []


async def test_two_jobs_of_one_name_are_one_too_many(batched) -> None:
    """The service takes the first try on only after the list was asked."""
    async with batched(Plan(turnaround=Turnaround(10, 100)).add(faults.lost(), "batch_create", nth=1)) as stage:
        listed, hidden = stage.server._app.batches.list, []

        async def late(size, token):
            page = await listed(size, token)
            if hidden:
                return page
            hidden.append(page)
            return {}

        stage.server._app.batches.list = late
        assert codes(await stage.ask_all(*SCENES)) == [f"# Draw {scene}" for scene in SCENES]
        assert len(stage.batches) == 2
        assert stage.server.log.submitted_twice() == []
        assert sorted(one.state for one in stage.server.log.submissions()) == ["answered"] * 3 + ["cancelled"] * 3


async def test_a_job_is_found_among_many_pages(batched) -> None:
    async with batched(Plan().add(faults.lost(), "batch_create", nth=231)) as stage:
        with client(stage.server) as genai:

            def others(first, last):
                for number in range(first, last):
                    genai.batches.create(model=MODEL, src=[{"contents": f"{number}"}], config={"display_name": "other"})

            await asyncio.to_thread(others, 0, 230)
            asking = asyncio.create_task(stage.ask("one"))
            await stage.looked(231, "batch_create")
            assert codes([await asking]) == ["# Draw one"]
        assert stage.server.log.counts()["batch_create"] == 231
        assert stage.server.log.counts()["batch_list"] >= 10


async def test_a_voice_that_takes_no_batches_is_asked_for_one_once(batched) -> None:
    async with batched(Plan().add(faults.batch_refused())) as stage:
        sound = {"contents": [{"parts": [{"text": "Say: hi"}]}], "generationConfig": {"responseModalities": ["AUDIO"]}}
        voiced = {"model": "gemini-3.8-flash-tts", "body": sound, "named": False}
        first = await stage.ask("intro-a", **voiced)
        second = await stage.ask("intro-b", **voiced)
        assert (first.why, second.why) == ("refused", "refused")
        assert "not supported for batchGenerateContent" in first.reason
        assert stage.server.log.counts()["batch_create"] == 1
        other = await stage.ask("one")
        assert other.why == "refused"  # of its own job: another model is asked
    assert stage.server.log.counts()["batch_create"] == 2


def silence(_):
    return b"\0\0" * 2400


async def test_speech_comes_by_its_labels(batched) -> None:
    heard = []

    async def take(response):
        heard.append(response["candidates"][0]["content"]["parts"][0]["inlineData"]["mimeType"])
        return len(heard)

    config = {"responseModalities": ["AUDIO"]}
    voiced = {"model": "gemini-3.8-flash-tts", "named": False, "take": take}

    def sound(text):
        return {"contents": [{"parts": [{"text": f"Say: {text}"}]}], "generationConfig": config}

    async with batched(Plan().add(faults.reordered()), silence) as stage:
        clips = [stage.ask(f"intro-{beat}", body=sound(beat), **voiced) for beat in "abc"]
        assert all(isinstance(one, Answer) for one in await asyncio.gather(*clips))
    assert len(heard) == 3
    async with batched(Plan().add(faults.no_metadata()), silence, run="other") as stage:
        assert (await stage.ask("intro-a", body=sound("a"), **voiced)).why == "missing"


async def test_a_service_that_is_down_is_not_waited_for_by_every_job(batched) -> None:
    async with batched(
        Plan().add(faults.status(503), ("batch_create", "batch_list")), most_requests=1, attempts=3
    ) as stage:
        assert codes(await stage.ask_all(*SCENES)) == ["unreachable"] * 3
        assert stage.server.log.counts()["batch_create"] == 1  # what the second try asks is the list
    assert {job.state for job in stage.on_record} == {"PLANNED", "VOID"}


async def test_a_key_that_is_wrong_leads_to_single_calls_which_say_so(batched, monkeypatch) -> None:
    async with batched() as stage:
        monkeypatch.setattr(stage.jobs._service, "_key", "wrong")
        assert codes(await stage.ask_all(*SCENES)) == ["refused"] * 3


async def test_a_key_that_is_wrong_when_a_run_goes_on_loses_no_job(batched, monkeypatch) -> None:
    async with batched(Plan(turnaround=Turnaround(10, 400))) as first:
        asking = asyncio.create_task(first.ask("one"))
        await first.looked(2)
        asking.cancel()
        await first.jobs.close(finished=False)
        async with batched(server=first.server) as stage:
            with monkeypatch.context() as patch:
                patch.setattr(stage.jobs._service, "_key", "wrong")
                with pytest.raises(EnvironmentFault, match="the key is not accepted: check GOOGLE_API_KEY"):
                    await stage.ask("one")
            await stage.jobs.close(finished=False)
        async with batched(server=first.server) as stage:
            assert codes([await stage.ask("one")]) == ["# Draw one"]
        assert first.server.log.submitted_twice() == []


async def test_a_job_that_we_may_not_see_is_left(batched) -> None:
    async with batched(Plan().add(faults.status(403), "batch_get")) as stage:
        assert codes([await stage.ask("one")]) == ["unreachable"]


# --- Size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False])
async def test_what_is_too_large_for_a_request_goes_as_a_file(batched, known) -> None:
    """Whether we know the limit or learn it."""
    own = {"inline_bytes": 20_000} if known else {}
    async with batched(Plan().add(faults.reordered()), inline_limit=25_000, **own) as stage:
        large = [stage.item(scene, "Draw " + "x" * 10_000) for scene in SCENES]
        stage.cohort.join(*SCENES)
        outcomes = await asyncio.gather(*map(stage.cohort.ask, large))
        assert [one.value["scene_id"] for one in outcomes] == list(SCENES)
        counts = stage.server.log.counts()
        assert (counts["upload_bytes"], counts["file_download"]) == (1, 1)
        assert counts["batch_create"] == (1 if known else 2)
        assert stage.server.log.submitted_twice() == []


async def test_a_file_whose_upload_fails_is_uploaded_again(batched) -> None:
    plan = Plan().add(faults.status(503), "upload_start", nth=1).add(faults.reset(), "file_download", nth=1)
    async with batched(plan, inline_bytes=10) as stage:
        assert codes(await stage.ask_all("one")) == ["# Draw one"]
        assert stage.server.log.submitted_twice() == []


async def test_many_requests_become_several_jobs_the_heaviest_first(batched) -> None:
    async with batched(most_requests=4) as stage:
        scenes = [f"s{number}" for number in range(10)]
        stage.cohort.join(*scenes)
        asked = [stage.ask(scene, weight=float(number)) for number, scene in enumerate(scenes)]
        assert all(isinstance(one, Answer) for one in await asyncio.gather(*asked))
        assert stage.batches == [["s9", "s8", "s7", "s6"], ["s5", "s4", "s3", "s2"], ["s1", "s0"]]


async def test_jobs_shrink_where_they_are_slow(batched) -> None:
    async with batched(Plan(turnaround=Turnaround(30, 170)), most_requests=4, brisk=50.0) as stage:
        scenes = [f"s{number}" for number in range(4)]
        await stage.ask_all(*scenes)
        await asyncio.gather(*[stage.ask(scene, "Again") for scene in scenes])
        assert [len(batch) for batch in stage.batches] == [4, 2, 2]


# --- The end of a run ---------------------------------------------------------------------------------------------------


async def test_a_run_that_is_interrupted_finds_its_answers_later(batched) -> None:
    async with batched(Plan(turnaround=Turnaround(30, 120))) as first:
        server = first.server

        async def run() -> None:
            async with batched(server=server, run="interrupted") as stage, stage.cohort.member("one"):
                await asyncio.gather(stage.ask("one"), stage.ask("two"))

        running = asyncio.create_task(run())
        await first.looked(3)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert server.log.counts()["batch_cancel"] == 0
        ledger = read_ledger(first.folder.parent / "interrupted")
        [job] = ledger.running()
        assert job.id is not None
        server.clock.advance(100_000)
        async with batched(server=server, run="interrupted") as stage:
            assert codes([await stage.ask("two")]) == ["# Draw two"]  # alone; the other comes later
            assert codes([await stage.ask("one")]) == ["# Draw one"]
        assert server.log.counts()["batch_create"] == 1
        assert server.log.submitted_twice() == []


async def test_what_still_runs_when_a_run_has_ended_is_cancelled(batched) -> None:
    async with batched(Plan(turnaround=Turnaround(30, 120))) as first:
        async with batched(server=first.server, run="short") as stage:
            asking = asyncio.create_task(stage.ask("one"))
            await stage.looked(2)
            asking.cancel()
        assert first.server.log.counts()["batch_cancel"] == 1
        [job] = stage.on_record
        assert (job.state, stage.why()) == ("CANCELLED", {"one": "left"})


async def test_answers_can_be_read_again_where_the_store_has_lost_them(batched) -> None:
    async with batched() as first:
        assert codes([await first.ask("one")]) == ["# Draw one"]
        assert codes([await first.ask("one")]) == ["# Draw one"]
        server = first.server
        async with batched(server=server, run="elsewhere") as other:
            assert codes([await other.ask("two")]) == ["# Draw two"]
        async with batched(server=server, run="elsewhere") as other:
            assert codes([await other.ask("two")]) == ["# Draw two"]
        assert server.log.counts()["batch_create"] == 2
        assert server.log.submitted_twice() == []


async def test_one_process_at_a_time_works_on_a_run(batched) -> None:
    async with batched() as first:
        with pytest.raises(EnvironmentFault, match="another process is at work"):
            async with batched(server=first.server):
                pass
        assert codes(await first.ask_all("one")) == ["# Draw one"]


async def test_a_full_disk_is_told_to_who_waits(batched, monkeypatch) -> None:
    async with batched() as stage:

        def full(*_):
            raise EnvironmentFault("no space left")

        monkeypatch.setattr(stage.jobs.ledger, "created", full)
        with pytest.raises(EnvironmentFault, match="no space"):
            await stage.ask("one")
        with pytest.raises(EnvironmentFault, match="no space"):
            await stage.ask("one")
        monkeypatch.undo()


async def test_what_a_taker_raises_is_the_asker_s_matter(batched) -> None:
    async def take(_):
        raise EnvironmentFault("the store cannot be written")

    async with batched() as stage:
        broken, whole = await asyncio.gather(stage.ask("one", take=take), stage.ask("two"), return_exceptions=True)
        assert isinstance(broken, EnvironmentFault)
        assert codes([whole]) == ["# Draw two"]
        assert codes([await stage.ask("one")]) == ["# Draw one"]
    assert isinstance(broken, EnvironmentFault)
    assert not isinstance(whole, Fallback)


# --- House rules --------------------------------------------------------------------------------------------------------


async def test_nothing_blocks_the_loop(batched) -> None:
    plan = Plan().add(faults.lost(), "batch_create", nth=1)
    async with batched(plan, inline_bytes=10) as first:  # the package of files is loaded
        await first.ask("before")
        with blockbuster_ctx(scanned_modules=["visium_graph"]):
            with pytest.raises(BlockingError):
                first.jobs.ledger.start()  # writes a file: the watch is awake
            assert codes(await first.ask_all(*SCENES)) == [f"# Draw {scene}" for scene in SCENES]
            await first.cohort.leave("one")


async def test_the_key_is_written_nowhere(batched) -> None:
    async with batched(Plan().add(faults.status(400), "batch_create", nth=2)) as stage:
        await stage.ask("one")
        await stage.ask("two")
        assert KEY not in repr(stage.jobs)
        assert KEY not in (stage.folder / "batches.jsonl").read_text()
