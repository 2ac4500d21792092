"""Comma- and tab-separated values: each row says the names of its columns."""

from __future__ import annotations

import csv
import io
from pathlib import PurePosixPath

from zjip_qa.documents.composer import Composer
from zjip_qa.documents.decode import decode
from zjip_qa.documents.tables import add_table
from zjip_qa.errors import UnreadableDocument
from zjip_qa.types import Document

_DELIMITERS = ",\t;|"
_SAMPLE_LINES = 20


class CsvReader:
    """Reads CSV and TSV files."""

    isolated = False

    def read(self, data: bytes, doc_id: str) -> Document:
        """Turn a file of rows into a document."""
        text = decode(data, doc_id)
        delimiter = "\t" if doc_id.lower().endswith(".tsv") else _delimiter(text)
        composer = Composer(doc_id)
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error as exc:
            raise UnreadableDocument(
                f"{doc_id} holds a row that can't be read ({exc}); expected values separated by "
                "commas or tabs; check its quotation marks"
            ) from exc
        add_table(composer, rows, headed=True)
        name = PurePosixPath(doc_id).stem
        return composer.document(title=name, number_headings=False)


def _delimiter(text: str) -> str:
    """The separator that the first lines have most of."""
    lines = text.splitlines()[:_SAMPLE_LINES]
    return max(_DELIMITERS, key=lambda sign: sum(line.count(sign) for line in lines))
