"""Questions that set two things side by side: which is more, by how much, how much together.

Covers reading them, each side as a question of its own, and what two figures allow to be said.
Nothing is calculated: a difference or a total that no document states is not stated, and which
figure is larger only where both are of one kind and unit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from zjip_qa.answering import wording
from zjip_qa.answering.comparison_pattern import (
    HOW_EN,
    HOW_ZH,
    PATTERNS_EN,
    PATTERNS_ZH,
    YEAR,
    Wanted,
)
from zjip_qa.answering.quantities import (
    Approximation,
    Quantity,
    QuantityKind,
    find_quantities,
)
from zjip_qa.answering.question import years_in
from zjip_qa.answering.substitution import asked_again
from zjip_qa.text import Segmenter, bare_place, load_places
from zjip_qa.types import Language

_COUNTS = (QuantityKind.NUMBER, QuantityKind.MONEY, QuantityKind.SHARE)
_COMPARES = re.compile(
    r"[高多大低少小快慢早晚好差强弱]于|(?<![对评])比(?![例重率赛如价分])|超过|不及|相比|领先|落后|最|持平|相当|分别|各有"
    r"|\b(?:than|equal|most|least|respectively|exceed\w*|surpass\w*|ahead|behind|each)\b",
    re.IGNORECASE,
)
"""Words of a sentence that may set one thing above another."""
_LONGEST = 200
"""Characters; a longer question says more than one comparison, and patterns take their time."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things: its name as the question writes it, and the question about it."""

    name: str
    question: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that a sentence gives: its value, its words, and the years of the sentence."""

    quantity: Quantity
    said: str
    years: frozenset[int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things, what of them is set side by side ("的专利"; may be ""), and what is asked."""

    one: Side
    other: Side
    about: str
    wanted: Wanted


def read_comparison(question: str, language: Language, segmenter: Segmenter) -> Comparison | None:
    """Read the two things that a question compares; None where it compares none.

    Args:
        question: in one spelling, as `text.normalize` gives it.
        language: its language.
        segmenter: tells 和 between two names from the one in 和谐.
    """
    if len(question) > _LONGEST:
        return None
    patterns = PATTERNS_ZH if language is Language.ZH else PATTERNS_EN
    for wanted, pattern in patterns:
        match = pattern.search(question)
        if match is None:
            continue
        parts = {name: (said or "").strip() for name, said in match.groupdict().items()}
        if language is Language.EN:
            one_group = wanted is not Wanted.LARGER and _is_one_group(parts["a"], parts["b"])
            return None if one_group else _sides_en(parts, wanted)
        words = {(word.start, word.end) for word in segmenter.words(question)}
        if parts["and"] == "、" or match.span("and") in words:
            return _sides_zh(parts, wanted)
    return None


def _sides_zh(parts: dict[str, str], wanted: Wanted) -> Comparison:
    before = parts["before"].replace("请问", "")
    how = parts.get("ask") or HOW_ZH.get(parts["how"], "是多少")
    said = before + parts["a"] + parts["of"]
    year = YEAR.search(said)
    again = asked_again(parts["b"], f"{said}{how}?") if YEAR.fullmatch(parts["b"]) else None
    if again and year:  # "2023年的存款比2022年多多少"
        one = Side(year[0], f"{said}{how}?")
        return Comparison(one, Side(parts["b"], again), said.replace(year[0], ""), wanted)
    a, b, about = _shared_zh(parts["a"], parts["b"])
    about += parts["of"]
    one, other = (Side(name, f"{before}{name}{about}{how}?") for name in (a, b))
    return Comparison(one, other, about, wanted)


def _shared_zh(a: str, b: str) -> tuple[str, str, str]:
    """Take from one name what is said of both: "杭州和宁波|的专利", "杭州|的专利|比宁波"."""
    (first, of, rest), (second, of_other, rest_other) = a.partition("的"), b.partition("的")
    if rest_other and not of:
        return a, second, of_other + rest_other
    if rest and not of_other:
        return first, b, of + rest
    places = load_places().chinese
    if bare_place(a) in places:
        lengths = [n for n in range(len(b) - 1, 1, -1) if bare_place(b[:n]) in places]
        if lengths:
            return a, b[: lengths[0]], b[lengths[0] :]
    return a, b, ""


