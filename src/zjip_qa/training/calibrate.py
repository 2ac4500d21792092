"""Fits the weights by which sentences are ranked and answers trusted.

Two sorts of questions. Those of reading sets that may be tuned on should find the sentence that
holds the answer, and get no answer where that sentence was taken out of its passage, as in a
document that speaks of the matter but doesn't say, or where the whole passage was left out; half
of a set over many short documents, half over long ones, since signals mean other things there.
Those of question files, which people worded freely and which have questions without an answer,
are asked once. Each set counts as much as any other. The product's own signals and rules are what
is weighed, so the fit sees what it sees.
"""

from __future__ import annotations

import json
import logging
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from zjip_qa.answering.candidates import N_READ, CandidateFinder
from zjip_qa.answering.evidence import Evidence, EvidenceFinder
from zjip_qa.answering.question import read_question
from zjip_qa.answering.signals import SIGNALS, STANDING, Signals, Standing, Weights
from zjip_qa.embedding import Encoder, load_encoder
from zjip_qa.evaluation.questions import Question, load_questions, locate
from zjip_qa.evaluation.trust import Trusted, calibration_error
from zjip_qa.index import build_index, open_index
from zjip_qa.retrieval import Retriever, load_bridge
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter, split_sentences
from zjip_qa.types import Language, Query, Span

logger = logging.getLogger(__name__)

_LEAST_PARAGRAPHS = 4
"""An article with fewer is no document to search."""
# No other signal's weight is: a better match must not count against a sentence.
_MAY_BE_NEGATIVE = ("length",)
# Words of the question that only stand around the sentence say that it is about something else.
_MAY_BE_NEGATIVE_IN_TRUST = (*_MAY_BE_NEGATIVE, "words_around")
_RANK_PENALTY = 1e-4
_TRUST_PENALTY = 2e-3
_SMOOTHED = 4
"""Hundredths on either side over which a threshold's worth is averaged: questions are few."""
_MOST_OF_ONE = 12
"""Questions asked of one article."""
_TAKEN_OUT = 0.4
"""Share of the sentences with an answer that are taken out, where that is possible."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The sentences found for one question: signals (n, n_signals) and which one is right.

    `gold` is the row of the sentence that holds the answer, or None where it wasn't found or
    its passage was left out; `allowed` says whether the rules of `answering/scope.py` let each
    answer, those that do come first.
    """

    signals: NDArray[np.float64]
    gold: int | None
    allowed: NDArray[np.bool_]
    answerable: bool


def collect(
    found: Sequence[Evidence],
    allowed: Sequence[bool],
    gold: Sequence[tuple[str, Span]],
    answerable: bool,
) -> Asked:
    """Turn what was found for one question into numbers."""
    right = [
        i
        for i, e in enumerate(found)
        if any(d == e.hit.chunk.doc_id and s.overlaps(e.sentence.span) for d, s in gold)
    ]
    return Asked(
        signals=np.array([[getattr(e.signals, name) for name in SIGNALS] for e in found]),
        gold=right[0] if right else None,
        allowed=np.array(allowed, dtype=bool),
        answerable=answerable,
    )


def fit_rank(sets: Sequence[Sequence[Asked]]) -> dict[str, float]:
    """Fit the ranking weights: softmax over a question's sentences, the right one as target."""
    useful = [
        (a, 1 / len(asked))
        for asked in sets
        for a in asked
        if a.gold is not None and len(a.signals) > 1
    ]
    whole = sum(share for _, share in useful)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros_like(weights)
        for a, share in useful:
            assert a.gold is not None
            scores = a.signals @ weights
            likely = np.exp(scores - scores.max())
            likely /= likely.sum()
            total -= share * float(np.log(likely[a.gold] + 1e-12))
            slope += share * (likely @ a.signals - a.signals[a.gold])
        penalty = _RANK_PENALTY * float(weights @ weights)
        return total / whole + penalty, slope / whole + 2 * _RANK_PENALTY * weights

    bounds = [(None if name in _MAY_BE_NEGATIVE else 0, None) for name in SIGNALS]
    found = minimize(loss, np.ones(len(SIGNALS)), jac=True, bounds=bounds, method="L-BFGS-B")
    # Only the direction matters for ranking; scaled so that a perfect match of words is worth 1.
    scale = sum(found.x[SIGNALS.index(name)] for name in ("own", "around", "specific"))
    return {name: round(float(w / scale), 5) for name, w in zip(SIGNALS, found.x, strict=True)}


