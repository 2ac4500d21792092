import io
import zipfile

import pytest
from tests.books import epub_file, packed, replaced

from zjip_qa.documents import reader_for
from zjip_qa.errors import UnreadableDocument
from zjip_qa.types import BlockKind, Document

BOOK = epub_file(
    "专利之书", ["<h1>第一章 许可</h1><p>许可三万次。</p>", "<h1>第二章</h1><p>完。</p>"]
)


def read(data: bytes) -> Document:
    return reader_for("a.epub").read(data, "a.epub")


def test_chapters_in_order_without_the_table_of_contents() -> None:
    document = read(BOOK)
    assert document.title == "专利之书"
    assert document.text == "第一章 许可\n\n许可三万次。\n\n第二章\n\n完。"
    assert [b.kind for b in document.blocks if b.level == 1] == [BlockKind.HEADING] * 2


def test_a_missing_chapter_is_passed_over() -> None:
    data = epub_file("书", ["<p>甲。</p>"])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        package = archive.read("OEBPS/a.opf").decode()
    entry = '<item id="none" href="none.xhtml" media-type="text/html"/></manifest>'
    package = package.replace("</manifest>", entry).replace(
        "<spine>", '<spine><itemref idref="none"/>'
    )
    assert read(replaced(data, {"OEBPS/a.opf": package})).text == "甲。"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"META-INF/container.xml": "<container/>"}, "names no book"),
        ({"META-INF/container.xml": "<container"}, r"is damaged \(XMLSyntaxError"),
        ({"OEBPS/a.opf": "<package/>"}, "a book without chapters"),
        (
            {
                "META-INF/encryption.xml": "<e><CipherReference URI='OEBPS/text/%E7%AB%A00.xhtml'/>"
                "</e>"
            },
            "copy protection",
        ),
    ],
)
def test_refused_with_its_reason(members: dict[str, str], reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        read(replaced(BOOK, members))


def test_no_path_leads_out_of_the_book() -> None:
    package = (
        '<package><manifest><item id="a" href="../../../../etc/passwd" '
        'media-type="text/html"/></manifest><spine><itemref idref="a"/></spine></package>'
    )
    assert read(replaced(BOOK, {"OEBPS/a.opf": package})).blocks == ()
    with pytest.raises(UnreadableDocument, match="without META-INF"):
        read(packed({"a": "b"}))
