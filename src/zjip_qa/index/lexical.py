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

import numpy as np
from numpy.typing import NDArray

from zjip_qa.errors import BrokenIndex

K1 = 1.2
B = 0.75

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

    def scores(self, query: Sequence[QueryTerm]) -> NDArray[np.float32]:
        """Score every chunk for the words of `query`.

        Returns:
            (n_chunks,) float32; 0 where no word occurs. Only touched postings are visited.
        """
        total = np.zeros(self.n_chunks, dtype=np.float64)
        for word in query:
            chunks, tf, df = self._mixture(word.alternatives)
            idf = np.log1p((self.n_chunks - df + 0.5) / (df + 0.5))
            total[chunks] += word.weight * idf * tf / (tf + self._norm[chunks])
        return total.astype(np.float32)

    def _mixture(
        self, alternatives: tuple[tuple[str, float], ...]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], float]:
        """Chunks that hold any alternative, each once, with Σ p·tf and Σ p·df."""
        found = [(p, *self.postings(term)) for term, p in alternatives if p > 0]
        df = float(sum(p * len(chunks) for p, chunks, _ in found))
        if len(found) == 1:
            p, chunks, counts = found[0]
            return chunks, p * counts.astype(np.float64), df
        if not found:
            return self.chunks[:0], np.empty(0, dtype=np.float64), df
        chunks, place = np.unique(np.concatenate([c for _, c, _ in found]), return_inverse=True)
        tf = np.concatenate([p * counts.astype(np.float64) for p, _, counts in found])
        return chunks, np.bincount(place, weights=tf).astype(np.float64), df

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
                arrays[name] = np.load(path, mmap_mode="r" if mmap else None, allow_pickle=False)
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
