from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zjip_qa.errors import BrokenIndex
from zjip_qa.index.dense import DenseIndex, DenseKind
from zjip_qa.index.dense_shards import DenseShards, DenseShardsWriter
from zjip_qa.index.manifest import DocumentRecord


def _records(sizes: list[int]) -> list[DocumentRecord]:
    firsts = np.cumsum([0, *sizes])[:-1].tolist()
    return [
        DocumentRecord(f"{i:03d}.txt", "", None, first, n)
        for i, (first, n) in enumerate(zip(firsts, sizes, strict=True))
    ]


def _unit(n: int, dim: int = 8, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _write(
    folder: Path,
    records: list[DocumentRecord],
    vectors: NDArray[np.float32],
    exact_up_to: int = 1_000_000,
) -> DenseKind:
    writer = DenseShardsWriter(folder)
    for record in records:
        first = record.first_chunk
        writer.append(record.doc_id, vectors[first : first + record.n_chunks])
    return writer.finish(exact_up_to)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@settings(deadline=None, max_examples=25)
@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=40),
    k=st.integers(1, 60),
    directions=st.integers(1, 4),
    exact_up_to=st.sampled_from([0, 1_000]),
)
def test_they_find_what_one_index_of_all_vectors_finds(
    tmp_path_factory: pytest.TempPathFactory,
    sizes: list[int],
    k: int,
    directions: int,
    exact_up_to: int,
) -> None:
    folder = tmp_path_factory.mktemp("dense")
    records, n = _records(sizes), sum(sizes)
    # Few directions make many ties, which are ordered by chunk wherever the chunks lie.
    vectors = _unit(directions)[np.random.default_rng(n).integers(0, directions, n)]
    # A scan proposes more rows than there are, so that it finds what the other way does.
    kind = _write(folder, records, vectors, exact_up_to)
    assert kind is (DenseKind.FLAT if exact_up_to else DenseKind.INT8)
    shards, whole = DenseShards(folder, records, kind), DenseIndex.from_vectors(vectors)
    assert (shards.n_vectors, shards.dim) == (n, 8)
    queries = _unit(3, seed=1)
    (scores, rows), (whole_scores, whole_rows) = shards.search(queries, k), whole.search(queries, k)
    assert np.array_equal(scores, whole_scores)
    assert np.array_equal(rows, whole_rows)
    ids = np.arange(n)[::-1]
    assert np.array_equal(shards.vectors(ids), vectors[ids])
    name = min(path.name for path in folder.iterdir())
    few = shards.chunks_in([name])
    assert few.size and (np.diff(few) > 0).all()
    _, found = shards.search(queries, n, among=[name])
    assert np.array_equal(np.sort(found), np.tile(few, (3, 1)))


@pytest.mark.parametrize(("before", "after"), [(100, 100), (0, 0), (100, 0), (0, 100)])
def test_what_is_copied_comes_out_as_if_written(tmp_path: Path, before: int, after: int) -> None:
    records, vectors = _records([2] * 30), _unit(60)
    kind = _write(tmp_path / "old", records, vectors, before)
    # The second document is left out, so all after it move up by its two chunks.
    kept = [records[0], *records[2:]]
    writer = DenseShardsWriter(
        tmp_path / "new",
        source=DenseShards(tmp_path / "old", records, kind),
        touched=[records[1].doc_id],
    )
    for record in kept:
        writer.copy(record)
    assert writer.finish(after) is (DenseKind.FLAT if after else DenseKind.INT8)
    moved = [replace(each, first_chunk=2 * i) for i, each in enumerate(kept)]
    remaining = np.delete(vectors, [2, 3], axis=0)
    _write(tmp_path / "full", moved, remaining, after)
    assert _bytes(tmp_path / "new") == _bytes(tmp_path / "full")
    n_shards = len({name for name in _bytes(tmp_path / "old") if "int8" not in name})
    linked_twice = 2 if before == after == 0 else 1
    assert len(writer.linked) == linked_twice * (n_shards - 1)
    assert np.array_equal(DenseShards(tmp_path / "new", moved).vectors(np.arange(58)), remaining)


def test_rows_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    records = _records([2, 1])
    _write(tmp_path, records, _unit(3))
    shards = DenseShards(tmp_path, records)
    for row in (-1, 3):
        with pytest.raises(IndexError):
            shards.vectors(np.array([row]))
    assert shards.vectors(np.array([], dtype=np.int64)).shape == (0, 8)


def test_a_missing_file_and_one_of_another_size_are_broken(tmp_path: Path) -> None:
    records = _records([2, 1])
    _write(tmp_path, records, _unit(3))
    with pytest.raises(BrokenIndex, match="expected"):
        DenseShards(tmp_path, _records([3, 1]))
    path = next(tmp_path.iterdir())
    path.unlink()
    with pytest.raises(BrokenIndex, match=path.name):
        DenseShards(tmp_path, records)
