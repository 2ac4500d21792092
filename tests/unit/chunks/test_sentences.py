from pathlib import Path

import pytest

from zjip_qa.chunks import document_sentences
from zjip_qa.documents import reader_for
from zjip_qa.types import Document

ARTICLE = Path(__file__).parents[3] / "corpus" / "zhejiang-ip.md"


def read(text: str, name: str = "a.md") -> Document:
    return reader_for(name).read(text.encode(), name)


def split(document: Document) -> list[str]:
    return [document.text[s.span.start : s.span.end] for s in document_sentences(document)]


def test_headings_are_the_section_and_not_sentences() -> None:
    document = read("# 题\n序。\n## 甲\n### 子\n一。二。\n## 乙\n三。\n# 附录\n四。")
    assert [(s.section, document.text[s.span.start]) for s in document_sentences(document)] == [
        ((), "序"),
        (("甲", "子"), "一"),
        (("甲", "子"), "二"),
        (("乙",), "三"),
        (("附录",), "四"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # broken in mid-word by the layout of the page
        (
            "专利多,商标也多,赋能高质\n\n量发展,成效显著。",
            ["专利多,商标也多,赋能高质\n\n量发展,成效显著。"],
        ),
        ("甲。乙有丙、\n\n丁，戊。己。", ["甲。", "乙有丙、\n\n丁，戊。", "己。"]),
        ("甲，乙\n\n丙，丁\n\n戊，己。", ["甲，乙\n\n丙，丁\n\n戊，己。"]),
        # a caption has no clause marks, before or after
        ("首届产品展览\n\n去年，专利增长。", ["首届产品展览", "去年，专利增长。"]),
        ("去年，专利增长\n\n首届产品展览", ["去年，专利增长", "首届产品展览"]),
        # something stands between, or the next one doesn't go on in Chinese
        ("甲，乙\n\n## 题\n\n丙，丁。", ["甲，乙", "丙，丁。"]),
        ("甲，乙\n\n- 丙，丁。", ["甲，乙", "丙，丁。"]),
        ("甲，乙\n\n(丙，丁。)", ["甲，乙", "(丙，丁。)"]),
        ("甲，乙：\n\n丙，丁。", ["甲，乙：", "丙，丁。"]),
        # the lines of a figure box
        ("登记5004件 占71.9%  \n金额21.7亿元", ["登记5004件 占71.9%", "金额21.7亿元"]),
        ("登记5004件<br>\n金额21.7亿元", ["登记5004件", "金额21.7亿元"]),
        ("登记5004件\n金额21.7亿元", ["登记5004件\n金额21.7亿元"]),
        # table rows and code
        ("|年|件|\n|-|-|\n|2023|5004|", ["年|件", "2023|5004"]),
        ("```\na. b\n\nc\n```", ["a. b", "c"]),
    ],
)
def test_what_layout_does_is_mended(text: str, expected: list[str]) -> None:
    assert split(read(text)) == expected


def test_a_line_broken_in_plain_text() -> None:
    text = "各地纷纷行动，出台政策，保护知识产\n权，成效显著，企业受益，社会满意，各界好评。\n完。"
    assert split(read(text, "a.txt"))[0].endswith(
        "保护知识产\n权，成效显著，企业受益，社会满意，各界好评。"
    )


def test_the_article() -> None:
    document = reader_for("a.md").read(ARTICLE.read_bytes(), "a.md")
    sentences = split(document)
    assert len(sentences) == 67
    assert "近年来,知识产权赋能新兴产业高质量发展\n\n展成效显著。" in sentences
    assert any(s.startswith("一批现代化、专\n\n业化") for s in sentences)
    assert "登记5004件 全国占比71.9%" in sentences
    assert "转化运用金额21.7亿元 全国占比94.3%" in sentences
    assert "朱言 陈琳嘉" in sentences
    assert "首届全国专利密集型产品展览" in sentences
    sections = {s.section for s in document_sentences(document)}
    assert ("全省专利发展 实现新跨越", "顶层设计—— 驱动科技创新抢占新高地") in sections
    assert not any("#" in s for s in sentences)


def test_articles_of_a_law_are_sections() -> None:
    law = (
        "# 专利法\n\n## 第五章 期限\n\n第四十二条　发明专利权的期限为二十年。\n\n"
        "自申请日起计算。\n\n"
        "**第四十三条** 专利权人应当缴纳年费。\n\n第二条规定的除外。\n\n## 第六章 附则\n\n略。"
    )
    document = reader_for("a.md").read(law.encode(), "a.md")
    chapter = "第五章 期限"
    assert [
        (document.text[s.span.start : s.span.end], s.section) for s in document_sentences(document)
    ] == [
        ("第四十二条　发明专利权的期限为二十年。", (chapter, "第四十二条")),
        ("自申请日起计算。", (chapter, "第四十二条")),
        ("**第四十三条** 专利权人应当缴纳年费。", (chapter, "第四十三条")),
        ("第二条规定的除外。", (chapter, "第四十三条")),
        ("略。", ("第六章 附则",)),
    ]


def test_a_row_of_a_table_is_one_sentence() -> None:
    document = reader_for("a.csv").read("城市,说明\n杭州,第一。第二。\n".encode(), "a.csv")
    (sentence,) = document_sentences(document)
    assert (
        document.text[sentence.span.start : sentence.span.end] == "城市：杭州；说明：第一。第二。"
    )
