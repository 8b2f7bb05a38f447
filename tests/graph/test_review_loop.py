"""A reviewer's complaint goes its whole way: from a still on the wire to a repaired draft, and what is untrue does not."""

from __future__ import annotations

import json

import pytest

from tests.gemini.server import KEY, GeminiServer
from visium_graph import make_video
from visium_graph.settings import Settings

CODE = """\
from manim import *
from visium_graph.stage import Slide

class SceneSquare(Slide):
    def construct(self):
        square = Square(side_length=4, fill_opacity=1, color=BLUE)
        self.begin("A square")
        with self.beat(0):
            self.play(FadeIn(square), run_time=0.3)
        with self.beat(1):
            self.play(Write(Text("sixteen").shift(4.5 * RIGHT)), run_time=0.3)
        self.leave()
"""
BOARD = {
    "title": "Squares",
    "scenes": [
        {
            "id": "square",
            "title": "A square",
            "beats": [
                {"id": "red", "say": "This square is red.", "reveal": ["square"]},
                {"id": "area", "say": "It has sixteen cells.", "reveal": ["area"]},
            ],
            "layout": {
                "kind": "custom",
                "brief": "A red square, then its area in words.",
                "parts": [{"id": "square", "text": "red square"}, {"id": "area", "text": "sixteen"}],
            },
            "fallback": {"kind": "bullets", "parts": [{"id": "x", "text": "A red square"}]},
        }
    ],
}
BLUE = {
    "beat": "red", "objects": ["square"], "kind": "says-otherwise", "problem": "The voice says red, it is blue.", "wish": "Draw it in RED."
}  # fmt: skip
UNTRUE = [
    {"beat": "area", "objects": ["area"], "kind": "missing", "problem": "There is no area.", "wish": "Write it."},
    {"beat": "red", "objects": ["area"], "kind": "missing", "problem": "There is no area yet.", "wish": "Write it."},
    {"beat": "area", "objects": ['"sixteen"'], "kind": "too-small", "problem": "It is tiny.", "wish": "Enlarge it."},
]


class Played:
    """Writes the square in blue; told so, repairs its line. The reviewer is content with the second draft."""

    def __init__(self) -> None:
        self.reviews, self.repairs = [], []

    def __call__(self, call):
        if "verdict" in call.schema["properties"]:
            self.reviews.append(call)
            complaints = [*UNTRUE, BLUE] if len(self.reviews) == 1 else []
            verdict = "revise" if complaints else "accept"
            return {"scene_id": "square", "seen": ["a square"], "complaints": complaints, "verdict": verdict}
        if "edits" not in call.schema["properties"]:
            return {"scene_id": "square", "code": CODE}
        self.repairs.append(call)
        (line,) = [line for line in call.prompt.splitlines() if "color=BLUE" in line and " | " in line][:1]
        number, _, code = line.partition(" | ")
        edit = {"first_line": int(number), "last_line": int(number), "replacement": code.replace("BLUE", "RED")}
        return {"scene_id": "square", "edits": [edit]}


def test_a_complaint_that_stands_is_repaired(
    tmp_path, tiny_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    board = tmp_path / "board.json"
    board.write_text(json.dumps(BOARD), encoding="utf-8")
    played = Played()
    with GeminiServer(played) as server:
        settings = tiny_settings.model_copy(update={"crew": "on", "base_url": server.url})
        run = make_video(board, settings=settings, out=tmp_path / "run")
    report = json.loads(run.report.read_text(encoding="utf-8"))
    (scene,) = report["scenes"]
    assert (scene["outcome"], scene["rounds"], scene["reviews"]) == ("coded", 2, 1)
    assert "color=RED" in run.scene("square").read_text(encoding="utf-8")
    (repair,) = played.repairs
    assert "The voice says red, it is blue." in repair.prompt
    assert "Draw it in RED." in repair.prompt
    for untrue in UNTRUE:
        assert untrue["problem"] not in repair.prompt
    first, second = played.reviews
    assert len(first.blobs) == len(second.blobs) == 2
    assert first.blobs != second.blobs  # each draft is looked at anew
    assert "Of the draft before this one" not in first.prompt
    assert "Of the draft before this one you said:\n- beat(0) 'red', square: says-otherwise" in second.prompt
    assert 'Texts measured in this picture: "A square" · "sixteen"' in second.prompt
    assert report["usage"]["roles"]["reviewer"]["calls"] == 2
