from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.encoders import HashingEncoder

from zjip_qa.index import OpenIndex, build_index, open_index
from zjip_qa.retrieval import FusionWeights, Retriever, load_bridge
from zjip_qa.retrieval.retriever import N_RERANKED
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter
from zjip_qa.types import Hit, Language, Query

N_FILES = 60
TWINS = ("twin-a.txt", "twin-b.txt")
QUESTION = Query("高校的专利许可有多少件？", Language.ZH)
ENGLISH = Query("How many trademarks were registered?", Language.EN)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIndex]:
    """Sixty texts of one chunk, and two that are the same."""
    folder = tmp_path_factory.mktemp("retriever")
    subjects = ("专利", "商标", "版权", "地理标志")
    places = ("高校", "企业", "医院")
    corpus = folder / "corpus"
    corpus.mkdir()
    for i in range(N_FILES):
        text = f"{places[i % 3]}的{subjects[i % 4]}登记了{i * 7}件。编号为{i:03d}的合同已经签订。"
        (corpus / f"{i:03d}.txt").write_text(text, encoding="utf-8")
    for name in TWINS:
        (corpus / name).write_text("高校的专利许可合同共有三百件。", encoding="utf-8")
    build_index(corpus, folder / "index", HashingEncoder(), IndexSettings())
    with open_index(folder / "index") as opened:
        yield opened


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


@pytest.fixture
def retriever(index: OpenIndex, segmenter: Segmenter) -> Retriever:
    return Retriever(index, HashingEncoder(), segmenter, load_bridge())


@pytest.mark.parametrize("name", ["hybrid", "dense", "lexical"])
@pytest.mark.parametrize("query", [QUESTION, ENGLISH], ids=["zh", "en"])
@pytest.mark.parametrize("k", [1, 7, 55, 1000])
def test_hits_are_ranked_from_1_with_falling_scores(
    retriever: Retriever, index: OpenIndex, name: str, query: Query, k: int
) -> None:
    hits = retriever.search(query, k, name)
    assert 1 <= len(hits) <= min(k, N_FILES + 2)
    if name != "lexical":
        assert len(hits) == min(k, N_FILES + 2)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    keys = [(-hit.score, hit.chunk.chunk_id) for hit in hits]
    assert keys == sorted(keys)
    assert len({hit.chunk.chunk_id for hit in hits}) == len(hits)
    for hit in hits:
        text = index.store.document(hit.chunk.doc_id).text
        assert text[hit.chunk.start : hit.chunk.end] == hit.chunk.text


@pytest.mark.parametrize("name", ["hybrid", "dense", "lexical"])
def test_a_longer_list_begins_with_the_shorter(retriever: Retriever, name: str) -> None:
    few, many = retriever.search(QUESTION, 5, name), retriever.search(QUESTION, 40, name)
    assert _ids(many)[:5] == _ids(few)


@pytest.mark.parametrize("name", ["hybrid", "dense", "lexical"])
def test_equal_texts_tie_and_stand_in_the_order_of_their_ids(
    retriever: Retriever, name: str
) -> None:
    first, second = retriever.search(QUESTION, 2, name)
    assert (first.chunk.doc_id, second.chunk.doc_id) == TWINS
    assert first.score == second.score


def test_the_dense_leg_is_the_cosine_with_the_nearest_sentence(
    retriever: Retriever, index: OpenIndex
) -> None:
    encoder = HashingEncoder()
    question = encoder.encode_queries([QUESTION.text]).vectors[0]
    texts = [chunk.text for chunk in index.store.chunks(range(N_FILES + 2))]
    sentences = [[s for s in text.split("。") if s] for text in texts]
    cosines = np.array(
        [
            (encoder.encode_passages([s + "。" for s in own]).vectors @ question).max()
            for own in sentences
        ]
    )
    hits = retriever.search(QUESTION, 10, "dense")
    # Stored in steps of 1/127 a component, so near ties may change places.
    best = np.sort(cosines)[::-1][:10]
    np.testing.assert_allclose([h.score for h in hits], best, atol=0.02)
    np.testing.assert_allclose([h.score for h in hits], cosines[_ids(hits)], atol=0.02)
    assert [h.legs for h in hits] == [{"dense": h.score} for h in hits]


