"""What a build server asks of an evaluation: "nDCG@10=0.9" is at least 0.9."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zjip_qa.evaluation.answers import ANSWER_MEASURES
from zjip_qa.evaluation.measures import MEASURES
from zjip_qa.evaluation.report import Report

DEMANDED = (*MEASURES, *ANSWER_MEASURES)
"""The names that may be asked for: of the first retriever, and of the answers."""
_AT_MOST = frozenset(("wrong", "refused"))
"""Shares of which less is better."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The least that a measure must be; the most, for shares that should be small."""

    measure: str
    bound: float

    def __str__(self) -> str:
        """In words, for a message."""
        word = "at most" if self.measure in _AT_MOST else "at least"
        return f"{word} {self.bound:g}"


def read_demand(text: str) -> Demand:
    """Read "nDCG@10=0.9".

    Raises:
        ValueError: it isn't MEASURE=NUMBER, or names no measure.
    """
    name, sign, number = text.partition("=")
    name = name.strip()
    if not sign:
        raise ValueError(f"'{text}' is not MEASURE=NUMBER, as in nDCG@10=0.9")
    if name not in DEMANDED:
        raise ValueError(f"'{name}' is not a measure; choose from {', '.join(DEMANDED)}")
    try:
        bound = float(number)
    except ValueError as exc:
        raise ValueError(f"'{number}' is not a number; write {name}=0.9") from exc
    if not 0 <= bound <= 1:
        raise ValueError(f"{name}={number}: expected a number from 0 to 1")
    return Demand(name, bound)


def unmet(report: Report, demands: Sequence[Demand]) -> list[str]:
    """For each demand that a report doesn't meet, what was measured and what was wanted."""
    first = next(iter(report.retrievers.values()), None)
    measured: dict[str, object] = {**report.answers, **({} if first is None else first.measures)}
    lines = []
    for demand in demands:
        value = measured.get(demand.measure)
        if not isinstance(value, int | float):
            lines.append(f"{demand.measure} was not measured, wanted {demand}")
        elif value > demand.bound if demand.measure in _AT_MOST else value < demand.bound:
            lines.append(f"{demand.measure} is {value:.4f}, wanted {demand}")
    return lines
