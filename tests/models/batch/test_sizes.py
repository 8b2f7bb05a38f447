"""How requests become jobs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visium_graph.models.batch import Item, Limits
from visium_graph.models.batch.sizes import Turnaround, job_size, parts, size_of


async def take(_):
    return None


ITEMS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["m", "n"]), st.integers(0, 900), st.integers(0, 5)),
    max_size=30,
)


@given(ITEMS, st.integers(1, 7), st.integers(300, 3000))
def test_every_request_is_in_one_job_and_every_job_within_the_limits(drawn, size, most) -> None:
    items = [
        Item(str(number), scene, model, {"x": "é" * length}, take, weight=weight)
        for number, (scene, model, length, weight) in enumerate(drawn)
    ]
    jobs = parts(items, size, Limits(file_bytes=most))
    assert sorted(item.hash for job in jobs for item in job) == sorted(item.hash for item in items)
    for job in jobs:
        assert 1 <= len(job) <= size
        assert len({item.model for item in job}) == 1
        assert len({item.scene for item in job}) == len(job)
        assert len(job) == 1 or sum(size_of(item.body) for item in job) <= most
        assert [item.weight for item in job] == sorted((item.weight for item in job), reverse=True)
    if jobs:
        assert jobs[0][0].weight == max(item.weight for item in items)


def test_bytes_are_those_of_the_wire() -> None:
    assert size_of({"x": "é"}) == len('{"x": "é"}'.encode())


def test_jobs_grow_and_shrink_with_how_long_they_took() -> None:
    limits = Limits(most_requests=64, brisk=100.0)

    def size(*measured):
        return job_size([Turnaround(*one) for one in measured], limits)

    assert size() == 64
    assert size((64, 50.0)) == 64
    assert size((64, 500.0)) == 32
    assert size((64, 500.0), (32, 500.0), (16, None)) == 8
    assert size((64, 500.0), (32, 50.0)) == 64
    assert size((64, 500.0), (3, 50.0)) == 32  # a small one that was quick says nothing of large ones
    assert size((5, 500.0)) == 2
    assert size((1, None), (1, None)) == 1


@given(st.lists(st.tuples(st.integers(1, 200), st.none() | st.floats(0, 1e6))))
def test_a_job_always_has_a_size(measured) -> None:
    assert 1 <= job_size([Turnaround(*one) for one in measured], Limits(most_requests=100)) <= 100
