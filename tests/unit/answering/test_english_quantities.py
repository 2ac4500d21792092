from decimal import Decimal

import pytest

from zjip_qa.answering.quantities import (
    QuantityKind,
    find_english_quantities,
    find_quantities,
    in_english,
    same_value,
)
from zjip_qa.answering.quantities.quantity import Quantity
from zjip_qa.types import Span


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("RMB 302.807 billion", "3028.07亿元"),
        ("302.807 billion yuan", "3028.07亿元"),
        ("US$5 million", "500万美元"),
        ("84,000", "8.4万次"),
        ("eighty-four thousand", "8.4万次"),
        ("2.12 million", "212万件"),
        ("two hundred and fifty", "250家"),
        ("a million", "100万件"),
        ("more than 30,000", "3万余次"),
        ("85%", "85%"),
        ("eighty-five per cent", "85%"),
        ("three percentage points", "3个百分点"),
        ("two-thirds", "三分之二"),
        ("half", "一半"),
        ("12th", "第12位"),
        ("first", "首位"),
        ("twenty-first", "第二十一"),
        ("Article 20", "第二十条"),
        ("1 January 2023", "2023年1月1日"),
        ("January 1st, 2023", "2023年1月1日"),
        ("2023-01-01", "2023年1月1日"),
        ("March 2024", "2024年3月"),
        ("2023–2027", "2023—2027年"),
        ("2021 to 2023", "2021年至2023年"),
        ("January–June 2023", "2023年1—6月"),
        ("Q1 2023", "2023年第一季度"),
        ("the first half of the year", "上半年"),
        ("the end of 2023", "2023年底"),
        ("mid-March 2024", "2024年3月中旬"),
        ("3 consecutive years", "连续三年"),
        ("one month", "一个月"),
        ("3 to 5 years", "3至5年"),
        ("RMB 3-5 billion", "30—50亿元"),
        ("10%–15%", "10%—15%"),
        ("dozens", "数十家"),
        ("hundreds of thousands", "几十万人"),
        ("doubled", "翻一番"),
        ("121.7 times", "121.7倍"),
    ],
)
def test_both_languages_give_one_value(text: str, chinese: str) -> None:
    (english,) = find_english_quantities(text)
    assert text[english.span.start : english.span.end] == text
    (original,) = find_quantities(chinese)
    assert same_value(english, original)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rose from 17,000 to 2.12 million", ["17,000", "2.12 million"]),
        ("from 10% to 15% in 2023", ["10%", "15%", "2023"]),
        ("exceeded RMB 570 billion", ["RMB 570 billion"]),
        ("no fewer than 10 firms", ["no fewer than 10"]),
        ("In 2023, 3,618 products", ["2023", "3,618"]),
        ("In May the office moved", ["May"]),
        ("We March on; May I ask?", []),
        ("one of them", []),
        ("COVID-19, T+1, 5G and the 1990s", []),
        ("during the 14th Five-Year Plan", []),
        ("see [12] and (3)", []),
        ("1. Scope", []),
    ],
)
def test_figures_in_running_text(text: str, found: list[str]) -> None:
    spans = [q.span for q in find_english_quantities(text)]
    assert [text[span.start : span.end] for span in spans] == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exceeded RMB 570 billion", "more than RMB 570 billion"),
        ("did not exceed 5%", "at most 5%"),
        ("almost 100", "nearly 100"),
        ("some 40 firms", "about 40"),
        ("fewer than 3", "less than 3"),
    ],
)
def test_limits_are_read(text: str, said: str) -> None:
    (quantity,) = find_english_quantities(text)
    assert in_english(quantity) == said


def test_a_figure_without_value_cannot_be_said() -> None:
    with pytest.raises(ValueError, match="needs a value"):
        in_english(Quantity(Span(0, 1), QuantityKind.NUMBER, None))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
        (21, "21st"), (101, "101st"), (111, "111th"), (1000, "1,000th"),
    ],
)  # fmt: skip
def test_ordinals(value: int, said: str) -> None:
    assert in_english(Quantity(Span(0, 1), QuantityKind.RANK, Decimal(value))) == said
