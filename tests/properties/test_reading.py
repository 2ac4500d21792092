"""Every reader takes whatever bytes come: a document whose blocks are true, or a reason."""

import io
import zipfile
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.books import docx_file, epub_file, replaced, xlsx_file
from tests.pdfs import Line, pdf

from zjip_qa.chunks import document_sentences
from zjip_qa.documents import SUPPORTED_SUFFIXES, reader_for
from zjip_qa.errors import UnreadableDocument
from zjip_qa.types import Document

PAGE = (
    "<html><head><meta charset=utf-8><title>题</title></head><body><h1>专利</h1><ul><li>甲<li>乙"
    "</ul><table><tr><th rowspan=2>年<th colspan=2>件<tr><td>2023<td>1</table><p>许可<br>三万次。"
)
GOOD = {
    ".html": PAGE.encode(),
    ".pdf": pdf(
        [Line("第一章　总则", 72, 60, 14), Line("专利许可", 72, 100), Line("三万次。", 72, 115)],
        [Line("转让", 72, 100), Line("八万", 300, 100), Line("次。", 72, 115)],
        pageCompression=0,
    ),
    ".docx": docx_file(("题", "Title"), ("甲", "List Bullet"), ("专利许可。", None)),
    ".xlsx": xlsx_file({"a": [["城市", "件数"], ["杭州", 5004]], "b": [[1, None, 0.5]]}),
    ".csv": "城市,件数\n杭州,5004\n".encode(),
    ".epub": epub_file("书", ["<h1>章</h1><p>许可。</p>", PAGE]),
}


def hold_true(document: Document) -> None:
    position = 0
    for block in document.blocks:
        assert block.span.start >= position
        part = document.text[block.span.start : block.span.end]
        assert part
        assert part == part.strip()
        position = block.span.end
    assert position <= len(document.text)
    assert all(one <= two for one, two in pairwise(document.pages))
    assert all(0 <= page <= len(document.text) for page in document.pages)
    document.text.encode("utf-8")
    for sentence in document_sentences(document):
        assert document.text[sentence.span.start : sentence.span.end].strip()


def read(name: str, data: bytes) -> None:
    try:
        document = reader_for(name).read(data, name)
    except UnreadableDocument as reason:
        assert name in str(reason)
        return
    hold_true(document)


@pytest.mark.parametrize("suffix", GOOD)
def test_what_is_mutated_starts_from_something_good(suffix: str) -> None:
    document = reader_for(f"a{suffix}").read(GOOD[suffix], f"a{suffix}")
    assert document.blocks
    hold_true(document)


@settings(deadline=None, max_examples=40)
@given(
    suffix=st.sampled_from(SUPPORTED_SUFFIXES),
    data=st.binary(max_size=300),
    head=st.sampled_from([b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<html><body>", b"\xff\xfe"]),
)
def test_random_bytes(suffix: str, data: bytes, head: bytes) -> None:
    read(f"a{suffix}", head + data)


@settings(deadline=None, max_examples=120)
@given(
    suffix=st.sampled_from(sorted(GOOD)),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=20)), max_size=3
    ),
)
def test_mutated_files(suffix: str, cuts: list[tuple[float, int, bytes]]) -> None:
    data = GOOD[suffix]
    for place, n_removed, inserted in cuts:
        at = int(place * len(data))
        data = data[:at] + inserted + data[at + n_removed :]
    read(f"a{suffix}", data)


@settings(deadline=None, max_examples=60)
@given(
    part=st.sampled_from(
        [
            (".docx", "word/document.xml"),
            (".docx", "word/styles.xml"),
            (".xlsx", "xl/worksheets/sheet1.xml"),
            (".xlsx", "xl/styles.xml"),
            (".epub", "OEBPS/a.opf"),
        ]
    ),
    place=st.floats(0, 1),
    n_removed=st.integers(0, 60),
    inserted=st.sampled_from(["", "<w:tbl/>", "<w:p><w:pPr/></w:p>", '"', "<", "&x;", "9" * 30]),
)
def test_mutated_members(
    part: tuple[str, str], place: float, n_removed: int, inserted: str
) -> None:
    """The archive is whole, what it holds isn't."""

    suffix, member = part
    with zipfile.ZipFile(io.BytesIO(GOOD[suffix])) as archive:
        data = archive.read(member)
    at = int(place * len(data))
    broken = data[:at] + inserted.encode() + data[at + n_removed :]
    read(f"a{suffix}", replaced(GOOD[suffix], {member: broken}))


MARKUP = ["<", ">", "<p>", "</p>", "<br>", "<table>", "<tr>", "<td>", "<th colspan=3>", "<ul>"]
MARKUP += ["<li>", "<h2>", "</h2>", "<pre>", "<nav>", "<script>", "&amp;", "&#x4e00;", "<!--"]
MARKUP += ["专利。", "x y", " ", "\n", "\u3000", "第一章 总则", "\x1d", "<thead>", "</table>", "。"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(MARKUP), max_size=30).map("".join))
def test_any_mixture_of_tags(page: str) -> None:
    read("a.html", page.encode())


@settings(deadline=None)
@given(st.lists(st.sampled_from([",", '"', "\n", "\t", "甲", "1", ";", "\r", " "]), max_size=40))
def test_any_rows(parts: list[str]) -> None:
    read("a.csv", "".join(parts).encode())
