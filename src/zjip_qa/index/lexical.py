"""BM25 over index terms, with questions whose words are mixtures of terms.

Covers the postings, their files and the scoring. It does not segment text: terms come in as
strings and are compared exactly. Collecting postings while an index is built is in `postings`.

BM25 is Lucene's variant: idf = ln(1 + (n − df + ½) / (df + ½)), and a term adds
idf · tf / (tf + k1 · (1 − b + b · length / mean length)), with k1 = 1.2 and b = 0.75.
A word that stands for several terms, each with a probability, counts as one term with
tf = Σ p·tf and df = Σ p·df (Darwish & Oard, "Probabilistic structured query methods",
SIGIR 2003), so that a word with many translations doesn't outweigh a word with one.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zjip_qa.errors import BrokenIndex

K1 = 1.2
B = 0.75

# Postings from which it pays to ask first whether a word can still matter.
_COMMON = 4_096
# Postings for each candidate from which candidates are looked up among them.
_LOOKED_UP = 8
# Chunks for each posting from which alternatives are merged by sorting.
_SPARSE = 32
# Sums of the same numbers in another order, and in float32, differ by less than this share.
_ROUNDING = 1e-6

_TERMS = "terms.json"
_ARRAYS = {"offsets": np.int64, "chunks": np.int32, "counts": np.uint16, "lengths": np.int32}


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """One word of a question: `alternatives` are (term, probability), `weight` its importance."""

    weight: float
    alternatives: tuple[tuple[str, float], ...]

    @classmethod
    def word(cls, term: str, weight: float = 1.0) -> QueryTerm:
        """A word that stands for itself."""
        return cls(weight, ((term, 1.0),))


class _Word(NamedTuple):
    """A word of a question as the index holds it: `found` is (probability, chunks, counts) each."""

    factor: float
    """Its importance times idf."""
    found: tuple[tuple[float, NDArray[np.int32], NDArray[np.uint16]], ...]

    @property
    def n_postings(self) -> int:
        """Chunks of all alternatives."""
        return sum(len(chunks) for _, chunks, _ in self.found)


class LexicalIndex:
    """Postings in compressed-row form: term → the chunks that hold it and how often.

    `terms` is sorted by code point; the postings of `terms[i]` are `offsets[i]:offsets[i + 1]`
    of `chunks` and `counts`, chunks ascending; `lengths` (n_chunks,) counts terms with repeats.
    """

    def __init__(
        self,
        terms: list[str],
        offsets: NDArray[np.int64],
        chunks: NDArray[np.int32],
        counts: NDArray[np.uint16],
        lengths: NDArray[np.int32],
    ) -> None:
        """Hold the arrays; they are not copied."""
        self.terms = terms
        self.offsets = offsets
        self.chunks = chunks
        self.counts = counts
        self.lengths = lengths
        mean = float(lengths.mean()) if len(lengths) else 0.0
        # With no terms at all every length is 0, and so is every score.
        self._norm = K1 * (1 - B + B * lengths / (mean or 1.0))
        self._least_norm = float(self._norm.min(initial=K1))

    @classmethod
    def build(cls, n_chunks: int, term_lists: Iterable[list[str]]) -> LexicalIndex:
        """Index `n_chunks` lists of terms, the i-th belonging to chunk i.

        Raises:
            ValueError: there are more or fewer lists than `n_chunks`.
        """
        from zjip_qa.index.postings import PostingsBuilder

        builder = PostingsBuilder()
        for terms in term_lists:
            builder.add(terms)
        if builder.n_chunks != n_chunks:
            raise ValueError(f"got the terms of {builder.n_chunks} chunks, expected {n_chunks}")
        return builder.finish()

    @property
    def n_chunks(self) -> int:
        """Number of chunks, those without any term counted."""
        return len(self.lengths)

    def postings(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """The chunks that hold `term`, ascending, and how often each does."""
        row = bisect_left(self.terms, term)
        if row == len(self.terms) or self.terms[row] != term:
            return self.chunks[:0], self.counts[:0]
        part = slice(int(self.offsets[row]), int(self.offsets[row + 1]))
        return self.chunks[part], self.counts[part]

    def df(self, term: str) -> int:
        """Number of chunks that hold `term`."""
        return len(self.postings(term)[0])

    def scores(
        self, query: Sequence[QueryTerm], chunks: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """Score chunks for the words of `query`; 0 where no word occurs.

        Args:
            query: the words.
            chunks: which ones, ascending; every one if None.

        Returns:
            (n,) float32, to the last bit the same for a chunk whichever others are asked for.
        """
        if chunks is not None:
            return self._scores_of([self._word(word) for word in query], chunks)
        total = np.zeros(self.n_chunks, dtype=np.float64)
        for word in query:
            self._add(self._word(word), total)
        return total.astype(np.float32)

    def best(
        self, query: Sequence[QueryTerm], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the `k` chunks with the largest scores.

        Words come rarest first. As soon as all words that are left cannot lift another chunk
        past the k-th best so far, they are looked up only for the chunks that may still win, so
        that a question's common words cost little in a large index (Turtle & Flood, "Query
        evaluation", Information Processing & Management 1995, "max score"). The result is that
        of scoring every chunk.

        Returns:
            Chunks and their scores, ordered by (−score, chunk); fewer than `k` where fewer have a
            score above 0.
        """
        words = [self._word(word) for word in query]
        left = sum(self._most(word) for word in words)
        total = np.zeros(self.n_chunks, dtype=np.float64)
        candidates: NDArray[np.int64] | None = None
        for word in sorted(words, key=lambda word: word.n_postings):
            if word.n_postings >= _COMMON:
                candidates = _narrowed(candidates, total, k, left)
            if candidates is not None and len(candidates) * _LOOKED_UP < word.n_postings:
                total[candidates] += self._gains(word, candidates)
            else:
                self._add(word, total)
            left -= self._most(word)
        met = _positive(total) if candidates is None else candidates
        if len(met) > k:
            met = met[total[met] >= _least(total[met], k)]
        scores = self._scores_of(words, met)
        order = np.lexsort((met, -scores))[:k]
        return met[order], scores[order]

    def _word(self, word: QueryTerm) -> _Word:
        found = [(p, *self.postings(term)) for term, p in word.alternatives if p > 0]
        # A word and its translations may come to more than all chunks, and idf must stay above 0.
        df = min(float(sum(p * len(chunks) for p, chunks, _ in found)), float(self.n_chunks))
        idf = np.log1p((self.n_chunks - df + 0.5) / (df + 0.5))
        return _Word(float(word.weight * idf), tuple(each for each in found if len(each[1])))

    def _most(self, word: _Word) -> float:
        """What `word` can add to a score at most."""
        tf = sum(p * float(counts.max()) for p, _, counts in word.found)
        return word.factor * tf / (tf + self._least_norm) if tf else 0.0

    def _add(self, word: _Word, total: NDArray[np.float64]) -> None:
        """Add what `word` gives to every chunk."""
        if not word.found:
            return
        chunks, tf = self._mixture(word)
        parts = self._norm.take(chunks)
        parts += tf
        tf *= word.factor
        np.divide(tf, parts, out=parts)
        parts += total.take(chunks)
        total[chunks] = parts

    def _mixture(self, word: _Word) -> tuple[NDArray[np.integer], NDArray[np.float64]]:
        """Chunks that hold any alternative, each once, with Σ p·tf."""
        if len(word.found) == 1:
            p, held, counts = word.found[0]
            return held, p * counts.astype(np.float64)
        if word.n_postings * _SPARSE < self.n_chunks:
            chunks, place = np.unique(
                np.concatenate([c for _, c, _ in word.found]), return_inverse=True
            )
            tf = np.concatenate([p * counts.astype(np.float64) for p, _, counts in word.found])
            return chunks, np.bincount(place, weights=tf).astype(np.float64)
        # Sorting so many would take longer than a look at every chunk.
        sums = np.zeros(self.n_chunks, dtype=np.float64)
        for p, held, counts in word.found:
            sums[held] += p * counts.astype(np.float64)
        chunks = _positive(sums)
        return chunks, sums[chunks]

    def _gains(self, word: _Word, chunks: NDArray[np.int64]) -> NDArray[np.float64]:
        """What `word` adds to ascending `chunks`: the very numbers of `_add`."""
        # Of the postings' own type: with another one, NumPy would copy them all.
        wanted = chunks.astype(self.chunks.dtype)
        tf = np.zeros(len(chunks), dtype=np.float64)
        for p, held, counts in word.found:
            place = np.searchsorted(held, wanted)
            place[place == len(held)] = 0
            hit = held[place] == wanted
            tf[hit] += p * counts[place[hit]].astype(np.float64)
        gains: NDArray[np.float64] = tf * word.factor / (self._norm[chunks] + tf)
        return gains

    def _scores_of(self, words: Sequence[_Word], chunks: NDArray[np.int64]) -> NDArray[np.float32]:
        total = np.zeros(len(chunks), dtype=np.float64)
        for word in words:
            total += self._gains(word, chunks)
        return total.astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the terms as JSON and the arrays as `.npy` into `folder`, made if absent."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.terms, ensure_ascii=False, separators=(",\n", ": "))
        (folder / _TERMS).write_text(text, encoding="utf-8", newline="\n")
        for name, dtype in _ARRAYS.items():
            array = np.asarray(getattr(self, name), dtype=dtype)
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, *, mmap: bool = True) -> LexicalIndex:
        """Read what `save` wrote, the arrays memory-mapped unless `mmap` is False.

        Raises:
            BrokenIndex: a file is missing or damaged, or the files don't fit together.
        """
        path = folder / _TERMS
        arrays = {}
        try:
            terms = json.loads(path.read_text(encoding="utf-8"))
            for name in _ARRAYS:
                path = folder / f"{name}.npy"
                array = np.load(path, mmap_mode="r" if mmap else None, allow_pickle=False)
                # A plain array of the same memory: slicing NumPy's class of maps takes longer.
                arrays[name] = array.view(np.ndarray)
        except (OSError, ValueError, EOFError) as error:
            raise BrokenIndex(
                f"{path} cannot be read ({error}); run `zjip-qa index --rebuild`"
            ) from error
        fits = (
            isinstance(terms, list)
            and all(arrays[name].dtype == dtype for name, dtype in _ARRAYS.items())
            and len(arrays["offsets"]) == len(terms) + 1
            and arrays["offsets"][-1] == len(arrays["chunks"]) == len(arrays["counts"])
        )
        if not fits:
            raise BrokenIndex(
                f"the files of {folder} don't fit together; run `zjip-qa index --rebuild`"
            )
        return cls(terms, **arrays)


def _positive(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where scores, none below 0, are above 0."""
    # NumPy finds what is true several times as fast as which numbers aren't 0.
    return np.flatnonzero(scores > 0)


def _least(scores: NDArray[np.float64], k: int) -> float:
    """What a score must be not to fall behind the k-th best."""
    return float(np.partition(scores, len(scores) - k)[len(scores) - k]) * (1 - _ROUNDING)


def _narrowed(
    candidates: NDArray[np.int64] | None, total: NDArray[np.float64], k: int, left: float
) -> NDArray[np.int64] | None:
    """The candidates that may be among the `k` best once at most `left` is added to any score.

    None stands for every chunk, those not met yet too.
    """
    met = candidates
    if met is None:
        if total.max(initial=0.0) <= left:
            return None
        met = _positive(total)
        if len(met) < k:
            return None
    scores = total[met]
    least = _least(scores, k) - left
    return met[scores >= least] if least > 0 else candidates
