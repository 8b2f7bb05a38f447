# ruff: noqa: RUF001  # signs are the data of these tests

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from visium_graph.voices.speech import speak

NOTATION = set("$\\{}^_=<>|")

PROSE = [
    # numbers
    ("It cost 1,000,000 in all.", "It cost one million in all."),
    ("Pi is 3.14 or so.", "Pi is three point one four or so."),
    ("About 2/3 of 50 % is -5.", "About two thirds of fifty percent is minus five."),
    ("Founded in 1998.", "Founded in nineteen ninety-eight."),
    ("In 1024 steps.", "In one thousand and twenty-four steps."),
    ("Use 2048 elements.", "Use two thousand and forty-eight elements."),
    ("In the 1990s.", "In the nineteen nineties."),
    ("The war (1914–1918).", "The war, nineteen fourteen to nineteen eighteen."),
    ("Pages 3–5.", "Pages three to five."),
    ("The 21st and 3rd.", "The twenty-first and third."),
    ("Use Python 3.11 or v1.2.3.", "Use Python three point eleven or version one point two point three."),
    ("A 3×4 grid.", "A three by four grid."),
    ("About 1e-9.", "About one times ten to the minus nine."),
    ("At 3:45 pm, or 16:9.", "At three forty-five P M, or sixteen to nine."),
    ("On 2024-05-17.", "On the seventeenth of May twenty twenty-four."),
    ("Agent 007.", "Agent zero zero seven."),
    # mark-up and types
    ("An <img> or </div> tag.", "An img or closing div tag."),
    ("http:// is port 80.", "HTTP is port eighty."),
    ("A List<int> in TypeScript.", "A List of int in TypeScript."),
    ("When x < y and a > b.", "When x is less than y and a is greater than b."),
    # units and money
    ("At 5 km/h for 10 ms.", "At five kilometres per hour for ten milliseconds."),
    ("Store 3 GB and 1 kg.", "Store three gigabytes and one kilogram."),
    ("It fell at 9.8 m/s².", "It fell at nine point eight metres per second squared."),
    ("Turn 90° at -5 °C.", "Turn ninety degrees at minus five degrees Celsius."),
    ("It costs $3.50 or €20 million.", "It costs three dollars and fifty cents or twenty million euros."),
    ("Only £1 or 5 €.", "Only one pound or five euros."),
    ("From $5 to $10.", "From five dollars to ten dollars."),
    # abbreviations and names
    ("Fruit, e.g. apples, i.e. food.", "Fruit, for example apples, that is food."),
    ("Apples, pears, etc. Then more.", "Apples, pears, et cetera. Then more."),
    ("Apples etc. are cheap.", "Apples et cetera are cheap."),
    ("See Fig. 3 and eq. (2).", "See Figure three and equation, two."),
    ("Dr. Smith vs. Mr. Jones.", "Doctor Smith versus Mister Jones."),
    ("World War II and Chapter IV.", "World War two and Chapter four."),
    ("AI, NASA and SQL.", "AI, NASA and SQL."),
    ("It holds iff x is odd, w.r.t. y.", "It holds if and only if x is odd, with respect to y."),
    # code
    ("Call snake_case and foo().", "Call snake case and foo."),
    ("Call getValue(x) and a[i].", "Call get Value of x and A of i."),
    ("Set MAX_SIZE in `__init__`.", "Set max size in init."),
    ("Use numpy.linalg.norm here.", "Use numpy dot linalg dot norm here."),
    ("If x == 3 && y != 4.", "If x equals three and y is not equal to four."),
    ("In C++ and C#.", "In C plus plus and C sharp."),
    ("The word(s) here.", "The words here."),
    ("Pass --no-render to it.", "Pass no render to it."),
    # plain-text mathematics
    ("It takes O(n log n) time.", "It takes big O of n log n time."),
    ("The side is √2, and α ≤ β.", "The side is the square root of two, and alpha is less than or equal to beta."),
    ("So x² + y² = z².", "So x squared plus y squared equals z squared."),
    ("Here 10^6 and x_1.", "Here ten to the six and x sub one."),
    ("Here f(x) → 0.", "Here f of x to zero."),
    ("So f'(x) > 0.", "So f prime of x is greater than zero."),
    ("Then x - y = 3.", "Then x minus y equals three."),
    ("The n-th and k-th x-axis.", "The nth and kth x axis."),
    ("Water is H₂O or H2O.", "Water is H two O or H two O."),
    # signs
    ("Well — maybe (or not).", "Well, maybe, or not."),
    ("The Cauchy–Schwarz bound, well-known.", "The Cauchy Schwarz bound, well-known."),
    ("Hello 😀 world ✨.", "Hello world."),
    ("See https://docs.python.org/3/library.", "See docs dot python dot org."),
    ("Mail me@example.org now!", "Mail me at example dot org now!"),
    ('He said "yes"... right?', "He said yes, right?"),
    ("It isn’t *really* so.", "It isn't really so."),
    ("As shown in [12] before.", "As shown in before."),
    ("Choose and/or, input/output.", "Choose and or, input slash output."),
]


