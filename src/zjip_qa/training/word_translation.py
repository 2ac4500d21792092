"""Word translation probabilities from parallel sentences: IBM Model 1.

Each Chinese word of a sentence is taken to translate one of the English words, or none; which,
is guessed from how often the two occur together, and the guess refined (Brown, Della Pietra,
Della Pietra & Mercer, Computational Linguistics 1993). Word order is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_NO_WORD = ""


def translation_probabilities(
    pairs: Iterable[tuple[Sequence[str], Sequence[str]]],
    *,
    n_iterations: int = 6,
    least_count: float = 2.0,
    least_share: float = 0.01,
) -> dict[str, dict[str, float]]:
    """Estimate p(Chinese word | English word).

    Args:
        pairs: (English words, Chinese words) of a sentence each.
        n_iterations: of expectation and maximisation.
        least_count: expected number of times that a translation must have been seen.
        least_share: smaller probabilities are dropped.

    Returns:
        English word → Chinese word → probability; the dropped ones are missing from the sum.
    """
    english: dict[str, int] = {_NO_WORD: 0}
    chinese: dict[str, int] = {}
    sources: list[NDArray[np.int64]] = []
    cells_of: list[NDArray[np.int64]] = []
    lengths: list[NDArray[np.int64]] = []
    for left, right in pairs:
        e = np.array(
            [0, *sorted({english.setdefault(word, len(english)) for word in left})], dtype=np.int64
        )
        f = np.array(
            sorted({chinese.setdefault(word, len(chinese)) for word in right}), dtype=np.int64
        )
        if len(f) == 0 or len(e) == 1:
            continue
        # One row a Chinese word: the English words that it may translate.
        cells_of.append(np.repeat(f, len(e)) << 32 | np.tile(e, len(f)))
        lengths.append(np.full(len(f), len(e)))
        sources.append(f)
    keys, cell = np.unique(np.concatenate(cells_of), return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths))[:-1]])
    row = np.repeat(np.arange(len(starts)), np.concatenate(lengths))
    source = keys & 0xFFFFFFFF
    probability: NDArray[np.float64] = np.ones(len(keys))
    count: NDArray[np.float64] = probability
    for _ in range(n_iterations):
        share = probability[cell]
        share /= np.add.reduceat(share, starts)[row]
        count = np.bincount(cell, weights=share, minlength=len(keys)).astype(np.float64)
        probability = count / np.bincount(source, weights=count, minlength=len(english))[source]
    words, translations = list(english), list(chinese)
    table: dict[str, dict[str, float]] = {}
    kept = (count >= least_count) & (probability >= least_share) & (source > 0)
    for i in np.flatnonzero(kept):
        table.setdefault(words[source[i]], {})[translations[keys[i] >> 32]] = float(probability[i])
    return table
