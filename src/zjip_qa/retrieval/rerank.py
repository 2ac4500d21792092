"""A last look at the best candidates: what is too slow to ask of every chunk.

How well the best single sentence is met, since a chunk's words may be met here and there; and, for
Chinese, which pairs of neighbouring characters of the question the chunk holds: pairs also meet
where jieba cuts the two otherwise, and the longer a phrase they share, the more of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding import SpanVectors
from zjip_qa.index import SpanRows
from zjip_qa.retrieval.late import max_sim, similarities
from zjip_qa.text import normalize


def sentence_scores(
    query: SpanVectors, tokens: SpanRows, sentences: SpanRows, n_chunks: int
) -> NDArray[np.float32]:
    """Late interaction with the best sentence of each chunk.

    Args:
        query: the question's tokens.
        tokens: of the chunks.
        sentences: of the same chunks.
        n_chunks: how many were asked for.

    Returns:
        (n_chunks,) in -1…1; 0 for a chunk without tokens.
    """
    scores = np.zeros(n_chunks, dtype=np.float32)
    if len(tokens.vectors) == 0 or len(query.weights) == 0:
        return scores
    # A token belongs to the sentence of its chunk that begins last before it.
    begins = np.unique(_places(sentences.chunk_of, sentences.spans[:, 0]))
    of = np.searchsorted(begins, _places(tokens.chunk_of, tokens.spans[:, 0]), side="right")
    groups = np.flatnonzero((np.diff(of, prepend=-1) != 0) | _first(tokens.chunk_of))
    found = max_sim(query.weights, similarities(query, tokens.unit()), groups.tolist())
    np.maximum.at(scores, tokens.chunk_of[groups], found)
    return scores


def _places(chunk_of: NDArray[np.int64], starts: NDArray[np.int32]) -> NDArray[np.int64]:
    """Positions in order of chunk, then of text."""
    return (chunk_of << 32) + starts


def _first(chunk_of: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows are the first of their chunk."""
    first: NDArray[np.bool_] = np.diff(chunk_of, prepend=-1) != 0
    return first


def character_pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring letters or digits of a text, in one spelling."""
    spelled = normalize(text).text.lower()
    pairs = map("".join, pairwise(spelled))
    return frozenset(pair for pair in pairs if pair.isalnum())


def pair_scores(question: frozenset[str], chunks: Sequence[frozenset[str]]) -> NDArray[np.float32]:
    """Share of a question's pairs that each chunk holds, those rare among the chunks counting more.

    Args:
        question: from `character_pairs`.
        chunks: the same of each candidate.

    Returns:
        (n_chunks,) in 0…1.
    """
    held = np.array([[pair in chunk for pair in sorted(question)] for chunk in chunks], dtype=bool)
    if held.size == 0:
        return np.zeros(len(chunks), dtype=np.float32)
    rarity = np.log1p(len(chunks) / (1 + held.sum(axis=0)))
    shares: NDArray[np.float32] = (held @ rarity / rarity.sum()).astype(np.float32)
    return shares
