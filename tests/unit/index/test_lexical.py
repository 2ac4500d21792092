import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.errors import BrokenIndex
from zjip_qa.index import lexical
from zjip_qa.index.lexical import LexicalIndex, QueryTerm
from zjip_qa.index.postings import PostingsBuilder

_CHUNKS = [
    ["专利", "转化", "专利"],
    ["商标"],
    [],
    ["专利", "商标", "patent", "许可"],
]


def _index() -> LexicalIndex:
    return LexicalIndex.build(len(_CHUNKS), _CHUNKS)


def test_postings_are_sorted_and_counted() -> None:
    index = _index()
    assert index.terms == ["patent", "专利", "商标", "许可", "转化"]
    chunks, counts = index.postings("专利")
    assert (chunks.tolist(), counts.tolist()) == ([0, 3], [2, 1])
    assert [index.df(term) for term in ("专利", "商标", "转化", "无")] == [2, 2, 1, 0]
    assert index.lengths.tolist() == [3, 1, 0, 4]


def test_one_word_by_hand() -> None:
    scores = _index().scores([QueryTerm.word("专利")])
    # n = 4, df = 2: idf = ln(1 + 2.5 / 2.5) = ln 2; mean length (3 + 1 + 0 + 4) / 4 = 2.
    # Chunk 0: tf 2, norm 1.2 · (0.25 + 0.75 · 3/2) = 1.65. Chunk 3: tf 1, norm 2.1.
    expected = [math.log(2) * 2 / 3.65, 0, 0, math.log(2) * 1 / 3.1]
    np.testing.assert_allclose(scores, expected, rtol=1e-6)
    assert scores.dtype == np.float32


def test_a_mixture_counts_as_one_word_by_hand() -> None:
    word = QueryTerm(2.0, (("专利", 0.75), ("patent", 0.25)))
    scores = _index().scores([word])
    # df = 0.75 · 2 + 0.25 · 1 = 1.75: idf = ln(1 + 2.75 / 2.25).
    # Chunk 0: tf 0.75 · 2 = 1.5; chunk 3: tf 0.75 + 0.25 = 1. Norms as above; weight 2.
    idf = math.log1p(2.75 / 2.25)
    np.testing.assert_allclose(scores, [2 * idf * 1.5 / 3.15, 0, 0, 2 * idf * 1 / 3.1], rtol=1e-6)


def test_a_word_in_two_halves_is_the_word() -> None:
    whole = _index().scores([QueryTerm.word("专利")])
    halves = _index().scores([QueryTerm(1.0, (("专利", 0.5), ("专利", 0.5)))])
    np.testing.assert_allclose(halves, whole, rtol=1e-6)


def test_unknown_words_and_no_words_score_nothing() -> None:
    unknown = QueryTerm(1.0, (("无", 1.0), ("没有", 0.0)))
    assert _index().scores([unknown, QueryTerm(1.0, ())]).tolist() == [0, 0, 0, 0]
    assert _index().scores([]).tolist() == [0, 0, 0, 0]


def test_chunks_without_any_term() -> None:
    index = LexicalIndex.build(2, [[], []])
    assert index.scores([QueryTerm.word("专利")]).tolist() == [0, 0]
    with pytest.raises(ValueError, match="2 chunks, expected 3"):
        LexicalIndex.build(3, [[], []])


@pytest.mark.parametrize("mmap", [True, False])
def test_saved_and_loaded_again(tmp_path: Path, mmap: bool) -> None:
    odd = [["line\nbreak", "\u2028", "𠮷", "café", '"'], ["𠮷"]]
    LexicalIndex.build(2, odd).save(tmp_path / "lexical")
    loaded = LexicalIndex.load(tmp_path / "lexical", mmap=mmap)
    assert loaded.terms == sorted(odd[0])
    assert [loaded.df(term) for term in odd[0]] == [1, 1, 2, 1, 1]


@pytest.mark.parametrize("name", ["terms.json", "chunks.npy", "counts.npy", "lengths.npy"])
def test_damaged_files_are_named(tmp_path: Path, name: str) -> None:
    _index().save(tmp_path)
    (tmp_path / name).write_bytes(b"\x80\x04N.")  # a pickle
    with pytest.raises(BrokenIndex, match=name):
        LexicalIndex.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(BrokenIndex, match=name):
        LexicalIndex.load(tmp_path)


def test_files_that_do_not_fit_together_are_broken(tmp_path: Path) -> None:
    _index().save(tmp_path)
    np.save(tmp_path / "offsets.npy", np.zeros(2, dtype=np.int64))
    with pytest.raises(BrokenIndex, match="fit together"):
        LexicalIndex.load(tmp_path)


