"""Excel workbooks (.xlsx): each sheet a section, each row with the names of its columns.

Formulas count as their last computed values. Hidden sheets, charts and comments are left out.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
from pathlib import PurePosixPath
from typing import Any

from zjip_qa.documents.archive import foreign_errors, open_archive, refuse_declarations
from zjip_qa.documents.composer import Composer
from zjip_qa.documents.tables import add_table
from zjip_qa.errors import UnreadableDocument
from zjip_qa.types import BlockKind, Document

MOST_CELLS = 2_000_000

_PERCENT = re.compile(r"0(?:\.(0+))?%")


class XlsxReader:
    """Reads Excel workbooks."""

    isolated = True

    def read(self, data: bytes, doc_id: str) -> Document:
        """Turn a workbook into a document."""
        import openpyxl  # takes half a second, and the server reads no such file itself

        kind = "an Excel workbook"
        with open_archive(data, doc_id, kind=kind, member="xl/workbook.xml") as archive:
            refuse_declarations(archive, doc_id)
        composer = Composer(doc_id)
        with foreign_errors(doc_id, kind), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it doesn't support: styles, validation
            workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
            n_cells = 0
            for sheet in sheets:
                sheet.reset_dimensions()  # what a sheet says of its size may be wrong
                rows: list[list[str]] = []
                for row in sheet.iter_rows():
                    n_cells += len(row) + 1
                    if n_cells > MOST_CELLS:
                        raise _too_many(doc_id)
                    rows.append([_text(cell) for cell in row])
                if len(sheets) > 1 and any(map(any, rows)):
                    composer.add(BlockKind.HEADING, sheet.title, 2)
                add_table(composer, rows, headed=True)
        return composer.document(title=PurePosixPath(doc_id).stem, number_headings=False)


def _text(cell: Any) -> str:
    """A value as the sheet shows it, as far as that matters for reading."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        bare = value.time() == datetime.time()
        return value.date().isoformat() if bare else value.isoformat(" ", "minutes")
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float) and (match := _PERCENT.search(cell.number_format or "")):
        return f"{100 * value:.{len(match[1] or '')}f}%"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def _too_many(doc_id: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"{doc_id} holds more than {MOST_CELLS:,} cells; expected a table that a person would "
        "read; split it"
    )
