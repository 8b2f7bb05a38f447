r"""Sentences of rich text: where they end, whether they stand by themselves, and how one ends when spoken.

Rich text is plain text with inline `$LaTeX$`; a literal dollar sign is `\$`.
"""

from __future__ import annotations

import re

from visium_graph.voices.speech import speak

__all__ = [
    "CONNECTOR",
    "MATH",
    "capitalise",
    "count_words",
    "finish",
    "is_about_the_text",
    "is_continuation",
    "is_definition",
    "is_speakable",
    "leans_on_previous",
    "mask_math",
    "points_elsewhere",
    "split_sentences",
    "without_brackets",
    "without_references",
    "word_set",
]


def word_set(text: str) -> frozenset[str]:
    """The words of a text, which reads better than a list of quoted words."""
    return frozenset(text.split())


MATH = re.compile(r"(?<!\\)\$(?=\S)((?:\\.|[^$\\])+?)(?<=\S)(?<!\\)\$(?!\d)", re.DOTALL)
"""Inline math, as the stage reads it."""

_LONGEST_LINE = 90
_LONGEST_MATRIX = 200
"""Characters of LaTeX of a formula that may be spoken: of a line, and with a matrix in it."""
_SPOKEN_WORDS = 14

_MASK = "\ue000"
_END = re.compile(
    r"[.!?\u2026]+[\"'\u201d\u2019)\]]*(?=\s+\S)|[\u3002\uff01\uff1f]+[\u201d\u2019\u300d\u300f]*(?=\s*\S)"
)
_NEVER_LAST = word_set(
    "dr mr mrs ms prof st jr sr rev gen col capt lt sgt hon e.g i.e cf vs viz resp approx ca circa incl excl esp al "
    "ibid op messrs mt ft jan feb mar apr jun jul aug sep sept oct nov dec inc ltd corp co dept univ assn bros"
)
_BEFORE_NUMBER = word_set("no nos fig figs eq eqs sec secs ch chap vol ver v pp p art tab ref refs thm lem def prop")
_ALSO_LAST = word_set("etc a.m p.m u.s u.k u.s.a ph.d d.c b.c a.d")
"""Abbreviations that may also end a sentence."""

CONNECTOR = re.compile(
    r"(?:(?:Please )?(?:[Nn]ote|[Nn]otice|[Oo]bserve|[Rr]ecall|[Rr]emember)|(?:It|it) turns out|It is (?:clear|easy to see)|"
    r"[Ww]e (?:can )?see|[Yy]ou can see|[Tt]his means|[Kk]eep in mind),? that,?\s+|(?:It|it) turns out,\s+|"
    r"(?:However|Moreover|Furthermore|Therefore|Thus|Hence|Consequently|Accordingly|Additionally|Also|Besides|Indeed|In fact|"
    r"Of course|Naturally|Clearly|Obviously|Interestingly|Surprisingly|Unsurprisingly|Importantly|Similarly|Likewise|Instead|"
    r"Nevertheless|Nonetheless|Still|Meanwhile|Conversely|Comparatively|Specifically|In particular|In general|Generally|"
    r"Essentially|Basically|Fundamentally|Ultimately|Finally|Lastly|First(?:ly)?|Second(?:ly)?|Third(?:ly)?|Next|Then|Now|"
    r"Again|Here|Yet|As a result|As a consequence|As expected|As usual|As always|As you can (?:see|imagine)|"
    r"As we (?:have seen|saw|know)|In other words|In short|In summary|In conclusion|To summari[sz]e|To sum up|To conclude|"
    r"By contrast|In contrast|On the other hand|On the one hand|For example|For instance|In addition|That said|That is|"
    r"After all|At first|At last|In practice|More precisely|More generally|Put differently|By the same token|Luckily|"
    r"Fortunately|Unfortunately|E\.g\.|I\.e\.|So|Well|Okay|OK),\s+"
    r"|(?:And|But|Or|So|E\.g\.|Therefore|Thus|Hence|Also|Then|Now),?\s+(?!that\b)(?=\S)"
    r"|(?:Note|Tip|Hint|Important|Warning|Caution|Remark|NB):\s+(?=\S)"
)
"""Openers that tie a sentence to the one before and can go when it stands alone."""

