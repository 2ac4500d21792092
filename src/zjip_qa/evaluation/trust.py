"""Whether confidence can be believed: calibration error, and wrong answers against refusals.

Each question is asked once more with nothing refused for want of confidence, so that what would
have been said at any threshold is known. What a rule refuses counts as said with confidence 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_N_BINS = 10
THRESHOLDS = tuple(round(0.1 * step, 1) for step in range(10))


@dataclass(frozen=True, slots=True)
class Trusted:
    """What one question got when nothing was refused.

    Attributes:
        confidence: 0…1.
        right: the answer is right and cites the right words; never so for a question without
            an answer.
        answered: something was said; a rule may have refused it.
    """

    confidence: float
    right: bool
    answered: bool


def calibration_error(trusted: Sequence[Trusted]) -> float | None:
    """Expected calibration error: mean distance of confidence and share right, over ten bins.

    Bins are of equal width and count by their questions (Guo et al., ICML 2017). None without
    questions.
    """
    if not trusted:
        return None
    confidence = np.array([one.confidence for one in trusted])
    right = np.array([one.right for one in trusted], dtype=float)
    bins = np.minimum((confidence * _N_BINS).astype(int), _N_BINS - 1)
    gaps = [abs(confidence[bins == b].sum() - right[bins == b].sum()) for b in range(_N_BINS)]
    return float(sum(gaps) / len(trusted))


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies in one tenth: their number, and two means."""

    n: int
    confidence: float
    right: float


def calibration_bins(trusted: Sequence[Trusted]) -> list[Bin]:
    """The ten bins of the calibration error that hold any question, by confidence."""
    held: dict[int, list[Trusted]] = {}
    for one in trusted:
        held.setdefault(min(int(one.confidence * _N_BINS), _N_BINS - 1), []).append(one)
    return [
        Bin(
            len(group),
            sum(one.confidence for one in group) / len(group),
            sum(one.right for one in group) / len(group),
        )
        for _, group in sorted(held.items())
    ]


def refusal_curve(trusted: Sequence[Trusted]) -> list[dict[str, float]]:
    """Shares of all questions answered rightly, wrongly, and refused, by threshold."""
    n = len(trusted)
    curve = []
    for threshold in THRESHOLDS if n else ():
        said = [one for one in trusted if one.answered and one.confidence >= threshold]
        n_right = sum(one.right for one in said)
        curve.append(
            {
                "threshold": threshold,
                "right": n_right / n,
                "wrong": (len(said) - n_right) / n,
                "refused": (n - len(said)) / n,
            }
        )
    return curve
