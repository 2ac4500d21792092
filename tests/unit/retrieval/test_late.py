from __future__ import annotations

import numpy as np
import pytest

from zjip_qa.embedding import SpanVectors
from zjip_qa.retrieval.late import best_matches, max_sim, similarities, word_matches

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
    query = SpanVectors(vectors, np.zeros((2, 2), np.int32), np.ones(2, np.float32))
    passage = np.array([[0, 1], [0.8, 0.6], [1, 0]], dtype=np.float32)
    assert similarities(query, passage).tolist() == [
        [0, pytest.approx(0.8), 1],
        [pytest.approx(0.8), pytest.approx(0.96), pytest.approx(0.6)],
    ]


def _tokens(spans: list[tuple[int, int]], vectors: list[list[float]]) -> SpanVectors:
    return SpanVectors(
        np.array(vectors, dtype=np.float32).reshape(-1, 2),
        np.array(spans, dtype=np.int32).reshape(-1, 2),
        np.ones(len(spans), dtype=np.float32),
    )


def test_each_word_of_the_question_names_the_nearest_of_the_passage() -> None:
    # "patents" comes in two pieces, which count as one word: against 专利 (1 + 0.8)/2 = 0.9.
    query = _tokens([(0, 6), (6, 7), (8, 12)], [[1, 0], [0.8, 0.6], [0, 1]])
    passage = _tokens([(0, 2), (2, 4)], [[1, 0], [0, 1]])
    found = word_matches("patents sold", query, "专利转让", passage)
    assert [(match.asked, match.found) for match in found] == [
        ("patents", "专利"),
        ("sold", "转让"),
    ]
    assert [match.cosine for match in found] == pytest.approx([0.9, 1.0])


def test_chinese_words_side_by_side_stay_apart_and_latin_pieces_join_in_a_passage() -> None:
    query = _tokens([(0, 2), (2, 4)], [[1, 0], [0, 1]])
    passage = _tokens([(0, 3), (3, 6)], [[0.6, 0.8], [0.8, 0.6]])
    found = word_matches("专利转让", query, "patent", passage)
    assert [(match.asked, match.found) for match in found] == [
        ("专利", "patent"),
        ("转让", "patent"),
    ]


def test_no_tokens_no_matches() -> None:
    query = _tokens([(0, 2)], [[1, 0]])
    assert word_matches("专利", query, "", _tokens([], [])) == []
    assert word_matches("", _tokens([], []), "专利", query) == []
