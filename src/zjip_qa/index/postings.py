"""Collects postings chunk by chunk while an index is built.

Memory is some 10 bytes a posting plus the vocabulary. Unchanged documents are copied from the
index before, without being segmented again. Scoring is in `lexical`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zjip_qa.index.lexical import LexicalIndex

_MOST_COUNTED = np.iinfo(np.uint16).max


class ForwardPostings:
    """An index's postings turned round: chunk → its terms, to be copied by ranges of chunks."""

    def __init__(self, index: LexicalIndex) -> None:
        """Sort all postings of `index` by chunk."""
        term_ids = np.repeat(np.arange(len(index.terms), dtype=np.int32), np.diff(index.offsets))
        order = np.argsort(index.chunks, kind="stable")
        self.index = index
        self.term_ids = term_ids[order]
        self.counts = np.asarray(index.counts)[order]
        bounds = np.arange(index.n_chunks + 1)
        self.offsets = np.searchsorted(np.asarray(index.chunks)[order], bounds)


class PostingsBuilder:
    """Takes chunks in order, by their terms or by copying; `finish` gives the index.

    Terms get numbers in order of arrival, so the result depends on no hash seed; `finish`
    renumbers them by code point and drops those that nothing uses.
    """

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._term_ids: list[NDArray[np.int32]] = []
        self._counts: list[NDArray[np.uint16]] = []
        self._sizes: list[NDArray[np.int64]] = []
        self._lengths: list[NDArray[np.int32]] = []
        self._known: tuple[ForwardPostings, NDArray[np.int32]] | None = None
        self.n_chunks = 0

    def add(self, terms: Sequence[str]) -> None:
        """Append one chunk."""
        counts = Counter(terms)
        ids = self._ids
        term_ids = np.array([ids.setdefault(t, len(ids)) for t in counts], dtype=np.int32)
        # A count of 65,535 already scores like infinity, so a larger one is cut to fit.
        tf = np.minimum(np.fromiter(counts.values(), np.int64, len(counts)), _MOST_COUNTED)
        self._append(term_ids, tf.astype(np.uint16), np.array([len(counts)]), [len(terms)])

    def copy(self, source: ForwardPostings, start: int, stop: int) -> None:
        """Append the chunks `start:stop` of another index."""
        part = slice(int(source.offsets[start]), int(source.offsets[stop]))
        term_ids = self._translate(source, source.term_ids[part])
        sizes = np.diff(source.offsets[start : stop + 1])
        self._append(term_ids, source.counts[part], sizes, source.index.lengths[start:stop])

    def _translate(self, source: ForwardPostings, term_ids: NDArray[np.int32]) -> NDArray[np.int32]:
        """Numbers of the same terms here, given their numbers in `source`."""
        if self._known is None or self._known[0] is not source:
            self._known = source, np.full(len(source.index.terms), -1, dtype=np.int32)
        here = self._known[1]
        for there in np.unique(term_ids[here[term_ids] < 0]).tolist():
            here[there] = self._ids.setdefault(source.index.terms[there], len(self._ids))
        return here[term_ids]

    def _append(
        self,
        term_ids: NDArray[np.int32],
        counts: NDArray[np.uint16],
        sizes: NDArray[np.int64],
        lengths: NDArray[np.int32] | list[int],
    ) -> None:
        self._term_ids.append(term_ids)
        self._counts.append(counts)
        self._sizes.append(sizes)
        self._lengths.append(np.asarray(lengths, dtype=np.int32))
        self.n_chunks += len(sizes)

    def finish(self) -> LexicalIndex:
        """Sort the postings by (term, chunk)."""
        if not self.n_chunks:
            return LexicalIndex(
                [], np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.uint16),
                np.empty(0, np.int32),
            )  # fmt: skip
        term_ids = np.concatenate(self._term_ids)
        chunks = np.repeat(np.arange(self.n_chunks, dtype=np.int32), np.concatenate(self._sizes))
        n_uses = np.bincount(term_ids, minlength=len(self._ids))
        names = list(self._ids)
        used = sorted(np.flatnonzero(n_uses).tolist(), key=names.__getitem__)
        rank = np.full(len(names), -1, dtype=np.int32)
        rank[used] = np.arange(len(used), dtype=np.int32)
        # Postings arrive chunk by chunk, so a stable sort by term leaves chunks ascending.
        order = np.argsort(rank[term_ids], kind="stable")
        offsets = np.zeros(len(used) + 1, dtype=np.int64)
        np.cumsum(n_uses[used], out=offsets[1:])
        return LexicalIndex(
            [names[i] for i in used],
            offsets,
            chunks[order],
            np.concatenate(self._counts)[order],
            np.concatenate(self._lengths),
        )