def test_a_very_frequent_term_is_cut_to_fit() -> None:
    index = LexicalIndex.build(1, [["的"] * 70_000])
    assert index.postings("的")[1].tolist() == [65_535]
    assert index.lengths.tolist() == [70_000]


_TERM_LISTS = st.lists(st.lists(st.sampled_from(["a", "b", "专利", "商标", "𠮷"])), max_size=12)


@given(before=_TERM_LISTS, data=st.data())
def test_copied_chunks_come_out_as_if_added(before: list[list[str]], data: st.DataObject) -> None:
    n = len(before)
    source = LexicalIndex.build(n, before)
    builder, expected = PostingsBuilder(), []
    stop = 0
    for _ in range(data.draw(st.integers(0, 4))):
        start = data.draw(st.integers(stop, n))
        stop = data.draw(st.integers(start, n))
        builder.copy(source, start, stop)
        expected += before[start:stop]
        new = data.draw(st.lists(st.sampled_from(["b", "新词", "专利"])))
        builder.add(new)
        expected.append(new)
    copied, built = builder.finish(), LexicalIndex.build(len(expected), expected)
    assert copied.terms == built.terms
    for name in ("offsets", "chunks", "counts", "lengths"):
        assert getattr(copied, name).tolist() == getattr(built, name).tolist(), name


def test_chunks_are_copied_in_order_from_one_index() -> None:
    builder = PostingsBuilder()
    source = _index()
    builder.copy(source, 1, 3)
    with pytest.raises(ValueError, match="in its order"):
        builder.copy(source, 2, 4)
    with pytest.raises(ValueError, match="one index"):
        builder.copy(_index(), 3, 4)


_WORDS = st.lists(st.sampled_from("甲乙丙丁"), max_size=8)


@given(
    chunks=st.lists(_WORDS, min_size=1, max_size=40),
    asked=st.lists(
        st.tuples(
            st.sampled_from([1.0, 0.4, 2.0]),
            st.lists(st.tuples(st.sampled_from("甲乙丙丁无"), st.sampled_from([1.0, 0.3]))),
        ),
        max_size=5,
    ),
    k=st.integers(1, 50),
    common=st.sampled_from([0, 3, 4_096]),
    sparse=st.sampled_from([0, 32]),
)
def test_the_best_are_those_of_scoring_every_chunk(
    chunks: list[list[str]],
    asked: list[tuple[float, list[tuple[str, float]]]],
    k: int,
    common: int,
    sparse: int,
) -> None:
    index = LexicalIndex.build(len(chunks), chunks)
    query = [QueryTerm(weight, tuple(alternatives)) for weight, alternatives in asked]
    with pytest.MonkeyPatch.context() as patch:
        # Also a handful of postings is to be taken for many, and merged in either way.
        patch.setattr(lexical, "_COMMON", common)
        patch.setattr(lexical, "_SPARSE", sparse)
        ids, scores = index.best(query, k)
    every = index.scores(query)
    expected = [i for i in np.lexsort((np.arange(len(every)), -every)) if every[i] > 0][:k]
    assert ids.tolist() == expected
    assert scores.tolist() == every[expected].tolist()


def test_a_common_word_is_looked_up_only_where_it_can_matter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = LexicalIndex.build(
        10_000, [["的", "专利"] if i == 777 else ["的"] * 2 for i in range(10_000)]
    )
    added: list[int] = []
    add = LexicalIndex._add

    def counting(self: LexicalIndex, word: Any, total: Any) -> None:
        added.append(word.n_postings)
        add(self, word, total)

    monkeypatch.setattr(LexicalIndex, "_add", counting)
    ids, scores = index.best([QueryTerm.word("的"), QueryTerm.word("专利")], 1)
    assert ids.tolist() == [777]
    assert added == [1]
    assert scores[0] == index.scores([QueryTerm.word("的"), QueryTerm.word("专利")])[777]


def test_some_chunks_score_as_they_do_among_all() -> None:
    query = [QueryTerm(2.0, (("专利", 0.75), ("patent", 0.25))), QueryTerm.word("商标")]
    every = _index().scores(query)
    for some in ([], [0], [1, 3], [0, 1, 2, 3]):
        ids = np.array(some, dtype=np.int64)
        assert _index().scores(query, ids).tolist() == every[ids].tolist()


def test_a_translation_is_found_but_makes_its_chunk_no_longer() -> None:
    builder = PostingsBuilder()
    builder.add(["专利", "2023", "2023"], ["patent", "2023"])
    builder.add(["专利", "2023", "2023"])
    index = builder.finish()
    assert index.lengths.tolist() == [3, 3]
    assert index.postings("patent")[0].tolist() == [0]
    # A figure that stands on both sides counts once.
    assert index.postings("2023")[1].tolist() == [2, 2]
    assert len(set(index.scores([QueryTerm.word("专利")]).tolist())) == 1
