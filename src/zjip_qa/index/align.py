"""Aligns a document's sentences with those of its translation, which may be cut otherwise.

Covers the dynamic programme over sentence similarities and lengths, and its use on two
documents with an encoder. Nothing depends on equal numbers of lines: sentences may be merged,
split, left out or added, in the same order. What fits nothing well is left unaligned, because a
missing translation is better than a wrong one.

The lengths follow Gale & Church, "A program for aligning sentences in bilingual corpora",
Computational Linguistics 1993; the similarities take the place of their prior.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding.encoder import Encoder
from zjip_qa.index.store_writer import AlignedText
from zjip_qa.types import BlockKind, Document, Sentence, Span

# Sentences of the source and of the target that may stand for each other, and what each costs:
# Gale & Church count 89 % of 1–1, 9 % of 1–2 and 2–1, and 1 % of 2–2.
_COST = {(1, 1): 0.0, (1, 2): 0.15, (2, 1): 0.15, (2, 2): 0.8, (1, 3): 0.3, (3, 1): 0.3}
_SHAPES = tuple(_COST)
# A group's similarity, on a scale where unrelated sentences have 0 and equal ones 1, must pass
# this to count for anything.
_LEAST_SIMILARITY = 0.15
# What a pair that must not be costs, on the same scale: enough to spoil any group around it.
_FORBIDDEN = -10.0
# Lengths are a tie-breaker: Gale & Church's variance a character, and the price of one standard
# deviation, which stops growing at four.
_VARIANCE = 6.8
_LENGTH_COST = 0.04
_MOST_DEVIATION = 4.0
# Cosine assumed between neighbouring sentences, to estimate the length of their summed vectors.
# It is rather high, so that a merged group is under-rated and pairs of single sentences win.
_NEIGHBOUR_COSINE = 0.7
# Cells further than this from the line through the sure pairs are not tried.
_BAND = 200
_WITHOUT_BAND = 400
_ENCODED_AT_ONCE = 64
# Steps of the path beside the places in `_SHAPES`.
_SKIP_SOURCE = -1
_SKIP_TARGET = -2

Pair = tuple[range, range]


def align(
    source: Sequence[str], target: Sequence[str], similarity: NDArray[np.float32]
) -> list[Pair]:
    """Find the best order-keeping correspondence of two lists of sentences.

    Args:
        source: n sentences.
        target: m sentences.
        similarity: (n, m) cosines, −inf where the two must not stand for each other.

    Returns:
        Pairs of ranges into `source` and `target`, both ascending, never empty, never
        overlapping. A sentence in no pair has no counterpart.

    Time and memory grow with n + m beyond some 400 sentences, the matrix itself aside.

    Raises:
        ValueError: `similarity` has another shape.
    """
    n, m = len(source), len(target)
    if similarity.shape != (n, m):
        raise ValueError(f"similarity must be ({n}, {m}), got {similarity.shape}")
    if not n or not m:
        return []
    scaled = _scale(similarity)
    lengths = [np.array([len(s) for s in texts], dtype=np.float64) for texts in (source, target)]
    low, high = _band(scaled)
    return _best_path(_gains(scaled, lengths[0], lengths[1]), low, high)


def align_translation(
    document: Document,
    sentences: Sequence[Sentence],
    translation: Document,
    translated: Sequence[Sentence],
    encoder: Encoder,
) -> list[AlignedText]:
    """Align a translation with its source; headings take part like sentences.

    Args:
        document: the source.
        sentences: its sentences, in order.
        translation: the text beside it.
        translated: the sentences of `translation`, in order.
        encoder: its passage vectors must be comparable across the two languages.

    Returns:
        For each aligned stretch of the source the verbatim words of the translation and the
        cosine of the two; ordered, not overlapping.
    """
    here, is_heading = _units(document, sentences)
    there, is_other_heading = _units(translation, translated)
    if not here or not there:
        return []
    texts = [document.text[s.start : s.end] for s in here]
    others = [translation.text[s.start : s.end] for s in there]
    vectors, other_vectors = _encode(encoder, texts), _encode(encoder, others)
    similarity = vectors @ other_vectors.T
    similarity[is_heading[:, None] != is_other_heading] = -np.inf
    return [
        AlignedText(
            Span(here[rows.start].start, here[rows.stop - 1].end),
            translation.text[there[columns.start].start : there[columns.stop - 1].end],
            _cosine(vectors[rows.start : rows.stop], other_vectors[columns.start : columns.stop]),
        )
        for rows, columns in align(texts, others, similarity)
    ]


def _units(
    document: Document, sentences: Sequence[Sentence]
) -> tuple[list[Span], NDArray[np.bool]]:
    """Spans of the sentences and of the headings that are not among them, in order.

    The second value says which are headings.
    """
    headings = {b.span for b in document.blocks if b.kind is BlockKind.HEADING}
    spans = sorted({s.span for s in sentences} | headings, key=lambda span: span.start)
    return spans, np.array([span in headings for span in spans], dtype=np.bool)


def _encode(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    parts = [
        encoder.encode_passages(texts[i : i + _ENCODED_AT_ONCE]).vectors
        for i in range(0, len(texts), _ENCODED_AT_ONCE)
    ]
    return np.concatenate(parts)


def _cosine(vectors: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    a, b = vectors.sum(0), others.sum(0)
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-9))


def _scale(similarity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Put unrelated sentences at 0 and equal ones at 1, whatever the encoder's own range.

    Nearly all cells of a matrix are unrelated, so their median tells where that is; a small
    matrix holds too few of them, and there half the best cell is the highest guess.
    """
    allowed = np.isfinite(similarity)
    if not allowed.any():
        return np.full_like(similarity, _FORBIDDEN)
    unrelated = float(np.median(similarity[allowed]))
    if min(similarity.shape) < 4:
        unrelated = min(unrelated, float(similarity[allowed].max()) / 2)
    scaled = (similarity - unrelated) / max(1 - unrelated, 1e-6)
    return np.where(allowed, scaled, np.float32(_FORBIDDEN))


