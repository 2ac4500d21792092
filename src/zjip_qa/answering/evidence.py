"""Which sentence of the retrieved chunks speaks to the question, and how well.

Each word of the question looks for its best match inside a sentence and inside the chunk
around it. The signals that come of it are weighed by a model fitted on reading questions
(`signals.py`) and kept beside the score, since trust in the answer rests on them too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zjip_qa.answering.question import Asked, holds
from zjip_qa.answering.signals import Signals, load_weights
from zjip_qa.embedding import TokenVectors
from zjip_qa.index import OpenIndex
from zjip_qa.retrieval import Bridge, query_terms, similarities
from zjip_qa.text import Segmenter
from zjip_qa.types import Hit, Query, Sentence

_RAREST = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, with the hit it came from; `text` is the sentence verbatim."""

    hit: Hit
    sentence: Sentence
    text: str
    score: float
    signals: Signals


class EvidenceFinder:
    """Ranks the sentences of hits for one open index."""

    def __init__(self, index: OpenIndex, segmenter: Segmenter, bridge: Bridge) -> None:
        self._index = index
        self._segmenter = segmenter
        self._bridge = bridge

    def find(
        self, query: Query, asked: Asked, tokens: TokenVectors, hits: Sequence[Hit]
    ) -> list[Evidence]:
        """Rank the sentences of some hits, best first; each sentence once.

        Args:
            query: the question.
            asked: what it asks for.
            tokens: its token vectors.
            hits: what retrieval found, best first.
        """
        if self._index.tokens is None or len(tokens.weights) == 0:
            return []
        found: dict[tuple[str, int], Evidence] = {}
        for hit in hits:
            for evidence in self._of_hit(query, asked, tokens, hit):
                key = (hit.chunk.doc_id, evidence.sentence.span.start)
                if key not in found or evidence.score > found[key].score:
                    found[key] = evidence
        return sorted(found.values(), key=lambda e: (-e.score, e.hit.rank, e.sentence.span.start))

    def _of_hit(self, query: Query, asked: Asked, tokens: TokenVectors, hit: Hit) -> list[Evidence]:
        assert self._index.tokens is not None
        chunk = hit.chunk
        rows = self._index.tokens.get_many([chunk.chunk_id])
        sentences = self._index.store.sentences_between(chunk.doc_id, chunk.start, chunk.end)
        if len(rows.vectors) == 0 or not sentences:
            return []
        cosines = np.maximum(similarities(tokens, rows.vectors.astype(np.float32) / 127.0), 0.0)
        around = cosines.max(axis=1)
        share = tokens.weights / tokens.weights.sum()
        words = _Words.of(query, self._index, self._segmenter, self._bridge)
        words_around = words.share_in(chunk.text)
        text = self._index.store.document(chunk.doc_id).text
        weights = load_weights(query.language)
        evidence = []
        for sentence in sentences:
            span = sentence.span
            inside = (rows.spans[:, 0] >= span.start) & (rows.spans[:, 1] <= span.end)
            if not inside.any() or not (chunk.start <= span.start and span.end <= chunk.end):
                continue
            own = cosines[:, inside].max(axis=1)
            quote = text[span.start : span.end]
            signals = Signals(
                own=float(share @ own),
                around=float(share @ around),
                weakest=_weakest(tokens.weights, around),
                words=words.share_in(quote),
                words_around=words_around,
                dense=hit.legs.get("dense", 0.0),
                kind=holds(asked, quote),
                length=math.log(int(inside.sum())),
            )
            evidence.append(Evidence(hit, sentence, quote, weights.score(signals), signals))
        return evidence


@dataclass(frozen=True, slots=True)
class _Words:
    """The question's words with their weights, and how to find them in a text."""

    terms: tuple[tuple[float, frozenset[str]], ...]
    segmenter: Segmenter

    @classmethod
    def of(cls, query: Query, index: OpenIndex, segmenter: Segmenter, bridge: Bridge) -> _Words:
        lexical = index.lexical
        terms = []
        for term in query_terms(query.text, segmenter, bridge):
            df = sum(share * lexical.df(word) for word, share in term.alternatives)
            rarity = math.log1p((lexical.n_chunks - df + 0.5) / (df + 0.5))
            words = frozenset(word for word, _ in term.alternatives)
            terms.append((term.weight * rarity, words))
        return cls(tuple(terms), segmenter)

    def share_in(self, text: str) -> float:
        held = {token.term for token in self.segmenter.index_terms(text)}
        total = sum(weight for weight, _ in self.terms)
        met = sum(weight for weight, words in self.terms if words & held)
        return met / total if total else 0.0


def _weakest(weights: NDArray[np.float32], matches: NDArray[np.float32]) -> float:
    rarest = np.argsort(-weights, kind="stable")[:_RAREST]
    return float(np.sort(matches[rarest])[: max(1, len(rarest) // 2)].mean())
