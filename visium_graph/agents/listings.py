"""Listings on a slide: the excerpt of a long one, and the lines that a sentence speaks of."""

from __future__ import annotations

import re
from collections import Counter

from visium_graph.agents.sentences import word_set

__all__ = ["blocks_of", "excerpt", "lines_spoken_of", "stations_of"]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_COMMENT = re.compile(r"\s*(?:#(?!include|define|!\[)|//|--|%|;)")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8}
_LINE_NUMBER = re.compile(r"\blines? (\d{1,3})(?:\s*(?:-|\u2013|to|and|through)\s*(\d{1,3}))?", re.IGNORECASE)
_LINE_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)}|last|next-to-last) (?:two |three )?lines?\b", re.IGNORECASE)
_FEWEST_PARTED = 4
_PLAIN = word_set(
    "a an the this that these those it its is are be was to of in on at by for from with as and or not if else then "
    "than so we you i use uses used using new get set can let have has do does will when which how what our your "
    "there here into over one two all each any some more most code line lines function value values name file program "
    "example type method output"
)


def blocks_of(source: str) -> list[tuple[int, int]]:
    """First and last line (from 1) of the parts of a listing: what blank lines, or else whole statements, separate."""
    lines = source.split("\n")
    starts = [0]
    for number in range(1, len(lines)):
        outermost = _indent(lines[number]) <= min((_indent(line) for line in lines if line.strip()), default=0)
        after_blank = not lines[number - 1].strip()
        opens = (
            outermost
            and lines[number].strip()
            and not re.match(r"\s*[)\]}>]|\s*(?:end|else|elif|except|finally|catch)\b", lines[number])
        )
        if opens and (after_blank or not lines[number - 1].lstrip().startswith(("#", "//", "@", "*", "/*", "--"))):
            starts.append(number)
    blocks = []
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        end = stop
        while end > start + 1 and not lines[end - 1].strip():
            end -= 1
        blocks.append((start + 1, end))
    return blocks


def stations_of(source: str) -> list[tuple[int, int]]:
    """Where a walk through a listing halts: its parts, or where it is one part, the groups that blank lines make in it."""
    blocks = blocks_of(source)
    if len(blocks) > 1:
        return blocks
    lines = source.split("\n")
    groups: list[tuple[int, int]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if groups and groups[-1][1] == number - 1:
            groups[-1] = (groups[-1][0], number)
        else:
            groups.append((number, number))
    if len(groups) == 1 and len(lines) >= _FEWEST_PARTED and re.search(r"[:{(\[]\s*$", _without_comment(lines[0])):
        closed = re.match(r"\s*[)\]}]", lines[-1]) is not None
        return [(1, 1), (2, len(lines) - closed)]  # the head of a function, and what is in it
    return groups or blocks


def excerpt(source: str, mentions: str, most: int = 25) -> tuple[int, int]:
    """The lines (first, last; from 1) of a long listing to show: neighbouring whole parts, those spoken of most.

    Args:
        source: the listing.
        mentions: the text around it.
        most: lines that fit. A part that alone is longer is cut at this length.
    """
    lines = source.split("\n")
    if len(lines) <= most:
        return 1, len(lines)
    spoken = {word for word in _IDENTIFIER.findall(mentions) if word.lower() not in _PLAIN}
    blocks = blocks_of(source)
    weights = [len(spoken.intersection(_IDENTIFIER.findall("\n".join(lines[a - 1 : b])))) for a, b in blocks]
    best, best_key = (1, most), (-1.0, 0)
    for i, (first, _) in enumerate(blocks):
        for j in range(i, len(blocks)):
            last = blocks[j][1]
            if last - first + 1 > most:
                break
            key = (float(sum(weights[i : j + 1])) - 0.01 * i, last - first)
            if key > best_key:
                best, best_key = (first, last), key
    heaviest = max(range(len(blocks)), key=lambda i: weights[i])
    if weights[heaviest] > max(best_key[0], 0.0):  # the part that matters is itself too long
        first = blocks[heaviest][0]
        return first, min(first + most - 1, blocks[heaviest][1])
    return best


def lines_spoken_of(source: str, sentence: str) -> tuple[int, int] | None:
    """First and last line (from 1) that a sentence speaks of by number or by the names in them; None where it does not."""
    lines = source.rstrip().split("\n")
    numbered = _LINE_NUMBER.search(sentence)
    if numbered and 1 <= int(numbered.group(1)) <= len(lines):
        first = int(numbered.group(1))
        return first, min(len(lines), max(first, int(numbered.group(2) or first)))
    ordinal = _LINE_ORDINAL.search(sentence)
    if ordinal:
        word = ordinal.group(1).lower()
        number = len(lines) if word == "last" else len(lines) - 1 if word == "next-to-last" else _ORDINALS[word]
        if 1 <= number <= len(lines):
            return number, number
    return _lines_by_name(lines, sentence)


def _lines_by_name(lines: list[str], sentence: str) -> tuple[int, int] | None:
    """The line with the rarest names of the sentence, and its neighbours that share them."""
    found = [set(_IDENTIFIER.findall(line)) for line in lines]
    frequency = Counter(name for names in found for name in names)
    words = _IDENTIFIER.findall(sentence)
    if words and words[0] not in frequency:  # a name that opens the sentence has its capital letter from there
        words[0] = words[0][:1].lower() + words[0][1:]
    spoken = list(dict.fromkeys(word for word in words if _is_name(word, frequency, sentence)))
    if not spoken:
        return None
    # Of names that are equally rare the one spoken first is meant.
    worth = {name: (1.1 if name == spoken[0] else 1.0) / frequency[name] for name in spoken}
    weights = [sum(worth[name] for name in names if name in worth) for names in found]
    best = max(range(len(lines)), key=lambda i: weights[i])
    if weights[best] < 0.2:
        return None
    first = last = best
    while first > 0 and weights[first - 1] >= 0.5 * weights[best]:
        first -= 1
    while last < len(lines) - 1 and weights[last + 1] >= 0.5 * weights[best]:
        last += 1
    return first + 1, _end_of_block(lines, last) + 1


def _is_name(word: str, frequency: Counter[str], sentence: str) -> bool:
    if word not in frequency or word.lower() in _PLAIN:
        return False
    if len(word) == 1:  # the variable x, but not the article a nor the pronoun I
        return (
            re.search(rf"(?:variables?|parameters?|arguments?|values?|of|and|,|call|called) {word}\b", sentence)
            is not None
        )
    return True


def _without_comment(line: str) -> str:
    return re.sub(r"(?:#|//).*$", "", line)


def _end_of_block(lines: list[str], last: int) -> int:
    """A line that opens a short block lights up with it, and a comment with what it comments."""
    if _COMMENT.match(lines[last]):
        while last + 1 < len(lines) and lines[last + 1].strip() and not _COMMENT.match(lines[last + 1]):
            last += 1
        return last
    if not re.search(r"[:{(\[]\s*$", _without_comment(lines[last])):
        return last
    end = last
    while end + 1 < len(lines) and (not lines[end + 1].strip() or _indent(lines[end + 1]) > _indent(lines[last])):
        end += 1
    if end + 1 < len(lines) and re.match(r"\s*[)\]}]", lines[end + 1]):
        end += 1
    while end > last and not lines[end].strip():
        end -= 1
    return end if end - last <= 8 else last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip()) if line.strip() else 999
