"""Finds the asked-for value inside a sentence, and its twin in the sentence's translation."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from zjip_qa.answering.clock import find_times
from zjip_qa.answering.quantities import (
    Period,
    Quantity,
    QuantityKind,
    find_english_quantities,
    find_quantities,
    same_value,
)
from zjip_qa.answering.question import AnswerKind, Asked
from zjip_qa.types import Span

# A comma between digits groups them; it doesn't end a clause.
_CLAUSE = re.compile(r"(?:[^,，;；。!！?？:：]|(?<=\d)[,:](?=\d))+")
_TITLE = re.compile(r"《[^《》]+》")
_QUOTED_TITLE = re.compile(r"“[A-Z][^“”]+”")
_PAIRS = (("“", "”"), ("‘", "’"), ("《", "》"), ("「", "」"), ("（", "）"), ("(", ")"))
_CARRIED = 0.5
"""Share of the score of the clause before that a rank or share takes on: in "专利转让8.4万次,居全国
第三" the words of the question stand before the comma."""


def clause_scores(
    text: str, spans: NDArray[np.int32], best: NDArray[np.float32]
) -> list[tuple[Span, float]]:
    """Cut a sentence into clauses and say how much of the question each meets.

    Args:
        text: the sentence.
        spans: (n_tokens, 2), its tokens in code points of `text`.
        best: (n_query_tokens, n_tokens), weighted cosines.
    """
    clauses = []
    for match in _CLAUSE.finditer(text):
        inside = (spans[:, 0] >= match.start()) & (spans[:, 1] <= match.end())
        score = float(best[:, inside].max(axis=1).sum()) if inside.any() else 0.0
        clauses.append((Span(match.start(), match.end()), score))
    return clauses


def value_spans(
    asked: Asked, text: str, clauses: list[tuple[Span, float]], read: Span | None = None
) -> list[Span]:
    """Find what to set in bold: the figure, date or titles that the question asks for.

    Of several figures of the kind asked for, the one in the clause that best meets the question;
    a figure of another kind only where there is none of the right one. What has no marked form, a
    name or a place, is what the reader found.

    Args:
        asked: what the question asks for.
        text: the sentence.
        clauses: its clauses, from `clause_scores`.
        read: the words that the reader would answer with, where it trusts them.

    Returns:
        Spans of `text` in order; empty where nothing is known to be the answer.
    """
    if asked.kind is AnswerKind.DOCUMENT:
        titles = list(_TITLE.finditer(text)) or list(_QUOTED_TITLE.finditer(text))
        return [Span(match.start(), match.end()) for match in titles]
    if asked.kind not in (AnswerKind.FIGURE, AnswerKind.DATE):
        whole = _with_marks(text, read) if read else None
        return [whole] if whole and asked.kind is not AnswerKind.YESNO else []
    values = _fitting(asked, find_quantities(text))
    if not values:
        return find_times(text)[:1] if asked.kind is AnswerKind.DATE else []
    return [max(values, key=lambda q: (_worth(q, clauses), -q.span.start)).span]


def _with_marks(text: str, span: Span) -> Span | None:
    """The span with the quotation mark or bracket beside it that it lacks; None if more is."""
    start, end = span.start, span.end
    for opening, closing in _PAIRS:
        inside = text[start:end]
        lacks = inside.count(opening) - inside.count(closing)
        if lacks == 1 and text[end : end + 1] == closing:
            end += 1
        elif lacks == -1 and text[start - 1 : start] == opening:
            start -= 1
        elif lacks:
            return None
    return Span(start, end)


def _fitting(asked: Asked, found: list[Quantity]) -> list[Quantity]:
    """The figures of the first, strictest requirement that any of them meets."""
    if asked.kind is AnswerKind.DATE:
        dates = [q for q in found if q.kind is QuantityKind.DATE]
        # "20年前" dates something too.
        return dates or [q for q in found if q.unit == "年"]
    figures = [q for q in found if q.kind is not QuantityKind.DATE]
    counts = (QuantityKind.NUMBER, QuantityKind.MONEY, QuantityKind.SHARE)

    def is_asked(q: Quantity) -> bool:
        return q.kind is asked.quantity if asked.quantity else q.kind in counts

    def has_unit(q: Quantity) -> bool:
        return asked.counts_in(q.unit)

    requirements: tuple[Callable[[Quantity], bool], ...] = (
        lambda q: is_asked(q) and has_unit(q),
        is_asked,
        lambda q: q.kind is not QuantityKind.ORDINAL,
        lambda q: True,
    )
    for meets in requirements:
        fitting = [q for q in figures if meets(q)]
        if fitting:
            return fitting
    return []


def _worth(quantity: Quantity, clauses: list[tuple[Span, float]]) -> float:
    carried = _CARRIED if quantity.kind in (QuantityKind.RANK, QuantityKind.SHARE) else 0.0
    worth = 0.0
    for i, (span, score) in enumerate(clauses):
        if span.overlaps(quantity.span):
            before = clauses[i - 1][1] if i else 0.0
            worth = max(worth, score + carried * before)
    return worth


def twin(quantity: Quantity, english: str, quote: str = "") -> Span | None:
    """Find the same value in an English sentence.

    Args:
        quantity: the value, found in `quote`.
        english: the translation of `quote`.
        quote: the sentence the value is from; with it, equal values are told apart by their
            order.

    Returns:
        Its span in `english`; None where no figure there has the value.
    """
    candidates = find_english_quantities(english)
    equal = [q for q in candidates if same_value(quantity, q)]
    if not equal and quantity.kind is QuantityKind.DATE:
        equal = [q for q in candidates if _agree(quantity, q)]
    if not equal:
        return None
    earlier = [q for q in find_quantities(quote) if q.span.start < quantity.span.start]
    nth = sum(1 for q in earlier if same_value(quantity, q))
    return equal[min(nth, len(equal) - 1)].span


def _agree(one: Quantity, other: Quantity) -> bool:
    """Whether two dates agree in every part that both give."""
    if other.kind is not QuantityKind.DATE or one.until != other.until:
        return False
    both = [(a, b) for a, b in zip(one.date, other.date, strict=True) if a and b]
    whole = Period.WHOLE in (one.period, other.period)
    return bool(both) and all(a == b for a, b in both) and whole


def bold(text: str, spans: list[Span]) -> str:
    """Set spans of a text in Markdown bold."""
    for span in sorted(spans, key=lambda s: -s.start):
        text = f"{text[: span.start]}**{text[span.start : span.end]}**{text[span.end :]}"
    return text
