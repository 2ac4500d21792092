"""From signals to one probability that the documents answer the question.

A logistic model per language; its coefficients were fitted by `training/calibrate.py` on
reading questions whose passage was in the index or had been taken out, and lie in
`calibration.json`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from zjip_qa.answering.evidence import Signals
from zjip_qa.types import Language


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients of one language, in the order of `Signals`, and the threshold to answer at."""

    coefficients: tuple[float, ...]
    intercept: float
    threshold: float

    def probability(self, signals: Signals) -> float:
        """Probability that the passage answers the question, 0…1."""
        z = float(np.dot(self.coefficients, signals.as_row())) + self.intercept
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


@cache
def load_calibration(language: Language) -> Calibration:
    """Read the shipped calibration of a language."""
    text = files("zjip_qa.answering").joinpath("calibration.json").read_text(encoding="utf-8")
    row = json.loads(text)[language.value]
    return Calibration(tuple(row["coefficients"]), row["intercept"], row["threshold"])
