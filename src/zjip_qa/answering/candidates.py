"""From a question to the sentences that may answer it, weighed and checked for what they are about.

Covers every step from retrieval to trust; whether that is enough to answer is the answerer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from zjip_qa.answering.closely import read_closely
from zjip_qa.answering.evidence import Evidence, EvidenceFinder
from zjip_qa.answering.names import Place, places_in
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
        fit: those that are about the right year and place and hold what could answer.
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
        places = places_in(query.text, self._segmenter)
        missing: list[str] = []
        about = [e for e in found if not self._scope.missing(e, query, asked, places)]
        if found and (not about or self._is_outdone(about[0], found[0], asked, places)):
            missing = self._scope.missing(found[0], query, asked, places)
            about = []
        fit = [e for e in about if self._scope.may_answer(e, query, asked)]
        # Only now, so that it reads what may answer.
        fit = read_closely(query, fit, self._reader)
        trust = trust_in(fit[0], fit, found, query.language) if fit else 0.0
        return Candidates(query, asked, tokens, hits, found, fit, trust, missing)

    def _is_outdone(
        self, evidence: Evidence, best: Evidence, asked: Asked, places: Sequence[Place]
    ) -> bool:
        """Whether a sentence only looks like an answer, being left over.

        It is where a clearly better one speaks of another year or place.
        """
        behind = evidence.score < best.score - _CLEARLY
        return behind and not self._scope.says_what_lacks(evidence, best, asked, places)


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
