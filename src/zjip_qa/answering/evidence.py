"""Which sentence of the retrieved chunks speaks to the question, and how well.

Each word of the question looks for its best match inside a sentence and inside the chunk around
it, and inside their translation where one stands beside the document. The signals that come of it
are weighed by a model fitted on reading questions (`signals.py`) and kept beside the score, since
trust in the answer rests on them too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zjip_qa.answering.figures import asked_figures
from zjip_qa.answering.question import Asked, holds
from zjip_qa.answering.signals import UNREAD, Signals, load_weights
from zjip_qa.embedding import Encoded, SpanVectors
from zjip_qa.index import OpenIndex
from zjip_qa.retrieval import Bridge, Passages, query_terms, similarities
from zjip_qa.text import RunFilter, Segmenter
from zjip_qa.types import Chunk, Hit, Query, Sentence, Span

_RAREST = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, with the hit it came from.

    `text` is the sentence verbatim, `answer` the words of it that the reader would answer with;
    None where it wasn't read.
    """

    hit: Hit
    sentence: Sentence
    text: str
    score: float
    signals: Signals
    answer: Span | None = None


class EvidenceFinder:
    """Ranks the sentences of hits for one open index."""

    def __init__(
        self, index: OpenIndex, passages: Passages, segmenter: Segmenter, bridge: Bridge
    ) -> None:
        self._index = index
        self._passages = passages
        self._segmenter = segmenter
        self._bridge = bridge

    def find(
        self, query: Query, asked: Asked, encoded: Encoded, hits: Sequence[Hit]
    ) -> list[Evidence]:
        """Rank the sentences of some hits, best first; each sentence once.

        Args:
            query: the question.
            asked: what it asks for.
            encoded: the question as `Retriever.encode` gives it.
            hits: what retrieval found, best first.
        """
        tokens = self._passages.question(query, encoded)
        if len(tokens.weights) == 0:
            return []
        words = _Words.of(query, self._index, self._segmenter, self._bridge)
        candidates: dict[tuple[str, int], _Candidate] = {}
        for hit in hits:
            share = hit.score / hits[0].score if hits[0].score > 0 else 0.0
            for candidate in self._of_hit(query, asked, encoded, tokens, words, hit, share):
                key = (hit.chunk.doc_id, candidate.sentence.span.start)
                # A sentence in two chunks is read where its surroundings speak most for it.
                if key not in candidates or candidate.signals.around > (
                    candidates[key].signals.around
                ):
                    candidates[key] = candidate
        if not candidates:
            return []
        # What every passage matches says nothing about which of them answers.
        usual = np.mean([candidate.matches for candidate in candidates.values()], axis=0)
        rare = np.argsort(-tokens.weights, kind="stable")[:_RAREST]
        room = np.maximum(1 - usual, 0.05)
        weights = load_weights(query.language)
        found = []
        for candidate in candidates.values():
            gain = candidate.matches - usual
            signals = replace(
                candidate.signals,
                specific=float(tokens.weights @ gain / (tokens.weights @ room)),
                least=float((gain[rare] / room[rare]).min()),
            )
            found.append(
                Evidence(
                    candidate.hit,
                    candidate.sentence,
                    candidate.text,
                    weights.score(signals),
                    signals,
                )
            )
        return by_score(found)

    def words_met(self, query: Query, text: str) -> float:
        """Share of a question's words that stand in a text, as they are or translated.

        1 for a question without words that could.
        """
        words = _Words.of(query, self._index, self._segmenter, self._bridge)
        if not words.terms:
            return 1.0
        found = self._segmenter.index_terms(text, where=words.may_stand_in)
        return words.share_in({token.term for token in found})

    def _terms(self, chunk: Chunk, where: RunFilter | None) -> _Terms:
        beside = self._index.store.translation_of(chunk.doc_id, chunk.start, chunk.end)
        return _Terms(
            [
                (token.term, Span(chunk.start + token.start, chunk.start + token.end))
                for token in self._segmenter.index_terms(chunk.text, where=where)
            ],
            [
                (token.term, span)
                for span, text in beside
                for token in self._segmenter.index_terms(text, where=where)
            ],
        )

    def _of_hit(
        self,
        query: Query,
        asked: Asked,
        encoded: Encoded,
        tokens: SpanVectors,
        words: _Words,
        hit: Hit,
        retrieved: float,
    ) -> list[_Candidate]:
        chunk = hit.chunk
        rows, read, by_sentence = self._passages.read(chunk)
        sentences = self._index.store.sentences_between(chunk.doc_id, chunk.start, chunk.end)
        if len(rows.vectors) == 0 or not sentences:
            return []
        share = tokens.weights / tokens.weights.sum()
        cosines = np.maximum(similarities(tokens, rows.vectors), 0.0)
        around = cosines.max(axis=1)
        matched, weakest = float(share @ around), _weakest(tokens.weights, around)
        meanings = read.vectors @ encoded.vectors[0]
        nearest = float(meanings.max()) if len(meanings) else hit.legs.get("dense", 0.0)
        topic = share @ tokens.vectors
        figures = asked_figures(query.text, asked.years)
        # Where sentences stand for tokens, a sentence's length is its number of terms.
        held = self._terms(chunk, None if by_sentence else words.may_stand_in)
        words_around = words.share_in({term for term, _ in (*held.own, *held.beside)})
        text = self._index.store.document(chunk.doc_id).text
        candidates = []
        for sentence in sentences:
            span = sentence.span
            inside = _within(rows, span)
            if not inside.any() or not (chunk.start <= span.start and span.end <= chunk.end):
                continue
            own = cosines[:, inside].max(axis=1)
            quote = text[span.start : span.end]
            terms = _inside(held.own, span)
            meant = meanings[_within(read, span)]
            # A translation's tokens all begin where the sentence does.
            n_tokens = len(np.unique(rows.spans[inside, 0]))
            signals = Signals(
                own=float(share @ own),
                around=matched,
                specific=0.0,
                least=0.0,
                weakest=weakest,
                words=words.share_in(terms | _inside(held.beside, span)),
                words_around=words_around,
                dense=nearest,
                meaning=float(meant.max()) if len(meant) else nearest,
                read=UNREAD,
                retrieved=retrieved,
                topic=_cosine(topic, rows.vectors[inside], rows.weights[inside]),
                figures=figures.share_in(quote, around=chunk.text),
                kind=holds(asked, quote),
                length=math.log(max(1, len(terms)) if by_sentence else n_tokens),
            )
            candidates.append(_Candidate(hit, sentence, quote, signals, own))
        return candidates


