"""What Chinese figures and dates are read as; `said` also checks kind, unit and limit."""

from decimal import Decimal

import pytest

from zjip_qa.answering.quantities import (
    Approximation,
    Quantity,
    QuantityKind,
    chinese_number,
    find_quantities,
    in_english,
    same_value,
)


def read(text: str) -> list[tuple[str, str, str]]:
    """What stands there, its kind, and how it is said."""
    return [
        (text[q.span.start : q.span.end], q.kind.value, in_english(q))
        for q in find_quantities(text)
    ]


def only(text: str) -> Quantity:
    (quantity,) = find_quantities(text)
    return quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("二十", "20"),
        ("三百零五", "305"),
        ("三百五", "350"),
        ("二〇二三", "2023"),
        ("1,234.5", "1234.5"),
        ("三点五", "3.5"),
        ("3.5万亿", "3500000000000"),
        ("1亿2000万", "120000000"),
        ("一亿三千万", "130000000"),
        ("两万五", "25000"),
        ("一千零一", "1001"),
        ("十万零三百", "100300"),
    ],
)
def test_numbers_are_read(text: str, value: str) -> None:
    assert chinese_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "点", "三三", "百万亿亿", "十二十", "万亿三亿万", "1.2.3"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert chinese_number(text) is None


@pytest.mark.parametrize(
    ("text", "span", "kind", "said"),
    [
        ("共8.4万次", "8.4万次", "number", "84,000"),
        ("共 8.4 万件", "8.4 万件", "number", "84,000"),
        ("共８．４万件", "８．４万件", "number", "84,000"),
        ("專利3萬餘件", "3萬餘件", "number", "more than 30,000"),
        ("共10,971件", "10,971件", "number", "10,971"),
        ("有212万件", "212万件", "number", "2.12 million"),
        ("3000多家", "3000多家", "number", "more than 3,000"),
        ("870余家", "870余家", "number", "more than 870"),
        ("二十多家", "二十多家", "number", "more than 20"),
        ("十几个", "十几个", "number", "more than 10"),
        ("三百多万件", "三百多万件", "number", "more than 3 million"),
        ("50来个", "50来个", "number", "about 50"),
        ("不到3家", "3家", "number", "less than 3"),
        ("不足10%", "10%", "share", "less than 10%"),
        ("达到或超过5%", "5%", "share", "at least 5%"),
        ("不低于5%", "5%", "share", "at least 5%"),
        ("不超过5%", "5%", "share", "at most 5%"),
        ("50%以上", "50%", "share", "at least 50%"),
        ("20人左右", "20人", "number", "about 20"),
        ("近百家", "百家", "number", "nearly 100"),
        ("上百家", "上百家", "number", "at least 100"),
        ("数十家", "数十家", "number", "dozens"),
        ("几百人", "几百人", "number", "hundreds"),
        ("数百亿元", "数百亿元", "money", "tens of billions of RMB"),
        ("三大体系", "三大", "number", "3"),
        ("连续两年", "两年", "number", "2 years"),
        ("两年半", "两年半", "number", "2.5 years"),
        ("两个半月", "两个半月", "number", "2.5 months"),
        ("近三年", "三年", "number", "3 years"),
        ("将近三年", "三年", "number", "nearly 3 years"),
        ("为期一年", "一年", "number", "1 year"),
        ("三十日内", "三十日", "number", "30 days"),
        ("二十个工作日", "二十个工作日", "number", "20 working days"),
        ("不满十四周岁", "十四周岁", "number", "less than 14"),
        ("增长121.7倍", "121.7倍", "number", "121.7 times"),
        ("翻一番", "翻一番", "number", "2 times"),
        ("翻了两番", "翻了两番", "number", "4 times"),
        ("3至5年", "3至5年", "number", "3–5 years"),
        ("三五年", "三五年", "number", "about 3–5 years"),
        ("3—5万元", "3—5万元", "money", "RMB 30,000–50,000"),
        ("10%—15%", "10%—15%", "share", "10%–15%"),
        ("3028.07亿元", "3028.07亿元", "money", "RMB 302.807 billion"),
        ("302万元", "302万元", "money", "RMB 3.02 million"),
        ("1亿2000万元", "1亿2000万元", "money", "RMB 120 million"),
        ("3万5千元", "3万5千元", "money", "RMB 35,000"),
        ("约1.2亿元", "1.2亿元", "money", "about RMB 120 million"),
        ("约人民币1.2亿元", "1.2亿元", "money", "about RMB 120 million"),
        ("人民币5亿", "5亿", "money", "RMB 500 million"),
        ("RMB3亿", "3亿", "money", "RMB 300 million"),
        ("3亿美元", "3亿美元", "money", "USD 300 million"),
        ("节约3万元", "3万元", "money", "RMB 30,000"),
        ("百分之三点五", "百分之三点五", "share", "3.5%"),
        ("三分之一", "三分之一", "share", "1/3"),
        ("近三成", "三成", "share", "nearly 30%"),
        ("三成五", "三成五", "share", "35%"),
        ("占半数", "半数", "share", "50%"),
        ("过半数", "过半数", "share", "more than 50%"),
        ("3个百分点", "3个百分点", "share", "3 percentage points"),
        ("跃升至第4位", "第4位", "rank", "4th"),
        ("居全国第三", "第三", "rank", "3rd"),
        ("居全国首位", "首位", "rank", "1st"),
        ("依照第二十条", "第二十条", "ordinal", "Article 20"),
        ("第十三章", "第十三章", "ordinal", "Chapter 13"),
        ("第二届", "第二届", "ordinal", "2nd"),
        ("2023年1月1日", "2023年1月1日", "date", "1 January 2023"),
        ("二〇二三年三月五日", "二〇二三年三月五日", "date", "5 March 2023"),
        ("二〇二三年起", "二〇二三年", "date", "2023"),
        ("2023年度", "2023年度", "date", "2023"),
        ("2021年至2023年 全国", "2021年至2023年", "date", "2021–2023"),
        ("2023—2025共建", "2023—2025", "date", "2023–2025"),
        ("2023年1月至3月", "2023年1月至3月", "date", "January 2023 – March 2023"),
        ("1—6月", "1—6月", "date", "January – June"),
        ("浙政发〔2023〕文", "2023", "date", "2023"),
        ("2023年第一季度", "2023年第一季度", "date", "the first quarter of 2023"),
        ("2023年前三季度", "2023年前三季度", "date", "the first three quarters of 2023"),
        ("上半年", "上半年", "date", "the first half of the year"),
        ("2022年下半年", "2022年下半年", "date", "the second half of 2022"),
        ("2023年年底", "2023年年底", "date", "the end of 2023"),
        ("3月中旬", "3月中旬", "date", "mid-March"),
        ("2023年初步建成", "2023年", "date", "2023"),
        ("2023-01-05", "2023-01-05", "date", "5 January 2023"),
    ],
)
def test_a_figure_is_read(text: str, span: str, kind: str, said: str) -> None:
    assert read(text) == [(span, kind, said)]


