"""What the words around a formula make of it: asserted, asked, denied, supposed, or meant in another arithmetic.

Lists of words decide, and they are generous: a formula that may not be asserted is not checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = [
    "FORMULA",
    "asks",
    "has_other_signs",
    "is_connective",
    "is_doubtful",
    "is_rejected",
    "is_rounding",
    "knows_language",
    "other_arithmetic",
]


FORMULA = "\ue000"
"""Stands for a formula in the texts that are looked at here."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


_CONNECTIVES = frozenset(
    {"and", "so", "thus", "hence", "therefore", "because", "since", "namely", "i.e", "that is", "which is"}
    | {"und", "also", "daher", "et", "donc", "y", "luego"}
)
# Said of what stands near: the formula may be the wrong one, a supposition, or what somebody believed.
_REJECTED: Mapping[str, re.Pattern[str]] = {
    "en": _words(
        r"wrong(?:ly)?|false(?:ly|hood|hoods)?(?! (?:positive|negative|alarm)s?)|incorrect(?:ly)?|untrue|mistak\w+|errors?|erroneous(?:ly)?|fallac\w+|paradox\w*|"
        r"absurd\w*|contradict\w*|impossible|nonsense|myths?|misconceptions?|misread\w*|misus\w*|flaw\w*|blunders?|bugs?|typos?|invalid|"
        r"bogus|sloppy|naive(?:ly)?|tempt\w*|pitfalls?|traps?|pretend\w*|suppos\w+|assum\w+|imagin(?:e|es|ed|ing)|hypothe\w+|what if|"
        r"jokes?|joked|tricks?|riddles?|quiz|true or|or false|prisoner|orwell|indiana|disprov\w+|refut\w*|counter-?examples?|"
        r"no solutions?|never true|not true|not equal|not so|does not hold|doesn['\u2019]t hold|cannot be|can['\u2019]t be|beware|broken|breaks?|"
        r"fails?|failed|failure|sanity check"
    ),
    "de": _words(
        r"falsch\w*|unwahr|fehler\w*|irrt\w*|widerspr\w*|paradox\w*|unm\u00f6glich\w*|unsinn|angenommen|annahme|nehmen wir an|"
        r"stell\w* (?:dir|euch|ihnen|sie sich) vor|behaupt\w*|stimmt nicht|keine l\u00f6sung|gegenbeispiel\w*|trugschl\w+"
    ),
    "fr": _words(
        r"faux|fausse\w*|erreur\w*|erron\w*|contradict\w*|paradox\w*|impossible|absurd\w*|suppos\w*|imagin\w*|pr\u00e9tend\w*|"
        r"aucune solution|contre-exemple\w*|pi\u00e8ge\w*"
    ),
    "es": _words(
        r"fals\w*|incorrect\w*|error\w*|err\u00f3ne\w*|equivoc\w*|contradic\w*|paradoj\w*|imposible|absurd\w*|supong\w*|supon\w*|"
        r"imagin\w*|sin soluci\u00f3n|contraejemplo\w*|trampa\w*"
    ),
}
# Said in the formula's own sentence, or in the one after it.
_DOUBT: Mapping[str, re.Pattern[str]] = {
    "en": _words(
        r"not|\w+n['\u2019]t|cannot|never|no|nor|neither|nobody|nothing|none|were|would|might|could|may|"
        r"claim(?:s|ed|ing)?|guess(?:es|ed|ing)?|conjectur\w*|believ\w+|thought|thinks?|says?|said|argu\w+|whether|unless|instead|"
        r"rather than|opposed to|than|versus|vs|avoid|careful|watch out|or|either|students?|pupils?|child|children|try|tries|trying|attempt\w*|"
        r"compar\w+|doubt\w*|suspect\w*|reject\w*|surpris\w+|statements?|quot\w+|carry|carries|strange\w*|weird\w*|looks like|seems?|until|equation"
    ),
    "de": _words(
        r"nicht|nie(?:mals)?|kein\w*|nein|w\u00e4re\w*|w\u00fcrde\w*|k\u00f6nnte\w*|vermut\w*|ob|oder|statt|anstatt|als|scheint|glaub\w*|denk\w*|wenn"
    ),
    "fr": _words(
        r"n['\u2019]\w+|ne|pas|jamais|non|serait|seraient|pourrait|aurait|croi\w*|pens\w*|si|ou|plut\u00f4t|au lieu|semble\w*"
    ),
    "es": _words(
        r"no|nunca|jam\u00e1s|ser\u00eda\w*|podr\u00eda\w*|cre[eo]\w*|piens\w*|si|o|en lugar|en vez|parece\w*"
    ),
}
_IF_FORMULA = re.compile(rf"\bif\s+(?:\S+\s+){{0,2}}{FORMULA}", re.IGNORECASE)
_OTHER_ARITHMETIC = _words(
    r"mod|modul\w+|modular|congruen\w*|residues?|clocks?|o['\u2019]clock|binary(?! search| tree)|octal|hexadecimal|hex|"
    r"ternary|(?:in|to) base|(?<!the )(?<!log )(?<!logarithm )base[- ](?:\d+|two|three|five|eight|ten|twelve|sixteen|b|n)|bases (?:\d|two)|number systems?|"
    r"boole\w*|logic(?:al|s)?|l\u00f3gica|logique|bitwise|dimensionless|dimensional analysis|truth (?:table|value)s?|xor|propositions?|vacuous\w*|floating[- ]?point|floats?|overflow\w*|"
    r"two['\u2019]s complement|bytes?|matri(?:x|ces)|tensors?|quaternions?|finite fields?|galois|tropical|cyclic|"
    r"\w+-adic|ordinals?|transfinite|concatenat\w*|kilobytes?|celsius|fahrenheit|roman numerals?|weekdays?|calendars?|"
    r"restklassen?|uhr(?:zeit)?|bin\u00e4r\w*|dualsystem|matrizen|logik|horloge|binaire\w*|matrice\w*|reloj|binari[oa]s?|matriz"
)
_ROUNDING = _words(
    r"round(?:s|ed|ing)?|floors?|ceilings?|truncat\w*|whole (?:numbers?|part)|integers?|index|indices|arrays?|lists?|"
    r"binary search|midpoint|middle|programs?|code|python|java\w*|about|approximate\w*|roughly|nearly|almost|close to|estimate\w*|"
    r"remainders?|left over|leftover|rund|etwa|ungef\u00e4hr|environ|aproximad\w*"
)
_CROSSED = re.compile("[?\u2717\u2718\u274c\u2716\u2612]")
_QUOTED = re.compile(rf"[\"'\u2018\u2019\u201c\u201d\u201e\u00ab]\s*{FORMULA}\s*[\"'\u2018\u2019\u201c\u201d\u00bb]")
_OTHER_SIGNS = re.compile(
    r"\\(?:[bp]?mod|pod|oplus|lor|land|vee|wedge|neg|lnot|equiv)(?![A-Za-z])|\\math(?:bb|bf)\s*\{?\s*[ZF]\s*\}?\s*[_/^{]"
)
_YES_OR_NO = _words(
    r"is|are|was|were|do|does|did|can|could|will|would|should|has|have|right|really|correct|or|true|so|but|and|what if|why"
)


