"""The director with a model: what it is told, which plans are refused, and who plans what is refused twice."""

from __future__ import annotations

import copy
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agents.crew import TestCrew, conversation
from tests.gemini import schemas
from tests.gemini.authors import Fixed
from tests.gemini.server import KEY, GeminiServer
from visium_graph.agents.brief import Brief
from visium_graph.agents.director import direct
from visium_graph.agents.director_model import direct_with_model
from visium_graph.agents.layout_vocabulary import describe_layouts
from visium_graph.agents.prompts import prompt
from visium_graph.agents.scene_plan import Plan, PlanError, PlannedScene, scene_of
from visium_graph.agents.script_types import Script, ScriptBeat, ScriptScene
from visium_graph.agents.told_script import symbol_colors
from visium_graph.checks.finding import Finding
from visium_graph.layouts import FormulaLayout, TemplateLayout
from visium_graph.models import NoAnswer, close_models, crew_for
from visium_graph.run import Run
from visium_graph.settings import Settings
from visium_graph.sources.document import CodeBlock, Formula, Image, Table
from visium_graph.sources.lessons import lesson_names, load_lesson

BRIEF = Brief("kites", None, audience="pupils", minutes=1, language="en", max_scenes=6)
LISTING = "def area(d, e):\n    return d * e / 2\n\nprint(area(4, 5))"


def told(*scenes: ScriptScene) -> Script:
    return Script(title="Kites", scenes=list(scenes))


def scene(name: str = "area", *says: str, **fields) -> ScriptScene:
    says = says or ("Cross two sticks of $d$ and $e$.", "The box has twice the area of the kite.")
    beats = [ScriptBeat(id=f"b{n}", say=say, show=f"picture {n}") for n, say in enumerate(says, start=1)]
    return ScriptScene(id=name, title=f"About {name}", beats=beats, **fields)


def plan(name: str = "area", layout=None, reveals=(("x",), ("y",)), **fields):
    layout = layout or {"kind": "bullets", "parts": [{"id": "x", "text": "Two sticks"}, {"id": "y", "text": "Half"}]}
    beats = [{"beat_id": f"b{n}", "reveal": list(ids), "show": f"shown {n}"} for n, ids in enumerate(reveals, start=1)]
    return {"scene_id": name, "idea": "half of a box", "layout": layout, "beats": beats} | fields


def plans(*scenes):
    return {"scenes": list(scenes) or [plan()]}


async def directed(script: Script, *answers, **fields):
    crew = TestCrew(*answers)
    made = await direct_with_model(crew, BRIEF, script, **fields)
    return made, crew.requests


async def layout_of(layout, *, reveals=(("x",), ("y",)), material=(), **fields):
    """The layout that a plan makes, or what is wrong with it."""
    script = told(scene(material=list(material)))
    made, requests = await directed(script, plans(plan("area", layout, reveals, **fields)), plans())
    if len(requests) > 1:
        return requests[1].turns[-1].text
    assert not made.understudied
    return made.storyboard.scenes[0].layout


# ------------------------------------------------------------------ what is asked


async def test_the_prompt(prompt_snapshot) -> None:
    material = [
        Formula(latex=r"A = \frac{d e}{2}"),
        CodeBlock(language="python", source=LISTING),
        Table(header=["Sticks", "Area"], rows=[["2, 3", "3"], ["4, 5", "10"]]),
        Image(path="assets/kite.png", alt="a kite over a beach"),
    ]
    first = scene("area", material=material)
    first.beats[0].material = [0]
    first.beats[0].sources = ["The sticks cross at a right angle.", "2, 3 | 3"]
    second = scene("code", "Now $d$ and $e$ are numbers.", "That is all.")
    faulty = plans(plan(reveals=[["z"], ["y"]]), plan("code"))
    _, requests = await directed(told(first, second), faulty, plans(plan()))
    assert conversation(requests[1]) == prompt_snapshot


async def test_a_long_script_is_planned_in_several_calls_that_know_the_whole() -> None:
    script = told(*(scene(f"s{n}", f"Number $n$ is {n}.", "And $m$.") for n in range(20)))

    def author(request):
        wanted = request.turns[0].text.rsplit("# Your task", 1)[1]
        return plans(*(plan(f"s{n}") for n in range(20) if f"`s{n}`" in wanted))

    made, requests = await directed(script, author)
    assert not made.understudied
    assert [scene.id for scene in made.storyboard.scenes] == [f"s{n}" for n in range(20)]
    assert len(requests) == 3
    for request in requests:
        assert "Number $n$ is 11." in request.turns[0].text
        assert "$m$ is primary, $n$ is secondary" in request.turns[0].text


