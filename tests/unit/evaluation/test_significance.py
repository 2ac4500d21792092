import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zjip_qa.evaluation import significance
from zjip_qa.evaluation.significance import mean_intervals, randomisation_test


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64).reshape(-1, 1)


def test_interval_of_shares_is_near_the_normal_one() -> None:
    # 80 of 100: 0.8 ± 1.96 · √(0.8 · 0.2 / 100) = 0.8 ± 0.078.
    low, high = mean_intervals(column(*[1.0] * 80, *[0.0] * 20))[0]
    assert (low, high) == (pytest.approx(0.722, abs=0.02), pytest.approx(0.878, abs=0.02))


def test_interval_of_equal_values_is_that_value() -> None:
    assert mean_intervals(column(0.5, 0.5, 0.5)).tolist() == [[0.5, 0.5]]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=30)
def test_interval_lies_within_the_values(values: list[float]) -> None:
    low, high = mean_intervals(column(*values), n_resamples=50)[0]
    assert min(values) - 1e-6 <= low <= high <= max(values) + 1e-6


def test_p_is_that_of_all_swaps() -> None:
    differences = [0.5, 0.25, 0.25, -0.125, 0.5]
    sums = [
        abs(sum(sign * d for sign, d in zip(signs, differences, strict=True)))
        for signs in itertools.product((1, -1), repeat=5)
    ]
    exact = sum(each >= abs(sum(differences)) for each in sums) / len(sums)
    assert randomisation_test(column(*differences))[0] == pytest.approx(exact, abs=0.015)


def test_no_difference_is_no_evidence() -> None:
    assert randomisation_test(column(0, 0, 0)).tolist() == [1.0]


def test_a_difference_on_every_one_of_many_questions_is_evidence() -> None:
    assert randomisation_test(column(*[0.1] * 40))[0] == pytest.approx(1 / 10_001)


def test_columns_are_apart_and_figures_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(3).random((20, 2))
    intervals, p = mean_intervals(values), randomisation_test(values - 0.5)
    assert intervals.shape == (2, 2)
    assert mean_intervals(values).tolist() == intervals.tolist()
    # In smaller batches the same questions are drawn.
    monkeypatch.setattr(significance, "_MOST_CELLS", 100)
    assert mean_intervals(values).tolist() == intervals.tolist()
    assert randomisation_test(values - 0.5).tolist() == p.tolist()


def test_no_questions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"got shape \(0, 1\)"):
        mean_intervals(column())
