"""Bytes of a text file to characters.

UTF-8 first, because nothing else passes for it by accident; then UTF-16, GB 18030 and Big5,
told apart by how common the characters are that each of them makes of the bytes. That decides a
single line of Chinese, where byte statistics need a page. Other encodings are refused.
"""

from __future__ import annotations

import codecs
import functools
import re

from zjip_qa.errors import UnreadableDocument
from zjip_qa.text import normalize

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_PLAIN = re.compile("[\t\n\r\x20-\x7e\u2010-\u2027\u3000-\u3017\uff01-\uff5e]")
_SAMPLE = 20_000  # characters that are judged
_LEAST_COMMON = 0.75  # share of common characters below which a guess is refused


def decode(data: bytes, doc_id: str) -> str:
    """Decode a text file. Line ends stay as they are; a byte-order mark is dropped.

    Raises:
        UnreadableDocument: the bytes aren't text, or in none of the encodings above.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _checked(_strict(data[len(mark) :], encoding), doc_id)
    for magic, name in _MAGIC:
        if data.startswith(magic):
            raise _unreadable(doc_id, name)
    text = _utf_8(data)
    if text is None or "\x00" in text:
        guess = _guess(data)
        text = guess if guess is not None else text
    return _checked(text, doc_id)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _utf_8(data: bytes) -> str | None:
    """UTF-8, with a few bytes damaged at most (they become U+FFFD)."""
    text = _strict(data, "utf-8")
    if text is None:
        repaired = data.decode("utf-8", "replace")
        n_sound = sum(1 for character in repaired[:_SAMPLE] if character > "\x7f")
        n_damaged = repaired[:_SAMPLE].count("\ufffd")
        if 50 * n_damaged <= n_sound and repaired.count("\ufffd") < 1000:
            text = repaired
    return text


def _guess(data: bytes) -> str | None:
    """The likeliest of the other encodings, or None when none is likely."""
    if b"\x00" not in data and not re.search(rb"[\x80-\xff]{2}", data):
        # Single high bytes among ASCII: curly quotes and accents of Western Windows.
        return _strict(data, "cp1252")
    best, best_share = None, _LEAST_COMMON
    for encoding in ("gb18030", "big5", "utf-16-le", "utf-16-be"):
        text = _strict(data, encoding)
        if text is not None and (share := _common_share(text)) > best_share:
            best, best_share = text, share
    return best


def _common_share(text: str) -> float:
    """The share of characters that ordinary Chinese or English text is made of."""
    sample = normalize(text[:_SAMPLE]).text
    common = _common_characters()
    n_common = sum(1 for c in sample if c in common or _PLAIN.match(c))
    return n_common / max(1, len(sample))


@functools.cache
def _common_characters() -> frozenset[str]:
    """The 3,755 characters of GB 2312, level 1: the commonest simplified ones."""
    rows, cells = range(0xB0, 0xD8), range(0xA1, 0xFF)
    return frozenset("".join(bytes((r, c)).decode("gb2312", "ignore") for r in rows for c in cells))


def _checked(text: str | None, doc_id: str) -> str:
    if text is None:
        raise _unreadable(doc_id, "bytes in no known text encoding")
    n_control = len(_CONTROL.findall(text))
    if "\x00" in text or 100 * n_control > len(text):
        raise _unreadable(doc_id, "binary data")
    return text


def _unreadable(doc_id: str, found: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"{doc_id} holds {found}; expected text in UTF-8, UTF-16, GB 18030 or Big5; "
        "save it as UTF-8 text or take it out of the folder"
    )
