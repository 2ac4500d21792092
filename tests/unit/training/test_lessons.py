from itertools import islice

import numpy as np

from zjip_qa.training.lessons import Recipe, lessons
from zjip_qa.training.rows import Rows, Source


def _source(name: str, first_id: int) -> Source:
    starts = np.arange(0, 603, 3, dtype=np.int64)
    ids = np.arange(first_id, first_id + 600, dtype=np.int32)
    return Source(name, Rows(ids, starts), Rows(ids, starts), share=100)


def _lessons(
    seed: int, recipe: Recipe | None = None
) -> list[tuple[list[list[int]], float, bool, bool, bool]]:
    found = lessons(
        [_source("tatoeba", 0), _source("terms", 1000)],
        [_source("questions", 2000)],
        recipe or Recipe(question_batches=0.3),
        n_rows=6000,
        seed=seed,
    )
    return [
        (lesson.batch.left.ids.tolist(), lesson.done, lesson.asks, lesson.body, lesson.late)
        for lesson in islice(found, 200)
    ]


def test_a_seed_gives_the_same_lessons_and_another_seed_others() -> None:
    assert _lessons(0) == _lessons(0)
    assert _lessons(0) != _lessons(1)


def test_the_body_and_late_interaction_come_when_the_recipe_says() -> None:
    found = _lessons(0, Recipe(body_from=0.5, late_from=0.25, late_batches=1.0))
    assert {(done >= 0.5, body) for _, done, _, body, _ in found} == {(True, True), (False, False)}
    assert {(done >= 0.25, late) for _, done, _, _, late in found} == {(True, True), (False, False)}


def test_questions_and_translations_come_from_their_own_sources() -> None:
    kinds = {(asks, max(max(row) for row in ids) >= 2000) for ids, _, asks, _, _ in _lessons(0)}
    assert kinds == {(True, True), (False, False)}


def test_the_training_ends_after_its_rows() -> None:
    found = _lessons(0)
    assert sum(len(ids) for ids, *_ in found[:-1]) < 6000 <= sum(len(ids) for ids, *_ in found)
