"""Figures and dates in English text, found and read into the same values as the Chinese ones.

Covers what `in_english` says and what translators write: thousands separators, million and
billion, number words, money, shares, fractions, ordinals, provisions, durations, ranges and
dates. "One" alone is a pronoun more often than a figure and isn't read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from zjip_qa.answering.quantities.english_pattern import (
    BEFORE,
    CURRENCY_UNITS,
    FRACTION_WORDS,
    MULTIPLES,
    MULTIPLIED,
    ORDINAL_WORDS,
    PERIODS,
    PROVISION_UNITS,
    SCALES,
    UNITS,
    number_from_words,
    token,
)
from zjip_qa.answering.quantities.quantity import (
    CURRENCIES,
    NO_DATE,
    SHARES,
    Approximation,
    Date,
    Period,
    Quantity,
    QuantityKind,
)
from zjip_qa.answering.quantities.spoken import MONTHS
from zjip_qa.types import Span

_FROM = re.compile(r"\b(?:from|[Bb]etween)\s(?:RMB\s?)?\Z")
_VERB = re.compile(r"(?:May|March)\.?\Z")
_IN = re.compile(r"(?:\b(?:in|since|of|by|until|from|during|to|and|before|after)\s)\Z", re.I)
_LOOK_BACK = 24  # characters before a figure in which its limit stands


def find_english_quantities(text: str) -> list[Quantity]:
    """Find every figure and date in an English text, in order, not overlapping.

    Units come back as Chinese writes them, so that `same_value` compares across languages.

    Examples: "RMB 302.807 billion" → 302807000000 元; "more than 30,000" → 30000; "12th" → 12 in
    order; "March 2024" → (2024, 3, 0); "three percentage points" → 3 个百分点.
    """
    found: list[Quantity] = []
    position = 0
    while match := token().search(text, position):
        quantity = _read(match)
        if quantity is not None:
            found.append(quantity)
        # Of a range that isn't one the first figure was read: go on right behind it.
        position = quantity.span.end if quantity else match.end()
    return found


def _read(match: re.Match[str]) -> Quantity | None:
    if match["is_date"]:
        return _read_date(match)
    if match["is_order"]:
        return _read_order(match)
    if match["is_fraction"]:
        return _limited(_read_fraction(match), match)
    if match["is_several"]:
        return _read_several(match)
    if match["is_multiplied"]:
        times = Decimal(MULTIPLIED[match["is_multiplied"].lower()])
        return Quantity(Span(match.start(), match.end()), QuantityKind.NUMBER, times, "倍")
    if match["is_figure"]:
        return _limited(_read_figure(match), match)
    return None


def _limited(quantity: Quantity | None, match: re.Match[str]) -> Quantity | None:
    """Add the limit that the words before the figure set; adverbs join its span."""
    if quantity is None:
        return None
    start = match.start()
    begin = max(0, start - _LOOK_BACK)
    limit = BEFORE.search(match.string[begin:start])
    if limit is None:
        return quantity
    name = (limit.lastgroup or "").removesuffix("_verb")
    if not (limit.lastgroup or "").endswith("_verb"):
        start = begin + limit.start()
    span = Span(start, quantity.span.end)
    return replace(quantity, span=span, approximation=Approximation[name.upper()])


def _read_date(match: re.Match[str]) -> Quantity | None:
    def month(*names: str) -> int:
        said = next((match[name] for name in names if match[name]), "")
        short = said[:3].title()
        return next((i for i, name in enumerate(MONTHS, 1) if name[:3] == short), 0)

    def number(*names: str) -> int:
        said = next((match[name] for name in names if match[name]), "0")
        return int(said.rstrip("stndrh"))

    first = (
        number("year", "year_us", "year_only", "iso_year"),
        month("month", "month_us") or number("iso_month"),
        number("day", "day_us", "iso_day"),
    )
    until: Date = NO_DATE
    last = (number("year2", "year2_only"), month("month2"), number("day2"))
    if any(last):
        until = last
        if not first[0] and match["month2"]:
            first = (last[0], *first[1:])  # "January–June 2023"
    month_alone = bool(match["month"]) and not any((first[0], first[2], *until))
    if (
        month_alone
        and _VERB.match(match["month"])
        and not _IN.search(match.string, max(0, match.start() - _LOOK_BACK), match.start())
    ):
        return None
    said = (match["period"] or match["period_only"] or "").lower()
    period = next((p for word, p in PERIODS if re.match(word, said)), Period.WHOLE)
    return Quantity(
        Span(match.start(), match.end()),
        QuantityKind.DATE,
        None,
        date=first,
        until=until,
        period=period if said else Period.WHOLE,
    )


def _read_order(match: re.Match[str]) -> Quantity:
    span = Span(match.start(), match.end())
    if match["provision"]:
        unit = PROVISION_UNITS[match["provision"].lower()]
        return Quantity(span, QuantityKind.ORDINAL, _decimal(match["provision_number"]), unit)
    if match["ordinal"]:
        return Quantity(span, QuantityKind.RANK, _decimal(match["ordinal"]))
    value = ORDINAL_WORDS[match["ordinal_last"].lower()]
    if match["ordinal_tens"]:
        value += number_from_words(match["ordinal_tens"]) or 0
    return Quantity(span, QuantityKind.RANK, Decimal(value))


def _read_fraction(match: re.Match[str]) -> Quantity | None:
    span = Span(match.start(), match.end())
    if match["half"]:
        return Quantity(span, QuantityKind.SHARE, Decimal(50), "%")
    if match["above"]:
        above, below = Decimal(match["above"]), Decimal(match["below"])
    else:
        words = number_from_words(match["above_word"])
        above = Decimal(words if words is not None else 1)
        below = Decimal(FRACTION_WORDS[match["below_word"].lower().removesuffix("s")])
    if not below:
        return None
    return Quantity(span, QuantityKind.SHARE, above / below * 100, "分之")


def _read_several(match: re.Match[str]) -> Quantity:
    value = MULTIPLES[match["several"].lower()] * MULTIPLES.get(
        (match["several_of"] or "").lower(), 1
    )
    span = Span(match.start(), match.end())
    unit = match["several_unit"] or ""
    currency = CURRENCY_UNITS.get(unit.upper(), "") or CURRENCY_UNITS.get(unit.lower(), "")
    unit = currency or UNITS.get(unit.lower(), "")
    return Quantity(span, _kind(unit), Decimal(value), unit, Approximation.SEVERAL)


def _read_figure(match: re.Match[str]) -> Quantity | None:
    lower, end, upper = _value(match["number"], match["scale"]), match.end(), None
    if lower is None:
        return None
    if match["range"]:
        upper = _value(match["upper"], match["upper_scale"])
        if match["upper_scale"] and not match["scale"] and lower < 1000:
            lower *= _scale(match["upper_scale"])
        start = match.start()
        changes = match["joint"].strip() == "to" and _FROM.search(
            match.string, max(0, start - _LOOK_BACK), start
        )
        if upper is None or upper <= lower or changes:
            # Two figures: read the first, and go on behind it.
            lower, end, upper = _value(match["number"], match["scale"]), match.start("range"), None
    assert lower is not None
    said = (match["unit"] or "").lower()
    if match["range"] and upper is None:
        said = match.string[end : end + 1] if match.string[end : end + 1] in "%‰" else ""
        end += len(said)
    sign = (match["sign"] or "").strip()
    unit = CURRENCY_UNITS.get(sign) or CURRENCY_UNITS.get(said) or UNITS.get(said, "")
    if match["number"].lower() == "one" and not match["scale"] and not unit and upper is None:
        return None
    return Quantity(Span(match.start(), end), _kind(unit), lower, unit, upper=upper)


def _kind(unit: str) -> QuantityKind:
    if unit in CURRENCIES:
        return QuantityKind.MONEY
    return QuantityKind.SHARE if unit in SHARES else QuantityKind.NUMBER


def _value(number: str, scale: str | None) -> Decimal | None:
    if number[0].isdigit():
        return _decimal(number) * _scale(scale)
    words = number_from_words(number.strip())
    return None if words is None else Decimal(words) * _scale(scale)


def _scale(scale: str | None) -> int:
    return SCALES[scale.strip(" -\n").lower()] if scale else 1


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))