def test_without_sentences_the_dense_leg_is_the_cosine_with_the_chunk(
    tmp_path: Path, segmenter: Segmenter
) -> None:
    (tmp_path / "corpus").mkdir()
    for i, text in enumerate(["专利许可合同。天气很好。", "商标注册。", "天气很好。"]):
        (tmp_path / "corpus" / f"{i}.txt").write_text(text, encoding="utf-8")
    settings = IndexSettings(token_vectors=False)
    build_index(tmp_path / "corpus", tmp_path / "index", HashingEncoder(), settings)
    with open_index(tmp_path / "index") as opened:
        retriever = Retriever(opened, HashingEncoder(), segmenter, load_bridge())
        hits = retriever.search(QUESTION, 3, "dense")
        vectors = opened.dense.vectors(np.array(_ids(hits)))
    cosines = vectors @ HashingEncoder().encode_queries([QUESTION.text]).vectors[0]
    np.testing.assert_allclose([h.score for h in hits], cosines, rtol=1e-5)


def test_the_lexical_leg_leaves_out_what_no_word_meets(retriever: Retriever) -> None:
    hits = retriever.search(Query("版权", Language.ZH), 100, "lexical")
    assert len(hits) == N_FILES // 4
    assert all("版权" in hit.chunk.text for hit in hits)
    assert retriever.search(Query("火星探测器", Language.ZH), 10, "lexical") == []


def test_an_english_question_meets_chinese_words_by_the_bridge(retriever: Retriever) -> None:
    hits = retriever.search(ENGLISH, 5, "lexical")
    assert all("商标" in hit.chunk.text for hit in hits)


def test_late_interaction_orders_the_head_alone(retriever: Retriever) -> None:
    hits = retriever.search(QUESTION, N_FILES, "hybrid")
    assert all(set(hit.legs) == {"dense", "lexical", "late"} for hit in hits[:N_RERANKED])
    assert all(set(hit.legs) == {"dense", "lexical"} for hit in hits[N_RERANKED:])
    assert hits[N_RERANKED - 1].score >= hits[N_RERANKED].score + 1 - 1e-5


def test_legs_are_what_each_leg_alone_gives(retriever: Retriever) -> None:
    alone = {
        name: {hit.chunk.chunk_id: hit.score for hit in retriever.search(QUESTION, 100, name)}
        for name in ("dense", "lexical")
    }
    for hit in retriever.search(QUESTION, 30, "hybrid"):
        for name, scores in alone.items():
            expected = scores.get(hit.chunk.chunk_id, 0.0)
            assert hit.legs[name] == pytest.approx(expected, abs=1e-5)


def test_without_token_vectors_the_two_legs_are_fused(tmp_path: Path, segmenter: Segmenter) -> None:
    (tmp_path / "corpus").mkdir()
    for i, text in enumerate(["专利许可合同。", "商标注册。", "天气很好。"]):
        (tmp_path / "corpus" / f"{i}.txt").write_text(text, encoding="utf-8")
    settings = IndexSettings(token_vectors=False)
    build_index(tmp_path / "corpus", tmp_path / "index", HashingEncoder(), settings)
    with open_index(tmp_path / "index") as opened:
        retriever = Retriever(opened, HashingEncoder(), segmenter, load_bridge())
        hits = retriever.search(Query("专利许可", Language.ZH), 3)
    assert hits[0].chunk.text == "专利许可合同。"
    assert all(set(hit.legs) == {"dense", "lexical"} for hit in hits)


def test_weights_decide_how_much_a_leg_counts(index: OpenIndex, segmenter: Segmenter) -> None:
    weights = FusionWeights(lexical_zh=0, late_dense=0, late_lexical=0, last_look=0)
    late_alone = Retriever(index, HashingEncoder(), segmenter, load_bridge(), weights)
    hits = late_alone.search(QUESTION, 20)
    late = [hit.legs["late"] for hit in hits]
    assert late == sorted(late, reverse=True)


def test_the_last_look_orders_the_first_anew(index: OpenIndex, segmenter: Segmenter) -> None:
    def found(last_look: float) -> list[int]:
        weights = FusionWeights(last_look=last_look)
        return _ids(
            Retriever(index, HashingEncoder(), segmenter, load_bridge(), weights).search(
                QUESTION, 60
            )
        )

    before, after = found(0.0), found(1.0)
    assert before[:30] != after[:30]
    assert sorted(before[:30]) == sorted(after[:30])
    assert before[30:] == after[30:]


def test_an_encoded_question_is_not_encoded_again(retriever: Retriever) -> None:
    encoded = retriever.encode(ENGLISH)
    assert retriever.search(QUESTION, 5, "dense", encoded=encoded) == retriever.search(
        ENGLISH, 5, "dense"
    )


def test_wrong_arguments(retriever: Retriever) -> None:
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        retriever.search(QUESTION, 0)
    with pytest.raises(ValueError, match="splade"):
        retriever.search(QUESTION, 5, "splade")


def _ids(hits: list[Hit]) -> list[int]:
    return [int(hit.chunk.chunk_id) for hit in hits]
