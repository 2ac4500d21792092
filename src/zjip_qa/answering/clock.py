"""Times of day and days of the week: they answer "when" and are no dates.

Covers finding them. They aren't read as values: nothing is compared by them.
"""

from __future__ import annotations

import re

from zjip_qa.types import Span

_HOUR_ZH = r"(?:[零一二两三四五六七八九十]{1,3}|\d{1,2})"
_PART_OF_DAY = r"(?:凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|夜里|半夜|午夜)"
_DAY_EN = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_TIME = re.compile(
    # "一点" alone is "a little"; "三点建议" are points.
    rf"{_PART_OF_DAY}{_HOUR_ZH}(?:点|时)(?:半|整|钟|[一三]刻|{_HOUR_ZH}分)?"
    rf"|{_HOUR_ZH}(?:点|时)(?:半|整|钟|[一三]刻|{_HOUR_ZH}分)"
    r"|(?<![\d:：.])(?:[01]?\d|2[0-4])[:：][0-5]\d(?![\d:：])(?:\s?[ap]\.?m\b\.?)?"
    r"|(?<![\d.])\d{1,2}\s?(?:[ap]m\b|[ap]\.m\.|o['’]clock\b)"
    r"|(?:每个?|逢)?(?:周|星期|礼拜)[一二三四五六日天末](?:(?:至|到|和|、)(?:周|星期|礼拜)?[一二三四五六日天])?"
    rf"{_PART_OF_DAY}?"
    rf"|\b(?:every |on )?{_DAY_EN}\b|\b(?:noon|midnight|sunrise|sunset|dawn|dusk|weekends?)\b",
    re.IGNORECASE,
)


def find_times(text: str) -> list[Span]:
    """Find every time of day and day of the week, in either language, in order."""
    return [Span(match.start(), match.end()) for match in _TIME.finditer(text)]
