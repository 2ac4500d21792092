"""PDF: the characters that pdfium finds on each page, put in order by where they stand.

Covers text that is in the file. A page that is only a picture holds none: text recognition is not
tried, and a file of nothing but pictures is refused.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from zjip_qa.documents.composer import Composer
from zjip_qa.documents.layout import Glyph, Row, reading_order
from zjip_qa.documents.paragraphs import compose_pages
from zjip_qa.errors import UnreadableDocument
from zjip_qa.types import Document

MOST_PAGES = 5_000

_HEAD = 1024  # bytes in which a PDF must say that it is one
_HYPHEN = "\x02"  # what pdfium gives for a hyphen at the end of a line
_SQUARE = 10  # degrees off a quarter turn at which text is a watermark
_MOST_UNKNOWN = 0.3  # share of characters without a meaning


class PdfReader:
    """Reads PDF files."""

    isolated = True

    def read(self, data: bytes, doc_id: str) -> Document:
        """Turn a PDF into a document with page numbers."""
        if b"%PDF-" not in data[:_HEAD]:
            raise _unreadable(doc_id, "no PDF", "a file that begins with %PDF", "check its name")
        try:
            file = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as exc:
            raise _not_opened(doc_id, str(exc)) from exc
        with file:
            if len(file) > MOST_PAGES:
                raise _unreadable(doc_id, f"{len(file)} pages", f"at most {MOST_PAGES}", "split it")
            pages = [_columns(file, number) for number in range(len(file))]
        letters = [row.text for page in pages for column in page for row in column]
        if not letters:
            raise _unreadable(
                doc_id,
                f"{len(pages)} pages without any text (a scan?)",
                "text that can be selected",
                "run text recognition (OCR) on it first",
            )
        if _unknown_share("".join(letters)) > _MOST_UNKNOWN:
            raise _unreadable(
                doc_id,
                "fonts that don't say which characters they draw",
                "text that can be copied",
                "run text recognition (OCR) on it or get it as another format",
            )
        composer = Composer(doc_id)
        compose_pages(pages, composer)
        return composer.document()


def _columns(file: pypdfium2.PdfDocument, number: int) -> list[list[Row]]:
    """Lay out one page; one that is damaged counts as empty."""
    try:
        page = file[number]
    except pypdfium2.PdfiumError:
        return []
    try:
        text_page = page.get_textpage()
        try:
            return reading_order(_upright(list(_glyphs(text_page.raw))))
        finally:
            text_page.close()
    except pypdfium2.PdfiumError:
        return []
    finally:
        page.close()


def _glyphs(page: ctypes.c_void_p) -> Iterator[tuple[Glyph, float]]:
    """Every character of a page with its angle in degrees, without what pdfium made up."""
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    high = 0
    for i in range(max(0, pdfium.FPDFText_CountChars(page))):
        code = pdfium.FPDFText_GetUnicode(page, i)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        hyphen = chr(code) == _HYPHEN
        if code == 0 or (pdfium.FPDFText_IsGenerated(page, i) == 1 and not hyphen):
            continue
        if not pdfium.FPDFText_GetLooseCharBox(page, i, box):
            continue
        pdfium.FPDFText_GetCharOrigin(page, i, x, y)
        size = pdfium.FPDFText_GetFontSize(page, i)
        angle = 0.0
        if pdfium.FPDFText_GetMatrix(page, i, matrix):
            size *= math.hypot(matrix.c, matrix.d) or 1.0
            angle = math.degrees(math.atan2(matrix.b, matrix.a))
        measures = (box.left, box.right, box.bottom, box.top, x.value, y.value, size)
        if not all(map(math.isfinite, measures)) or size <= 0:
            continue
        text = "-" if hyphen else chr(code)
        turn = round(angle / 90) % 4
        if abs(angle - 90 * round(angle / 90)) > _SQUARE:
            continue
        yield Glyph(text, *_turned(box, x.value, y.value, turn), size, i), turn


def _turned(box: pdfium.FS_RECTF, x: float, y: float, turn: int) -> tuple[float, float, float]:
    """Left, right and baseline of a character as seen with its line level."""
    if turn == 0:
        return box.left, box.right, y
    if turn == 1:
        return box.bottom, box.top, -x
    if turn == 2:
        return -box.right, -box.left, -y
    return -box.top, -box.bottom, x


def _upright(glyphs: list[tuple[Glyph, float]]) -> list[Glyph]:
    """The characters of the direction that most of a page is written in."""
    turns = Counter(turn for _, turn in glyphs)
    if not turns:
        return []
    main = max(sorted(turns), key=lambda turn: turns[turn])
    return [glyph for glyph, turn in glyphs if turn == main]


def _unknown_share(text: str) -> float:
    """The share of characters that stand for nothing: private use, or none at all."""
    unknown = sum(1 for c in text if "\ue000" <= c <= "\uf8ff" or c in "\ufffd\ufffe\uffff")
    return unknown / len(text)


def _not_opened(doc_id: str, reason: str) -> UnreadableDocument:
    if "assword" in reason or "ecurity" in reason:
        return _unreadable(
            doc_id, "an encrypted PDF", "one that opens without a password", "save it without one"
        )
    return _unreadable(
        doc_id, f"a damaged PDF ({reason})", "one that a viewer opens", "save or download it again"
    )


def _unreadable(doc_id: str, found: str, expected: str, remedy: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"{doc_id} holds {found}; expected {expected}; {remedy}, or take it out of the folder"
    )
