"""One reader per file format, and the table that finds it.

A new format is a file here and a line in `_READERS`.
"""

from pathlib import PurePath

from zjip_qa.documents.reader import Reader
from zjip_qa.documents.readers.csv import CsvReader
from zjip_qa.documents.readers.docx import DocxReader
from zjip_qa.documents.readers.epub import EpubReader
from zjip_qa.documents.readers.html import HtmlReader
from zjip_qa.documents.readers.markdown import MarkdownReader
from zjip_qa.documents.readers.pdf import PdfReader
from zjip_qa.documents.readers.plain import PlainReader
from zjip_qa.documents.readers.xlsx import XlsxReader
from zjip_qa.errors import UnsupportedFormat

_READERS: tuple[Reader, ...] = (
    MarkdownReader(),
    PlainReader(),
    HtmlReader(),
    PdfReader(),
    DocxReader(),
    XlsxReader(),
    CsvReader(),
    EpubReader(),
)
_BY_SUFFIX = {suffix: reader for reader in _READERS for suffix in reader.suffixes}

SUPPORTED_SUFFIXES = tuple(sorted(_BY_SUFFIX))


def reader_for(name: str | PurePath) -> Reader:
    """Return the reader for a file of this name.

    Raises:
        UnsupportedFormat: none takes its suffix.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in _BY_SUFFIX:
        raise UnsupportedFormat(
            f"{PurePath(name).name} has the suffix {suffix or '(none)'}; readers exist for "
            f"{', '.join(SUPPORTED_SUFFIXES)}; convert it to one of these"
        )
    return _BY_SUFFIX[suffix]


__all__ = [
    "SUPPORTED_SUFFIXES",
    "CsvReader",
    "DocxReader",
    "EpubReader",
    "HtmlReader",
    "MarkdownReader",
    "PdfReader",
    "PlainReader",
    "XlsxReader",
    "reader_for",
]
