"""Batches and files through the google-genai client."""

from __future__ import annotations

import io
import json

import httpx
import pytest
from google.genai import errors, types

from tests.gemini import faults
from tests.gemini.clients import client, quick
from tests.gemini.clock import Clock
from tests.gemini.faults import Plan, Turnaround
from tests.gemini.server import GeminiServer
from tests.gemini.situations import Script, raised
from tests.gemini.situations_batches import OLDER, requests


@pytest.fixture
def server():
    with GeminiServer() as made:
        yield made


@pytest.fixture
def slow_server():
    with GeminiServer(plan=Plan(turnaround=Turnaround(60, 3600)), clock=Clock(speed=0)) as made:
        yield made


def test_a_batch_goes_through_its_states(slow_server):
    with client(slow_server) as genai:
        job = genai.batches.create(model="gemini-3.8-flash", src=requests(2), config={"display_name": "run-code-1"})
        assert job.state is types.JobState.JOB_STATE_PENDING
        seen = []
        for seconds in (59, 2, 3600):
            slow_server.clock.advance(seconds)
            seen.append(genai.batches.get(name=job.name).state.value.removeprefix("JOB_STATE_"))
        assert seen == ["PENDING", "RUNNING", "SUCCEEDED"]
        done = genai.batches.get(name=job.name)
    answers = done.dest.inlined_responses
    assert [answer.metadata["key"] for answer in answers] == ["s0", "s1"]
    assert Script.model_validate_json(answers[0].response.text)
    assert [one.state for one in slow_server.log.submissions(batches=True)] == ["answered", "answered"]
    assert slow_server.log.tokens("batch_create")["thoughts"] == 64


@pytest.mark.parametrize("state", ["FAILED", "EXPIRED", "CANCELLED"])
def test_a_batch_that_ends_badly_does_not_say_why(server, state):
    server.plan.add(faults.ends(state))
    with client(server) as genai:
        job = genai.batches.create(model="gemini-3.8-flash", src=requests(1))
        done = genai.batches.get(name=job.name)
    assert done.state.value == f"JOB_STATE_{state}"
    assert done.done
    assert done.error is None  # the server sent one
    assert server.log.of("batch_get")[0].answer["error"]["message"]
    assert {one.state for one in server.log.submissions()} <= {"failed", "cancelled"}
    assert server.log.tokens() == {}


def test_a_state_that_the_client_does_not_know_is_never_done(server):
    server.plan.add(faults.ends("PARTIALLY_SUCCEEDED")).add(faults.item_errors(0))
    with client(server) as genai:
        job = genai.batches.create(model="gemini-3.8-flash", src=requests(2))
        with pytest.warns(UserWarning, match="BATCH_STATE_PARTIALLY_SUCCEEDED is not a valid JobState"):
            done = genai.batches.get(name=job.name)
    assert not done.done
    assert [answer.error is None for answer in done.dest.inlined_responses] == [False, True]


def test_a_stuck_batch_stays_pending_until_it_is_cancelled(slow_server):
    slow_server.plan.add(faults.stuck())
    with client(slow_server) as genai:
        job = genai.batches.create(model="gemini-3.8-flash", src=requests(1))
        slow_server.clock.advance(48 * 3600)
        assert genai.batches.get(name=job.name).state is types.JobState.JOB_STATE_PENDING
        genai.batches.cancel(name=job.name)
        assert genai.batches.get(name=job.name).state is types.JobState.JOB_STATE_CANCELLED


ARRANGED = [
    ([faults.reordered()], ["s2", "s1", "s0"]),
    ([faults.missing(1)], ["s0", "s2"]),
    ([faults.duplicated(0)], ["s0", "s1", "s2", "s0"]),
    ([faults.no_metadata()], [None, None, None]),
    ([faults.missing(0), faults.reordered()], ["s2", "s1"]),
]


@pytest.mark.parametrize(("spoilt", "keys"), ARRANGED)
def test_answers_of_a_batch_in_disorder(server, spoilt, keys):
    for fault in spoilt:
        server.plan.add(fault)
    with client(server) as genai:
        job = genai.batches.create(model="gemini-3.8-flash", src=requests(3))
        answers = genai.batches.get(name=job.name).dest.inlined_responses
    assert [answer.metadata and answer.metadata["key"] for answer in answers] == keys


