from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from zjip_qa.retrieval.fusion import best_first, fuse, standardise


def _scores(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def test_standardised_scores_have_mean_0_and_deviation_1() -> None:
    # mean 3, deviation √((4 + 0 + 4) / 3) = 1.63299
    np.testing.assert_allclose(standardise(_scores(1, 3, 5)), [-1.224745, 0, 1.224745], rtol=1e-5)


def test_scores_that_do_not_differ_say_nothing() -> None:
    assert standardise(_scores(7, 7)).tolist() == [0, 0]
    assert standardise(_scores(7)).tolist() == [0]
    assert standardise(_scores()).tolist() == []


def test_fusion_adds_weighted_standardised_legs() -> None:
    dense, lexical = _scores(0.2, 0.4), _scores(9, 1)
    # standardised: (−1, 1) and (1, −1); with weights 1 and 0.4: −1 + 0.4 and 1 − 0.4
    fused = fuse([(1.0, dense), (0.4, lexical)])
    np.testing.assert_allclose(fused, [-0.6, 0.6], rtol=1e-5)
    assert fused.dtype == np.float32


def test_the_scale_of_a_leg_does_not_matter() -> None:
    fused = fuse([(1.0, _scores(0.1, 0.5, 0.2)), (1.0, _scores(3, 1, 2))])
    rescaled = fuse([(1.0, _scores(15, 55, 25)), (1.0, _scores(0.3, 0.1, 0.2))])
    np.testing.assert_allclose(fused, rescaled, atol=1e-5)


@pytest.mark.parametrize(
    ("k", "expected"), [(1, [3]), (3, [3, 2, 0]), (9, [3, 2, 0, 1])], ids=["one", "cut", "all"]
)
def test_ties_break_by_id(k: int, expected: list[int]) -> None:
    scores, ids = _scores(0.5, 0.1, 0.5, 0.9), np.array([40, 10, 20, 30])
    assert best_first(scores, ids, k).tolist() == expected
