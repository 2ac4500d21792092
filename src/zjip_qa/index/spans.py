"""Vectors of the tokens or sentences of chunks, as 8-bit integers in memory-mapped files.

Covers writing document by document and reading some chunks out of many; a chunk never needs the
others in memory. It does not compare vectors.

A component in [−1, 1] is stored as the nearest integer to 127 times it, so a unit vector of
length d comes back within √d / 254 of itself.

This is by far the largest part of an index, so it lies in up to 64 shards (see `shards`). In a
shard each document has a record, in order:

    vectors (n_spans, dim) int8, padded to 8 bytes; offsets (n_chunks + 1,) int64, the chunks' first
    rows; spans (n_spans, 2) int32; weights (n_spans,) float32, padded to 8 bytes

`records.npy` holds the start and number of spans of each document's record.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding.encoder import SpanVectors
from zjip_qa.errors import BrokenIndex
from zjip_qa.index.manifest import DocumentRecord
from zjip_qa.index.shards import Links, shard_name, shard_number

_SCALE = 127.0
_COPIED_AT_ONCE = 1 << 22
_N_SHARDS = 64
_SUFFIX = "spans"
_ALIGNED = 8
_SHAPE = "shape.json"
_RECORDS = "records.npy"
_TWO_OFFSETS = struct.Struct("<2q")


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


def shard_of(doc_id: str) -> str:
    """Name of the file that a document's vectors are in."""
    return shard_name(shard_number(doc_id, _N_SHARDS), _SUFFIX)


class _Record(NamedTuple):
    """Where the parts of a document's record begin, in bytes from the start of its shard."""

    vectors: int
    offsets: int
    spans: int
    weights: int
    end: int

    @classmethod
    def at(cls, start: int, n_spans: int, n_chunks: int, dim: int) -> _Record:
        offsets = _padded(start + n_spans * dim)
        spans = offsets + 8 * (n_chunks + 1)
        weights = spans + 8 * n_spans
        return cls(start, offsets, spans, weights, _padded(weights + 4 * n_spans))


class SpanStore:
    """Reads vectors by chunk number."""

    def __init__(self, folder: Path, documents: Sequence[DocumentRecord]) -> None:
        """Map the files of `folder`, which hold these documents.

        Raises:
            BrokenIndex: a file is missing or hasn't the size that the others ask for.
        """
        self.folder = folder
        path = folder / _SHAPE
        try:
            shape = json.loads(path.read_text(encoding="utf-8"))
            self.dim, self.n_chunks = (int(shape[key]) for key in ("dim", "n_chunks"))
            path = folder / _RECORDS
            records = np.load(path, allow_pickle=False)
            if records.shape != (len(documents), 2) or records.dtype != np.int64:
                raise ValueError(f"{len(documents)} documents, but {records.shape} records")
            self._records: list[list[int]] = records.tolist()
            self.rows = {document.doc_id: row for row, document in enumerate(documents)}
            self._documents = documents
            self._first_chunks = np.array([d.first_chunk for d in documents], dtype=np.int64)
            self._shards: dict[str, NDArray[np.uint8]] = {}
            for name, size in self._sizes().items():
                path = folder / name
                self._shards[name] = _map(path, size)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BrokenIndex(
                f"{path} cannot be read ({error}); run `zjip-qa index --rebuild`"
            ) from error

    def _sizes(self) -> dict[str, int]:
        """The size that each shard must have: it ends with its last document."""
        last = {
            shard_number(document.doc_id, _N_SHARDS): row
            for row, document in enumerate(self._documents)
        }
        return {shard_name(n, _SUFFIX): self.record(row).end for n, row in last.items()}

    def record(self, row: int) -> _Record:
        """Where the record of the `row`-th document lies."""
        start, n_spans = self._records[row]
        return _Record.at(start, n_spans, self._documents[row].n_chunks, self.dim)

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
        rows = np.searchsorted(self._first_chunks, ids, side="right") - 1
        # Bytes of hundreds of chunks are gathered first and read as numbers together. An empty
        # array in front gives the result its type when nothing is asked for.
        vectors, spans, weights = ([np.empty(0, dtype=np.uint8)] for _ in range(3))
        n_spans = []
        for chunk_id, row in zip(ids.tolist(), rows.tolist(), strict=True):
            document, record = self._documents[row], self.record(row)
            shard = self._shards[shard_of(document.doc_id)]
            local = record.offsets + 8 * (chunk_id - document.first_chunk)
            first, last = _TWO_OFFSETS.unpack_from(shard.data, local)
            dim = self.dim
            vectors.append(shard[record.vectors + first * dim : record.vectors + last * dim])
            spans.append(shard[record.spans + 8 * first : record.spans + 8 * last])
            weights.append(shard[record.weights + 4 * first : record.weights + 4 * last])
            n_spans.append(last - first)
        return SpanRows(
            np.concatenate(vectors).view(np.int8).reshape(sum(n_spans), self.dim),
            np.concatenate(spans).view("<i4").reshape(-1, 2),
            np.repeat(np.arange(len(ids)), n_spans),
            np.concatenate(weights).view("<f4"),
        )


