"""What a browser may do to the corpus folder: add a file, take one out, teach it a word.

A name comes from a stranger's machine, so it is checked and never repaired: what the page says
was written is what was written. A file that is taken out is moved aside, not destroyed.
"""

from __future__ import annotations

import os
import threading
import unicodedata
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from zjip_qa.documents import SUPPORTED_SUFFIXES, USER_DICTIONARY, scan_corpus
from zjip_qa.errors import CorpusError
from zjip_qa.interfaces import strings as s
from zjip_qa.text import Segmenter
from zjip_qa.types import Language

SUFFIXES = tuple(SUPPORTED_SUFFIXES)
MAX_MEGABYTES = 10
MAX_FILES = 100
"""Files in one upload."""

REMOVED = ".removed"
"""Folder of the corpus that files are moved to; its name is hidden, so nothing in it is read."""

_MAX_NAME_BYTES = 200
_LONGEST_TERM = 40
_FORBIDDEN = frozenset('/\\:*?"<>|')
# Names of devices on Windows, whatever their suffix.
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{port}{i}" for port in ("COM", "LPT") for i in range(10))]
)
# How files of a kind begin. A text may begin with anything but one of these.
_PACKED = b"PK\x03\x04"
_BEGINNINGS = {".pdf": b"%PDF-", ".docx": _PACKED, ".xlsx": _PACKED, ".epub": _PACKED}
_NO_TEXT = (
    _PACKED, b"%PDF-", b"MZ\x90\x00", b"\x7fELF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!",
    b"7z\xbc\xaf", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"SQLite format 3\x00",
)  # fmt: skip
_WRITING_TERMS = threading.Lock()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file or word; `added` says that it was done as asked."""

    added: bool
    text: s.Text
    values: dict[str, object] = field(default_factory=dict)

    def to(self, language: Language) -> str:
        """The outcome in words."""
        return self.text.to(language, **self.values)


def is_safe_name(name: str) -> bool:
    """Whether `name` is a plain file name that any system can hold and that we can read."""
    return (
        0 < len(name.encode("utf-8", "replace")) <= _MAX_NAME_BYTES
        and name.lower().endswith(SUFFIXES)
        and not name.startswith((".", " ", "-"))
        and Path(name).stem.strip(" .") != ""
        and name.split(".")[0].strip().upper() not in _DEVICES
        and not any(
            c in _FORBIDDEN or unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
            for c in name
        )
    )


def add_file(corpus: Path, name: str, data: bytes, *, replace: bool) -> Outcome:
    """Write `data` into the corpus folder under `name`.

    A file of that name is left alone unless `replace`; a reader never sees half of one.
    """
    name = unicodedata.normalize("NFC", name.strip())
    if not is_safe_name(name):
        return Outcome(False, s.FILE_BAD_NAME, {"name": name[:80], "kinds": ", ".join(SUFFIXES)})
    if len(data) > MAX_MEGABYTES * 1024 * 1024:
        return Outcome(False, s.FILE_TOO_LARGE, {"name": name, "limit": MAX_MEGABYTES})
    if not data.strip():
        return Outcome(False, s.FILE_EMPTY, {"name": name})
    if not _is_what_it_says(name, data):
        return Outcome(False, s.FILE_OTHER_KIND, {"name": name})
    target = corpus / name
    existed = os.path.lexists(target)
    if existed and not (replace and target.is_file() and not target.is_symlink()):
        return Outcome(False, s.FILE_EXISTS, {"name": name})
    part = corpus / f".{uuid.uuid4().hex}.part"
    try:
        corpus.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        if not existed and not _reserved(target):
            return Outcome(False, s.FILE_EXISTS, {"name": name})
        part.replace(target)
    except OSError as exc:
        return Outcome(False, s.FILE_NOT_WRITTEN, {"name": name, "reason": exc.strerror or exc})
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Outcome(True, s.FILE_REPLACED if existed else s.FILE_ADDED, {"name": name})


def _is_what_it_says(name: str, data: bytes) -> bool:
    """Whether a file begins as files of its suffix do; reading it may yet show it broken."""
    expected = _BEGINNINGS.get(Path(name).suffix.lower())
    if expected is None:
        return not data.startswith(_NO_TEXT)
    return expected in data[:1024] if expected == b"%PDF-" else data.startswith(expected)


def remove_document(corpus: Path, doc_id: str) -> Outcome:
    """Take a document and its translation out of the corpus, into the folder `REMOVED`.

    Only what a scan of the folder finds is touched, so `doc_id` is never used as a path.
    """
    try:
        found = scan_corpus(corpus)
    except CorpusError as error:
        return Outcome(False, s.FILE_NOT_REMOVED, {"name": doc_id, "reason": error})
    file = next((each for each in found.sources if each.doc_id == doc_id), None)
    if file is None:
        return Outcome(False, s.FILE_GONE, {"name": doc_id[:80]})
    try:
        (corpus / REMOVED).mkdir(exist_ok=True)
        for each in (file, file.translation):
            if each is not None:
                name = f"{uuid.uuid4().hex[:8]}-{each.path.name}"
                each.path.rename(corpus / REMOVED / name)
    except OSError as error:
        reason = error.strerror or error
        return Outcome(False, s.FILE_NOT_REMOVED, {"name": doc_id, "reason": reason})
    return Outcome(True, s.FILE_REMOVED, {"name": doc_id, "folder": REMOVED})


def read_terms(corpus: Path) -> list[str]:
    """The lines of the corpus's user dictionary, in order; none where there is none to read."""
    try:
        text = (corpus / USER_DICTIONARY).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return []
    return [line.strip() for line in text.splitlines() if line.strip()]


