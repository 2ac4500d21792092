"""Word documents (.docx): paragraphs, headings by style, lists, tables, boxes, in their order.

Insertions that were tracked count, deletions don't. A footnote follows the paragraph that refers to
it; numbers that Word counts by itself stand before their paragraphs. Headers and footers are left
out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from zjip_qa.documents.archive import (
    foreign_errors,
    open_archive,
    parse_xml,
    refuse_declarations,
)
from zjip_qa.documents.composer import Composer
from zjip_qa.documents.numbering import LONGEST_HEADING
from zjip_qa.documents.readers.word_numbers import Numbers, w
from zjip_qa.documents.tables import add_table
from zjip_qa.types import BlockKind, Document

if TYPE_CHECKING:
    from docx.document import Document as WordDocument


_P, _TBL, _TXBX, _FALLBACK = (
    w("p"),
    w("tbl"),
    w("txbxContent"),
    ("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"),
)
_T, _TAB, _HYPHEN = w("t"), w("tab"), w("noBreakHyphen")
_BREAKS = (w("br"), w("cr"))
_APART = (_TXBX, _FALLBACK, w("del"), w("pPr"), w("rPr"), w("moveFrom"))
_NUMBERED = f"{w('pPr')}/{w('numPr')}"
_NOTES = ("footnote", "endnote")
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])$", re.IGNORECASE)
_TITLES = ("title", "标题")
_MOST_ANCESTORS = 20  # of a style; a loop has no end
_MOST_COLUMNS = 500
_SENTENCE_MARK = re.compile("[。！？；!?;，,：:]$")


class DocxReader:
    """Reads Word documents."""

    isolated = True

    def read(self, data: bytes, doc_id: str) -> Document:
        """Turn a Word document into one of ours."""
        import docx  # takes a while, and the server reads no such file itself

        kind = "a Word document"
        with open_archive(data, doc_id, kind=kind, member="word/document.xml") as archive:
            refuse_declarations(archive, doc_id)
        with foreign_errors(doc_id, kind):
            word = docx.Document(io.BytesIO(data))
            composer = Composer(doc_id)
            numbers = Numbers(_related(word, "numbering", doc_id))
            notes = {
                (kind, str(note.get(w("id")))): note
                for kind in _NOTES
                if (root := _related(word, f"{kind}s", doc_id)) is not None
                for note in root.iterchildren(w(kind))
            }
            _Walk(composer, _Styles(word), numbers, notes).compose(word.element.body)
        return composer.document()


def _related(word: WordDocument, name: str, doc_id: str) -> etree._Element | None:
    """The root of a part beside the text, such as its footnotes; None where there is none."""
    for relation in word.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{name}"):
            return parse_xml(relation.target_part.blob, doc_id)
    return None


class _Styles:
    """What a document's paragraph styles mean."""

    def __init__(self, word: WordDocument) -> None:
        root = word.styles.element
        self._by_id = {style.get(w("styleId")): style for style in root.iter(w("style"))}
        used = {p.get(w("val")) for p in word.element.body.iter(w("pStyle"))}
        self._has_title = any(self._name(style_id) in _TITLES for style_id in used)

    def level(self, style_id: str | None) -> int:
        """The heading level that a style gives a paragraph, 1 for a title, or 0."""
        for style in self._ancestry(style_id):
            name = self._name_of(style)
            if name in _TITLES:
                return 1
            if match := _HEADING.match(name):
                return int(match[1]) + self._has_title
            outline = style.find(f"{w('pPr')}/{w('outlineLvl')}")
            if outline is not None:
                return self.outline_level(outline)
        return 0

    def outline_level(self, outline: etree._Element) -> int:
        """The heading level of an outline level; 9 stands for running text."""
        value = str(outline.get(w("val"), ""))
        return int(value) + 1 + self._has_title if value in tuple("012345678") else 0

    def numbering(self, style_id: str | None) -> etree._Element | None:
        """How a style numbers its paragraphs; None where they are no list items."""
        found = (style.find(_NUMBERED) for style in self._ancestry(style_id))
        return next((each for each in found if each is not None), None)

    def _ancestry(self, style_id: str | None) -> Iterator[etree._Element]:
        for _ in range(_MOST_ANCESTORS):
            style = self._by_id.get(style_id)
            if style is None:
                return
            yield style
            based = style.find(w("basedOn"))
            style_id = None if based is None else based.get(w("val"))

    def _name(self, style_id: str | None) -> str:
        style = self._by_id.get(style_id)
        return "" if style is None else self._name_of(style)

    def _name_of(self, style: etree._Element) -> str:
        name = style.find(w("name"))
        return "" if name is None else str(name.get(w("val"), "")).lower()