_LEANING = re.compile(
    r"(?:It|Its|It's|They|Their|They're|Them|He|His|She|Her|This|That|That's|These|Those|Which|Such|Both|Neither|Either|"
    r"Another|Others?|Each of (?:them|these)|One of (?:them|these)|Some of (?:them|these)|All of (?:them|these)|Doing (?:so|this)|"
    r"If (?:so|not)|To do (?:so|this|that)|Because of (?:this|that)|(?:In|At|From|With|By|After|Before|For|Using|Given|Like) "
    r"(?:this|that|these|those)\b|In (?:each|either|both) cases?|The (?:former|latter|other|others|same|second|third|fourth|"
    r"next|last|first|rest|result|remaining|reason|remedy|answer|above|previous)|First line|Second line|Same|Not only that|"
    r"Above|Below|Here|There it|What (?:this|that)|An(?:other)? example|Unlike (?:this|that|it|them)|Nor|Hardly|Rather)\b"
)
_EXPLETIVE = re.compile(  # this "it" stands for nothing before it
    r"It(?:'s| is| was| may be| might be| can be| seems| becomes)(?: \w+ly| so| not| also| often| always| very| more)* (?:easy|easier|hard|"
    r"harder|difficult|possible|impossible|important|useful|common|best|better|good|worth|necessary|essential|crucial|"
    r"convenient|tempting|clear|natural|traditional|time|true|likely|helpful|safe|customary|wise|usual|known|recommended|"
    r"straightforward|simple|reasonable|interesting|surprising)\b(?=[^.]* (?:to|that|when|for|if)\b)"
)
_CONTINUATION = re.compile(
    r"(?:where|and|or|so|which|with|for|but|if|then|hence|thus|when|while|because|since|therefore|that is|such that)\b"
)
_DEFINITION = re.compile(r"(?:\$[^$]{1,30}\$|[\w.()]{1,12}) ?(?:=|:=) ?[A-Za-z]{2,}")
_POINTING = re.compile(
    r"\b(?:as|is|are|be|been|was|were|see|the|code|example|figure|table|listing|diagram|image|picture|equation|formula|"
    r"command|commands|snippet|output|discussed|shown|mentioned|described|listed|given|defined|from|in|look|at) (?:the )?(?:above|below)\b(?! (?:zero|average|"
    r"all|the|a|an|which|it|that|\d))|\b(?:above|below)[.,:;)]|\bthe (?:above|below) |"
    r"\b(?:(?:click|tap|press) (?:here|on|the)|check out|head over|sign up|subscribe to|scroll (?:up|down)|stay tuned|read more)\b|"
    r"(?:^|\b[Yy]ou can |\b[Pp]lease )(?:[Vv]isit|[Dd]ownload|[Gg]o to|[Ff]ind) |"
    r"(?<!can )(?<!could )(?<!will )(?<!'ll )(?<!we )(?<!you )(?<!to )\bsee (?:the |also |our |this |chapter|section|figure|table|appendix|fig\b|\[)|\b(?:[Rr]efer to|consult) |"
    r"\bcan (?:also )?be found (?:here|in|on|at|within)\b|\b(?:in|check|see|read|visit) (?:the|our|its) (?:\w+ )?(?:documentation|docs|"
    r"website|wiki|gallery|repository|issue tracker)\b|\b(?:open|file|submit) (?:an? )(?:issue|bug|feature|pull)|"
    r"\b(?:colou?red|shaded|dashed|dotted|highlighted|red|green|blue|orange|gr[ae]y) (?:arrows?|lines?|box(?:es)?|dots?|curves?|bars?|areas?)\b|"
    r"\bfollowing (?:graph|figure|chart|image|picture|diagram|video|animation|plot)\b|\bpreceding (?:code|example|listing|section)\b|"
    r"\b(?:Discord|Slack|Reddit|Twitter|GitHub (?:repository|issues?|discussions?|sponsors))\b|\b[Ff]or an? (?:thorough|complete|full) |"
    r"\b[Ff]or (?:more|further) (?:information|details?|examples?|on)\b|\bmore (?:information|details?) (?:about|on|is|are|can)\b|"
    r"\b(?:Figure|Fig\.|Table|Listing|Chapter|Section|Appendix|Equation|Eq\.) ?\(?\d|\bthis (?:figure|picture|image|photo|"
    r"diagram|screenshot|chart|video|link|page|post|issue|repo(?:sitory)?)\b|\bthe (?:figure|picture|image|photo|diagram|"
    r"screenshot|link)\b|\bAppendix [A-Z]\b|https?://|www\.|(?<!\w)@\w|\b[\w-]+\.(?:io|com|org|net|dev)\b|^See |\b[\w.-]+@[\w-]+\.\w|\b(?:this|the) (?:previous|next|last|preceding|following) "
    r"(?:section|chapter|part|post|article|figure|example|listing|code|paragraph)\b",
    re.IGNORECASE,
)
_META = re.compile(
    r"\b(?:in|of|throughout) (?:this|the (?:next|previous|following)|our) (?:chapter|section|article|post|tutorial|guide|book|essay|"
    r"part|document|series)\b|\b(?:we|you|I)(?:'ll| will| are going to| shall) (?:now |then |also |first )*(?:look|see|cover|discuss|explore|"
    r"introduce|learn|build|talk|concentrate|focus|walk|dive|return|come back|get to|explain|describe|show)\b|\blet's (?:now |first )?"
    r"(?:take a|have a|look|see|start|begin|move|get started|dive|go|turn)\b|\b(?:later|earlier|so far|already seen|covered previously)\b"
    r"|\bhere(?:'s| is| are)\b|\bas follows\b|\bkeep (?:this|these|that|those)\b|\bfollow(?:ing)? along\b|\bcongratulations\b",
    re.IGNORECASE,
)
_WAITING = re.compile(  # what a sentence that ended in a colon needs where nothing follows on its line
    r"(?P<as>\b(?:defined|written|expressed|stated|given|formulated|described|implemented|put|rewritten|read|look|looks|works?|"
    r"proceeds?|goes|done|used) as)$|(?P<follow>\b(?:as follows|like so|do so|so far|this|these))$|(?P<lines>\bfollowing)$|(?P<verb>\b(?:is|are|be|was|were|by|to|get|gets|have|has|obtain|"
    r"gives|give|yields|yield|see|becomes|reads|means|like|with|from|for|of|in|into|says|equals))$|"
    r"(?P<that>\b(?:that|so|thus|hence|therefore|and|or|then|where|because|if))$",
    re.IGNORECASE,
)


