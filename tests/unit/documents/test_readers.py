import pytest

from zjip_qa.documents import SUPPORTED_SUFFIXES, reader_for
from zjip_qa.errors import UnsupportedFormat
from zjip_qa.types import BlockKind, Document, Language

H, P, I, T, C = (  # noqa: E741
    BlockKind.HEADING,
    BlockKind.PARAGRAPH,
    BlockKind.ITEM,
    BlockKind.TABLE,
    BlockKind.CODE,
)


def read(text: str, name: str) -> Document:
    return reader_for(name).read(text.encode(), name)


def parts(document: Document) -> list[tuple[BlockKind, int, str]]:
    return [(b.kind, b.level, document.text[b.span.start : b.span.end]) for b in document.blocks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# 题目 #\n\n## C#\n#不是", [(H, 1, "题目"), (H, 2, "C#"), (P, 0, "#不是")]),
        ("题目\n===\n节\n---\n", [(H, 1, "题目"), (H, 2, "节")]),
        ("一句话。\n---\n另一句。", [(P, 0, "一句话。"), (P, 0, "另一句。")]),
        ("第一行  \n第二行\n\n第三行", [(P, 0, "第一行  \n第二行"), (P, 0, "第三行")]),
        (
            "- 甲\n  接着\n* 乙\n1. 丙\n2) 丁\n- [x] 戊",
            [(I, 0, "甲\n  接着"), (I, 0, "乙"), (I, 0, "丙"), (I, 0, "丁"), (I, 0, "戊")],
        ),
        ("共有\n2023. 年的\n1. 项", [(P, 0, "共有\n2023. 年的"), (I, 0, "项")]),
        ("> 引用\n> 接着\n\n> ## 题", [(P, 0, "引用\n> 接着"), (H, 2, "题")]),
        (
            "前言\n| 年 | 件 |\n|---|:-:|\n| 2023 | 5004 |\n后记",
            [(P, 0, "前言"), (T, 0, "年 | 件"), (T, 0, "2023 | 5004"), (P, 0, "后记")],
        ),
        ("```py\na = 1\n\n# b\n```\n后", [(C, 0, "a = 1\n\n# b"), (P, 0, "后")]),
        ("~~~\n没有结尾", [(C, 0, "没有结尾")]),
        ("---\ntitle: x\n---\n正文", [(P, 0, "正文")]),
        ("---\n\n正文\n\n---\n后", [(P, 0, "正文"), (P, 0, "后")]),
        ("<!-- 批注\n仍是批注 -->\n正文<br>", [(P, 0, "正文<br>")]),
        ("![图一](a.png)\n<img src='x'>\n[1]: http://x\n**粗**", [(P, 0, "图一"), (P, 0, "粗")]),
        ("* * *\n　　缩进的段落。\r\n\r\n    再一段", [(P, 0, "缩进的段落。"), (P, 0, "再一段")]),
        ("", []),
        ("\r\n \r\n", []),
    ],
)
def test_markdown(text: str, expected: list[tuple[BlockKind, int, str]]) -> None:
    assert parts(read(text, "a.md")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "浙江省专利条例\n\n第一章 总则\n第一条 为了保护专利，制定本条例。\n"
            "第二章 保护\n第二条 略。",
            [
                (H, 1, "浙江省专利条例"),
                (H, 3, "第一章 总则"),
                (P, 0, "第一条 为了保护专利，制定本条例。"),
                (H, 3, "第二章 保护"),
                (P, 0, "第二条 略。"),
            ],
        ),
        # numbered lines in a row are a list, not headings
        (
            "各项如下：\n一、专利\n二、商标\n三、版权\n完。",
            [
                (P, 0, "各项如下："),
                (P, 0, "一、专利"),
                (P, 0, "二、商标"),
                (P, 0, "三、版权"),
                (P, 0, "完。"),
            ],
        ),
        # one line, one paragraph
        (
            "去年，专利许可居全国第一，转让居第三，质押项目一万余件。\n商标很多。\n",
            [
                (P, 0, "去年，专利许可居全国第一，转让居第三，质押项目一万余件。"),
                (P, 0, "商标很多。"),
            ],
        ),
        # wrapped to a width: the lines of a paragraph belong together
        (
            "去年专利许可备案三万余次居\n全国第一，转让八万余次居全\n国第三，质押登记一万余件，\n"
            "惠及企业。\n　　另起一段，说明商标的情况\n如下。",
            [
                (
                    P,
                    0,
                    "去年专利许可备案三万余次居\n全国第一，转让八万余次居全\n国第三，"
                    "质押登记一万余件，\n惠及企业。",
                ),
                (P, 0, "另起一段，说明商标的情况\n如下。"),
            ],
        ),
        ("甲段。\r\n\r\n乙段。\r丙段。", [(P, 0, "甲段。"), (P, 0, "乙段。"), (P, 0, "丙段。")]),
        ("", []),
    ],
)
def test_plain_text(text: str, expected: list[tuple[BlockKind, int, str]]) -> None:
    assert parts(read(text, "a.txt")) == expected


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("## 节\n\n# 知识产权  强省\n", "a.md", "知识产权 强省"),
        ("## 节\n\n正文", "a.md", "节"),
        ("甲" * 81, "b/报告.md", "报告"),
        ("", "b/报告.txt", "报告"),
        ("关于专利的通知\n\n各市：\n略。", "a.txt", "关于专利的通知"),
    ],
)
def test_title(text: str, name: str, title: str) -> None:
    assert read(text, name).title == title


def test_language_leaves_code_out() -> None:
    code = "```\nfor the value in the list: print the value of it\n```\n" * 9
    assert read(code + "专利的许可", "a.md").language is Language.ZH
    assert read("Patents of the province", "a.txt").language is Language.EN


def test_offsets_refer_to_the_decoded_text() -> None:
    data = b"\xef\xbb\xbf" + "# 题\r\n正文。".encode()
    document = reader_for("a.md").read(data, "a.md")
    assert document.text == "# 题\r\n正文。"
    assert parts(document) == [(H, 1, "题"), (P, 0, "正文。")]


def test_suffixes() -> None:
    assert SUPPORTED_SUFFIXES == (
        ".csv",
        ".docx",
        ".epub",
        ".htm",
        ".html",
        ".markdown",
        ".md",
        ".pdf",
        ".tsv",
        ".txt",
        ".xhtml",
        ".xlsx",
    )
    assert reader_for("A.MD") is reader_for("b.markdown")
    with pytest.raises(UnsupportedFormat, match=r"a\.rtf has the suffix \.rtf; .*\.md, "):
        reader_for("x/a.rtf")