class _Walk:
    """One pass over the body of a document."""

    def __init__(
        self,
        composer: Composer,
        styles: _Styles,
        numbers: Numbers,
        notes: dict[tuple[str, str], etree._Element],
    ) -> None:
        self._composer = composer
        self._styles = styles
        self._numbers = numbers
        self._notes = notes

    def compose(self, parent: etree._Element) -> None:
        """Append every paragraph and table below `parent`."""
        pending = list(reversed(parent))
        while pending:
            element = pending.pop()
            if element.tag == _P:
                self._paragraph(element)
                for box in reversed(_boxes(element)):
                    pending += reversed(box)
                pending += reversed(self._notes_of(element))
            elif element.tag == _TBL:
                self._table(element)
                pending += reversed(self._notes_of(element))
            elif element.tag not in _APART:  # content controls, tracked insertions
                pending += reversed(element)

    def _notes_of(self, element: etree._Element) -> list[etree._Element]:
        """The notes that a paragraph or table refers to, each where it is referred to first."""
        keys = [
            (kind, str(mark.get(w("id"))))
            for kind in _NOTES
            for mark in element.iter(w(f"{kind}Reference"))
        ]
        return [self._notes.pop(key) for key in dict.fromkeys(keys) if key in self._notes]

    def _paragraph(self, element: etree._Element) -> None:
        text = _text(element).strip()
        if not text:
            return
        text = self._number(element) + text
        kind, level = self._kind(element, text)
        if kind is BlockKind.HEADING:
            text = " ".join(text.split())
        self._composer.add(kind, text, level)

    def _kind(self, element: etree._Element, text: str) -> tuple[BlockKind, int]:
        style = element.find(f"{w('pPr')}/{w('pStyle')}")
        style_id = None if style is None else style.get(w("val"))
        outline = element.find(f"{w('pPr')}/{w('outlineLvl')}")
        level = self._styles.level(style_id)
        if not level and outline is not None:
            level = self._styles.outline_level(outline)
        if level and len(text) <= 2 * LONGEST_HEADING:
            return BlockKind.HEADING, level
        if self._composer.n_blocks == 0 and _is_centred(element) and _names(text):
            return BlockKind.HEADING, 1
        # "第一条" and "第一章" number the parts of a law, not the items of a list.
        if self._numbering(element) is not None and not text.startswith("第"):
            return BlockKind.ITEM, 0
        return BlockKind.PARAGRAPH, 0

    def _numbering(self, element: etree._Element) -> etree._Element | None:
        """How a paragraph is numbered: what it says itself comes before what its style says."""
        style = element.find(f"{w('pPr')}/{w('pStyle')}")
        own = element.find(_NUMBERED)
        if own is not None and own.find(w("numId")) is not None:
            return own
        return self._styles.numbering(None if style is None else style.get(w("val")))

    def _number(self, element: etree._Element) -> str:
        """The number that Word shows before a paragraph, if it counts it."""
        numbering = self._numbering(element)
        name = None if numbering is None else numbering.find(w("numId"))
        if numbering is None or name is None:
            return ""
        depth = numbering.find(w("ilvl"))
        value = "0" if depth is None else str(depth.get(w("val"), "0"))
        return self._numbers.next(str(name.get(w("val"))), int(value) if value.isdecimal() else 0)

    def _table(self, table: etree._Element) -> None:
        rows: list[list[str]] = []
        n_header = 0
        for row in table.iterchildren(w("tr")):
            if row.find(f"{w('trPr')}/{w('tblHeader')}") is not None:
                n_header += n_header == len(rows)
            rows.append(_cells(row, rows[-1] if rows else []))
        if max(map(len, rows), default=0) > 1:
            add_table(self._composer, rows, n_header=n_header or None)
            return
        for cell in table.iterchildren(w("tr")):
            self.compose(cell)  # a frame around paragraphs


def _text(element: etree._Element) -> str:
    """What a paragraph or a cell says, without boxes in it and what was deleted."""
    parts: list[str] = []
    pending = list(reversed(element))
    while pending:
        part = pending.pop()
        if part.tag == _T:
            parts.append(part.text or "")
        elif part.tag == _TAB:
            parts.append(" ")
        elif part.tag == _HYPHEN:
            parts.append("-")
        elif part.tag in _BREAKS:
            parts.append("\n")
        elif part.tag not in _APART:
            pending += reversed(part)
            if part.tag == _P and parts:
                parts.append(" ")
    return "".join(parts)


def _boxes(paragraph: etree._Element) -> list[etree._Element]:
    """Text boxes that hang on a paragraph; older programs' copies of them don't count."""
    return [
        box
        for box in paragraph.iter(_TXBX)
        if next(box.iterancestors(_FALLBACK), None) is None
        and next(box.iterancestors(_TXBX), None) is None
    ]


def _cells(row: etree._Element, above: list[str]) -> list[str]:
    """The texts of a row's cells; a merged cell stands in every column and row that it covers."""
    texts: list[str] = []
    for cell in row.iter(w("tc")):
        if next(cell.iterancestors(w("tr")), None) is not row:
            continue  # of a table inside
        span = cell.find(f"{w('tcPr')}/{w('gridSpan')}")
        merged = cell.find(f"{w('tcPr')}/{w('vMerge')}")
        value = "1" if span is None else str(span.get(w("val"), "1"))
        width = min(int(value), _MOST_COLUMNS) if value.isascii() and value.isdigit() else 1
        goes_on = merged is not None and merged.get(w("val"), "continue") == "continue"
        text = above[len(texts)] if goes_on and len(texts) < len(above) else _text(cell)
        texts += [" ".join(text.split())] * max(1, width)
    return texts[:_MOST_COLUMNS]


def _is_centred(element: etree._Element) -> bool:
    justified = element.find(f"{w('pPr')}/{w('jc')}")
    return justified is not None and justified.get(w("val")) == "center"


def _names(text: str) -> bool:
    return len(text) <= LONGEST_HEADING and not _SENTENCE_MARK.search(text)
