"""Late interaction: each word of the question looks for its best match among a passage's words.

MaxSim of Khattab & Zaharia (ColBERT, SIGIR 2020), with each question token weighted by how rare
it is. Token vectors were stored when the index was built, so a question costs one product.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding import TokenVectors


def similarities(query: TokenVectors, passage: NDArray[np.float32]) -> NDArray[np.float32]:
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
