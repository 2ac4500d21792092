"""Which file of several a document's part lies in, so that a build rewrites only a few of them.

Texts, vectors and spans each lie in a folder of shards, a document's by the hash of its name. What
is in a shard depends only on its documents, in order; so a build that changes some documents writes
their shards and links the others, and the result is that of a full build to the last byte.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from zjip_qa.index.manifest import DocumentRecord


# Every part of an index asks for every document again.
@lru_cache(maxsize=1 << 16)
def shard_number(doc_id: str, n_shards: int) -> int:
    """The shard of a document, `0 … n_shards − 1`; `n_shards` is at most 256."""
    return hashlib.sha256(doc_id.encode()).digest()[0] % n_shards


class Layout:
    """Where each chunk lies: number of its shard, and its place among the chunks there."""

    def __init__(self, documents: Sequence[DocumentRecord], n_shards: int) -> None:
        """Lay out `documents`, which follow one another in each shard as they do here."""
        n_chunks = np.array([d.n_chunks for d in documents], dtype=np.int64)
        numbers = np.array([shard_number(d.doc_id, n_shards) for d in documents], dtype=np.int64)
        self.n_chunks = int(n_chunks.sum())
        self.shards: NDArray[np.int64] = np.repeat(numbers, n_chunks)
        """(n_chunks,): the shard of each chunk."""
        self.places = np.empty(self.n_chunks, dtype=np.int64)
        """(n_chunks,): where it is among the chunks of its shard."""
        self.chunks: dict[int, NDArray[np.int64]] = {}
        """The chunks of each shard that has any, ascending."""
        for number in np.unique(numbers).tolist():
            chunks = np.flatnonzero(self.shards == number)
            self.chunks[number] = chunks
            self.places[chunks] = np.arange(len(chunks))


class Links:
    """The shards of an earlier folder that stand in the new one as they are."""

    def __init__(
        self, old: Path | None, new: Path, touched: Iterable[str], n_shards: int, suffix: str
    ) -> None:
        """Make the new folder, still empty, if absent.

        Args:
            old: folder of the earlier shards, if there is one.
            new: folder of the shards to be made.
            touched: the documents that differ between the two; all others are in both, in the
                same order.
            n_shards: in either folder, at most.
            suffix: of the files.
        """
        new.mkdir(parents=True, exist_ok=True)
        self._old = old
        self._new = new
        self._n_shards = n_shards
        self._suffix = suffix
        self._rewritten = {self.name(doc_id) for doc_id in touched}
        self.linked: set[str] = set()
        """Names of the files that are those of the earlier folder."""

    def name(self, doc_id: str) -> str:
        """Name of the file that a document is in."""
        return shard_name(shard_number(doc_id, self._n_shards), self._suffix)

    def take(self, doc_id: str) -> bool:
        """Link the shard of an unchanged document; False where it must be copied by itself."""
        name = self.name(doc_id)
        if self._old is None or name in self._rewritten:
            return False
        if name not in self.linked:
            _link(self._old / name, self._new / name)
            self.linked.add(name)
        return True

    def take_file(self, name: str) -> bool:
        """Link a file that goes with a linked shard; False where the earlier folder has none."""
        if self._old is None or not (self._old / name).is_file():
            return False
        _link(self._old / name, self._new / name)
        self.linked.add(name)
        return True


def shard_name(number: int, suffix: str) -> str:
    """Name of the file of a shard."""
    return f"{number:02d}.{suffix}"


def _link(old: Path, new: Path) -> None:
    """Let a file that is never changed stand in two folders; copy it where links are unknown."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)