def test_symbols_keep_their_colours_where_several_scenes_name_them() -> None:
    script = told(scene("one", r"$x$, $\theta_1$, $e$, $x + 1$"), scene("two", r"$x$ and $\theta_1$, once $y$"))
    assert symbol_colors(script) == {r"\theta_1": "primary", "x": "secondary"}
    assert symbol_colors(told(scene("one", "$x$."))) == {"x": "primary"}


def test_the_schema_is_one_that_the_service_takes() -> None:
    schema = Plan.model_json_schema()
    schemas.check(schema)
    Plan.model_validate(schemas.example(schema))
    words = json.dumps(schema)
    for word in ("const", "oneOf", "prefixItems", "additionalProperties", "pattern", "default", "discriminator"):
        assert f'"{word}"' not in words
    assert len(words) < 13_000


@pytest.mark.parametrize("name", lesson_names())
async def test_every_layout_of_the_lessons_can_be_answered(name: str) -> None:
    board = load_lesson(name)
    answers = []
    for item in board.scenes:
        layout = item.layout.model_dump(mode="json", exclude_defaults=True)
        if isinstance(item.layout, FormulaLayout):
            layout["colors"] = [{"symbol": symbol, "role": role} for symbol, role in item.layout.colors.items()]
        beats = [{"beat_id": b.id, "reveal": r} for b, r in zip(item.beats, item.schedule(), strict=True)]
        answers.append({"scene_id": item.id, "idea": "", "layout": layout, "beats": beats})
    answer = {"scenes": answers}
    assert schemas.fits(answer, Plan.model_json_schema()) is None
    script = Script(
        title=board.title,
        scenes=[
            ScriptScene(id=s.id, title=s.title, beats=[ScriptBeat(id=b.id, say=b.say) for b in s.beats])
            for s in board.scenes
        ],
    )
    made, requests = await directed(script, lambda _: answer)
    assert not made.understudied
    assert [item.layout for item in made.storyboard.scenes] == [item.layout for item in board.scenes]
    assert len(requests) <= 2


def test_the_vocabulary_names_every_layout_and_what_its_fields_mean() -> None:
    words = describe_layouts()
    for model in TemplateLayout.__origin__.__args__:
        assert f"### {model.model_fields['kind'].annotation.__args__[0]}\n" in words
    assert "`bullets`" not in words
    assert "degrees, counter-clockwise" in words
    assert "`path`, " not in words
    assert "`material` integer, instead of `source`" in words


# ------------------------------------------------------------------ what becomes of a plan


async def test_words_and_ids_come_from_the_script() -> None:
    one, two = scene("one"), scene("two")
    one.beats[0].sources = ["A sentence."]
    answer = plans(plan("two"), plan("nobody"), plan("one", carries_over="the kite"), plan("one", reveals=[["z"], []]))
    made, requests = await directed(told(one, two), answer)
    assert len(requests) == 1
    assert [item.id for item in made.storyboard.scenes] == ["one", "two"]
    first = made.storyboard.scenes[0]
    assert [beat.say for beat in first.beats] == [beat.say for beat in one.beats]
    assert first.beats[0].sources == ["A sentence."]
    assert first.beats[0].show == "shown 1 (From the scene before: the kite)"
    assert first.title == "About one"
    assert first.schedule() == [["x"], ["y"]]


async def test_material_is_never_typed_again() -> None:
    code = CodeBlock(language="python", source=LISTING)
    table = Table(header=["Sticks", "Area"], rows=[["2, 3", "3"], ["4, 5", "10"]])
    image = Image(path="assets/kite.png", alt="a kite")
    material = [Formula(latex=r"A = \frac{d e}{2}"), code, table, image]
    formula = {
        "kind": "formula",
        "parts": [{"id": "x", "material": 1}, {"id": "y", "latex": "$$2A = d e$$", "note": None}],
        "colors": [{"symbol": "$d$", "role": "primary"}],
    }
    made = await layout_of(formula, material=material)
    assert [part.latex for part in made.parts] == [r"A = \frac{d e}{2}", "2A = d e"]
    assert made.colors == {"d": "primary"}
    lit = {"kind": "code", "material": 2, "parts": [{"id": "x", "lines": [1, 2]}, {"id": "y", "lines": [4, 4]}]}
    made = await layout_of(lit, material=material)
    assert (made.source, made.language, made.parts[1].lines) == (LISTING, "python", (4, 4))
    rows = {"kind": "table", "material": 3, "parts": [{"id": "x", "row": 2}, {"id": "y", "cells": ["6, 7", "21"]}]}
    made = await layout_of(rows, material=material)
    assert (made.header, [row.cells for row in made.parts]) == (table.header, [["4, 5", "10"], ["6, 7", "21"]])
    picture = {"kind": "image", "parts": [{"id": "x", "material": 4}, {"id": "y", "path": "assets/kite.png"}]}
    made = await layout_of(picture, material=material)
    assert [part.path for part in made.parts] == ["assets/kite.png"] * 2
    assert made.parts[0].alt == "a kite"


