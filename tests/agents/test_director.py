"""The director without a model: layouts by content, and every beat changes the screen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visium_graph.agents.director import direct
from visium_graph.agents.listings import blocks_of, excerpt, lines_spoken_of, stations_of
from visium_graph.agents.script import compile_script
from visium_graph.agents.script_types import Script, ScriptBeat, ScriptScene
from visium_graph.sources.document import CodeBlock, Formula, Image, ItemList, Quote, Table
from visium_graph.sources.markdown import parse_markdown
from visium_graph.storyboard import Storyboard

LISTING = "import math\n\ndef area(radius):\n    return math.pi * radius ** 2\n\nprint(area(3))"


def directed(*beats, material=()):
    """The layout and reveals of one scene that follows a title scene."""
    scene = ScriptScene(
        id="s",
        title="Scene",
        beats=[
            ScriptBeat(id=f"b{n}", say=say, sources=sources, material=links)
            for n, (say, sources, links) in enumerate(beats)
        ],
        material=list(material),
    )
    opening = ScriptScene(id="t", title="Title", beats=[ScriptBeat(id="b", say="Title.")])
    made = direct(Script(title="Title", scenes=[opening, scene])).scenes[1]
    return made.layout, [beat.reveal for beat in made.beats]


def test_prose_becomes_statements():
    layout, reveals = directed(
        ("However, the roots of every tree are deep. It knows.", [], []),
        ("It is strange.", [], []),
        ("Leaves turn to the light at noon.", [], []),
    )
    assert layout.kind == "bullets"
    assert [part.text for part in layout.parts] == [
        "The roots of every tree are deep",
        "Leaves turn to the light at noon",
    ]
    assert reveals == [["p1"], ["p1"], ["p2"]]


def test_a_beat_of_two_sentences_may_bring_two_bullets():
    layout, reveals = directed(
        ("Deletion is not possible.", ["Deletion is not possible.", "The filter takes in all items."], []),
        ("Leaves turn to the light at noon.", [], []),
    )
    assert [part.text for part in layout.parts][:2] == ["Deletion is not possible", "The filter takes in all items"]
    assert reveals == [["p1", "p2"], ["p3"]]


def test_each_beat_of_a_title_card_changes_it():
    board = direct(
        compile_script(
            parse_markdown(
                "# Trees\n\nTrees breathe through small pores. They are closed at night.", origin="x", stem="x"
            ),
            10,
        )
    )
    assert [part.text for part in board.scenes[0].layout.parts] == [
        "Trees breathe through small pores",
        "They are closed at night",
    ]
    assert [beat.reveal for beat in board.scenes[0].beats] == [["p1"], ["p2"]]
    long = "They are closed at night " + "and at noon and at dawn " * 5 + "too."
    board = direct(
        compile_script(
            parse_markdown(f"# Trees\n\nTrees breathe through small pores. {long}", origin="x", stem="x"), 10
        )
    )
    assert [beat.reveal for beat in board.scenes[0].beats] == [["p1"]]


def test_a_list_becomes_its_own_bullets():
    block = ItemList(ordered=True, items=["Boil the water", "Add the tea"])
    layout, reveals = directed(
        ("How to make tea: Boil the water.", ["How to make tea:", "Boil the water"], [0]),
        ("Add the tea.", ["Add the tea"], [0]),
        material=[block],
    )
    assert layout.numbered
    assert [part.text for part in layout.parts] == block.items
    assert reveals == [["p1"], ["p2"]]


def test_formulas_become_steps_with_notes_and_colours():
    layout, reveals = directed(
        ("Divide by $a$: $x = b/a$.", ["Divide by $a$:"], [0]),
        ("Then $x = 1$.", ["Then"], [1]),
        ("Where $b$ is the mass.", ["where $b$ is the mass."], []),
        material=[Formula(latex="x = b/a"), Formula(latex="x = 1")],
    )
    assert layout.kind == "formula"
    assert [step.latex for step in layout.parts] == ["x = b/a", "x = 1"]
    assert layout.parts[1].note == "where $b$ is the mass"
    assert reveals == [["f1"], ["f2"], ["f2"]]
    assert layout.colors == {"a": "primary", "b": "secondary"}


def test_lines_light_up_as_they_are_spoken_of():
    layout, reveals = directed(
        ("This program prints the area of a disc.", [], [0]),
        ("The function area takes the radius.", [], [0]),
        ("The last line prints it.", [], [0]),
        material=[CodeBlock(language="python", source=LISTING)],
    )
    spans = {part.id: part.lines for part in layout.parts}
    assert [spans[ids[0]] for ids in reveals] == [(1, 6), (3, 4), (6, 6)]
    assert layout.language == "python"


def test_rows_are_dealt_to_the_beats():
    table = Table(header=["a", "b"], rows=[["1", "2"], ["3", "4"], ["5", "6"]])
    layout, reveals = directed(("First.", [], [0]), ("Second.", [], [0]), material=[table])
    assert layout.header == ["a", "b"]
    assert reveals == [["r1"], ["r2", "r3"]]
    _, reveals = directed(("Lead.", [], [0]), ("3: 4.", ["3 | 4"], [0]), material=[table])
    assert reveals == [["r1"], ["r2", "r1", "r3"]]


def test_pictures_and_quotations():
    layout, reveals = directed(
        ("A kite.", [], [0]), ("It flies.", [], [0]), material=[Image(path="assets/a.png", alt="A kite")]
    )
    assert (layout.kind, layout.caption, reveals) == ("image", "A kite", [["i1"], ["i1"]])
    layout, reveals = directed(
        ("Hamlet: To be.", ["To be."], [0]), material=[Quote(text="To be.", attribution="Hamlet")]
    )
    assert (layout.kind, layout.attribution, layout.parts[0].text) == ("quote", "Hamlet", "To be.")


def test_what_no_slide_can_hold_becomes_prose():
    layout, _ = directed(("A formula of many pages follows here.", [], [0]), material=[Formula(latex="x" * 2001)])
    assert layout.kind == "bullets"
    layout, _ = directed(("word " * 500, [], []))
    assert len(layout.parts[0].text) < 450


def test_the_first_scene_is_a_title_card():
    board = direct(
        compile_script(parse_markdown("# Trees\n\nTrees breathe through small pores.", origin="x", stem="x"), 10)
    )
    assert board.scenes[0].layout.kind == "title"
    assert board.scenes[0].layout.parts[0].text == "Trees breathe through small pores"
    bare = direct(compile_script(parse_markdown("# Trees", origin="x", stem="x"), 10))
    assert bare.scenes[0].layout.parts == []


@pytest.mark.parametrize(
    ("sentence", "lines"),
    [
        ("Line 3 is the head.", (3, 3)),
        ("Look at lines 3-4.", (3, 4)),
        ("Return is its second word, unlike print.", (4, 4)),
        ("The first line loads the library.", (1, 1)),
        ("The name math is loaded.", (1, 1)),
        ("Nothing of it is named.", None),
        ("Line 99 is not there.", None),
    ],
)
def test_lines_are_found_by_number_and_name(sentence, lines):
    assert lines_spoken_of(LISTING, sentence) == lines


def test_a_comment_lights_up_with_its_lines():
    assert lines_spoken_of("a = 1\n\n# division\nb = 3 / 2\nc = b\n\nd = 4", "Then comes the division.") == (3, 5)


def test_a_listing_has_parts():
    assert blocks_of(LISTING) == [(1, 1), (3, 4), (6, 6)]
    assert stations_of("def f():\n    a = 1\n\n    b = 2\n    return b") == [(1, 2), (4, 5)]
    assert stations_of("func f() {\n  a := 1\n  return a\n}") == [(1, 1), (2, 3)]
    assert excerpt(LISTING, "", most=25) == (1, 6)
    assert excerpt(LISTING, "area", most=3) in {(3, 4), (6, 6)}


lines = st.lists(
    st.sampled_from(["x = 1", "    y", "", "def f():", "}", "# note", "        z(1)"]), min_size=1, max_size=60
)


@given(lines, st.integers(1, 30))
@settings(max_examples=200, deadline=None)
def test_an_excerpt_lies_in_its_listing(rows, most):
    first, last = excerpt("\n".join(rows), "f z", most)
    assert 1 <= first <= last <= len(rows)
    assert last - first < max(most, 1)


PIECES = """\
# A heading
## Part two
### $x$
Some words that make a sentence of their own. It leans on it.
So we get:
$$a = b$$
$$\\begin{align}a&=b\\end{align}$$
- one~- two~- three
1. a~2. b
```python~def f(x):~    return x~```
```~out~```
| a | b |~|---|---|~| 1 | $x$ |
> Quoted words.~> -- Me
where $a$ is 3.
(aside)
No stop
See the figure above.
Price: $5.
What? Why!
## Conclusion"""
pieces = st.lists(st.sampled_from([piece.replace("~", "\n") for piece in PIECES.split("\n")]), max_size=25)


@given(pieces, st.integers(1, 12))
@settings(max_examples=200, deadline=None)
def test_any_document_becomes_a_storyboard_whose_every_beat_shows_something(blocks, most):
    script = compile_script(parse_markdown("\n\n".join(blocks), origin="x", stem="file"), most)
    board = direct(script)
    assert Storyboard.model_validate_json(board.dumps()) == board
    assert 1 <= len(board.scenes) <= most
    for number, scene in enumerate(board.scenes):
        shown = {part for beat in scene.beats for part in beat.reveal}
        assert shown == {part.id for part in scene.layout.parts}
        assert 1 <= len(scene.beats) <= 6
        assert number == 0 or all(beat.reveal for beat in scene.beats)
