"""English prose, token by token: numbers, units, abbreviations, identifiers, signs -> words.

Rules are tried in order where a token may begin; the first that matches says the words and where the token ends.
Words come out with their punctuation; `speech.py` joins them.
"""

# ruff: noqa: RUF001  # signs are the data of this module

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from visium_graph.voices import speech_numbers as numbers
from visium_graph.voices.speech_code import address, code, inline_math, split_identifier
from visium_graph.voices.speech_symbols import (
    GREEK,
    LETTERS,
    SMALL,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    SYMBOLS,
    UNITS,
    unit_words,
)

__all__ = ["RULES", "Rule", "say_character"]

Match = re.Match[str]


Rule = Callable[[str, int], tuple[int, str] | None]
"""(text, place) -> (where the token ends, its words); None where the rule does not apply."""


_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_SIGNED = rf"[-\u2212+]?{_NUMBER}"
_BEGIN = r"(?<!\w)(?<![\w)\]](?=[-\u2212+]))"
"""Where a number may begin: a sign right behind a word or bracket is an operator."""
_SCALE = r"(?:hundred|thousand|million|billion|trillion|bn|[kKMB](?![A-Za-z]))"
_SCALES = {"k": "thousand", "K": "thousand", "M": "million", "B": "billion", "bn": "billion"}
_MONEY = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny"), "¥": ("yen", ""), "₹": ("rupee", "")}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_UNIT_NAMES = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_UNIT = rf"(?:{_UNIT_NAMES})(?:²|³|\^2|\^3)?(?:/(?:{_UNIT_NAMES})(?:²|³|\^2|\^3)?)?(?![\w²³/^])"

_ABBREVIATIONS = {
    "e.g.": "for example", "eg.": "for example", "i.e.": "that is", "ie.": "that is", "etc.": "et cetera",
    "etc": "et cetera", "vs.": "versus", "vs": "versus", "cf.": "compare", "et al.": "and others",
    "approx.": "approximately", "resp.": "respectively", "w.r.t.": "with respect to", "wrt": "with respect to",
    "iff": "if and only if", "s.t.": "such that", "a.k.a.": "also known as", "viz.": "namely", "ca.": "about",
    "incl.": "including", "max.": "maximum", "min.": "minimum", "avg.": "average", "n.b.": "note well",
    "q.e.d.": "which was to be shown", "i.i.d.": "independent and identically distributed",
    "iid": "independent and identically distributed", "a.m.": "A M", "p.m.": "P M", "ph.d.": "P H D",
    "dr.": "doctor", "prof.": "professor", "mr.": "mister", "mrs.": "missus", "ms.": "miz", "st.": "saint",
    "jr.": "junior", "sr.": "senior", "u.s.": "U S", "u.k.": "U K", "b.c.": "B C", "a.d.": "A D",
    "w/o": "without", "w/": "with", "and/or": "and or", "i/o": "I O", "c++": "C plus plus", "c#": "C sharp",
    "f#": "F sharp", ".net": "dot net",
}  # fmt: skip
_ENDS_SENTENCE = {"etc.", "a.m.", "p.m.", "u.s.", "u.k.", "b.c.", "a.d.", "et al.", "i.i.d.", "q.e.d.", "ph.d.", "jr."}
_BEFORE_NUMBER = {
    "fig": "figure", "figs": "figures", "eq": "equation", "eqs": "equations", "eqn": "equation", "sec": "section",
    "secs": "sections", "ch": "chapter", "thm": "theorem", "def": "definition", "prop": "proposition",
    "lem": "lemma", "cor": "corollary", "ref": "reference", "refs": "references", "no": "number", "nos": "numbers",
    "p": "page", "pp": "pages", "vol": "volume", "app": "appendix", "tab": "table", "alg": "algorithm", "ex": "example",
    "art": "article", "c": "about", "ca": "about",
}  # fmt: skip
_ROMAN_AFTER = (
    "Chapter", "Part", "Section", "Volume", "Book", "Act", "Phase", "Type", "Theorem", "World War", "Level", "Stage",
    "Class", "Table", "Figure", "Appendix",
)  # fmt: skip
_VERSIONED = {
    "python", "version", "versions", "v", "release", "manim", "java", "numpy", "node", "ubuntu", "django", "pytorch",
    "tensorflow", "cuda", "ruby", "php", "scipy", "pandas", "http", "usb", "gpt", "c++",
}  # fmt: skip
_YEAR_BEFORE = {
    "in", "since", "by", "from", "until", "till", "year", "around", "circa", "before", "after", "during", "between", "early",
    "late", "of", "to", "and", *(month.lower() for month in _MONTHS),
}  # fmt: skip
_NO_NOUN = {
    "the", "a", "an", "and", "or", "but", "by", "when", "it", "he", "she", "they", "we", "was", "is", "to", "in", "with", "for",
    "as", "at", "that", "which", "who", "his", "her", "this", "on", "has", "had", "did", "were", "saw", "there", "after",
}  # fmt: skip