def mask_math(text: str) -> str:
    """The text with every character of inline math replaced by a private one, so that positions hold."""
    return MATH.sub(lambda match: _MASK * len(match.group()), text)


def count_words(text: str) -> int:
    """Words as spoken, roughly: a formula counts by its symbols, an ideograph as half a word."""
    spoken = len(re.findall(r"[^\W_]+(?:['\u2019.-][^\W_]+)*", MATH.sub(" ", text)))
    ideographs = len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text))
    if ideographs:
        spoken = len(re.findall(r"[a-zA-Z0-9]+", MATH.sub(" ", text))) + ideographs // 2
    symbols = sum(len(re.findall(r"\\[a-zA-Z]+|[0-9]+|[^\s{}\\^_&]", match.group(1))) for match in MATH.finditer(text))
    return spoken + symbols


def split_sentences(text: str) -> list[str]:
    """Split a paragraph into sentences; nothing is lost but the white space between them.

    Example:
        >>> split_sentences("Dr. Lee said 3.14 is close. Is $f(x). X$ one? See e.g. Node.js.")
        ['Dr. Lee said 3.14 is close.', 'Is $f(x). X$ one?', 'See e.g. Node.js.']
    """
    masked = mask_math(text)
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(masked):
        if _ends_here(masked, start, match):
            sentences.append(text[start : match.end()].strip())
            start = match.end()
    return [sentence for sentence in (*sentences, text[start:].strip()) if sentence]


