"""Fits the weights by which sentences are ranked and answers trusted.

The questions come from reading sets that may be trained or tuned on. Each is asked twice: with
its passage in the index, where the sentence that holds the answer should rank first, and with
the passage left out, where nothing should be answered. Which sentence is right comes from the
set; the product's own signals are what is weighed, so the fit sees what the product sees.
"""

from __future__ import annotations

import json
import logging
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from zjip_qa.answering.answerer import N_READ
from zjip_qa.answering.evidence import Evidence, EvidenceFinder
from zjip_qa.answering.question import read_question
from zjip_qa.answering.signals import SIGNALS
from zjip_qa.embedding import Encoder, load_encoder
from zjip_qa.index import build_index, open_index
from zjip_qa.retrieval import Retriever, load_bridge
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter
from zjip_qa.types import Language, Query, Span

logger = logging.getLogger(__name__)

# No other signal's weight is: a better match must not count against a sentence.
_MAY_BE_NEGATIVE = ("length",)
_RANK_PENALTY = 1e-4
_TRUST_PENALTY = 1e-4
THRESHOLDS = {Language.ZH: 0.13, Language.EN: 0.2}
"""Probability to answer from, balanced between answers and refusals on the tune half of the shipped
questions and on naturally worded ones. Far below ½: the passages of the reading sets resemble each
other more than a user's do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The sentences found for one question: signals (n, n_signals) and which one is right.

    `gold` is the row of the sentence that holds the answer, or None where it wasn't found or
    its passage was left out; `chunk_of` holds the chunk of every row.
    """

    signals: NDArray[np.float64]
    gold: int | None
    chunk_of: NDArray[np.int64]
    answerable: bool


def collect(found: Sequence[Evidence], gold: Sequence[tuple[str, Span]], answerable: bool) -> Asked:
    """Turn what was found for one question into numbers."""
    right = [
        i
        for i, e in enumerate(found)
        if any(d == e.hit.chunk.doc_id and s.overlaps(e.sentence.span) for d, s in gold)
    ]
    return Asked(
        signals=np.array([[getattr(e.signals, name) for name in SIGNALS] for e in found]),
        gold=right[0] if right else None,
        chunk_of=np.array([e.hit.chunk.chunk_id for e in found]),
        answerable=answerable,
    )


def fit_rank(asked: Sequence[Asked]) -> dict[str, float]:
    """Fit the ranking weights: softmax over a question's sentences, the right one as target."""
    useful = [a for a in asked if a.gold is not None and len(a.signals) > 1]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros_like(weights)
        for a in useful:
            assert a.gold is not None
            scores = a.signals @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            total -= float(np.log(shares[a.gold] + 1e-12))
            slope += shares @ a.signals - a.signals[a.gold]
        n = len(useful)
        penalty = _RANK_PENALTY * float(weights @ weights)
        return total / n + penalty, slope / n + 2 * _RANK_PENALTY * weights

    bounds = [(None if name in _MAY_BE_NEGATIVE else 0, None) for name in SIGNALS]
    found = minimize(loss, np.ones(len(SIGNALS)), jac=True, bounds=bounds, method="L-BFGS-B")
    # Only the direction matters for ranking; scaled so that a perfect match of words is worth 1.
    scale = sum(found.x[SIGNALS.index(name)] for name in ("own", "around", "specific"))
    return {name: round(float(w / scale), 5) for name, w in zip(SIGNALS, found.x, strict=True)}


