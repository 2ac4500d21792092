"""Running an evaluation: ask everything, measure the rankings, judge the answers.

Three kinds: a question file against an index that exists, a retrieval data set whose passages
are indexed for the purpose, and rankings made elsewhere. It builds no index itself and compares
no settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Protocol

from zjip_qa.errors import EvaluationError, QuestionError
from zjip_qa.evaluation.answers import JudgedAnswer, Judgement, judge
from zjip_qa.evaluation.dataset import Dataset, dataset_documents
from zjip_qa.evaluation.groups import Source, answers_by_group, measure_runs
from zjip_qa.evaluation.measures import MEASURES
from zjip_qa.evaluation.qrels import Qrels, quote_qrels
from zjip_qa.evaluation.questions import Question, locate
from zjip_qa.evaluation.report import QuestionRow, Report
from zjip_qa.evaluation.run import (
    Run,
    first_per_document,
    first_relevant,
    place_ranking,
    scored,
)
from zjip_qa.evaluation.stopwatch import Progress, Stopwatch
from zjip_qa.evaluation.trust import Trusted, calibration_error, refusal_curve
from zjip_qa.types import Answer, Document, Hit, Language, Span

RETRIEVERS = ("hybrid", "dense", "lexical")
N_FOUND = 3
"""Hits that a report keeps of each question, to show what was found."""


class Searcher(Protocol):
    """What can be measured on a data set."""

    def search(self, question: str, /, *, k: int, retriever: str) -> list[Hit]:
        """At most k hits, best first."""
        ...


class AnsweringSearcher(Searcher, Protocol):
    """What can be measured on a question file."""

    def ask(self, question: str, /, *, threshold: float | None = None) -> Answer:
        """Answer a question that stands by itself, from some confidence on."""
        ...

    def documents(self) -> Sequence[str]:
        """Ids of the indexed documents."""
        ...

    def document(self, doc_id: str, /) -> Document:
        """A document by its id."""
        ...


def evaluate(
    searcher: AnsweringSearcher,
    questions: Sequence[Question],
    *,
    retrievers: Sequence[str] = RETRIEVERS,
    answers: bool = True,
    k: int = 10,
    threshold: float | None = None,
    settings: Mapping[str, object] | None = None,
    progress: Progress | None = None,
    clock: Callable[[], float] = perf_counter,
) -> Report:
    """Evaluate retrieval and answers on questions about the indexed documents.

    Unanswerable questions are left out of the retrieval measures.

    Args:
        searcher: what is evaluated.
        questions: with ids all different.
        retrievers: names to search with, the one that leads the report first.
        answers: whether to ask for answers and judge them too.
        k: hits per search, at least 1; a measure with a deeper cutoff sees only these.
        threshold: confidence to answer from; None for the calibrated one.
        settings: what else the report should say it was made with.
        progress: told of each search and each answer.
        clock: seconds; another one than the machine's where steps are remembered, not taken.

    Raises:
        EvaluationError: a quote stands nowhere, a question cannot be asked, or an id is
            used twice. Ids and quotes are checked before anything is asked.
        ValueError: `k` < 1.
    """
    made_with = _settings(retrievers, k, settings)
    if len({question.id for question in questions}) < len(questions):
        raise EvaluationError("two questions have the same id; give each its own")
    texts = {doc_id: searcher.document(doc_id).text for doc_id in searcher.documents()}
    places = {question.id: locate(question, texts) for question in questions}
    measured = [question for question in questions if question.answerable]
    n_asked = len(questions) if answers else 0
    stopwatch = Stopwatch(len(measured) * len(retrievers) + 2 * n_asked, progress, clock)

    runs: dict[str, Run] = {retriever: {} for retriever in retrievers}
    hits_of: dict[str, dict[str, list[Hit]]] = {question.id: {} for question in questions}
    for retriever, run in runs.items():
        for question in measured:
            with _naming(question), stopwatch.step(f"search {retriever}"):
                hits = searcher.search(question.question, k=k, retriever=retriever)
            run[question.id] = scored(place_ranking(hits, places[question.id]))
            hits_of[question.id][retriever] = hits
    judged: dict[str, JudgedAnswer] = {}
    for question in questions[:n_asked]:
        with _naming(question), stopwatch.step("ask"):
            answer = searcher.ask(question.question, threshold=threshold)
        judged[question.id] = judge(question, answer, places[question.id], texts)
    trusted: dict[str, Trusted] = {}
    for question in questions[:n_asked]:
        with _naming(question), stopwatch.step("ask, nothing refused"):
            answer = searcher.ask(question.question, threshold=0.0)
        judgement = judge(question, answer, places[question.id], texts).judgement
        trusted[question.id] = Trusted(
            answer.confidence, judgement is Judgement.CORRECT, not answer.abstained
        )

    sources = {
        question_id: Source(found[0][0], searcher.document(found[0][0]).language)
        for question_id, found in places.items()
        if found
    }
    qrels = quote_qrels(places)
    results, values = measure_runs(runs, qrels, questions, sources)
    return Report(
        settings=made_with,
        retrievers=results,
        answers=answers_by_group(list(judged.values()), sources),
        trust={
            name: {
                "n": len(group),
                "calibration_error": calibration_error(group),
                "curve": refusal_curve(group),
            }
            for name, group in _trusted_by_language(questions, trusted).items()
        },
        rows=tuple(
            _row(
                question,
                places[question.id],
                hits_of[question.id],
                values.get(question.id, {}),
                judged.get(question.id),
                trusted.get(question.id),
            )
            for question in questions
        ),
        timings=stopwatch.timings(),
        runs=runs,
        qrels=qrels,
    )


def evaluate_dataset(
    dataset: Dataset,
    index_documents: Callable[[list[Document]], Searcher],
    *,
    language_of: Callable[[str], Language],
    retrievers: Sequence[str] = RETRIEVERS,
    k: int = 10,
    settings: Mapping[str, object] | None = None,
    progress: Progress | None = None,
    clock: Callable[[], float] = perf_counter,
) -> Report:
    """Index a data set's passages and evaluate the retrieval of passages.

    Args:
        dataset: passages, queries, judgements.
        index_documents: builds what is searched from the passages as documents.
        language_of: tells the language of a text, for documents and for grouping queries.
        retrievers: names to search with, the one that leads the report first.
        k: passages per query, at least 1; a passage ranks where its first chunk does.
        settings: what else the report should say it was made with.
        progress: told of each search; indexing is the caller's to report.
        clock: seconds; another one than the machine's where searches are remembered.

    Raises:
        EvaluationError: a query cannot be asked.
        ValueError: `k` < 1.
    """
    made_with = _settings(retrievers, k, settings)
    questions = [
        Question(query_id, text, language_of(text), None, ())
        for query_id, text in dataset.queries.items()
        if query_id in dataset.qrels
    ]
    searcher = index_documents(list(dataset_documents(dataset, language_of)))
    stopwatch = Stopwatch(len(questions) * len(retrievers), progress, clock)
    runs: dict[str, Run] = {retriever: {} for retriever in retrievers}
    hits_of: dict[str, dict[str, list[Hit]]] = {question.id: {} for question in questions}
    for retriever, run in runs.items():
        for question in questions:
            with _naming(question), stopwatch.step(f"search {retriever}"):
                hits = _search_passages(searcher, question.question, k, retriever)
            run[question.id] = scored(hit.chunk.doc_id for hit in hits)
            hits_of[question.id][retriever] = hits
    relevant = {
        query_id: [
            (passage_id, Span(0, len(dataset.passages[passage_id])))
            for passage_id, grade in grades.items()
            if grade > 0
        ]
        for query_id, grades in dataset.qrels.items()
    }
    sources = {
        query_id: Source(None, language_of(dataset.passages[places[0][0]]))
        for query_id, places in relevant.items()
        if places
    }
    results, values = measure_runs(runs, dataset.qrels, questions, sources)
    return Report(
        settings=made_with,
        retrievers=results,
        answers={},
        trust={},
        rows=tuple(
            _row(
                question,
                relevant[question.id],
                hits_of[question.id],
                values.get(question.id, {}),
            )
            for question in questions
        ),
        timings=stopwatch.timings(),
        runs=runs,
        qrels=dataset.qrels,
    )


def evaluate_runs(runs: Mapping[str, Run], qrels: Qrels) -> Report:
    """Measure rankings that were made elsewhere.

    Args:
        runs: by name, the one that leads the report first.
        qrels: the judgements; a query that a run lacks scores 0 in it.
    """
    results, _ = measure_runs(runs, qrels, (), {})
    settings: dict[str, object] = {"runs": list(runs), "measures": list(MEASURES)}
    return Report(settings, results, {}, {}, (), {}, runs=dict(runs), qrels=qrels)


def _trusted_by_language(
    questions: Sequence[Question], trusted: Mapping[str, Trusted]
) -> dict[str, list[Trusted]]:
    groups: dict[str, list[Trusted]] = {"all": list(trusted.values())} if trusted else {}
    for question in questions:
        if question.id in trusted:
            groups.setdefault(str(question.lang), []).append(trusted[question.id])
    return groups


def _settings(
    retrievers: Sequence[str], k: int, settings: Mapping[str, object] | None
) -> dict[str, object]:
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    return {"retrievers": list(retrievers), "k": k, "measures": list(MEASURES), **(settings or {})}


@contextmanager
def _naming(question: Question) -> Iterator[None]:
    """Say which question it was that could not be asked."""
    try:
        yield
    except QuestionError as exc:
        line = f"line {question.line}: " if question.line else ""
        raise EvaluationError(f"{line}question '{question.id}' cannot be asked: {exc}") from exc


def _search_passages(searcher: Searcher, question: str, k: int, retriever: str) -> list[Hit]:
    """The first k passages: asks for more chunks until there are k, or no more."""
    depth = 2 * k
    while True:
        hits = searcher.search(question, k=depth, retriever=retriever)
        passages = first_per_document(hits)
        if len(passages) >= k or len(hits) < depth:
            return passages[:k]
        depth *= 2


def _row(
    question: Question,
    relevant: Sequence[tuple[str, Span]],
    hits: Mapping[str, list[Hit]],
    measures: Mapping[str, Mapping[str, float]],
    judged: JudgedAnswer | None = None,
    trusted: Trusted | None = None,
) -> QuestionRow:
    return QuestionRow(
        id=question.id,
        question=question.question,
        lang=question.lang,
        kind=question.kind,
        acceptable=question.answers,
        relevant=tuple(relevant),
        ranks={retriever: first_relevant(found, relevant) for retriever, found in hits.items()},
        found=tuple(next(iter(hits.values()), [])[:N_FOUND]),
        answer=None if judged is None else judged.answer,
        judgement=None if judged is None else judged.judgement,
        measures={retriever: dict(values) for retriever, values in measures.items()},
        trusted=trusted,
    )
