"""Vectors of the tokens or sentences of chunks, as 8-bit integers in memory-mapped files.

Covers writing chunk by chunk and reading some chunks out of many; a chunk never needs the
others in memory. It does not compare vectors.

A component in [−1, 1] is stored as the nearest integer to 127 times it, so a unit vector of
length d comes back within √d / 254 of itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding.encoder import SpanVectors
from zjip_qa.errors import BrokenIndex

_Scalar = TypeVar("_Scalar", bound=np.generic)

_SCALE = 127.0
_COPY_ROWS = 65536
_SHAPE = "shape.json"
_FILES = ("vectors.i8", "spans.i32", "weights.f32", "offsets.i64")


class SpanRows(NamedTuple):
    """The spans of several chunks, one after another.

    Attributes:
        vectors: (n_spans, dim) int8, 127 times the unit vectors.
        spans: (n_spans, 2) int32, code points of the chunk's document.
        chunk_of: (n_spans,) int64, which of the asked chunks (0 = the first asked for).
        weights: (n_spans,) float32.
    """

    vectors: NDArray[np.int8]
    spans: NDArray[np.int32]
    chunk_of: NDArray[np.int64]
    weights: NDArray[np.float32]

    def unit(self) -> NDArray[np.float32]:
        """The vectors as float32, of nearly unit length."""
        return dequantised(self.vectors)


def quantised(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Components in [−1, 1] as the nearest integers to 127 times them."""
    rounded: NDArray[np.float32] = np.clip(np.rint(vectors * _SCALE), -_SCALE, _SCALE)
    return rounded.astype(np.int8)


def dequantised(vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    """The inverse of `quantised`, up to rounding; quantised again they are the same."""
    return vectors.astype(np.float32) / np.float32(_SCALE)


class SpanStore:
    """Reads vectors by chunk number."""

    def __init__(self, folder: Path) -> None:
        """Map the files of `folder`.

        Raises:
            BrokenIndex: a file is missing or hasn't the size that the others ask for.
        """
        path = folder / _SHAPE
        try:
            shape = json.loads(path.read_text(encoding="utf-8"))
            self.dim, n, self.n_chunks = (int(shape[k]) for k in ("dim", "n_spans", "n_chunks"))
            vectors, spans, weights, offsets = (folder / name for name in _FILES)
            self._vectors = _map(path := vectors, np.int8, (n, self.dim))
            self._spans = _map(path := spans, np.int32, (n, 2))
            self._weights = _map(path := weights, np.float32, (n,))
            self._offsets = _map(path := offsets, np.int64, (self.n_chunks + 1,))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BrokenIndex(
                f"{path} cannot be read ({error}); run `zjip-qa index --rebuild`"
            ) from error

    def get(self, chunk_id: int) -> SpanVectors:
        """One chunk's spans, vectors back as float32 (nearly unit length).

        Raises:
            IndexError: there is no such chunk.
        """
        rows = self.get_many([chunk_id])
        return SpanVectors(rows.unit(), rows.spans, rows.weights)

    def get_many(self, chunk_ids: Sequence[int] | NDArray[np.int64]) -> SpanRows:
        """The spans of several chunks in the order asked for, still as integers.

        Raises:
            IndexError: there is no such chunk.
        """
        ids = np.asarray(chunk_ids, dtype=np.int64)
        if ids.size and not (ids.min() >= 0 and ids.max() < self.n_chunks):
            raise IndexError(f"chunks must lie in 0…{self.n_chunks - 1}")
        starts = self._offsets[ids]
        sizes = self._offsets[ids + 1] - starts
        chunk_of = np.repeat(np.arange(len(ids)), sizes)
        # Row of a span = its place in the result, shifted from its chunk's place in the
        # result to the chunk's place in the file.
        rows = np.arange(len(chunk_of)) + (starts - np.cumsum(sizes) + sizes)[chunk_of]
        return SpanRows(self._vectors[rows], self._spans[rows], chunk_of, self._weights[rows])


class SpanStoreWriter:
    """Appends chunks to new files; the store is whole when the `with` block ends without error."""

    def __init__(self, folder: Path, dim: int) -> None:
        """Create the files in `folder`, made if absent."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._dim = dim
        self._offsets = [0]
        vectors, spans, weights, _ = _FILES
        self._files = ExitStack()
        self._vectors = self._create(vectors)
        self._spans = self._create(spans)
        self._weights = self._create(weights)

    def _create(self, name: str) -> BinaryIO:
        return self._files.enter_context((self._folder / name).open("wb"))

    def append(self, found: SpanVectors) -> None:
        """Add the next chunk; `found.spans` are in code points of its document.

        Raises:
            ValueError: the shapes don't fit together or the vectors aren't numbers.
        """
        n = len(found.vectors)
        if (
            found.vectors.shape != (n, self._dim)
            or found.spans.shape != (n, 2)
            or found.weights.shape != (n,)
        ):
            raise ValueError(
                f"vectors must be (n, {self._dim}) with spans (n, 2) and weights (n,), got "
                f"{found.vectors.shape}, {found.spans.shape} and {found.weights.shape}"
            )
        if not np.isfinite(found.vectors).all():
            raise ValueError("vectors hold NaN or infinity")
        self._vectors.write(quantised(found.vectors).tobytes())
        self._spans.write(found.spans.astype("<i4").tobytes())
        self._weights.write(found.weights.astype("<f4").tobytes())
        self._offsets.append(self._offsets[-1] + n)

    def copy(self, source: SpanStore, start: int, stop: int) -> None:
        """Add the chunks `start:stop` of another store."""
        first, last = int(source._offsets[start]), int(source._offsets[stop])
        for row in range(first, last, _COPY_ROWS):
            part = slice(row, min(row + _COPY_ROWS, last))
            self._vectors.write(source._vectors[part].tobytes())
            self._spans.write(source._spans[part].tobytes())
            self._weights.write(source._weights[part].tobytes())
        shift = self._offsets[-1] - first
        self._offsets.extend((source._offsets[start + 1 : stop + 1] + shift).tolist())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._files.close()
        if kind is None:
            offsets = np.array(self._offsets, dtype="<i8")
            (self._folder / _FILES[3]).write_bytes(offsets.tobytes())
            shape = {
                "dim": self._dim,
                "n_spans": self._offsets[-1],
                "n_chunks": len(self._offsets) - 1,
            }
            (self._folder / _SHAPE).write_text(json.dumps(shape) + "\n", encoding="utf-8")


def _map(path: Path, dtype: type[_Scalar], shape: tuple[int, ...]) -> NDArray[_Scalar]:
    """Map a raw file read-only; an empty one, which cannot be mapped, becomes an empty array."""
    expected = int(np.prod(shape)) * np.dtype(dtype).itemsize
    found = path.stat().st_size
    if found != expected:
        raise ValueError(f"{found} bytes, expected {expected}")
    if not expected:
        return np.empty(shape, dtype=dtype)
    return np.memmap(path, dtype=np.dtype(dtype).newbyteorder("<"), mode="r", shape=shape)
