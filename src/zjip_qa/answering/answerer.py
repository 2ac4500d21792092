"""Answers a question from an open index: the best sentence, cited, or an honest refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from zjip_qa.answering import wording
from zjip_qa.answering.byline import BYLINE_WITHIN, asks_for_author, is_byline
from zjip_qa.answering.candidates import CLOSE, CandidateFinder, Candidates, trust_in
from zjip_qa.answering.comparison import (
    Comparison,
    Side,
    alike,
    compares,
    conclusion,
    read_comparison,
)
from zjip_qa.answering.comparison_pattern import Wanted
from zjip_qa.answering.composer import Composer
from zjip_qa.answering.evidence import Evidence, EvidenceFinder
from zjip_qa.answering.lists import asks_for_list, list_around
from zjip_qa.answering.question import AnswerKind
from zjip_qa.answering.refusal import never_mentioned, refusal
from zjip_qa.answering.section import asked_section, stands_in
from zjip_qa.answering.signals import load_weights
from zjip_qa.index import OpenIndex
from zjip_qa.retrieval import Bridge, Retriever
from zjip_qa.text import Segmenter, detect_language, normalize
from zjip_qa.types import Answer, Citation, Document, Language, Query, Sentence, Span

N_NEAREST = 3
_SECTION_BEGINS = 2
"""Sentences that stand for a section that was asked for by its name."""
_FOUND_BY_RULE = 0.9
"""Trust in a section of the very name asked for, and in a byline; not fitted."""
_LIST_REACH = 6000
"""Characters before and behind a sentence in which the list is looked for that it belongs to."""
_MOST_ITEMS = 8
_SIDE_READ = 3
"""Sentences looked at for each of two things that are compared."""
_NAMED = 0.75
"""Share of the words of a name that a sentence must hold to speak of it."""
_ABOUT = 0.5
"""The same of the words that say what of two things is compared."""


class _Listed(NamedTuple):
    """A list to cite, what introduces it first, and how many items are left out."""

    shown: Sequence[Evidence]
    n_more: int


class ExtractiveAnswerer:
    """Answers in the documents' own words; safe to share by threads."""

    def __init__(
        self, index: OpenIndex, retriever: Retriever, segmenter: Segmenter, bridge: Bridge
    ) -> None:
        self._index = index
        self._segmenter = segmenter
        self._bridge = bridge
        self._finder = EvidenceFinder(index, retriever.passages, segmenter, bridge)
        self._candidates = CandidateFinder(index, retriever, self._finder, segmenter)
        self._composer = Composer(index, retriever.passages, segmenter)

    def answer(self, query: Query, *, threshold: float | None = None) -> Answer:
        """Answer a question that stands alone.

        Args:
            query: the question.
            threshold: probability to answer from; None for the calibrated one.
        """
        limit = load_weights(query.language).threshold if threshold is None else threshold
        read = self._candidates.find(query)
        compared = self._compared(read, limit)
        if compared is not None:
            return compared
        beginning = self._section(query, read.found) or self._byline(query, read.found)
        if beginning and limit <= _FOUND_BY_RULE:
            return self._compose(read, beginning, _FOUND_BY_RULE)
        if not read.fit or read.trust < limit:
            return self._refuse(read)
        best = read.fit[0]
        listed = self._list(read)
        if listed is not None:
            remark = wording.more_items(query.language, listed.n_more) if listed.n_more else ""
            return self._compose(read, listed.shown, read.trust, remark)
        chosen = [e for e in read.fit[:2] if best.score - e.score <= CLOSE]
        return self._compose(read, chosen, read.trust)

    def _list(self, read: Candidates) -> _Listed | None:
        """The list that the best sentence introduces or is part of, where the question wants it."""
        query, best = read.query, read.fit[0]
        wants = asks_for_list(normalize(query.text).text, query.language)
        if not wants and read.asked.kind is not AnswerKind.OTHER:
            return None
        document = self._index.store.document(best.hit.chunk.doc_id)
        span = best.sentence.span
        around = self._index.store.sentences_between(
            document.doc_id, max(0, span.start - _LIST_REACH), span.end + _LIST_REACH
        )
        found = list_around(document, around, best.sentence)
        if found is None:
            return None
        if found.lead != best.sentence:
            # One item may be all that is asked for, unless what stands above all of them is.
            above = Span(0, 0) if found.lead is None else found.lead.span
            heading = best.sentence.section[-1:]
            said = " ".join((*heading, document.text[above.start : above.end]))
            met = self._finder.words_met(query, said)
            if not wants or met == 0.0 or met < self._finder.words_met(query, best.text):
                return None
        lines = [] if found.lead is None else [found.lead]
        lines += found.items[:_MOST_ITEMS]
        shown = [best if line == best.sentence else _at(best, document, line) for line in lines]
        return _Listed(shown, max(0, len(found.items) - _MOST_ITEMS))

    def _compared(self, read: Candidates, limit: float) -> Answer | None:
        """The answer to a question that compares two things; None to treat it like any other.

        One sentence that speaks of both is an answer like any other, and better than a sentence
        for each. One that speaks of one of them doesn't say which is more, nor anything of a name
        that no document holds; across languages it can't be told whether one does.
        """
        query = read.query
        asked = normalize(query.text).text.strip()
        comparison = read_comparison(asked, query.language, self._segmenter)
        if comparison is None:
            return None
        best = read.fit[0] if read.fit and read.trust >= limit else None
        sides = comparison.one, comparison.other
        of_both = next((e for e in read.fit[:_SIDE_READ] if self._names_both(e, sides)), None)
        if of_both and comparison.wanted is Wanted.LARGER and not compares(of_both.text):
            of_both = None
        if best and of_both is best:
            return None
        if of_both:
            trust = trust_in(of_both, [of_both], read.found, query.language)
            if trust >= limit:
                return self._compose(read, [of_both], trust)
        both = self._side_by_side(comparison, best, query, limit)
        if both is None and best:
            names = [Query(side.name, query.language) for side in sides]
            unheard = self._is_in(best, query.language) and any(map(self._unheard_of, names))
            if comparison.wanted is Wanted.LARGER or unheard:
                return self._refuse(read._replace(trust=0.0))
        return both

    def _is_in(self, evidence: Evidence, language: Language) -> bool:
        return self._index.store.document(evidence.hit.chunk.doc_id).language is language

    def _unheard_of(self, name: Query) -> bool:
        return bool(never_mentioned(name, self._index, self._segmenter, self._bridge))

    def _side_by_side(
        self, comparison: Comparison, best: Evidence | None, query: Query, limit: float
    ) -> Answer | None:
        """A sentence for each of two things and what follows; None unless both are alike.

        Where a sentence on neither answers better, it is the one that was asked for.
        """
        sides = comparison.one, comparison.other
        pairs = (sides, sides[::-1])
        if best and not any(self._names(best, *pair) for pair in pairs):
            return None
        found = [self._side(*pair, query, limit) for pair in pairs]
        reads = [each for each in found if each is not None]
        texts = {each.fit[0].text for each in reads}
        if len(texts) < len(sides):
            return None
        about = Query(comparison.about, query.language)
        if not all(self._finder.words_met(about, self._said(r.fit[0])) >= _ABOUT for r in reads):
            return None
        figures = [self._composer.figure(r.query, r.asked, r.tokens, r.fit[0]) for r in reads]
        if comparison.wanted is not Wanted.EACH and not alike(figures):
            return None
        lines = [
            self._composer.line(r.query, r.asked, r.tokens, r.fit[0], number)
            for number, r in enumerate(reads, 1)
        ]
        remark = conclusion(comparison, figures, query.language)
        if not self._composer.supported(remark, [citation for _, citation in lines]):
            remark = ""
        return _answer(query, lines, min(r.trust for r in reads), remark)

    def _side(self, side: Side, other: Side, query: Query, limit: float) -> Candidates | None:
        """What was found on one of two things, the best sentence on it first; None for nothing."""
        read = self._candidates.find(Query(side.question, query.language))
        own = [e for e in read.fit[:_SIDE_READ] if self._names(e, side, other)]
        if not own:
            return None
        trust = trust_in(own[0], read.fit, read.found, query.language)
        return read._replace(fit=own, trust=trust) if trust >= limit else None

    def _said(self, evidence: Evidence) -> str:
        """A sentence with the headings above it and its translation."""
        span = evidence.sentence.span
        beside = self._index.store.translation_of(evidence.hit.chunk.doc_id, span.start, span.end)
        translated = [text for _, text in beside]
        return " ".join((*evidence.sentence.section, evidence.text, *translated))

    def _names_both(self, evidence: Evidence, sides: tuple[Side, Side]) -> bool:
        return all(self._names(evidence, *pair) for pair in (sides, sides[::-1]))

    def _names(self, evidence: Evidence, side: Side, other: Side) -> bool:
        """Whether a sentence or its section names one of two things, and not just the other."""
        said = self._said(evidence)
        if side.name.casefold() in said.casefold():
            return True
        if self._finder.words_met(Query(side.name, detect_language(side.name)), other.name) == 1.0:
            return False
        language = detect_language(side.name)
        return self._finder.words_met(Query(side.name, language), said) >= _NAMED

    def _refuse(self, read: Candidates) -> Answer:
        query = read.query
        return Answer(
            text=refusal(
                query, read.asked, read.missing, self._index, self._segmenter, self._bridge
            ),
            language=query.language,
            abstained=True,
            confidence=read.trust,
            nearest=tuple(read.hits[:N_NEAREST]),
            question=query.text,
        )

    def _section(self, query: Query, found: Sequence[Evidence]) -> list[Evidence]:
        """The first sentences of the section that a question asks for by its name, if it does.

        Of several documents with such a section, the one that retrieval ranks first.
        """
        heading = asked_section(query.text)
        if heading is None:
            return []
        for evidence in sorted(found, key=lambda e: e.hit.rank):
            document = self._index.store.document(evidence.hit.chunk.doc_id)
            if stands_in(evidence.sentence, document.title, heading):
                under = (
                    sentence
                    for sentence in self._index.store.sentences_between(
                        document.doc_id, 0, len(document.text)
                    )
                    if stands_in(sentence, document.title, heading)
                )
                return [_at(evidence, document, s) for s in islice(under, _SECTION_BEGINS)]
        return []

    def _byline(self, query: Query, found: Sequence[Evidence]) -> list[Evidence]:
        """The line that names the authors, where that is asked and there is one document."""
        if not found or len(self._index.manifest.documents) != 1:
            return []
        if not asks_for_author(query.text):
            return []
        document = self._index.store.document(found[0].hit.chunk.doc_id)
        lines = self._index.store.sentences_between(document.doc_id, 0, BYLINE_WITHIN)
        named = (line for line in lines if is_byline(line, document, self._segmenter))
        return [_at(found[0], document, line) for line in islice(named, 1)]

    def _compose(
        self, read: Candidates, chosen: Sequence[Evidence], trust: float, remark: str = ""
    ) -> Answer:
        lines = [
            self._composer.line(read.query, read.asked, read.tokens, evidence, number)
            for number, evidence in enumerate(chosen, 1)
        ]
        return _answer(read.query, lines, trust, remark)


def _answer(
    query: Query, lines: Sequence[tuple[str, Citation]], trust: float, remark: str
) -> Answer:
    paragraphs = [said for said, _ in lines] + [remark] * bool(remark)
    return Answer(
        text="\n\n".join(paragraphs),
        language=query.language,
        abstained=False,
        confidence=trust,
        citations=tuple(citation for _, citation in lines),
        question=query.text,
    )


def _at(evidence: Evidence, document: Document, sentence: Sentence) -> Evidence:
    """Another sentence of the same document, found by way of one that was retrieved."""
    text = document.text[sentence.span.start : sentence.span.end]
    return replace(evidence, sentence=sentence, text=text, answer=None)
