"""Figures and dates as Chinese text writes them: found, read as values, and said in English.

Covers Arabic figures with 百 千 万 亿, approximation (余 多 约 近 超过 突破), money, shares, ranks,
plain Chinese numerals before a measure word, and calendar dates. It does no arithmetic between
figures, and a unit that it doesn't know is kept as it is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from zjip_qa.types import Span


class QuantityKind(StrEnum):
    """What a figure counts."""

    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    RANK = "rank"
    DATE = "date"


class Approximation(StrEnum):
    """How the text limits a figure."""

    EXACT = ""
    ABOUT = "about"
    NEARLY = "nearly"
    MORE = "more than"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One figure: where it stands, and what it says.

    `value` is in units (8.4万 → 84000; 3028.07亿元 → 302807000000; 85% → 85). For a date it is
    None and `date` holds (year, month, day), 0 for a part that isn't given; `until` is the last
    year of a period.
    """

    span: Span
    kind: QuantityKind
    value: Decimal | None
    unit: str = ""
    approximation: Approximation = Approximation.EXACT
    date: tuple[int, int, int] = (0, 0, 0)
    until: int = 0


_SCALES = {"百": 10**2, "千": 10**3, "万": 10**4, "亿": 10**8}
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "○": 0}
_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_CURRENCIES = {"元": "RMB", "人民币": "RMB", "美元": "USD", "欧元": "EUR", "港元": "HKD", "日元": "JPY"}
_MORE = "超过|超|逾|突破|多于|不少于|达到或超过"
_BEFORE = re.compile(rf"({_MORE})|(约|大约|大概|左右)|(近|接近|将近)$")

_DATE = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s*(?:(?:[—–\-~至到]{1,2})\s*(?P<until>(?:19|20)\d\d)\s*)?年"
    r"(?:\s*(?P<month>1[0-2]|0?[1-9])\s*月(?:\s*(?P<day>[12]\d|3[01]|0?[1-9])\s*[日号])?)?"
    r"|(?P<month2>1[0-2]|0?[1-9])\s*月(?:\s*(?P<day2>[12]\d|3[01]|0?[1-9])\s*[日号])?"
)
_ARABIC = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CHINESE = r"[〇零一二两三四五六七八九十百千]+"
_UNITS = (
    "个百分点|百分点|人民币|美元|欧元|港元|日元|元|平方公里|公里|万户|家次|人次|公顷|公斤|千克|"
    "件|项|家|户|次|个|名|人|位|分|倍|所|条|部|门|批|类|种|届|省市|省|市|县|区|场|起|宗|册|篇|"
    "吨|亩|米|年|月|天|日|周|小时|分钟|岁|级|号|款|章|节|股|台|辆|架|艘|座|栋|套|张|份|笔|处|期"
)
_FIGURE = re.compile(
    rf"(?P<rank>第)?(?P<number>{_ARABIC}|(?<![一-龥]){_CHINESE}(?=(?:余|多)?(?:{_UNITS}))|"
    rf"(?<=第){_CHINESE}|(?<=[共有为达新增了]){_CHINESE}(?=(?:余|多)?(?:{_UNITS})))"
    rf"\s*(?P<scale>[百千]?[万亿]{{0,2}})(?P<more>余|多)?(?P<scale2>[万亿]?)"
    rf"\s*(?P<unit>%|％|‰|{_UNITS})?"
)
_PERCENT_WORD = re.compile(rf"百分之(?P<number>{_ARABIC}|{_CHINESE})")


def find_quantities(text: str) -> list[Quantity]:
    """Find every figure and date in a text, in order, not overlapping."""
    found: list[Quantity] = []
    taken = 0
    candidates = sorted(
        [
            *((m.start(), 0, _read_date(m)) for m in _DATE.finditer(text)),
            *((m.start(), 1, _read_percent_word(m)) for m in _PERCENT_WORD.finditer(text)),
            *((m.start(), 2, _read_figure(m, text)) for m in _FIGURE.finditer(text)),
        ],
        key=lambda item: item[:2],
    )
    for start, _, quantity in candidates:
        if quantity is not None and start >= taken:
            found.append(quantity)
            taken = quantity.span.end
    return found