def by_score(found: Sequence[Evidence]) -> list[Evidence]:
    """Best first; equal ones in the order of retrieval and text."""
    return sorted(found, key=lambda e: (-e.score, e.hit.rank, e.sentence.span.start))


class _Terms(NamedTuple):
    """A chunk's terms and those of its translation, with their places in the document.

    A word of a translation stands wherever the stretch that it translates does.
    """

    own: Sequence[tuple[str, Span]]
    beside: Sequence[tuple[str, Span]]


def _inside(terms: Sequence[tuple[str, Span]], span: Span) -> set[str]:
    return {term for term, at in terms if span.start <= at.start and at.end <= span.end}


def _within(read: SpanVectors, span: Span) -> NDArray[np.bool_]:
    """Which of the spans lie inside another."""
    inside: NDArray[np.bool_] = (read.spans[:, 0] >= span.start) & (read.spans[:, 1] <= span.end)
    return inside


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence before it is compared with the others; `matches` (n_query_tokens,)."""

    hit: Hit
    sentence: Sentence
    text: str
    signals: Signals
    matches: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Words:
    """The question's words with their weights, and how likely each form of a word is.

    Likelihoods are relative to the likeliest translation, so that finding that one, or the word
    itself, counts in full.
    """

    terms: tuple[tuple[float, dict[str, float]], ...]
    forms: frozenset[str]

    @classmethod
    def of(cls, query: Query, index: OpenIndex, segmenter: Segmenter, bridge: Bridge) -> _Words:
        lexical = index.lexical
        terms = []
        for term in query_terms(query.text, segmenter, bridge):
            df = sum(share * lexical.df(word) for word, share in term.alternatives)
            rarity = math.log1p((lexical.n_chunks - df + 0.5) / (df + 0.5))
            translated = [share for _, share in term.alternatives if share < 1]
            most = max(translated, default=1.0)
            forms = {word: min(1.0, share / most) for word, share in term.alternatives}
            terms.append((term.weight * rarity, forms))
        return cls(tuple(terms), frozenset(form for _, forms in terms for form in forms))

    def may_stand_in(self, run: str) -> bool:
        """Whether a run of Han characters may hold one of the words in any form."""
        return any(form in run for form in self.forms)

    def share_in(self, held: set[str]) -> float:
        """Share of the words that are among some terms, rare words counting more."""
        if self.forms.isdisjoint(held):
            return 0.0
        total = sum(weight for weight, _ in self.terms)
        met = sum(
            weight * min(1.0, sum(share for word, share in words.items() if word in held))
            for weight, words in self.terms
        )
        return met / total if total else 0.0


def _cosine(
    topic: NDArray[np.float32], vectors: NDArray[np.float32], weights: NDArray[np.float32]
) -> float:
    """Cosine of the question's mean token with a sentence's, rare tokens counting more."""
    mean = weights @ vectors
    scale = float(np.linalg.norm(topic) * np.linalg.norm(mean))
    return float(topic @ mean) / scale if scale > 0 else 0.0


def _weakest(weights: NDArray[np.float32], matches: NDArray[np.float32]) -> float:
    rarest = np.argsort(-weights, kind="stable")[:_RAREST]
    return float(np.sort(matches[rarest])[: max(1, len(rarest) // 2)].mean())
