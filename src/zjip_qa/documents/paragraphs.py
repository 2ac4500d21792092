"""Rows of pages to paragraphs: what belongs together, what only stands on every page.

Works on what `layout` made of the pages. Lines are joined, hyphens at line ends undone, running
heads and page numbers left out, larger letters and numbers taken for headings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from zjip_qa.documents.composer import Composer, is_wide
from zjip_qa.documents.layout import Row
from zjip_qa.documents.numbering import numbered_level
from zjip_qa.documents.tables import add_table
from zjip_qa.types import BlockKind

Page = Sequence[Sequence[Row]]
"""The columns of a page, each with its rows."""

_PAGE_NUMBER = re.compile(
    r"[-—–·•|\s]*(?:(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/／,，共of]*\s*\d{1,4}\s*页?)?"
    r"|page\s+\d{1,4}(?:\s+of\s+\d{1,4})?|[ivxlc]{1,6})[-—–·•|\s]*$",
    re.IGNORECASE,
)
_CONTENTS = re.compile(r".*?(?:\.{4,}|(?:\.\s){4,}|…{2,}|·{4,})\s*[-\divxlcIVXLC]+$")
_DIGITS = re.compile(r"\d+|[一二三四五六七八九十百]+(?=\s*页)")
_FINAL = re.compile(r"[。！？；：.!?;:…][”’」』）)》\"']*$")
_ITEM = re.compile(r"[•●○▪■◆➢–—-]\s*(?=\S)|(?:\d{1,2}[.)、．）]|[（(]\d{1,2}[）)])(?!\d)")
_BULLET = re.compile(r"[•●○▪■◆➢]\s*")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇两\d]+条(?:之[一二三四五六七八九十]+)?\s")
_HYPHEN_END = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*-$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_N_EDGE_ROWS = 2  # at the top and the bottom of a page that may be running heads
_LONGEST_NUMBERED_HEAD = 20  # characters of a running head that holds the number of the page
_HEADING_SIZE = 1.12  # of the body's
_LONGEST_HEADING = 80
_N_LEVELS = 4


def compose_pages(pages: Sequence[Page], composer: Composer) -> None:
    """Append the text of all pages to a document, and note where each begins."""
    pages = _without_running_heads(pages)
    rows = [row for page in pages for column in page for row in column]
    body, levels = _sizes(rows)
    words = Counter(word.lower() for row in rows for word in _WORD.findall(row.text))
    writer = _Writer(composer, body, levels, words)
    for page in pages:
        writer.begin_page()
        for column in page:
            writer.add_column(column)
    writer.finish()


def _without_running_heads(pages: Sequence[Page]) -> list[list[list[Row]]]:
    """Leave out page numbers, and what stands at one place of several pages."""
    seen: Counter[tuple[str, int]] = Counter()
    for page in pages:
        seen.update({key for row in _edges(page) if (key := _key(row))})
    enough = 2 if len(pages) < 6 else 3
    kept = []
    for number, page in enumerate(pages, 1):
        dropped = set()
        for row in _edges(page):
            key = _key(row)
            # A baseline may fall on either side of a step.
            n_seen = seen[key] + seen[key[0], key[1] + 1] if key else 0
            own = row.text.strip(" -—") == str(number)
            if n_seen >= enough or (_PAGE_NUMBER.match(row.text) and (len(pages) > 1 or own)):
                dropped.add(id(row))
        kept.append(
            [
                [row for row in column if id(row) not in dropped and not _CONTENTS.match(row.text)]
                for column in page
            ]
        )
    return kept


def _edges(page: Page) -> list[Row]:
    """The rows at the top and at the bottom of a page."""
    rows = sorted((row for column in page for row in column), key=lambda row: -row.baseline)
    heights = sorted({round(row.baseline) for row in rows})
    edge = {*heights[:_N_EDGE_ROWS], *heights[-_N_EDGE_ROWS:]}
    return [row for row in rows if round(row.baseline) in edge]


def _key(row: Row) -> tuple[str, int] | None:
    """What a running head has in common on all pages; None for the rows of a table."""
    text = "".join(row.text.split())
    if len(text) <= _LONGEST_NUMBERED_HEAD:
        text = _DIGITS.sub("#", text)
    if len(row.cells) > 3 or not any(c.isalpha() for c in text):
        return None
    return text, round(row.baseline / 3)


def _sizes(rows: Sequence[Row]) -> tuple[float, dict[float, int]]:
    """The size of the running text, and the heading levels of the larger ones."""
    n_letters: Counter[float] = Counter()
    for row in rows:
        n_letters[_rounded(row.size)] += len(row.text)
    if not n_letters:
        return 0.0, {}
    body = max(sorted(n_letters), key=lambda size: n_letters[size])
    larger = sorted((s for s in n_letters if s > _HEADING_SIZE * body), reverse=True)
    return body, {size: min(level, _N_LEVELS) for level, size in enumerate(larger, 1)}


def _rounded(size: float) -> float:
    return round(2 * size) / 2


@dataclass(slots=True)
class _Paragraph:
    """The paragraph being read. `pages` holds where in `text` pages begin."""

    text: str = ""
    rows: list[Row] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Column:
    """The measures of one column of one page."""

    left: float
    right: float
    leading: float
    indents: bool

    @classmethod
    def of(cls, rows: Sequence[Row]) -> _Column:
        lines = [row for row in rows if len(row.cells) == 1] or list(rows)
        left, right = min(row.left for row in lines), max(row.right for row in lines)
        steps = [one.baseline - two.baseline for one, two in pairwise(rows)]
        steps = [step for step in steps if step > 0]
        n_flush = sum(row.left - left < 0.8 * row.size for row in lines)
        leading = median(steps) if steps else 0.0
        return cls(left, right, leading, indents=3 * n_flush >= len(lines))


class _Writer:
    """Puts rows into paragraphs, and paragraphs into the document."""

    def __init__(
        self, composer: Composer, body: float, levels: dict[float, int], words: Counter[str]
    ) -> None:
        self._composer = composer
        self._body = body
        self._levels = levels
        self._words = words
        self._open = _Paragraph()
        self._column: _Column | None = None
        self._n_waiting = 0  # pages of which nothing was added yet

    def begin_page(self) -> None:
        """Note that what comes now stands on another page."""
        self._n_waiting += 1

    def add_column(self, rows: Sequence[Row]) -> None:
        """Take the rows of one column."""
        if not rows:
            return
        column = _Column.of(rows)
        for is_table, part in _tables(rows):
            if is_table:
                self._close()
                self._mark_pages()
                add_table(self._composer, _grid(part))
                continue
            for row in part:
                if self._begins(row, column):
                    self._close()
                self._append(row)
                self._column = column

    def finish(self) -> None:
        """Write what is left."""
        self._close()
        self._mark_pages()

    def _mark_pages(self) -> None:
        for _ in range(self._n_waiting):
            self._composer.begin_page()
        self._n_waiting = 0

    def _append(self, row: Row) -> None:
        """Add a line to the open paragraph."""
        paragraph = self._open
        if paragraph.text:
            paragraph.text = self._ready_for(paragraph.text, row.text)
        for _ in range(self._n_waiting):
            paragraph.pages.append(len(paragraph.text))
        self._n_waiting = 0
        paragraph.text += row.text
        paragraph.rows.append(row)

    def _ready_for(self, text: str, following: str) -> str:
        """What `text` is at the end of a line when `following` goes on: a space more, or no hyphen.

        A hyphen stays where the document writes the word with it elsewhere, and never without.
        """
        begun = _HYPHEN_END.search(text)
        if begun and following[0].islower():
            rest = _WORD.match(following)
            whole = (begun[0] + (rest[0] if rest else "")).lower()
            keeps = self._words[whole] > 0 and not self._words[whole.replace("-", "")]
            return text if keeps else text[:-1]
        return text if is_wide(text[-1]) or is_wide(following[0]) else f"{text} "

    def _begins(self, row: Row, column: _Column) -> bool:
        """Whether a row begins a paragraph."""
        if not self._open.rows:
            return True
        last, before = self._open.rows[-1], self._column or column
        size = max(row.size, last.size)
        if abs(row.size - last.size) > 0.12 * size:
            return True
        here = column == before and last.baseline > row.baseline
        gap = last.baseline - row.baseline if here else 0.0
        if _rounded(row.size) in self._levels:
            return not here or gap > 2 * size or bool(numbered_level(row.text))
        if here and gap > 1.45 * max(column.leading, size):
            return True
        return self._looks_like_a_beginning(row, column, last, before)

    def _looks_like_a_beginning(
        self, row: Row, column: _Column, last: Row, before: _Column
    ) -> bool:
        """Judge by indents, by how full the line before is, and by numbers."""
        size = row.size
        indent = row.left - column.left
        if indent > 1.2 * size and column.indents and indent < 6 * size:
            return True
        room = before.right - last.right
        final = _FINAL.search(last.text) is not None
        if not final and row.text[0].islower():
            return False
        width = before.right - before.left
        if room > 0.25 * width or (final and room > max(1.5 * size, 0.06 * width)):
            return True
        marked = _ITEM.match(row.text) or _ARTICLE.match(row.text) or numbered_level(row.text)
        return bool(marked) and (final or room > 1.5 * size)

    def _close(self) -> None:
        """Write the open paragraph."""
        paragraph, self._open = self._open, _Paragraph()
        if not paragraph.rows:
            return
        text = paragraph.text
        level = self._levels.get(_rounded(paragraph.rows[0].size), 0)
        if level and len(text) <= _LONGEST_HEADING and not text.endswith(("。", "；", "，")):
            kind = BlockKind.HEADING
        else:
            level, kind = 0, BlockKind.PARAGRAPH
            if bullet := _BULLET.match(text):
                kind = BlockKind.ITEM
                text = text[bullet.end() :]
        start = self._composer.add(kind, text, level)
        cut = len(paragraph.text) - len(text)
        for offset in paragraph.pages:
            self._composer.begin_page(start + max(0, offset - cut))


def _tables(rows: Sequence[Row]) -> Iterator[tuple[bool, list[Row]]]:
    """Part rows into tables and running text; one row with gaps is no table."""
    part: list[Row] = []
    celled = False
    for row in rows:
        if (len(row.cells) > 1) != celled and part:
            yield celled and len(part) > 1, part
            part = []
        celled = len(row.cells) > 1
        part.append(row)
    if part:
        yield celled and len(part) > 1, part


def _grid(rows: Sequence[Row]) -> list[list[str]]:
    """Cells by columns: those of the widest row say where the columns are."""
    model = max(rows, key=lambda row: len(row.cells)).cells
    middles = [(cell.left + cell.right) / 2 for cell in model]
    grid = []
    for row in rows:
        texts = [""] * len(model)
        for number, cell in enumerate(row.cells):
            column = number
            if len(row.cells) != len(model):
                middle = (cell.left + cell.right) / 2
                column = min(range(len(model)), key=lambda i: abs(middles[i] - middle))
            texts[column] = f"{texts[column]} {cell.text}".strip()
        grid.append(texts)
    return grid
