import random
from itertools import pairwise

import numpy as np
import pytest

from zjip_qa.answering.signals import SIGNALS, STANDING, Weights
from zjip_qa.training.calibrate import (
    Asked,
    AskedOf,
    Collection,
    Outcome,
    best_threshold,
    ended_well,
    fit_rank,
    fit_trust,
    outcomes,
    thinned,
    trust_rows,
)
from zjip_qa.types import Span

N = len(SIGNALS)
READ = SIGNALS.index("read")
SURE = {name: float(name == "read") for name in SIGNALS}


def asked(reads: list[float], gold: int | None, allowed: list[bool] | None = None) -> Asked:
    """A question whose sentences differ in what the reader says of them."""
    signals = np.zeros((len(reads), N))
    signals[:, READ] = reads
    may = np.array(allowed if allowed is not None else [True] * len(reads))
    return Asked(signals, gold, may, gold is not None)


def test_the_signal_that_tells_gets_the_weight() -> None:
    noise = np.random.default_rng(0)
    questions = []
    for _ in range(50):
        one = asked([0.9, 0.1, 0.2], 0)
        signals = one.signals + noise.normal(0, 0.01, one.signals.shape)
        questions.append(Asked(signals, 0, one.allowed, True))
    rank = fit_rank([questions])
    assert max(rank, key=lambda name: rank[name]) == "read"


def test_a_sentence_that_the_rules_forbid_is_not_trusted() -> None:
    rows, right = trust_rows([asked([0.9, 0.5], 1, [False, True])], SURE)
    assert rows[0, READ] == 0.5
    assert right.tolist() == [True]
    rows, _ = trust_rows([asked([0.9], 0, [False])], SURE)
    assert len(rows) == 0


def test_how_a_sentence_stands_out_is_in_its_row() -> None:
    one = asked([0.9, 0.5, 0.7], 0, [True, True, False])
    one.signals[:, SIGNALS.index("words")] = [0.6, 0.3, 0.0]
    rows, _ = trust_rows([one], SURE)
    # Ahead of the others that may answer; more of the words than all on average.
    assert rows[0, N:].tolist() == pytest.approx([0.4, 0.3])


def test_trust_rises_with_what_tells_right_from_wrong() -> None:
    rows = np.zeros((200, N + len(STANDING)))
    rows[:100, READ] = 1.0
    right = np.arange(200) < 100
    trust, _, intercept = fit_trust(rows, right, np.full(200, 1 / 200))
    assert trust["read"] > 1
    assert intercept < 0


def test_what_is_refused_by_rule_has_no_probability() -> None:
    weights = Weights(SURE, SURE, dict.fromkeys(STANDING, 0.0), 0.0, 0.5)
    given, refused = outcomes([asked([1.0], 0), asked([1.0], 0, [False])], weights)
    assert (given.right, given.probability > 0.7) == (True, True)
    assert (refused.right, refused.probability) == (False, 0.0)


@pytest.mark.parametrize(("threshold", "shares"), [(0.0, (1.0, 0.0)), (0.5, (0.5, 1.0))])
def test_how_questions_end(threshold: float, shares: tuple[float, float]) -> None:
    found = [Outcome(0.9, True, True), Outcome(0.3, True, True), Outcome(0.2, False, False)]
    assert ended_well(found, threshold) == shares


def test_the_threshold_keeps_right_answers_and_refuses_the_others() -> None:
    found = [Outcome(0.9, True, True), Outcome(0.6, True, True), Outcome(0.4, False, False)]
    assert 0.4 < best_threshold([found]) <= 0.6
    # Not at the edge of what is as good.
    assert 0.44 <= best_threshold([found]) <= 0.56


def test_sentences_that_answer_are_taken_out_and_the_rest_moves() -> None:
    text = "宁波有3件。杭州有5件。绍兴有7件。宁波也有9件。"

    def at(words: str) -> Span:
        return Span(text.index(words), text.index(words) + len(words))

    questions = tuple(
        AskedOf(w, 0, Span(0, len(text)), at(w)) for w in ("3件", "5件", "7件", "9件")
    )
    seen = set()
    for seed in range(20):
        thin = thinned(Collection((text,), questions), random.Random(seed))
        (left,) = thin.documents
        for question in thin.questions:
            if question.answer is None:
                assert question.text not in left
            else:
                assert left[question.answer.start : question.answer.end] == question.text
            assert question.paragraph == Span(0, len(left))
        gone = [question.answer is None for question in thin.questions]
        assert not any(a and b for a, b in pairwise(gone))
        seen.add(tuple(gone))
    assert len(seen) > 3


def test_what_is_said_twice_is_not_taken_out() -> None:
    text = "宁波有3件。杭州也有3件。"
    questions = (AskedOf("有几件？", 0, Span(0, len(text)), Span(3, 5)),)
    collection = Collection((text,), questions)
    assert all(thinned(collection, random.Random(n)) == collection for n in range(20))
