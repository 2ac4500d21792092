import math

import pytest

from zjip_qa.evaluation.measures import measure


def test_worked_example() -> None:
    # Relevant at ranks 1 and 3 of two: DCG = 1 + 1/log2(4) = 1.5, ideal = 1 + 1/log2(3).
    run = {"q": {"a": 3.0, "x": 2.0, "b": 1.0}}
    values = measure(run, {"q": {"a": 1, "b": 1}}).per_query["q"]
    assert values == {
        "nDCG@10": pytest.approx(1.5 / (1 + 1 / math.log2(3))),
        "Recall@1": 0.5,
        "Recall@5": 1.0,
        "RR": 1.0,
        "AP": pytest.approx((1 + 2 / 3) / 2),
        "Success@1": 1.0,
        "Success@5": 1.0,
    }


def test_missing_query_scores_zero_and_stays_in_the_mean() -> None:
    measured = measure({"found": {"a": 1.0}}, {"found": {"a": 1}, "missing": {"b": 1}}, ("RR",))
    assert measured.per_query == {"found": {"RR": 1.0}, "missing": {"RR": 0.0}}
    assert measured.mean() == {"RR": 0.5}


def test_query_with_no_hits_scores_zero() -> None:
    assert measure({"q": {}}, {"q": {"a": 1}}).per_query["q"]["nDCG@10"] == 0.0


def test_mean_over_some_queries_and_over_none() -> None:
    measured = measure({"a": {"x": 1.0}}, {"a": {"x": 1}, "b": {"x": 1}}, ("RR",))
    assert measured.mean(["a"]) == {"RR": 1.0}
    assert measured.mean(["unknown"]) == {}
    assert measure({}, {}).mean() == {}


def test_unknown_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="not measures: nDGC@10"):
        measure({}, {}, ("nDGC@10",))