def trust_rows(
    asked: Sequence[Asked], rank: dict[str, float]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Signals and standing of each question's best allowed sentence, and whether it is right.

    A question without one is refused by rule and needs no trust.
    """
    weights = np.array([rank[name] for name in SIGNALS])
    rows, right = [], []
    for a in asked:
        if not a.allowed.any():
            continue
        scores = np.where(a.allowed, a.signals @ weights, -np.inf)
        best = int(scores.argmax())
        found = [Signals(*row) for row in a.signals.tolist()]
        others = scores[a.allowed & (np.arange(len(scores)) != best)].tolist()
        standing = Standing.of(found[best], float(scores[best]), others, found)
        rows.append([*a.signals[best], *astuple(standing)])
        right.append(a.answerable and best == a.gold)
    return np.array(rows), np.array(right)


def fit_trust(
    rows: NDArray[np.float64], right: NDArray[np.bool_], shares: NDArray[np.float64]
) -> tuple[dict[str, float], dict[str, float], float]:
    """Fit a logistic model: weights of signals and of standing by name, intercept.

    Args:
        rows: (n, n_signals + n_standing), from `trust_rows`.
        right: (n,).
        shares: (n,), what each row counts; they sum to 1.
    """
    # Signals of different spread are penalised alike.
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = (rows - mean) / spread

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, intercept = parameters[:-1], parameters[-1]
        log_odds = scaled @ weights + intercept
        value = np.logaddexp(0, log_odds) - right * log_odds
        error = shares * (1 / (1 + np.exp(-log_odds)) - right)
        penalty = _TRUST_PENALTY * float(weights @ weights)
        slope = np.append(error @ scaled + 2 * _TRUST_PENALTY * weights, error.sum())
        return float(shares @ value) + penalty, slope

    bounds = [(None if name in _MAY_BE_NEGATIVE_IN_TRUST else 0, None) for name in SIGNALS]
    bounds += [(0, None)] * len(STANDING) + [(None, None)]
    start = np.zeros(rows.shape[1] + 1)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = found[:-1] / spread
    rounded = [round(float(w), 4) for w in weights]
    trust = dict(zip(SIGNALS, rounded, strict=False))
    standing = dict(zip(STANDING, rounded[len(SIGNALS) :], strict=True))
    return trust, standing, round(float(found[-1] - weights @ mean), 4)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question would get: what its answer is worth, had it to be given."""

    probability: float
    right: bool
    answerable: bool


def outcomes(asked: Sequence[Asked], weights: Weights) -> list[Outcome]:
    """What each question would get; one that is refused by rule has the probability 0."""
    found = []
    for a in asked:
        rows, right = trust_rows([a], weights.rank)
        if len(rows) == 0:
            found.append(Outcome(0.0, False, a.answerable))
            continue
        numbers = rows[0].tolist()
        signals, standing = numbers[: len(SIGNALS)], numbers[len(SIGNALS) :]
        probability = weights.probability(Signals(*signals), Standing(*standing))
        found.append(Outcome(probability, bool(right[0]), a.answerable))
    return found


def ended_well(found: Sequence[Outcome], threshold: float) -> tuple[float, float]:
    """Share of the answerable that are answered rightly, and of the others that are refused."""
    answerable = [o for o in found if o.answerable]
    others = [o for o in found if not o.answerable]
    n_right = sum(o.right and o.probability >= threshold for o in answerable)
    n_refused = sum(o.probability < threshold for o in others)
    return n_right / max(1, len(answerable)), n_refused / max(1, len(others))


def best_threshold(sets: Sequence[Sequence[Outcome]]) -> float:
    """The probability to answer from at which right answers and refusals are most, on average."""
    tried = range(5, 96)
    worth = np.array([sum(sum(ended_well(found, step / 100)) for found in sets) for step in tried])
    reach = np.ones(2 * _SMOOTHED + 1)
    smooth = np.convolve(worth, reach, "same") / np.convolve(np.ones(len(worth)), reach, "same")
    return tried[int(smooth.argmax())] / 100


@dataclass(frozen=True, slots=True)
class ReadingSet:
    """Questions over passages: SQuAD-form files; equal where one file holds both.

    Of the questions of the first `n_passages`, and of whole articles, `n_questions` are drawn.
    """

    passages: Path
    questions: Path
    language: Language
    n_questions: int
    n_passages: int = 250


@dataclass(frozen=True, slots=True)
class AskedOf:
    """A question, the number of the document it is about, the paragraph and answer there.

    No answer where the sentence that held it was taken out.
    """

    text: str
    document: int
    paragraph: Span
    answer: Span | None


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents that are indexed together, and questions on them."""

    documents: tuple[str, ...]
    questions: tuple[AskedOf, ...]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A question file with splits `tune` and `test`, and the folder of documents it is about."""

    questions: Path
    corpus: Path


def ask_all(reading: ReadingSet, encoder: Encoder, folder: Path, seed: int) -> Iterator[Asked]:
    """Ask a set's questions, of those that have an answer every other one without its passage too.

    Args:
        reading: the set, of which `n_questions` are drawn.
        encoder: the model that is calibrated for.
        folder: an empty folder to build indexes in.
        seed: of the drawing.
    """
    draw = random.Random(seed)
    pooled, articles = _collections(reading)
    n_half = reading.n_questions // 2
    yield from _ask(pooled, n_half, reading.language, encoder, folder / "pooled", draw)
    draw.shuffle(articles)
    left = n_half
    for number, article in enumerate(articles):
        if left <= 0:
            break
        n = min(left, len(article.questions), _MOST_OF_ONE)
        yield from _ask(article, n, reading.language, encoder, folder / f"{number}", draw)
        left -= n


def _ask(
    collection: Collection,
    n_questions: int,
    language: Language,
    encoder: Encoder,
    folder: Path,
    draw: random.Random,
) -> Iterator[Asked]:
    collection = thinned(collection, draw)
    corpus = folder / "documents"
    corpus.mkdir(parents=True)
    for number, text in enumerate(collection.documents):
        (corpus / f"{number:06d}.txt").write_text(text, encoding="utf-8", newline="")
    asker = _Asker(corpus, folder / "index", encoder)
    left_out = False
    for question in draw.sample(collection.questions, min(n_questions, len(collection.questions))):
        query = Query(question.text, language)
        doc_id = f"{question.document:06d}.txt"
        if question.answer is None:
            yield asker.ask(query, [])
            continue
        yield asker.ask(query, [(doc_id, question.answer)])
        left_out = not left_out
        if left_out:
            yield asker.ask(query, [], without=[(doc_id, question.paragraph)])


def thinned(collection: Collection, draw: random.Random) -> Collection:
    """Take sentences that answer out of the documents.

    Never two neighbours, nor one whose answer is said elsewhere in the document too.

    Args:
        collection: documents and questions.
        draw: decides which.
    """
    documents, questions = [], []
    for number, text in enumerate(collection.documents):
        own = [q for q in collection.questions if q.document == number]
        taken = _taken_out(text, own, draw)
        documents.append(_without(text, taken))
        questions += [_moved(question, taken) for question in own]
    return Collection(tuple(documents), tuple(questions))


def _taken_out(text: str, questions: Sequence[AskedOf], draw: random.Random) -> list[Span]:
    """The sentences to take out, in order."""
    answers = [question.answer for question in questions if question.answer is not None]
    taken: list[Span] = []
    last = -1
    for number, sentence in enumerate(split_sentences(text)):
        inside = [answer for answer in answers if sentence.overlaps(answer)]
        if not inside or number - 1 == last or draw.random() >= _TAKEN_OUT:
            continue
        if all(
            sentence.start <= answer.start
            and answer.end <= sentence.end
            and text.count(text[answer.start : answer.end]) == 1
            for answer in inside
        ):
            taken.append(sentence)
            last = number
    return taken


def _without(text: str, taken: Sequence[Span]) -> str:
    edges = [0, *(edge for span in taken for edge in (span.start, span.end)), len(text)]
    return "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))


def _moved(question: AskedOf, taken: Sequence[Span]) -> AskedOf:
    """The question in the document without some sentences."""

    def moved(place: int) -> int:
        return place - sum(min(span.end, place) - min(span.start, place) for span in taken)

    answer = question.answer
    if answer is not None:
        gone = any(span.overlaps(answer) for span in taken)
        answer = None if gone else Span(moved(answer.start), moved(answer.end))
    paragraph = Span(moved(question.paragraph.start), moved(question.paragraph.end))
    return replace(question, paragraph=paragraph, answer=answer)


def ask_file(
    asked: QuestionSet, encoder: Encoder, folder: Path
) -> Iterator[tuple[Question, Asked]]:
    """Ask all questions of a file once.

    Args:
        asked: the file and its documents.
        encoder: the model that is calibrated for.
        folder: an empty folder to build an index in.
    """
    asker = _Asker(asked.corpus, folder / "index", encoder)
    for question in load_questions(asked.questions):
        gold = locate(question, asker.texts)
        yield question, asker.ask(Query(question.question.strip(), question.lang), gold)


class _Asker:
    """Takes a question the way of the product, up to the sentences and their signals."""

    def __init__(self, corpus: Path, index: Path, encoder: Encoder) -> None:
        build_index(corpus, index, encoder, IndexSettings())
        opened = open_index(index)
        store = opened.store
        self.texts = {d.doc_id: store.document(d.doc_id).text for d in store.documents()}
        segmenter, bridge = Segmenter(), load_bridge()
        self._retriever = Retriever(opened, encoder, segmenter, bridge)
        self._evidence = EvidenceFinder(opened, self._retriever.passages, segmenter, bridge)
        self._candidates = CandidateFinder(opened, self._retriever, self._evidence, segmenter)

    def ask(
        self,
        query: Query,
        gold: Sequence[tuple[str, Span]],
        without: Sequence[tuple[str, Span]] = (),
    ) -> Asked:
        """Ask; `without` are places that are taken to be missing, none of `gold` for no answer."""
        encoded = self._retriever.encode(query)
        hits = [
            hit
            for hit in self._retriever.search(query, k=2 * N_READ, encoded=encoded)
            if not any(d == hit.chunk.doc_id and s.overlaps(hit.chunk.span) for d, s in without)
        ]
        asked = read_question(query.text, query.language)
        found = self._evidence.find(query, asked, encoded, hits[:N_READ])
        fit, _ = self._candidates.choose(query, asked, found)
        places = {(e.hit.chunk.doc_id, e.sentence.span) for e in fit}
        others = [e for e in found if (e.hit.chunk.doc_id, e.sentence.span) not in places]
        allowed = [True] * len(fit) + [False] * len(others)
        return collect([*fit, *others], allowed, gold, answerable=bool(gold))


def _collections(reading: ReadingSet) -> tuple[Collection, list[Collection]]:
    """The first passages, each a document among many; and articles, each one long document."""
    asked = {
        qa["id"]: qa["question"]
        for article in _articles(reading.questions)
        for paragraph in article
        for qa in paragraph["qas"]
    }
    pooled: list[str] = []
    of_pooled: list[AskedOf] = []
    articles = []
    for article in _articles(reading.passages):
        text, of_article = "", []
        for paragraph in article:
            context, begins = paragraph["context"], len(text)
            text += context + "\n\n"
            answers = [
                (asked[qa["id"]], qa["answers"][0])
                for qa in paragraph["qas"]
                if qa["answers"] and not qa.get("is_impossible") and qa["id"] in asked
            ]
            for said, answer in answers:
                start = int(answer["answer_start"])
                span = Span(start, start + len(answer["text"]))
                of_article.append(
                    AskedOf(
                        said,
                        0,
                        Span(begins, begins + len(context)),
                        Span(begins + span.start, begins + span.end),
                    )
                )
                if len(pooled) < reading.n_passages:
                    of_pooled.append(AskedOf(said, len(pooled), Span(0, len(context)), span))
            if len(pooled) < reading.n_passages:
                pooled.append(context)
        if len(article) >= _LEAST_PARAGRAPHS:
            articles.append(Collection((text,), tuple(of_article)))
    return Collection(tuple(pooled), tuple(of_pooled)), articles


def _articles(path: Path) -> list[list[dict[str, Any]]]:
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    return [article["paragraphs"] for article in data]


def calibrate(
    reading: Sequence[ReadingSet], files: Sequence[QuestionSet], out: Path, seed: int
) -> None:
    """Fit both models for each language, with the shipped encoder, and write them.

    Args:
        reading: reading sets of both languages.
        files: question files; what isn't `tune` in them is measured and reported.
        out: the file to write, `answering/calibration.json` in the package.
        seed: of the drawing of questions.
    """
    encoder = load_encoder()
    read: dict[Language, list[list[Asked]]] = {language: [] for language in Language}
    tune: dict[Language, list[list[Asked]]] = {language: [] for language in Language}
    test: dict[Language, dict[str, list[Asked]]] = {language: {} for language in Language}
    for file in files:
        with tempfile.TemporaryDirectory() as folder:
            answers = list(ask_file(file, encoder, Path(folder)))
        for language in Language:
            own = [(q.split, asked) for q, asked in answers if q.lang is language]
            tune[language].append([asked for split, asked in own if split == "tune"])
            test[language][file.questions.name] = [a for split, a in own if split != "tune"]
        logger.info("%s: %d", file.questions.name, len(answers))
    for each in reading:
        with tempfile.TemporaryDirectory() as folder:
            read[each.language].append(list(ask_all(each, encoder, Path(folder), seed)))
        logger.info("%s: %d", each.questions.name, len(read[each.language][-1]))
    fitted = {}
    for language in Language:
        weights = _fit(read[language], tune[language])
        fitted[language.value] = asdict(weights)
        for name, asked in test[language].items():
            _report(f"{language} {name}", outcomes(asked, weights), weights.threshold)
    out.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")


def _fit(read: Sequence[Sequence[Asked]], tune: Sequence[Sequence[Asked]]) -> Weights:
    """The two models of one language."""
    sets = [*read, *tune]
    rank = fit_rank(sets)
    parts = [trust_rows(asked, rank) for asked in sets]
    shares = np.concatenate([np.full(len(rows), 1 / (len(rows) * len(sets))) for rows, _ in parts])
    trust, standing, intercept = fit_trust(
        np.concatenate([rows for rows, _ in parts]),
        np.concatenate([right for _, right in parts]),
        shares,
    )
    weights = Weights(rank, trust, standing, intercept, threshold=0.5)
    limit = best_threshold([outcomes(asked, weights) for asked in tune])
    return replace(weights, threshold=limit)


def _report(name: str, found: Sequence[Outcome], threshold: float) -> None:
    right, refused = ended_well(found, threshold)
    error = calibration_error([Trusted(o.probability, o.right, True) for o in found])
    logger.info(
        "%s: threshold %.2f, right %.3f, refused of the others %.3f, calibration error %.3f",
        *(name, threshold, right, refused, error),
    )
