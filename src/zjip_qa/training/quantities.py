"""Rows made by code: figures, dates, ranks and shares as Chinese and English write them.

Chinese counts in 万 (10⁴) and 亿 (10⁸), English in thousands, so the same quantity looks
different in the two languages; running text holds too few examples to learn that from.
Quantities, dates and wording are drawn at random and state nothing about the world.
"""

from __future__ import annotations

import random
from decimal import Decimal

from zjip_qa.training.data import Pair

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
# Chinese noun, its measure word, English noun.
_COUNTED = (
    ("企业", "家", "companies"),
    ("专利", "件", "patents"),
    ("商标", "件", "trademarks"),
    ("项目", "个", "projects"),
    ("居民", "人", "residents"),
    ("学生", "名", "students"),
    ("汽车", "辆", "cars"),
    ("岗位", "个", "jobs"),
    ("案件", "起", "cases"),
    ("合同", "份", "contracts"),
    ("粮食", "吨", "tonnes of grain"),
    ("医院", "家", "hospitals"),
    ("游客", "人次", "tourist visits"),
    ("住房", "套", "homes"),
)
_MEASURED = (
    ("出口额", "exports"),
    ("贷款余额", "outstanding loans"),
    ("研发投入", "research and development spending"),
    ("财政收入", "fiscal revenue"),
    ("营业收入", "operating revenue"),
    ("固定资产投资", "fixed-asset investment"),
    ("进口额", "imports"),
    ("社会消费品零售总额", "total retail sales of consumer goods"),
    ("地区生产总值", "regional gross domestic product"),
)
_DIGITS = "零一二三四五六七八九"
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def quantity_pairs(n: int, seed: int) -> list[Pair]:
    """Make English–Chinese rows about quantities.

    Args:
        n: how many rows; repeated ones are possible.
        seed: the same seed gives the same rows.

    Example: ("84,000 patents", "8.4万件专利").
    """
    draw = random.Random(seed)
    kinds = (_count, _money, _date, _rank, _percentage, _growth, _years, _period)
    return [draw.choice(kinds)(draw) for _ in range(n)]


def _figure(draw: random.Random, places: int) -> Decimal:
    return Decimal(draw.randint(11, 10 ** draw.choice((3, 4)) - 1)).scaleb(-places)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def _count(draw: random.Random) -> Pair:
    noun, measure, english = draw.choice(_COUNTED)
    unit, size = draw.choice((("", 1), ("万", 10**4), ("万", 10**4), ("亿", 10**8)))
    number = _figure(draw, 0 if size == 1 else draw.choice((1, 2)))
    quantity = number * size
    amount = _plain(quantity)
    if quantity >= 10**6 and draw.random() < 0.6:
        amount = _large(quantity)
    written = f"{number.normalize():f}{unit}"
    return draw.choice(
        (
            (f"{amount} {english}", f"{written}{measure}{noun}"),
            (f"The number of {english} reached {amount}.", f"{noun}数量达到{written}{measure}。"),
            (f"more than {amount} {english}", f"超过{written}{measure}{noun}"),
            (f"How many {english} are there? {amount}.", f"有多少{noun}?{written}{measure}。"),
            (amount, written),
        )
    )


def _large(quantity: Decimal) -> str:
    for name, size in (("trillion", 10**12), ("billion", 10**9), ("million", 10**6)):
        if quantity >= size:
            return f"{_plain(quantity / size)} {name}"
    return _plain(quantity)


def _money(draw: random.Random) -> Pair:
    noun, english = draw.choice(_MEASURED)
    unit, size = draw.choice((("万", 10**4), ("亿", 10**8), ("亿", 10**8), ("万亿", 10**12)))
    number = _figure(draw, draw.choice((0, 1, 2)))
    amount = _large(number * size)
    # Decimal.normalize would write 300 as 3E+2.
    written = f"{number:f}{unit}"
    currency, sign = draw.choice(
        (("元", f"{amount} yuan"), ("元", f"RMB {amount}"), ("美元", f"${amount}"))
    )
    return draw.choice(
        (
            (sign, f"{written}{currency}"),
            (f"{english} of {sign}", f"{noun}{written}{currency}"),
            (f"{english.capitalize()} came to {sign}.", f"{noun}为{written}{currency}。"),
            (f"{english.capitalize()} exceeded {sign}.", f"{noun}突破{written}{currency}。"),
        )
    )


