"""What a list item or a table row can't be understood without: how the list begins, the columns.

"（二）未经许可使用的" says nothing without "有下列情形之一的：" some lines above, and "2023 | 5004"
nothing without the names of its columns. Both are shown beside a citation, whose own words stay as
they stand in the document. Rows that a reader composed say their columns themselves.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from zjip_qa.chunks.sentences import ARTICLE
from zjip_qa.types import Block, BlockKind, Document, Span

_FURTHEST = 300  # blocks of one list or table that are looked back over
_LONGEST = 60  # characters shown
_NUMBERED = re.compile(
    r"[ \t\u3000]*(?:(?P<braced>[（(][一二三四五六七八九十百]+[）)])|(?P<paren>[（(]\d+[）)])"
    r"|(?P<han>[一二三四五六七八九十百]+、)|(?P<figure>\d+[.、．](?!\d)|\d+\))"
    r"|(?P<ring>[①-⑳]))"
)
_INTRODUCES = ("：", ":")
_SENTENCE_END = re.compile(r"[。！？!?；;]|\.\s")
_COLON = re.compile(r"[：:]\s*")
_COLUMN_RULE = re.compile(r"^[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\||$)", re.MULTILINE)
_DIGITS = re.compile(r"\d+")


def lead_in(document: Document, span: Span) -> str:
    """The sentence that introduces the list, or the columns of the table, in which `span` lies.

    Returns:
        At most some 60 characters on one line; "" where `span` lies in neither, takes the
        introduction in itself, or nothing introduces it.
    """
    row = bisect_right(document.blocks, span.start, key=lambda block: block.span.start) - 1
    if row < 0 or document.blocks[row].span.end <= span.start:
        return ""
    block = document.blocks[row]
    if block.kind is BlockKind.TABLE:
        return _shortened(_columns(document, row))
    if block.kind not in (BlockKind.ITEM, BlockKind.PARAGRAPH):
        return ""
    if inner := _inner_introduction(document.text[block.span.start : block.span.end], span, block):
        return _shortened(inner)
    return _shortened(_introduction(document, row)) if _mark(document, block) else ""


def _inner_introduction(text: str, span: Span, block: Block) -> str:
    """What introduces a list written inside one paragraph, for an item that begins there."""
    start = span.start - block.span.start
    item = _NUMBERED.match(text, start) if start > 0 else None
    if item is None:
        return ""
    for colon in reversed(list(_COLON.finditer(text, 0, start))):
        first = _NUMBERED.match(text, colon.end())
        if first and first.lastgroup == item.lastgroup:
            return _last_sentence(text[: colon.start() + 1])
    return ""


def _columns(document: Document, row: int) -> str:
    """The first row of a table as its writer set it, if it stands above a rule."""
    first = row
    while first > max(0, row - _FURTHEST) and _touches(document, first):
        first -= 1
    if first == row:
        return ""
    header, below = document.blocks[first].span, document.blocks[first + 1].span
    if not _COLUMN_RULE.search(document.text[header.end : below.start]):
        return ""
    return document.text[header.start : header.end]


def _touches(document: Document, row: int) -> bool:
    """Whether the block above is a row of the same table."""
    above, block = document.blocks[row - 1], document.blocks[row]
    between = document.text[above.span.end : block.span.start]
    return above.kind is BlockKind.TABLE and not re.search(r"\n[ \t>]*\r?\n", between)


def _introduction(document: Document, row: int) -> str:
    """The sentence with a colon that the list around block `row` follows."""
    own = _mark(document, document.blocks[row])
    for block in reversed(document.blocks[max(0, row - _FURTHEST) : row]):
        if block.kind is BlockKind.HEADING:
            return ""
        mark = _mark(document, block)
        if mark == own:
            continue
        text = document.text[block.span.start : block.span.end].rstrip("* \t")
        if text.endswith(_INTRODUCES):
            return _last_sentence(text)
        if not mark:
            return ""
    return ""


def _last_sentence(text: str) -> str:
    """The sentence that a text ends with, without the number of an article."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    article = ARTICLE.match(text)
    return text[ends[-1] if ends else article.end() if article else 0 :]


def _mark(document: Document, block: Block) -> str:
    """What makes a block an item, alike for items of one list; "" where nothing does."""
    text, start = document.text, block.span.start
    if numbered := _NUMBERED.match(text, start, block.span.end):
        return str(numbered.lastgroup)
    if block.kind is not BlockKind.ITEM:
        return ""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return "item" + _DIGITS.sub("1", before)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
