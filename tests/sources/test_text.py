"""Plain text to blocks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from visium_graph.sources.text import parse_text

ARTICLE = """\
The Water Cycle

Water moves from sea to sky to land and
back again.

Evaporation
-----------

The sun warms the sea. It costs $5.

* Most vapour comes from
  the oceans.
* The rest comes from land.

    while True:
        rain(1)

    done()

Condensation

1. The air cools.
2. A cloud forms.
"""


def parse(text):
    return parse_text(text, origin="x.txt", stem="water")


def test_structure_is_guessed():
    document = parse(ARTICLE)
    assert document.title == "The Water Cycle"
    assert [(block.kind, block.line) for block in document.blocks] == [
        ("heading", 1), ("paragraph", 3), ("heading", 6), ("paragraph", 9), ("list", 11), ("code", 15), ("heading", 20), ("list", 22),
    ]  # fmt: skip
    _, first, _, second, bullets, code, _, steps = document.blocks
    assert first.text == "Water moves from sea to sky to land and back again."
    assert second.text == r"The sun warms the sea. It costs \$5."
    assert bullets.items == ["Most vapour comes from the oceans.", "The rest comes from land."]
    assert not bullets.ordered
    assert steps.ordered
    assert code.source == "while True:\n    rain(1)\n\ndone()"


def test_a_short_sentence_is_no_heading():
    assert [block.kind for block in parse("It rains.\n\nIt pours.\n\nThe end").blocks] == ["paragraph"] * 3


def test_an_indented_paragraph_is_prose():
    (block,) = parse("    Once upon a time there was a king who had\n    three daughters.").blocks
    assert block.kind == "paragraph"


def test_an_introduction_stays_with_its_bullets():
    blocks = parse("We need:\n- flour\n- water\n").blocks
    assert [block.kind for block in blocks] == ["paragraph", "list"]


@given(
    st.lists(
        st.lists(st.sampled_from(["sea", "sky", "rain", "A", "cloud,"]), min_size=1, max_size=30),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=60, deadline=None)
def test_no_word_is_lost(paragraphs):
    texts = [" ".join(words) + "." for words in paragraphs]
    document = parse("\n\n".join(texts))
    assert [block.text for block in document.blocks] == texts


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_is_parsed(text):
    assert parse(text).title
