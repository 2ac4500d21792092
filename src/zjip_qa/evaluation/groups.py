"""Means and counts of an evaluation by group: language, direction, kind, document.

A direction is the language of the question and that of the document: "en→zh". Both, and the
document, are those of the first place where the question's quote stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zjip_qa.evaluation.answers import JudgedAnswer, summarize
from zjip_qa.evaluation.measures import MEASURES, Measured, measure
from zjip_qa.evaluation.qrels import Qrels
from zjip_qa.evaluation.questions import Question
from zjip_qa.evaluation.report import RetrieverResult
from zjip_qa.evaluation.run import Run
from zjip_qa.evaluation.significance import mean_intervals, randomisation_test
from zjip_qa.types import Language

CUTOFFS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
"""Where recall is measured for its curve."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a question's answer stands. `doc_id` is None where documents are no groups."""

    doc_id: str | None
    language: Language


def measure_runs(
    runs: Mapping[str, Run],
    qrels: Qrels,
    questions: Sequence[Question],
    sources: Mapping[str, Source],
) -> tuple[dict[str, RetrieverResult], dict[str, dict[str, dict[str, float]]]]:
    """Measure each retriever's run: means by group, intervals, distance from the first.

    Args:
        runs: by retriever, the one that leads the report first.
        qrels: the judgements.
        questions: of the runs, for grouping.
        sources: by question id; a question without one is in no direction and no document.

    Returns:
        The results, and the values of each question: question id → retriever → measure.
    """
    recalls = [f"Recall@{k}" for k in CUTOFFS]
    names = list(dict.fromkeys([*MEASURES, *recalls]))
    measured = {name: measure(run, qrels, names) for name, run in runs.items()}
    tables = {name: _table(of) for name, of in measured.items()}
    results: dict[str, RetrieverResult] = {}
    first: NDArray[np.float64] | None = None
    for name, of in measured.items():
        values = tables[name]
        reported = Measured(MEASURES, of.per_query)
        means = of.mean()
        results[name] = RetrieverResult(
            n=len(of.per_query),
            measures=reported.mean(),
            by_language=_means(reported, questions, lambda q: str(q.lang)),
            by_kind=_means(reported, questions, lambda q: q.kind),
            by_direction=_means(reported, questions, lambda q: _direction(q, sources)),
            by_document=_means(reported, questions, lambda q: _doc_id(q, sources)),
            intervals=_intervals(values),
            differences={} if first is None else _differences(first, values),
            recall_curve=tuple(means[recall] for recall in recalls) if means else (),
        )
        first = values if first is None else first
    per_question: dict[str, dict[str, dict[str, float]]] = {
        query_id: {
            name: {each: of.per_query[query_id][each] for each in MEASURES}
            for name, of in measured.items()
        }
        for query_id in qrels
    }
    return results, per_question


def answers_by_group(
    judged: Sequence[JudgedAnswer], sources: Mapping[str, Source]
) -> dict[str, object]:
    """Summaries of all answers, and of those of each group; empty without answers."""
    if not judged:
        return {}

    def summaries(key: Callable[[Question], str | None]) -> dict[str, object]:
        groups: dict[str, list[JudgedAnswer]] = {}
        for one in judged:
            if (name := key(one.question)) is not None:
                groups.setdefault(name, []).append(one)
        return {name: summarize(groups[name]) for name in _in_order(groups)}

    return {
        **summarize(judged),
        "by_language": summaries(lambda q: str(q.lang)),
        "by_kind": summaries(lambda q: q.kind),
        "by_direction": summaries(lambda q: _direction(q, sources)),
        "by_document": summaries(lambda q: _doc_id(q, sources)),
    }


def _means(
    measured: Measured, questions: Sequence[Question], key: Callable[[Question], str | None]
) -> dict[str, dict[str, float]]:
    """Means per group with its `n`; a group without a measured question is left out."""
    ids_of: dict[str, list[str]] = {}
    for question in questions:
        if question.id in measured.per_query and (name := key(question)) is not None:
            ids_of.setdefault(name, []).append(question.id)
    return {
        name: {**measured.mean(ids_of[name]), "n": len(ids_of[name])} for name in _in_order(ids_of)
    }


def _in_order(names: Mapping[str, object]) -> list[str]:
    """Languages in the order that they are declared in, everything else by name."""
    languages = [str(language) for language in Language if str(language) in names]
    return languages + sorted(set(names) - set(languages))


def _direction(question: Question, sources: Mapping[str, Source]) -> str | None:
    source = sources.get(question.id)
    return None if source is None else f"{question.lang}→{source.language}"


def _doc_id(question: Question, sources: Mapping[str, Source]) -> str | None:
    source = sources.get(question.id)
    return None if source is None else source.doc_id


def _table(measured: Measured) -> NDArray[np.float64]:
    """(n questions, n measures), in the order of the judgements, which all runs share."""
    rows = [[values[name] for name in MEASURES] for values in measured.per_query.values()]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(MEASURES))


def _intervals(values: NDArray[np.float64]) -> dict[str, tuple[float, float]]:
    if len(values) == 0:
        return {}
    ends = mean_intervals(values).tolist()
    return {name: (low, high) for name, (low, high) in zip(MEASURES, ends, strict=True)}


def _differences(
    first: NDArray[np.float64], values: NDArray[np.float64]
) -> dict[str, dict[str, float]]:
    if len(values) == 0:
        return {}
    differences = values - first
    p = randomisation_test(differences)
    return {
        name: {"difference": float(differences[:, i].mean()), "p": float(p[i])}
        for i, name in enumerate(MEASURES)
    }
