"""The script writer with a model: what it is told, what is held against it, and what becomes of its answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.agents.crew import TestCrew, conversation
from tests.gemini import schemas
from tests.gemini.authors import Fixed
from tests.gemini.server import KEY, GeminiServer
from visium_graph.agents.brief import Brief
from visium_graph.agents.languages import seems_other_language
from visium_graph.agents.numbered import number_document
from visium_graph.agents.script import compile_script
from visium_graph.agents.script_answer import Budget, DocumentScript, TopicScript
from visium_graph.agents.script_writer import repair_script, write_script
from visium_graph.checks.finding import Finding
from visium_graph.models import NoAnswer, close_models, crew_for
from visium_graph.run import Run
from visium_graph.settings import Settings
from visium_graph.sources.document import Document, ItemList, Paragraph
from visium_graph.sources.markdown import parse_markdown

TOPIC = Brief("why ice floats", None, audience="children of twelve", minutes=0.5, language="en", max_scenes=4)
WORDS = "Drop a stone into a glass of water and it sinks, but a cube of ice stays on top, and so does an iceberg."
MORE = "Most things shrink when they freeze, and a frozen thing should sink in its own melt. Water does the opposite."
LAST = "Its molecules lock into a lattice with gaps, so a litre of ice weighs about $0.92$ kilograms, less than water."

TEXT = r"""
# Kites

A kite has two pairs of equal sides. Its diagonals meet at a right angle. One of them halves the other.

$$A = \frac{d e}{2}$$

| Diagonals | Area |
|---|---|
| 2 and 3 | 3 |
| 4 and 5 | 10 |

## In code

The function returns the area.

```python
def area(d, e):
    return d * e / 2
```

- Measure both diagonals with care
- Multiply them and halve the product

## License

