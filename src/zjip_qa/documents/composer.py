"""Writes the text of a document whose file is no text: paragraph by paragraph, with blocks.

HTML, PDF, Word and tables have no text of their own that offsets could refer to, so it is made
here, clean: a paragraph on one line, a table row with its column names. Whatever is added keeps
its place; nothing is changed afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from zjip_qa.documents.numbering import numbered_headings
from zjip_qa.documents.reader import document_title
from zjip_qa.errors import UnreadableDocument
from zjip_qa.text import detect_language, is_han
from zjip_qa.types import Block, BlockKind, Document, Span

MOST_CHARACTERS = 20_000_000

# What no text shows. Lone surrogates come from broken files and can't be stored.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")
_WIDE_MARKS = frozenset("，；：？！（）％")
_SHARED_MARKS = frozenset("“”‘’…—·")
_CLOSE_TOGETHER = (BlockKind.ITEM, BlockKind.TABLE)


def is_wide(character: str) -> bool:
    """Whether a character is of Chinese text, marks included: no space belongs beside it."""
    return is_han(character) or "\u3000" <= character <= "\u303f" or character in _WIDE_MARKS


def may_be_wide(character: str) -> bool:
    """As `is_wide`, or a mark that both scripts write: a quotation mark, a dash."""
    return is_wide(character) or character in _SHARED_MARKS


class Composer:
    """Collects the blocks of one document."""

    def __init__(self, doc_id: str) -> None:
        self._doc_id = doc_id
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._pages: list[int] = []
        self._n_waiting = 0  # pages that begin with the next block

    @property
    def n_blocks(self) -> int:
        """How many blocks there are so far."""
        return len(self._blocks)

    def add(self, kind: BlockKind, text: str, level: int = 0) -> int:
        """Append a block; white space at its edges goes, and so does a block of nothing else.

        Returns:
            Where it begins.

        Raises:
            UnreadableDocument: the document is longer than any that is meant to be read.
        """
        text = _INVISIBLE.sub("", text).strip()
        if not text:
            return self._length
        if self._blocks:
            together = kind is self._blocks[-1].kind and kind in _CLOSE_TOGETHER
            self._append("\n" if together else "\n\n")
        start = self._length
        self._append(text)
        self._blocks.append(Block(Span(start, self._length), kind, level))
        self._pages += [start] * self._n_waiting
        self._n_waiting = 0
        return start

    def add_row(self, cells: Sequence[str], headers: Sequence[str] = ()) -> None:
        """Append a table row, each value after the name of its column: `年份：2023；件数：5004`.

        Empty cells are left out; one that repeats its own header is written once.
        """
        texts = [" ".join(cell.split()) for cell in cells]
        names = [" ".join(name.split()) for name in headers]
        names += [""] * (len(texts) - len(names))
        chinese = any(map(is_han, "".join([*texts, *names])))
        colon, semicolon = ("：", "；") if chinese else (": ", "; ")
        fields = [
            f"{name}{colon}{text}" if name and name != text else text
            for name, text in zip(names, texts, strict=False)
            if text
        ]
        self.add(BlockKind.TABLE, semicolon.join(fields))

    def begin_page(self, position: int | None = None) -> None:
        """Note that a page begins at `position`, or with the next block."""
        if position is None:
            self._n_waiting += 1
        else:
            self._pages.append(position)

    def document(self, *, title: str = "", number_headings: bool = True) -> Document:
        """Finish.

        Args:
            title: the document's name, if the file tells it.
            number_headings: whether short numbered paragraphs become headings (第一章 总则).
        """
        text = "".join(self._parts)
        blocks = self._with_numbered_headings(text) if number_headings else self._blocks
        return Document(
            doc_id=self._doc_id,
            text=text,
            title=" ".join(title.split()) or document_title(text, blocks, self._doc_id),
            blocks=tuple(blocks),
            language=detect_language(text[:4000]),
            pages=(*self._pages, *[len(text)] * self._n_waiting),
        )

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length > MOST_CHARACTERS:
            raise UnreadableDocument(
                f"{self._doc_id} holds more than {MOST_CHARACTERS:,} characters of text; "
                "expected a document that a person would read; split it"
            )

    def _with_numbered_headings(self, text: str) -> list[Block]:
        """Raise numbered paragraphs to headings, below the real heading that they stand under."""
        lines = [
            text[b.span.start : b.span.end] if b.kind is BlockKind.PARAGRAPH else ""
            for b in self._blocks
        ]
        numbered = numbered_headings(lines)
        blocks: list[Block] = []
        above = 1
        for i, block in enumerate(self._blocks):
            if block.kind is BlockKind.HEADING:
                above = block.level
            elif i in numbered:
                level = numbered[i] - 1 + above
                block = replace(block, kind=BlockKind.HEADING, level=level)
            blocks.append(block)
        return blocks