def _sides_en(parts: dict[str, str], wanted: Wanted) -> Comparison:
    said = parts["how"].lower()
    how = said if said.startswith("how") else HOW_EN.get(said, "how much")
    about = f"{how} {parts['of']}".strip().capitalize()
    one, other = (Side(_bare_en(name), f"{about}: {name}?") for name in (parts["a"], parts["b"]))
    return Comparison(one, other, parts["of"], wanted)


def _is_one_group(a: str, b: str) -> bool:
    """Whether the two share a noun: "the old and new ships", beside "the ship and the car"."""
    first, second = a.split(" ")[0].lower(), b.split(" ")[0]
    return first == "the" and second.lower() != "the" and not second[:1].isupper()


def _bare_en(name: str) -> str:
    return re.sub(
        r"^(?:the\s+)?(?:(?:number|amount|value|share|size)s? of\s+)?(?:the\s+)?", "", name
    )


def conclusion(comparison: Comparison, figures: Sequence[Figure | None], language: Language) -> str:
    """Say what two figures allow to be said of what was asked; "" for nothing.

    Args:
        comparison: the question.
        figures: of the two sides, None where a side has none.
        language: of the question.
    """
    one, other = figures
    if one is None or other is None or comparison.wanted is Wanted.EACH:
        return ""
    if comparison.wanted is not Wanted.LARGER:
        return wording.NOT_CALCULATED[language]
    names = comparison.one.name, comparison.other.name
    # Figures of different years aren't compared, unless the years are what is compared.
    of_one_time = not one.years or not other.years or bool(one.years & other.years)
    order = larger(one.quantity, other.quantity)
    if order is None or not (of_one_time or any(map(years_in, names))):
        return wording.NOT_COMPARED[language]
    if order == 0:
        return wording.equal(language, one.said)
    if order < 0:
        return wording.larger(language, names[1], other.said, one.said)
    return wording.larger(language, names[0], one.said, other.said)


def larger(one: Quantity, other: Quantity) -> int | None:
    """Which of two figures is the larger one, where that is certain.

    Returns:
        1 for the first, -1 for the other, 0 for equal ones; None where they are of different
        kinds or units, or where what limits them ("more than 3,000") leaves it open.
    """
    if not comparable(one, other):
        return None
    (low, high), (other_low, other_high) = _bounds(one), _bounds(other)
    if None not in (low, high) and (low, high) == (other_low, other_high) and low == high:
        return 0
    if low is not None and other_high is not None and low > other_high:
        return 1
    if other_low is not None and high is not None and other_low > high:
        return -1
    return None


def alike(figures: Sequence[Figure | None]) -> bool:
    """Whether each side has a figure, all of one kind and unit: of one thing, that is."""
    found = [figure.quantity for figure in figures if figure is not None]
    return len(found) == len(figures) and all(comparable(found[0], each) for each in found)


def compares(text: str) -> bool:
    """Whether a sentence may say which of two things is more: by words, or by a figure of each.

    One figure for both together ("杭州、宁波共189亿元") says it of neither.
    """
    counted = [q for q in find_quantities(text) if q.kind in _COUNTS]
    pairs = combinations(counted, 2)
    return _COMPARES.search(text) is not None or any(comparable(*pair) for pair in pairs)


def comparable(one: Quantity, other: Quantity) -> bool:
    """Whether two figures are of one kind, written in one unit."""
    return one.kind is other.kind and one.kind in _COUNTS and one.unit == other.unit


def _bounds(quantity: Quantity) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most that a figure may mean; None where nothing is said."""
    value = quantity.value
    if quantity.approximation is Approximation.EXACT:
        return value, quantity.upper or value
    if quantity.approximation in (Approximation.MORE, Approximation.AT_LEAST):
        return value, None
    if quantity.approximation in (
        Approximation.LESS,
        Approximation.AT_MOST,
        Approximation.NEARLY,
    ):
        return None, value
    return None, None
