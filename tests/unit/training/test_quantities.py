import re
from decimal import Decimal

import pytest

from zjip_qa.training.quantities import quantity_pairs

_SIZES = {"": 1, "万": 10**4, "亿": 10**8, "万亿": 10**12}
_NAMES = {"": 1, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def _chinese_quantities(text: str) -> list[Decimal]:
    found = re.findall(r"(\d+(?:\.\d+)?)(万亿|万|亿)?", text)
    return [Decimal(number) * _SIZES[unit] for number, unit in found]


def _english_quantities(text: str) -> list[Decimal]:
    found = re.findall(r"(\d[\d,]*(?:\.\d+)?)(?: (million|billion|trillion))?", text)
    return [Decimal(number.replace(",", "")) * _NAMES[name] for number, name in found]


def test_amounts_are_equal_in_both_languages() -> None:
    rows = [
        (english, chinese)
        for english, chinese in quantity_pairs(4000, seed=3)
        if re.search(r"\d[万亿元件家吨]", chinese) and "年" not in chinese
    ]
    assert len(rows) > 500
    for english, chinese in rows:
        assert _english_quantities(english) == _chinese_quantities(chinese), (english, chinese)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("11th place", "第11位"),
        ("22nd place", "第22位"),
        ("33rd place", "第33位"),
        ("the 14th Five-Year Plan period", "“十四五”时期"),
        ("one quarter", "四分之一"),
    ],
)
def test_wordings_that_rules_could_miss(english: str, chinese: str) -> None:
    assert (english, chinese) in quantity_pairs(20_000, seed=0)


def test_one_seed_gives_one_set_of_rows() -> None:
    assert quantity_pairs(50, seed=7) == quantity_pairs(50, seed=7)
    assert quantity_pairs(50, seed=7) != quantity_pairs(50, seed=8)
