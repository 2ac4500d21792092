"""The tables of a report, as rows of texts; plain text and HTML only differ in dress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zjip_qa.evaluation.answers import ANSWER_MEASURES, Judgement
from zjip_qa.evaluation.comparison import Change
from zjip_qa.evaluation.history import PastRun
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


_HISTORY = ("nDCG@10", "Recall@1", "Recall@5", "RR", "right", "wrong", "refused")


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
    if any(result.intervals for result in report.retrievers.values()):
        yield _interval_table(report)
    if report.comparison:
        yield comparison_table(report.comparison)
        yield from turned_tables(report)
    if report.answers:
        yield _answer_table(report.answers)
        yield _words_table(report.answers)
    if report.trust:
        yield _trust_table(report.trust)
    if report.timings:
        yield _timing_table(report.timings)


def _retrieval_table(report: Report) -> Table:
    rows = []
    for name, result in report.retrievers.items():
        groups = {"all": {**result.measures, "n": result.n}}
        groups |= result.by_language
        # One direction a language, or one document, would repeat the rows above.
        if len(result.by_direction) > len(result.by_language):
            groups |= result.by_direction
        groups |= result.by_kind
        if len(result.by_document) > 1:
            groups |= result.by_document
        for group, values in groups.items():
            figures = (f"{values[measure]:.4f}" for measure in MEASURES)
            rows.append((name, group, str(int(values["n"])), *figures))
    return Table("Retrieval", ("retriever", "questions", "n", *MEASURES), tuple(rows))


def comparison_table(changes: Sequence[Change]) -> Table:
    """Means of each setting, how far they are from what it is compared with, and p."""
    names = list(dict.fromkeys(name for change in changes for name in change.means))
    first = changes[0]
    before = (first.means[name] - first.differences[name]["difference"] for name in names)
    rows = [(first.against, "mean", str(first.n), *(f"{mean:.4f}" for mean in before))]
    for change in changes:
        apart = [change.differences[name] for name in names]
        rows += [
            (change.name, "mean", str(change.n), *(f"{change.means[name]:.4f}" for name in names)),
            (change.name, "difference", "", *(f"{one['difference']:+.4f}" for one in apart)),
            (change.name, "p", "", *(f"{one['p']:.4f}" for one in apart)),
        ]
    return Table("Settings compared", ("settings", "figure", "n", *names), tuple(rows))


def turned_tables(report: Report) -> Iterator[Table]:
    """The questions that only one of two settings got right."""
    text_of = {row.id: row.question for row in report.rows}
    for change in report.comparison:
        yield turned_table(change, text_of)


def turned_table(change: Change, text_of: Mapping[str, str]) -> Table:
    """The questions that turned right or wrong, with their texts."""
    rows = [
        (word, question_id, text_of.get(question_id, ""))
        for word, ids in (
            ("newly right", change.newly_right),
            ("newly wrong", change.newly_wrong),
        )
        for question_id in ids
    ]
    title = (
        f"{change.name} against {change.against}: {len(change.newly_right)} newly right, "
        f"{len(change.newly_wrong)} newly wrong"
    )
    return Table(title, ("", "id", "question"), tuple(rows))


def history_table(runs: Sequence[PastRun]) -> Table:
    """Earlier runs, oldest first."""
    rows = tuple(
        (
            run.time,
            run.questions,
            run.digest[:8],
            run.setting or "–",
            str(len(run.right)),
            *(_share4(run.measures.get(name)) for name in _HISTORY),
        )
        for run in runs
    )
    return Table(
        "Earlier evaluations", ("time", "questions", "digest", "settings", "n", *_HISTORY), rows
    )


def _share4(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _interval_table(report: Report) -> Table:
    """How sure the means are, and how far each is from the first retriever's."""
    rows = []
    for name, result in report.retrievers.items():
        ends = (f"{low:.3f}–{high:.3f}" for low, high in result.intervals.values())
        rows.append((name, "95 % interval", str(result.n), *ends))
        if result.differences:
            first = next(iter(report.retrievers))
            changes = result.differences.values()
            rows.append(
                (name, f"less {first}", "", *(f"{one['difference']:+.4f}" for one in changes))
            )
            rows.append((name, "p", "", *(f"{one['p']:.4f}" for one in changes)))
    title = "How sure (bootstrap; paired randomisation test)"
    return Table(title, ("retriever", "figure", "n", *MEASURES), tuple(rows))


def _words_table(answers: Mapping[str, Any]) -> Table:
    """What the answers say and cite, measured against the acceptable strings and the quotes."""
    groups = {"all": answers, **answers["by_language"], **answers["by_kind"]}
    rows = tuple(
        (group, str(summary["n"]), *(_percent(summary[name]) for name in ANSWER_MEASURES))
        for group, summary in groups.items()
    )
    header = ("questions", "n", *(name.replace("_", " ") for name in ANSWER_MEASURES))
    return Table("What the answers say and cite", header, rows)


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
    columns = ("n", "mean", "p50", "p95", "p99")
    rows = tuple(
        (stage, str(int(values["n"])), *(f"{values[name]:.1f}" for name in columns[1:]))
        for stage, values in timings.items()
    )
    return Table("Time (ms)", ("stage", *columns), rows)


def _figure(summary: Mapping[str, Any], judgement: Judgement) -> str:
    return f"{summary['counts'][judgement]} ({_percent(summary['rates'][judgement])})"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
