"""Late interaction: each word of the question looks for its best match among a passage's words.

MaxSim of Khattab & Zaharia (ColBERT, SIGIR 2020), with each question token weighted by how rare
it is. Token vectors were stored when the index was built, so a question costs one product.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding import SpanVectors


def similarities(query: SpanVectors, passage: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cosines between a question's tokens and passage tokens, (n_query_tokens, n_tokens)."""
    product: NDArray[np.float32] = query.vectors @ passage.T
    return product


def max_sim(
    weights: NDArray[np.float32], cosines: NDArray[np.float32], starts: Sequence[int]
) -> NDArray[np.float32]:
    """Weighted mean over the question's tokens of the best match in each group of tokens.

    Args:
        weights: (n_query_tokens,).
        cosines: (n_query_tokens, n_tokens), n_tokens > 0.
        starts: where each group begins among the tokens, strictly rising from 0: no group is
            empty.

    Returns:
        (n_groups,) in -1…1.
    """
    best = best_matches(cosines, starts)
    total = float(weights.sum())
    scores: NDArray[np.float32] = weights @ best / np.float32(max(total, 1e-6))
    return scores


def best_matches(cosines: NDArray[np.float32], starts: Sequence[int]) -> NDArray[np.float32]:
    """Best cosine of every question token in each group, (n_query_tokens, n_groups)."""
    best: NDArray[np.float32] = np.maximum.reduceat(cosines, np.asarray(starts), axis=1)
    return best


class WordMatch(NamedTuple):
    """A word of a question and the word of a passage that is nearest to it in meaning."""

    asked: str
    found: str
    cosine: float
    """Mean over the question word's tokens, in -1…1."""


def word_matches(
    question: str, query: SpanVectors, text: str, passage: SpanVectors
) -> list[WordMatch]:
    """Say which words of a question met which words of a passage, in the question's order.

    Args:
        question: the text of `query`'s spans.
        query: the question's tokens.
        text: the text of `passage`'s spans.
        passage: the passage's tokens.

    Returns:
        One match for each word of the question; none when the passage has no tokens.
    """
    if len(passage.spans) == 0 or len(query.spans) == 0:
        return []
    starts = _word_starts(question, query.spans)
    cosines = np.add.reduceat(similarities(query, passage.vectors), starts, axis=0)
    cosines /= np.diff(starts, append=len(query.spans))[:, None]
    passage_starts = _word_starts(text, passage.spans)
    best = best_matches(cosines, passage_starts.tolist())
    asked, held = _words(question, query.spans, starts), _words(text, passage.spans, passage_starts)
    nearest = best.argmax(axis=1)
    return [WordMatch(asked[i], held[j], float(best[i, j])) for i, j in enumerate(nearest.tolist())]


def _word_starts(text: str, spans: NDArray[np.int32]) -> NDArray[np.int64]:
    """Which tokens begin a word: all but those that go on inside a word in Latin letters."""
    return np.array(
        [
            i
            for i, (start, _) in enumerate(spans.tolist())
            if i == 0
            or spans[i - 1, 1] != start
            or not (text[start].isascii() and text[start - 1].isascii())
        ],
        dtype=np.int64,
    )


def _words(text: str, spans: NDArray[np.int32], starts: NDArray[np.int64]) -> list[str]:
    ends = spans[np.append(starts[1:], len(spans)) - 1, 1]
    return [text[a:b] for a, b in zip(spans[starts, 0].tolist(), ends.tolist(), strict=True)]