def _previous_word(match: Match) -> str:
    found = re.search(r"([\w+#]+)\.?\s*$", match.string[max(0, match.start() - 24) : match.start()])
    return found.group(1).lower() if found else ""


def _next_word(match: Match) -> str:
    found = re.match(r"\s+([a-z]+)\b", match.string[match.end() : match.end() + 24])
    return found.group(1) if found else ""


def _is_year(match: Match, text: str) -> bool:
    if not re.fullmatch(r"1[1-9]\d\d|20\d\d", text, re.ASCII):
        return False
    around = match.string[max(0, match.start() - 1) : match.start()] + match.string[match.end() : match.end() + 1]
    following = _next_word(match)
    return around == "()" or (_previous_word(match) in _YEAR_BEFORE and (not following or following in _NO_NOUN))


def _number(match: Match) -> str:
    text = match.group(0)
    if _is_year(match, text):
        return numbers.year(int(text))
    if _previous_word(match) in _VERSIONED and re.fullmatch(r"\d+\.\d+", text):
        return numbers.version(text)
    return numbers.number(text)


def _amount(text: str) -> str:
    """A number where no year is meant."""
    return numbers.number(text)


def _money(match: Match) -> str:
    sign, amount, scale = match.group("sign") or match.group("after"), match.group("amount"), match.group("scale")
    unit, cent = _MONEY[sign]
    if scale:
        return f"{_amount(amount)} {_SCALES.get(scale, scale)} {_several(unit)}"
    whole, _, hundredths = amount.partition(".")
    words = f"{_amount(whole)} {unit if whole == '1' else _several(unit)}"
    if len(hundredths) != 2 or not cent or hundredths == "00":
        return words if not hundredths or not int(hundredths) else f"{_amount(amount)} {_several(unit)}"
    small = cent if hundredths == "01" else "pence" if cent == "penny" else cent + "s"
    return f"{words} and {numbers.cardinal(int(hundredths))} {small}"


def _several(unit: str) -> str:
    return unit if unit == "yen" else unit + "s"


def _quantity(match: Match) -> str | None:
    amount, unit = match.group("amount"), match.group("unit")
    words = unit_words(unit, plural=amount not in {"1", "-1"})
    return None if words is None else f"{_amount(amount)} {words}"


def _range(match: Match) -> str:
    low, high, unit = match.group("low"), match.group("high"), match.group("unit")
    years = all(re.fullmatch(r"1[1-9]\d\d|20\d\d", end, re.ASCII) for end in (low, high)) and not unit
    words = " to ".join(numbers.year(int(end)) if years else _amount(end) for end in (low, high))
    if unit:
        words += " percent" if unit == "%" else " degrees" if unit == "°" else f" {unit_words(unit)}"
    return words


