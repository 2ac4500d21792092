from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from zjip_qa.errors import BrokenIndex
from zjip_qa.index import DenseIndex, Int8Scan


def _unit(n: int, dim: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _saved(folder: Path, vectors: NDArray[np.float32]) -> tuple[DenseIndex, DenseIndex]:
    """The same vectors, searched exactly and with a scan."""
    DenseIndex.from_vectors(vectors).save(folder / "dense.faiss")
    Int8Scan.from_vectors(vectors).save(folder / "scan.faiss")
    return (
        DenseIndex.load(folder / "dense.faiss"),
        DenseIndex.load(folder / "dense.faiss", folder / "scan.faiss"),
    )


def test_rows_are_proposed_by_products_worked_out_by_hand() -> None:
    vectors = np.array(
        [[1, 0, 0, 0], [0, 1, 0, 0], [0.6, 0.8, 0, 0], [0, 0, 1, 0]], dtype=np.float32
    )
    scan = Int8Scan.from_vectors(vectors)
    # 1, 0.6 and 0.8 times 127 · √4 / 6 = 42.3 are 42, 25 and 34. Products with (0, 42, 0, 0):
    # 0, 42 · 42, 34 · 42 and 0. The last of those looked at only says where to stop.
    assert scan.propose(vectors[1], 1, 1).tolist() == [1]
    assert scan.propose(vectors[1], 2, 2).tolist() == [1, 2]
    # The third and the fourth are equal: both are proposed.
    assert scan.propose(vectors[1], 3, 3).tolist() == [0, 1, 2, 3]


def test_what_it_finds_has_the_very_scores_of_an_exact_search(tmp_path: Path) -> None:
    vectors = _unit(5_000, 96)
    exact, scanned = _saved(tmp_path, vectors)
    queries = _unit(30, 96, seed=1)
    for k in (1, 10, 200):
        expected, found = exact.search(queries, k), scanned.search(queries, k)
        assert found[0].shape == found[1].shape == (30, k)
        assert np.array_equal(expected[1], found[1])
        assert np.array_equal(expected[0], found[0])


def test_it_looks_at_a_part_of_the_vectors_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, scanned = _saved(tmp_path, _unit(5_000, 32))
    proposed: list[int] = []
    propose = Int8Scan.propose

    def counting(
        self: Int8Scan, query: NDArray[np.float32], k: int, width: int
    ) -> NDArray[np.int64]:
        rows = propose(self, query, k, width)
        proposed.append(len(rows))
        return rows

    monkeypatch.setattr(Int8Scan, "propose", counting)
    scanned.search(_unit(1, 32, seed=1), 10)
    assert 10 <= proposed[0] <= 200


@given(rows=st.lists(st.integers(0, 2), min_size=1, max_size=60), k=st.integers(1, 70))
def test_equal_vectors_come_in_the_order_of_their_rows(rows: list[int], k: int) -> None:
    directions = np.eye(3, dtype=np.float32)
    index = DenseIndex(
        DenseIndex.from_vectors(directions[rows])._index, Int8Scan.from_vectors(directions[rows])
    )
    query = np.array([[0.8, 0.6, 0.0]], dtype=np.float32)
    _, ids = index.search(query, k)
    exact = (directions[rows] @ query[0]).tolist()
    assert ids[0].tolist() == sorted(range(len(rows)), key=lambda i: (-exact[i], i))[:k]


def test_of_more_equal_vectors_than_are_proposed_the_first_rows_come(tmp_path: Path) -> None:
    vectors = np.repeat(_unit(2, 16), 1_500, axis=0)
    _, scanned = _saved(tmp_path, vectors)
    _, ids = scanned.search(vectors[-1:], 20)
    assert ids[0].tolist() == list(range(1_500, 1_520))


def test_components_beyond_the_range_are_cut_off() -> None:
    vectors = np.zeros((3, 100), dtype=np.float32)
    vectors[0, 0] = vectors[1, 1] = vectors[2, 2] = 1.0  # ten times the root mean square
    assert Int8Scan.from_vectors(vectors).propose(vectors[1], 1, 1).tolist() == [1]


def test_a_row_does_not_depend_on_the_others(tmp_path: Path) -> None:
    vectors = _unit(3_000, 16)
    for name, rows in (("all", vectors), ("few", vectors[:7])):
        Int8Scan.from_vectors(rows).save(tmp_path / name)
    loaded: list[Any] = [faiss.read_index(str(tmp_path / name)) for name in ("all", "few")]
    every, few = loaded
    expected = faiss.vector_to_array(few.codes)
    assert len(expected) == 7 * 16
    assert faiss.vector_to_array(every.codes)[: 7 * 16].tolist() == expected.tolist()


def test_a_scan_of_other_vectors_is_refused(tmp_path: Path) -> None:
    DenseIndex.from_vectors(_unit(9, 16)).save(tmp_path / "dense.faiss")
    Int8Scan.from_vectors(_unit(8, 16)).save(tmp_path / "scan.faiss")
    with pytest.raises(BrokenIndex, match="holds 8 vectors of 16"):
        DenseIndex.load(tmp_path / "dense.faiss", tmp_path / "scan.faiss")
    with pytest.raises(BrokenIndex, match="expected signed bytes"):
        DenseIndex.load(tmp_path / "dense.faiss", tmp_path / "dense.faiss")
    with pytest.raises(BrokenIndex, match="cannot be read"):
        DenseIndex.load(tmp_path / "dense.faiss", tmp_path / "missing.faiss")
