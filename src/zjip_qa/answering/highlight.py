"""Finds the asked-for value inside a sentence, and its twin in the sentence's translation."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from zjip_qa.answering.quantities import Quantity, QuantityKind, find_quantities, in_english
from zjip_qa.answering.question import AnswerKind
from zjip_qa.types import Span

_CLAUSE = re.compile(r"[^,，;；。!！?？:：]+")
_TITLE = re.compile(r"《[^《》]+》")
_ENGLISH_NUMBER = re.compile(
    r"(?:RMB\s*)?(?P<number>\d[\d,]*(?:\.\d+)?)(?:\s*(?P<scale>thousand|million|billion|trillion))?"
)
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


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
    kind: AnswerKind, text: str, clauses: list[tuple[Span, float]]
) -> list[Span]:
    """Find what to set in bold: the figure, date or titles of the clause that meets the question.

    Returns:
        Spans of `text` in order; empty where the kind of answer has no marked form.
    """
    if kind is AnswerKind.DOCUMENT:
        return [Span(m.start(), m.end()) for m in _TITLE.finditer(text)]
    if kind not in (AnswerKind.FIGURE, AnswerKind.DATE):
        return []
    is_date = kind is AnswerKind.DATE
    values = [q for q in find_quantities(text) if (q.kind is QuantityKind.DATE) is is_date]
    if not values:
        return []

    def worth(quantity: Quantity) -> float:
        return max(
            (score for span, score in clauses if span.overlaps(quantity.span)), default=0.0
        )

    return [max(values, key=lambda q: (worth(q), -q.span.start)).span]


def twin(quantity: Quantity, english: str) -> Span | None:
    """Find the same value in an English sentence, or None."""
    said = in_english(quantity)
    at = english.find(said)
    if at >= 0:
        return Span(at, at + len(said))
    for match in _ENGLISH_NUMBER.finditer(english):
        value = Decimal(match["number"].replace(",", "").rstrip("."))
        if quantity.value is not None and value * _SCALES.get(match["scale"] or "", 1) == (
            quantity.value
        ):
            return Span(match.start(), match.end())
    return None


def bold(text: str, spans: list[Span]) -> str:
    """Set spans of a text in Markdown bold."""
    for span in sorted(spans, key=lambda s: -s.start):
        text = f"{text[: span.start]}**{text[span.start : span.end]}**{text[span.end :]}"
    return text
