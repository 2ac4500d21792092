"""From a question to the sentences that may answer it, weighed and checked for what they are about.

Covers every step from retrieval to trust; whether that is enough to answer is the answerer's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple

from zjip_qa.answering.closely import read_closely
from zjip_qa.answering.evidence import Evidence, EvidenceFinder
from zjip_qa.answering.names import places_in
from zjip_qa.answering.question import Asked, read_question
from zjip_qa.answering.reader import load_reader
from zjip_qa.answering.scope import ScopeCheck
from zjip_qa.answering.signals import Standing, load_weights
from zjip_qa.embedding import SpanVectors
from zjip_qa.index import OpenIndex
from zjip_qa.retrieval import Retriever
from zjip_qa.text import Segmenter
from zjip_qa.types import Hit, Language, Query

N_READ = 10
"""Chunks whose sentences are read."""
N_FIT = 6
"""Sentences fit to answer that are read and chosen from."""
CLOSE = 0.05
"""A second sentence is cited too when its score is no further behind the best one's."""
_CLEARLY = 0.1
"""What a sentence's score is ahead of another's if it is clearly better."""


class Candidates(NamedTuple):
    """The sentences that may answer one question, and how far the best is trusted.

    Attributes:
        query: the question.
        asked: what it asks for.
        tokens: its vectors.
        hits: what retrieval found.
        found: the sentences of the hits, best first.
        fit: those that are about the right year and place and hold what could answer, of many the
            first `N_FIT`.
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
        found = self._evidence.find(query, asked, encoded, hits)
        fit, missing = self.choose(query, asked, found)
        trust = trust_in(fit[0], fit, found, query.language) if fit else 0.0
        return Candidates(query, asked, tokens, hits, found, fit, trust, missing)

    def choose(
        self, query: Query, asked: Asked, found: Sequence[Evidence]
    ) -> tuple[list[Evidence], list[str]]:
        """Choose the sentences that may answer, and read them.

        Args:
            query: the question.
            asked: what it asks for.
            found: sentences, best first.

        Returns:
            The first `N_FIT` of them, ranked anew by what the reader made of them; and the years
            and places of the question that the best sentence found isn't about, where that
            leaves none.
        """
        places = places_in(query.text, self._segmenter)

        @cache  # a look into the document around a sentence is what takes time here
        def missing(place: int) -> list[str]:
            return self._scope.missing(found[place], query, asked, places)

        def is_outdone(place: int) -> bool:
            # Beside a clearly better sentence on another year or place, what is left over only
            # looks like an answer.
            evidence, best = found[place], found[0]
            if evidence.score >= best.score - _CLEARLY or not missing(0):
                return False
            return not self._scope.says_what_lacks(evidence, best, asked, places)

        def is_fit(place: int) -> bool:
            # What could answer is told from the sentence, what it is about from all around it.
            may = self._scope.may_answer(found[place], query, asked)
            return may and not is_outdone(place) and not missing(place)

        fit = first_fit(found, is_fit)
        lacking = missing(0) if found and not fit else []
        return read_closely(query, fit, self._reader), lacking


def first_fit(found: Sequence[Evidence], is_fit: Callable[[int], bool]) -> list[Evidence]:
    """The first `N_FIT` sentences that are fit to answer.

    Args:
        found: sentences, best first.
        is_fit: says whether the sentence at a place of `found` is; called for no more than need be.
    """
    return [found[place] for place in islice(filter(is_fit, range(len(found))), N_FIT)]


def trust_in(
    best: Evidence, fit: Sequence[Evidence], found: Sequence[Evidence], language: Language
) -> float:
    """Probability that a sentence answers the question.

    Args:
        best: the sentence.
        fit: those that may answer, best first; it is among them.
        found: all that were found.
        language: of the question.
    """
    others = [e.score for e in fit if e is not best]
    standing = Standing.of(best.signals, best.score, others, [e.signals for e in found])
    return load_weights(language).probability(best.signals, standing)
