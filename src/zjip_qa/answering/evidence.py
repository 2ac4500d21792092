"""Which sentence of the retrieved chunks speaks to the question, and how well.

Each word of the question looks for its best match inside a sentence and inside the chunk
around it; what the sentence holds itself counts more. The signals that say how far the match
may be trusted are kept beside the score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zjip_qa.answering.quantities import QuantityKind, find_quantities
from zjip_qa.answering.question import AnswerKind, Asked
from zjip_qa.embedding import TokenVectors
from zjip_qa.index import OpenIndex
from zjip_qa.retrieval import Bridge, best_matches, query_terms, similarities
from zjip_qa.text import Segmenter
from zjip_qa.types import Hit, Query, Sentence

SENTENCE_SHARE = 0.7
"""How much of a word's match must come from the sentence itself, not from its surroundings."""
KIND_BONUS = 0.06
"""What holding the asked-for kind of value is worth, in cosines."""
_RAREST = 4


@dataclass(frozen=True, slots=True)
class Signals:
    """What the trust in an answer rests on; each in 0…1, larger is better.

    Attributes:
        match: weighted mean of the best matches of the question's words.
        weakest: mean best match of the question's rarest words in the chunk.
        words: share of the question's words that the chunk holds, as they are or translated.
        dense: cosine of question and chunk.
        kind: whether the sentence holds the kind of value that is asked for.
    """

    match: float
    weakest: float
    words: float
    dense: float
    kind: float

    def as_row(self) -> NDArray[np.float64]:
        """The signals as a vector, in the order above."""
        return np.array([self.match, self.weakest, self.words, self.dense, self.kind])


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, with the hit it came from; `text` is the sentence verbatim."""

    hit: Hit
    sentence: Sentence
    text: str
    score: float
    signals: Signals
    matches: NDArray[np.float32]


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
        return sorted(
            found.values(), key=lambda e: (-e.score, e.hit.rank, e.sentence.span.start)
        )

    def _of_hit(
        self, query: Query, asked: Asked, tokens: TokenVectors, hit: Hit
    ) -> list[Evidence]:
        assert self._index.tokens is not None
        chunk = hit.chunk
        rows = self._index.tokens.get_many([chunk.chunk_id])
        sentences = self._index.store.sentences_between(chunk.doc_id, chunk.start, chunk.end)
        if len(rows.vectors) == 0 or not sentences:
            return []
        cosines = similarities(tokens, rows.vectors.astype(np.float32) / 127.0)
        around = np.maximum(best_matches(cosines, [0])[:, 0], 0.0)
        words = self._word_coverage(query, chunk.text)
        text = self._index.store.document(chunk.doc_id).text
        evidence = []
        for sentence in sentences:
            span = sentence.span
            inside = (rows.spans[:, 0] >= span.start) & (rows.spans[:, 1] <= span.end)
            if not inside.any() or not (chunk.start <= span.start and span.end <= chunk.end):
                continue
            own = np.maximum(cosines[:, inside].max(axis=1), 0.0)
            matches = SENTENCE_SHARE * own + (1 - SENTENCE_SHARE) * around
            match = float(tokens.weights @ matches / tokens.weights.sum())
            quote = text[span.start : span.end]
            kind = float(holds(asked.kind, quote))
            evidence.append(
                Evidence(
                    hit=hit,
                    sentence=sentence,
                    text=quote,
                    score=match + KIND_BONUS * kind,
                    signals=Signals(
                        match=match,
                        weakest=_weakest(tokens.weights, matches),
                        words=words,
                        dense=hit.legs.get("dense", 0.0),
                        kind=kind,
                    ),
                    matches=own,
                )
            )
        return evidence

    def _word_coverage(self, query: Query, passage: str) -> float:
        terms = query_terms(query.text, self._segmenter, self._bridge)
        held = {token.term for token in self._segmenter.index_terms(passage)}
        lexical = self._index.lexical
        total = met = 0.0
        for term in terms:
            df = sum(share * lexical.df(word) for word, share in term.alternatives)
            weight = term.weight * math.log1p((lexical.n_chunks - df + 0.5) / (df + 0.5))
            total += weight
            if any(word in held for word, _ in term.alternatives):
                met += weight
        return met / total if total else 0.0


def _weakest(weights: NDArray[np.float32], matches: NDArray[np.float32]) -> float:
    rarest = np.argsort(-weights, kind="stable")[:_RAREST]
    return float(np.sort(matches[rarest])[: max(1, len(rarest) // 2)].mean())


def holds(kind: AnswerKind, text: str) -> bool:
    """Whether a text holds the kind of value that a question asks for."""
    if kind is AnswerKind.DOCUMENT:
        return "《" in text or "“" in text
    if kind is AnswerKind.FIGURE:
        return any(q.kind is not QuantityKind.DATE for q in find_quantities(text))
    if kind is AnswerKind.DATE:
        return any(q.kind is QuantityKind.DATE for q in find_quantities(text)) or "年前" in text
    return True
