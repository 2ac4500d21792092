import numpy as np
import pytest

from zjip_qa.embedding.tokens import pool_sentences
from zjip_qa.types import Span

SPANS = np.array([[0, 2], [2, 4], [4, 7], [7, 9]], dtype=np.int32)
STATES = np.array([[3, 0], [0, 4], [5, 0], [0, 2]], dtype=np.float32)


def test_a_sentence_gets_the_unit_mean_of_its_tokens() -> None:
    found = pool_sentences(STATES, SPANS, [Span(0, 4), Span(7, 9)])
    # (1.5, 2) has length 2.5.
    assert found.vectors.tolist() == [pytest.approx([0.6, 0.8]), pytest.approx([0.0, 1.0])]
    assert found.spans.tolist() == [[0, 4], [7, 9]]
    assert found.weights.tolist() == [1.0, 1.0]


def test_a_token_that_begins_with_the_space_before_belongs_to_the_sentence() -> None:
    # The token 4…7 begins before the sentence and ends in it.
    assert pool_sentences(STATES, SPANS, [Span(5, 7)]).vectors.tolist() == [[1.0, 0.0]]


def test_a_sentence_without_a_token_gets_none() -> None:
    found = pool_sentences(STATES, SPANS, [Span(9, 12), Span(0, 2), Span(1, 1)])
    assert found.spans.tolist() == [[0, 2]]
    assert pool_sentences(STATES, SPANS, []).vectors.shape == (0, 2)
    assert pool_sentences(STATES[:0], SPANS[:0], [Span(0, 5)]).vectors.shape == (0, 2)
