"""From a question to the sentences that may answer it, weighed and checked for what they are about.

Covers every step from retrieval to trust; whether that is enough to answer is the answerer's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from zjip_qa.answering.closely import read_closely
from zjip_qa.answering.evidence import Evidence, EvidenceFinder
from zjip_qa.answering.names import places_in
from zjip_qa.answering.question import Asked, read_question
from zjip_qa.answering.reader import load_reader
from zjip_qa.answering.scope import ScopeCheck
from zjip_qa.answering.signals import load_weights
from zjip_qa.embedding import SpanVectors
from zjip_qa.index import OpenIndex
from zjip_qa.retrieval import Retriever
from zjip_qa.text import Segmenter
from zjip_qa.types import Hit, Query

N_READ = 10
"""Chunks whose sentences are read."""
N_FIT = 3
"""Sentences fit to answer that an answer chooses from."""
CLOSE = 0.05
"""A second sentence is cited too when its score is no further behind the best one's."""


class Candidates(NamedTuple):
    """The sentences that may answer one question, and how far the best is trusted.

    Attributes:
        query: the question.
        asked: what it asks for.
        tokens: its vectors.
        hits: what retrieval found.
        found: the sentences of the hits, best first.
        fit: those that are about the right year and place and hold what could answer; of many, the
            first `N_FIT` and as far down as `lead` of one of them looks.
        trust: probability that the first of `fit` answers.
        missing: years and places of the question that the best sentence isn't about.
    """

    query: Query
    asked: Asked
    tokens: SpanVectors
    hits: Sequence[Hit]
    found: Sequence[Evidence]
    fit: Sequence[Evidence]
    trust: float
    missing: Sequence[str]


class CandidateFinder:
    """Finds them in one open index; safe to share by threads."""

    def __init__(
        self,
        index: OpenIndex,
        retriever: Retriever,
        evidence: EvidenceFinder,
        segmenter: Segmenter,
    ) -> None:
        self._retriever = retriever
        self._evidence = evidence
        self._segmenter = segmenter
        self._reader = load_reader()
        self._scope = ScopeCheck(index, segmenter)

    def find(self, query: Query) -> Candidates:
        """Find the sentences that may answer, and say how far the best one is trusted."""
        asked = read_question(query.text, query.language)
        encoded = self._retriever.encode(query)
        tokens = self._retriever.passages.question(query, encoded)
        hits = self._retriever.search(query, k=N_READ, encoded=encoded)
        found = read_closely(query, self._evidence.find(query, asked, encoded, hits), self._reader)
        places = places_in(query.text, self._segmenter)

        @cache  # a look into the document around a sentence is what takes time here
        def missing(place: int) -> list[str]:
            return self._scope.missing(found[place], query, asked, places)

        def is_fit(place: int) -> bool:
            # What could answer is told from the sentence, what it is about from all around it.
            return self._scope.may_answer(found[place], query, asked) and not missing(place)

        n_near = sum(e.score >= found[0].score - CLOSE for e in found)
        fit: list[Evidence] = []
        elsewhere: list[str] = []
        # Where only clearly worse sentences are about the right year and place, what they hold
        # only looks like an answer.
        if not all(map(missing, range(n_near))):
            fit = first_fit(found, is_fit)
        elif found:
            elsewhere = missing(0)
        trust = 0.0
        if fit:
            trust = load_weights(query.language).probability(fit[0].signals, lead(fit[0], fit))
        return Candidates(query, asked, tokens, hits, found, fit, trust, elsewhere)


def first_fit(found: Sequence[Evidence], is_fit: Callable[[int], bool]) -> list[Evidence]:
    """The first sentences that are fit to answer, as far down as anybody looks.

    Args:
        found: sentences, best first.
        is_fit: says whether the sentence at a place of `found` is; called for no more than need be.

    Returns:
        Best first: `N_FIT` and whatever `lead` of one of these depends on, or all there are.
    """
    fit: list[Evidence] = []
    for place, evidence in enumerate(found):
        if is_fit(place):
            fit.append(evidence)
            if len(fit) >= N_FIT and all(_rivals(best, fit) for best in fit[:N_FIT]):
                break
    return fit


def lead(best: Evidence, ranked: Sequence[Evidence]) -> float:
    """How far the best sentence's score is ahead of the best one outside its chunk."""
    return best.score - max((e.score for e in _rivals(best, ranked)), default=best.score)


def _rivals(best: Evidence, ranked: Sequence[Evidence]) -> list[Evidence]:
    """The sentences outside the best one's chunk."""
    return [e for e in ranked if not e.sentence.span.overlaps(best.hit.chunk.span)]
