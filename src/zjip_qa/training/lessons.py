"""What is trained when: the recipe, and the sequence of lessons that it makes of the sources.

The sequence depends on the sources, the recipe and the seed alone, not on the clock, so a
training that stopped goes on with the very lesson that would have come next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from zjip_qa.training.mixture import LATER_BOOST, OWN_SHARES, batches
from zjip_qa.training.rows import Batch, Source

_N_TOKENS = 3072
_N_ROWS = 128
_N_QUESTION_TOKENS = 6144
_N_QUESTIONS = 48


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is trained when.

    Fields ending in `_from` are shares of all rows (1.0: never), in `_batches` shares of
    the batches, in `_rate` learning rates; `contrast` and `late` weigh their losses against the
    distance to the teacher.
    """

    embedding_rate: float = 2e-3
    body_rate: float = 3e-4
    projection_rate: float = 5e-4
    body_from: float = 0.3
    late_from: float = 0.1
    own_data_from: float = 0.5
    question_batches: float = 0.2
    english_batches: float = 0.25
    contrast: float = 0.5
    late: float = 0.4
    late_batches: float = 0.4
    final_rate: float = 0.03


@dataclass(frozen=True, slots=True)
class Lesson:
    """One step: a batch and what to learn from it."""

    batch: Batch
    done: float
    """Share of the training that came before, 0 to 1."""
    asks: bool
    """The batch holds questions and passages, else translations."""
    body: bool
    """The body moves, not only the word embeddings."""
    english: bool
    """The student's English is held to the teacher's."""
    late: bool
    """Token vectors are trained for late interaction too."""


def lessons(
    translated: Sequence[Source],
    asked: Sequence[Source],
    recipe: Recipe,
    *,
    n_rows: int,
    seed: int,
) -> Iterator[Lesson]:
    """Give lesson after lesson until `n_rows` rows have come.

    Args:
        translated: English and Chinese.
        asked: Chinese questions and passages.
        recipe: how often what comes, and from when on.
        n_rows: the length of the training.
        seed: of the drawing.
    """
    rng = np.random.default_rng(seed)
    boosts = dict.fromkeys(OWN_SHARES, LATER_BOOST)
    early = batches(translated, n_tokens=_N_TOKENS, largest=_N_ROWS, rng=rng)
    later = batches(translated, n_tokens=_N_TOKENS, largest=_N_ROWS, rng=rng, boosts=boosts)
    questions = batches(asked, n_tokens=_N_QUESTION_TOKENS, largest=_N_QUESTIONS, rng=rng)
    seen = 0
    while seen < n_rows:
        done = seen / n_rows
        body = done >= recipe.body_from
        asks = bool(rng.random() < recipe.question_batches)
        english = body and not asks and bool(rng.random() < recipe.english_batches)
        late = done >= recipe.late_from and bool(rng.random() < recipe.late_batches)
        translations = early if done < recipe.own_data_from else later
        batch = next(questions if asks else translations)
        yield Lesson(batch, done, asks, body, english, late)
        seen += len(batch.left.ids)
