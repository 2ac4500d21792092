import numpy as np
import pytest

from zjip_qa.training.ablation import VARIANTS
from zjip_qa.training.measure import ndcg_at_10


def test_ndcg_counts_ties_against() -> None:
    scores = np.array([[0.9, 0.1, 0.2], [0.5, 0.5, 0.1], [0.3, 0.2, 0.1]], dtype=np.float32)
    # Ranks 1, 2 (a tie) and 3: (1 + 1/log2(3) + 1/log2(4)) / 3.
    expected = (1 + 1 / np.log2(3) + 0.5) / 3
    assert ndcg_at_10(scores, np.array([0, 1, 2])) == pytest.approx(expected)
    assert ndcg_at_10(np.ones((1, 11), dtype=np.float32), np.array([0])) == 0.0


def test_variants_leave_out_what_they_say() -> None:
    ours = VARIANTS["no pairs of our own"]
    assert not ours.keeps("terms")
    assert not ours.keeps("sentences")
    assert ours.keeps("tico19 (sentences)")
    assert not VARIANTS["no sentences in passages"].keeps("tico19 (sentences)")
    assert VARIANTS["everything"].keeps("terms")
