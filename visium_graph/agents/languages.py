"""Whether a text is in the language that was asked for, as far as its letters and commonest words tell."""

from __future__ import annotations

import re

from visium_graph.agents.sentences import mask_math, word_set

__all__ = ["seems_other_language"]

_SCRIPTS = {
    "ja": "\u3040-\u30ff\u4e00-\u9fff",
    "zh": "\u4e00-\u9fff",
    "ko": "\uac00-\ud7af",
    "ru": "\u0400-\u04ff",
    "uk": "\u0400-\u04ff",
    "bg": "\u0400-\u04ff",
    "el": "\u0370-\u03ff",
    "he": "\u0590-\u05ff",
    "ar": "\u0600-\u06ff",
    "fa": "\u0600-\u06ff",
    "hi": "\u0900-\u097f",
    "th": "\u0e00-\u0e7f",
}
"""Languages that are not written in Latin letters -> theirs."""
_WORDS = {
    "en": word_set("the of and to is that it in for with this are be by from which"),
    "de": word_set("der die das und ist ein eine nicht mit von den auf es sich wir auch zu"),
    "fr": word_set("le la les des et est une un que dans pour qui sur pas ce avec du"),
    "es": word_set("el la los las de que y es un una en por con para se del como"),
    "it": word_set("il di che la un una per non con del della sono \u00e8 si come e gli"),
    "pt": word_set("o de que e do da em um uma para com n\u00e3o os as \u00e9 se por mais"),
    "nl": word_set("de het een en van is dat niet op met voor zijn we te er die"),
    "sv": word_set("och att det \u00e4r en som f\u00f6r p\u00e5 av inte den ett vi med till om"),
    "pl": word_set("i w na \u017ce jest si\u0119 to nie do z jak o tym ale po dla"),
    "tr": word_set("ve bir bu i\u00e7in ile de da ne gibi daha \u00e7ok olarak olan biz"),
}
"""The commonest words of languages that are."""


def seems_other_language(text: str, language: str) -> bool:
    """Whether a text is plainly in another language than the one asked for; False where that cannot be told.

    Args:
        text: at least a few sentences.
        language: BCP 47 code.

    Example:
        >>> seems_other_language("This is the first of the numbers, and it is odd.", "de")
        True
    """
    code = language.lower().partition("-")[0]
    letters = re.findall(r"[^\W\d_]", mask_math(text))
    letters = [letter for letter in letters if not "\ue000" <= letter <= "\uf8ff"]
    if code in _SCRIPTS:
        own = sum(bool(re.match(f"[{_SCRIPTS[code]}]", letter)) for letter in letters)
        return own < 0.3 * len(letters)
    if code not in _WORDS:
        return False
    words = re.findall(r"[^\W\d_]+", mask_math(text).lower())
    counts = {name: sum(word in common for word in words) for name, common in _WORDS.items()}
    return max(counts.values()) > 1.5 * counts[code] + 3