This text is free.
"""


def scene(title="Ice on water", *says, **fields):
    says = says or (WORDS, MORE, LAST)
    return {"title": title, "idea": "x", "beats": [{"say": say, "show": "a glass", **fields} for say in says]}


def script(*scenes):
    return {"title": "Why ice floats", "scenes": list(scenes) or [scene()]}


@pytest.fixture
def document() -> Document:
    return parse_markdown(TEXT, origin="kites.md", stem="kites")


@pytest.fixture
def kites(document: Document) -> Brief:
    return Brief(document.title, document, audience="pupils", minutes=0.5, language="en", max_scenes=5)


def of_the_document(**fields):
    told = {"rests_on": [1, 2], "shows": [4]} | fields
    says = (
        "Cross two sticks at a right angle, one through the middle of the other, and stretch paper round their ends.",
        "How much paper does a kite need? The sticks alone decide: multiply their lengths, then take one half of that.",
        "Sticks of $4$ and $5$ make a box of $20$ around the kite, and the kite fills exactly half of it, which is $10$.",
    )
    return {"title": "Kites", "scenes": [scene("Two sticks", *says, **told)]}


# ------------------------------------------------------------------ what is asked


async def test_the_prompt_about_a_topic(prompt_snapshot) -> None:
    crew = TestCrew(script())
    await write_script(crew, TOPIC)
    assert conversation(crew.requests[0]) == prompt_snapshot


async def test_the_prompt_about_a_document(kites: Brief, prompt_snapshot) -> None:
    crew = TestCrew(of_the_document())
    await write_script(crew, kites)
    assert conversation(crew.requests[0]) == prompt_snapshot


@pytest.mark.parametrize("answer", [TopicScript, DocumentScript])
def test_the_schema_is_one_that_the_service_takes(answer) -> None:
    schema = answer.model_json_schema()
    schemas.check(schema)
    answer.model_validate(schemas.example(schema))


@pytest.mark.parametrize(
    ("minutes", "most", "words", "scenes"), [(3, 10, 435, 6), (0.1, 10, 30, 1), (60, 4, 1200, 4), (10, 100, 1450, 21)]
)
def test_the_length_becomes_words_and_scenes(minutes: float, most: int, words: int, scenes: int) -> None:
    assert Budget.of(replace(TOPIC, minutes=minutes, max_scenes=most)) == Budget(words=words, scenes=scenes)


# ------------------------------------------------------------------ what becomes of the answer


async def test_a_script_gets_ids_of_its_own() -> None:
    says = [f"{text} {n}" for n, text in enumerate((WORDS, MORE, LAST))]
    answer = script(scene("Ice & water", says[0]), scene("Ice, water", says[1]), scene("**Why?**", says[2]))
    made = await write_script(TestCrew(answer), TOPIC)
    assert [scene.id for scene in made.scenes] == ["ice-water", "ice-water-2", "why"]
    assert [scene.title for scene in made.scenes][2] == "Why?"
    assert [beat.id for beat in made.scenes[0].beats] == ["b1"]
    assert made.language == "en"
    assert made.left_out == []


async def test_numbers_become_sentences_and_things_to_see(kites: Brief) -> None:
    made = await write_script(TestCrew(of_the_document(rests_on=[1, 2, 6, 2], shows=[4, 7])), kites)
    (told,) = made.scenes
    assert told.beats[0].sources == [
        "A kite has two pairs of equal sides.",
        "Its diagonals meet at a right angle.",
        "2 and 3 | 3",
    ]
    assert [block.kind for block in told.material] == ["formula", "table"]
    assert told.beats[0].material == [0, 1]
    assert made.left_out == [
        "Beside the point and left out: \u201cLicense\u201d.",
        "Left out for length: \u201cIn code\u201d.",
        "Not shown: 1 of 1 listings and 1 of 1 lists.",
    ]


def test_every_sentence_item_and_row_has_a_number(document: Document) -> None:
    before = document.model_copy(deep=True)
    numbered = number_document(document)
    assert document == before
    units = list(numbered.units.values())
    assert [unit.visual.kind for unit in units if unit.visual] == [*["formula"], *["table"] * 3, "code", *["list"] * 3]
    for number, unit in numbered.units.items():
        if unit.visual is None or unit.text in [" | ".join(row) for row in getattr(unit.visual, "rows", [])]:
            assert f"[{number}] {unit.text}" in numbered.text
    assert "License" not in numbered.text
    assert r"[4] formula: $$A = \frac{d e}{2}$$" in numbered.text


def test_a_long_document_keeps_the_best_of_each_section() -> None:
    sections = [
        f"## Part {n}\n\n" + " ".join(f"Rivers of part {n} carry sand number {m} to sea." for m in range(40))
        for n in range(6)
    ]
    document = parse_markdown("# Rivers\n\n" + "\n\n".join(sections), origin="x.md", stem="x")
    numbered = number_document(document, longest=2000)
    assert len(numbered.text) < 3000
    assert 0.05 < numbered.share < 0.3
    for part in range(6):
        assert f"Rivers of part {part} " in numbered.text
    (note, *_) = numbered.left_out(set(numbered.units), [])
    assert note.startswith("The document is long")


# ------------------------------------------------------------------ what is held against it


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (script(scene("One", WORDS)), "say 24 words together; 72 are wanted"),
        (script(scene("One", WORDS, WORDS, WORDS)), "3 beats say the same"),
        (
            script(
                scene(
                    "One",
                    WORDS,
                    MORE,
                    r"So $\frac{1}{2 is half of it, and nobody who sees it can say otherwise at all.",
                )
            ),
            "does not end",
        ),
        (script(scene("One", f"{WORDS} {MORE} {LAST} {WORDS}")), "split it"),
        (
            script(
                scene(
                    "Eins",
                    "Ein Stein geht in einem Glas mit Wasser unter, und ein St\u00fcck Eis bleibt oben, auch der Eisberg ist so.",
                    "Das ist nicht so wie bei den anderen Stoffen, die mit der K\u00e4lte kleiner und auch schwerer werden, es ist anders.",
                    "Wir sehen die Teilchen und ein Gitter mit L\u00fccken, und das Gitter ist leichter als das Wasser, auf dem es liegt.",
                )
            ),
            "the language is not en",
        ),
        (script(scene("One", *(f"Beat {n} says little, but it says it well enough." for n in range(9)))), "9 beats"),
    ],
)
async def test_flaws_are_told_once(answer, reason: str) -> None:
    crew = TestCrew(answer, script())
    made = await write_script(crew, TOPIC)
    assert [beat.say for beat in made.scenes[0].beats] == [WORDS, MORE, LAST]
    assert len(crew.requests) == 2
    assert crew.requests[1].turns[-2].speaker == "assistant"
    assert reason in crew.requests[1].turns[-1].text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"rests_on": [1, 99]}, "rests_on names [99], which the document does not have"),
        ({"rests_on": []}, "no beat names what of the document it rests on"),
        ({"shows": [1]}, "shows names [1], sentences"),
        ({"shows": [77]}, "shows names [77]"),
    ],
)
async def test_a_script_of_a_document_rests_on_it(kites: Brief, fields, reason: str) -> None:
    crew = TestCrew(of_the_document(**fields), of_the_document())
    made = await write_script(crew, kites)
    assert reason in crew.requests[1].turns[-1].text
    assert made.scenes[0].beats[0].sources


async def test_the_script_with_fewer_flaws_is_taken(kites: Brief) -> None:
    little = of_the_document(rests_on=[1, 99])
    worse = {"title": "Kites", "scenes": [scene("Short", "Too short.", rests_on=[99], shows=[1])]}
    made = await write_script(TestCrew(little, worse), kites)
    assert made.scenes[0].title == "Two sticks"
    assert made.scenes[0].beats[0].sources == ["A kite has two pairs of equal sides."]
    silent = await write_script(TestCrew(little, NoAnswer("empty", "nothing came")), kites)
    assert silent == made


@pytest.mark.parametrize(
    "answer",
    [
        {"title": "None", "scenes": []},
        script(*(scene(f"Scene {n}", f"{WORDS} {n}") for n in range(5))),
        {"title": "Mute", "scenes": [{"title": "One", "idea": "", "beats": []}]},
        {"title": "Mute", "scenes": [scene("One", " ")]},
    ],
)
async def test_what_makes_no_script_is_no_answer(answer) -> None:
    with pytest.raises(NoAnswer):
        await write_script(TestCrew(answer), TOPIC)


async def test_findings_are_told_with_the_script_that_they_are_about(kites: Brief) -> None:
    first = await write_script(TestCrew(of_the_document(rests_on=[2, 6], shows=[4])), kites)
    crew = TestCrew(of_the_document())
    finding = Finding(file="script.json", rule="false-equation", message="4 + 5 = 10 is false", suggestion="it is 9")
    await repair_script(crew, kites, first, [finding])
    asked, written, complaint = crew.requests[0].turns
    assert "[2] Its diagonals meet at a right angle." in asked.text
    again = DocumentScript.model_validate_json(written.text)
    assert (again.scenes[0].beats[0].rests_on, again.scenes[0].beats[0].shows) == ([2, 6], [4])
    assert "4 + 5 = 10 is false (it is 9)" in complaint.text


async def test_findings_about_a_topic() -> None:
    first = await write_script(TestCrew(script()), TOPIC)
    crew = TestCrew(script())
    again = await repair_script(crew, TOPIC, first, [Finding(file="script.json", rule="x", message="wrong")])
    assert again == first
    assert TopicScript.model_validate_json(crew.requests[0].turns[1].text).scenes[0].beats[0].say == WORDS


@pytest.mark.parametrize(
    ("text", "language", "other"),
    [
        ("The sum of the odd numbers is a square, and that is it.", "en-GB", False),
        ("The sum of the odd numbers is a square, and that is it.", "fr", True),
        ("La somme des nombres impairs est un carr\u00e9, et c'est tout.", "fr", False),
        ("\u5947\u6570\u306e\u548c\u306f\u5e73\u65b9\u6570\u3067\u3059\u3002", "ja", False),
        ("The sum of the odd numbers.", "ja", True),
        ("$x^2$", "en", False),
        ("The sum of the odd numbers is a square.", "cy", False),
    ],
)
def test_the_language_is_told_where_it_can_be(text: str, language: str, other: bool) -> None:
    assert seems_other_language(text, language) is other


def test_the_understudys_scripts_seem_to_be_in_their_language(document: Document) -> None:
    words = " ".join(beat.say for scene in compile_script(document, 8).scenes for beat in scene.beats)
    assert not seems_other_language(words, "en")


def test_things_without_words_are_no_trouble() -> None:
    blocks = [ItemList(items=["One thing to do here today", "Another thing to do then"]), Paragraph(text="End.")]
    numbered = number_document(Document(title="Bare", origin="x", blocks=blocks))
    assert len(numbered.units) == 4


# ------------------------------------------------------------------ over the wire


async def test_over_the_wire_an_answer_is_paid_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    short = script(scene("One", WORDS))
    with GeminiServer(Fixed(short, script())) as server:
        settings = Settings(crew="on", base_url=server.url, cache_dir=tmp_path / "cache", call_attempts=1)
        crew = crew_for(settings, Run.create(tmp_path / "run"))
        assert crew is not None
        try:
            made = await write_script(crew, TOPIC)
            again = await write_script(crew, TOPIC)
        finally:
            await close_models()
        assert made == again
        assert len(made.scenes[0].beats) == 3
        assert len(server.log.of("generate")) == 2
