"""What speaks for a sentence as an answer, and how the signals are weighed.

Two linear models a language: one ranks the sentences of a question, one gives the probability
that the best of them answers it. `training/calibrate.py` fitted both, on reading questions whose
passage was in the index or had been taken out; `calibration.json` holds them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

from zjip_qa.types import Language

UNREAD = -3.0
"""The signal `read` of a sentence that the reader didn't see: as little as it ever says."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a sentence; the order of the fields is that of every weight vector.

    Attributes:
        own: mean best match of the question's words in the sentence, rare words counting more.
        around: the same in the whole chunk.
        specific: how much closer the sentence's matches are to perfect than those of the
            sentences found on average: what every passage matches counts nothing.
        least: the same for the one of the question's rarest words that gains least.
        weakest: mean of the less well matched half of the question's rarest words.
        words: share of the question's words that stand in the sentence, as they are or
            translated, rare words counting more.
        words_around: the same in the chunk.
        dense: cosine of the question and the chunk's nearest sentence.
        meaning: cosine of the question and the sentence, read in its chunk.
        read: how much more speaks, to the reader, for an answer in the sentence than for none in
            its surroundings: log odds up to ±30, divided by 10; `UNREAD` where it wasn't read.
        retrieved: score of the chunk in retrieval as a share of the first one's.
        topic: cosine of the question's mean token and the sentence's.
        figures: share of the question's own figures that stand in the sentence, half where
            only the chunk has them; 1 for a question without figures.
        kind: how well the sentence's values fit what is asked for.
        length: logarithm of the sentence's number of tokens; long ones match by chance.
    """

    own: float
    around: float
    specific: float
    least: float
    weakest: float
    words: float
    words_around: float
    dense: float
    meaning: float
    read: float
    retrieved: float
    topic: float
    figures: float
    kind: float
    length: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How the best sentence stands out from the others that were found for a question.

    Where everything matches alike, as in a document on the topic that doesn't say, nothing does.

    Attributes:
        lead: its score less that of the next best sentence that may answer.
        words: its signal `words` less the mean over all that were found.
    """

    lead: float
    words: float

    @classmethod
    def of(
        cls, best: Signals, score: float, others: Sequence[float], found: Sequence[Signals]
    ) -> Standing:
        """Compare the best sentence with the rest.

        Args:
            best: its signals.
            score: its score.
            others: the scores of the other sentences that may answer.
            found: the signals of all that were found, its own among them.
        """
        return cls(
            lead=score - max(others) if others else 0.0,
            words=best.words - sum(each.words for each in found) / len(found),
        )


SIGNALS = tuple(field.name for field in fields(Signals))
STANDING = tuple(field.name for field in fields(Standing))


@dataclass(frozen=True, slots=True)
class Weights:
    """The two models of one language.

    Attributes:
        rank: weight of each signal when sentences are ranked, by name.
        trust: weight of each signal of the best sentence, by name, in log odds.
        standing: the same of how it stands out from the others.
        intercept: log odds where everything else is 0.
        threshold: probability from which a question is answered.
    """

    rank: dict[str, float]
    trust: dict[str, float]
    standing: dict[str, float]
    intercept: float
    threshold: float

    def score(self, signals: Signals) -> float:
        """Score for ranking; larger is better, comparable within one question."""
        return float(sum(w * getattr(signals, name) for name, w in self.rank.items()))

    def probability(self, signals: Signals, standing: Standing) -> float:
        """Probability that the sentence answers the question, 0…1."""
        log_odds = self.intercept
        log_odds += sum(weight * getattr(signals, name) for name, weight in self.trust.items())
        log_odds += sum(weight * getattr(standing, name) for name, weight in self.standing.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


@cache
def load_weights(language: Language) -> Weights:
    """Read the shipped weights of a language."""
    text = files("zjip_qa.answering").joinpath("calibration.json").read_text(encoding="utf-8")
    return Weights(**json.loads(text)[language.value])
