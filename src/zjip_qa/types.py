"""The nouns of the project, as frozen values.

Covers what passes between rooms: documents and their parts, ranked results, answers.
It does no I/O, imports the standard library alone, and knows nothing of files or models.

Every position is a half-open span `[start, end)` in code points of `Document.text`.
A browser counts UTF-16 units; whoever shows a text converts there.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

ChunkId = NewType("ChunkId", int)
"""Ordinal of a chunk in its index, from 0; also its row in the vector matrix."""


class Language(StrEnum):
    """Languages that questions are answered in."""

    ZH = "zh"
    EN = "en"


class BlockKind(StrEnum):
    """What a reader saw a stretch of text to be."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range `[start, end)` of code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse an inverted or negative range."""
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, got [{self.start}, {self.end})")

    def overlaps(self, other: Span) -> bool:
        """Whether the two ranges share at least one position."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item or table row of a document.

    `level` is the depth of a heading (1 = outermost) and 0 for everything else.
    `span` leaves out the markup around the text: a Markdown heading starts after its `#`.
    """

    span: Span
    kind: BlockKind
    level: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A source file as text. A text file's is exactly as decoded: nothing is cleaned away.

    `doc_id` is the path relative to the corpus folder, `/`-separated. `blocks` are in
    order and do not overlap; text outside every block is markup or white space. `pages` holds
    where in `text` each page begins, in order, and is empty for what has no pages.
    """

    doc_id: str
    text: str
    title: str = ""
    blocks: tuple[Block, ...] = ()
    language: Language = Language.ZH
    pages: tuple[int, ...] = ()

    def page_at(self, position: int) -> int | None:
        """The number of the page, from 1, that `position` stands on; None without pages."""
        return max(1, bisect_right(self.pages, position)) if self.pages else None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document: the unit of a citation.

    `section` is the path of headings above it, outermost first, without the title.
    """

    span: Span
    section: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """The piece of a document that is indexed: one or more whole sentences of one section."""

    doc_id: str
    start: int
    end: int
    text: str
    section: tuple[str, ...] = ()
    chunk_id: ChunkId = ChunkId(-1)

    @property
    def span(self) -> Span:
        """Where the chunk stands in its document."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the language it is asked in."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked result. `score`: larger is better; comparable within one result list only.

    `legs` holds what each retriever gave the chunk, by name, for the retrieval panel.
    """

    rank: int
    score: float
    chunk: Chunk
    legs: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """Verbatim words of a document: `document.text[start:end] == quote`, always.

    `verdict` says how what the answer says of it was checked: "verbatim", its very words (or those
    of its translation); "agrees", its figures, dates and names; "" not checked. `page` counts
    from 1 and is None where the document has no pages.
    """

    doc_id: str
    start: int
    end: int
    quote: str
    section: str = ""
    translation: str = ""
    verdict: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question.

    `text` carries the markers `[1]`, `[2]` … that number `citations`. When `abstained`,
    `citations` is empty and `nearest` holds the passages that came closest.
    `confidence` is in 0…1. `question` is the question as completed from the conversation.
    """

    text: str
    language: Language
    abstained: bool
    confidence: float
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Hit, ...] = ()
    question: str = ""
