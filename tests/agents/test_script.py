"""The script writer without a model: sentences, statements, and whole documents."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visium_graph.agents.script import compile_script, slug
from visium_graph.agents.sentences import (
    MATH,
    count_words,
    finish,
    leans_on_previous,
    points_elsewhere,
    split_sentences,
    without_references,
)
from visium_graph.agents.statements import statement, statement_of_item, title_line
from visium_graph.sources.document import Document, Image
from visium_graph.sources.markdown import parse_markdown

DERIVATION = r"""
# Where the quadratic formula comes from

Every quadratic equation can be solved by one old trick: completing the square. The Babylonians knew it as a recipe.

Divide everything by $a$:

$$x^2 + \frac{b}{a}x + \frac{c}{a} = 0$$

Then move the constant to the other side:

$$x^2 + \frac{b}{a}x = -\frac{c}{a}$$

Taking square roots gives the formula that everyone learns:

$$x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}$$

where $b^2 - 4ac$ is called the discriminant.

## What the discriminant tells us

| Discriminant | Roots |
|---|---|
| positive | two |
| zero | one |

The sign of the discriminant decides how many real roots there are. A negative one leaves no real root at all.

## In code

The function below returns both roots:

```python
def roots(a, b, c):
    d = (b * b - 4 * a * c) ** 0.5
    return (-b + d) / (2 * a), (-b - d) / (2 * a)
```

It computes d only once.

## Further reading

