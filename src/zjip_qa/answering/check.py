"""Checks a written answer against the words that it cites, claim by claim.

Serves the answers composed here and stands ready for text that a language model wrote. A claim is
a sentence with the citation markers that end it. What can be compared exactly is: the words
themselves where claim and quote are of one language, figures and dates as values across the
languages, titles, places, and other names, across the languages by their sound. Whether the claim
follows from the quote is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from zjip_qa.answering.names import places_in
from zjip_qa.answering.quantities import (
    Quantity,
    QuantityKind,
    find_english_quantities,
    find_quantities,
    same_value,
)
from zjip_qa.retrieval import load_bridge, query_terms
from zjip_qa.text import (
    Segmenter,
    detect_language,
    is_function_word,
    is_han,
    normalize,
    stem,
)
from zjip_qa.types import Citation, Language, Span

_MARKERS = re.compile(r"(?:\s*\[\d+\])+")
_SENTENCE = re.compile(
    r"(?:\s*\[\d+\])+|(?:[^。！？!?.\n\[]|\[(?!\d+\])|\.(?!\s|$))+(?:[。！？!?.]+[”’\"')）》]*)?(?:\s*\[\d+\])*"
)
_TITLE = re.compile(r"《([^《》]+)》")
_SAID = re.compile(r"[“\"]([^”\"]{2,})[”\"]")
_CAPITALISED = re.compile(r"(?<=[\w,;:)] )[A-Z][a-z]{2,}\b")
_LEAST_SHARED = 0.5
"""Share of a claim's content words that a quote of its language must hold."""


class Verdict(StrEnum):
    """What the check of a claim found.

    VERBATIM: the claim's very words stand in a quote. AGREES: its figures, dates, titles and
    places do, and, in one language, most of its words. DIFFERS: something doesn't. UNCITED: it
    has no citation, or one that isn't there.
    """

    VERBATIM = "verbatim"
    AGREES = "agrees"
    DIFFERS = "differs"
    UNCITED = "uncited"


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer and what was found of it.

    Attributes:
        text: the sentence without markers.
        citations: numbers of its citations, from 1.
        verdict: what the check found.
        missing: what the quotes don't hold, as the claim writes it.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    missing: tuple[str, ...] = ()


def check_answer(text: str, citations: Sequence[Citation], segmenter: Segmenter) -> list[Claim]:
    """Check every claim of an answer.

    Args:
        text: the answer, with the markers `[1]`, `[2]` … that number `citations`.
        citations: quotes, each with its translation where there is one.
        segmenter: finds words and names of places.

    Returns:
        The claims in order. A sentence without a marker of its own goes with the next marker of
        its line, as a paragraph with one marker at its end is read.
    """
    claims = []
    for line in text.splitlines():
        waiting: list[str] = []
        for match in _SENTENCE.finditer(line):
            numbers = tuple(int(n) for n in re.findall(r"\[(\d+)\]", match[0]))
            said = _plain(_MARKERS.sub("", match[0]))
            if said:
                waiting.append(said)
            if numbers:
                claims += [_checked(each, numbers, citations, segmenter) for each in waiting]
                waiting = []
        claims += [Claim(each, (), Verdict.UNCITED) for each in waiting]
    return claims


def worst_verdict(text: str, citation: Citation, segmenter: Segmenter) -> Verdict:
    """The least that is found of any claim of a text that rests on one citation.

    Args:
        text: what is said, without markers.
        citation: what it rests on.
        segmenter: as in `check_answer`.
    """
    claims = check_answer(f"{_MARKERS.sub('', text)} [1]", [citation], segmenter)
    order = (Verdict.DIFFERS, Verdict.UNCITED, Verdict.AGREES, Verdict.VERBATIM)
    return min((claim.verdict for claim in claims), key=order.index, default=Verdict.VERBATIM)


def _plain(text: str) -> str:
    return re.sub(r"\*\*", "", text).strip(" \t—-–>")


def _checked(
    claim: str, numbers: tuple[int, ...], citations: Sequence[Citation], segmenter: Segmenter
) -> Claim:
    cited = [citations[n - 1] for n in numbers if 1 <= n <= len(citations)]
    if len(cited) < len(numbers):
        return Claim(claim, numbers, Verdict.UNCITED)
    sources = [text for c in cited for text in (c.quote, c.translation) if text]
    if any(_bare(claim) in _bare(source) for source in sources):
        return Claim(claim, numbers, Verdict.VERBATIM)
    missing = [
        *_figures_missing(claim, sources),
        *_titles_missing(claim, sources),
        *_places_missing(claim, sources, segmenter),
        *_names_missing(claim, sources, segmenter),
    ]
    if not missing and not _shares_words(claim, sources, segmenter):
        missing.append(claim)
    verdict = Verdict.DIFFERS if missing else Verdict.AGREES
    return Claim(claim, numbers, verdict, tuple(dict.fromkeys(missing)))


