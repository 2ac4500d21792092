"""Whether a passage is about the year, the place and the occasion that the question is about.

The right topic in the wrong year or province is the commonest wrong answer, and no score shows
it; so these are rules. A sentence that names no year inherits the last one named before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from zjip_qa.answering import wording
from zjip_qa.answering.evidence import Evidence
from zjip_qa.answering.figures import asked_figures, figure_keys
from zjip_qa.answering.names import Place, places_in
from zjip_qa.answering.question import AnswerKind, Asked, holds, years_in
from zjip_qa.index import OpenIndex
from zjip_qa.text import HAN, Segmenter
from zjip_qa.types import Document, Query, Sentence

_BACK = 400
"""Characters before a sentence in which a year still holds for it."""
_NEAR = 2000
"""Characters around a sentence in which a number holds that its passage doesn't name."""
_AFTER = 100
"""Characters after it in which a year in brackets does, as under the figures of a box."""
_BRACKETED = re.compile(r"[(（][^()（）]{0,6}(?:19|20)\d\d年?[^()（）]{0,6}[)）]")
_MAIN_PLACE_SHARE = 0.25
_MAIN_PLACE_TIMES = 3
_PLACELESS = 2000
"""Characters for each name of a place, from which a document is about none."""
_WHICH_PLACE = re.compile(
    r"哪一?[些个几]*(?:国家(?!级)|城市|省份)"
    r"|\b(?:which|what) (?:countr(?:y|ies)|cit(?:y|ies)|provinces?)\b",
    re.IGNORECASE,
)
_PLACE_NAMED = re.compile(rf"[{HAN}]{{2}}[国省市州县](?![{HAN}]?[级])")
_COMPARED = re.compile(
    r"(?:[比较]|相[比较]于?|而|不及)(?:上年|去年)?[在于]?\s?((?:19|20)\d\d)\s?年?"
    r"|\b(?:than|against|compared (?:to|with)|versus)(?: in| that in)? ((?:19|20)\d\d)\b"
)
_RANGE = re.compile(r"((?:19|20)\d\d)\s*年?\s*(?:以来|之前|前|底前|起|至今)")


class ScopeCheck:
    """Applies the rules of this room to sentences of one open index; safe to share by threads."""

    def __init__(self, index: OpenIndex, segmenter: Segmenter) -> None:
        self._index = index
        self._segmenter = segmenter
        self._main_places = lru_cache(maxsize=256)(self._read_main_places)

    def missing(
        self, evidence: Evidence, query: Query, asked: Asked, places: Sequence[Place]
    ) -> list[str]:
        """Years and places of the question that a sentence isn't about, as they are said."""
        document = self._index.store.document(evidence.hit.chunk.doc_id)
        right = right_years(asked.years, document, evidence.sentence)
        missing = [] if right else list(wording.years(query.language, asked.years))
        return missing + [place.written for place in self._elsewhere(evidence, places)]

    def says_what_lacks(
        self, evidence: Evidence, better: Evidence, asked: Asked, places: Sequence[Place]
    ) -> bool:
        """Whether a sentence itself names the years and places that a better one isn't about.

        One that doesn't, and was let pass since nothing speaks against it, may only look like an
        answer beside the better one.
        """
        document = self._index.store.document(evidence.hit.chunk.doc_id)
        of_better = self._index.store.document(better.hit.chunk.doc_id)
        if not right_years(asked.years, of_better, better.sentence):
            named = years_in(_with_names(document, evidence.sentence))
            if not (named | _bracketed_years(document, evidence.sentence)) & asked.years:
                return False
        around = _with_names(document, evidence.sentence)
        return all(place.stands_in(around) for place in self._elsewhere(better, places))

    def _elsewhere(self, evidence: Evidence, places: Sequence[Place]) -> list[Place]:
        """The places that a sentence isn't about."""
        document = self._index.store.document(evidence.hit.chunk.doc_id)
        elsewhere = [
            place
            for place in places
            if not right_place(place, document, evidence.sentence, frozenset())
            and not last_named(place, document, evidence.sentence, self._segmenter)
        ]
        if elsewhere and self._holds_anywhere(document, evidence):
            return []
        return [place for place in elsewhere if not self._is_about(document.doc_id, place.forms)]

    def may_answer(self, evidence: Evidence, query: Query, asked: Asked) -> bool:
        """Whether a sentence is of the occasion asked about and holds what could answer."""
        document = self._index.store.document(evidence.hit.chunk.doc_id)
        span = evidence.sentence.span
        near = document.text[max(0, span.start - _NEAR) : span.end + _NEAR]
        return right_figures(asked, query.text, evidence.hit.chunk.text, near) and right_kind(
            asked, query.text, evidence.text, self._segmenter
        )

    def _holds_anywhere(self, document: Document, evidence: Evidence) -> bool:
        """Whether neither a sentence nor its document is of any place."""
        return (
            not titled_places(document, self._segmenter)
            and not places_in(evidence.text, self._segmenter)
            and self._main_places(document.doc_id) is None
        )

    def _is_about(self, doc_id: str, forms: frozenset[str]) -> bool:
        """Whether a place is among the main ones of a document.

        What a whole document is about takes cutting all of it into words. Where it names the place
        less often than a main one, only its title can make it one.
        """
        document = self._index.store.document(doc_id)
        if all(document.text.count(form) < _MAIN_PLACE_TIMES for form in forms):
            return bool(forms & titled_places(document, self._segmenter))
        return bool(forms & (self._main_places(doc_id) or frozenset()))

    def _read_main_places(self, doc_id: str) -> frozenset[str] | None:
        return main_places(self._index.store.document(doc_id), self._segmenter)


