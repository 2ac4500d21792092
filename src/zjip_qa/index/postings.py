"""Collects postings chunk by chunk while an index is built.

Memory is some 10 bytes a posting plus the vocabulary. Unchanged documents are copied from the
index before, without being segmented again: its postings are sorted already, so the new ones are
merged in, and the time hardly depends on how much is copied. Scoring is in `lexical`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from zjip_qa.index.lexical import LexicalIndex

_T = TypeVar("_T", np.int32, np.uint16)

_AT_ONCE = 1 << 16
"""Postings that are copied at once; they stay in the processor's cache."""

_MOST_COUNTED = np.iinfo(np.uint16).max


@dataclass(frozen=True, slots=True)
class _Postings:
    """Sorted postings: those of `terms[i]` are `offsets[i]:offsets[i + 1]`, chunks ascending."""

    terms: list[str]
    offsets: NDArray[np.int64]
    chunks: NDArray[np.int32]
    counts: NDArray[np.uint16]


class PostingsBuilder:
    """Takes chunks in order, by their terms or by copying; `finish` gives the index.

    Terms get numbers in order of arrival, so the result depends on no hash seed; `finish`
    renumbers them by code point and drops those that nothing uses.
    """

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._term_ids: list[NDArray[np.int32]] = []
        self._counts: list[NDArray[np.uint16]] = []
        self._chunks: list[NDArray[np.int32]] = []
        self._lengths: list[NDArray[np.int32]] = []
        self._source: LexicalIndex | None = None
        self._copied: list[tuple[int, int, int]] = []
        self._n_copied = 0
        """Where the chunks copied last end."""
        self.n_chunks = 0

    def add(self, terms: Sequence[str], beside: Sequence[str] = ()) -> None:
        """Append one chunk.

        Args:
            terms: its own.
            beside: those of its translation. The chunk is found by them too, but it is no longer
                for them, and a figure that stands on both sides counts once.
        """
        counts = Counter(terms) | Counter(beside)
        ids = self._ids
        self._term_ids.append(np.array([ids.setdefault(t, len(ids)) for t in counts], np.int32))
        # A count of 65,535 already scores like infinity, so a larger one is cut to fit.
        tf = np.minimum(np.fromiter(counts.values(), np.int64, len(counts)), _MOST_COUNTED)
        self._counts.append(tf.astype(np.uint16))
        self._chunks.append(np.full(len(counts), self.n_chunks, dtype=np.int32))
        self._lengths.append(np.array([len(terms)], dtype=np.int32))
        self.n_chunks += 1

    def copy(self, source: LexicalIndex, start: int, stop: int) -> None:
        """Append the chunks `start:stop` of another index.

        Raises:
            ValueError: an earlier call named another index, or chunks at or after `start`.
        """
        if self._source not in (None, source) or (self._copied and start < self._copied[-1][1]):
            raise ValueError("chunks are copied from one index, in its order")
        self._source = source
        here = self.n_chunks
        self.n_chunks += stop - start
        # Chunks that follow one another in both come as one range.
        if self._copied and self._copied[-1][1] == start and self._n_copied == here:
            start, _, here = self._copied.pop()
            self._lengths.pop()
        self._copied.append((start, stop, here))
        self._n_copied = self.n_chunks
        self._lengths.append(np.asarray(source.lengths[start:stop], dtype=np.int32))

    def finish(self) -> LexicalIndex:
        """Sort the postings by (term, chunk)."""
        found = self._added()
        if self._source is not None:
            places = self._places(self._source)
            found = _merged(_kept(self._source, places), places, found)
        lengths = np.concatenate([np.empty(0, np.int32), *self._lengths])
        return LexicalIndex(found.terms, found.offsets, found.chunks, found.counts, lengths)

    def _added(self) -> _Postings:
        """The postings of the chunks that came by their terms."""
        term_ids = np.concatenate([np.empty(0, np.int32), *self._term_ids])
        n_uses = np.bincount(term_ids, minlength=len(self._ids))
        names = list(self._ids)
        used = sorted(range(len(names)), key=names.__getitem__)
        rank = np.empty(len(names), dtype=np.int32)
        rank[used] = np.arange(len(used), dtype=np.int32)
        # Postings arrive chunk by chunk, so a stable sort by term leaves chunks ascending.
        order = np.argsort(rank[term_ids], kind="stable")
        return _Postings(
            [names[i] for i in used],
            _offsets(n_uses[used]),
            np.concatenate([np.empty(0, np.int32), *self._chunks])[order],
            np.concatenate([np.empty(0, np.uint16), *self._counts])[order],
        )

    def _places(self, source: LexicalIndex) -> NDArray[np.int32]:
        """The new number of each chunk of `source`, −1 for those not copied; (n_chunks,)."""
        places = np.full(source.n_chunks, -1, dtype=np.int32)
        for start, stop, here in self._copied:
            places[start:stop] = np.arange(here, here + stop - start, dtype=np.int32)
        return places


