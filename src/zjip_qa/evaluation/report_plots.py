"""The plots of a report: recall, refusals, calibration, scores, time.

The words in them are handed in, because the web page speaks two languages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from zjip_qa.evaluation.plots import Axis, Series, bar_chart, line_chart, nice_axis
from zjip_qa.evaluation.report import Report
from zjip_qa.evaluation.trust import Trusted, calibration_bins

_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_MOST_SERIES = 4


@dataclass(frozen=True, slots=True)
class PlotWords:
    """Titles and labels; `names` translates retrievers, groups and stages where it knows them."""

    recall_title: str = "Recall against k"
    first_k: str = "first k passages"
    recall: str = "recall"
    refusal_title: str = "Wrong answers against refusals"
    refused: str = "share refused"
    wrong: str = "share answered wrongly"
    calibration_title: str = "Calibration"
    confidence: str = "confidence"
    share_right: str = "share right"
    ideal: str = "ideal"
    scores_title: str = "Confidence of right and of other answers"
    right: str = "right"
    others: str = "not right"
    questions: str = "questions"
    time_title: str = "Time by stage"
    stage: str = "stage"
    milliseconds: str = "milliseconds"
    names: Mapping[str, str] = field(default_factory=dict)


def report_plots(report: Report, words: PlotWords | None = None) -> Iterator[str]:
    """Each plot that there are figures for, as a `<figure>`."""
    words = words or PlotWords()
    if any(result.recall_curve for result in report.retrievers.values()):
        yield _recall(report, words)
    if report.trust:
        yield _refusals(report, words)
    trusted = [row.trusted for row in report.rows if row.trusted is not None]
    if trusted:
        yield _calibration(trusted, words)
        yield _scores(trusted, words)
    if report.timings:
        yield _time(report, words)


def _recall(report: Report, words: PlotWords) -> str:
    series = [
        Series(
            words.names.get(name, name),
            tuple((float(k), value) for k, value in enumerate(result.recall_curve, 1)),
        )
        for name, result in list(report.retrievers.items())[:_MOST_SERIES]
    ]
    deepest = max(len(one.points) for one in series)
    x = Axis(words.first_k, 1.0, float(max(deepest, 2)), tuple(range(1, deepest + 1)))
    return line_chart(words.recall_title, series, x, Axis(words.recall, 0.0, 1.0, _SHARES))


def _refusals(report: Report, words: PlotWords) -> str:
    series = [
        Series(
            words.names.get(group, group),
            tuple((point["refused"], point["wrong"]) for point in values["curve"]),
        )
        for group, values in list(report.trust.items())[:_MOST_SERIES]
    ]
    worst = max((wrong for one in series for _, wrong in one.points), default=0.0)
    return line_chart(
        words.refusal_title,
        series,
        Axis(words.refused, 0.0, 1.0, _SHARES),
        nice_axis(words.wrong, worst),
    )


def _calibration(trusted: list[Trusted], words: PlotWords) -> str:
    shares = Axis(words.confidence, 0.0, 1.0, _SHARES)
    points = tuple((one.confidence, one.right) for one in calibration_bins(trusted))
    series = [
        Series(words.share_right, points),
        Series(words.ideal, ((0.0, 0.0), (1.0, 1.0))),
    ]
    y = Axis(words.share_right, 0.0, 1.0, _SHARES)
    return line_chart(words.calibration_title, series, shares, y)


def _scores(trusted: list[Trusted], words: PlotWords) -> str:
    counts = {True: [0] * 10, False: [0] * 10}
    for one in trusted:
        counts[one.right][min(int(one.confidence * 10), 9)] += 1
    series = [
        Series(name, tuple((float(i), float(n)) for i, n in enumerate(counts[right])))
        for name, right in ((words.right, True), (words.others, False))
    ]
    bins = [f"{i / 10:.1f}" for i in range(10)]
    return bar_chart(words.scores_title, bins, series, words.confidence, words.questions)


def _time(report: Report, words: PlotWords) -> str:
    stages = [words.names.get(stage, stage) for stage in report.timings]
    series = [
        Series(
            name, tuple((float(i), each[name]) for i, each in enumerate(report.timings.values()))
        )
        for name in ("p50", "p95", "p99")
    ]
    return bar_chart(words.time_title, stages, series, words.stage, words.milliseconds)