def add_term(corpus: Path, term: str) -> Outcome:
    """Put a word that jieba should keep whole into the corpus's user dictionary."""
    term = unicodedata.normalize("NFC", term.strip())
    fits = 0 < len(term) <= _LONGEST_TERM and any(c.isalnum() for c in term)
    if not fits or any(c.isspace() or unicodedata.category(c)[0] == "C" for c in term):
        return Outcome(False, s.TERM_BAD, {"term": term[:_LONGEST_TERM], "limit": _LONGEST_TERM})
    with _WRITING_TERMS:
        terms = read_terms(corpus)
        if term in {line.split()[0] for line in terms}:
            return Outcome(False, s.TERM_KNOWN, {"term": term})
        return _write_terms(corpus, [*terms, term], Outcome(True, s.TERM_ADDED, {"term": term}))


def remove_term(corpus: Path, term: str) -> Outcome:
    """Take a word out of the corpus's user dictionary."""
    term = unicodedata.normalize("NFC", term.strip())
    with _WRITING_TERMS:
        terms = read_terms(corpus)
        kept = [line for line in terms if line.split()[0] != term]
        if kept == terms:
            return Outcome(False, s.TERM_UNKNOWN, {"term": term[:_LONGEST_TERM]})
        return _write_terms(corpus, kept, Outcome(True, s.TERM_REMOVED, {"term": term}))


def _write_terms(corpus: Path, terms: list[str], done: Outcome) -> Outcome:
    """Replace the dictionary in one step, by one that can be read."""
    part = corpus / f".{uuid.uuid4().hex}.part"
    try:
        part.write_text("".join(f"{line}\n" for line in terms), encoding="utf-8", newline="\n")
        Segmenter(part)
        part.replace(corpus / USER_DICTIONARY)
    except (OSError, CorpusError) as error:
        reason = getattr(error, "strerror", None) or error
        return Outcome(False, s.TERM_NOT_WRITTEN, {"reason": reason})
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return done


def _reserved(target: Path) -> bool:
    """Make an empty file of that name; of two uploads at once, only one does."""
    try:
        target.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