def test_a_batch_whose_creation_got_no_answer_can_be_found(server):
    server.plan.add(faults.lost(), "batch_create", nth=1)
    with client(server) as genai:
        given = {"model": "gemini-3.8-flash", "src": requests(1), "config": {"display_name": "run-7"}}
        assert type(raised(lambda: genai.batches.create(**given))) is httpx.ReadError
        [found] = [job for job in genai.batches.list() if job.display_name == "run-7"]
        assert genai.batches.get(name=found.name).dest.inlined_responses[0].response.text
        assert server.log.submitted_twice() == []
        genai.batches.create(**given)
    assert [len(several) for several in server.log.submitted_twice()] == [2]


def test_batches_are_listed_page_by_page_newest_first(server):
    with client(server) as genai:
        for number in range(5):
            genai.batches.create(model="gemini-3.8-flash", src=requests(1), config={"display_name": f"run-{number}"})
        assert [job.display_name for job in genai.batches.list(config={"page_size": 2})] == [
            f"run-{number}" for number in (4, 3, 2, 1, 0)
        ]
    assert server.log.counts()["batch_list"] == 3


def test_a_batch_from_a_file_answers_with_a_file(server):
    lines = [
        json.dumps({"key": key, "request": {"contents": [{"parts": [{"text": key}]}]}}) for key in ("one", "two")
    ] + [json.dumps({"key": "bad", "request": {"contents": []}})]
    with client(server) as genai:
        config = types.UploadFileConfig(mime_type="application/jsonl", display_name="in")
        file = genai.files.upload(file=io.BytesIO("\n".join(lines).encode()), config=config)
        assert genai.files.get(name=file.name).size_bytes == len("\n".join(lines))
        assert type(raised(lambda: genai.files.download(file=file.name))) is errors.ClientError
        job = genai.batches.create(model="gemini-3.8-flash", src=file.name)
        done = genai.batches.get(name=job.name)
        written = [json.loads(line) for line in genai.files.download(file=done.dest.file_name).splitlines()]
        genai.files.delete(name=file.name)
        assert raised(lambda: genai.files.get(name=file.name)).code == 403
    assert [line["key"] for line in written] == ["one", "two", "bad"]
    assert [line["response"]["candidates"][0]["content"]["parts"][0]["text"] for line in written[:2]] == [
        "echo: one",
        "echo: two",
    ]
    assert written[2]["error"]["code"] == 3


def test_a_batch_above_the_limit_has_to_come_as_a_file():
    with GeminiServer(inline_limit=1000) as server, client(server) as genai:
        refused = raised(lambda: genai.batches.create(model="gemini-3.8-flash", src=requests(9)))
        assert refused.code == 400
        assert "payload size exceeds the limit" in refused.message
        file = genai.files.upload(file=io.BytesIO(b"x" * 2000), config={"mime_type": "text/plain"})
        assert file.size_bytes == 2000
    assert server.log.submissions() == []


def test_a_batch_of_speech_can_be_refused(server):
    server.plan.add(faults.batch_refused())
    with client(server) as genai:
        refused = raised(lambda: genai.batches.create(model=OLDER, src=[types.InlinedRequest(contents="x")]))
    assert refused.code == 404
    assert "not supported for batchGenerateContent" in refused.message


def test_the_creation_of_a_batch_is_not_asked_again_unless_told(server):
    server.plan.add(faults.status(503), "batch_create", nth=1)
    with client(server) as genai:
        assert raised(lambda: genai.batches.create(model="gemini-3.8-flash", src=requests(1))).code == 503
    server.plan.add(faults.status(503), "batch_create", nth=1)
    with client(server, retry_options=quick(2).retry_options) as genai:
        genai.batches.create(model="gemini-3.8-flash", src=requests(1))
    assert [one.status for one in server.log.of("batch_create")] == [503, 503, 200]


def test_a_client_that_nobody_keeps_closes_itself(server):
    models = client(server).models
    found = raised(lambda: models.generate_content(model="gemini-3.8-flash", contents="x"))
    assert "client has been closed" in str(found)
    assert len(server.log) == 0
