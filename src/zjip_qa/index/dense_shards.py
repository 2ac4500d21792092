"""The chunks' vectors in several FAISS files, searched as if they were one.

Covers where each chunk's vector lies, merging what the files find, and writing. The search of one
file is in `dense`; why there are several, in `shards`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding.session import side_by_side
from zjip_qa.errors import BrokenIndex
from zjip_qa.index.dense import DenseIndex, DenseKind
from zjip_qa.index.manifest import DocumentRecord
from zjip_qa.index.scan import Int8Scan
from zjip_qa.index.shards import Layout, Links, shard_name

_N_SHARDS = 16  # each is searched by a call of its own, so no more than pay
_SUFFIX = "faiss"
_SCAN_SUFFIX = "int8.faiss"

_Part = NDArray[np.float32] | tuple[int, int]
"""New vectors (n, dim), or rows `start, stop` of the source's file of the same name."""


class DenseShards:
    """Searches all vectors by inner product; row i belongs to chunk i."""

    def __init__(
        self, folder: Path, documents: Sequence[DocumentRecord], kind: DenseKind = DenseKind.FLAT
    ) -> None:
        """Map the files of `folder`, which hold these documents and are searched in this way.

        Raises:
            BrokenIndex: a file is missing, damaged, or has another size than the others ask for.
        """
        self.folder = folder
        self._layout = Layout(documents, _N_SHARDS)
        self._shards: dict[int, DenseIndex] = {}
        for number, chunks in self._layout.chunks.items():
            path = folder / shard_name(number, _SUFFIX)
            scan = folder / shard_name(number, _SCAN_SUFFIX) if kind is DenseKind.INT8 else None
            shard = DenseIndex.load(path, scan)
            expected = (len(chunks), next(iter(self._shards.values()), shard).dim)
            if (shard.n_vectors, shard.dim) != expected:
                raise BrokenIndex(
                    f"{path} holds (vectors, dim) {(shard.n_vectors, shard.dim)}, expected "
                    f"{expected}; run `zjip-qa index --rebuild`"
                )
            self._shards[number] = shard

    @property
    def files(self) -> set[str]:
        """Names of the files that hold vectors, without those of scans."""
        return {shard_name(number, _SUFFIX) for number in self._shards}

    @property
    def n_vectors(self) -> int:
        """Rows in all."""
        return self._layout.n_chunks

    @property
    def dim(self) -> int:
        """Length of a vector, 0 where there is none."""
        return next((shard.dim for shard in self._shards.values()), 0)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The rows `ids` as (n, dim) float32.

        Raises:
            IndexError: an id is outside 0…n_vectors-1.
        """
        ids = np.asarray(ids, dtype=np.int64)
        if ids.size and not (ids.min() >= 0 and ids.max() < self.n_vectors):
            raise IndexError(f"rows must lie in 0…{self.n_vectors - 1}")
        found = np.empty((len(ids), self.dim), dtype=np.float32)
        numbers, places = self._layout.shards[ids], self._layout.places[ids]
        # Not `np.unique`, which takes longer than fetching the vectors of one document.
        for number in np.flatnonzero(np.bincount(numbers)).tolist():
            here = numbers == number
            found[here] = self._shards[number].vectors(places[here])
        return found

    def shard(self, name: str) -> DenseIndex:
        """The vectors that lie in the file of this name, one of `files`."""
        return next(s for number, s in self._shards.items() if shard_name(number, _SUFFIX) == name)

    def place(self, row: int) -> int:
        """Where a row is among the vectors of its file."""
        return int(self._layout.places[row])

    def chunks_in(self, names: Collection[str]) -> NDArray[np.int64]:
        """The rows whose vectors lie in files of these names, ascending."""
        found = [
            chunks
            for number, chunks in self._layout.chunks.items()
            if shard_name(number, _SUFFIX) in names
        ]
        return np.sort(np.concatenate([np.empty(0, np.int64), *found]))

    def search(
        self, vectors: NDArray[np.float32], k: int, *, among: Collection[str] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the `k` nearest rows of each query, ordered by (−score, row).

        With scans a few of them may be missed, and the next best stand in their place.

        Args:
            vectors: (n, dim) unit vectors.
            k: most rows for each, at least 1.
            among: names of the files to look into, at least one of this index; None for all.

        Returns:
            Inner products (n, min(k, rows looked at)) and rows, both best first.

        Raises:
            ValueError: `k` < 1 or another dim.
        """

        def look(number: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
            scores, rows = self._shards[number].search(vectors, k)
            return scores, self._layout.chunks[number][rows]

        # Chunks keep their order inside a shard, so each gives its best by (−score, chunk) and
        # what is merged from them is what one file would give, ties and all.
        found = side_by_side(
            look,
            [
                number
                for number in self._shards
                if among is None or shard_name(number, _SUFFIX) in among
            ],
        )
        scores = np.concatenate([each for each, _ in found], axis=1)
        chunks = np.concatenate([each for _, each in found], axis=1)
        order = np.lexsort((chunks, -scores), axis=1)[:, :k]
        return np.take_along_axis(scores, order, 1), np.take_along_axis(chunks, order, 1)


class DenseShardsWriter:
    """Takes documents in order; `finish` writes the files, in memory until then."""

    def __init__(
        self,
        folder: Path,
        *,
        source: DenseShards | None = None,
        touched: Iterable[str] = (),
    ) -> None:
        """Create the folder if absent.

        Args:
            folder: of the new files.
            source: what `copy` takes documents from.
            touched: the documents that differ from those of `source`; all others are going to be
                copied, in the same order.
        """
        self._folder = folder
        self._source = source
        self._links = Links(source.folder if source else None, folder, touched, _N_SHARDS, _SUFFIX)
        self._parts: dict[str, list[_Part]] = {}
        self._n_vectors = 0

    @property
    def linked(self) -> set[str]:
        """Names of the files that are those of `source`."""
        return self._links.linked

    def append(self, doc_id: str, vectors: NDArray[np.float32]) -> None:
        """Add the next vectors of a document, (n, dim)."""
        self._parts.setdefault(self._links.name(doc_id), []).append(vectors)
        self._n_vectors += len(vectors)

    def copy(self, record: DocumentRecord) -> None:
        """Add a document of `source`."""
        if self._source is None:
            raise ValueError("there are no vectors to copy from")
        self._n_vectors += record.n_chunks
        if self._links.take(record.doc_id):
            return
        start = self._source.place(record.first_chunk)
        parts = self._parts.setdefault(self._links.name(record.doc_id), [])
        # Documents that follow one another in both files come as one range.
        if parts and isinstance(parts[-1], tuple) and parts[-1][1] == start:
            start = parts.pop()[0]
        parts.append((start, self._source.place(record.first_chunk) + record.n_chunks))

    def finish(self, exact_up_to: int) -> DenseKind:
        """Write the files, with scans if there are more vectors than `exact_up_to`.

        Returns:
            How the vectors are to be searched.
        """
        kind = DenseKind.INT8 if self._n_vectors > exact_up_to else DenseKind.FLAT
        linked = sorted(self.linked)
        for name in sorted(self._parts):
            parts = self._parts.pop(name)
            # FAISS makes a copy too; of one shard at a time that is little.
            vectors = np.concatenate([self._rows(name, part) for part in parts])
            DenseIndex.from_vectors(vectors).save(self._folder / name)
            if kind is DenseKind.INT8:
                codes = np.concatenate([self._codes(name, part) for part in parts])
                Int8Scan.from_codes(codes).save(self._folder / _scan_name(name))
        for name in linked if kind is DenseKind.INT8 else ():
            if not self._links.take_file(_scan_name(name)):
                shard = DenseIndex.load(self._folder / name)
                vectors = shard.vectors(np.arange(shard.n_vectors))
                Int8Scan.from_vectors(vectors).save(self._folder / _scan_name(name))
        return kind

    def _rows(self, name: str, part: _Part) -> NDArray[np.float32]:
        return self._shard(name).rows(*part) if isinstance(part, tuple) else part

    def _codes(self, name: str, part: _Part) -> NDArray[np.uint8]:
        scan = self._shard(name).scan if isinstance(part, tuple) else None
        if isinstance(part, tuple) and scan is not None:
            return scan.codes(*part)
        scan = Int8Scan.from_vectors(self._rows(name, part))
        return scan.codes(0, scan.n_vectors).copy()

    def _shard(self, name: str) -> DenseIndex:
        assert self._source is not None, "only `copy` makes ranges"
        return self._source.shard(name)


def _scan_name(shard: str) -> str:
    """Name of the file that holds the scan of a shard."""
    return shard.removesuffix(_SUFFIX) + _SCAN_SUFFIX
