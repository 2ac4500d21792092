"""ZIP files that came from strangers, as Word, Excel and EPUB files are.

What an archive says of itself is believed for refusing only: `zipfile` never unpacks more of a
member than its entry says, so the sums below are true bounds.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from lxml import etree

from zjip_qa.errors import UnreadableDocument

MOST_MEMBERS = 10_000
MOST_BYTES = 300_000_000  # of all members together, unpacked
MOST_RATIO = 200  # unpacked to packed, of an archive that isn't small

_SMALL = 10_000_000  # bytes; below it no ratio does harm
_OLE = b"\xd0\xcf\x11\xe0"
_XML = (".xml", ".rels", ".opf", ".vml")
# In both byte orders of UTF-16 as well.
_DECLARATIONS = [
    sign.encode(encoding)
    for sign in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
]


def open_archive(data: bytes, doc_id: str, *, kind: str, member: str) -> zipfile.ZipFile:
    """Open a file that should be an archive of some kind.

    Args:
        data: the file.
        doc_id: its name, for messages.
        kind: what it should be: "a Word document".
        member: a file that every archive of that kind holds.

    Raises:
        UnreadableDocument: it is another kind of file, damaged, encrypted or a bomb.
    """
    if data.startswith(_OLE):
        raise _unreadable(doc_id, "an encrypted or pre-2007 Office document", kind)
    if not data.startswith(b"PK\x03\x04"):
        raise _unreadable(doc_id, "something else than its name says", kind)
    with foreign_errors(doc_id, kind):
        archive = zipfile.ZipFile(io.BytesIO(data))
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_MEMBERS:
        raise _unreadable(doc_id, f"{len(entries)} packed files", f"at most {MOST_MEMBERS}")
    if total > MOST_BYTES or (total > _SMALL and total > MOST_RATIO * len(data)):
        raise _unreadable(
            doc_id,
            f"{len(data):,} bytes that unpack to {total:,} (a ZIP bomb?)",
            f"at most {MOST_BYTES:,}, and at most {MOST_RATIO} times as many",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise _unreadable(doc_id, "an archive with a password", kind)
    if member not in archive.namelist():
        raise _unreadable(doc_id, f"an archive without {member}", kind)
    return archive


def refuse_declarations(archive: zipfile.ZipFile, doc_id: str) -> None:
    """Refuse an Office file whose XML declares entities: none needs to, and they can be bombs.

    Raises:
        UnreadableDocument: it does, or it is damaged.
    """
    for name in archive.namelist():
        if name.lower().endswith(_XML):
            data = read_member(archive, name, doc_id)
            if any(sign in data for sign in _DECLARATIONS):
                raise _unreadable(
                    doc_id, f"XML that declares entities ({name})", "none in an Office document"
                )


def read_member(archive: zipfile.ZipFile, name: str, doc_id: str) -> bytes:
    """Unpack one member.

    Raises:
        UnreadableDocument: it is missing or damaged.
    """
    with foreign_errors(doc_id, "an undamaged archive"):
        return archive.read(name)


def parse_xml(data: bytes, doc_id: str) -> etree._Element:
    """Parse XML without loading or expanding anything that it refers to.

    Raises:
        UnreadableDocument: it isn't well formed, or nested too deep.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    with foreign_errors(doc_id, "well-formed XML"):
        return etree.fromstring(data, parser)


@contextmanager
def foreign_errors(doc_id: str, expected: str) -> Iterator[None]:
    """Turn whatever a library makes of a broken file into a reason.

    Libraries for such formats raise anything at all there, a KeyError as well as an AttributeError.
    """
    try:
        yield
    except (UnreadableDocument, MemoryError):
        raise
    except Exception as exc:
        found = " ".join(f"{type(exc).__name__}: {exc}".split())[:200]
        raise UnreadableDocument(
            f"{doc_id} is damaged ({found}); expected {expected}; "
            "save it again or take it out of the folder"
        ) from exc


def _unreadable(doc_id: str, found: str, expected: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"{doc_id} holds {found}; expected {expected}; "
        "save it again in its format or take it out of the folder"
    )
