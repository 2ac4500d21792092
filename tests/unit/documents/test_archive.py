"""Hostile archives: each refused with its own reason, none unpacked."""

import pytest
from tests.books import LAUGHS, docx_file, epub_file, packed, replaced, xlsx_file, zip_bomb

from zjip_qa.documents import archive, reader_for
from zjip_qa.errors import UnreadableDocument

WORD = docx_file(("专利。", None))
SHEET = xlsx_file({"a": [["甲", "乙"], ["丙", "丁"]]})
BOOK = epub_file("书", ["<p>甲。</p>"])


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.docx", zip_bomb(WORD), r"that unpack to 100,\d\d\d,\d\d\d \(a ZIP bomb\?\)"),
        ("a.xlsx", zip_bomb(SHEET), "a ZIP bomb"),
        ("a.epub", zip_bomb(BOOK), "a ZIP bomb"),
        ("a.docx", replaced(WORD, {"word/document.xml": LAUGHS}), "declares entities"),
        ("a.docx", replaced(WORD, {"word/x.xml": LAUGHS.encode("utf-16")}), "declares entities"),
        ("a.xlsx", replaced(SHEET, {"xl/workbook.xml": LAUGHS}), "declares entities"),
        ("a.epub", replaced(BOOK, {"OEBPS/a.opf": LAUGHS}), "without chapters|is damaged"),
        ("a.docx", WORD[: len(WORD) // 2], r"is damaged \(BadZipFile"),
        ("a.xlsx", SHEET[:-30], r"is damaged \(BadZipFile"),
        ("a.docx", SHEET, "an archive without word/document.xml"),
        ("a.epub", WORD, "an archive without META-INF/container.xml"),
        ("a.xlsx", b"%PDF-1.7", "something else than its name says"),
        ("a.docx", "正文".encode(), "something else than its name says"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 20, "an encrypted or pre-2007 Office"),
        ("a.docx", replaced(WORD, {"word/document.xml": "<a>" * 10_000}), "is damaged"),
        (
            "a.docx",
            replaced(WORD, {"word/document.xml": "<a>" * 9_000 + "</a>" * 9_000}),
            r"is damaged \(XMLSyntaxError: Excessive depth",
        ),
        ("a.docx", replaced(WORD, {"word/document.xml": "<w/>"}), "is damaged"),
        ("a.xlsx", replaced(SHEET, {"xl/worksheets/sheet1.xml": "<junk"}), "is damaged"),
    ],
)
def test_refused_with_its_reason(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason) as caught:
        reader_for(name).read(data, name)
    assert name in str(caught.value)


def test_too_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    with pytest.raises(UnreadableDocument, match=r"holds \d+ packed files; expected at most 3"):
        reader_for("a.docx").read(WORD, "a.docx")


def test_what_an_entry_says_of_its_size_bounds_what_is_unpacked() -> None:
    """An entry that lies downwards is cut off there, so the sum of the sizes is a bound."""
    data = packed({"META-INF/container.xml": b"a" * 1000})
    lying = data.replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != data
    opened = archive.open_archive(lying, "a", kind="a", member="META-INF/container.xml")
    with pytest.raises(UnreadableDocument, match="is damaged"), opened:
        archive.read_member(opened, "META-INF/container.xml", "a")