def right_years(asked: frozenset[int], document: Document, sentence: Sentence) -> bool:
    """Whether a sentence may be about the years asked for.

    Args:
        asked: years in the question; none asks for nothing.
        document: the sentence's document.
        sentence: the sentence.
    """
    if not asked:
        return True
    span = sentence.span
    text = document.text[span.start : span.end]
    own = years_in(text)
    if own & asked:
        return True
    own -= {int(said[1] or said[2]) for said in _COMPARED.finditer(text)}
    open_ended = {int(year) for year in _RANGE.findall(text)}
    if open_ended and min(asked) >= min(open_ended):
        return True
    if own:
        return False
    before = document.text[max(0, span.start - _BACK) : span.start]
    names = " ".join((*sentence.section, document.title))
    around = years_in(before) | years_in(names) | _bracketed_years(document, sentence)
    if around:
        return bool(around & asked)
    # Nothing near says which year: the document as a whole must at least know of it.
    return bool(_all_years(document.text) & asked)


# The sentences of a long document are asked about one after another.
_all_years = lru_cache(maxsize=64)(years_in)


def _with_names(document: Document, sentence: Sentence) -> str:
    """A sentence below its headings."""
    return " ".join((*sentence.section, document.text[sentence.span.start : sentence.span.end]))


def _bracketed_years(document: Document, sentence: Sentence) -> frozenset[int]:
    """Years that stand in brackets soon after a sentence."""
    end = sentence.span.end
    return years_in(" ".join(_BRACKETED.findall(document.text[end : end + _AFTER])))


def right_figures(asked: Asked, question: str, passage: str, near: str) -> bool:
    """Whether a passage may be about the ordinals and months that the question names.

    Args:
        asked: what the question asks for.
        question: its text.
        passage: it names them, or none of their sort;
        near: then they must stand in the text around it.
    """
    named = {key for key in asked_figures(question, asked.years).keys if key[0] != "number"}
    held = figure_keys(passage)
    missing = named - held
    if not missing:
        return True
    sorts = {sort for sort, _ in held}
    return not any(sort in sorts for sort, _ in missing) and missing <= figure_keys(near)


def right_kind(asked: Asked, question: str, sentence: str, segmenter: Segmenter) -> bool:
    """Whether a sentence holds what could answer, where the question leaves no doubt what.

    Any count for "how many"; a sum of money, a share, a rank, a date, a person in office, or the
    name of a country, a province or a city.
    """
    fit = holds(asked, sentence)
    definite = asked.kind is AnswerKind.PERSON or asked.quantity is not None
    if asked.sure and (fit == 0.0 or (definite and fit < 0.5)):
        return False
    if not _WHICH_PLACE.search(question) or _PLACE_NAMED.search(sentence):
        return True
    return bool(places_in(sentence, segmenter))


def right_place(asked: Place, document: Document, sentence: Sentence, main: frozenset[str]) -> bool:
    """Whether a sentence may be about a place that the question names.

    Args:
        asked: the place.
        document: the sentence's document.
        sentence: the sentence.
        main: the places that the whole document is about, from `main_places`.
    """
    around = _with_names(document, sentence)
    return bool(asked.forms & main) or asked.stands_in(around)


def last_named(asked: Place, document: Document, sentence: Sentence, segmenter: Segmenter) -> bool:
    """Whether a sentence names no place, and the last one named before it is the one asked for.

    Args:
        asked: the place.
        document: the sentence's document.
        sentence: the sentence.
        segmenter: finds the names.
    """
    text, span = document.text, sentence.span
    before = text[max(0, span.start - _BACK) : span.start]
    last = asked.last_in(before)
    if last is None or places_in(text[span.start : span.end], segmenter):
        return False
    others = places_in(before[last.end :], segmenter)
    return all(place.forms & asked.forms for place in others)


def main_places(document: Document, segmenter: Segmenter) -> frozenset[str] | None:
    """Places that a document is about: in its title, or a large share of all places it names.

    None where it hardly names any: a law, say, which holds wherever its reader asks for.
    """
    names = {form for place in places_in(document.text, segmenter) for form in place.forms}
    counted = Counter({name: document.text.count(name) for name in sorted(names)})
    total = counted.total()
    titled = titled_places(document, segmenter)
    if not titled and total * _PLACELESS <= len(document.text):
        return None
    least = max(_MAIN_PLACE_TIMES, _MAIN_PLACE_SHARE * total)
    return titled | {name for name, n in counted.items() if n >= least}


def titled_places(document: Document, segmenter: Segmenter) -> frozenset[str]:
    """Places that a document's title names."""
    return frozenset(form for place in places_in(document.title, segmenter) for form in place.forms)
