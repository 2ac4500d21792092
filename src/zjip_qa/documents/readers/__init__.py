"""One reader per file format, and the table that finds it.

A new format is a file here and a line for each of its suffixes in `_READERS`. A reader is
imported when a file of its format comes: whoever only asks questions needs no PDF library.
"""

from functools import cache
from importlib import import_module
from pathlib import PurePath

from zjip_qa.documents.reader import Reader
from zjip_qa.errors import UnsupportedFormat

_READERS = {
    ".md": "markdown.MarkdownReader",
    ".markdown": "markdown.MarkdownReader",
    ".txt": "plain.PlainReader",
    ".html": "html.HtmlReader",
    ".htm": "html.HtmlReader",
    ".xhtml": "html.HtmlReader",
    ".pdf": "pdf.PdfReader",
    ".docx": "docx.DocxReader",
    ".xlsx": "xlsx.XlsxReader",
    ".csv": "csv.CsvReader",
    ".tsv": "csv.CsvReader",
    ".epub": "epub.EpubReader",
}

SUPPORTED_SUFFIXES = tuple(sorted(_READERS))


def reader_for(name: str | PurePath) -> Reader:
    """Return the reader for a file of this name.

    Raises:
        UnsupportedFormat: none takes its suffix.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in _READERS:
        raise UnsupportedFormat(
            f"{PurePath(name).name} has the suffix {suffix or '(none)'}; readers exist for "
            f"{', '.join(SUPPORTED_SUFFIXES)}; convert it to one of these"
        )
    return _load(_READERS[suffix])


@cache
def _load(name: str) -> Reader:
    module, _, reader = name.partition(".")
    loaded: Reader = getattr(import_module(f"{__name__}.{module}"), reader)()
    return loaded


__all__ = ["SUPPORTED_SUFFIXES", "reader_for"]