def _fraction(match: Match) -> str:
    over, under = match.group(1), match.group(2)
    if (over, under) == ("24", "7"):
        return "twenty-four seven"
    return numbers.fraction(int(over), int(under))


def _time(match: Match) -> str | None:
    hour, minute = int(match.group(1)), int(match.group(2))
    if hour > 24 or minute > 59:
        return f"{numbers.cardinal(hour)} to {numbers.cardinal(minute)}"
    words = numbers.cardinal(hour)
    half = match.group(3)
    if minute:
        words += (" oh " if minute < 10 else " ") + numbers.cardinal(minute)
    elif not half:
        words += " hundred" if hour > 12 else " o'clock"
    return words + (f" {half[0].upper()} M" if half else "")


def _date(match: Match) -> str | None:
    year, month, day = (int(piece) for piece in match.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"the {numbers.ordinal(day)} of {_MONTHS[month - 1]} {numbers.year(year)}"


def _abbreviation(match: Match) -> str:
    key = match.group(0).lower()
    after = match.string[match.end() :].lstrip()
    closing = key in _ENDS_SENTENCE and (not after or after[0].isupper() or after[0] == "$")
    words = _ABBREVIATIONS[key]
    return (words[0].upper() + words[1:] if match.group(0)[0].isupper() else words) + ("." if closing else "")


def _before_number(match: Match) -> str:
    word = _BEFORE_NUMBER[match.group(1).lower()]
    return word.capitalize() if match.group(1)[0].isupper() else word


def _roman(match: Match) -> str | None:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    digits = [values[letter] for letter in match.group(0)]
    total = sum(-low if low < high else low for low, high in zip(digits, [*digits[1:], 0], strict=True))
    return numbers.cardinal(total)


def _dash(match: Match) -> str:
    before, after = match.string[: match.start()].rstrip(), match.string[match.end() :].lstrip()
    spaced = match.string[max(0, match.start() - 1) : match.start()].isspace()
    single = re.search(r"(?:^|[\s(])(?:[A-Za-z]|\d[\d.]*)$", before) and re.match(r"(?:[A-Za-z]|\d[\d.]*)(?!\w)", after)
    if match.group(0) == "-" and spaced and single:
        return "minus"
    if not spaced and match.group(0) != "—" and before[-1:].isalnum() and after[:1].isalnum():
        return ""
    return ","


def _superscript(match: Match) -> str:
    value = "".join(SUPERSCRIPTS[sign] for sign in match.group(0))
    short = {"2": "squared", "3": "cubed", "T": "transpose", "-1": "to the minus one"}
    return short.get(value) or "to the " + inline_math(value)


def _subscript(match: Match) -> str:
    return inline_math("".join(SUBSCRIPTS[sign] for sign in match.group(0)))


def _mixed(match: Match) -> str | None:
    """Letters and digits in one token: `H2O`, `GPT4`, `3D`."""
    pieces = re.findall(r"\d+|[^\W\d]+", match.group(0))
    return " ".join(numbers.number(piece) if piece.isdecimal() else piece for piece in pieces)


def _word(match: Match) -> str:
    word = unicodedata.normalize("NFKC", match.group(0)).replace("\u2019", "'").replace("\u2018", "'")
    if re.fullmatch(r"[A-Za-z]-(?:th|st|nd|rd)", word):
        return word.replace("-", "")
    if re.fullmatch(r"[A-Za-z]-\w+", word):
        return word.replace("-", " ")  # x-axis, n-gram, p-value
    if len(word) == 1 and (word in GREEK or word in LETTERS):
        return GREEK.get(word) or LETTERS[word]
    return word if word.isascii() else "".join(f" {GREEK[letter]} " if letter in GREEK else letter for letter in word)


def _hexadecimal(match: Match) -> str:
    return "hex " + " ".join(numbers.digit_by_digit(sign) or sign.upper() for sign in match.group(1))


def _ornament(match: Match) -> str:
    """`2*3` is a product and `~5` an estimate; stars that emphasise a word are not heard."""
    before, after = match.string[: match.start()].rstrip(), match.string[match.end() :].lstrip()
    tight = match.string[: match.start()] == before and match.string[match.end() :] == after
    sign = match.group(0)
    if sign == "*" and re.search(r"[\w)]$", before) and re.match(r"[\w(]", after):
        return "times" if tight or re.search(r"(?:^|[\s(])(?:\w|\d+)\)?$", before) else ""
    return "about" if sign == "~" and after[:1].isdigit() else ""


def say_character(character: str) -> str:
    """The word of a sign that no rule took; empty for what has none (emoji, ornaments, control characters)."""
    known = SYMBOLS.get(character) or GREEK.get(character) or LETTERS.get(character)
    if known:
        return known
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain.isalnum() else ""


def _rule(pattern: str, say: Callable[[Match], str | None], flags: int = 0) -> Rule:
    """A rule of one pattern; where `say` returns None the match turned out to be something else."""
    compiled = re.compile(pattern, flags)

    def apply(text: str, at: int) -> tuple[int, str] | None:
        match = compiled.match(text, at)
        words = say(match) if match is not None and match.end() > at else None
        return None if match is None or words is None else (match.end(), words)

    return apply


_START = r"(?<!\w)"
_LETTER = rf"[^\W\d_{SMALL}]"
_END = rf"(?![^\W{SMALL}])"
_WORD = rf"{_LETTER}(?:{_LETTER}|[\u0300-\u036f])*"
_ADDRESS = (
    r"(?:https?://|www\.)[^\s<>\"]*[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w.])(?:[\w-]+\.)+(?:com|org|net|edu|io|dev|gov|ac\.uk|co\.uk)\b(?:/[^\s<>\"]*[\w/])?"
)
_SHORTENED = "|".join(re.escape(key) for key in sorted(_ABBREVIATIONS, key=len, reverse=True))
_TYPED = {
    "==": "equals", "!=": "is not equal to", "<=": "is less than or equal to", ">=": "is greater than or equal to",
    "=>": "implies", "->": "to", "<-": "from", "&&": "and", "||": "or", ":=": "is defined as",
}  # fmt: skip
_EXPONENT = r"(?:[eE][-+]?\d{1,3})?"

RULES: tuple[Rule, ...] = (
    _rule(r"(?<=\s)\[\d+(?:\s?[,–-]\s?\d+)*\]", lambda _: ""),  # a citation
    _rule(_ADDRESS, lambda m: address(m.group(0))),
    _rule(r"\b(https?|ftp|file):/{2,3}(?![\w/])", lambda m: m.group(1).upper()),  # a scheme by itself
    _rule(
        r"(?<!\w)<(/?)([A-Za-z][\w:-]*)(?:\s[^<>]*)?/?>", lambda m: f"{'closing ' if m.group(1) else ''}{m.group(2)}"
    ),
    _rule(r"(?<=\w)<([A-Za-z]\w*)>", lambda m: f"of {split_identifier(m.group(1))}"),  # `List<int>`
    _rule(rf"{_START}(\d{{4}})-(\d\d)-(\d\d)(?![\w-])", _date),
    _rule(rf"{_START}(\d{{1,2}}):(\d\d)(?!\d|:)(?:\s?([AaPp])\.?[Mm]\b\.?)?", _time),
    _rule(rf"{_START}({_NUMBER}):({_NUMBER})(?![\w:])", lambda m: f"{_amount(m.group(1))} to {_amount(m.group(2))}"),
    _rule(rf"(?P<sign>[$€£¥₹])\s?(?P<amount>{_NUMBER})(?:\s?(?P<scale>{_SCALE}))?(?P<after>)(?!\d)", _money),
    _rule(rf"{_START}(?P<sign>)(?P<amount>{_NUMBER})(?:\s?(?P<scale>{_SCALE}))?\s?(?P<after>[€£¥₹])", _money),
    _rule(rf"{_START}\d+(?:\.\d+){{2,}}(?!\w)", lambda m: numbers.version(m.group(0))),
    _rule(rf"{_START}v(\d+(?:\.\d+)*)(?!\w)", lambda m: f"version {numbers.version(m.group(1))}"),
    _rule(rf"{_START}\d+(?:[×x]\d+){{1,2}}(?!\w)", lambda m: " by ".join(map(_amount, re.split("[×x]", m.group(0))))),
    _rule(
        rf"{_START}(?P<low>{_NUMBER})(?:\s?[–—]\s?|-)(?P<high>{_NUMBER})(?:\s?(?P<unit>%|°|{_UNIT}))?(?![\w-])", _range
    ),
    _rule(rf"{_BEGIN}({_SIGNED})\s?%", lambda m: f"{_amount(m.group(1))} percent"),
    _rule(
        rf"{_BEGIN}({_SIGNED})\s?°(?!\s?[CFK]\b)",
        lambda m: f"{_amount(m.group(1))} {'degree' if m.group(1) == '1' else 'degrees'}",
    ),
    _rule(rf"{_START}(1[1-9]\d0|20\d0)s(?!\w)", lambda m: numbers.decade(int(m.group(1)))),
    _rule(rf"{_BEGIN}(?P<amount>{_SIGNED})[\s\u202f\u00a0]?(?P<unit>{_UNIT})", _quantity),
    _rule(rf"{_START}(\d{{1,3}})/(\d{{1,3}})(?![\w/])", _fraction),
    _rule(rf"{_START}0x([0-9A-Fa-f]+)(?!\w)", _hexadecimal),
    _rule(rf"{_START}(\d{{1,9}})(?:st|nd|rd|th)(?!\w)", lambda m: numbers.ordinal(int(m.group(1)))),
    _rule(rf"(?<![\w.])(?:{_SHORTENED})(?!\w)", _abbreviation, re.IGNORECASE),
    _rule(rf"(?<![\w.])({'|'.join(_BEFORE_NUMBER)})\.(?=\s?[\d(])", _before_number, re.IGNORECASE),
    _rule(rf"(?:{'|'.join(f'(?<={name} )' for name in _ROMAN_AFTER)})[IVXLC]+(?!\w)", _roman),
    code,
    _rule(rf"{_BEGIN}{_SIGNED}{_EXPONENT}{_END}|(?<![\w.])\.\d+(?!\w)", _number),
    _rule(f"[{''.join(SUPERSCRIPTS)}]+", _superscript),
    _rule(f"[{''.join(SUBSCRIPTS)}]+", _subscript),
    _rule(rf"{_START}(?:km/h|m/s²?|kg/m³|m²|m³|km²|cm²)(?!\w)", lambda m: unit_words(m.group(0))),
    _rule(r"(?<=[^\W\d_]{2})/(?=[^\W\d_]{2})", lambda _: "slash"),
    _rule(rf"{_WORD}(?:['\u2019-]{_WORD})*{_END}|{_WORD}['\u2019](?=\s)", _word),
    _rule(rf"[^\W_{SMALL}]+", _mixed),
    _rule(r"\.{2,}|…", lambda _: ","),
    _rule("|".join(map(re.escape, _TYPED)), lambda m: _TYPED[m.group(0)]),
    _rule(r"-{1,3}|[\u2012-\u2015]", _dash),
    _rule(r"(?<=\b[A-Za-z])['′]+", lambda m: "double prime" if len(m.group(0)) > 1 else "prime"),
    _rule(r"[()]", lambda _: ","),
    _rule(r"[\[\]{}⟨⟩\"'`\u2018-\u201f«»‹›|_\\^]+", lambda _: ""),
    _rule(r"[.,;:!?]", lambda m: m.group(0)),
    _rule(r"#(?=\d)", lambda _: "number"),
    _rule(r"[*#~]+", _ornament),
)
"""In the order they are tried."""
