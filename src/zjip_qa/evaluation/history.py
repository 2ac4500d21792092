"""Earlier evaluations, one JSON line each, in a file beside the index.

What is kept is what a later run can be compared with: the measures, and for each question its text,
whether it was right and its nDCG@10. Runs are comparable when they asked the same questions.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.answers import ANSWER_MEASURES
from zjip_qa.evaluation.comparison import Outcome, outcome
from zjip_qa.evaluation.report import Report

FILE_NAME = "evaluations.jsonl"
_KEPT = "nDCG@10"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PastRun:
    """One evaluation of the past.

    Attributes:
        time: when it ended, ISO 8601 in UTC.
        questions: name of the question file.
        digest: of the questions asked; equal digests are comparable runs.
        settings: as the report says them.
        measures: the first retriever's means, and the shares of answers where asked for.
        values: question id → nDCG@10; None for an unanswerable question.
        right: question id → whether it was right.
        setting: name of the settings, "" for the usual ones.
        texts: question id → question; runs from before it was kept have none.
    """

    time: str
    questions: str
    digest: str
    settings: dict[str, object]
    measures: dict[str, float | None]
    values: dict[str, float | None]
    right: dict[str, bool]
    setting: str = ""
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """For comparing."""
        values = {
            question_id: {} if value is None else {_KEPT: value}
            for question_id, value in self.values.items()
        }
        return Outcome(self.time, values, self.right)


def past_run(
    report: Report, *, time: str, questions: str, digest: str, setting: str = ""
) -> PastRun:
    """What is kept of a report."""
    of = outcome(time, report.rows)
    first = next(iter(report.retrievers.values()), None)
    shares = {name: report.answers[name] for name in ANSWER_MEASURES if name in report.answers}
    return PastRun(
        time=time,
        questions=questions,
        digest=digest,
        settings=dict(report.settings),
        measures={**({} if first is None else first.measures), **_numbers(shares)},
        values={question_id: values.get(_KEPT) for question_id, values in of.values.items()},
        right=of.right,
        setting=setting,
        texts={row.id: row.question for row in report.rows},
    )


def read_history(path: Path) -> list[PastRun]:
    """All runs, oldest first; none where there is no file.

    A line that isn't a run is left out with a warning: history must not keep anyone from
    measuring.

    Raises:
        EvaluationError: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as exc:
        raise EvaluationError(
            f"{path} cannot be read ({exc}); expected earlier evaluations; move it away"
        ) from exc
    runs = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                runs.append(PastRun(**json.loads(line)))
            except (ValueError, TypeError):
                logger.warning("%s, line %d is no evaluation; left out", path, number)
    return runs


def keep(path: Path, run: PastRun) -> None:
    """Add a run to the history.

    Raises:
        EvaluationError: the file cannot be written.
    """
    line = json.dumps(asdict(run), ensure_ascii=False, allow_nan=False)
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as exc:
        raise EvaluationError(
            f"{path} cannot be written ({exc.strerror or exc}); the evaluation is not kept"
        ) from exc


def _numbers(shares: Mapping[str, object]) -> dict[str, float | None]:
    return {
        name: float(share) if isinstance(share, int | float) else None
        for name, share in shares.items()
    }
