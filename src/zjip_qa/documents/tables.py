"""Tables to rows that say their column names, wherever the table comes from.

A file seldom marks which of its rows names the columns, so that is judged by what the rows hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from zjip_qa.documents.composer import Composer
from zjip_qa.types import BlockKind

_NUMBER = re.compile(r"[-+±~≈<>≤≥]?[\d.,\s]*\d[\d.,\s]*[%％‰]?$")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_DIGIT = re.compile(r"\d")
_LONGEST_NAME = 40


def add_table(
    composer: Composer,
    rows: Sequence[Sequence[str]],
    *,
    n_header: int | None = None,
    headed: bool = False,
) -> None:
    """Append a table to a document.

    Lines above it that fill one cell of many are its caption: paragraphs.

    Args:
        composer: where it goes.
        rows: all its rows, texts of cells; they may differ in length.
        n_header: how many of the first rows name the columns; None lets the rows tell.
        headed: whether tables of this kind begin with names as a rule.
    """
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    width = max((sum(1 for cell in row if cell.strip()) for row in rows), default=0)
    first = 0
    if n_header is None:
        while width > 1 and first < len(rows) and _n_distinct(rows[first]) == 1:
            composer.add(BlockKind.PARAGRAPH, next(c for c in rows[first] if c.strip()))
            first += 1
        n_header = int(names_columns(rows[first:], headed=headed))
    names = _names(rows[first : first + n_header])
    values = rows[first + n_header :]
    if not values:
        values, names = rows[first:], []
    for row in values:
        composer.add_row(row, names)


def names_columns(rows: Sequence[Sequence[str]], *, headed: bool = False) -> bool:
    """Whether the first of some rows names the columns of the others.

    It does when it holds short, different names without figures, and either there are three
    columns or more or figures stand below. Two columns of words are as likely a list of terms,
    unless tables of this kind are `headed`.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    names = [cell.strip() for cell in rows[0]]
    named = [name for name in names if name]
    if len(named) < max(2, len(names) - 1) or len(set(named)) < len(named):
        return False
    if any(len(name) > _LONGEST_NAME or is_value(name) for name in named):
        return False
    n_figures = sum(_DIGIT.search(row[-1]) is not None for row in rows[1:] if row)
    return headed or len(names) > 2 or 2 * n_figures > len(rows) - 1


def is_value(cell: str) -> bool:
    """Whether a cell holds a figure, and not the name of a column; a year names one."""
    return _NUMBER.match(cell.strip()) is not None and not _YEAR.match(cell.strip())


def _n_distinct(row: Sequence[str]) -> int:
    """How many different texts a row holds: a merged cell repeats one."""
    return len({cell.strip() for cell in row} - {""})


def _names(header: Sequence[Sequence[str]]) -> list[str]:
    """One name a column; of several rows, each names the columns more narrowly."""
    width = max(map(len, header), default=0)
    names = []
    for column in range(width):
        parts = [" ".join(row[column].split()) for row in header if column < len(row)]
        names.append(" ".join(dict.fromkeys(part for part in parts if part)))
    return names
