"""A first look at every vector of a large index, by 8-bit integers.

Covers making, saving, memory-mapped loading and searching of the integers, a quarter of the
vectors' size. It proposes rows; the exact scores that decide among them are `dense`'s.

Beside kinds of index that look at a part of the vectors only, this one needs no training: a row's
integers depend on the row alone, so a build that adds a document gives what a full build gives.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from zjip_qa.errors import BrokenIndex
from zjip_qa.index.faiss_files import load_mapped, save

_LARGEST = 127.0
# Components up to so many times their root mean square, which is 1 / √dim in a unit vector, keep
# their value; larger ones are cut off.
_RANGE = 6.0
# Rows that stay in the processor's cache while they are rounded.
_ROUNDED_AT_ONCE = 1_024


class Int8Scan:
    """Unit vectors as 8-bit integers that can be searched; row i belongs to chunk i."""

    def __init__(self, index: Any) -> None:
        """Wrap a FAISS scalar quantizer of signed bytes."""
        self._index = index

    @classmethod
    def from_vectors(cls, vectors: NDArray[np.float32]) -> Int8Scan:
        """Round `vectors` (n, dim), of unit length."""
        index = _empty(vectors.shape[1])
        for start in range(0, len(vectors), _ROUNDED_AT_ONCE):
            index.add(_rounded(vectors[start : start + _ROUNDED_AT_ONCE]))
        return cls(index)

    @classmethod
    def from_codes(cls, codes: NDArray[np.uint8]) -> Int8Scan:
        """Hold what `codes` of other scans gave, (n, dim)."""
        index = _empty(codes.shape[1])
        index.add_sa_codes(codes)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Int8Scan:
        """Map a saved scan into memory.

        Raises:
            BrokenIndex: `path` is missing or holds something else.
        """
        index = load_mapped(path)
        if (
            not isinstance(index, faiss.IndexScalarQuantizer)
            or index.sq.qtype != faiss.ScalarQuantizer.QT_8bit_direct_signed
            or index.metric_type != faiss.METRIC_INNER_PRODUCT
        ):
            raise BrokenIndex(
                f"{path} holds a {type(index).__name__}, expected signed bytes; "
                "run `zjip-qa index --rebuild`"
            )
        return cls(index)

    def save(self, path: Path) -> None:
        """Write the scan to `path`.

        Raises:
            OSError: the file cannot be written.
        """
        save(self._index, path)

    @property
    def n_vectors(self) -> int:
        """Rows."""
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Columns."""
        return int(self._index.d)

    def codes(self, start: int, stop: int) -> NDArray[np.uint8]:
        """The rows `start:stop` as they lie in memory, readable as long as this scan is."""
        held = faiss.rev_swig_ptr(self._index.codes.data(), self.n_vectors * self.dim)
        rows: NDArray[np.uint8] = held.reshape(-1, self.dim)[start:stop]
        return rows

    def propose(self, query: NDArray[np.float32], k: int, width: int) -> NDArray[np.int64]:
        """Find the rows that come nearest to a query.

        Equal sums of integers are common. Rows that equal the last one are left out, so that
        which rows are proposed depends on no order among equals; rows of the same vector come
        together or not at all.

        Args:
            query: (dim,).
            k: rows to propose at least, at most `n_vectors`.
            width: rows to propose about, at least `k`.

        Returns:
            Rows, ascending.
        """
        rounded = _rounded(query[None])
        width = min(width + 1, self.n_vectors)
        while True:
            scores, ids = self._index.search(rounded, width)
            kept = ids[0] if width == self.n_vectors else ids[0][scores[0] > scores[0, -1]]
            if len(kept) >= k:
                return np.sort(kept)
            width = min(8 * width, self.n_vectors)


def _empty(dim: int) -> Any:
    index = faiss.IndexScalarQuantizer(
        dim, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
    )
    index.is_trained = True  # there is nothing to learn
    return index


def _rounded(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Whole numbers in −127…127, which FAISS keeps as signed bytes."""
    scaled = vectors * np.float32(_LARGEST * vectors.shape[1] ** 0.5 / _RANGE)
    np.rint(scaled, out=scaled)
    np.clip(scaled, -_LARGEST, _LARGEST, out=scaled)
    return np.ascontiguousarray(scaled)