def _gains(
    scaled: NDArray[np.float32], source: NDArray[np.float64], target: NDArray[np.float64]
) -> dict[tuple[int, int], _Gain]:
    ratio = target.sum() / max(source.sum(), 1.0)
    return {shape: _Gain(shape, scaled, source, target, ratio) for shape in _SHAPES}


class _Gain:
    """What it is worth to pair the last `a` source with the last `b` target sentences."""

    def __init__(
        self,
        shape: tuple[int, int],
        scaled: NDArray[np.float32],
        source: NDArray[np.float64],
        target: NDArray[np.float64],
        ratio: float,
    ) -> None:
        self.shape = shape
        self._scaled = scaled
        self._source, self._target = source, target
        self._source_sum, self._source_norm = _sums(source, shape[0])
        self._target_sum, self._target_norm = _sums(target, shape[1])
        self._ratio = ratio

    def row(self, i: int, low: int, high: int) -> NDArray[np.float64]:
        """Gain of pairs ending before source `i` and before targets `low`…`high`−1."""
        a, b = self.shape
        total = np.zeros(high - low)
        for p in range(i - a, i):
            for q in range(b):
                columns = slice(low - b + q, high - b + q)
                total += self._source[p] * self._target[columns] * self._scaled[p, columns]
        ends = slice(low - b, high - b)
        similarity = total / (self._source_norm[i - a] * self._target_norm[ends])
        expected = self._ratio * self._source_sum[i - a]
        deviation = np.abs(self._target_sum[ends] - expected) / np.sqrt(
            _VARIANCE * max(expected, 1.0)
        )
        gain: NDArray[np.float64] = (
            (a + b) / 2 * (similarity - _LEAST_SIMILARITY)
            - _LENGTH_COST * np.minimum(deviation, _MOST_DEVIATION)
            - _COST[self.shape]
        )
        return gain


def _sums(lengths: NDArray[np.float64], width: int) -> tuple[NDArray[np.float64], ...]:
    """For each run of `width` sentences: characters, and length of their weighted vector sum."""
    lengths = np.maximum(lengths, 1.0)
    n = max(len(lengths) - width + 1, 0)
    parts = np.array([lengths[k : k + n] for k in range(width)])
    total, squares = parts.sum(0), (parts**2).sum(0)
    return total, np.sqrt(squares + _NEIGHBOUR_COSINE * (total**2 - squares))