def trust_rows(
    asked: Sequence[Asked], rank: dict[str, float]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Signals and lead of each question's best sentence, and whether it is the right one."""
    weights = np.array([rank[name] for name in SIGNALS])
    rows, right = [], []
    for a in asked:
        if len(a.signals) == 0:
            continue
        scores = a.signals @ weights
        best = int(scores.argmax())
        others = scores[a.chunk_of != a.chunk_of[best]]
        lead = float(scores[best] - others.max()) if len(others) else 0.0
        rows.append([*a.signals[best], lead])
        right.append(a.answerable and best == a.gold)
    return np.array(rows), np.array(right)


def fit_trust(
    rows: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[dict[str, float], float, float]:
    """Fit a logistic model: weights by signal, weight of the lead, intercept."""

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, intercept = parameters[:-1], parameters[-1]
        log_odds = rows @ weights + intercept
        value = np.logaddexp(0, log_odds) - right * log_odds
        error = 1 / (1 + np.exp(-log_odds)) - right
        penalty = _TRUST_PENALTY * float(weights @ weights)
        slope = np.append(error @ rows / len(rows) + 2 * _TRUST_PENALTY * weights, error.mean())
        return float(value.mean()) + penalty, slope

    bounds = [(None if name in _MAY_BE_NEGATIVE else 0, None) for name in SIGNALS]
    bounds += [(0, None), (None, None)]
    start = np.zeros(rows.shape[1] + 1)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    trust = {name: round(float(w), 4) for name, w in zip(SIGNALS, found, strict=False)}
    return trust, round(float(found[-2]), 4), round(float(found[-1]), 4)


@dataclass(frozen=True, slots=True)
class ReadingSet:
    """Questions over passages: SQuAD-form files; equal where one file holds both.

    The first `n_passages` are indexed, and of their questions `n_questions` drawn.
    """

    passages: Path
    questions: Path
    language: Language
    n_questions: int
    n_passages: int = 250


def ask_all(reading: ReadingSet, encoder: Encoder, folder: Path, seed: int) -> Iterator[Asked]:
    """Ask a set's questions, with their passages and without.

    Args:
        reading: the set, of which `n_questions` are drawn.
        encoder: the model that is calibrated for.
        folder: an empty folder to build an index in.
        seed: of the drawing.
    """
    corpus = folder / "passages"
    corpus.mkdir(parents=True)
    texts, questions = _read(reading)
    for number, text in enumerate(texts):
        (corpus / f"{number:06d}.txt").write_text(text, encoding="utf-8", newline="")
    build_index(corpus, folder / "index", encoder, IndexSettings())
    index = open_index(folder / "index")
    segmenter, bridge = Segmenter(), load_bridge()
    retriever = Retriever(index, encoder, segmenter, bridge)
    finder = EvidenceFinder(index, segmenter, bridge)
    drawn = random.Random(seed).sample(questions, min(reading.n_questions, len(questions)))
    for text, passage, span in drawn:
        query = Query(text, reading.language)
        encoded = retriever.encode(query)
        hits = retriever.search(query, k=2 * N_READ, encoded=encoded)
        doc_id = f"{passage:06d}.txt"
        asked = read_question(text, reading.language)
        for answerable in (True, False):
            kept = [h for h in hits if answerable or h.chunk.doc_id != doc_id][:N_READ]
            found = finder.find(query, asked, encoded, kept)
            yield collect(found, [(doc_id, span)], answerable)


def _read(reading: ReadingSet) -> tuple[list[str], list[tuple[str, int, Span]]]:
    """Passages, and (question, number of its passage, span of the answer there)."""
    paragraphs = _paragraphs(reading.passages)[: reading.n_passages]
    answers = {
        qa["id"]: (number, qa["answers"][0])
        for number, paragraph in enumerate(paragraphs)
        for qa in paragraph["qas"]
        if qa["answers"] and not qa.get("is_impossible")
    }
    texts = [paragraph["context"] for paragraph in paragraphs]
    questions = []
    for paragraph in _paragraphs(reading.questions):
        for qa in paragraph["qas"]:
            if qa["id"] in answers:
                number, answer = answers[qa["id"]]
                start = int(answer["answer_start"])
                questions.append((qa["question"], number, Span(start, start + len(answer["text"]))))
    return texts, questions


def _paragraphs(path: Path) -> list[dict[str, Any]]:
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    return [paragraph for article in data for paragraph in article["paragraphs"]]


def calibrate(sets: Sequence[ReadingSet], out: Path, seed: int) -> None:
    """Fit both models for each language, with the shipped encoder, and write them.

    Args:
        sets: reading sets of both languages.
        out: the file to write, `answering/calibration.json` in the package.
        seed: of the drawing of questions.
    """
    encoder = load_encoder()
    by_language: dict[Language, list[Asked]] = {language: [] for language in Language}
    for reading in sets:
        with tempfile.TemporaryDirectory() as folder:
            found = list(ask_all(reading, encoder, Path(folder), seed))
        by_language[reading.language].extend(found)
        logger.info("%s: %d", reading.questions.name, len(found))
    fitted = {}
    for language, asked in by_language.items():
        rank = fit_rank(asked)
        rows, right = trust_rows(asked, rank)
        trust, trust_lead, intercept = fit_trust(rows, right)
        fitted[language.value] = {
            "rank": rank,
            "trust": trust,
            "trust_lead": trust_lead,
            "intercept": intercept,
            "threshold": THRESHOLDS[language],
        }
        first = [a for a in asked if a.answerable]
        n_first = sum(
            a.gold is not None and a.gold == int((a.signals @ list(rank.values())).argmax())
            for a in first
        )
        logger.info(
            "%s: right sentence first %.3f of %d", language, n_first / len(first), len(first)
        )
    out.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
