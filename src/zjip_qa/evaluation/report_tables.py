"""The tables of a report, as rows of texts; plain text and HTML only differ in dress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zjip_qa.evaluation.answers import Judgement
from zjip_qa.evaluation.measures import MEASURES
from zjip_qa.evaluation.report import Report

_HEADINGS = {
    Judgement.CORRECT: "correct",
    Judgement.RIGHT_CITATION_WRONG_TEXT: "cited, text wrong",
    Judgement.WRONG: "wrong",
    Judgement.ABSTAINED_WRONGLY: "abstained wrongly",
    Judgement.ABSTAINED_RIGHTLY: "abstained rightly",
    Judgement.ANSWERED_UNANSWERABLE: "answered unanswerable",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; every row is as long as `header`."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def report_tables(report: Report) -> Iterator[Table]:
    """The tables of measures, answers and timings; those with nothing to say are left out."""
    if any(result.measures for result in report.retrievers.values()):
        yield _retrieval_table(report)
    if report.answers:
        yield _answer_table(report.answers)
    if report.trust:
        yield _trust_table(report.trust)
    if report.timings:
        yield _timing_table(report.timings)


def _retrieval_table(report: Report) -> Table:
    rows = []
    for name, result in report.retrievers.items():
        groups = {"all": {**result.measures, "n": result.n}}
        groups |= result.by_language | result.by_kind
        for group, values in groups.items():
            figures = (f"{values[measure]:.4f}" for measure in MEASURES)
            rows.append((name, group, str(int(values["n"])), *figures))
    return Table("Retrieval", ("retriever", "questions", "n", *MEASURES), tuple(rows))


def _answer_table(answers: Mapping[str, Any]) -> Table:
    groups = {"all": answers, **answers["by_language"], **answers["by_kind"]}
    rows = tuple(
        (
            group,
            str(summary["n"]),
            *(_figure(summary, judgement) for judgement in Judgement),
            _percent(summary["citations_exact"]),
        )
        for group, summary in groups.items()
    )
    header = ("questions", "n", *(_HEADINGS[judgement] for judgement in Judgement))
    return Table("Answers", (*header, "citations exact"), rows)


def _trust_table(trust: Mapping[str, Mapping[str, Any]]) -> Table:
    """Shares of all questions at each threshold; the calibration error beside the first."""
    rows = tuple(
        (
            group,
            f"{point['threshold']:.1f}",
            str(values["n"]) if i == 0 else "",
            *(_percent(point[name]) for name in ("right", "wrong", "refused")),
            f"{values['calibration_error']:.3f}" if i == 0 else "",
        )
        for group, values in trust.items()
        for i, point in enumerate(values["curve"])
    )
    header = ("questions", "threshold", "n", "right", "wrong", "refused", "calibration error")
    return Table("Wrong answers against refusals", header, rows)


def _timing_table(timings: Mapping[str, Mapping[str, float]]) -> Table:
    columns = ("n", "mean", "p50", "p95")
    rows = tuple(
        (stage, str(int(values["n"])), *(f"{values[name]:.1f}" for name in columns[1:]))
        for stage, values in timings.items()
    )
    return Table("Time (ms)", ("stage", *columns), rows)


def _figure(summary: Mapping[str, Any], judgement: Judgement) -> str:
    return f"{summary['counts'][judgement]} ({_percent(summary['rates'][judgement])})"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
