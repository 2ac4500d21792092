import pytest

from zjip_qa.chunks import lead_in
from zjip_qa.documents import reader_for
from zjip_qa.types import Document, Span

_LAW = """# 商标法

## 第七章 保护

**第五十七条**　有下列行为之一的，均属侵犯注册商标专用权：

（一）未经许可使用相同商标的；

（二）有下列情形之一，容易导致混淆的：

1. 使用近似商标；
2. 在类似商品上使用。

（三）销售侵权商品的。

第五十八条　另有规定的除外。

（一）孤立的一项。
"""
_LIST = """# Plan

The city does it. It supports three things:

- pledges
- licences:
  - open ones
  - others
- sales

Then it ends.

- no introduction
"""
_TABLE = """# 数据

| 年份 | 件数 |
| --- | ---: |
| 2022 | 4000 |
| 2023 | 5004 |

说明。

| 单独一行
"""


def _read(text: str, name: str = "a.md") -> Document:
    return reader_for(name).read(text.encode(), name)


def _lead(text: str, quote: str, name: str = "a.md") -> str:
    document = _read(text, name)
    start = document.text.index(quote)
    return lead_in(document, Span(start, start + len(quote)))


@pytest.mark.parametrize(
    ("quote", "lead"),
    [
        ("未经许可使用相同商标的", "有下列行为之一的，均属侵犯注册商标专用权："),
        ("销售侵权商品的", "有下列行为之一的，均属侵犯注册商标专用权："),
        ("在类似商品上使用", "（二）有下列情形之一，容易导致混淆的："),
        ("有下列行为之一的，均属", ""),
        ("孤立的一项", ""),
    ],
)
def test_an_item_of_a_law_has_the_sentence_that_introduces_it(quote: str, lead: str) -> None:
    assert _lead(_LAW, quote) == lead


@pytest.mark.parametrize(
    ("quote", "lead"),
    [
        ("pledges", "It supports three things:"),
        ("licences", "It supports three things:"),
        ("others", "licences:"),
        ("sales", "It supports three things:"),
        ("Then it ends", ""),
        ("no introduction", ""),
    ],
)
def test_items_of_a_nested_list(quote: str, lead: str) -> None:
    assert _lead(_LIST, quote) == lead


@pytest.mark.parametrize(
    ("quote", "lead"),
    [("2022 |", "年份 | 件数"), ("2023 |", "年份 | 件数"), ("年份 |", ""), ("说明", "")],
)
def test_a_row_of_a_markdown_table_has_its_columns(quote: str, lead: str) -> None:
    assert _lead(_TABLE, quote) == lead


def test_a_row_that_says_its_columns_needs_none() -> None:
    assert _lead("年份,件数\n2022,4000\n2023,5004\n", "年份：2023", "a.csv") == ""


def test_a_long_introduction_is_cut_and_stands_on_one_line() -> None:
    found = _lead(f"有下列\n情形{'甲' * 80}：\n\n（一）乙。\n", "乙")
    assert len(found) == 60
    assert found.startswith("有下列 情形甲")
    assert found.endswith("…")


def test_what_lies_outside_every_block_has_none() -> None:
    assert lead_in(_read("甲：\n\n- 乙\n"), Span(4, 5)) == ""
    assert lead_in(Document("a", "text"), Span(0, 4)) == ""


def test_a_list_inside_one_paragraph() -> None:
    text = (
        "# 办法\n\n第三条　申请应当真实。申请材料包括：（一）申请书；（二）身份证明，分为："
        "1.护照；2.居民证；（三）其他材料。附件（四）另行公布。\n"
    )
    assert _lead(text, "（一）申请书") == "申请材料包括："
    assert _lead(text, "（三）其他材料") == "申请材料包括："
    assert _lead(text, "2.居民证") == "（二）身份证明，分为："
    # The quote that holds the introduction needs none, nor does what is no item.
    assert _lead(text, "申请材料包括：（一）申请书") == ""
    assert _lead(text, "附件（四）") == ""
