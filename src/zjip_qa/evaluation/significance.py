"""How sure a mean is, and whether two settings differ by more than chance.

Both resample whole questions, so they ask for nothing but that questions are exchangeable. The
percentile bootstrap (Efron & Tibshirani, 1993, ch. 13) gives the interval of a mean; the paired
randomisation test (Smucker, Allan & Carterette, CIKM 2007) swaps the two settings' values of each
question at random and counts how often the means lie as far apart as they do. Seeded: the same
values give the same figures.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

N_RESAMPLES = 2_000
N_SWAPS = 10_000
LEVEL = 0.95
_SEED = 0
_MOST_CELLS = 4_000_000
"""Resampled values held at once, so that memory doesn't grow with the questions."""


def mean_intervals(
    values: NDArray[np.float64], *, n_resamples: int = N_RESAMPLES
) -> NDArray[np.float64]:
    """Bootstrap interval of each column's mean, at the level `LEVEL`.

    Args:
        values: (n questions, m measures).
        n_resamples: how often the questions are drawn anew, with replacement.

    Returns:
        (m, 2), lower and upper end, to six decimals.

    Raises:
        ValueError: there is no question.
    """
    n = _n_questions(values)
    random = np.random.default_rng(_SEED)
    means = []
    for size in _batches(n_resamples, n):
        drawn = random.integers(n, size=(size, n))
        times = np.zeros((size, n))
        np.add.at(times, (np.arange(size)[:, None], drawn), 1.0)
        means.append(times @ values / n)
    ends = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
    return np.percentile(np.concatenate(means), ends, axis=0).T.round(6)


def randomisation_test(
    differences: NDArray[np.float64], *, n_swaps: int = N_SWAPS
) -> NDArray[np.float64]:
    """Two-sided p of each column of paired differences, by the paired randomisation test.

    Args:
        differences: (n questions, m measures), one setting's values less the other's.
        n_swaps: random assignments tried; the observed one counts as one more.

    Returns:
        (m,), at least 1 / (n_swaps + 1).

    Raises:
        ValueError: there is no question.
    """
    n = _n_questions(differences)
    random = np.random.default_rng(_SEED)
    # Sums that are equal on paper may differ in the last bits.
    observed = np.abs(differences.sum(axis=0)) - 1e-9
    n_as_far = np.zeros(differences.shape[1])
    for size in _batches(n_swaps, n):
        signs = random.integers(2, size=(size, n)) * 2.0 - 1.0
        n_as_far += (np.abs(signs @ differences) >= observed).sum(axis=0)
    p: NDArray[np.float64] = (n_as_far + 1) / (n_swaps + 1)
    return p


def _n_questions(values: NDArray[np.float64]) -> int:
    if values.ndim != 2 or len(values) == 0:
        raise ValueError(f"expected values (n questions, m measures), got shape {values.shape}")
    return len(values)


def _batches(total: int, n: int) -> Iterator[int]:
    at_once = max(1, _MOST_CELLS // n)
    for done in range(0, total, at_once):
        yield min(at_once, total - done)
