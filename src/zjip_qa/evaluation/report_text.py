"""A report as plain text for a terminal of fixed-width letters."""

from __future__ import annotations

import unicodedata

from zjip_qa.evaluation.report import Report
from zjip_qa.evaluation.report_tables import Table, report_tables


def report_text(report: Report) -> str:
    """The tables of a report, one under another, without a line break at the end."""
    parts = [table_text(table) for table in report_tables(report)]
    if report.rows:
        parts.append(f"{len(report.failed)} of {len(report.rows)} questions failed")
    return "\n\n".join(parts)


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: a Chinese character takes two."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def table_text(table: Table) -> str:
    """A table under its title, columns lined up."""
    cells = [table.header, *table.rows]
    widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)]
    is_text = [_holds_names(table, column) for column in range(len(widths))]
    lines = [table.title]
    for row in cells:
        padded = (
            cell + " " * (width - display_width(cell))
            if left
            else " " * (width - display_width(cell)) + cell
            for cell, width, left in zip(row, widths, is_text, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _holds_names(table: Table, column: int) -> bool:
    """Whether a column holds names, which stand left, and not figures, which stand right."""
    return "n" not in table.header or column < table.header.index("n")
