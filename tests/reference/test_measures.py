"""Measures equal the library's own published example (README of ir-measures, "Python API")."""

import ir_measures
import pytest

from zjip_qa.evaluation.measures import MEASURES, measure

QRELS = {"Q0": {"D0": 0, "D1": 1}, "Q1": {"D0": 0, "D3": 2}}
RUN = {"Q0": {"D0": 1.2, "D1": 1.0}, "Q1": {"D0": 2.4, "D3": 3.6}}


def test_means_are_the_published_ones() -> None:
    measured = measure(RUN, QRELS, ("AP", "nDCG", "RR", "nDCG@10", "P(rel=2)@10"))
    assert measured.mean() == pytest.approx(
        {
            "AP": 0.75,
            "nDCG": 0.8154648767857288,
            "RR": 0.75,
            "nDCG@10": 0.8154648767857288,
            "P(rel=2)@10": 0.05,
        },
        abs=1e-12,
    )


def test_values_per_query_are_the_published_ones() -> None:
    measured = measure(RUN, QRELS, ("AP", "RR", "nDCG@10", "P(rel=2)@10"))
    assert measured.per_query == {
        "Q0": {"AP": 0.5, "RR": 0.5, "nDCG@10": pytest.approx(0.63092975357), "P(rel=2)@10": 0.0},
        "Q1": {"AP": 1.0, "RR": 1.0, "nDCG@10": 1.0, "P(rel=2)@10": 0.1},
    }


def test_reported_means_equal_the_library_s_own_aggregates() -> None:
    # Graded judgements, an unjudged item, a query missing from the run, one not judged.
    qrels = {"a": {"x": 2, "y": 1, "z": 0}, "b": {"x": 1}, "c": {"y": 1}}
    run = {"a": {"u": 3.0, "y": 2.0, "x": 1.0}, "b": {"x": 0.5, "y": 0.1}, "z": {"x": 1.0}}
    library = ir_measures.calc_aggregate(
        [ir_measures.parse_measure(name) for name in MEASURES], qrels, run
    )
    expected = {str(name).replace("R@", "Recall@"): value for name, value in library.items()}
    assert measure(run, qrels).mean() == pytest.approx(expected, abs=1e-12)
