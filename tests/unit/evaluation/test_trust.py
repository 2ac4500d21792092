import pytest

from zjip_qa.evaluation.trust import Trusted, calibration_error, refusal_curve

FOUR = [
    Trusted(0.95, right=True, answered=True),
    Trusted(0.85, right=False, answered=True),
    Trusted(0.15, right=False, answered=True),
    Trusted(0.0, right=False, answered=False),
]


def test_the_calibration_error_by_hand() -> None:
    # Four bins of one question: 0.05, 0.85, 0.15 and 0.
    assert calibration_error(FOUR) == pytest.approx((0.05 + 0.85 + 0.15 + 0.0) / 4)


def test_confidence_that_is_right_as_often_as_it_says_has_no_error() -> None:
    half = [Trusted(0.5, right=i % 2 == 0, answered=True) for i in range(10)]
    assert calibration_error(half) == pytest.approx(0.0)
    assert calibration_error([Trusted(1.0, right=True, answered=True)]) == 0.0
    assert calibration_error([]) is None


def test_the_curve_by_hand() -> None:
    curve = {point["threshold"]: point for point in refusal_curve(FOUR)}
    assert curve[0.0] == {"threshold": 0.0, "right": 0.25, "wrong": 0.5, "refused": 0.25}
    assert curve[0.5] == {"threshold": 0.5, "right": 0.25, "wrong": 0.25, "refused": 0.5}
    assert curve[0.9] == {"threshold": 0.9, "right": 0.25, "wrong": 0.0, "refused": 0.75}
    assert refusal_curve([]) == []