def chinese_number(text: str) -> Decimal | None:
    """Read a number in Chinese or Arabic digits; None when it isn't one.

    Examples: "二十" → 20; "三百零五" → 305; "二〇二三" → 2023; "1,234.5" → 1234.5.
    """
    plain = text.replace(",", "").replace("，", "")
    try:
        return Decimal(plain)
    except InvalidOperation:
        pass
    if not plain or any(c not in _DIGITS and c not in "十百千" for c in plain):
        return None
    if all(c in _DIGITS for c in plain):
        return Decimal("".join(str(_DIGITS[c]) for c in plain))
    total, digit = 0, 0
    for c in plain:
        if c in _DIGITS:
            digit = _DIGITS[c]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[c]
            digit = 0
    return Decimal(total + digit)


def _read_date(match: re.Match[str]) -> Quantity:
    month = int(match["month"] or match["month2"] or 0)
    day = int(match["day"] or match["day2"] or 0)
    return Quantity(
        Span(match.start(), match.end()),
        QuantityKind.DATE,
        None,
        date=(int(match["year"] or 0), month, day),
        until=int(match["until"] or 0),
    )


def _read_percent_word(match: re.Match[str]) -> Quantity | None:
    value = chinese_number(match["number"])
    span = Span(match.start(), match.end())
    return None if value is None else Quantity(span, QuantityKind.SHARE, value, "%")


def _read_figure(match: re.Match[str], text: str) -> Quantity | None:
    value = chinese_number(match["number"])
    if value is None:
        return None
    for scale in (match["scale"] or "") + (match["scale2"] or ""):
        value *= _SCALES[scale]
    unit = match["unit"] or ""
    if not unit and not match["number"][0].isdigit() and not match["rank"]:
        return None
    before = _BEFORE.search(text[max(0, match.start() - 3) : match.start()])
    approximation = Approximation.EXACT
    if match["more"] or (before and before[1]):
        approximation = Approximation.MORE
    elif before and before[2]:
        approximation = Approximation.ABOUT
    elif before and before[3]:
        approximation = Approximation.NEARLY
    kind = QuantityKind.NUMBER
    if match["rank"]:
        kind = QuantityKind.RANK
    elif unit in ("%", "％", "‰", "百分点", "个百分点"):
        kind = QuantityKind.SHARE
    elif unit in _CURRENCIES:
        kind = QuantityKind.MONEY
    return Quantity(
        Span(match.start(), match.end()), kind, value, unit.replace("％", "%"), approximation
    )


def in_english(quantity: Quantity) -> str:
    """Say a quantity in the reader's convention.

    Examples: 3028.07亿元 → "RMB 302.807 billion"; 3万余次 → "more than 30,000";
    第12位 → "12th"; 2023年1月1日 → "1 January 2023"; 3个百分点 → "3 percentage points".
    """
    if quantity.kind is QuantityKind.DATE:
        return _date_in_english(quantity)
    assert quantity.value is not None
    value = quantity.value
    if quantity.kind is QuantityKind.RANK:
        said = _ordinal(int(value))
    elif quantity.kind is QuantityKind.MONEY:
        said = f"{_CURRENCIES[quantity.unit]} {_large(value, money=True)}"
    elif quantity.kind is QuantityKind.SHARE:
        said = _plain(value) + (" percentage points" if "百分点" in quantity.unit else quantity.unit)
    else:
        said = _large(value, money=False)
        if quantity.unit == "倍":
            said += " times"
    return f"{quantity.approximation} {said}".strip()


def same_value(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities say the same, whatever the script."""
    if one.kind is QuantityKind.DATE or other.kind is QuantityKind.DATE:
        return one.kind is other.kind and one.date == other.date and one.until == other.until
    return one.value == other.value


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _large(value: Decimal, *, money: bool) -> str:
    for size, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if value >= size:
            scaled = value / size
            if not money and len(scaled.normalize().as_tuple().digits) > 4:
                break
            return f"{_plain(scaled)} {word}"
    return _plain(value)


def _ordinal(n: int) -> str:
    suffix = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"


def _date_in_english(quantity: Quantity) -> str:
    year, month, day = quantity.date
    if quantity.until:
        return f"{year}–{quantity.until}"
    parts = [str(day) if day else "", _MONTHS[month - 1] if month else "", str(year) if year else ""]
    return " ".join(part for part in parts if part)
