"""Titles of scenes, in the author's own words: the heading, or what a further scene of its section speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from visium_graph.agents.outline import Sentence
from visium_graph.agents.ranking import content_words
from visium_graph.agents.segments import Segment
from visium_graph.agents.sentences import CONNECTOR, capitalise, mask_math, word_set
from visium_graph.sources.document import CodeBlock

__all__ = ["title_scenes"]

_LONGEST = 48
_MOST_WORDS = 6
_DETERMINER = r"(?:[Aa]n?|[Tt]he|[Ee]ach|[Ee]very|[Oo]ur|[Yy]our)"
_EXAMPLE = re.compile(r"(?:In (?:this|our|the following) (?:example|case|program|listing)|Here|Now|Finally|Next),\s+")
_SUBJECT = re.compile(
    rf"(?:{_DETERMINER} )?(?P<name>\S+(?: \S+){{0,5}}?) "
    r"(?P<verb>is|are|was|were|has|have|can|cannot|may|might|must|will|should|does|do|did|consists?|means|refers)\b(?P<rest>.*)"
)
_DEFINES = re.compile(r"\s(?:an?|the|one of|called|known)\b")
_ANNOUNCED = re.compile(r"(?:There are|Here are|These are|We have) (?P<name>[^,:;.]+):$")
_NAMED_RULE = re.compile(
    r"\w['\u2019]s [\w-]+|\b(?:rule|identity|theorem|lemma|law|formula|property|inequality|principle|equation|step|case|phase|method|trick)$"
)
_CALLED = re.compile(
    r"\b(?:called|known as|named|termed) (?:an? |the )?(?P<name>[\"\u201c][^\"\u201d]{3,40}[\"\u201d])"
)
_GENERIC = word_set(
    "note notes tip hint warning important caution example examples update remark result results answer reason question "
    "idea thing things point problem solution fact one ones way first second third last next same other others output "
    "input code program function functions value values number numbers case cases rest part all step steps figure table "
    "listing not always never only must all any following above below most everything"
)
_STOP = word_set(
    "i you he she it we they who what which that this these those there here when where why how if as because since while "
    "although though unless until in on at by for from with without to into onto over under between about after before "
    "during through and or but so nor yet not no nobody none nothing everyone everybody someone anybody both either neither "
    "each every all some many most few several such than then also just only even is are was were be been has have had do "
    "does did can could will would shall should may might must let given using its their his her my our your "
    "me him us them itself more less one another other others following same"
)
_DEFINED_IN_CODE = re.compile(
    r"^\s*(?:(?:export|pub|public|private|protected|static|async|abstract|final|inline|template|default) )*"
    r"(?:def|func|fn|function|class|struct|interface|trait|enum|sub|proc|module) +(?P<name>[A-Za-z_]\w{2,30})",
    re.MULTILINE,
)


@dataclass
class _Candidates:
    """What a scene could be called: by its author's emphasis or definition, by its subject, by its listing."""

    strong: str = ""
    subject: str = ""
    listing: str = ""


def title_scenes(
    segments: Sequence[Segment], spoken: Sequence[Sequence[Sentence]], document_title: str, *, english: bool
) -> list[str]:
    """A title for each segment.

    The first scene of a section has the section's heading. A further one is named after the term that its author
    emphasises or defines in it, and keeps the heading otherwise. Where there is no heading, only the document's title,
    a scene may also take the subject of its first sentence or the name that its listing defines, or go on under the
    title before.

    Args:
        segments: in the order of the scenes.
        spoken: for each segment the sentences that are spoken.
        document_title: the title of the opening scene.
        english: whether subjects can be found by English words.
    """
    titles: list[str] = []
    for number, segment in enumerate(segments):
        heading = segment.section.title
        headed = heading.casefold() != document_title.casefold()
        before = [title for other, title in zip(segments, titles, strict=False) if other.section is segment.section]
        if headed and not before:
            titles.append(heading)
            continue
        found = _candidates(segment, spoken[number], document_title, english=english)
        if headed:
            titles.append(found.strong or heading)
            continue
        going_on = before[-1] if before and before[-1] != heading and _goes_on(before[-1], segment) else ""
        titles.append(found.strong or going_on or found.subject or found.listing or heading)
    return titles


