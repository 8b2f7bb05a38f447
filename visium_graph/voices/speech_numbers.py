"""Numbers as English words, through num2words."""

from __future__ import annotations

import re

from num2words import num2words  # type: ignore[import-untyped]

__all__ = ["cardinal", "count_words", "decade", "digit_by_digit", "fraction", "number", "ordinal", "version", "year"]

_LONGEST = 36
"""Digits of the longest number read as one number; longer ones are read digit by digit."""

_DENOMINATORS = {2: ("half", "halves"), 4: ("quarter", "quarters")}


def cardinal(value: int) -> str:
    """`1234` -> `one thousand two hundred and thirty-four`."""
    if len(str(abs(value))) > _LONGEST:
        return ("minus " if value < 0 else "") + digit_by_digit(str(abs(value)))
    return str(num2words(value)).replace(",", "")


def digit_by_digit(text: str) -> str:
    """`007` -> `zero zero seven`; what is no digit is dropped."""
    return " ".join(str(num2words(int(digit))) for digit in text if digit.isdecimal())


def number(text: str) -> str:
    """A written number: sign, thousands separators, decimals and an exponent (`1,000`, `-3.14`, `2e-9`)."""
    text = text.replace(",", "").replace("\u2212", "-").replace("\u202f", "").lower()
    sign = "minus " if text.startswith("-") else "plus " if text.startswith("+") else ""
    mantissa, _, exponent = text.lstrip("+-").partition("e")
    whole, point, decimals = mantissa.partition(".")
    if len(whole) > 1 and whole.startswith("0"):
        words = digit_by_digit(whole)
    else:
        words = cardinal(int(whole)) if whole else "zero"
    if point and decimals:
        words += " point " + digit_by_digit(decimals)
    if exponent:
        words += " times ten to the " + number(exponent)
    return sign + words


def ordinal(value: int) -> str:
    """`21` -> `twenty-first`."""
    if len(str(abs(value))) > _LONGEST:
        return digit_by_digit(str(value))
    return str(num2words(value, to="ordinal")).replace(",", "")


def year(value: int) -> str:
    """`1998` -> `nineteen ninety-eight`."""
    return str(num2words(value, to="year")).replace(",", "")


def decade(value: int) -> str:
    """`1990` -> `nineteen nineties`."""
    words = year(value)
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def fraction(over: int, under: int) -> str:
    """`2, 3` -> `two thirds`; where the denominator is no household word, `seven over thirty-two`."""
    if not (0 < over < 100 and (2 <= under <= 10 or under in {12, 16, 20, 100})):
        return f"{cardinal(over)} over {cardinal(under)}"
    single, plural = _DENOMINATORS.get(under) or (ordinal(under), ordinal(under) + "s")
    return f"{cardinal(over)} {single if over == 1 else plural}"


def version(text: str) -> str:
    """`3.11.2` -> `three point eleven point two`."""
    return " point ".join(cardinal(int(piece)) for piece in text.split("."))


def count_words(text: str) -> int:
    """How many words a text has, for estimates of its length in speech."""
    return len(re.findall(r"\w+(?:['\u2019-]\w+)*", text))
