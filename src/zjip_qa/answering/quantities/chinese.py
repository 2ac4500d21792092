"""Figures and dates in Chinese text, found and read as values.

Covers Arabic and Chinese numerals with 百 千 万 亿, approximation (余 多 约 近 超过 不到 以上 …),
ranges, money, shares, ranks, numbered provisions, and calendar dates with their parts. No
arithmetic is done between figures, and 去年 or 今年 are no dates: nobody says which year they mean.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from zjip_qa.answering.quantities.chinese_pattern import (
    AFTER,
    BEFORE,
    CURRENCY_BEFORE,
    CURRENCY_UNITS,
    PERIODS,
    PLAIN,
    REACHED,
    SAME_UNIT,
    TOKEN,
)
from zjip_qa.answering.quantities.english import find_english_quantities
from zjip_qa.answering.quantities.numerals import chinese_number, neighbouring_digits, scale_of
from zjip_qa.answering.quantities.quantity import (
    CURRENCIES,
    DURATIONS,
    NO_DATE,
    SHARES,
    Approximation,
    Date,
    Period,
    Quantity,
    QuantityKind,
)
from zjip_qa.text import HAN, is_han
from zjip_qa.types import Span

_HAN = re.compile(f"[{HAN}]")
_CHINESE_UNIT = re.compile(rf"\d[{HAN}]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}+")
_MOST_PARTS = 10**5
_LOOK_BACK = 12  # characters before a figure in which its limit stands
_AFTER_PLACE = frozenset("位名的和及与是为并且也在以")
"""Characters that may follow 第三 where it is a place in an order; other ones name a thing."""
_NO_COUNT = frozenset(("分", "对", "层", "只"))
"""Units that a spelled-out numeral forms other words with: 三分, 一层."""
_ONE_OF = frozenset(("年", "个月", "小时", "倍"))
"""Units that 一 counts; before others it means "a"."""
_NOT_ONE = frozenset("统唯之单同某每进这那哪另任第")
_BARE_SCALES = frozenset("百千万亿")
_AMOUNT_OF_DAYS = frozenset("内以之后前届的")


def find_quantities(text: str) -> list[Quantity]:
    """Find every figure and date in a text, in order, not overlapping.

    A text that is Latin words for the most part is read as English, unless a Chinese word stands
    right behind a digit: it is the figure's unit.
    """
    return list(_found(text))


# A sentence that may answer is read for several signals, and again for the next question.
@lru_cache(maxsize=4096)
def _found(text: str) -> tuple[Quantity, ...]:
    n_han = sum(1 for _ in _HAN.finditer(text))
    n_latin = sum(1 for _ in _LATIN_WORD.finditer(text))
    if n_han < n_latin and not _CHINESE_UNIT.search(text):
        return tuple(find_english_quantities(text))
    plain = text.translate(PLAIN)
    found: list[Quantity] = []
    position = 0
    while match := TOKEN.search(plain, position):
        quantity = _read(match)
        if quantity is not None:
            found.append(quantity)
        # A range that isn't one gives its first figure only: go on right behind that.
        position = quantity.span.end if quantity else _end(match)
    return tuple(found)


def _read(match: re.Match[str]) -> Quantity | None:
    if match["is_figure"]:
        return _read_figure(match)
    if match["is_date"]:
        return _read_date(match)
    if match["is_share"]:
        return _read_share(match)
    span = Span(match.start(), match.end())
    if match["is_doubled"]:
        times = 2 ** {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4}.get(
            match["doublings"], ord(match["doublings"]) - ord("0")
        )
        return Quantity(span, QuantityKind.NUMBER, Decimal(times), "倍")
    if match["is_several"]:
        scale = match["several"] or match["reached"]
        unit = match["several_unit"] or match["reached_unit"] or ""
        several = Approximation.SEVERAL if match["several"] else Approximation.AT_LEAST
        return _classified(span, Decimal(scale_of(scale)), unit, several)
    if match["is_first"]:
        return Quantity(span, QuantityKind.RANK, Decimal(1), "位")
    return None


def _end(match: re.Match[str]) -> int:
    is_range = match["is_figure"] and match["range"]
    return match.start("range") if is_range else match.end()


def _read_date(match: re.Match[str]) -> Quantity:
    def part(*names: str) -> int:
        said = next((match[name] for name in names if match[name]), "")
        return int(chinese_number(said.lstrip("0")) or 0) if said else 0

    first = (
        part("year", "year8", "year9"),
        part("month", "month5", "month8"),
        part("day", "day5", "day8"),
    )
    until: Date = NO_DATE
    if match["year2"]:
        until = (part("year2"), part("month2"), part("day2"))
    elif match["month3"] or match["month6"]:
        until = (first[0], part("month3", "month6"), part("day3", "day6"))
    elif match["day4"] or match["day7"]:
        until = (*first[:2], part("day4", "day7"))
    said = match["part"] or match["part2"] or match["part3"] or ""
    period = next((p for words, p in PERIODS.items() if said.endswith(words)), Period.WHOLE)
    end = match.start() + len(match[0].rstrip())
    return Quantity(
        Span(match.start(), end),
        QuantityKind.DATE,
        None,
        date=first,
        until=until,
        period=period,
    )


def _read_share(match: re.Match[str]) -> Quantity | None:
    unit, upper = "%", None
    approximation = _approximation(match, match.end(), unit)
    if match["percent"]:
        value = chinese_number(match["percent"])
        upper = chinese_number(match["percent2"]) if match["percent2"] else None
    elif match["tenths"]:
        tenths = chinese_number(match["tenths"])
        more = match["hundredths"] or "零"
        hundredths = Decimal(5) if more == "半" else chinese_number(more)
        value = None if tenths is None or hundredths is None else tenths * 10 + hundredths
    elif match["half"]:
        value = Decimal(50)
        if match["half"].startswith("过"):
            approximation = Approximation.MORE
    else:
        unit = "分之"
        below, above = chinese_number(match["below"]), chinese_number(match["above"])
        if not below or above is None or not above <= below <= _MOST_PARTS:
            return None
        value = above / below * 100
    if value is None:
        return None
    if upper is not None and upper <= value:
        upper = None
    span = Span(match.start(), match.end())
    return Quantity(span, QuantityKind.SHARE, value, unit, approximation, upper)


def _read_figure(match: re.Match[str]) -> Quantity | None:
    number, unit = match["number"], match["unit"] or ""
    ranged = _read_range(match)
    if ranged:
        return ranged
    text, end = match.string, _end(match)
    neighbours = neighbouring_digits(number)
    value = Decimal(neighbours[0]) if neighbours else chinese_number(number)
    if value is None:
        return None
    value *= scale_of((match["scale"] or "") + (match["more_scale"] or ""))
    if match["rest"]:
        value += Decimal(match["rest"][:-1]) * scale_of(match["rest"][-1])
    if match["and_half"]:
        value += Decimal("0.5")
        unit = {"半月": "个月", "半小时": "小时"}.get(match["and_half"], unit)
    if match["ordered"]:
        return _read_place(match, value, unit, end)
    spelled_out = not number[0].isascii()
    if spelled_out and not _counts(match, unit, end):
        return None
    if not unit:
        currency = CURRENCY_BEFORE.search(text[max(0, match.start() - 4) : match.start()])
        unit = CURRENCY_UNITS[(currency.lastindex or 1) - 1] if currency else ""
    if unit == "日" and text[end : end + 1] in _AMOUNT_OF_DAYS:
        unit = "天"
    approximation = _approximation(match, end, unit)
    if match["more"]:
        approximation = Approximation.ABOUT if match["more"] == "来" else Approximation.MORE
    quantity = _classified(Span(match.start(), end), value, unit, approximation)
    if neighbours:
        return replace(quantity, upper=Decimal(neighbours[1]), approximation=Approximation.ABOUT)
    return quantity


def _read_range(match: re.Match[str]) -> Quantity | None:
    """Read 3至5年 or 10%—15%; None where the pattern found two figures of different things."""
    if not match["range"] or match["ordered"] or match["more"]:
        return None
    unit, scale = match["upper_unit"], match["upper_scale"] or ""
    lower, upper = chinese_number(match["number"]), chinese_number(match["upper"])
    if lower is None or upper is None or match["unit"] not in (None, unit):
        return None
    shared = not match["scale"] and not match["unit"] and lower < upper
    lower *= scale_of(scale if shared else match["scale"] or "")
    upper *= scale_of(scale)
    if lower >= upper:
        return None
    if unit == "日":
        unit = "天"
    approximation = _approximation(match, match.end(), unit)
    span = Span(match.start(), match.end())
    return replace(_classified(span, lower, unit, approximation), upper=upper)


def _read_place(match: re.Match[str], value: Decimal, unit: str, end: int) -> Quantity | None:
    """Read 第三, 第12位, 第二十条."""
    if value != value.to_integral_value():
        return None
    following = match.string[end : end + 1]
    in_order = unit in ("位", "名") or (
        not unit and (following in _AFTER_PLACE or not is_han(following))
    )
    kind = QuantityKind.RANK if in_order else QuantityKind.ORDINAL
    return Quantity(Span(match.start(), end), kind, value, SAME_UNIT.get(unit, unit))


def _counts(match: re.Match[str], unit: str, end: int) -> bool:
    """Whether a spelled-out numeral counts something and is no part of another word."""
    text, number = match.string, match["number"]
    if not unit or unit in _NO_COUNT or number[0] in "零〇○":
        return False
    before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
    if number[0] in _BARE_SCALES:
        return bool(BEFORE.search(before) or REACHED.search(before))
    if number == "一":
        return (
            unit in _ONE_OF
            and before[-1:] not in _NOT_ONE
            and text[end : end + 1] not in ("一", "半")
        )
    return True


def _approximation(match: re.Match[str], end: int, unit: str) -> Approximation:
    text = match.string
    before = BEFORE.search(text[max(0, match.start() - _LOOK_BACK) : match.start()])
    limited = before or AFTER.match(text, end)
    if limited is None:
        return Approximation.EXACT
    name = limited.lastgroup or ""
    if name == "near":
        # 近三年 is "the last three years".
        return Approximation.EXACT if unit in DURATIONS else Approximation.NEARLY
    return Approximation[name.upper()]


def _classified(span: Span, value: Decimal, unit: str, approximation: Approximation) -> Quantity:
    unit = SAME_UNIT.get(unit, unit)
    kind = QuantityKind.NUMBER
    if unit in SHARES:
        kind = QuantityKind.SHARE
    elif unit in CURRENCIES:
        kind = QuantityKind.MONEY
    return Quantity(span, kind, value, unit, approximation)