def _candidates(segment: Segment, spoken: Sequence[Sentence], document_title: str, *, english: bool) -> _Candidates:
    found = _Candidates()
    known = set(content_words(f"{document_title} {segment.section.title}"))
    announced = [name for sentence in spoken if (name := _announced(_bare(sentence.text)))]
    for position, sentence in enumerate(spoken):
        found.strong = found.strong or _emphasised(sentence)
        if english and (position == 0 or sentence.first):
            subject, defines = _subject(_bare(sentence.text))
            if not set(content_words(subject)) <= known:
                found.strong = found.strong or (subject if defines and sentence.first else "")
                found.subject = found.subject or subject
    if len(announced) == 1:  # several are the steps of the scene, and none of them names it
        found.strong = found.strong or announced[0]
    names = [match for block in segment.visuals if isinstance(block, CodeBlock) for match in _names(block.source)]
    found.listing = names[0] if names else ""
    return found


def _bare(text: str) -> str:
    """The sentence without the words that tie it to others."""
    for _ in range(2):
        opener = _EXAMPLE.match(text) or CONNECTOR.match(text)
        text = capitalise(text[opener.end() :]) if opener else text
    return text


def _emphasised(sentence: Sentence) -> str:
    """The term in bold or italics that the paragraph begins with, or that a sentence introduces."""
    if sentence.leading_term and _telling(sentence.leading_term):
        return _as_title(sentence.leading_term)
    called = _CALLED.search(sentence.text)
    return _as_title(called.group("name").strip('"\u201c\u201d,.')) if called else ""


def _announced(text: str) -> str:
    """What a sentence says is coming: "There are three simple rules:", "The addition rule:"."""
    if not text.endswith(":"):
        return ""
    found = _ANNOUNCED.match(text)
    name = found.group("name") if found else text[:-1]
    words = name.split()
    if "$" in name or len(words) > _MOST_WORDS or len(words) < 2 or not _telling(name):
        return ""
    if any(word.lower().strip("\"'") in _STOP for word in words) or (
        not found and re.search(r"\w(?:ing|ed|s)$", words[0]) and words[0].lower() == words[0]
    ):
        return ""
    if not found and not _NAMED_RULE.search(name):
        return ""  # an imperative such as "Run the tests:" is no name
    return _as_title(name)


def _subject(text: str) -> tuple[str, bool]:
    """The subject of a sentence, where plain words show what it is, and whether the sentence defines it."""
    found = _SUBJECT.match(mask_math(text))
    if found is None:
        return "", False
    name = text[found.start("name") : found.end("name")]
    words = re.sub(r"\b(?:of|for) (?:an? |the )?", "", name).split()
    plain = [word.strip("\"'\u201c\u201d()").lower() for word in words]
    if not words or any(word in _STOP or word.endswith("ly") for word in plain) or re.search(r"[,;:()<>=/\\]", name):
        return "", False
    if len(words) == 1:
        if plain[0].split("'")[0] in _GENERIC or len(plain[0]) < 3:
            return "", False
        whole = text[: found.end("name")]
        name = whole if whole.startswith("The ") else name
    if name.endswith((" of", " for")) or not _telling(name):
        return "", False
    return _as_title(name), found.group("verb") in ("is", "are") and _DEFINES.match(found.group("rest")) is not None


def _telling(name: str) -> bool:
    """Whether a name says something: not a number, not a word such as "Note"."""
    words = re.findall(r"[^\W\d_]{2,}", name.lower())
    return bool(words) and not all(word in _GENERIC or word in _STOP for word in words) and len(name) <= _LONGEST


def _names(source: str) -> list[str]:
    """Functions and types that a listing defines, but for those with a name that says nothing."""
    names = [match.group("name") for match in _DEFINED_IN_CODE.finditer(source)]
    return [
        name for name in names if name not in ("main", "test", "foo", "bar", "baz", "Main", "example", "run", "self")
    ]


def _goes_on(title: str, segment: Segment) -> bool:
    """Whether a scene still speaks of what the scene before is called after."""
    texts = [sentence.text for sentence in segment.sentences]
    texts += [block.source for block in segment.visuals if isinstance(block, CodeBlock)]
    wanted = set(content_words(title)) or {title}
    return wanted <= set(content_words(" ".join(texts)))


def _as_title(name: str) -> str:
    name = re.sub(rf"^{_DETERMINER} (?=\S+ \S)", "", name.strip())
    return capitalise(name)
