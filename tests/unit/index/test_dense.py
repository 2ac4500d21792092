from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from zjip_qa.errors import BrokenIndex
from zjip_qa.index.dense import DenseIndex


def _unit(n: int, dim: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def test_best_first_with_cosines_worked_out_by_hand() -> None:
    index = DenseIndex.from_vectors(np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32))
    scores, ids = index.search(np.array([[0, 1]], dtype=np.float32), 3)
    # Inner products with (0, 1): 0, 1 and 0.8.
    assert ids.tolist() == [[1, 2, 0]]
    np.testing.assert_allclose(scores, [[1.0, 0.8, 0.0]], atol=1e-7)


def test_k_larger_than_the_index_gives_every_row() -> None:
    scores, ids = DenseIndex.from_vectors(_unit(3, 4)).search(_unit(2, 4, 1), 100)
    assert scores.shape == ids.shape == (2, 3)


@given(
    rows=st.lists(st.integers(0, 2), min_size=1, max_size=60),
    k=st.integers(1, 70),
)
def test_ties_are_ordered_by_row_also_at_the_cut(rows: list[int], k: int) -> None:
    directions = np.eye(3, dtype=np.float32)
    index = DenseIndex.from_vectors(directions[rows])
    query = np.array([[0.8, 0.6, 0.0]], dtype=np.float32)
    scores, ids = index.search(query, k)
    exact = (directions[rows] @ query[0]).tolist()
    expected = sorted(range(len(rows)), key=lambda i: (-exact[i], i))[:k]
    assert ids[0].tolist() == expected
    np.testing.assert_allclose(scores[0], [exact[i] for i in expected], rtol=1e-6)


def test_a_question_scores_alike_alone_and_among_others() -> None:
    index = DenseIndex.from_vectors(_unit(500, 32))
    queries = _unit(50, 32, seed=1)
    together = index.search(queries, 10)
    alone = [index.search(queries[i : i + 1], 10) for i in range(50)]
    assert np.array_equal(together[0], np.concatenate([scores for scores, _ in alone]))
    assert np.array_equal(together[1], np.concatenate([ids for _, ids in alone]))


def test_saved_and_loaded_again_it_answers_the_same(tmp_path: Path) -> None:
    vectors = _unit(100, 16)
    index = DenseIndex.from_vectors(vectors)
    index.save(tmp_path / "向量.faiss")
    loaded = DenseIndex.load(tmp_path / "向量.faiss")
    assert (loaded.n_vectors, loaded.dim) == (100, 16)
    before, after = index.search(vectors[:5], 7), loaded.search(vectors[:5], 7)
    assert np.array_equal(before[0], after[0])
    assert np.array_equal(before[1], after[1])
    assert np.array_equal(loaded.vectors(np.array([99, 0, 7])), vectors[[99, 0, 7]])


def test_rows_that_do_not_exist_are_refused() -> None:
    index = DenseIndex.from_vectors(_unit(3, 4))
    with pytest.raises(IndexError):
        index.vectors(np.array([3]))
    with pytest.raises(IndexError):
        index.vectors(np.array([-1]))
    assert index.vectors(np.array([], dtype=np.int64)).shape == (0, 4)


def test_numbers_that_are_none_never_enter() -> None:
    with pytest.raises(ValueError, match="NaN"):
        DenseIndex.from_vectors(np.array([[np.nan, 1]], dtype=np.float32))
    with pytest.raises(ValueError, match=r"\(n, 4\)"):
        DenseIndex.from_vectors(_unit(3, 4)).search(_unit(1, 5), 1)
    with pytest.raises(ValueError, match="at least 1"):
        DenseIndex.from_vectors(_unit(3, 4)).search(_unit(1, 4), 0)


@pytest.mark.parametrize("damage", [b"", b"not an index at all", None])
def test_a_file_that_is_no_index_is_broken(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "dense.faiss"
    DenseIndex.from_vectors(_unit(100, 16)).save(path)
    path.write_bytes(path.read_bytes()[:500] if damage is None else damage)
    with pytest.raises(BrokenIndex, match=r"dense\.faiss"):
        DenseIndex.load(path)
    with pytest.raises(BrokenIndex):
        DenseIndex.load(tmp_path / "missing.faiss")


def test_a_search_starts_no_threads_of_faiss_in_the_thread_that_asks() -> None:
    index = DenseIndex.from_vectors(np.eye(4, dtype=np.float32))

    def threads_after(search: bool) -> int:
        if search:
            index.search(np.eye(4, dtype=np.float32)[:1], 2)
        return int(faiss.omp_get_max_threads())

    with ThreadPoolExecutor(1, initializer=lambda: faiss.omp_set_num_threads(2)) as pool:
        assert pool.submit(threads_after, False).result() == 2
        assert pool.submit(threads_after, True).result() == 1