def _bare(text: str) -> str:
    """Letters and digits alone, in one spelling: layout and marks are no claim."""
    return "".join(c for c in normalize(text).text.casefold() if c.isalnum())


def _quantities(text: str) -> list[Quantity]:
    """Read a text as both languages do: a Chinese quote may stand inside an English claim.

    What Han characters touch isn't read as English, which would take 8.4 of 8.4万.
    """

    def is_english(span: Span) -> bool:
        return not any(is_han(c) for c in (text[: span.start][-1:], text[span.end :][:1]) if c)

    english = (q for q in find_english_quantities(text) if is_english(q.span))
    return [*find_quantities(text), *english]


def _figures_missing(claim: str, sources: Sequence[str]) -> list[str]:
    """Figures of a claim that stand in no source, whichever way they are read."""
    held = [quantity for source in sources for quantity in _quantities(source)]
    values = {value for quantity in held for value in _values(quantity)}
    found = _quantities(claim)
    met = [
        quantity.span
        for quantity in found
        if any(same_value(quantity, other) or _within(quantity, other) for other in held)
        # The same number read as another kind of figure; another magnitude is another number.
        or _values(quantity) <= values
    ]
    return [
        _written(claim, quantity)
        for quantity in found
        if not any(quantity.span.overlaps(span) for span in met)
    ]


def _values(quantity: Quantity) -> set[Decimal]:
    """Every number that a figure is made of."""
    parts = (quantity.value, quantity.upper, *map(Decimal, (*quantity.date, *quantity.until)))
    return {part for part in parts if part}


def _written(claim: str, quantity: Quantity) -> str:
    return claim[quantity.span.start : quantity.span.end]


def _within(said: Quantity, held: Quantity) -> bool:
    """Whether a date gives parts of the source's date and no other ("in 2023" of 1 May 2023)."""
    if said.kind is not QuantityKind.DATE or held.kind is not QuantityKind.DATE:
        return False
    return all(not a or a == b for a, b in zip(said.date, held.date, strict=True))


def _titles_missing(claim: str, sources: Sequence[str]) -> list[str]:
    held = [_bare(source) for source in sources]
    named = _TITLE.findall(claim)
    if detect_language(claim) is Language.ZH or any(_bare(n) in h for n in named for h in held):
        named += _SAID.findall(claim)
    return [name for name in named if not any(_bare(name) in each for each in held)]


def _places_missing(claim: str, sources: Sequence[str], segmenter: Segmenter) -> list[str]:
    return [
        place.written
        for place in places_in(claim, segmenter)
        if not any(place.stands_in(source) for source in sources)
    ]


def _names_missing(claim: str, sources: Sequence[str], segmenter: Segmenter) -> list[str]:
    """Names of people and bodies in a claim that no source has.

    A name is a capitalised word inside a sentence that no dictionary translates, or, of a source
    in the claim's language, a Chinese word that jieba's dictionary hasn't.
    """
    bridge = load_bridge()
    held = sorted({token.term for source in sources for token in segmenter.index_terms(source)})
    missing = []
    for match in _CAPITALISED.finditer(claim):
        name = match[0]
        if any(name in source for source in sources) or is_function_word(name.casefold()):
            continue
        translated = any(words for _, words in bridge.phrases([stem(name.casefold())]))
        terms = query_terms(name, segmenter, bridge, held)
        met = {form for term in terms for form, _ in term.alternatives} & set(held)
        if not translated and not met:
            missing.append(name)
    if any(detect_language(source) is Language.ZH for source in sources):
        for token in segmenter.words(claim):
            word = claim[token.start : token.end]
            unlisted = len(word) > 1 and all(map(is_han, word)) and not segmenter.is_listed(word)
            if unlisted and not any(_bare(word) in _bare(source) for source in sources):
                missing.append(word)
    return missing


def _shares_words(claim: str, sources: Sequence[str], segmenter: Segmenter) -> bool:
    """Whether most content words stand in a source of the claim's language, if there is one."""
    language = detect_language(claim)
    same = [source for source in sources if detect_language(source) is language]
    words = {token.term for token in segmenter.index_terms(claim)}
    words = {word for word in words if not is_function_word(word)}
    if not same or not words:
        return True
    held = {token.term for source in same for token in segmenter.index_terms(source)}
    return len(words & held) >= _LEAST_SHARED * len(words)
