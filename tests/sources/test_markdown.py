"""Markdown to blocks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visium_graph.sources.document import CodeBlock, Formula, Heading, ItemList, Paragraph, Quote, Table
from visium_graph.sources.latex import clean_display
from visium_graph.sources.markdown import parse_markdown, pretty_stem


def parse(text):
    return parse_markdown(text, origin="x.md", stem="my-first_article")


def only(text, kind):
    (block,) = parse(text).blocks
    assert isinstance(block, kind)
    return block


def test_an_article_becomes_blocks_in_order():
    document = parse(
        "# On squares\n\nA *square* has **four** [equal](https://x.org) sides.\n\n## Area\n\nWith side $s$:\n\n$$A = s^2$$\n\n"
        "| side | area |\n|---|---|\n| 1 | 1 |\n| $x$ | $x^2$ |\n\n```python\nprint(2**2)\n```\n"
    )
    assert document.title == "On squares"
    assert [block.kind for block in document.blocks] == [
        "heading", "paragraph", "heading", "paragraph", "formula", "table", "code",
    ]  # fmt: skip
    assert document.blocks[1].text == "A square has four equal sides."
    assert document.blocks[4].latex == "A = s^2"
    assert document.blocks[5].rows == [["1", "1"], ["$x$", "$x^2$"]]
    assert document.blocks[6] == CodeBlock(language="python", source="print(2**2)", line=16)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: From the front\n---\n# A heading\n\nText.", "From the front"),
        ('+++\ntitle = "From TOML"\n+++\n\nText.', "From TOML"),
        ("Text first.\n\n# The heading\n\nMore.", "The heading"),
        ("## Second level opens\n\nText.", "Second level opens"),
        ("Only text.", "My first article"),
        ("Text.\n\n## A part\n\nMore.", "My first article"),
        ("---\ntitle: [broken\n---\n# Heading", "[broken"),
    ],
)
def test_the_title_comes_from_the_best_place(text, title):
    assert parse(text).title == title


def test_prose_between_rules_is_no_front_matter():
    assert [block.text for block in parse("---\nJust a line of prose\n\n---\n\nMore.").blocks][-1] == "More."


def test_front_matter_keeps_line_numbers_and_gives_the_language():
    document = parse("---\nlang: de\n---\n\n# Titel\n")
    assert (document.language, document.blocks[0].line) == ("de", 5)


@pytest.mark.parametrize(
    ("text", "rich"),
    [
        ("It costs $5 and $10 today.", r"It costs \$5 and \$10 today."),
        ("Let $x$ be one.", "Let $x$ be one."),
        (r"Let \(x^2\) be one.", "Let $x^2$ be one."),
        (r"Let \\(x^2\\) be one.", "Let $x^2$ be one."),
        (r"An escaped \(parenthesis\) stays.", "An escaped (parenthesis) stays."),
        ("Call `f($x)` now.", r"Call f(\$x) now."),
        ("Gone ~~deleted~~ :tada: <b>bold</b>.", "Gone bold."),
        ("A note[^1] here.\n\n[^1]: Small print.", "A note here."),
        ("Inline $$x$$ in a sentence.", "Inline $x$ in a sentence."),
        ("One line\nand the next.", "One line and the next."),
    ],
)
def test_inline_content_becomes_rich_text(text, rich):
    assert only(text, Paragraph).text == rich


@pytest.mark.parametrize(
    "text",
    ["$$\na = b\n$$", r"\[ a = b \]", "\\\\[\na = b\n\\\\]", "```math\na = b\n```", "$$a = b.$$", "$$a = b$$ (eq1)"],
)
def test_every_way_to_write_a_display_formula(text):
    assert only(text, Formula).latex == "a = b"


def test_a_formula_may_end_a_paragraph_without_a_blank_line():
    blocks = parse("So we get\n$$\nx\n- y = 0\n$$\nwhich is all.").blocks
    assert [block.kind for block in blocks] == ["paragraph", "formula", "paragraph"]
    assert blocks[1].latex == "x\n- y = 0"


def test_numbered_environments_become_plain_ones():
    latex = only("\\begin{align*}\na &= b \\label{e} \\\\\n &= c\n\\end{align*}", Formula).latex
    assert latex.startswith(r"\begin{aligned}")
    assert "label" not in latex
    assert clean_display(r"\begin{equation}x = 1\end{equation}") == "x = 1"
    assert clean_display(r"\left( x \right.") == r"\left( x \right."


def test_lists_are_flattened():
    block = only("1. Boil water\n2. Add\n   - tea\n   - sugar\n3. Wait until it is as dark as you like it", ItemList)
    assert block.ordered
    assert block.items == ["Boil water", "Add: tea, sugar", "Wait until it is as dark as you like it"]
    long = "a much longer nested item that is a sentence of its own"
    assert only(f"- Parent:\n  - {long}\n  - {long} too", ItemList).items == ["Parent", long, f"{long} too"]


def test_steps_with_listings_become_paragraphs_and_listings():
    blocks = parse("1. Install it:\n\n   ```sh\n   pip install x\n   ```\n\n2. Run it.").blocks
    assert [block.kind for block in blocks] == ["paragraph", "code", "paragraph"]


def test_a_quotation_has_an_attribution_and_a_note_is_no_quotation():
    quote = only("> All is *number*.\n>\n> \u2014 Pythagoras", Quote)
    assert (quote.text, quote.attribution) == ("All is number.", "Pythagoras")
    assert only("> Simple words.\n> -- A poet", Quote).attribution == "A poet"
    assert only("> [!NOTE]\n> Mind the step.", Paragraph).text == "Mind the step."


def test_diagrams_are_noted_and_not_shown():
    document = parse("Text.\n\n```mermaid\ngraph TD; A-->B\n```")
    assert [block.kind for block in document.blocks] == ["paragraph"]
    assert document.notes == ["the mermaid diagram in line 3 was left out: diagrams written as text are not drawn"]


def test_navigation_badges_and_contents_are_dropped():
    document = parse(
        "[![build](https://img.shields.io/b.svg)](https://ci)\n\n[Home](/) | [Docs](/docs)\n\n- [Part one](#one)\n- [Two](#two)\n\n"
        "# One\n\nText.\n\n---\n\n* [A book](https://x.org/book)\n"
    )
    assert [block.kind for block in document.blocks] == ["heading", "paragraph"]
    assert document.notes == ["lists of links (line 14) were left out: a video cannot be clicked"]


def test_html_is_stripped_to_its_words_and_listings():
    document = parse(
        "<div align='center'>\n<p>Some words &amp; more of them.</p>\n<script>var x</script>\n</div>\n\n<pre>\na = 1\n</pre>\n\n"
        "<table><tr><td>cell</td></tr></table>\n\n<!-- a comment -->\n"
    )
    assert [block.kind for block in document.blocks] == ["paragraph", "code"]
    assert document.blocks[0].text == "Some words & more of them."
    assert document.notes == ["the HTML table in line 10 was left out: write it as a Markdown table to show it"]


def test_a_folded_part_has_a_heading():
    blocks = parse("# T\n\n<details>\n<summary>More &amp; more</summary>\n\nText.\n\n</details>").blocks
    assert [(block.kind, block.text) for block in blocks] == [
        ("heading", "T"),
        ("heading", "More & more"),
        ("paragraph", "Text."),
    ]


def test_jekyll_listings_admonitions_and_bold_headings():
    blocks = parse(
        "{% highlight python %}\nx = 1\n{% endhighlight %}\n\n!!! note\n    Inside.\n\n**Step one**\n\nText."
    ).blocks
    assert [block.kind for block in blocks] == ["code", "paragraph", "heading", "paragraph"]
    assert isinstance(blocks[2], Heading)
    assert blocks[1].text == "Inside."


def test_code_is_dedented_and_its_language_known():
    block = only("```{.python .numberLines}\n    if x:\n\n        y\n\n```", CodeBlock)
    assert (block.language, block.source) == ("python", "if x:\n\n    y")
    assert only("    indented = 1\n", CodeBlock).language == "text"


def test_empty_columns_of_a_table_go():
    block = only("|  | a |\n|--|--|\n| ![](x.svg) | 1 |", Table)
    assert (block.header, block.rows) == (["a"], [["1"]])


def test_a_file_name_becomes_a_title():
    assert pretty_stem("2024-01-31-what_is-it") == "What is it"
    assert pretty_stem("") == "Untitled"


words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9)
sentences = st.lists(words, min_size=1, max_size=12).map(lambda ws: " ".join(ws).capitalize() + ".")


@given(st.lists(sentences, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_word_of_an_ordinary_paragraph_is_lost(paragraphs):
    document = parse("\n\n".join(paragraphs))
    assert [block.text for block in document.blocks] == paragraphs


@given(st.text(alphabet=st.sampled_from(list("ab1 \n\t$\\[](){}*_`#>|-+!~<:.&^%")), max_size=120))
@settings(max_examples=250, deadline=None)
def test_any_text_is_parsed(text):
    document = parse(text)
    assert document.title
    assert all(block.line >= 0 for block in document.blocks)


@pytest.mark.parametrize(
    ("html", "rich"),
    [
        ("It takes O(n<sup>2</sup>) steps.", "It takes $O(n^{2})$ steps."),
        (
            "Here x<sub>1</sub> + x<sub>2</sub> = 5 is a 2<sup>n</sup> thing.",
            "Here $x_{1} + x_{2} = 5$ is a $2^{n}$ thing.",
        ),
        ("About 10<sup>-9</sup> seconds.", "About $10^{-9}$ seconds."),
        ("So CO<sub>2</sub> and H<sub>2</sub>O.", "So CO\u2082 and H\u2082O."),
        ("It has 5 km<sup>2</sup> of land.", "It has 5 km\u00b2 of land."),
        ("In the 19<sup>th</sup> century.", "In the 19th century."),
        ("A claim.<sup>[1]</sup> And another<sup>2</sup>.", "A claim. And another."),
        ("Then e<sup>x<sup>2</sup></sup> grows.", "Then $e^{x^{2}}$ grows."),
        ("It is x<sub>max</sub> and log<sub>2</sub> n.", r"It is $x_{\max}$ and $\log _{2}$ n."),
        ("Unclosed <sup>x stays.", "Unclosed x stays."),
    ],
)
def test_superscripts_keep_their_meaning(html, rich):
    assert only(html, Paragraph).text == rich


def test_a_paragraph_of_notation_is_a_formula():
    assert only("( 1 - e <sup>-kn/m</sup> ) <sup>k</sup>", Formula).latex == "( 1 - e^{-kn/m} )^{k}"
    assert only("<p>H<sub>2</sub>O is wet.</p>", Paragraph).text == "H\u2082O is wet."


@given(st.text("ab2 ()+-<>/supb,.[]", max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_superscripts_become_whole_notation(text):
    for part in ("sup", "sub"):
        block_texts = [
            block.text for block in parse(f"Word x<{part}>{text}</{part}> end").blocks if isinstance(block, Paragraph)
        ]
        assert all(
            found.count("$") % 2 == 0 and "\ue010" not in found and "\ue013" not in found for found in block_texts
        )


@pytest.mark.parametrize(
    "text",
    [
        "_Read this in other languages:_ [_Fran\u00e7ais_](a), [_Deutsch_](b)",
        "Languages: [a](a) | [b](b).",
        "[Previous](a) | [Next](b)",
        "See also: [a](a)",
        "{{HTTPSidebar}}",
        "{{raw `",
        "- Docs: [x](a)\n- Website: [y](b)",
    ],
)
def test_lines_that_lead_elsewhere_are_dropped(text):
    assert [block.text for block in parse(f"First words.\n\n{text}\n\nLast words.").blocks] == [
        "First words.",
        "Last words.",
    ]


def test_sentences_with_links_stay():
    assert (
        only("There are two kinds: [apples](a) and [pears](b).", Paragraph).text
        == "There are two kinds: apples and pears."
    )


def test_macros_keep_what_they_show():
    text = """Call {{domxref("window.open")}} with {{Glossary('CORS', "sharing")}} {{deprecated_inline}} now."""
    assert only(text, Paragraph).text == "Call window.open with sharing now."


def test_lines_that_give_symbols_a_meaning_are_a_list():
    block = only("`k` = number of functions\n\n`m` = size in bits", ItemList)
    assert block.items == ["k = number of functions", "m = size in bits"]
    assert only("k = number of functions\nm = size in bits", ItemList).items == block.items


def test_emphasis_is_kept_as_terms():
    assert only("A **bloom filter** is *not* a list.", Paragraph).terms == ["bloom filter", "not"]
