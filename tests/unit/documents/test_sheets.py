import datetime
import io

import openpyxl
import pytest
from tests.books import xlsx_file

from zjip_qa.documents import reader_for
from zjip_qa.documents.readers import xlsx
from zjip_qa.errors import UnreadableDocument
from zjip_qa.types import BlockKind, Document

H, P, T = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.TABLE


def read(data: bytes, name: str) -> Document:
    return reader_for(name).read(data, name)


def parts(document: Document) -> list[tuple[BlockKind, int, str]]:
    return [(b.kind, b.level, document.text[b.span.start : b.span.end]) for b in document.blocks]


@pytest.mark.parametrize(
    ("text", "name", "rows"),
    [
        ("城市,专利数\n杭州,5004\n宁波,\n", "a.csv", ["城市：杭州；专利数：5004", "城市：宁波"]),
        ('term,meaning\n"a, b","line\nend"\n', "a.csv", ["term: a, b; meaning: line end"]),
        ("a\tb\n1,5\t2\n", "a.tsv", ["a: 1,5; b: 2"]),
        ("甲;乙\r\n1,5;2\r\n", "a.csv", ["甲：1,5；乙：2"]),
        # figures at once: no names
        ("杭州,5004\n宁波,3\n", "a.csv", ["杭州；5004", "宁波；3"]),
        # a caption above; years name columns
        ("表1 专利,,\n城市,2022,2023\n杭州,1,2\n", "a.csv", [
            "表1 专利", "城市：杭州；2022：1；2023：2"]),
        # rows longer than the names
        ("a,b\nx,y,z\n", "a.csv", ["a: x; b: y; z"]),
        ("", "a.csv", []),
        (",,\n\n", "a.csv", []),
    ],
)  # fmt: skip
def test_csv(text: str, name: str, rows: list[str]) -> None:
    assert [text for _, _, text in parts(read(text.encode(), name))] == rows


def test_csv_in_gb18030() -> None:
    data = "城市,专利数\n杭州,5004\n".encode("gb18030")
    assert read(data, "统计/a.csv").text == "城市：杭州；专利数：5004"
    assert read(data, "统计/专利.csv").title == "专利"


def test_a_field_too_long_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match=r"a\.csv holds a row that can't be read"):
        read(b'"' + b"x" * 200_000, "a.csv")


def test_a_workbook_of_several_sheets() -> None:
    data = xlsx_file(
        {
            "专利": [
                ["表1 专利情况"],
                ["城市", "日期", "件数"],
                ["杭州", datetime.date(2023, 5, 4), 5004],
            ],
            "空": [],
            "商标": [["名称", "占比"], ["甲", 0.25]],
        }
    )
    assert parts(read(data, "a.xlsx")) == [
        (H, 2, "专利"),
        (P, 0, "表1 专利情况"),
        (T, 0, "城市：杭州；日期：2023-05-04；件数：5004"),
        (H, 2, "商标"),
        (T, 0, "名称：甲；占比：0.25"),
    ]


def test_values_as_they_are_shown() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["比率", "真", "时刻", "和", "小数"])
    sheet.append([0.3564, True, datetime.datetime(2023, 5, 4, 8, 30), "=1+1", 0.1 + 0.2])
    sheet["A2"].number_format = "0.0%"
    hidden = workbook.create_sheet("藏")
    hidden.append(["秘密"])
    hidden.sheet_state = "hidden"
    target = io.BytesIO()
    workbook.save(target)
    assert read(target.getvalue(), "a.xlsx").text == (
        "比率：35.6%；真：TRUE；时刻：2023-05-04 08:30；小数：0.3"
    )


def test_a_sheet_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_CELLS", 20)
    with pytest.raises(UnreadableDocument, match="more than 20 cells"):
        read(xlsx_file({"a": [["甲", "乙"]] * 10}), "a.xlsx")