def knows_language(language: str) -> bool:
    """Whether a denial or a supposition would be noticed in this language (a tag such as `en` or `es-MX`)."""
    return _base(language) in _DOUBT


def is_connective(words: str) -> bool:
    """Whether these words only lead from one equation to the next ("and", "so")."""
    return words.strip(" ,.:;").lower() in _CONNECTIVES


def is_rejected(text: str, language: str = "en") -> bool:
    """Whether the text speaks of mistakes, contradictions or suppositions: then a formula near it may be one."""
    return _in(_REJECTED, language).search(text) is not None


def is_doubtful(text: str, language: str = "en") -> bool:
    """Whether a sentence denies, supposes, quotes, asks or crosses out rather than asserts."""
    return bool(
        is_rejected(text, language)
        or _in(_DOUBT, language).search(text)
        or _IF_FORMULA.search(text)
        or _CROSSED.search(text)
        or _QUOTED.search(text)
        or other_arithmetic(text)
    )


def asks(text: str) -> bool:
    """Whether the text has a question that wants a yes or a no."""
    questions = re.findall(r"[^.!?]*\?", text)
    return any(_YES_OR_NO.match(question.lstrip(" \"'\u201c\u00bf")) for question in questions)


def other_arithmetic(text: str) -> bool:
    """Whether the text speaks of numbers that are added otherwise: on a clock, in binary, as matrices."""
    return _OTHER_ARITHMETIC.search(text) is not None


def has_other_signs(latex: str) -> bool:
    """Whether formulas among these have signs of another arithmetic: congruences, connectives, finite fields."""
    return _OTHER_SIGNS.search(latex) is not None


def is_rounding(text: str) -> bool:
    """Whether the text speaks of whole numbers in a way that lets a quotient be rounded."""
    return _ROUNDING.search(text) is not None


def _in(patterns: Mapping[str, re.Pattern[str]], language: str) -> re.Pattern[str]:
    return patterns.get(_base(language), patterns["en"])


def _base(language: str) -> str:
    return language.lower().replace("_", "-").partition("-")[0]
