"""EPUB books: their chapters in reading order, each read as a web page."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from zjip_qa.documents.archive import foreign_errors, open_archive, parse_xml, read_member
from zjip_qa.documents.composer import Composer
from zjip_qa.documents.readers.html import compose_page, decode_page, parse_page
from zjip_qa.errors import UnreadableDocument
from zjip_qa.types import Document

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGE_TYPES = ("application/xhtml+xml", "text/html")


class EpubReader:
    """Reads EPUB books."""

    isolated = True

    def read(self, data: bytes, doc_id: str) -> Document:
        """Turn a book into a document."""
        composer = Composer(doc_id)
        with open_archive(data, doc_id, kind="an EPUB book", member=_CONTAINER) as archive:
            package_name = _package_name(archive, doc_id)
            package = parse_xml(read_member(archive, package_name, doc_id), doc_id)
            chapters = list(_chapters(package, posixpath.dirname(package_name)))
            if not chapters:
                raise _unreadable(doc_id, "a book without chapters", "at least one")
            _refuse_protected(archive, chapters, doc_id)
            known = set(archive.namelist())
            for name in chapters:
                if name in known:
                    page = parse_page(
                        decode_page(read_member(archive, name, doc_id), doc_id), doc_id
                    )
                    with foreign_errors(doc_id, "chapters that can be parsed"):
                        compose_page(page, composer)
        return composer.document(title=_title(package))


def _package_name(archive: zipfile.ZipFile, doc_id: str) -> str:
    """Where the book's table of its parts lies."""
    container = parse_xml(read_member(archive, _CONTAINER, doc_id), doc_id)
    for root in container.iter("{*}rootfile"):
        if name := root.get("full-path"):
            return str(name)
    raise _unreadable(doc_id, f"a {_CONTAINER} that names no book", "a rootfile")


def _chapters(package: etree._Element, folder: str) -> Iterator[str]:
    """Names of the pages in reading order; what is only a table of contents is left out."""
    items = {str(item.get("id")): item for item in package.iter("{*}item")}
    seen: set[str] = set()
    for entry in package.iter("{*}itemref"):
        item = items.get(str(entry.get("idref")))
        if item is None or item.get("media-type") not in _PAGE_TYPES:
            continue
        if "nav" in str(item.get("properties", "")).split():
            continue
        path = unquote(str(item.get("href", "")).partition("#")[0])
        name = posixpath.normpath(posixpath.join(folder, path))
        if name not in seen:
            seen.add(name)
            yield name


def _refuse_protected(archive: zipfile.ZipFile, chapters: list[str], doc_id: str) -> None:
    """Refuse a book whose text is encrypted; fonts often are, and don't matter."""
    if _ENCRYPTION not in archive.namelist():
        return
    encryption = parse_xml(read_member(archive, _ENCRYPTION, doc_id), doc_id)
    hidden = {unquote(str(part.get("URI", ""))) for part in encryption.iter("{*}CipherReference")}
    if hidden & set(chapters):
        raise _unreadable(doc_id, "a book with copy protection", "one without")


def _title(package: etree._Element) -> str:
    title = next(package.iter("{http://purl.org/dc/elements/1.1/}title"), None)
    return "" if title is None else str(title.text or "")


def _unreadable(doc_id: str, found: str, expected: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"{doc_id} holds {found}; expected {expected}; get it in another form or take it out "
        "of the folder"
    )
