"""Two runs over the same questions: how far apart, by more than chance, and on which questions.

A question is right when its answer is; where no answers were asked for, when the first hit of the
first retriever is relevant. Compared are the questions that both runs hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from zjip_qa.evaluation.significance import randomisation_test

if TYPE_CHECKING:
    from zjip_qa.evaluation.report import QuestionRow

RIGHT = "right"
"""The share of right questions, compared like a measure."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What each question of a run came to.

    Attributes:
        name: of the run's settings.
        values: question id → measure → value; an unanswerable question has no ranking measures.
        right: question id → whether it is right.
    """

    name: str
    values: dict[str, dict[str, float]]
    right: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Change:
    """How a run differs from the one it is compared with.

    Attributes:
        name: of the run.
        against: name of the other one.
        n: questions compared.
        means: by measure, over the questions compared that have it.
        differences: by measure, `difference` of the means and `p` of the paired randomisation
            test.
        newly_right: ids of questions that only this run got right, in order.
        newly_wrong: ids of questions that only the other got right.
    """

    name: str
    against: str
    n: int
    means: dict[str, float]
    differences: dict[str, dict[str, float]]
    newly_right: tuple[str, ...]
    newly_wrong: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """The fields by name."""
        return asdict(self)


def outcome(name: str, rows: Sequence[QuestionRow]) -> Outcome:
    """What the questions of a report came to, by its first retriever."""
    values, right = {}, {}
    for row in rows:
        values[row.id] = dict(next(iter(row.measures.values()), {}))
        if row.judgement is not None:
            right[row.id] = row.judgement.right
        elif row.ranks:
            right[row.id] = row.rank == 1
    return Outcome(name, values, right)


def compare(before: Outcome, after: Outcome) -> Change:
    """Compare `after` with `before`, question by question."""
    shared = [question_id for question_id in after.right if question_id in before.right]
    names = dict.fromkeys(name for each in after.values.values() for name in each)
    means: dict[str, float] = {}
    differences: dict[str, dict[str, float]] = {}
    for name in [*names, RIGHT]:
        pairs = [
            (_value(before, question_id, name), _value(after, question_id, name))
            for question_id in shared
        ]
        both = np.array([pair for pair in pairs if None not in pair], dtype=np.float64)
        if len(both):
            apart = both[:, 1] - both[:, 0]
            means[name] = float(both[:, 1].mean())
            differences[name] = {
                "difference": float(apart.mean()),
                "p": float(randomisation_test(apart.reshape(-1, 1))[0]),
            }
    return Change(
        name=after.name,
        against=before.name,
        n=len(shared),
        means=means,
        differences=differences,
        newly_right=_turned(shared, before.right, after.right),
        newly_wrong=_turned(shared, after.right, before.right),
    )


def _value(of: Outcome, question_id: str, name: str) -> float | None:
    if name == RIGHT:
        return float(of.right[question_id])
    return of.values.get(question_id, {}).get(name)


def _turned(
    ids: Sequence[str], wrong_in: Mapping[str, bool], right_in: Mapping[str, bool]
) -> tuple[str, ...]:
    return tuple(each for each in ids if right_in[each] and not wrong_in[each])
