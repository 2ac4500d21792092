"""Cutting a sentence that is longer than a chunk."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise

from zjip_qa.types import Sentence, Span

_CLAUSE_END = re.compile(r"[；;，、：:]+|,(?!\d)|\s+")
_FURTHEST_BACK = 30  # characters a forced cut may move back to spare a word


def cut_long(
    text: str,
    sentences: list[Sentence],
    count_tokens: Callable[[Sequence[str]], list[int]],
    max_tokens: int,
) -> tuple[list[Sentence], list[int]]:
    """Cut the sentences of `text` that have more than `max_tokens` tokens.

    At clause marks or spaces where that suffices, else between characters.

    Returns:
        Sentences in order, none of them empty, and the tokens of each, at least 1. A single
        character may still have more tokens than allowed.
    """
    kept: list[Sentence] = []
    sizes: list[int] = []
    counted = count_tokens([text[s.span.start : s.span.end] for s in sentences])
    for sentence, n_tokens in zip(sentences, counted, strict=True):
        pieces = [(sentence.span, n_tokens)]
        if n_tokens > max_tokens:
            clauses = _counted(text, _clauses(text, sentence.span), count_tokens)
            small = _characters(text, clauses, count_tokens, max_tokens)
            pieces = _merged(small, max_tokens)
        kept += (Sentence(span, sentence.section) for span, _ in pieces)
        sizes += (max(1, size) for _, size in pieces)
    return kept, sizes


_Counted = list[tuple[Span, int]]


def _counted(
    text: str, spans: list[Span], count_tokens: Callable[[Sequence[str]], list[int]]
) -> _Counted:
    counts = count_tokens([text[s.start : s.end] for s in spans])
    return list(zip(spans, counts, strict=True))


def _clauses(text: str, span: Span) -> list[Span]:
    """The parts of a sentence between its clause marks, each with the mark that ends it."""
    edges = [m.end() for m in _CLAUSE_END.finditer(text, span.start, span.end)]
    return _trimmed(text, [span.start, *edges, span.end])


def _trimmed(text: str, edges: list[int]) -> list[Span]:
    spans = []
    for start, end in pairwise(edges):
        part = text[start:end]
        left, right = end - len(part.lstrip()), start + len(part.rstrip())
        if left < right:
            spans.append(Span(left, right))
    return spans


def _characters(
    text: str,
    parts: _Counted,
    count_tokens: Callable[[Sequence[str]], list[int]],
    max_tokens: int,
) -> _Counted:
    """Cut the parts that are still too long into pieces of about equal length, until none is."""
    fitting: _Counted = []
    for span, n_tokens in parts:
        length = span.end - span.start
        if n_tokens <= max_tokens or length == 1:
            fitting.append((span, n_tokens))
            continue
        n_pieces = min(length, max(2, -(-n_tokens // max_tokens)))
        edges = [span.start]
        for k in range(1, n_pieces):
            edges.append(_spared(text, edges[-1], span.start + k * length // n_pieces))
        pieces = _counted(text, _trimmed(text, [*edges, span.end]), count_tokens)
        # Every piece is shorter than the part was, so this ends.
        fitting += _characters(text, pieces, count_tokens, max_tokens)
    return fitting


def _spared(text: str, begin: int, cut: int) -> int:
    """Move a cut back so that it parts neither a word nor a mark from its base, if it can."""
    for position in range(cut, max(begin, cut - _FURTHEST_BACK), -1):
        left, right = text[position - 1], text[position]
        in_word = left.isascii() and left.isalnum() and right.isascii() and right.isalnum()
        joined = unicodedata.combining(right) or "\u200d" in (left, right) or right == "\ufe0f"
        if not in_word and not joined:
            return position
    return cut


def _merged(parts: _Counted, max_tokens: int) -> _Counted:
    """Put neighbours together again as long as they fit."""
    merged: _Counted = []
    for span, size in parts:
        if merged and merged[-1][1] + size <= max_tokens:
            start, before = merged[-1][0].start, merged[-1][1]
            merged[-1] = (Span(start, span.end), before + size)
        else:
            merged.append((span, size))
    return merged
