from __future__ import annotations

import numpy as np
import pytest

from zjip_qa.embedding import TokenVectors
from zjip_qa.retrieval.late import best_matches, max_sim, similarities

# Two question tokens against five passage tokens in groups of 2, 1 and 2.
COSINES = np.array([[0.1, 0.9, 0.4, -0.2, 0.0], [0.5, 0.3, 0.8, -0.6, -0.1]], dtype=np.float32)
STARTS = [0, 2, 3]


def test_best_match_of_each_token_in_each_group() -> None:
    np.testing.assert_allclose(best_matches(COSINES, STARTS), [[0.9, 0.4, 0.0], [0.5, 0.8, -0.1]])


def test_max_sim_is_the_mean_weighted_by_rarity() -> None:
    weights = np.array([3.0, 1.0], dtype=np.float32)
    # (3·0.9 + 0.5)/4 = 0.8; (3·0.4 + 0.8)/4 = 0.5; (3·0 − 0.1)/4 = −0.025
    np.testing.assert_allclose(max_sim(weights, COSINES, STARTS), [0.8, 0.5, -0.025], atol=1e-6)


def test_the_scale_of_the_weights_does_not_matter() -> None:
    weights = np.array([3.0, 1.0], dtype=np.float32)
    np.testing.assert_allclose(
        max_sim(weights, COSINES, STARTS), max_sim(weights * 20, COSINES, STARTS), atol=1e-6
    )


def test_similarities_are_inner_products() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8]], dtype=np.float32)
    query = TokenVectors(vectors, np.zeros((2, 2), np.int32), np.ones(2, np.float32))
    passage = np.array([[0, 1], [0.8, 0.6], [1, 0]], dtype=np.float32)
    assert similarities(query, passage).tolist() == [
        [0, pytest.approx(0.8), 1],
        [pytest.approx(0.8), pytest.approx(0.96), pytest.approx(0.6)],
    ]