def _kept(source: LexicalIndex, places: NDArray[np.int32]) -> _Postings:
    """The postings of the copied chunks, still under their old numbers."""
    if (places >= 0).all():
        return _Postings(source.terms, source.offsets, source.chunks, source.counts)
    kept = places.take(source.chunks) >= 0
    before = np.zeros(len(kept) + 1, dtype=np.int64)
    np.cumsum(kept, out=before[1:])
    n_uses = np.diff(before[source.offsets])
    used = np.flatnonzero(n_uses)
    return _Postings(
        [source.terms[i] for i in used.tolist()],
        _offsets(n_uses[used]),
        np.asarray(source.chunks)[kept],
        np.asarray(source.counts)[kept],
    )


def _offsets(n_uses: NDArray[np.int64]) -> NDArray[np.int64]:
    offsets = np.zeros(len(n_uses) + 1, dtype=np.int64)
    np.cumsum(n_uses, out=offsets[1:])
    return offsets


def _merged(many: _Postings, numbers: NDArray[np.int32], few: _Postings) -> _Postings:
    """Merge postings of different chunks; the time for `few` counts, `many` is copied.

    Args:
        many: postings under old numbers.
        numbers: the new number of each old chunk, ascending but for −1 of those that went.
        few: postings under new numbers.
    """
    known = set(many.terms)
    new = [term for term in few.terms if term not in known]
    places = np.array([bisect_left(many.terms, term) for term in new], dtype=np.int64)
    # A term moves up by the new ones that come before it.
    old_ranks = np.arange(len(many.terms))
    old_ranks += np.searchsorted(places, old_ranks, side="right")
    new_ranks = dict(zip(new, (places + np.arange(len(new))).tolist(), strict=True))
    few_ranks = np.array(
        [
            new_ranks[term] if term in new_ranks else old_ranks[bisect_left(many.terms, term)]
            for term in few.terms
        ],
        dtype=np.int64,
    )
    terms = [""] * (len(many.terms) + len(new))
    for term, rank in zip(many.terms, old_ranks.tolist(), strict=True):
        terms[rank] = term
    for term, rank in new_ranks.items():
        terms[rank] = term
    n_uses = np.zeros(len(terms), dtype=np.int64)
    n_uses[old_ranks] += np.diff(many.offsets)
    n_uses[few_ranks] += np.diff(few.offsets)
    at = _insertions(many, numbers, few)
    return _Postings(
        terms,
        _offsets(n_uses),
        _inserted(many.chunks, at, few.chunks, numbers),
        _inserted(many.counts, at, few.counts),
    )


def _insertions(many: _Postings, numbers: NDArray[np.int32], few: _Postings) -> NDArray[np.int64]:
    """Where the postings `few` go among `many`, whose number doesn't count; ascending."""
    # Chunks keep their order, so what was sorted by (term, chunk) still is, and each new chunk
    # comes before the first kept one with a higher number.
    kept = np.flatnonzero(numbers >= 0)
    following = np.append(kept, len(numbers))[np.searchsorted(numbers[kept], few.chunks)]
    wanted = following.astype(many.chunks.dtype)
    places = np.empty(len(few.chunks), dtype=np.int64)
    for i, term in enumerate(few.terms):
        at = bisect_left(many.terms, term)
        begin = end = int(many.offsets[at])
        if at < len(many.terms) and many.terms[at] == term:
            end = int(many.offsets[at + 1])
        here = slice(few.offsets[i], few.offsets[i + 1])
        places[here] = begin + np.searchsorted(many.chunks[begin:end], wanted[here])
    return places


def _inserted(
    held: NDArray[_T],
    at: NDArray[np.int64],
    new: NDArray[_T],
    numbers: NDArray[_T] | None = None,
) -> NDArray[_T]:
    """`np.insert(numbers[held], at, new)` for ascending `at`, without a copy in between.

    Memory that wasn't used yet costs more than what is done with it.
    """
    result = np.empty(len(held) + len(new), dtype=held.dtype)
    done = 0
    for start in range(0, max(len(held), 1), _AT_ONCE):
        block = np.asarray(held[start : start + _AT_ONCE])
        end = start + len(block)
        # What goes behind the last one is still of its block.
        last = int(np.searchsorted(at, end, side="right" if end == len(held) else "left"))
        if numbers is not None:
            block = numbers.take(block)
        result[start + done : end + last] = np.insert(block, at[done:last] - start, new[done:last])
        done = last
    return result
