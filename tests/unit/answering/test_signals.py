import math

import pytest

from zjip_qa.answering.signals import SIGNALS, STANDING, Signals, Standing, Weights, load_weights
from zjip_qa.types import Language

ZERO = dict.fromkeys(SIGNALS, 0.0)
AMONG = Standing(lead=0.0, words=0.0)


def weights(intercept: float = 0.0) -> Weights:
    return Weights(
        rank={"own": 2.0, "length": -0.5},
        trust={"own": 3.0},
        standing={"lead": 4.0, "words": 2.0},
        intercept=intercept,
        threshold=0.5,
    )


def test_the_score_is_the_weighted_sum() -> None:
    # 2 · 0.75 − 0.5 · 2
    assert weights().score(Signals(**{**ZERO, "own": 0.75, "length": 2.0})) == 0.5


def test_trust_is_logistic_in_the_signals_and_the_standing() -> None:
    signals = Signals(**{**ZERO, "own": 0.5})
    # −1 + 3 · 0.5 + 4 · 0.25 + 2 · 0.5 = 2.5
    sure = weights(-1.0).probability(signals, Standing(lead=0.25, words=0.5))
    assert sure == pytest.approx(1 / (1 + math.exp(-2.5)))
    assert weights().probability(Signals(**ZERO), AMONG) == 0.5


def test_a_sentence_stands_out_from_what_was_found() -> None:
    best, other = (Signals(**{**ZERO, "words": words}) for words in (0.75, 0.25))
    assert Standing.of(best, 1.5, [1.0, 0.5], [best, other]) == Standing(lead=0.5, words=0.25)
    assert Standing.of(best, 1.5, [], [best]) == Standing(lead=0.0, words=0.0)


def test_extreme_odds_stay_between_0_and_1() -> None:
    assert 0.0 < weights(-1e9).probability(Signals(**ZERO), AMONG) < 1e-12
    assert 1.0 - 1e-12 < weights(1e9).probability(Signals(**ZERO), AMONG) < 1.0


@pytest.mark.parametrize("language", list(Language))
def test_the_shipped_weights_name_known_signals(language: Language) -> None:
    shipped = load_weights(language)
    assert set(shipped.rank) | set(shipped.trust) <= set(SIGNALS)
    assert set(shipped.standing) <= set(STANDING)
    assert 0.0 < shipped.threshold < 1.0
