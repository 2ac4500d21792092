"""What every encoder does with tokens, whichever library runs its model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding.encoder import SpanVectors
from zjip_qa.text import is_function_word
from zjip_qa.types import Span

_HALF_PAIR = re.compile("[\ud800-\udfff]")


def batches(lengths: Sequence[int], max_tokens: int, *, budget: int) -> list[list[int]]:
    """Group texts of like length, so that little is spent on padding.

    Args:
        lengths: tokens of each text, special ones not counted.
        max_tokens: where a text is cut, special tokens counted.
        budget: most tokens of a batch, padding included; one text may pass it.

    Returns:
        Indices into `lengths`, longest texts first.
    """
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    grouped: list[list[int]] = []
    room = 0
    for i in order:
        if room == 0:
            longest = min(max(lengths[i], 1) + 2, max_tokens)
            room = max(1, budget // longest)
            grouped.append([])
        grouped[-1].append(i)
        room -= 1
    return grouped


def encodable(text: str) -> str:
    """Replace half surrogate pairs, which no tokenizer takes, one for one."""
    return _HALF_PAIR.sub("\ufffd", text)


def content_tokens(vocabulary: Mapping[str, int]) -> NDArray[np.float32]:
    """Weigh each token of a vocabulary: 0 for marks and function words, 1 for the others."""
    weights = np.zeros(max(vocabulary.values()) + 1, dtype=np.float32)
    for token, number in vocabulary.items():
        word = token.strip("#▁Ġ").lower()
        if any(character.isalnum() for character in word) and not is_function_word(word):
            weights[number] = 1.0
    return weights


def words_only(text: str, spans: Sequence[Sequence[int]], start: int) -> NDArray[np.int32]:
    """Narrow token spans to words of the text after `start`, where its prompt ends.

    A SentencePiece token takes the space before its word along, even the prompt's last one. A
    token of marks alone (unknown ones share a vector with unknown words), of padding, or of the
    prompt becomes empty.

    Returns:
        (n_tokens, 2), in `text`, an empty span being (0, 0).
    """
    exact: list[tuple[int, int]] = []
    for first, last in spans:
        first = max(first, start)
        word = text[first:last]
        if word.isalnum():  # nearly all are, and this asks once for a word
            exact.append((first, last))
        elif any(character.isalnum() for character in word):
            first += len(word) - len(word.lstrip())
            exact.append((first, first + len(word.strip())))
        else:
            exact.append((0, 0))
    return np.array(exact, dtype=np.int32).reshape(-1, 2)


def pool_sentences(
    states: NDArray[np.float32], spans: NDArray[np.int32], sentences: Sequence[Span]
) -> SpanVectors:
    """Give each sentence the mean of its tokens' states, at unit length.

    Args:
        states: (n_tokens, dim), of the tokens of a text in order.
        spans: (n_tokens, 2), where the tokens stand.
        sentences: spans of the same text; a token belongs to the one that it ends in, since a
            SentencePiece token begins with the space before its word.

    Returns:
        The vectors of the sentences that hold a token.
    """
    if not sentences:
        return no_tokens(states.shape[1])
    begins, ends = (
        np.searchsorted(spans[:, 1], edges, side="right")
        for edges in zip(*((sentence.start, sentence.end) for sentence in sentences), strict=True)
    )
    held = [i for i in range(len(sentences)) if begins[i] < ends[i]]
    if not held:
        return no_tokens(states.shape[1])
    means = np.array([states[begins[i] : ends[i]].mean(axis=0) for i in held], dtype=np.float32)
    return SpanVectors(
        means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), np.float32(1e-12)),
        np.array([(sentences[i].start, sentences[i].end) for i in held], dtype=np.int32),
        np.ones(len(held), dtype=np.float32),
    )


def no_tokens(dim: int) -> SpanVectors:
    """The vectors of a text without tokens, or without sentences."""
    return SpanVectors(
        np.zeros((0, dim), np.float32), np.zeros((0, 2), np.int32), np.zeros(0, np.float32)
    )