def _ends_here(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a full stop, question or exclamation mark ends the sentence that began at `start`."""
    # A window: what stands a page away decides nothing, and very long sentences stay cheap.
    before, after = text[max(start, match.end() - 600) : match.end()], text[match.end() : match.end() + 300].lstrip()
    if match.group()[0] in "\u3002\uff01\uff1f":
        return True
    if before.count("(") > before.count(")") and 0 <= after.find(")") < 250:
        return False
    opener = after.lstrip("\"'\u201c\u2018([*")[:1]
    fresh = opener.isupper() or opener.isdigit() or opener == _MASK or not opener.isascii()
    if not match.group().startswith(".") or match.group().startswith(".."):
        return fresh
    words = before.split()
    word = re.sub(r"^\W+", "", words[-1]).rstrip(".!?\u2026\"'\u201d\u2019)]")
    if _is_shortened(words, word, after):
        return word.lower() in _ALSO_LAST and opener.isupper()
    # A sentence may open with the name of a function; words in small letters after a known word are a sentence too.
    return fresh or (match.group() == "." and len(word) > 2 and opener.isalpha())


def _is_shortened(words: list[str], word: str, after: str) -> bool:
    """Whether the full stop after a word is that of an abbreviation, an initial or an item's number."""
    key = word.lower()
    item = len(words) == 1 and re.fullmatch(r"\d+|[ivx]+|[a-zA-Z]", word)
    initial = re.fullmatch(r"[A-Z]", word) and (len(words) < 2 or words[-2][:1].isupper())
    numbered = key in _BEFORE_NUMBER and re.match(r"[(\d]|[IVX]+\b", after)
    return bool(item or initial or numbered or key in _NEVER_LAST or key in _ALSO_LAST)


def leans_on_previous(sentence: str) -> bool:
    """Whether a sentence makes sense only after the one before it."""
    sentence = sentence.replace("\u2019", "'")
    if _EXPLETIVE.match(sentence):
        return False
    return bool(_LEANING.match(sentence) or CONNECTOR.match(sentence) or is_continuation(sentence))


def is_about_the_text(sentence: str) -> bool:
    """Whether it speaks of the article rather than of its subject ("In this section, we'll look at")."""
    return _META.search(sentence.replace("\u2019", "'")) is not None


def is_continuation(sentence: str) -> bool:
    """Whether it goes on with a sentence that a formula or listing interrupted ("where $m$ is the mass")."""
    return _CONTINUATION.match(sentence) is not None


def is_definition(text: str) -> bool:
    """Whether it gives a symbol its meaning: "k = number of bits"."""
    return _DEFINITION.match(text) is not None


def points_elsewhere(sentence: str) -> bool:
    """Whether it sends the reader to another place: a link, a figure, "below", another chapter."""
    return _POINTING.search(mask_math(sentence)) is not None


def without_brackets(text: str) -> str:
    """The text without its bracketed asides; calls such as `f(x)` and brackets in formulas stay."""
    for match in reversed(list(re.finditer(r"(?<=[\s,.;:])\s*\([^()]*\)", mask_math(text)))):
        text = text[: match.start()].rstrip() + text[match.end() :]
    return text


_REFERENCE = re.compile(
    r"(?:(?:also |please |e\.g\.,? |i\.e\.,? |for (?:example|instance|details|more),? )*(?:see|cf\.?|compare|refer to|read)\b|(?:more|details?) (?:on|about|in|below|above)\b|"
    r"(?:an? |the |some |more )?(?:examples?|details?|proofs?|sources?|links?|pictured|as|described|discussed|shown|listed|explained|mentioned)\b[^()]*"
    r"\b(?:below|above|later|earlier|here)\b|(?:below|above|left|right|pictured)\b)[^()]*",
    re.IGNORECASE,
)


def without_references(text: str) -> str:
    """The text without bracketed asides that send the reader elsewhere: "(see the theorem of Lam\u00e9)".

    Example:
        >>> without_references("It takes $n$ steps (see Lemma 3). (Examples are listed below.) Done (in 2 s).")
        'It takes $n$ steps. Done (in 2 s).'
    """
    for match in reversed(list(re.finditer(r"(?:(?<=[\s,.;:])|^)\s*\(([^()]*)\)\.?", mask_math(text)))):
        inner = text[match.start(1) : match.end(1)].strip()
        if not _REFERENCE.fullmatch(inner) and not (points_elsewhere(inner) and count_words(inner) <= 25):
            continue
        before, after = text[: match.start()].rstrip(), text[match.end() :]
        if match.group().endswith(").") and not before.endswith((".", "!", "?", ":")):
            after = "." + after
        text = (before + after).strip()
    return text


def capitalise(text: str) -> str:
    """First letter in upper case, unless the first word is a name such as `iPhone`, `gcd(a)`, `println!` or `k`, or math."""
    first = re.match(r"(?:a|[a-z]{2,})(?=[\s,;'\u2019-]|$)(?! ?(?:=|:=|<|>)\s)", text)
    return text[:1].upper() + text[1:] if first else text


def finish(sentence: str, formula: str = "") -> str:
    """A sentence as it is spoken: it ends, even where the author's went on with a formula or a listing.

    Args:
        sentence: an author's sentence, maybe ending in a colon.
        formula: LaTeX of the formula that follows; a short one is spoken in its place.
    """
    text = sentence.strip()
    if re.fullmatch(r"\([^()]*\)\.?", mask_math(text)):
        text = capitalise(text.strip("()."))  # an aside is a sentence like any other when spoken
    text = capitalise(text) if is_continuation(text) else text  # else a small letter is the author's: a name in code
    waiting = text.endswith((":", "\uff1a")) or (formula != "" and not re.search(r"[.!?\u2026]\W*$", text))
    if waiting:
        return _ended(text.rstrip(":\uff1a, -\u2013\u2014"), formula)
    closed = re.search(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u201d\u2019)\]]*$", mask_math(text))
    return text if closed else text.rstrip(",; -\u2013\u2014") + "."


