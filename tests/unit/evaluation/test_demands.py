import pytest
from tests.unit.evaluation.test_runner import run

from zjip_qa.evaluation.demands import Demand, read_demand, unmet


def test_a_demand_is_a_measure_and_a_number() -> None:
    assert read_demand("nDCG@10=0.9") == Demand("nDCG@10", 0.9)
    assert str(read_demand("wrong = 0.05")) == "at most 0.05"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nDCG@10", "not MEASURE=NUMBER"),
        ("nDGC@10=0.9", "'nDGC@10' is not a measure; choose from nDCG@10, "),
        ("RR=high", "'high' is not a number"),
        ("RR=90", "expected a number from 0 to 1"),
        ("RR=nan", "expected a number from 0 to 1"),
    ],
)
def test_what_is_no_demand_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_demand(text)


def test_what_is_not_met_says_what_was_measured_and_what_was_wanted() -> None:
    demands = [
        Demand("RR", 0.5),  # just met
        Demand("RR", 0.51),
        Demand("right", 0.75),
        Demand("wrong", 0.2),
        Demand("wrong", 0.25),
    ]
    assert unmet(run(), demands) == [
        "RR is 0.5000, wanted at least 0.51",
        "right is 0.5000, wanted at least 0.75",
        "wrong is 0.2500, wanted at most 0.2",
    ]


def test_what_was_not_measured_is_not_met() -> None:
    from tests.unit.evaluation.test_report import report

    assert unmet(report(), [Demand("citation_recall", 0.0)]) == []
    from zjip_qa.evaluation.report import Report

    empty = Report({}, {}, {}, {}, (), {})
    assert unmet(empty, [Demand("right", 0.5)]) == ["right was not measured, wanted at least 0.5"]
