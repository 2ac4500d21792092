"""What figures and dates look like in English: one pattern, its number words and its units.

The first alternatives are dates and what looks like a figure and isn't (T+1, 5G, COVID-19). Every
repetition is bounded or possessive: time stays linear.
"""

from __future__ import annotations

import re

from zjip_qa.answering.quantities.quantity import (
    CURRENCIES,
    DURATIONS,
    MEASURES,
    PROVISIONS,
    Period,
)

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
_ONES += "fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: i for i, word in enumerate(_ONES.split())} | {
    word: 10 * i for i, word in enumerate(_TENS.split(), 2)
}
_IRREGULAR = {"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9}
_IRREGULAR["twelfth"] = 12
ORDINAL_WORDS = _IRREGULAR | {
    (word.removesuffix("y") + "ieth" if word.endswith("y") else word + "th"): n
    for word, n in _WORDS.items()
    if n not in (0, 1, 2, 3, 5, 8, 9, 12)
}
"""Value by ordinal word, up to ninetieth."""
FRACTION_WORDS = {"quarter": 4} | {w: n for w, n in ORDINAL_WORDS.items() if 3 <= n <= 10}
SCALES = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "k": 10**3,
    "m": 10**6,
    "bn": 10**9,
    "trn": 10**12,
}
MULTIPLES = {
    "dozens": 10,
    "tens": 10,
    "hundreds": 10**2,
    "thousands": 10**3,
    "millions": 10**6,
    "billions": 10**9,
    "trillions": 10**12,
}
MULTIPLIED = {"doubled": 2, "tripled": 3, "quadrupled": 4}
MULTIPLIED |= {"twofold": 2, "threefold": 3, "fourfold": 4}
PROVISION_UNITS = {english.lower(): unit for unit, english in PROVISIONS.items()}
CURRENCY_UNITS = {code: unit for unit, code in CURRENCIES.items()} | {
    "CNY": "元",
    "¥": "元",
    "yuan": "元",
    "renminbi": "元",
    "rmb": "元",
    "US$": "美元",
    "$": "美元",
    "us dollars": "美元",
    "dollars": "美元",
    "HK$": "港元",
    "€": "欧元",
    "euros": "欧元",
    "£": "英镑",
    "pounds": "英镑",
    "yen": "日元",
}
UNITS = (
    {form: unit for unit, word in DURATIONS.items() for form in (word, word + "s")}
    | {form: "个百分点" for form in ("percentage point", "percentage points", "pp")}
    | {form: "%" for form in ("%", "per cent", "percent", "pct")}
    | {"‰": "‰", "fold": "倍", "km": "公里", "kg": "公斤"}
    | {form: unit for unit, forms in MEASURES.items() for form in forms}
)
"""Unit as Chinese writes it, by the lower-case English one."""
PERIODS = (
    (r".*(?:first|1st) quarter|q1", Period.FIRST_QUARTER),
    (r".*(?:second|2nd) quarter|q2", Period.SECOND_QUARTER),
    (r".*(?:third|3rd) quarter|q3", Period.THIRD_QUARTER),
    (r".*(?:fourth|4th|last) quarter|q4", Period.FOURTH_QUARTER),
    (r".*three quarters", Period.THREE_QUARTERS),
    (r".*(?:first|1st) half|h1", Period.FIRST_HALF),
    (r".*(?:second|2nd) half|h2", Period.SECOND_HALF),
    (r".*(?:beginning|start)", Period.START),
    (r".*end", Period.END),
    (r"early", Period.EARLY),
    (r"mid", Period.MIDDLE),
    (r"late", Period.LATE),
)
"""Patterns for the lower-case words of a period."""


