"""How long the steps of an evaluation take, stage by stage, and how far it has come."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the steps done and the steps in all."""


class Stopwatch:
    """Times each step; tells `progress`, if any, when one is done."""

    def __init__(
        self,
        n_steps: int,
        progress: Progress | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._clock = clock
        self._n_steps = n_steps
        self._progress = progress
        self._n_done = 0
        self._seconds: dict[str, list[float]] = {}

    @contextmanager
    def step(self, stage: str) -> Iterator[None]:
        """Time the body as one step of a stage; a step that raises doesn't count."""
        start = self._clock()
        yield
        self._seconds.setdefault(stage, []).append(self._clock() - start)
        self._n_done += 1
        if self._progress is not None:
            self._progress(self._n_done, self._n_steps)

    def timings(self) -> dict[str, dict[str, float]]:
        """By stage: `n` steps, and `mean`, `p50`, `p95`, `p99` in milliseconds (nearest rank)."""
        return {
            stage: {
                "n": len(seconds),
                "mean": 1000 * math.fsum(seconds) / len(seconds),
                "p50": 1000 * _percentile(seconds, 50),
                "p95": 1000 * _percentile(seconds, 95),
                "p99": 1000 * _percentile(seconds, 99),
            }
            for stage, seconds in self._seconds.items()
        }


def _percentile(values: list[float], percent: int) -> float:
    """The smallest value that at least `percent` of all values don't exceed."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]
