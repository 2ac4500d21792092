"""A document's sentences, each with the headings above it.

Mends what page layout does to running text: a sentence broken across two paragraphs is one
sentence again, and the lines of a figure box that were set one below the other are not one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from zjip_qa.text import is_han, split_sentences
from zjip_qa.types import Block, BlockKind, Document, Sentence, Span

_FINAL = re.compile(r"[。｡！？!?….；;：:][”’」』）)》〉】\]\"']*$")
_CLAUSE = re.compile("[，,、；;。]")
_HARD_BREAK = re.compile(r"(?:[ \t]{2,}|\\|<br */?>)[ \t]*(?:\r\n|\r|\n)")
_LONGEST_BOX_LINE = 60
# An article of a law opens a section of its own, though its text follows on the same line.
ARTICLE = re.compile(
    r"\**(第[一二三四五六七八九十百千零〇两0-9]{1,8}条(?:之[一二三四五六七八九十]{1,3})?)\**"
    r"(?:[ \t\u3000]|$)"
)
_ARTICLE_LEVEL = 99
_TEXT_KINDS = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.TABLE)


def document_sentences(document: Document) -> list[Sentence]:
    """Split a document into sentences, in order.

    Headings aren't sentences: they are the `section` of what follows them. The heading that is
    the document's title is left out there. Each line of code is a sentence, and so is each row of
    a table. An article of a law (第二十条) is a section too.
    """
    text = document.text
    sentences: list[Sentence] = []
    for section, span, kind in _joined(document):
        if kind is BlockKind.CODE:
            lines = re.finditer(r"\S(?:[^\r\n]*\S)?", text[span.start : span.end])
            parts = [Span(m.start(), m.end()) for m in lines]
        elif kind is BlockKind.TABLE:  # a row stays whole, so that its columns' names stay with it
            parts = [Span(0, span.end - span.start)]
        else:
            parts = split_sentences(text[span.start : span.end])
        sentences += (
            Sentence(Span(span.start + part.start, span.start + part.end), section)
            for part in parts
        )
    return sentences


def _joined(document: Document) -> Iterator[tuple[tuple[str, ...], Span, BlockKind]]:
    """Yield the stretches that hold whole sentences, broken paragraphs put together."""
    text = document.text
    waiting: tuple[tuple[str, ...], Span, BlockKind] | None = None
    for section, block in _with_sections(document):
        if block is None:  # a heading ends whatever came before it
            if waiting:
                yield waiting
            waiting = None
            continue
        for i, span in enumerate(_without_box_breaks(text, block)):
            if waiting and i == 0 and _goes_on(text, waiting[1], waiting[2], span, block.kind):
                waiting = (section, Span(waiting[1].start, span.end), block.kind)
                continue
            if waiting:
                yield waiting
            waiting = (section, span, block.kind)
    if waiting:
        yield waiting


def _with_sections(document: Document) -> Iterator[tuple[tuple[str, ...], Block | None]]:
    """Yield every block with its section path; None stands for a heading."""
    path: list[tuple[int, str]] = []
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            while path and path[-1][0] >= block.level:
                path.pop()
            name = " ".join(document.text[block.span.start : block.span.end].split())
            path.append((block.level, name))
            yield (), None
        else:
            article = ARTICLE.match(document.text, block.span.start, block.span.end)
            if article and block.kind is BlockKind.PARAGRAPH:
                if path and path[-1][0] == _ARTICLE_LEVEL:
                    path.pop()
                path.append((_ARTICLE_LEVEL, article[1]))
            title = (1, document.title)
            yield tuple(name for level, name in path if (level, name) != title), block


def _without_box_breaks(text: str, block: Block) -> list[Span]:
    """Cut a block where a hard line break ends a short line without any end mark."""
    spans: list[Span] = []
    start = block.span.start
    if block.kind in _TEXT_KINDS:
        for match in _HARD_BREAK.finditer(text, start, block.span.end):
            line_start = max(text.rfind("\n", start, match.start()) + 1, start)
            line = text[line_start : match.start()].strip()
            if line and len(line) <= _LONGEST_BOX_LINE and not _FINAL.search(line):
                spans.append(Span(start, match.start()))
                start = match.end()
    spans.append(Span(start, block.span.end))
    return spans


def _goes_on(text: str, left: Span, left_kind: BlockKind, right: Span, kind: BlockKind) -> bool:
    """Whether a sentence that stops in the middle at `left` goes on at `right`.

    Both must be running text: a caption has no clause marks, and a paragraph that merely lacks
    its full stop isn't followed by one that completes a sentence.
    """
    if left_kind is not BlockKind.PARAGRAPH or kind is not BlockKind.PARAGRAPH:
        return False
    last = text[left.end - 1]
    broken_off = is_han(last) or last in "、，,"
    if not broken_off or not is_han(text[right.start]):
        return False
    return bool(
        _CLAUSE.search(text, left.start, left.end) and _CLAUSE.search(text, right.start, right.end)
    )
