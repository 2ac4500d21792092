import math

import pytest

from zjip_qa.answering.signals import SIGNALS, Signals, Weights, load_weights
from zjip_qa.types import Language

ZERO = dict.fromkeys(SIGNALS, 0.0)


def weights(intercept: float = 0.0) -> Weights:
    return Weights(
        rank={"own": 2.0, "length": -0.5},
        trust={"own": 3.0},
        trust_lead=4.0,
        intercept=intercept,
        threshold=0.5,
    )


def test_the_score_is_the_weighted_sum() -> None:
    # 2 · 0.75 − 0.5 · 2
    assert weights().score(Signals(**{**ZERO, "own": 0.75, "length": 2.0})) == 0.5


def test_trust_is_logistic_in_the_signals_and_the_lead() -> None:
    signals = Signals(**{**ZERO, "own": 0.5})
    # −1 + 3 · 0.5 + 4 · 0.25 = 1.5
    assert weights(-1.0).probability(signals, 0.25) == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert weights().probability(Signals(**ZERO), 0.0) == 0.5


def test_extreme_odds_stay_between_0_and_1() -> None:
    assert 0.0 < weights(-1e9).probability(Signals(**ZERO), 0.0) < 1e-12
    assert 1.0 - 1e-12 < weights(1e9).probability(Signals(**ZERO), 0.0) < 1.0


@pytest.mark.parametrize("language", list(Language))
def test_the_shipped_weights_name_known_signals(language: Language) -> None:
    shipped = load_weights(language)
    assert set(shipped.rank) | set(shipped.trust) <= set(SIGNALS)
    assert 0.0 < shipped.threshold < 1.0
