"""What a child tells is taken for what it is: data from a stranger."""

from __future__ import annotations

import pytest

from visium_graph.sandbox import run_job
from visium_graph.sandbox.fault import told_fault
from visium_graph.sandbox.wire import HEADER, WireError, unpack


def test_a_fault_is_bounded_and_plain() -> None:
    fault = told_fault({"type": "T" * 60_000, "message": "\x1b]0;title\x07 \ud800 m\n" + "m" * 60_000, "line": -5})
    assert (len(fault.type), len(fault.message), fault.line) == (200, 2000, 1)
    assert fault.message.startswith("\ufffd]0;title\ufffd \ufffd m\nm")
    assert told_fault({"type": "ValueError", "message": "größer als 数", "line": 10**30}).message == "größer als 数"


@pytest.mark.parametrize("told", [{}, {"type": "T", "message": "m"}, {"type": "T", "message": "m", "line": []}, "text"])
def test_what_is_no_fault_is_refused(told: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        told_fault(told)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity"])
def test_numbers_that_are_none_are_no_message(number: str) -> None:
    body = f'{{"a": {number}}}'.encode()
    with pytest.raises(WireError):
        unpack(HEADER.pack(len(body)) + body)


def test_no_terminal_is_told_anything_by_a_finding(make_job) -> None:
    code = """
from manim import *

class One(Scene):
    def construct(self):
        self.add(Text("far").shift(20 * RIGHT))
        self.wait(0.1)

import visium_graph.sandbox.child as child
pack = child.pack
def forged(message):
    for finding in message["value"]["findings"]:
        finding["message"] += "\\x1b]0;owned\\x07"
    return pack(message)
child.pack = forged
"""
    findings = run_job(make_job(code)).value["findings"]
    assert findings
    assert all("owned" in finding["message"] and "\x1b" not in finding["message"] for finding in findings)