def _band(scaled: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each of the n + 1 rows the first column to try and the one after the last."""
    n, m = scaled.shape
    if max(n, m) <= _WITHOUT_BAND:
        return np.zeros(n + 1, np.int64), np.full(n + 1, m + 1, np.int64)
    sure = [(0, 0), *_sure_pairs(scaled), (n, m)]
    centre = np.interp(np.arange(n + 1), [i for i, _ in sure], [j for _, j in sure]).astype(int)
    low, high = np.maximum(centre - _BAND, 0), np.minimum(centre + _BAND, m) + 1
    # A row must reach to where the next one starts, however many targets are skipped between.
    high[:-1] = np.maximum(high[:-1], low[1:] + 1)
    return low, high


def _sure_pairs(scaled: NDArray[np.float32]) -> list[tuple[int, int]]:
    """The longest ascending chain of sentences that are each other's best counterpart."""
    best = scaled.argmax(1)
    mutual = np.flatnonzero(scaled.argmax(0)[best] == np.arange(len(best)))
    ends: list[int] = []
    last: list[int] = []
    before: dict[int, int | None] = {}
    for i in mutual.tolist():
        if scaled[i, best[i]] < 2 * _LEAST_SIMILARITY:
            continue
        place = bisect_left(ends, int(best[i]))
        ends[place : place + 1] = [int(best[i])]
        last[place : place + 1] = [i]
        before[i] = last[place - 1] if place else None
    chain: list[tuple[int, int]] = []
    row = last[-1] if last else None
    while row is not None:
        chain.append((row, int(best[row])))
        row = before[row]
    return chain[::-1]


def _best_path(
    gains: dict[tuple[int, int], _Gain], low: NDArray[np.int64], high: NDArray[np.int64]
) -> list[Pair]:
    """Maximise the summed gain; skipping a sentence on either side costs nothing."""
    n = len(low) - 1
    values: list[NDArray[np.float64]] = []
    steps: list[NDArray[np.int8]] = []
    for i in range(n + 1):
        first, stop = int(low[i]), int(high[i])
        value = np.full(stop - first, 0.0 if i == 0 else -np.inf)
        step = np.full(stop - first, _SKIP_TARGET, dtype=np.int8)
        if i:
            _improve(value, step, _shifted(values, low, i, 1, 0, first, stop), _SKIP_SOURCE)
        for code, (a, b) in enumerate(_SHAPES):
            start = max(first, b)
            if i < a or start >= stop:
                continue
            sums = np.full(stop - first, -np.inf)
            before = _shifted(values, low, i, a, b, start, stop)
            sums[start - first :] = before + gains[a, b].row(i, start, stop)
            _improve(value, step, sums, code)
        # Skipping targets is free, so a cell is worth at least the best one to its left.
        best_left = np.maximum.accumulate(value)
        step[best_left > value] = _SKIP_TARGET
        values.append(best_left)
        steps.append(step)
    return _trace(steps, low, int(high[n]) - 1)


def _improve(
    value: NDArray[np.float64], step: NDArray[np.int8], other: NDArray[np.float64], code: int
) -> None:
    better = other > value
    value[better] = other[better]
    step[better] = code


def _shifted(
    values: list[NDArray[np.float64]],
    low: NDArray[np.int64],
    i: int,
    a: int,
    b: int,
    first: int,
    stop: int,
) -> NDArray[np.float64]:
    """Row i−a at columns first−b…stop−b, −∞ where that lies outside its band."""
    row, offset = values[i - a], int(low[i - a])
    columns = np.arange(first - b, stop - b) - offset
    inside = (columns >= 0) & (columns < len(row))
    return np.where(inside, row[np.clip(columns, 0, len(row) - 1)], -np.inf)


def _trace(steps: list[NDArray[np.int8]], low: NDArray[np.int64], j: int) -> list[Pair]:
    i = len(steps) - 1
    pairs: list[Pair] = []
    while i > 0 and j > 0:
        code = int(steps[i][j - int(low[i])])
        if code == _SKIP_TARGET:
            j -= 1
        elif code == _SKIP_SOURCE:
            i -= 1
        else:
            a, b = _SHAPES[code]
            pairs.append((range(i - a, i), range(j - b, j)))
            i, j = i - a, j - b
    return pairs[::-1]
