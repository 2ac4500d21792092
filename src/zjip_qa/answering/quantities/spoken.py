"""Quantities said in English, in the reader's convention; `english.py` reads them back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from zjip_qa.answering.quantities.quantity import (
    CURRENCIES,
    DURATIONS,
    MEASURES,
    NO_DATE,
    PROVISIONS,
    Approximation,
    Date,
    Period,
    Quantity,
    QuantityKind,
)

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_MULTIPLES = {
    10: "dozens",
    10**2: "hundreds",
    10**3: "thousands",
    10**4: "tens of thousands",
    10**5: "hundreds of thousands",
    10**6: "millions",
    10**7: "tens of millions",
    10**8: "hundreds of millions",
    10**9: "billions",
    10**10: "tens of billions",
    10**11: "hundreds of billions",
    10**12: "trillions",
}


def in_english(quantity: Quantity) -> str:
    """Say a quantity in the reader's convention.

    Examples: 3028.07亿元 → "RMB 302.807 billion"; 3万余次 → "more than 30,000";
    第12位 → "12th"; 第二十条 → "Article 20"; 2023年1月1日 → "1 January 2023";
    3个百分点 → "3 percentage points"; 三分之一 → "1/3"; 数百家 → "hundreds"; 3至5年 → "3–5 years".
    """
    if quantity.kind is QuantityKind.DATE:
        return _date(quantity)
    value = quantity.value
    if value is None:
        raise ValueError(f"a {quantity.kind} needs a value, this one has none")
    if quantity.kind in (QuantityKind.RANK, QuantityKind.ORDINAL):
        word = PROVISIONS.get(quantity.unit)
        return f"{word} {_plain(value)}" if word else _ordinal(int(value))
    if quantity.approximation is Approximation.SEVERAL:
        return _several(quantity, int(value))
    ends = [value] if quantity.upper is None else [value, quantity.upper]
    said = "–".join(_amount(quantity, end) for end in ends)
    if quantity.kind is QuantityKind.MONEY:
        said = f"{CURRENCIES[quantity.unit]} {said}"
    return f"{quantity.approximation} {said}{_unit(quantity, ends[-1])}".strip()


def _amount(quantity: Quantity, value: Decimal) -> str:
    if quantity.kind is QuantityKind.SHARE:
        if quantity.unit == "分之":
            share = Fraction(value / 100).limit_denominator(10**5)
            return f"{share.numerator}/{share.denominator}"
        return _plain(value) + ("" if "百分点" in quantity.unit else quantity.unit)
    return _large(value, exact=quantity.kind is QuantityKind.MONEY)


def _unit(quantity: Quantity, value: Decimal) -> str:
    unit = quantity.unit
    if quantity.kind is QuantityKind.SHARE:
        return _counted(value, " percentage point") if "百分点" in unit else ""
    if quantity.kind is QuantityKind.MONEY:
        return ""
    if unit in DURATIONS:
        return _counted(value, " " + DURATIONS[unit])
    if unit in MEASURES:
        return f" {MEASURES[unit][value != 1]}"
    return ""


def _counted(value: Decimal, noun: str) -> str:
    return noun if value == 1 else noun + "s"


def _several(quantity: Quantity, value: int) -> str:
    said = _MULTIPLES[value]
    if quantity.kind is QuantityKind.MONEY:
        return f"{said} of {CURRENCIES[quantity.unit]}"
    if quantity.kind is QuantityKind.SHARE:
        unit = {"%": "percent", "个百分点": "percentage points"}.get(quantity.unit, quantity.unit)
        return f"{said} of {unit}"
    unit = _unit(quantity, Decimal(2))
    return f"{said} of{unit}" if unit else said


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _large(value: Decimal, *, exact: bool) -> str:
    """Say millions and more in words; a count only where that keeps it short."""
    for size, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if value >= size:
            scaled = value / size
            if exact or len(scaled.normalize().as_tuple().digits) <= 4:
                return f"{_plain(scaled)} {word}"
            break
    return _plain(value)


def _ordinal(n: int) -> str:
    suffix = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{suffix}"


def _date(quantity: Quantity) -> str:
    if quantity.until != NO_DATE:
        first, last = quantity.date, quantity.until
        if not any((*first[1:], *last[1:])):
            return f"{first[0]}–{last[0]}"
        return f"{_point(first)} – {_point(last)}"
    if quantity.period is Period.WHOLE:
        return _point(quantity.date)
    point = _point(quantity.date) or "the year"
    joint = "-" if quantity.period is Period.MIDDLE else " "
    return f"{quantity.period}{joint}{point}"


def _point(date: Date) -> str:
    year, month, day = date
    parts = (str(day) if day else "", MONTHS[month - 1] if month else "", str(year) if year else "")
    return " ".join(part for part in parts if part)