def _date(draw: random.Random) -> Pair:
    year, month, day = draw.randint(1949, 2035), draw.randint(1, 12), draw.randint(1, 28)
    name = _MONTHS[month - 1]
    return draw.choice(
        (
            (f"{day} {name} {year}", f"{year}年{month}月{day}日"),
            (f"{name} {day}, {year}", f"{year}年{month}月{day}日"),
            (f"since {name} {year}", f"自{year}年{month}月以来"),
            (f"by the end of {year}", f"截至{year}年底"),
            (f"It took effect on {day} {name} {year}.", f"自{year}年{month}月{day}日起施行。"),
            (f"from {year} to {year + 5}", f"{year}年至{year + 5}年"),
        )
    )


def _rank(draw: random.Random) -> Pair:
    place = draw.randint(1, 40)
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(place % 10 if place not in (11, 12, 13) else 0, "th")
    before = place + draw.randint(1, 9)
    return draw.choice(
        (
            (f"{place}{suffix} place", f"第{place}位"),
            (f"ranked {place}{suffix} in the country", f"居全国第{place}位"),
            (f"ranks {place}{suffix} in the world", f"位列世界第{place}"),
            (f"among the top {place}", f"进入前{place}名"),
            (f"rose from number {before} to number {place}", f"从第{before}位升至第{place}位"),
        )
    )


def _percentage(draw: random.Random) -> Pair:
    share = _figure(draw, 1) % 100
    written = f"{share.normalize():f}"
    tens = draw.randint(2, 9)
    return draw.choice(
        (
            (f"{written} percent", f"{written}%"),
            (f"{written}% of the total", f"占总数的{written}%"),
            (f"accounting for {written} percent of the country", f"全国占比{written}%"),
            (f"{tens}0 percent", f"百分之{_DIGITS[tens]}十"),
            (f"one {_ordinal(tens)}", f"{_DIGITS[tens]}分之一"),
        )
    )


def _ordinal(denominator: int) -> str:
    names = ("half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth")
    return names[denominator - 2]


def _growth(draw: random.Random) -> Pair:
    noun, english = draw.choice(_MEASURED)
    rate = f"{(_figure(draw, 1) % 100).normalize():f}"
    times = draw.randint(2, 30)
    return draw.choice(
        (
            (f"{english} grew {rate}% year on year", f"{noun}同比增长{rate}%"),
            (f"{english} fell {rate} percent from a year earlier", f"{noun}同比下降{rate}%"),
            (f"average annual growth of {rate} percent", f"年均增长{rate}%"),
            (f"up {rate} percentage points", f"提高{rate}个百分点"),
            (f"{english} rose {times}-fold", f"{noun}增长{times}倍"),
            (f"{english} doubled", f"{noun}翻了一番"),
        )
    )


def _years(draw: random.Random) -> Pair:
    n = draw.randint(2, 9)
    return draw.choice(
        (
            (f"for {_WORDS[n]} consecutive years", f"连续{n}年"),
            (f"in the past {_WORDS[n]} years", f"过去{_DIGITS[n]}年来"),
            (f"within {_WORDS[n]} years", f"{n}年内"),
            (f"{_WORDS[n]} times as many", f"是原来的{n}倍"),
            (f"the first {_WORDS[n]} months", f"前{n}个月"),
        )
    )


def _period(draw: random.Random) -> Pair:
    year, quarter, plan = draw.randint(2001, 2030), draw.randint(1, 4), draw.randint(1, 5)
    ordinals = ("first", "second", "third", "fourth")
    fifths = ("11th", "12th", "13th", "14th", "15th")
    return draw.choice(
        (
            (
                f"the {ordinals[quarter - 1]} quarter of {year}",
                f"{year}年第{_DIGITS[quarter]}季度",
            ),
            (f"the first half of {year}", f"{year}年上半年"),
            (f"the second half of {year}", f"{year}年下半年"),
            (f"the {fifths[plan - 1]} Five-Year Plan period", f"“十{_DIGITS[plan]}五”时期"),
            (f"the {year // 10 * 10}s", f"{year // 10 * 10}年代"),
        )
    )
