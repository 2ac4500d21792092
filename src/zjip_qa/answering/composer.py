"""Puts a sentence that was found into words: the reader's language, the value in bold, checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from zjip_qa.answering import wording
from zjip_qa.answering.check import Verdict, check_answer, worst_verdict
from zjip_qa.answering.comparison import Figure
from zjip_qa.answering.evidence import Evidence
from zjip_qa.answering.highlight import bold, clause_scores, twin, value_spans
from zjip_qa.answering.quantities import PROVISIONS, find_quantities, in_english
from zjip_qa.answering.question import Asked, years_in
from zjip_qa.chunks import lead_in
from zjip_qa.embedding import SpanVectors
from zjip_qa.index import OpenIndex
from zjip_qa.retrieval import Passages, similarities
from zjip_qa.text import HAN, Segmenter
from zjip_qa.types import Citation, Language, Query, Span

_BROKEN_WORD = re.compile(rf"(?<=[{HAN}，。、；：,])\s*\n\s*(?=[{HAN}])")


class Composer:
    """Writes the lines of answers from one open index; safe to share by threads."""

    def __init__(self, index: OpenIndex, passages: Passages, segmenter: Segmenter) -> None:
        self._index = index
        self._passages = passages
        self._segmenter = segmenter

    def line(
        self, query: Query, asked: Asked, tokens: SpanVectors, evidence: Evidence, number: int
    ) -> tuple[str, Citation]:
        """One paragraph of an answer, and the citation that its marker names.

        Args:
            query: the question.
            asked: what it asks for.
            tokens: its vectors.
            evidence: the sentence.
            number: of the citation, from 1.
        """
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
        return f"{spoken} [{number}]", replace(citation, verdict=verdict.value)

    def supported(self, remark: str, citations: Sequence[Citation]) -> bool:
        """Whether nothing that a remark claims with a marker differs from the citations."""
        claims = check_answer(remark, citations, self._segmenter)
        return all(claim.verdict is not Verdict.DIFFERS for claim in claims)

    def figure(
        self, query: Query, asked: Asked, tokens: SpanVectors, evidence: Evidence
    ) -> Figure | None:
        """The figure of a sentence that a question asks for; None where it holds none."""
        quote = evidence.text
        values = value_spans(asked, quote, self._clauses(tokens, evidence))
        found = next((q for q in find_quantities(quote) if q.span in values), None)
        if found is None:
            return None
        document = self._index.store.document(evidence.hit.chunk.doc_id)
        translated = document.language is not query.language and query.language is Language.EN
        said = in_english(found) if translated else quote[found.span.start : found.span.end]
        return Figure(found, said, years_in(quote))

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
                # The number that an article begins with says nothing of what it rules.
                if q.span.start > 0 or q.unit not in PROVISIONS
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
        rows = self._passages.read(evidence.hit.chunk).tokens
        span = evidence.sentence.span
        inside = (rows.spans[:, 0] >= span.start) & (rows.spans[:, 1] <= span.end)
        cosines = similarities(tokens, rows.vectors[inside])
        return clause_scores(
            evidence.text, rows.spans[inside] - span.start, tokens.weights[:, None] * cosines
        )


def one_paragraph(text: str) -> str:
    """Join lines that the page layout broke; between Han characters without a space."""
    return re.sub(r"\s*\n\s*", " ", _BROKEN_WORD.sub("", text))
