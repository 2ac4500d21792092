"""Inner-product search over the chunks' vectors, held by FAISS.

Covers building, saving, memory-mapped loading and searching of one matrix of unit vectors. It
does not encode text and knows nothing of chunks beyond their number, which is their row. Scores
are always exact; in a large index `scan` proposes the rows that are scored.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from zjip_qa.errors import BrokenIndex
from zjip_qa.index.faiss_files import load_mapped, save, search_on_one_thread
from zjip_qa.index.scan import Int8Scan

# From 20 queries on FAISS hands over to BLAS, whose sums differ in the last bits with the
# shape of the batch. Below that every score is computed alone, so a question scores the same
# whether it is asked by itself or inside an evaluation.
_QUERIES_AT_ONCE = 16
# Rows that a scan proposes for each one wanted, and the fewest. Measured on real text: with half
# of it, 99 % of the 200 nearest are among them, with this all.
_PROPOSED = 2
_FEWEST_PROPOSED = 200


class DenseKind(StrEnum):
    """How the nearest vectors are found."""

    FLAT = "flat"
    """By the inner product with every vector."""
    INT8 = "int8"
    """By that of 8-bit integers, and the exact one with those proposed."""


class DenseIndex:
    """A matrix of unit vectors that can be searched; row i belongs to chunk i."""

    def __init__(self, index: Any, scan: Int8Scan | None = None) -> None:
        """Wrap a FAISS flat inner-product index, with a scan of the same rows if it is large."""
        self._index = index
        self._scan = scan

    @classmethod
    def from_vectors(cls, vectors: NDArray[np.float32]) -> DenseIndex:
        """Hold `vectors` (n, dim), float32 and of unit length.

        Raises:
            ValueError: the array is not a matrix, or holds NaN or infinity.
        """
        if vectors.ndim != 2:
            raise ValueError(f"vectors must be a matrix (n, dim), got shape {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError("vectors hold NaN or infinity: the encoder returned no usable numbers")
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path, scan: Path | None = None) -> DenseIndex:
        """Map a saved index into memory; pages are read when a search touches them.

        Args:
            path: where `save` wrote it.
            scan: where the scan of its vectors is; without one every search is exact.

        Raises:
            BrokenIndex: a file is missing or isn't what it should be, or the two differ in size.
        """
        index = load_mapped(path)
        if (
            not isinstance(index, faiss.IndexFlat)
            or index.metric_type != faiss.METRIC_INNER_PRODUCT
        ):
            raise BrokenIndex(
                f"{path} holds a {type(index).__name__}, expected IndexFlatIP; "
                "run `zjip-qa index --rebuild`"
            )
        if scan is None:
            return cls(index)
        proposing = Int8Scan.load(scan)
        if (proposing.n_vectors, proposing.dim) != (index.ntotal, index.d):
            raise BrokenIndex(
                f"{scan} holds {proposing.n_vectors} vectors of {proposing.dim}, {path} "
                f"{index.ntotal} of {index.d}; run `zjip-qa index --rebuild`"
            )
        return cls(index, proposing)

    def save(self, path: Path) -> None:
        """Write the index to `path`.

        Raises:
            OSError: the file cannot be written.
        """
        save(self._index, path)

    @property
    def n_vectors(self) -> int:
        """Rows of the matrix."""
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Columns of the matrix."""
        return int(self._index.d)

    @property
    def scan(self) -> Int8Scan | None:
        """The scan of these vectors, if there is one."""
        return self._scan

    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """The rows `start:stop` as they lie in memory, readable as long as this index is."""
        held = faiss.rev_swig_ptr(self._index.get_xb(), self.n_vectors * self.dim)
        rows: NDArray[np.float32] = held.reshape(-1, self.dim)[start:stop]
        return rows

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The rows `ids` as (n, dim) float32.

        Raises:
            IndexError: an id is outside 0…n_vectors-1.
        """
        ids = np.ascontiguousarray(ids, dtype=np.int64)
        if ids.size and not (ids.min() >= 0 and ids.max() < self.n_vectors):
            raise IndexError(f"rows must lie in 0…{self.n_vectors - 1}")
        if not ids.size:
            return np.empty((0, self.dim), dtype=np.float32)
        rows: NDArray[np.float32] = self._index.reconstruct_batch(ids)
        return rows

    def search(
        self, vectors: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the `k` rows with the largest inner product for every query.

        With a scan a few of them may be missed, and the next best stand in their place.

        Args:
            vectors: (n_queries, dim) float32.
            k: results a query, at least 1; more than there are rows gives all rows.

        Returns:
            Scores and row numbers, both (n_queries, min(k, n_vectors)), ordered by
            (−score, row). Equal scores at the cut are settled by row too.

        Raises:
            ValueError: `k` < 1 or the dimension is another.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k}")
        if vectors.ndim != 2 or vectors.shape[1] != self.dim:
            raise ValueError(f"queries must be (n, {self.dim}), got shape {vectors.shape}")
        search_on_one_thread()
        k = min(k, self.n_vectors)
        queries = np.ascontiguousarray(vectors, dtype=np.float32)
        scores = np.empty((len(queries), k), dtype=np.float32)
        ids = np.empty((len(queries), k), dtype=np.int64)
        if self._scan is not None:
            for row, query in enumerate(queries):
                scores[row], ids[row] = self._search_proposed(query, k, self._scan)
            return scores, ids
        for start in range(0, len(queries), _QUERIES_AT_ONCE):
            part = slice(start, start + _QUERIES_AT_ONCE)
            scores[part], ids[part] = self._search_exactly(queries[part], k)
        return scores, ids

    def _search_exactly(
        self, queries: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Search wider until no row outside the result can tie with the last one inside it."""
        if k == 0:
            return np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
        width = min(k + 1, self.n_vectors)
        while True:
            scores, ids = self._index.search(queries, width)
            if width == self.n_vectors or (scores[:, -1] < scores[:, k - 1]).all():
                break
            width = min(8 * width, self.n_vectors)
        order = np.lexsort((ids, -scores), axis=1)[:, :k]
        return np.take_along_axis(scores, order, 1), np.take_along_axis(ids, order, 1)

    def _search_proposed(
        self, query: NDArray[np.float32], k: int, scan: Int8Scan
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        ids = scan.propose(query, k, max(_PROPOSED * k, _FEWEST_PROPOSED))
        scores = np.empty(len(ids), dtype=np.float32)
        # FAISS's own sum, which gives the very scores of a search through all.
        self._index.compute_distance_subset(
            1,
            faiss.swig_ptr(query),
            len(ids),
            faiss.swig_ptr(scores),
            faiss.swig_ptr(ids),
        )
        order = np.lexsort((ids, -scores))[:k]
        return scores[order], ids[order]
