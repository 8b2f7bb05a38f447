"""Progress: a line a scene on a terminal, only what was found elsewhere."""

import io

import pytest
from rich.console import Console

from visium_graph.progress import Progress

EVENTS = [
    {"event": "script", "found": "built-in lesson 'bayes'"},
    {"event": "storyboard", "title": "T", "scenes": [["a", "First scene"], ["b", "Second scene"]]},
    {"event": "narrated", "done": 1, "total": 2},
    {"event": "coded", "scene": "a", "coder": "template"},
    {"event": "checked", "scene": "a", "errors": 0},
    {"event": "accepted", "scene": "a", "outcome": "template"},
    {"event": "rendered", "scene": "a", "outcome": "title"},
    {"event": "assembling"},
]


def shown(*, terminal: bool) -> str:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100)
    with Progress(console, "visium resume out") as progress:
        for event in EVENTS:
            progress.event(event)
    return console.file.getvalue()


def test_a_terminal_sees_every_scene():
    text = shown(terminal=True)
    for words in ("built-in lesson", "First scene", "done (title)", "Second scene", "waiting", "assembling the video"):
        assert words in text


def test_elsewhere_only_what_was_found_is_said():
    assert shown(terminal=False) == "built-in lesson 'bayes'\n"


def test_an_interruption_says_how_to_go_on():
    console = Console(file=io.StringIO(), width=100)
    with pytest.raises(KeyboardInterrupt), Progress(console, "visium resume out"):
        raise KeyboardInterrupt
    assert console.file.getvalue() == "to go on later: visium resume out\n"


def test_what_models_do_is_said_too():
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with Progress(console, "visium resume out") as progress:
        progress.event({"event": "writing"})
        assert progress._stage == "writing the script"
        progress.event({"event": "storyboard", "title": "T", "scenes": [["a", "First scene"]]})
        for event, step in (
            ({"event": "coding", "draft": 2}, "being coded, draft 2"),
            ({"event": "reviewed", "complaints": 1}, "being mended"),
        ):
            progress.event({**event, "scene": "a"})
            assert progress._scenes == {"a": ("First scene", step)}
