"""What a figure or date says, whatever the language it is written in.

Units are kept in Chinese, the language of the sources, so that both readers give equal values:
`元` for RMB, `条` for an article of a law, `年` for a duration in years. English has no measure
words, so a plain number read from English has the unit "".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from zjip_qa.types import Span

Date = tuple[int, int, int]
"""(year, month, day), 0 for a part that isn't given."""

NO_DATE: Date = (0, 0, 0)


class QuantityKind(StrEnum):
    """What a figure counts."""

    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    RANK = "rank"
    ORDINAL = "ordinal"
    DATE = "date"


class Approximation(StrEnum):
    """How the text limits a figure; the words are how English says it.

    SEVERAL is an unnamed multiple: `数百` has the value 100 and is said "hundreds".
    """

    EXACT = ""
    ABOUT = "about"
    NEARLY = "nearly"
    LESS = "less than"
    AT_MOST = "at most"
    AT_LEAST = "at least"
    MORE = "more than"
    SEVERAL = "several"


class Period(StrEnum):
    """The part of a year or month that a date is narrowed to; the words are English."""

    WHOLE = ""
    FIRST_QUARTER = "the first quarter of"
    SECOND_QUARTER = "the second quarter of"
    THIRD_QUARTER = "the third quarter of"
    FOURTH_QUARTER = "the fourth quarter of"
    THREE_QUARTERS = "the first three quarters of"
    FIRST_HALF = "the first half of"
    SECOND_HALF = "the second half of"
    START = "the beginning of"
    EARLY = "early"
    MIDDLE = "mid"
    LATE = "late"
    END = "the end of"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One figure: where it stands, and what it says.

    Attributes:
        span: where it stands.
        kind: what it counts. RANK is a place in an order (第12位), ORDINAL any other numbered
            thing (第二十条, 第二届).
        value: in units (8.4万 → 84000; 3028.07亿元 → 302807000000; 85% → 85); the lower end of a
            range; None for a date.
        unit: as Chinese writes it, or "".
        approximation: how the text limits it.
        upper: the upper end of a range (3至5年), else None.
        date: of a date, its beginning.
        until: of a period with two ends, the second one.
        period: the part of `date` that is meant.
    """

    span: Span
    kind: QuantityKind
    value: Decimal | None
    unit: str = ""
    approximation: Approximation = Approximation.EXACT
    upper: Decimal | None = None
    date: Date = NO_DATE
    until: Date = NO_DATE
    period: Period = Period.WHOLE


CURRENCIES = {
    "元": "RMB",
    "美元": "USD",
    "欧元": "EUR",
    "港元": "HKD",
    "日元": "JPY",
    "英镑": "GBP",
}
"""Code by unit."""

SHARES = ("%", "‰", "个百分点")

DURATIONS = {
    "年": "year",
    "个月": "month",
    "周": "week",
    "工作日": "working day",
    "天": "day",
    "小时": "hour",
    "分钟": "minute",
    "秒": "second",
}
"""English word by unit of time."""

MEASURES = {
    "公里": ("kilometre", "kilometres"),
    "平方公里": ("square kilometre", "square kilometres"),
    "米": ("metre", "metres"),
    "平方米": ("square metre", "square metres"),
    "公顷": ("hectare", "hectares"),
    "亩": ("mu", "mu"),
    "吨": ("tonne", "tonnes"),
    "公斤": ("kilogram", "kilograms"),
    "倍": ("times", "times"),
}
"""English singular and plural by unit of measure."""

PROVISIONS = {"编": "Part", "章": "Chapter", "节": "Section", "条": "Article", "款": "Paragraph"}
"""English word by the unit that numbers a part of a law."""

_ORDERED = (QuantityKind.RANK, QuantityKind.ORDINAL)


def same_value(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities say the same, whatever the language.

    Compared are values, dates, and the units that both languages write: currency, per cent
    against percentage points, units of time, parts of a law. Measure words and approximation
    are not: "30,000" is the same value as 3万余次.
    """
    if one.kind is not other.kind and not (one.kind in _ORDERED and other.kind in _ORDERED):
        return False
    if one.kind is QuantityKind.DATE:
        return (one.date, one.until, one.period) == (other.date, other.until, other.period)
    return (one.value, one.upper, _compared_unit(one)) == (
        other.value,
        other.upper,
        _compared_unit(other),
    )


def _compared_unit(quantity: Quantity) -> str:
    unit = quantity.unit
    if quantity.kind in _ORDERED:
        return unit if unit in PROVISIONS else ""
    if quantity.kind is QuantityKind.NUMBER:
        return unit if unit in DURATIONS else ""
    return unit
