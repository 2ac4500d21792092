"""Finds the chunks that may answer a question.

Two legs look at every chunk: dense vectors and lexical scores. A chunk that the dense leg
proposes counts by its sentence nearest to the question. The best candidates of both are fused, and
late interaction orders the top of them anew; the first of these are looked at once more, by
sentences and by characters (`rerank`). `retriever` chooses one leg or all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding import Encoded, Encoder, SpanVectors
from zjip_qa.embedding.tokens import no_tokens
from zjip_qa.index import OpenIndex, QueryTerm
from zjip_qa.retrieval.bridge import Bridge
from zjip_qa.retrieval.fusion import best_first, fuse
from zjip_qa.retrieval.late import WordMatch, max_sim, similarities, word_matches
from zjip_qa.retrieval.lexical import query_terms
from zjip_qa.retrieval.passages import Passages
from zjip_qa.retrieval.rerank import character_pairs, pair_scores, sentence_scores
from zjip_qa.text import Segmenter
from zjip_qa.types import Chunk, ChunkId, Hit, Language, Query


class RetrieverName(StrEnum):
    """What `search` may be asked to rank by."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How much each leg counts, standardised; chosen on more than one kind of question.

    The dense leg counts 1. The bridge knows less than the words themselves, so the lexical leg
    of an English question counts less. `last_look` is the share, 0…1, that the last look has in the
    order of what it sees.
    """

    lexical_zh: float = 1.0
    lexical_en: float = 0.4
    late_dense: float = 0.5
    late_lexical: float = 0.3
    last_look: float = 1.0


class _LastWeights(NamedTuple):
    """How much each leg counts in the last look, standardised among those looked at."""

    dense: float
    lexical: float
    late: float
    sentence: float
    pairs: float


_LAST = {
    Language.ZH: _LastWeights(1.0, 0.3, 0.4, 0.7, 0.7),
    Language.EN: _LastWeights(0.8, 0.5, 0.8, 0.6, 0.0),
}
"""Chinese: fitted on CMRC 2018 trial and DRCD dev, rounded; English: chosen on XQuAD. Across
languages a question has no characters in common with what answers it."""
_N_LAST = 30
"""Chunks that are looked at last."""
_N_PAIRS_KEPT = 4096
N_CANDIDATES = 200
"""Chunks that each leg may propose."""
N_RERANKED = 50
"""Fused candidates that late interaction orders anew."""


class Retriever:
    """Ranks the chunks of one open index; safe to share by threads."""

    def __init__(
        self,
        index: OpenIndex,
        encoder: Encoder,
        segmenter: Segmenter,
        bridge: Bridge,
        weights: FusionWeights | None = None,
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._segmenter = segmenter
        self._bridge = bridge
        self._weights = weights or FusionWeights()
        self.passages = Passages(index, encoder)
        """What the hits are read by."""
        self._pairs_of = lru_cache(maxsize=_N_PAIRS_KEPT)(self._read_pairs)

    def encode(self, query: Query) -> Encoded:
        """Encode a question once, for `search` and for whoever reads the hits."""
        return self._encoder.encode_queries([query.text])

    def search(
        self,
        query: Query,
        k: int = 10,
        retriever: str = RetrieverName.HYBRID,
        *,
        encoded: Encoded | None = None,
    ) -> list[Hit]:
        """Rank chunks, best first.

        Args:
            query: the question.
            k: most hits to return, at least 1; fewer where the index holds fewer.
            retriever: "hybrid", "dense" or "lexical".
            encoded: what `encode` gave for the question, if it was encoded already.

        Raises:
            ValueError: `k` < 1 or an unknown retriever.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k}")
        name = RetrieverName(retriever)
        if name is RetrieverName.LEXICAL:
            ids, scores = self._index.lexical.best(self.terms(query.text), k)
            return self._hits(ids, scores, {"lexical": scores})
        encoded = encoded or self.encode(query)
        if name is RetrieverName.DENSE:
            _, found = self._index.dense.search(encoded.vectors, max(N_CANDIDATES, k))
            ids = found[0]
            scores = self._dense(encoded.vectors[0], ids)
            order = best_first(scores, ids, k)
            return self._hits(ids[order], scores[order], {"dense": scores[order]})
        return self._hybrid(query, encoded.vectors, encoded.tokens[0], k)

    def terms(self, question: str) -> list[QueryTerm]:
        """The weighted index terms that the lexical leg looks for."""
        return query_terms(question, self._segmenter, self._bridge, self._index.lexical.terms)

    def word_matches(self, query: Query, chunks: Sequence[Chunk]) -> list[list[WordMatch]]:
        """Say which words of a question met which of each chunk in late interaction.

        Args:
            query: the question.
            chunks: as a search found them.

        Returns:
            For each chunk its matches in the question's order; none where the index keeps no
            token vectors, or no longer holds the chunk.
        """
        tokens = self.encode(query).tokens[0]
        return [
            word_matches(query.text, tokens, chunk.text, self._tokens_of(chunk)) for chunk in chunks
        ]

    def _tokens_of(self, chunk: Chunk) -> SpanVectors:
        """The tokens of a chunk's text, spans counted from its start.

        Headings are left out, and what weighs nothing: function words and a translation's words.
        """
        store = self._index.tokens
        known = store is not None and 0 <= chunk.chunk_id < store.n_chunks
        if store is None or not known or self._index.store.chunks([chunk.chunk_id]) != [chunk]:
            return no_tokens(self._encoder.token_dim)
        held = store.get(chunk.chunk_id)
        inside = (held.spans[:, 0] >= chunk.start) & (held.spans[:, 1] <= chunk.end)
        inside &= held.weights > 0
        return SpanVectors(
            held.vectors[inside], held.spans[inside] - np.int32(chunk.start), held.weights[inside]
        )

    def _hybrid(
        self, query: Query, vector: NDArray[np.float32], tokens: SpanVectors, k: int
    ) -> list[Hit]:
        weights = self._weights
        n = max(N_CANDIDATES, k)
        terms = self.terms(query.text)
        by_words, _ = self._index.lexical.best(terms, n)
        _, by_vector = self._index.dense.search(vector, n)
        ids = np.union1d(by_vector[0], by_words)
        if len(ids) == 0:
            return []
        dense = self._dense(vector[0], ids)
        lexical = self._index.lexical.scores(terms, ids)
        share = weights.lexical_zh if query.language is Language.ZH else weights.lexical_en
        scores = fuse([(1.0, dense), (share, lexical)])
        order = best_first(scores, ids, max(k, N_RERANKED))
        ids, scores, dense, lexical = ids[order], scores[order], dense[order], lexical[order]
        legs = {"dense": dense, "lexical": lexical}
        late = self._late(tokens, ids[:N_RERANKED])
        if late is not None:
            n_late = len(late)
            head = fuse(
                [
                    (1.0, late),
                    (weights.late_dense, dense[:n_late]),
                    (weights.late_lexical, lexical[:n_late]),
                ]
            )
            head = self._last_look(query, tokens, ids, head, legs, late)
            # What late interaction didn't see stays behind what it did, in its own order.
            tail = scores[n_late:] - scores[n_late:].max(initial=0.0) + head.min() - 1.0
            scores = np.concatenate([head, tail])
            legs["late"] = np.concatenate([late, np.full(len(tail), np.nan, np.float32)])
        top = best_first(scores, ids, k)
        return self._hits(ids[top], scores[top], {leg: values[top] for leg, values in legs.items()})

    def _last_look(
        self,
        query: Query,
        tokens: SpanVectors,
        ids: NDArray[np.int64],
        scores: NDArray[np.float32],
        legs: dict[str, NDArray[np.float32]],
        late: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Order the best of what late interaction scored anew; the others stay behind them."""
        sentences, store = self._index.sentences, self._index.tokens
        share = self._weights.last_look
        if sentences is None or store is None or not share:
            return scores
        weights = _LAST[query.language]
        top = best_first(scores, ids[: len(scores)], _N_LAST)
        looked = ids[top]
        by_sentence = sentence_scores(
            tokens, store.get_many(looked), sentences.get_many(looked), len(top)
        )
        found = [
            (weights.dense, legs["dense"][top]),
            (weights.lexical, legs["lexical"][top]),
            (weights.late, late[top]),
            (weights.sentence, by_sentence),
        ]
        if weights.pairs:
            pairs = [self._pairs_of(int(chunk_id)) for chunk_id in looked]
            found.append((weights.pairs, pair_scores(character_pairs(query.text), pairs)))
        fused = fuse([(share, fuse(found)), (1 - share, scores[top])])
        ordered: NDArray[np.float32] = (scores - scores.max() + fused.min() - 1.0).astype(
            np.float32
        )
        ordered[top] = fused
        return ordered

    def _read_pairs(self, chunk_id: int) -> frozenset[str]:
        return character_pairs(self._index.store.chunk(chunk_id).text)

    def _dense(self, vector: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Cosine of the question with the nearest sentence of each chunk.

        With the whole chunk where its sentences have no vectors.
        """
        scores: NDArray[np.float32] = self._index.dense.vectors(ids) @ vector
        store = self._index.sentences
        if store is None:
            return scores
        rows = store.get_many(ids)
        if len(rows.vectors):
            cosines = rows.unit() @ vector
            starts = np.flatnonzero(np.diff(rows.chunk_of, prepend=-1))
            scores[rows.chunk_of[starts]] = np.maximum.reduceat(cosines, starts)
        return scores

    def _late(self, query: SpanVectors, ids: NDArray[np.int64]) -> NDArray[np.float32] | None:
        store = self._index.tokens
        if store is None or len(query.weights) == 0:
            return None
        rows = store.get_many(ids)
        if len(rows.vectors) == 0:
            return None
        scores = np.zeros(len(ids), dtype=np.float32)
        starts = np.flatnonzero(np.diff(rows.chunk_of, prepend=-1))
        cosines = similarities(query, rows.unit())
        scores[rows.chunk_of[starts]] = max_sim(query.weights, cosines, starts.tolist())
        return scores

    def _hits(
        self,
        ids: NDArray[np.int64],
        scores: NDArray[np.float32],
        legs: dict[str, NDArray[np.float32]],
    ) -> list[Hit]:
        chunks = self._index.store.chunks([ChunkId(int(i)) for i in ids])
        return [
            Hit(
                rank=rank,
                score=float(scores[rank - 1]),
                chunk=chunk,
                legs={
                    leg: float(values[rank - 1])
                    for leg, values in legs.items()
                    if not np.isnan(values[rank - 1])
                },
            )
            for rank, chunk in enumerate(chunks, 1)
        ]
