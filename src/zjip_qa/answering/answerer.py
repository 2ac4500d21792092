"""Answers a question from an open index: the best sentence, cited, or an honest refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from zjip_qa.answering import wording
from zjip_qa.answering.check import Verdict, worst_verdict
from zjip_qa.answering.closely import read_closely
from zjip_qa.answering.evidence import Evidence, EvidenceFinder
from zjip_qa.answering.highlight import bold, clause_scores, twin, value_spans
from zjip_qa.answering.names import places_in
from zjip_qa.answering.quantities import find_quantities, in_english
from zjip_qa.answering.question import Asked, read_question
from zjip_qa.answering.reader import load_reader
from zjip_qa.answering.refusal import refusal
from zjip_qa.answering.scope import ScopeCheck
from zjip_qa.answering.section import asked_section, stands_in
from zjip_qa.answering.signals import load_weights
from zjip_qa.chunks import lead_in
from zjip_qa.embedding import SpanVectors
from zjip_qa.index import OpenIndex
from zjip_qa.retrieval import Bridge, Retriever, similarities
from zjip_qa.text import HAN, Segmenter
from zjip_qa.types import Answer, Citation, Hit, Language, Query, Span

N_READ = 10
"""Chunks whose sentences are read."""
N_NEAREST = 3
CLOSE = 0.05
"""A second sentence is cited too when its score is no further behind the best one's."""
_SECTION_BEGINS = 2
"""Sentences that stand for a section that was asked for by its name."""
_SECTION_TRUST = 0.9
"""That a section of that very name is the one meant; not fitted."""
_BROKEN_WORD = re.compile(rf"(?<=[{HAN}，。、；：,])\s*\n\s*(?=[{HAN}])")


