import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zjip_qa.index.align import align


def _similarity(n: int, m: int, matches: dict[tuple[int, int], float]) -> NDArray[np.float32]:
    """Unrelated pairs around 0.1, `matches` as given."""
    similarity = np.random.default_rng(1).normal(0.1, 0.04, size=(n, m)).astype(np.float32)
    for cell, cosine in matches.items():
        similarity[cell] = cosine
    return similarity


def _pairs(found: list[tuple[range, range]]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return [((a.start, a.stop), (b.start, b.stop)) for a, b in found]


def test_one_to_one() -> None:
    similarity = _similarity(5, 5, {(i, i): 0.6 for i in range(5)})
    found = align(["句" * 20] * 5, ["w" * 60] * 5, similarity)
    assert _pairs(found) == [((i, i + 1), (i, i + 1)) for i in range(5)]


def test_a_sentence_split_in_two_and_two_joined_into_one() -> None:
    # Source 1 is cut into targets 1 and 2; sources 3 and 4 are joined into target 4.
    similarity = _similarity(
        6,
        6,
        {
            (0, 0): 0.6,
            (1, 1): 0.5,
            (1, 2): 0.45,
            (2, 3): 0.6,
            (3, 4): 0.5,
            (4, 4): 0.45,
            (5, 5): 0.6,
        },
    )
    source = ["句" * n for n in (20, 40, 20, 20, 20, 20)]
    target = ["w" * n for n in (60, 60, 60, 60, 120, 60)]
    assert _pairs(align(source, target, similarity)) == [
        ((0, 1), (0, 1)),
        ((1, 2), (1, 3)),
        ((2, 3), (3, 4)),
        ((3, 5), (4, 5)),
        ((5, 6), (5, 6)),
    ]


def test_what_has_no_counterpart_is_left_out() -> None:
    # Source 2 isn't translated; target 3 is the translator's note.
    similarity = _similarity(5, 5, {(0, 0): 0.6, (1, 1): 0.6, (3, 2): 0.6, (4, 4): 0.6})
    found = align(["句" * 20] * 5, ["w" * 60] * 5, similarity)
    assert _pairs(found) == [((0, 1), (0, 1)), ((1, 2), (1, 2)), ((3, 4), (2, 3)), ((4, 5), (4, 5))]


def test_another_text_is_not_a_translation() -> None:
    assert align(["句" * 20] * 8, ["w" * 60] * 8, _similarity(8, 8, {})) == []


def test_an_encoder_with_high_cosines_everywhere() -> None:
    # Some models give unrelated sentences 0.75 and translations 0.88.
    similarity = _similarity(6, 6, {(i, i): 0.6 for i in range(6)}) * 0.26 + 0.724
    similarity[2, 2] = 0.75
    found = align(["句" * 20] * 6, ["w" * 60] * 6, similarity)
    assert _pairs(found) == [((i, i + 1), (i, i + 1)) for i in (0, 1, 3, 4, 5)]


def test_one_sentence_each() -> None:
    similar, unlike = (np.array([[c]], dtype=np.float32) for c in (0.5, 0.05))
    assert _pairs(align(["句" * 20], ["w" * 60], similar)) == [((0, 1), (0, 1))]
    assert align(["句" * 20], ["w" * 60], unlike) == []
    assert align([], ["w"], np.empty((0, 1), dtype=np.float32)) == []
    assert align(["句"], [], np.empty((1, 0), dtype=np.float32)) == []


@settings(max_examples=50)
@given(n=st.integers(1, 12), m=st.integers(1, 12), seed=st.integers(0, 1000))
def test_ranges_ascend_and_never_overlap(n: int, m: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    similarity = draw.uniform(-1, 1, size=(n, m)).astype(np.float32)
    lengths = draw.integers(0, 50, size=n + m)
    found = align(["x" * k for k in lengths[:n]], ["y" * k for k in lengths[n:]], similarity)
    i = j = 0
    for rows, columns in found:
        assert i <= rows.start < rows.stop <= n
        assert j <= columns.start < columns.stop <= m
        i, j = rows.stop, columns.stop


def test_a_long_document_with_a_long_gap() -> None:
    # 2,500 sentences, of which 900…1,599 are left out of the translation; the straight line
    # from corner to corner is 350 sentences off there. 1,800 are followed by an added one.
    n = 2500
    order = [*range(900), *range(1600, n)]
    draw = np.random.default_rng(3)
    target = []
    for i in order:
        target += [i, -1] if i == 1800 else [i]
    similarity = draw.normal(0.1, 0.04, size=(n, len(target))).astype(np.float32)
    for j, i in enumerate(target):
        if i >= 0:
            similarity[i, j] = 0.55
    started = time.perf_counter()
    found = align(["句" * 20] * n, ["w" * 60] * len(target), similarity)
    assert time.perf_counter() - started < 10
    assert _pairs(found) == [((i, i + 1), (j, j + 1)) for j, i in enumerate(target) if i >= 0]
