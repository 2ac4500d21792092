"""Plain text: paragraphs, and the headings that Chinese documents number.

Whether a line break ends a paragraph is settled once per file: in text wrapped to a fixed width
it doesn't, elsewhere it does.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from zjip_qa.documents.decode import decode
from zjip_qa.documents.numbering import LONGEST_HEADING, numbered_headings, numbered_level
from zjip_qa.documents.reader import document_title
from zjip_qa.text import detect_language
from zjip_qa.types import Block, BlockKind, Document, Span

_LINE = re.compile(r"[^\r\n]+")
_NARROWEST_WRAPPED, _WIDEST_WRAPPED = 24, 120  # columns
_INDENT = re.compile("\u3000|[ \t]{2}")


class PlainReader:
    """Reads plain text files."""

    isolated = False

    def read(self, data: bytes, doc_id: str) -> Document:
        """Turn a text file into a document."""
        text = decode(data, doc_id)
        lines = _lines(text)
        headings = _headings(lines)
        blocks = tuple(_blocks(lines, headings, wrapped=_is_wrapped(lines)))
        return Document(
            doc_id=doc_id,
            text=text,
            title=document_title(text, blocks, doc_id),
            blocks=blocks,
            language=detect_language(text[:4000]),
        )


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that isn't blank, without the white space at its edges."""

    text: str
    span: Span
    after_blank: bool
    indented: bool


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    previous_end = 0
    for match in _LINE.finditer(text):
        raw = match[0]
        stripped = raw.strip()
        if not stripped:
            continue
        start = match.start() + len(raw) - len(raw.lstrip())
        # Blank lines leave two or more line ends between this line and the one before.
        gap = text[previous_end : match.start()].replace("\r\n", "\n")
        after_blank = not lines or gap.count("\n") + gap.count("\r") > 1
        span = Span(start, start + len(stripped))
        lines.append(_Line(stripped, span, after_blank, _INDENT.match(raw) is not None))
        previous_end = match.start() + len(raw.rstrip())
    return lines


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _is_wrapped(lines: list[_Line]) -> bool:
    """Whether paragraphs were broken to a fixed width: most lines that go on are full."""
    widths = [_columns(line.text[: _WIDEST_WRAPPED + 1]) for line in lines]
    widest = max(widths, default=0)
    if not _NARROWEST_WRAPPED <= widest <= _WIDEST_WRAPPED:
        return False
    going_on = [
        width
        for width, following in zip(widths, lines[1:], strict=False)
        if not following.after_blank and not following.indented
    ]
    n_full = sum(4 * width >= 3 * widest for width in going_on)
    return len(going_on) >= 2 and 10 * n_full >= 6 * len(going_on)


def _headings(lines: list[_Line]) -> dict[int, int]:
    """Return the level of every line that is clearly a heading."""
    headings = numbered_headings([line.text for line in lines])
    if 0 not in headings and _is_title(lines):
        headings[0] = 1
    return headings


def _is_title(lines: list[_Line]) -> bool:
    """Whether the first line names the document: short, unpunctuated, set off from the text."""
    if len(lines) < 2 or len(lines[0].text) > LONGEST_HEADING:
        return False
    first, second = lines[0], lines[1]
    if re.search("[。！？；!?;…，,]", first.text) or first.text.endswith((".", ":", "：")):
        return False
    return second.after_blank or len(second.text) >= 2 * len(first.text)


def _blocks(lines: list[_Line], headings: dict[int, int], *, wrapped: bool) -> list[Block]:
    blocks: list[Block] = []
    open_paragraph = False
    for i, line in enumerate(lines):
        if i in headings:
            blocks.append(Block(line.span, BlockKind.HEADING, headings[i]))
            open_paragraph = False
            continue
        begins = line.after_blank or line.indented or numbered_level(line.text)
        if open_paragraph and wrapped and not begins:
            start = blocks.pop().span.start
            blocks.append(Block(Span(start, line.span.end), BlockKind.PARAGRAPH))
        else:
            blocks.append(Block(line.span, BlockKind.PARAGRAPH))
        open_paragraph = True
    return blocks