class SpanStoreWriter:
    """Writes a store document by document; it is whole when the `with` block ends without error."""

    def __init__(
        self,
        folder: Path,
        dim: int,
        *,
        source: SpanStore | None = None,
        touched: Iterable[str] = (),
    ) -> None:
        """Create the folder if absent.

        Args:
            folder: of the new store.
            dim: length of the vectors.
            source: the store that `copy` takes documents from.
            touched: the documents that differ between `source` and the new store; all others are
                going to be copied, in the same order.
        """
        self._folder = folder
        self._dim = dim
        self._source = source
        self._links = Links(source.folder if source else None, folder, touched, _N_SHARDS, _SUFFIX)
        self._records: list[tuple[int, int]] = []
        self._n_chunks = 0
        self._file: BinaryIO | None = None
        self._start = 0
        self._offsets = [0]
        self._spans: list[NDArray[np.int32]] = []
        self._weights: list[NDArray[np.float32]] = []

    @property
    def linked(self) -> set[str]:
        """Names of the files that are those of `source`."""
        return self._links.linked

    def begin(self, doc_id: str) -> None:
        """Start the record of a document; its chunks follow, then `end`."""
        self._file = self._shard(doc_id)
        self._start = self._file.tell()
        self._offsets, self._spans, self._weights = [0], [], []

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
        assert self._file is not None, "`begin` comes first"
        self._file.write(quantised(found.vectors).tobytes())
        self._offsets.append(self._offsets[-1] + n)
        self._spans.append(found.spans)
        self._weights.append(found.weights)

    def end(self) -> None:
        """Finish the record of the document."""
        assert self._file is not None, "`begin` comes first"
        n_spans, n_chunks = self._offsets[-1], len(self._offsets) - 1
        record = _Record.at(self._start, n_spans, n_chunks, self._dim)
        self._file.write(bytes(record.offsets - self._file.tell()))
        self._file.write(np.array(self._offsets, dtype="<i8").tobytes())
        for spans in self._spans:
            self._file.write(spans.astype("<i4").tobytes())
        for weights in self._weights:
            self._file.write(weights.astype("<f4").tobytes())
        self._file.write(bytes(record.end - self._file.tell()))
        self._close()
        self._records.append((self._start, n_spans))
        self._n_chunks += n_chunks

    def copy(self, doc_id: str) -> None:
        """Add a document of `source`."""
        if self._source is None:
            raise ValueError("there is no store to copy from")
        row = self._source.rows[doc_id]
        start, n_spans = self._source._records[row]
        self._n_chunks += self._source._documents[row].n_chunks
        if self._links.take(doc_id):
            self._records.append((start, n_spans))
            return
        record = self._source.record(row)
        # Read, not mapped: pages of a map would count as memory of this process.
        with (self._source.folder / shard_of(doc_id)).open("rb") as old, self._shard(doc_id) as new:
            self._records.append((new.tell(), n_spans))
            old.seek(record.vectors)
            left = record.end - record.vectors
            while left:
                block = old.read(min(left, _COPIED_AT_ONCE))
                if not block:
                    raise OSError(f"{old.name} ends early")
                new.write(block)
                left -= len(block)

    def _shard(self, doc_id: str) -> BinaryIO:
        file = (self._folder / shard_of(doc_id)).open("ab")
        file.seek(0, os.SEEK_END)
        return file

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()
        if kind is None:
            records = np.array(self._records, dtype=np.int64).reshape(-1, 2)
            np.save(self._folder / _RECORDS, records, allow_pickle=False)
            shape = {"dim": self._dim, "n_chunks": self._n_chunks}
            (self._folder / _SHAPE).write_text(json.dumps(shape) + "\n", encoding="utf-8")


def _padded(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED


def _map(path: Path, expected: int) -> NDArray[np.uint8]:
    """Map a file read-only."""
    found = path.stat().st_size
    if found != expected:
        raise ValueError(f"{found} bytes, expected {expected}")
    return np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)
