"""The result of an evaluation, as a value, as JSON and as files.

Everything but `timings` is the same for the same index, questions and settings. The plain
table is in `report_text`, the page in `report_html`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.answers import Judgement
from zjip_qa.evaluation.comparison import Change
from zjip_qa.evaluation.qrels import Qrels
from zjip_qa.evaluation.questions import Place
from zjip_qa.evaluation.run import Run
from zjip_qa.evaluation.trust import Trusted
from zjip_qa.types import Answer, Hit, Language


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """What one question came to.

    Attributes:
        relevant: the places or passages that should be found; empty when unanswerable.
        ranks: by retriever, rank of the first relevant hit, None when there is none.
        found: the best few hits of the first retriever.
        answer: None when answers weren't asked for; `judgement` and `trusted` likewise.
        measures: by retriever, the question's value of each measure; empty when unanswerable.
        trusted: what would have been said if nothing were refused for want of confidence.
    """

    id: str
    question: str
    lang: Language
    kind: str | None = None
    acceptable: tuple[str, ...] = ()
    relevant: tuple[Place, ...] = ()
    ranks: dict[str, int | None] = field(default_factory=dict)
    found: tuple[Hit, ...] = ()
    answer: Answer | None = None
    judgement: Judgement | None = None
    measures: dict[str, dict[str, float]] = field(default_factory=dict)
    trusted: Trusted | None = None

    @property
    def rank(self) -> int | None:
        """Rank of the first relevant hit of the first retriever."""
        return next(iter(self.ranks.values()), None)

    @property
    def failed(self) -> bool:
        """Whether the answer is not right or the first retriever found nothing relevant."""
        if self.judgement is not None and not self.judgement.right:
            return True
        return bool(self.ranks) and self.rank is None

    def to_json(self) -> dict[str, object]:
        """The row as it stands in a report."""
        answer = self.answer
        return {
            "id": self.id,
            "question": self.question,
            "lang": str(self.lang),
            "kind": self.kind,
            "acceptable": list(self.acceptable),
            "relevant": [
                {"doc_id": doc_id, "start": span.start, "end": span.end}
                for doc_id, span in self.relevant
            ],
            "rank": self.rank,
            "ranks": dict(self.ranks),
            "measures": self.measures,
            "failed": self.failed,
            "judgement": None if self.judgement is None else str(self.judgement),
            "answer": None if answer is None else answer.text,
            "abstained": None if answer is None else answer.abstained,
            "confidence": None if answer is None else answer.confidence,
            "citations": [
                {"doc_id": cited.doc_id, "start": cited.start, "end": cited.end}
                for cited in ([] if answer is None else answer.citations)
            ],
            "found": [
                {
                    "rank": rank,
                    "doc_id": hit.chunk.doc_id,
                    "start": hit.chunk.start,
                    "end": hit.chunk.end,
                    "text": hit.chunk.text,
                }
                for rank, hit in enumerate(self.found, start=1)
            ],
        }


@dataclass(frozen=True, slots=True)
class RetrieverResult:
    """Means of the measures over the `n` judged queries; groups carry their own `n`.

    Attributes:
        by_direction: by language of question and document, "en→zh".
        by_document: by document that holds the answer; empty for a data set.
        intervals: 95 % bootstrap interval of each mean.
        differences: by measure, `difference` from the first retriever and `p` of the paired
            randomisation test; empty for the first.
        recall_curve: recall in the first 1, 2, … hits.
    """

    n: int
    measures: dict[str, float]
    by_language: dict[str, dict[str, float]]
    by_kind: dict[str, dict[str, float]]
    by_direction: dict[str, dict[str, float]] = field(default_factory=dict)
    by_document: dict[str, dict[str, float]] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    differences: dict[str, dict[str, float]] = field(default_factory=dict)
    recall_curve: tuple[float, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The fields by name."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        intervals = {name: list(ends) for name, ends in self.intervals.items()}
        return fields | {"intervals": intervals, "recall_curve": list(self.recall_curve)}


@dataclass(frozen=True, slots=True)
class Report:
    """All results of one evaluation.

    Attributes:
        retrievers: by name, the first being the one whose measures lead.
        answers: as `answers.summarize` gives them, with the same `by_language` and
            `by_kind`; empty when answers weren't asked for.
        trust: by language and "all", `n`, `calibration_error` and `curve` as `trust` gives
            them; empty when answers weren't asked for.
        timings: milliseconds by stage; the one part that differs between runs.
        runs: by retriever, the rankings that were measured.
        qrels: the judgements that they were measured against.
        comparison: how other settings differ from these.
    """

    settings: dict[str, object]
    retrievers: dict[str, RetrieverResult]
    answers: dict[str, object]
    trust: dict[str, dict[str, Any]]
    rows: tuple[QuestionRow, ...]
    timings: dict[str, dict[str, float]]
    runs: dict[str, Run] = field(default_factory=dict)
    qrels: Qrels = field(default_factory=dict)
    comparison: tuple[Change, ...] = ()

    @property
    def failed(self) -> tuple[QuestionRow, ...]:
        """The questions that went wrong, in their order."""
        return tuple(row for row in self.rows if row.failed)

    def to_json(self) -> dict[str, object]:
        """The report as one JSON object.

        `measures` and `by_language` are the first retriever's, and empty when no question
        could be measured.
        """
        first = next(iter(self.retrievers.values()), RetrieverResult(0, {}, {}, {}))
        compared = [change.to_json() for change in self.comparison]
        return {
            "measures": first.measures,
            "by_language": first.by_language,
            "answers": self.answers,
            "n_questions": len(self.rows) or first.n,
            "settings": self.settings,
            "trust": self.trust,
            "retrievers": {name: result.to_json() for name, result in self.retrievers.items()},
            "questions": [row.to_json() for row in self.rows],
            "timings": self.timings,
            **({"comparison": compared} if compared else {}),
        }

    def to_text(self) -> str:
        """The report as a compact plain table."""
        from zjip_qa.evaluation.report_text import report_text

        return report_text(self)


def write_report(report: Report, folder: str | Path) -> Path:
    """Write `report.json` and `report.html`, one page that needs no other file.

    Beside them the rankings and judgements as TREC files: `RETRIEVER.run`, `qrels.txt`.

    Returns:
        Path of the page.

    Raises:
        EvaluationError: the folder cannot be written to.
    """
    from zjip_qa.evaluation.report_html import report_html
    from zjip_qa.evaluation.trec import qrels_text, run_text

    folder = Path(folder)
    text = json.dumps(report.to_json(), ensure_ascii=False, indent=2, allow_nan=False)
    page = folder / "report.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(text + "\n", encoding="utf-8")
        page.write_text(report_html(report), encoding="utf-8")
        for name, run in report.runs.items():
            (folder / f"{name}.run").write_text(run_text(run, name), encoding="utf-8")
        if report.qrels:
            (folder / "qrels.txt").write_text(qrels_text(report.qrels), encoding="utf-8")
    except OSError as exc:
        raise EvaluationError(
            f"the report cannot be written to {folder}: {exc.strerror or exc}; name a "
            "folder that can be"
        ) from exc
    return page