@pytest.mark.parametrize(
    "text",
    [
        "去年和今年",
        "实现“T+1”出证",
        "5G与PCT",
        "符合ISO9001",
        "第三方机构",
        "十分重要",
        "一批平台",
        "统一的一家",
        "千家万户",
        "百家争鸣",
        "六安、九江、三亚、四川",
        "零部件",
        "20世纪90年代",
        "2000年代",
        "11:30",
        "（3）",
        "文献[12]指出",
        "图3-5",
        "版本1.2.3",
        "编号0571",
        "12345678901234567890",
        "每万户企业",
        "浙江“三立足三强化”",
        "“十四五”时期",
    ],
)
def test_what_only_looks_like_a_figure_is_left_alone(text: str) -> None:
    assert find_quantities(text) == []


def test_several_figures_come_in_order() -> None:
    assert read("从1.7万件增长至212万件,分别增长121.7倍、391倍,从第12位跃升至第4位") == [
        ("1.7万件", "number", "17,000"),
        ("212万件", "number", "2.12 million"),
        ("121.7倍", "number", "121.7 times"),
        ("391倍", "number", "391 times"),
        ("第12位", "rank", "12th"),
        ("第4位", "rank", "4th"),
    ]


def test_terms_of_years_keep_their_limits() -> None:
    assert [said for *_, said in read("处三年以上十年以下有期徒刑")] == [
        "at least 3 years",
        "at most 10 years",
    ]


def test_a_list_number_is_no_figure() -> None:
    assert read("1.专利3件；2、商标4件") == [("3件", "number", "3"), ("4件", "number", "4")]


def test_english_text_is_read_as_english() -> None:
    text = "Helped 3 firms, including Paitai (湃肽生物), raise RMB 950 million."
    assert read(text) == [("3", "number", "3"), ("RMB 950 million", "money", "RMB 950 million")]


def test_the_parts_of_a_quantity() -> None:
    quantity = only("突破5700亿元")
    assert (quantity.kind, quantity.value, quantity.unit, quantity.approximation) == (
        QuantityKind.MONEY,
        Decimal(570_000_000_000),
        "元",
        Approximation.MORE,
    )
    quantity = only("2021年3月至5月")
    assert (quantity.value, quantity.date, quantity.until) == (None, (2021, 3, 0), (2021, 5, 0))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3万余次", "30000件"),
        ("3个百分点", "三个百分点"),
        ("二〇二三年", "2023年"),
        ("0.35亿元", "3500万元"),
        ("两成", "20%"),
        ("第三", "第3名"),
        ("两年", "2年"),
    ],
)
def test_the_same_value(one: str, other: str) -> None:
    assert same_value(only(one), only(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3个百分点", "3%"),
        ("3亿元", "3亿美元"),
        ("3亿元", "3亿件"),
        ("3年", "3个月"),
        ("第3条", "第3章"),
        ("第3条", "第3位"),
        ("3家", "3至5家"),
        ("2023年", "2023年3月"),
        ("2023年", "2023年底"),
        ("2023年", "2023—2025年"),
        ("第3位", "3家"),
    ],
)
def test_different_values(one: str, other: str) -> None:
    assert not same_value(only(one), only(other))