def _ended(text: str, formula: str) -> str:
    """The end of a sentence that waits for what its colon announced."""
    needs = _WAITING.search(mask_math(text))
    kind = (needs.lastgroup or "") if needs else ""
    if formula and is_speakable(formula):
        return f"{text}{': ' if kind in ('', 'follow', 'lines') else ' '}${formula}$."
    if kind == "that":  # a conjunction with nothing to join
        proven = formula and re.search(r"\b(?:prove|show|see|know|verify|deduce|conclude|state) that$", text)
        return re.sub(r"[,\s]*\b\w+$", " this formula" if proven else "", text) + "."
    if formula and not kind and count_words(text) <= _SPOKEN_WORDS and not re.search(r"\b(?:following|here)\b|,", text):
        return text + ", as shown here."
    verb = " this formula" if formula else " this"
    return text + {"as": " follows", "verb": verb, "lines": " lines"}.get(kind, "") + "."


def is_speakable(formula: str) -> bool:
    """Whether a displayed formula is short enough to be spoken in the sentence that leads to it."""
    if "\\begin" not in formula and "\\\\" not in formula and len(formula) <= _LONGEST_LINE:
        return True
    if len(formula) > _LONGEST_MATRIX or re.search(r"\\begin\{(?![pbvBV]?matrix)", formula):
        return False
    return len(speak(f"${formula}$").spoken.split()) <= _SPOKEN_WORDS
