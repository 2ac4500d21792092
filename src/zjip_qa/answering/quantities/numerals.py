"""Numbers in Chinese and Arabic digits, read as values.

Covers what stands for one number (三百零五, 二〇二三, 3.5万, 1亿2000万, 百分之三点五's 三点五).
Two neighbouring digits (三五, "three to five") name a range: `neighbouring_digits`.
"""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "○": 0}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}

NUMERAL = "〇零○一二两三四五六七八九十百千万亿"
"""Body of a character class."""
ARABIC = (
    r"(?:[1-9]\d{0,2}(?:,\d{3}){1,5}+(?!\d)|(?:0(?!\d)|[1-9]\d{0,17}+(?!\d)))"
    r"(?:\.\d{1,10}(?!\d))?+"
)
"""An Arabic number; one with a leading zero or of more than 18 digits is an identifier."""
SCALE = r"(?:[十百千]?[万亿]{1,2}|[百千](?![克瓦米卡]))"

_ARABIC_NUMBER = re.compile(rf"({ARABIC})\s?({SCALE})?(?:(\d{{1,4}}(?:\.\d{{1,4}})?)万)?")
_LONGEST = 24  # characters; the longest number that anybody spells out stays well below


def chinese_number(text: str) -> Decimal | None:
    """Read a number in Chinese or Arabic digits; None when it isn't one.

    Examples: "二十" → 20; "三百零五" → 305; "二〇二三" → 2023; "1,234.5" → 1234.5;
    "3.5万亿" → 3500000000000; "一亿三千万" → 130000000; "三点五" → 3.5.
    """
    plain = text.strip()
    arabic = _ARABIC_NUMBER.fullmatch(plain)
    if arabic:
        number, scale, rest = arabic.groups()
        if rest and not (scale or "").endswith("亿"):
            return None
        value = Decimal(number.replace(",", "")) * scale_of(scale or "")
        return value + Decimal(rest) * 10**4 if rest else value
    if not plain or len(plain) > _LONGEST:
        return None
    whole, point, decimals = plain.partition("点")
    if point:
        before = _read_numerals(whole)
        if before is None or not decimals or any(c not in _DIGITS for c in decimals):
            return None
        return before + Decimal("0." + "".join(str(_DIGITS[c]) for c in decimals))
    return _read_numerals(plain)


def scale_of(scale: str) -> int:
    """What 万, 亿, 百万, 万亿 … multiply by; 1 for ""."""
    product = 1
    for c in scale:
        product *= (_SMALL | _LARGE)[c]
    return product


def neighbouring_digits(text: str) -> tuple[int, int] | None:
    """Read 三五, 两三, 七八 as the range that they name; None for anything else."""
    if len(text) != 2 or any(c not in _DIGITS for c in text):
        return None
    lower, upper = _DIGITS[text[0]], _DIGITS[text[1]]
    return (lower, upper) if 0 < lower < upper <= lower + 2 else None


def _read_numerals(text: str) -> Decimal | None:
    if not text or any(c not in NUMERAL for c in text):
        return None
    if all(c in _DIGITS for c in text):
        # Two digits beside each other are a range or a fixed phrase, three or more a number
        # spelled digit by digit, such as a year.
        if len(text) == 2:
            return None
        return Decimal("".join(str(_DIGITS[c]) for c in text))
    if "亿" in text:
        head, _, tail = text.partition("亿")
        return _composed(head, tail, 10**8)
    if "万" in text:
        head, _, tail = text.partition("万")
        return _composed(head, tail, 10**4)
    return _below_ten_thousand(text)


def _composed(head: str, tail: str, size: int) -> Decimal | None:
    """Value of 三千 + 万 + 五百; `tail` must be smaller than `size`."""
    if tail.startswith("亿") and size == 10**8:
        return None
    many = _read_numerals(head) if head else Decimal(1)
    if many is None:
        return None
    if tail in _DIGITS and tail != "零":  # 三万五 is 35000
        return many * size + _DIGITS[tail] * size // 10
    rest = _read_numerals(tail.lstrip("零〇")) if tail else Decimal(0)
    if rest is None or rest >= size:
        return None
    return many * size + rest


def _below_ten_thousand(text: str) -> Decimal | None:
    total, digit, smallest = 0, 0, 10**4
    for c in text:
        if c in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[c]
            continue
        size = _SMALL[c]
        if size >= smallest:
            return None
        total += (digit or 1) * size
        digit, smallest = 0, size
    if digit and smallest >= 100 and "零" not in text and "〇" not in text:
        digit *= smallest // 10  # 三百五 is 350
    return Decimal(total + digit)
