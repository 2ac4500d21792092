import numpy as np
import pytest

from zjip_qa.embedding import SpanVectors
from zjip_qa.index import SpanRows
from zjip_qa.retrieval.rerank import character_pairs, pair_scores, sentence_scores


def rows(vectors: list[list[float]], spans: list[tuple[int, int]], chunks: list[int]) -> SpanRows:
    return SpanRows(
        np.rint(127 * np.array(vectors, dtype=np.float32)).astype(np.int8),
        np.array(spans, dtype=np.int32),
        np.array(chunks, dtype=np.int64),
        np.ones(len(chunks), dtype=np.float32),
    )


QUESTION = SpanVectors(
    np.eye(2, dtype=np.float32),
    np.array([(0, 1), (1, 2)], dtype=np.int32),
    np.array([1.0, 1.0], dtype=np.float32),
)
ONE, OTHER, BOTH = [1.0, 0.0], [0.0, 1.0], [2**-0.5, 2**-0.5]


def test_words_must_be_met_in_one_sentence() -> None:
    # The first chunk meets both words in two sentences, the second in one.
    tokens = rows(
        [ONE, OTHER, ONE, OTHER, BOTH], [(0, 1), (5, 6), (0, 1), (2, 3), (5, 6)], [0, 0, 1, 1, 1]
    )
    sentences = rows([BOTH] * 4, [(0, 4), (4, 8), (0, 4), (4, 8)], [0, 0, 1, 1])
    assert sentence_scores(QUESTION, tokens, sentences, 2) == pytest.approx([0.5, 1.0], abs=0.01)


def test_a_translation_is_a_sentence_of_its_own() -> None:
    tokens = rows([ONE, ONE, OTHER], [(0, 1), (0, 4), (0, 4)], [0, 0, 0])
    sentences = rows([BOTH] * 2, [(0, 4), (0, 4)], [0, 0])
    assert sentence_scores(QUESTION, tokens, sentences, 1) == pytest.approx([1.0], abs=0.01)


def test_a_chunk_without_tokens_has_no_score() -> None:
    tokens, sentences = rows([ONE], [(0, 1)], [1]), rows([ONE], [(0, 4)], [1])
    assert sentence_scores(QUESTION, tokens, sentences, 3) == pytest.approx([0, 0.5, 0], abs=0.01)


def test_pairs_are_of_letters_in_one_spelling() -> None:
    assert character_pairs("專利，PCT") == {"专利", "pc", "ct"}
    assert character_pairs("甲") == frozenset()


def test_a_rare_pair_counts_more() -> None:
    question = character_pairs("专利权人")
    chunks = [character_pairs(text) for text in ("专利", "利权", "专利", "商标")]
    scores = pair_scores(question, chunks)
    assert scores[1] > scores[0] == scores[2] > scores[3] == 0
    assert pair_scores(character_pairs("专利"), [character_pairs("专利")]).tolist() == [1.0]
    assert pair_scores(frozenset(), chunks).tolist() == [0, 0, 0, 0]
    assert pair_scores(question, []).tolist() == []
