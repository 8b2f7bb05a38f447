"""How words are to be said where an engine would guess wrong: the letter A, and names of the field."""

# ruff: noqa: RUF001  # signs are the data of this module

from __future__ import annotations

import re
from itertools import pairwise

__all__ = ["LETTER_A", "NAMES", "sentences"]

_AFTER_LETTER = (
    "squared|cubed|plus|minus|times|over|equals|is|sub|to the|bar|hat|inverse|transpose|prime|union|intersect|in|goes|"
    "implies|divides|and|choose|factorial|of|all|star|[b-zB-HJ-Z]"
)
LETTER_A = re.compile(rf"(?<!^)(?<![.?!]\s)\bA\b(?!['-])|\bA\b(?=\s(?:{_AFTER_LETTER})\b|,)")
"""The letter A of a formula. `speak` writes it as a capital; the article begins a sentence where it is one."""

NAMES: dict[str, str] = {
    "Euler": "ˈYləɹ", "Cauchy": "kOʃˈi", "Poisson": "pwɑsˈɑn", "Lagrange": "ləɡɹˈɑnʒ", "Leibniz": "lˈIbnɪts",
    "Fourier": "fˈʊɹiˌA", "Hermite": "ɛɹmˈit", "Galois": "ɡælwˈɑ", "Bézout": "bAzˈu", "Dijkstra": "dˈIkstɹə",
    "Erdős": "ˈɛɹdəʃ", "Möbius": "mˈObiəs", "Gödel": "ɡˈɜɹdᵊl", "Schrödinger": "ʃɹˈOdɪŋəɹ", "Noether": "nˈɜɹtəɹ",
    "LaTeX": "lˈAtɛk", "JSON": "ʤˈAsən", "YAML": "jˈæmᵊl", "CUDA": "kˈudə", "GAN": "ɡˈæn", "GANs": "ɡˈænz",
    "BLAS": "blˈæs", "LAPACK": "lˈApæk", "ReLU": "ɹˈAlu", "ODE": "ˌOdˌiˈi", "ith": "ˈIθ", "jth": "ʤˈAθ",
    "kth": "kˈAθ", "pth": "pˈiθ", "xth": "ˈɛksθ", "mth": "ˈɛmθ", "tanh": "tˈænʃ", "sinh": "sˈɪnʃ", "xi": "ksˈI",
    "Hopital": "lOpitˈɑl",
}  # fmt: skip
"""Word -> phonemes in hibari's (misaki's) alphabet, for words its lexicon lacks or reads in the English manner."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of spoken text, in which a full stop always ends one."""
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    return [(start, start + len(text[start:end].rstrip())) for start, end in pairwise(cuts) if text[start:end].strip()]