def _one_of(words: dict[str, int] | dict[str, str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


def number_from_words(text: str) -> int | None:
    """Read a number below a thousand in words; None when it isn't one.

    Examples: "two hundred and five" → 205; "eighty-four" → 84; "a" → 1; "two three" → None.
    """
    words = re.split(r"[\s-]+", text.lower())
    if words in (["a"], ["an"]):
        return 1
    total, last = 0, 1000
    for word in words:
        if word in ("and", "a"):
            continue
        if word == "hundred":
            if last < 10 or last == 1000:
                total, last = (total or 1) * 100, 100
                continue
            return None
        value = _WORDS.get(word)
        if value is None or not (last >= 100 or (last >= 20 and 0 < value < 10)):
            return None
        total, last = total + value, value
    return total


_TO = r"(?:\s?[–—\-]\s?|\sto\s|\suntil\s)"
_NUMBER = (
    r"(?:[1-9]\d{0,2}(?:,\d{3}){1,12}+(?!\d)|(?:0(?!\d)|[1-9]\d{0,17}+(?!\d)))"
    r"(?:\.\d{1,40}+(?!\d))?+"
)
_WORD = rf"(?:{_one_of(_WORDS)}|hundred)(?![A-Za-z])"
_WORDS_RUN = rf"{_WORD}(?:(?:(?<=hundred)\sand\s|[\s\-]){_WORD}){{0,5}}+"
_IN_WORDS = (
    rf"(?<![A-Za-z\-])(?:{_WORDS_RUN}"
    rf"|an?(?=\s(?:hundred|thousand|million|billion|trillion))(?:\s{_WORDS_RUN})?+)"
)
_SCALE = r"(?:[\s\-]?(?:thousand|million|billion|trillion)|bn|trn|[mk])(?![A-Za-z])"
_SIGN = r"(?:(?<![A-Za-z])(?:RMB|CNY|US\$|USD|HK\$|HKD|EUR|JPY|GBP)\s?|[¥$€£])"
_UNIT = _one_of(UNITS | CURRENCY_UNITS)

_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?!\d)"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)(?![A-Za-z])\.?+"
)
_YEAR = (
    r"(?:1[5-9]|20)\d\d(?!\d|,\d{3}|\.\d|/\d|[%‰A-Za-z]|"
    r"\s(?:thousand|million|billion|trillion|yuan|per\s?cent|dollars|euros|years|days|times)\b)"
)
_PART_OF_YEAR = (
    r"(?:the\s)?(?:(?:first|second|third|fourth|last|1st|2nd|3rd|4th)\squarter(?!s)"
    r"|first\sthree\squarters|(?:first|second)\shalf)|Q[1-4]|H[12]"
)
_PERIOD = rf"(?i:{_PART_OF_YEAR}|(?:the\s)?(?:beginning|start|end)|early|late|mid)"
_DATE = rf"""
    (?<![\d\-])(?P<iso_year>(?:19|20)\d\d)-(?P<iso_month>1[0-2]|0[1-9])
      -(?P<iso_day>[12]\d|3[01]|0[1-9])(?!\d)
  | (?:(?<![A-Za-z])(?P<period>{_PERIOD})(?:\sof\s|[\s\-]))?+(?:
      (?:(?<![\d.,])(?P<day>{_DAY})\s(?:of\s)?)?(?<![A-Za-z])(?P<month>{_MONTH})(?!\s\d\d?(?!\d))
        (?:,?\s(?P<year>{_YEAR}))?
        (?:{_TO}(?:(?P<day2>{_DAY})\s)?(?P<month2>{_MONTH})(?:,?\s(?P<year2>{_YEAR}))?)?
    | (?<![A-Za-z])(?P<month_us>{_MONTH})\s(?P<day_us>{_DAY})(?:,?\s(?P<year_us>{_YEAR}))?
    | (?<![\dA-Za-z.,$€£¥])(?P<year_only>{_YEAR})(?:{_TO}(?P<year2_only>{_YEAR}))?
    )
  | (?<![A-Za-z])(?P<period_only>(?i:{_PART_OF_YEAR}))(?:\sof\sthe\syear)?(?![A-Za-z])
"""
_NOT_A_FIGURE = r"""
    (?i:(?:\d{1,2}th|[a-z]{5,11}th)\sfive-year\splan)
  | (?<![A-Za-z\d])(?!(?:RMB|CNY|USD|HKD|EUR|JPY|GBP)\d)[A-Za-z]++(?:[+\-/_]?+\d\w*+)
  | (?<![A-Za-z\d])\d[\d.,]{0,20}+(?!(?:st|nd|rd|th|km|kg|m|k|bn|trn|pp)\b)[A-Za-z]\w*+
  | \d++(?:\.\d++){2,}+ | 0\d++ | \d{19,}+ | \d{1,2}:\d\d(?!\d) | \[\d{1,3}\] | \(\d{1,2}\)
  | (?:(?<=\n)|\A)\s?\d{1,2}[.)]\s
  | (?<![A-Za-z])(?i:(?:third|3rd)[\s-](?:part(?:y|ies)|persons?)|second-?hand)(?![A-Za-z])
"""
_ORDER = rf"""
    (?<![A-Za-z])(?P<provision>(?i:{_one_of(PROVISION_UNITS)}))s?\s
      (?P<provision_number>\d{{1,3}}(?:,\d{{3}}){{1,12}}+|\d{{1,18}})(?![\d\-%]|[.,]\d)
  | (?<![\dA-Za-z])(?P<ordinal>\d{{1,3}}(?:,\d{{3}}){{1,12}}+|\d{{1,18}})(?:st|nd|rd|th)(?![A-Za-z])
  | (?<![A-Za-z])(?i:(?:(?P<ordinal_tens>{_TENS.replace(" ", "|")})-)?
      (?P<ordinal_last>{_one_of(ORDINAL_WORDS)}))(?![A-Za-z])
"""
_FRACTION = r"""
    (?<![\d/.,])(?P<above>\d{1,6})/(?P<below>\d{1,6})(?![\d/])
  | (?<![A-Za-z])(?i:
      (?P<above_word>one|an?(?=\s\w+\sof\s)|two|three|four|five|six|seven|eight|nine)[\s\-]
      (?P<below_word>third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth)s?)(?![A-Za-z])
  | (?<![A-Za-z\-])(?P<half>(?i:(?:one[\s\-]|a\s)?half))(?![A-Za-z\-]|\s(?:a|an|year)\b)
"""
_SEVERAL = rf"""
    (?<![A-Za-z])(?i:(?P<several>dozens|hundreds|thousands|millions|billions|trillions
        |tens(?=\sof\s(?:thousands|millions|billions|trillions)))
      (?:\sof\s(?P<several_of>thousands|millions|billions|trillions))?
      (?:\sof\s(?P<several_unit>{_UNIT}))?)(?![A-Za-z])
"""
_FIGURE = rf"""
    (?P<sign>{_SIGN})?(?P<number>(?<![A-Za-z\d]){_NUMBER}|(?<=[A-Z]){_NUMBER}|(?i:{_IN_WORDS}))
    (?P<scale>(?i:{_SCALE}))?
    (?P<range>[%‰]?(?P<joint>{_TO})(?P<upper>{_NUMBER}|(?i:{_IN_WORDS}))
      (?P<upper_scale>(?i:{_SCALE}))?(?![A-Za-z\d]))?
    (?:[\s\-]?(?:consecutive\s)?(?P<unit>(?i:{_UNIT}))(?![A-Za-z]))?
"""
TOKEN = re.compile(
    rf"""(?P<is_date>{_DATE})|(?P<none>{_NOT_A_FIGURE})|(?P<is_fraction>{_FRACTION})
    |(?P<is_order>{_ORDER})|(?P<is_several>{_SEVERAL})
    |(?<![A-Za-z])(?P<is_multiplied>(?i:{_one_of(MULTIPLIED)}))(?![A-Za-z])
    |(?P<is_figure>{_FIGURE})""",
    re.VERBOSE,
)
"""Exactly one of the groups `none` and `is_…` matches."""

BEFORE = re.compile(
    r"""(?<![A-Za-z])(?:
        (?P<at_most_verb>(?:not|never)\sexceed(?:ed|s|ing)?)
      | (?P<at_most>(?:no|not)\smore\sthan|at\smost|up\sto|within)
      | (?P<at_least_verb>(?:reached|met)\sor\sexceeded)
      | (?P<at_least>no\s(?:fewer|less)\sthan|not\sless\sthan|at\sleast)
      | (?P<less>less\sthan|fewer\sthan|under|below)
      | (?P<more_verb>exceed(?:ed|s|ing)?|surpass(?:ed|es|ing)?)
      | (?P<more>more\sthan|over|above|upwards\sof|in\sexcess\sof)
      | (?P<about>about|around|approximately|roughly|some)
      | (?P<nearly>nearly|almost|close\sto)
    )\s\Z""",
    re.VERBOSE | re.IGNORECASE,
)
"""How the words before a figure limit it; a group named `…_verb` is no part of the figure."""