- [A book](https://x.org)

## Conclusion

Completing the square turns any quadratic into a square equal to a number. The sign of that number counts the roots.
"""


def compiled(text, max_scenes=10, **fields):
    document = parse_markdown(text, origin="x.md", stem="my-file")
    return compile_script(document.model_copy(update=fields), max_scenes)


def said(script):
    return [beat.say for scene in script.scenes for beat in scene.beats]


def long_article(sections, listings=0):
    parts = ["# The garden year\n\nA garden is a slow conversation with the weather. It answers in months."]
    for number in range(sections):
        name = f"Plant{chr(97 + number % 26)}{number}"
        parts.append(
            f"## About {name}\n\n{name} is a plant that grows in wet soil near the river. Its leaves turn to the light."
        )
        parts.append(
            f"Gardeners value {name} because the roots hold the bank together. Every spring it flowers for two weeks."
        )
        if number < listings:
            parts.append(
                f"This is how {name} is counted every year:\n\n```python\ncount_{number} = 0\nfor plant in rows:\n    count_{number} += 1\n```"
            )
    return "\n\n".join(parts)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dr. Lee said 3.14 is close. It is.", ["Dr. Lee said 3.14 is close.", "It is."]),
        ("Let $f(x). X$ be it. Then stop.", ["Let $f(x). X$ be it.", "Then stop."]),
        ("Use e.g. Node.js. gcd(a) works.", ["Use e.g. Node.js.", "gcd(a) works."]),
        ("It was in the U.S. The war ended.", ["It was in the U.S.", "The war ended."]),
        ("J. R. R. Tolkien wrote (a lot. Really.) books.", ["J. R. R. Tolkien wrote (a lot. Really.) books."]),
        ("See Fig. 3 now! Why? \u201cBecause.\u201d She left\u2026 Late.", None),
        (r"It costs \$5. And \$10.", [r"It costs \$5.", r"And \$10."]),
        ("1. Boil it.", ["1. Boil it."]),
        ("\u4f60\u597d\u3002\u4e16\u754c\uff01", ["\u4f60\u597d\u3002", "\u4e16\u754c\uff01"]),
    ],
)
def test_sentences_end_where_they_end(text, sentences):
    found = split_sentences(text)
    expected = sentences or ["See Fig. 3 now!", "Why?", "\u201cBecause.\u201d", "She left\u2026", "Late."]
    assert found == expected


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_splitting_loses_nothing_but_white_space(text):
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("sentence", "formula", "spoken"),
    [
        ("It is defined as:", "a=b", "It is defined as $a=b$."),
        ("It is defined as:", r"\begin{cases}a\end{cases}", "It is defined as follows."),
        ("Hence we have:", r"\begin{cases}a\end{cases}", "Hence we have this formula."),
        ("Divide everything by $a$:", r"\begin{cases}a\end{cases}", "Divide everything by $a$, as shown here."),
        ("It obeys the following relation:", r"\begin{cases}a\end{cases}", "It obeys the following relation."),
        ("We can show that", r"\begin{cases}a\end{cases}", "We can show this formula."),
        ("It is", r"\begin{pmatrix}a & b\end{pmatrix}", r"It is $\begin{pmatrix}a & b\end{pmatrix}$."),
        ("such that $k$ is odd", "", "Such that $k$ is odd."),
        ("Divide by $a$:", "x=0", "Divide by $a$: $x=0$."),
        ("So we get:", "", "So we get this."),
        ("Run it using cargo run:", "", "Run it using cargo run."),
        ("where $m$ is the mass", "", "Where $m$ is the mass."),
        ("A whole sentence.", "a=b", "A whole sentence."),
        ("(An aside.)", "", "An aside."),
        ("gcd(a) is small", "", "gcd(a) is small."),
    ],
)
def test_a_sentence_that_waits_for_a_formula_ends_when_spoken(sentence, formula, spoken):
    assert finish(sentence, formula) == spoken


@pytest.mark.parametrize(
    "sentence", ["It works.", "However, it fails.", "This is why.", "These lines do it.", "which is all."]
)
def test_sentences_that_lean_on_the_one_before(sentence):
    assert leans_on_previous(sentence)


@pytest.mark.parametrize("sentence", ["It is easy to see that this holds.", "Item five is red.", "Thistles grow."])
def test_sentences_that_stand_alone(sentence):
    assert not leans_on_previous(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "As shown below, it works.",
        "See the figure above.",
        "Click here.",
        "Read https://x.org now.",
        "Figure 3 shows it.",
    ],
)
def test_sentences_that_point_elsewhere(sentence):
    assert points_elsewhere(sentence)


@pytest.mark.parametrize(
    ("sentence", "bullet"),
    [
        ("However, the roots are always real.", "The roots are always real"),
        ("Note that since 2017 the function is standard.", "Since 2017 the function is standard"),
        ("It holds for every prime.", None),
        ("Why does it hold?", None),
        ("Too short.", None),
        (
            "The running time of the algorithm is estimated by a theorem, which establishes a surprising connection with rabbits.",
            "The running time of the algorithm is estimated by a theorem",
        ),
        (  # the clause holds a number: it stays
            "The running time of the algorithm is estimated by a theorem, which needs 3 steps in all cases that matter.",
            "The running time of the algorithm is estimated by a theorem, which needs 3 steps in all cases that matter",
        ),
        (  # "but" turns the sense: it stays
            "The method of the ancients works for every one of the numbers that they knew, but not for ours.",
            "The method of the ancients works for every one of the numbers that they knew, but not for ours",
        ),
        (  # the main verb comes after the clause
            "The allocated part of the big heap, which nobody has looked at for years, holds all the data.",
            "The allocated part of the big heap, which nobody has looked at for years, holds all the data",
        ),
        ("So m is the size of the filter.", "m is the size of the filter"),
        ("Deletion is not possible.", "Deletion is not possible"),
        (  # a tail that says the same again may go whatever it holds
            "False positive matches are possible, but false negatives are not \u2013 in other words, it never says no in vain.",
            "False positive matches are possible, but false negatives are not",
        ),
        (  # what a colon lists may go
            "The chance of an error is determined by the size: the length of the row, the width of the row, and its height.",
            "The chance of an error is determined by the size",
        ),
        (  # a definition is true without what narrows it down
            "A bloom filter is a probabilistic data structure designed to test whether an element is present in a large set.",
            "A bloom filter is a probabilistic data structure",
        ),
        (  # the verb of the sentence is behind the examples
            "Access to data stored in the browser such as local storage and cookies and files is separated by origin.",
            "Access to data stored in the browser such as local storage and cookies and files is separated by origin",
        ),
        (  # a condition stays
            "The program of the old library crashes loudly and at once - in case the file cannot be read at all.",
            "The program of the old library crashes loudly and at once - in case the file cannot be read at all",
        ),
        ("First, println! calls a macro of the language.", "println! calls a macro of the language"),
    ],
)
def test_statements_are_short_and_true(sentence, bullet):
    assert statement(sentence) == bullet


vocabulary = st.sampled_from(
    [
        "the",
        "root",
        "is",
        "3",
        "which",
        "because",
        "(so",
        "it)",
        "holds,",
        "and",
        "$x^2$",
        "never",
        "however,",
        "a",
        "tree;",
        "twelve",
    ]
)


@given(st.lists(vocabulary, min_size=1, max_size=40))
@settings(max_examples=400, deadline=None)
def test_a_statement_keeps_order_numbers_and_formulas(words):
    sentence = " ".join(words) + "."
    short = statement(sentence, strict=False)
    if short is None:
        return
    remaining = iter(re.findall(r"[\w^]+", sentence.lower()))
    assert all(word in remaining for word in re.findall(r"[\w^]+", short.lower()))
    for pattern in (r"\d|twelve|never", MATH):
        assert len(re.findall(pattern, short)) == len(re.findall(pattern, sentence))


def test_items_keep_their_term():
    item = "Normalisation (see g2p/x.py): " + ", ".join(f"kind {n} of things" for n in range(12)) + "."
    assert statement_of_item(item) == "Normalisation"
    assert statement_of_item("Great documentation") == "Great documentation"


def test_an_article_is_told_in_its_authors_sentences():
    script = compiled(DERIVATION)
    own = re.sub(r"\W+", " ", DERIVATION)
    for scene in script.scenes:
        for beat in scene.beats:
            assert beat.sources, beat
            for source in beat.sources:
                assert re.sub(r"\W+", " ", source).strip() in own
    kinds = [[block.kind for block in scene.material] for scene in script.scenes]
    assert ["formula"] * 3 in kinds
    assert ["table"] in kinds
    assert ["code"] in kinds
    assert script.scenes[0].title == script.title
    assert said(script)[0] == "Every quadratic equation can be solved by one old trick: completing the square."
    assert said(script)[-1] == "The sign of that number counts the roots."
    assert script.left_out == [
        "Beside the point and left out: \u201cFurther reading\u201d."
    ] or "Further reading" not in str(said(script))


def test_formulas_are_narrated_and_complete_their_sentence():
    script = compiled(DERIVATION)
    scene = next(scene for scene in script.scenes if scene.material and scene.material[0].kind == "formula")
    assert [beat.material for beat in scene.beats] == [[0], [1], [2], []]
    assert scene.beats[0].say == r"Divide everything by $a$: $x^2 + \frac{b}{a}x + \frac{c}{a} = 0$."
    assert scene.beats[3].say == "Where $b^2 - 4ac$ is called the discriminant."


def test_scenes_are_balanced_and_within_the_budget():
    script = compiled(long_article(30, listings=30))
    assert 4 <= len(script.scenes) <= 10
    sizes = [sum(count_words(beat.say) for beat in scene.beats) for scene in script.scenes]
    assert 200 <= sum(sizes) <= 700
    assert max(sizes) <= 130
    assert all(1 <= len(scene.beats) <= 6 for scene in script.scenes)
    listings = sum(1 for scene in script.scenes for block in scene.material if block.kind == "code")
    assert 1 <= listings < 9
    assert any("listings" in note for note in script.left_out)
    assert any("Left out for length" in note for note in script.left_out)
    assert any("words of the text are spoken" in note for note in script.left_out)
    assert len({scene.id for scene in script.scenes}) == len(script.scenes)


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_the_limit_of_scenes_holds(most):
    assert 1 <= len(compiled(long_article(8, listings=3), most).scenes) <= most


def test_a_short_article_is_read_whole():
    script = compiled(
        "# Trees\n\nTrees breathe slowly. Sunlight splits the water in their leaves. The wood keeps the sugar for years."
    )
    assert (
        " ".join(said(script))
        == "Trees breathe slowly. Sunlight splits the water in their leaves. The wood keeps the sugar for years."
    )
    assert script.left_out == []


def test_a_long_listing_is_cut_at_whole_functions_and_says_so():
    functions = "\n\n".join(
        f"def f{n}(x):\n" + "\n".join(f"    y{n} = x + {k}" for k in range(8)) + f"\n    return y{n}" for n in range(9)
    )
    script = compiled(
        f"# Code\n\nIt is long.\n\nThe function f5 adds small numbers to x:\n\n```python\n{functions}\n```"
    )
    block = next(block for scene in script.scenes for block in scene.material)
    lines = block.source.split("\n")
    assert len(lines) <= 25
    assert "def f5(x):" in lines
    assert lines[0].startswith("def ")
    assert lines[-1].startswith("    return")
    assert any(note.startswith("Of the listing in \u201cCode\u201d lines ") for note in script.left_out)


@pytest.mark.parametrize(
    ("text", "first", "kind"),
    [
        ("Hello", "Hello.", None),
        ("# Only a title", "Only a title.", None),
        ("```python\nx = 1\n```", "Here is the listing in Python.", "code"),
        ("| A | B |\n|--|--|\n| 1 | 2 |", "This table lists A and B.", "table"),
        (r"$$e^{i\pi} + 1 = 0$$", r"$e^{i\pi} + 1 = 0$.", "formula"),
        ("$$\\begin{align}a &= b \\\\ c &= d\\end{align}$$", "Here is the formula.", "formula"),
        ("- one\n- two", "one.", "list"),
        ("> To be.\n>\n> \u2014 Hamlet", "Hamlet: To be.", "quote"),
    ],
)
def test_a_document_of_one_thing_makes_a_video(text, first, kind):
    script = compiled(text)
    assert [block.kind for scene in script.scenes for block in scene.material] == ([kind] if kind else [])
    assert first in said(script)


def test_a_picture_alone_is_described_by_its_text():
    document = Document(title="Kite", origin="x", blocks=[Image(path="assets/a.png", alt="A red kite")])
    assert "The picture shows this: A red kite." in said(compile_script(document, 10))


def test_no_english_is_put_into_another_language():
    assert said(compiled("# B\u00e4ume\n\n```python\nx = 1\n```", language="de")) == ["B\u00e4ume.", "B\u00e4ume."]


def test_the_document_is_left_as_it_is():
    document = parse_markdown(DERIVATION, origin="x", stem="x")
    before = document.model_dump_json()
    compile_script(document, 10)
    assert document.model_dump_json() == before


def test_ids_are_ascii_and_unlike_each_other():
    taken = set()
    names = [
        slug(title, taken) for title in ("Gr\u00f6\u00dfe $x^2$", "grosse x 2", "\u4f60\u597d", "", "CON", "word " * 40)
    ]
    assert names == [
        "grosse-x-2",
        "grosse-x-2-2",
        "scene",
        "scene-2",
        "scene-con",
        "word-word-word-word-word-word-word-word-word",
    ]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It is bad (see Lame's theorem).", "It is bad."),
        ("It is good. (Examples are listed below.) It ends.", "It is good. It ends."),
        ("It takes long (about 3 s) (cf. the table) on $f(x)$.", "It takes long (about 3 s) on $f(x)$."),
        ("Call see(x) now (it sees).", "Call see(x) now (it sees)."),
    ],
)
def test_cross_references_in_brackets_are_not_spoken(text, left):
    assert without_references(text) == left


def titles(text, **fields):
    return [scene.title for scene in compiled(text, **fields).scenes]


def test_scenes_without_headings_are_titled_by_what_their_author_emphasises():
    text = (
        "# Flow\n\nSome words open the text about all of it.\n\n"
        "A **defer statement** pushes a call onto a list. The list is run when the function around it returns. "
        "It tidies up after the others have gone home.\n\n```go\nfunc CopyFile(a string) {\n    return\n}\n```\n\n"
        "**Panic** stops the ordinary flow of control and begins to unwind. The calls that were put off are run. "
        "The program then crashes with a message for the user."
    )
    found = titles(text)
    assert found[0] == "Flow"
    assert found[1] == "Defer statement"
    assert found[-1] == "Panic"
    ids = [scene.id for scene in compiled(text).scenes]
    assert ids[1] == "defer-statement"


def test_a_headed_section_keeps_its_heading_and_names_a_further_scene():
    text = (
        "# Numbers\n\nSome words open the text about all of it.\n\n## Properties\n\nThe ratio of two tends to gold:\n\n$$a = b$$\n\n"
        + "Many gardeners have seen it in their flowers and shells. Every spring they count the petals of the daisies. "
        * 2
        + "\n\nGCD identity:\n\n$$c = d$$\n\nThe numbers are hard for it."
    )
    assert titles(text)[1:] in (["Properties", "GCD identity"], ["Properties", "Properties", "GCD identity"])


def test_a_numbered_rule_leads_its_example():
    text = (
        "# Rules\n\nThere are some rules in this old game.\n\n1. Deferred calls are run in the reverse order.\n\n"
        "This function prints three numbers:\n\n```go\nfunc b() {\n    print(3)\n}\n```\n\n"
        "2. Deferred functions may read the named results.\n\nThis one returns two:\n\n```go\nfunc c() {\n    return 1\n}\n```\n"
    )
    scenes = [scene for scene in compiled(text).scenes if scene.material]
    assert [scene.title for scene in scenes] == ["Deferred calls", "Deferred functions"]
    assert scenes[1].beats[0].sources[0] == "Deferred functions may read the named results."


def test_a_legend_joins_its_formula():
    text = "# Odds\n\nThe odds of an error can be told at once.\n\n## Error\n\nThey are:\n\n$$p = q^k$$\n\n`k` = number of tries\n\n`q` = odds of one try\n"
    scene = compiled(text).scenes[-1]
    assert [block.kind for block in scene.material] == ["formula"]
    assert scene.beats[-1].say == "k = number of tries, q = odds of one try."


def test_addresses_in_a_table_are_shown_and_not_read():
    rows = "| https://a.org/x | same | only the path differs |\n| https://a.org/y | same | only the path differs |\n| https://b.org/x | other | another host |\n"
    script = compiled(
        f"# Origins\n\nPages have origins.\n\n## Table\n\nThe table compares them:\n\n| URL | Outcome | Reason |\n|--|--|--|\n{rows}"
    )
    beats = script.scenes[-1].beats
    assert [beat.say for beat in beats[1:]] == ["same: only the path differs.", "other: another host."]
    assert [len(beat.sources) for beat in beats[1:]] == [2, 1]


def test_a_title_line_is_short():
    assert title_line("It is small and quick.") == "It is small and quick"
    assert title_line("It is " + "very " * 30 + "small.") is None


def test_a_tagline_is_heard_once():
    assert (
        " ".join(
            said(compiled("# T\n\nSmall tools for big data.\n\nSmall tools for big data. They run on every machine."))
        ).count("Small")
        == 1
    )


def test_small_parts_join_their_section_where_there_are_too_many():
    part = "It takes a number of functions that make indexes. At each index the value becomes true."
    text = "# Filters\n\nA filter tells what it has seen.\n\n" + "".join(
        f"## Topic {n}\n\nThe filter of kind {n} has a certain size.\n\n### Insertion\n\n{part}\n\n### Search\n\nSearch reads them all again.\n\n"
        for n in range(3)
    )
    assert set(titles(text)) == {"Filters", "Topic 0", "Topic 1", "Topic 2", "Insertion", "Search"}
    script = compile_script(parse_markdown(text, origin="x", stem="x"), 4)
    assert [scene.title for scene in script.scenes] == ["Filters", "Topic 0", "Topic 1", "Topic 2"]


def test_a_call_for_attention_is_no_title():
    text = "# Flow\n\nSome words open it.\n\nMany words follow on the page. **Note**: all of them are old and known to the reader."
    assert set(titles(text)) == {"Flow"}
