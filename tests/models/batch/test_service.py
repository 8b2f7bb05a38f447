"""The service's JSON, as it comes."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gemini import faults
from tests.gemini.clients import client
from tests.gemini.faults import Plan
from visium_graph.models.batch.service import Operation, Service
from visium_graph.models.batch.sizes import Limits
from visium_graph.models.errors import ServiceFault

STATES = [
    ({"state": "BATCH_STATE_PENDING"}, {}, "PENDING", False),
    ({"state": "BATCH_STATE_RUNNING"}, {}, "RUNNING", False),
    ({"state": "JOB_STATE_SUCCEEDED"}, {}, "SUCCEEDED", True),
    ({"state": "BATCH_STATE_PARTIALLY_SUCCEEDED"}, {}, "PARTIALLY_SUCCEEDED", True),
    ({"state": "BATCH_STATE_DREAMING"}, {}, "DREAMING", False),
    ({"state": "BATCH_STATE_DREAMING"}, {"done": True, "error": {"message": "x"}}, "FAILED", True),
    ({"state": "BATCH_STATE_DREAMING", "output": {"responsesFile": "f"}}, {"done": True}, "SUCCEEDED", True),
    ({}, {"done": True, "response": {"inlinedResponses": {}}}, "SUCCEEDED", True),
    ({}, {"done": True}, "UNKNOWN", True),
    ({}, {}, "UNKNOWN", False),
]


@pytest.mark.parametrize(("metadata", "rest", "state", "ended"), STATES)
def test_a_job_s_state_is_known_or_taken_as_it_is(metadata, rest, state, ended) -> None:
    operation = Operation.read({"name": "batches/x", "metadata": metadata, **rest})
    assert (operation.state, operation.ended, operation.id) == (state, ended, "batches/x")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("1970-01-01T00:01:00Z", 60.0),
        ("1970-01-01T00:01:00.5Z", 60.5),
        ("1970-01-01T00:01:00.123456789Z", 60.123456),
        ("1970-01-01T01:01:00.25+01:00", 60.25),
        ("soon", 0.0),
        (None, 0.0),
    ],
)
def test_when_a_job_was_created(told, seconds) -> None:
    assert Operation.read({"metadata": {"createTime": told}}).since == seconds


@given(st.recursive(st.none() | st.text() | st.integers(), lambda x: st.dictionaries(st.text(), x)))
def test_no_operation_trips_the_reading(told) -> None:
    Operation.read({"metadata": told, "error": told, "response": told, "name": told})


async def test_our_jobs_are_to_be_seen_with_google_s_own_client(batched) -> None:
    async with batched() as stage:
        await stage.ask_all("one", "two")
        with client(stage.server) as genai:
            [job] = await asyncio.to_thread(lambda: list(genai.batches.list()))
            whole = await asyncio.to_thread(genai.batches.get, name=job.name)
        [ours] = stage.on_record
        assert (job.display_name, job.name) == (ours.name, ours.id)
        texts = [one.response.text for one in whole.dest.inlined_responses]
        assert [json.loads(text)["scene_id"] for text in texts] == ["one", "two"]
        assert [one.metadata for one in whole.dest.inlined_responses] == [{"key": "one"}, {"key": "two"}]


async def test_lines_of_a_file_that_cannot_be_read_are_left_out(batched, monkeypatch) -> None:
    async with batched() as stage:
        service = stage.jobs._service

        async def torn(_):
            return b'{"key": "a", "response": {}}\nnonsense\n[]\n{"key": "b"}\n{"key": 7, "error": {"code": 3}}\n{"key"'

        monkeypatch.setattr(service, "_download", torn)
        output = {"responsesFile": "files/x"}
        results = await service.results(Operation("batches/x", "", "SUCCEEDED", ended=True, output=output))
    assert [(one.label, one.response, one.error) for one in results] == [
        ("a", {}, ""),
        ("b", None, "neither an answer nor an error"),
        (None, None, "error 3"),
    ]


async def test_a_service_that_keeps_failing_is_given_up(batched) -> None:
    async with batched(Plan().add(faults.status(503), "batch_list"), attempts=3) as stage:
        with pytest.raises(ServiceFault, match="503") as found:
            await anext(stage.jobs._service.listed())
        assert found.value.fault.kind == "passing"
        assert stage.server.log.counts()["batch_list"] == 3


async def test_nobody_there_is_a_fault_as_well(batched) -> None:
    async with batched() as stage:
        nobody = Service("key", "http://127.0.0.1:9", Limits(attempts=1), stage.server.clock)
        with pytest.raises(ServiceFault) as found:
            await nobody.get("batches/x")
        assert found.value.fault.kind == "passing"
        await nobody.aclose()