BRIEF_WORDS = (
    "Two sticks cross at the origin, one from (-3, 0) to (3, 0) in primary, one from (0, -2) to (0, 2) in secondary; "
    "at b2 four triangles of paper unfold between their ends, one after the other."
)


async def test_a_custom_scene_has_a_fallback_with_the_same_beats() -> None:
    fallback = plan()["layout"]
    answer = plan("area", {"kind": "custom", "brief": BRIEF_WORDS}, fallback=fallback, carries_over="the sticks")
    made, _ = await directed(told(scene()), plans(answer))
    (item,) = made.storyboard.scenes
    assert item.layout.kind == "custom"
    assert item.layout.brief == f"Idea: half of a box\n{BRIEF_WORDS}\nFrom the scene before: the sticks"
    assert item.beats[0].show == "shown 1"
    assert item.template == item.fallback
    assert item.schedule(item.template) == [["x"], ["y"]]


# ------------------------------------------------------------------ plans that are refused

LINES = {"kind": "code", "source": LISTING, "parts": [{"id": "x", "lines": [1, 1]}, {"id": "y", "lines": [4, 9]}]}
AXES = {"x": {"min": 0, "max": 1}, "y": {"min": 0, "max": 1}}


@pytest.mark.parametrize(
    ("layout", "fields", "reason"),
    [
        (None, {"reveals": [["x"], ["z"]]}, "beat 'b2' reveals 'z', no parts of the layout (parts: x, y)"),
        (None, {"reveals": [["x"], []]}, "beat 'b2' changes nothing"),
        (None, {"reveals": [["x"]]}, "beat 'b2' is missing"),
        (None, {"reveals": [["x"], ["y"], ["y"]]}, "the scene has no beat 'b3' (its beats: b1, b2)"),
        ({"kind": "custom", "brief": BRIEF_WORDS}, {}, "a custom layout needs a fallback"),
        ({"kind": "custom", "brief": "A kite."}, {"fallback": plan()["layout"]}, "does not say what to draw"),
        ({"kind": "image", "parts": [{"id": "x", "path": "assets/other.png"}]}, {}, "no picture of the script's"),
        (LINES, {}, "lights lines 4 to 9 of a listing of 4"),
        ({"kind": "formula", "parts": [{"id": "x", "latex": r"\frac{1}{2"}]}, {"reveals": [["x"], ["x"]]}, "Missing close"),
        ({"kind": "formula", "parts": [{"id": "x", "latex": r"\foo"}]}, {"reveals": [["x"], ["x"]]}, r"unknown command \foo"),
        ({"kind": "formula", "parts": [{"id": "x"}]}, {"reveals": [["x"], ["x"]]}, "layout.parts[0].latex: "),
        ({"kind": "title", "parts": [{"id": "x", "text": r"Half of $\frac12"}]}, {"reveals": [[], ["x"]]}, "does not end"),
        ({"kind": "plot", **AXES, "parts": [{"id": "x", "kind": "curve", "expression": "2x"}]}, {}, "write 2*x"),
        ({"kind": "code", "material": 1, "parts": []}, {}, "material 1 is a formula, which this layout cannot hold"),
        ({"kind": "code", "material": 3, "parts": []}, {}, "material 3 does not exist (the script brings 1)"),
        ({"kind": "poem"}, {}, "poem"),
        ({}, {}, "kind"),
    ],
)  # fmt: skip
async def test_a_plan_that_cannot_be_drawn_is_told_back(layout, fields, reason: str) -> None:
    told_back = await layout_of(
        layout or plan()["layout"] if layout != {} else {"parts": []}, material=[Formula(latex="a")], **fields
    )
    assert isinstance(told_back, str)
    assert "- `area`" in told_back
    assert reason in told_back


async def test_only_the_faulty_scenes_are_asked_for_again() -> None:
    script = told(scene("one"), scene("two"), scene("three"))
    bad = plan("two", reveals=[["x"], ["nothing"]])
    made, requests = await directed(script, plans(plan("one"), bad), plans(plan("three"), plan("two"), plan("one")))
    assert not made.understudied
    again = requests[1]
    assert (again.round, [turn.speaker for turn in again.turns]) == (1, ["user", "assistant", "user"])
    assert "`one`" not in again.turns[2].text
    assert "- `three`\n  - there is no plan for it" in again.turns[2].text