@pytest.mark.parametrize(("written", "spoken"), PROSE, ids=[written for written, _ in PROSE])
def test_prose(written: str, spoken: str) -> None:
    assert speak(written).spoken == spoken


def test_formulas_stand_in_prose() -> None:
    assert speak("Here $a^2 + b^2$ is 25.").spoken == "Here A squared plus b squared is twenty-five."
    assert speak(r"Set $$x = 1$$ or \(y = 2\).").spoken == "Set x equals one or y equals two."


def test_words_just_said_are_not_said_again() -> None:
    assert speak(r"The sum $\sum_{i=1}^n i$ grows.").spoken == "The sum from i equals one to n of i grows."
    assert speak(r"Is it $\sum_{i=1}^n i$?").spoken == "Is it the sum from i equals one to n of i?"


def test_spans_tie_each_written_token_to_its_words() -> None:
    written = "Here $a^2 + b^2$ — is (about) 25 km/h 😀."
    speech = speak(written)
    pairs = [(written[s.start : s.end], speech.spoken[s.spoken_start : s.spoken_end]) for s in speech.spans]
    assert pairs == [
        ("Here", "Here"),
        ("$a^2 + b^2$", "A squared plus b squared"),
        ("—", ""),
        ("is", "is"),
        ("(about)", "about,"),
        ("25 km/h", "twenty-five kilometres per hour"),
        ("😀.", ""),
    ]


def test_other_languages_keep_their_numbers_and_word_their_formulas() -> None:
    spoken = speak("Der Wert $a^2$ ist 3,5 kg (etwa 5 %) – oder?", "de").spoken
    assert spoken == "Der Wert a Quadrat ist 3,5 kg, etwa 5 Prozent, oder?"
    assert speak("La racine $\\sqrt{2}$.", "fr").spoken == "La racine racine carrée de 2."


FRAGMENTS = r"""$ \ { } ^ _ = < > | ( ) [ ] a b x f( \frac \sqrt \sum \text{ \left( \right) \begin{pmatrix} \end{pmatrix} & \\ % 1
2 3.14 - – — ² ₁ √ α ≤ $x$ 5km/h e.g. foo() a[i] " ' . , : ; ! 😀 https://a.b @ # * ~ / 1/2 1e9 12:30 2024-05-17 \mathrm{d}
\ce{H2O} \int_0^1 ½ Ⅳ ١ é ́ 漢 \not \over \cases \hline \color{red}""".split()  # noqa: SIM905  # a list would fill a screen
MESS = st.lists(st.sampled_from([*FRAGMENTS, " "]), max_size=14).map("".join)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), MESS, MESS.map(lambda text: f"${text}$")), st.sampled_from(["en", "de", "xx"]))
@example("$" + "(" * 1500 + ")" * 1500 + "$", "en")
@example("$" + r"\frac{1}{" * 900 + "}" * 900 + "$", "en")
@example("9" * 400, "en")
def test_any_text_comes_out_as_words_aligned_with_it(text: str, language: str) -> None:
    speech = speak(text, language)
    assert not NOTATION & set(speech.spoken)
    if any(character.isalpha() for character in text):
        assert any(character.isalnum() for character in speech.spoken)
    at = heard = 0
    for span in speech.spans:
        assert at <= span.start < span.end <= len(text)
        assert heard <= span.spoken_start <= span.spoken_end <= len(speech.spoken)
        assert not text[at : span.start].strip()
        at, heard = span.end, span.spoken_end
    assert not text[at:].strip()
