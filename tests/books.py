"""Small archives of the kinds that readers take, and hostile ones, made by the tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from itertools import pairwise

import docx
import openpyxl
from docx.document import Document as WordDocument

_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/a.opf"/></rootfiles></container>'
)


def packed(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def replaced(data: bytes, members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file with some of its members changed or added."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        old = {name: archive.read(name) for name in archive.namelist()}
    return packed({**old, **members})


def saved(word: WordDocument) -> bytes:
    """A Word document's file."""
    target = io.BytesIO()
    word.save(target)
    return target.getvalue()


def docx_file(*paragraphs: tuple[str, str | None]) -> bytes:
    """A Word document of texts with the names of their styles."""
    word = docx.Document()
    for text, style in paragraphs:
        word.add_paragraph(text, style=style)
    return saved(word)


def xlsx_file(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def epub_file(title: str, chapters: Sequence[str], **more: str) -> bytes:
    """A book whose chapters are bodies of pages; `more` are further members, by path."""
    items = "".join(
        f'<item id="c{i}" href="text/%E7%AB%A0{i}.xhtml" media-type="application/xhtml+xml"/>'
        for i in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata><dc:title>{title}</dc:title></metadata><manifest>{items}"
        '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        f'</manifest><spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    pages = {
        f"OEBPS/text/章{i}.xhtml": f"<html><body>{body}</body></html>"
        for i, body in enumerate(chapters)
    }
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": _CONTAINER,
            "OEBPS/a.opf": package,
            "OEBPS/nav.xhtml": "<html><body><p>目录</p></body></html>",
            **pages,
            **more,
        }
    )


def zip_bomb(good: bytes) -> bytes:
    """An archive with a member that unpacks to a hundred megabytes of nothing."""
    return replaced(good, {"word/media/image1.png": bytes(100_000_000)})


_NAMES = "abcdefghi"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "laugh">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(_NAMES))
    + "]><lolz>&i;</lolz>"
)
"""XML that would expand to a billion laughs."""