async def test_what_is_refused_twice_is_the_understudys() -> None:
    script = told(scene("one"), scene("two"))
    bad = plan("two", reveals=[["x"], ["nothing"]])
    made, requests = await directed(script, plans(plan("one"), bad), plans(bad))
    assert len(requests) == 2
    assert list(made.understudied) == ["two"]
    assert made.understudied["two"].startswith("beat 'b2' reveals 'nothing'")
    assert made.storyboard.scenes[1] == direct(script).scenes[1]
    assert made.storyboard.scenes[0].schedule() == [["x"], ["y"]]


async def test_silence_is_the_understudys_too() -> None:
    script = told(scene("one"), scene("two"))
    made, requests = await directed(script, NoAnswer("safety", "the filter stopped it"))
    assert len(requests) == 1
    assert made.understudied == {"one": "the filter stopped it", "two": "the filter stopped it"}
    assert made.storyboard == direct(script)


async def test_one_silent_call_costs_only_its_scenes() -> None:
    script = told(*(scene(f"s{n}") for n in range(9)))

    def author(request):
        if "`s0`" in request.turns[0].text.rsplit("# Your task", 1)[1]:
            return NoAnswer("unreachable", "no service")
        return plans(*(plan(f"s{n}") for n in range(9)))

    made, _ = await directed(script, author)
    assert list(made.understudied) == ["s0", "s1", "s2", "s3"]


async def test_findings_are_told_to_who_planned_the_scene() -> None:
    script = told(scene("one"), scene("two"))
    better = copy.deepcopy(plan("two"))
    better["layout"]["parts"][0]["text"] = "Better"
    finding = Finding(file="storyboard.json", rule="false-equation", message="scene 'two', part 'x': $1 = 2$ is false")
    first = plans(plan("one"), plan("two"))
    made, requests = await directed(script, first, plans(better), findings=[finding])
    assert not made.understudied
    assert "$1 = 2$ is false" in requests[1].turns[-1].text
    assert "`one`" not in requests[1].turns[-1].text
    assert made.storyboard.scenes[1].layout.parts[0].text == "Better"
    words = Finding(file="storyboard.json", rule="false-equation", message="scene 'two', beat 'b1': $1 = 2$ is false")
    made, requests = await directed(script, first, findings=[words])
    assert (len(requests), made.understudied) == (1, {})
    stubborn, _ = await directed(script, first, plans(plan("one")), findings=[finding])
    assert list(stubborn.understudied) == ["two"]


# ------------------------------------------------------------------ over the wire


async def test_over_the_wire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    script = told(scene("one"), scene("two"))
    bad = plan("two", reveals=[["x"], ["nothing"]])
    with GeminiServer(Fixed(plans(bad, plan("one")), plans(plan("two")))) as server:
        settings = Settings(crew="on", base_url=server.url, cache_dir=tmp_path / "cache", call_attempts=1)
        crew = crew_for(settings, Run.create(tmp_path / "run"))
        assert crew is not None
        try:
            made = await direct_with_model(crew, BRIEF, script)
            again = await direct_with_model(crew, BRIEF, script)
        finally:
            await close_models()
        assert made == again
        assert not made.understudied
        assert len(server.log.of("generate")) == 2


async def test_the_prompts_examples_are_plans_that_can_be_drawn() -> None:
    examples = re.findall(r"^\{.*?\}$(?=\n\n)", prompt("director", layouts=""), re.MULTILINE | re.DOTALL)
    assert len(examples) == 3
    answer = {"scenes": [json.loads(example) for example in examples]}
    assert schemas.fits(answer, Plan.model_json_schema()) is None
    names = [item["scene_id"] for item in answer["scenes"]]
    made, _ = await directed(told(*(scene(name, "One.", "Two.", "Three.") for name in names)), answer)
    assert not made.understudied
    assert [item.layout.kind for item in made.storyboard.scenes] == ["figure", "plot", "custom"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.text(max_size=5) | st.sampled_from(["x", "a^2", "table", "row"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "text", "row", "cells", "material", "path", "latex", "symbol"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@given(
    kind=st.sampled_from(["formula", "code", "table", "image", "plot", "figure", "custom", "title"]) | JSON,
    fields=st.dictionaries(st.sampled_from(["parts", "material", "colors", "source", "header", "brief"]), JSON),
    material=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_answered_is_a_scene_or_told_back(kind, fields, material: bool) -> None:
    answer = PlannedScene.model_validate(plan(layout={"kind": kind, **fields}, fallback={"kind": "title", **fields}))
    blocks = [Table(header=["a"], rows=[["1"]]), Formula(latex="a")] if material else []
    with suppress(PlanError):
        made = scene_of(answer, scene(), blocks)
        assert [beat.reveal for beat in made.beats] == [["x"], ["y"]]