class ExtractiveAnswerer:
    """Answers in the documents' own words; safe to share by threads."""

    def __init__(
        self, index: OpenIndex, retriever: Retriever, segmenter: Segmenter, bridge: Bridge
    ) -> None:
        self._index = index
        self._retriever = retriever
        self._segmenter = segmenter
        self._bridge = bridge
        self._finder = EvidenceFinder(index, segmenter, bridge)
        self._reader = load_reader()
        self._scope = ScopeCheck(index, segmenter)

    def answer(self, query: Query, *, threshold: float | None = None) -> Answer:
        """Answer a question that stands alone.

        Args:
            query: the question.
            threshold: probability to answer from; None for the calibrated one.
        """
        asked = read_question(query.text, query.language)
        encoded = self._retriever.encode(query)
        tokens = encoded.tokens[0]
        hits = self._retriever.search(query, k=N_READ, encoded=encoded)
        found = read_closely(query, self._finder.find(query, asked, encoded, hits), self._reader)
        places = places_in(query.text, self._segmenter)
        if not found:
            return self._refuse(query, asked, hits, 0.0)
        weights = load_weights(query.language)
        limit = weights.threshold if threshold is None else threshold
        beginning = self._section(query, found)
        if beginning and limit <= _SECTION_TRUST:
            return self._compose(query, asked, tokens, beginning, _SECTION_TRUST)
        about = [e for e in found if not self._scope.missing(e, query, asked, places)]
        # Where a clearly better sentence speaks of another year or place, what is left over only
        # looks like an answer.
        if not about or about[0].score < found[0].score - CLOSE:
            missing = self._scope.missing(found[0], query, asked, places)
            return self._refuse(query, asked, hits, 0.0, missing)
        in_scope = [e for e in about if self._scope.may_answer(e, query, asked)]
        if not in_scope:
            return self._refuse(query, asked, hits, 0.0)
        best = in_scope[0]
        probability = weights.probability(best.signals, lead(best, in_scope))
        if probability < limit:
            return self._refuse(query, asked, hits, probability)
        chosen = [e for e in in_scope[:2] if best.score - e.score <= CLOSE]
        return self._compose(query, asked, tokens, chosen, probability)

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
                text = document.text
                under = (
                    sentence
                    for sentence in self._index.store.sentences_between(
                        document.doc_id, 0, len(text)
                    )
                    if stands_in(sentence, document.title, heading)
                )
                return [
                    replace(evidence, sentence=s, text=text[s.span.start : s.span.end], answer=None)
                    for s in islice(under, _SECTION_BEGINS)
                ]
        return []

    def _refuse(
        self,
        query: Query,
        asked: Asked,
        hits: Sequence[Hit],
        probability: float,
        missing: Sequence[str] = (),
    ) -> Answer:
        return Answer(
            text=refusal(query, asked, missing, self._index, self._segmenter, self._bridge),
            language=query.language,
            abstained=True,
            confidence=probability,
            nearest=tuple(hits[:N_NEAREST]),
            question=query.text,
        )

    def _compose(
        self,
        query: Query,
        asked: Asked,
        tokens: SpanVectors,
        chosen: Sequence[Evidence],
        probability: float,
    ) -> Answer:
        lines, citations = [], []
        for number, evidence in enumerate(chosen, 1):
            span = evidence.sentence.span
            doc_id = evidence.hit.chunk.doc_id
            document = self._index.store.document(doc_id)
            path = (*evidence.sentence.section, lead_in(document, span))
            citation = Citation(
                doc_id=doc_id,
                start=span.start,
                end=span.end,
                quote=evidence.text,
                section=" › ".join(name for name in path if name),
                translation=self._translation(doc_id, span),
                page=document.page_at(span.start),
            )
            spoken = self._spoken(query, asked, tokens, evidence, citation.translation)
            verdict = worst_verdict(spoken, citation, self._segmenter)
            if verdict is Verdict.DIFFERS:
                # A translation that says something else is worse than none.
                spoken, verdict = self._quoted(query, evidence), Verdict.VERBATIM
            citations.append(replace(citation, verdict=verdict.value))
            lines.append(f"{spoken} [{number}]")
        return Answer(
            text="\n\n".join(lines),
            language=query.language,
            abstained=False,
            confidence=probability,
            citations=tuple(citations),
            question=query.text,
        )

    def _translation(self, doc_id: str, span: Span) -> str:
        aligned = self._index.store.translation_of(doc_id, span.start, span.end)
        return " ".join(text for _, text in aligned)

    def _spoken(
        self,
        query: Query,
        asked: Asked,
        tokens: SpanVectors,
        evidence: Evidence,
        translation: str,
    ) -> str:
        """The sentence in the question's language, the asked-for value in bold."""
        quote = evidence.text
        read = evidence.answer if evidence.signals.read > 0 else None
        values = value_spans(asked, quote, self._clauses(tokens, evidence), read)
        document = self._index.store.document(evidence.hit.chunk.doc_id)
        if document.language is query.language:
            return one_paragraph(bold(quote, values))
        figures = [q for q in find_quantities(quote) if q.span in values]
        if translation:
            twins = [found for q in figures if (found := twin(q, translation, quote))]
            return one_paragraph(bold(translation, twins))
        if query.language is Language.ZH:
            return one_paragraph(quote)
        said = ", ".join(f"**{in_english(q)}**" for q in figures)
        if not said:
            said = "; ".join(
                f"{quote[q.span.start : q.span.end]} = {in_english(q)}"
                for q in find_quantities(quote)
            )
        original = wording.IN_CHINESE[query.language] + f"“{one_paragraph(bold(quote, values))}”"
        return f"{said} — {original}" if said else original

    def _quoted(self, query: Query, evidence: Evidence) -> str:
        """The sentence as it stands, said to be the original where that is in Chinese."""
        quote = one_paragraph(evidence.text)
        document = self._index.store.document(evidence.hit.chunk.doc_id)
        if document.language is query.language or query.language is Language.ZH:
            return quote
        return f"{wording.IN_CHINESE[query.language]}“{quote}”"

    def _clauses(self, tokens: SpanVectors, evidence: Evidence) -> list[tuple[Span, float]]:
        assert self._index.tokens is not None
        rows = self._index.tokens.get_many([evidence.hit.chunk.chunk_id])
        span = evidence.sentence.span
        inside = (rows.spans[:, 0] >= span.start) & (rows.spans[:, 1] <= span.end)
        cosines = similarities(tokens, rows.unit()[inside])
        return clause_scores(
            evidence.text, rows.spans[inside] - span.start, tokens.weights[:, None] * cosines
        )


def lead(best: Evidence, ranked: Sequence[Evidence]) -> float:
    """How far the best sentence's score is ahead of the best one outside its chunk."""
    others = [e.score for e in ranked if not e.sentence.span.overlaps(best.hit.chunk.span)]
    return best.score - max(others) if others else 0.0


def one_paragraph(text: str) -> str:
    """Join lines that the page layout broke; between Han characters without a space."""
    return re.sub(r"\s*\n\s*", " ", _BROKEN_WORD.sub("", text))
