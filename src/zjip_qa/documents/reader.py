"""The seam between a file format and the rest: bytes in, `Document` out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Protocol

from zjip_qa.types import Block, BlockKind, Document

_LONGEST_TITLE = 80


class Reader(Protocol):
    """Reads one kind of file.

    Offsets of what `read` returns refer to the document's own `text`, whatever the file looked
    like.
    """

    @property
    def isolated(self) -> bool:
        """Whether strangers' files are read in a process of their own, in `worker`.

        So it is where a library parses them that a hostile file could bring down.
        """
        ...

    def read(self, data: bytes, doc_id: str) -> Document:
        """Turn a file's bytes into a document.

        Raises:
            UnreadableDocument: the bytes aren't what the suffix promises.
        """
        ...


def document_title(text: str, blocks: Sequence[Block], doc_id: str) -> str:
    """Name a document: its first heading of level 1, else its first line, else its file.

    A first line of more than 80 characters is a paragraph, not a name.
    """
    for block in blocks:
        if block.kind is BlockKind.HEADING and block.level == 1:
            return one_line(text[block.span.start : block.span.end])
    if blocks:
        first = blocks[0].span
        line = re.split(r"[\r\n]", text[first.start : first.end], maxsplit=1)[0].strip()
        if line and len(line) <= _LONGEST_TITLE:
            return one_line(line)
    return PurePosixPath(doc_id).stem


def one_line(text: str) -> str:
    """Put a heading on one line with single spaces."""
    return " ".join(text.split())
