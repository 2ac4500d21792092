"""The corpus folder: which files are documents, which are translations, which are trouble.

Nothing here decodes a file; `read_document` does. `NAME.en.md` beside `NAME.md` is its English
translation and `NAME.zh.md` a Chinese one, whatever the two suffixes are.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import stat
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from zjip_qa.documents.readers import reader_for
from zjip_qa.documents.stamps import Stamps
from zjip_qa.documents.worker import SHARED
from zjip_qa.errors import CorpusError, UnreadableDocument
from zjip_qa.types import Document, Language

USER_DICTIONARY = ".user_dictionary.txt"
"""The corpus folder's own jieba dictionary; its name is hidden, so it is no document."""

_LANGUAGES = frozenset(Language)

MOST_BYTES = 100_000_000
"""Of one file."""


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file that a reader takes, as it was when the folder was scanned.

    Attributes:
        doc_id: path below the corpus folder, `/`-separated, in Unicode form NFC.
        path: where to read it.
        sha256: hash of its bytes, hexadecimal.
        size: bytes.
        translation: the file that translates it, if any. It is no source of its own.
    """

    doc_id: str
    path: Path
    sha256: str
    size: int
    translation: CorpusFile | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that was left out, and why, in words for its owner."""

    doc_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a scan found, both parts sorted by `doc_id`."""

    sources: tuple[CorpusFile, ...]
    problems: tuple[Problem, ...]


def scan_corpus(folder: Path, stamps: Stamps | None = None) -> Corpus:
    """Look through a corpus folder and everything below it, hidden names left out.

    Links that lead out of the folder, links to folders, special files, and formats without a
    reader become problems.

    Args:
        folder: of the documents.
        stamps: of an earlier scan; a file that is as it was then isn't read. What is found now is
            added.

    Raises:
        CorpusError: the folder is missing, isn't a folder, or holds no file at all.
    """
    if not folder.is_dir():
        found = "is not a folder" if folder.exists() else "does not exist"
        raise CorpusError(
            f"the corpus folder {folder} {found}; expected a folder of documents; "
            "create it and put files in, or name another"
        )
    root = folder.resolve()
    found_files: dict[str, CorpusFile] = {}
    problems: list[Problem] = []
    for name, path in _walk(root, problems):
        doc_id = unicodedata.normalize("NFC", _printable(name))
        try:
            if doc_id in found_files or doc_id != unicodedata.normalize("NFC", name):
                raise CorpusError(
                    f"the name {_printable(name)} is not valid Unicode, or another file has it in "
                    "another Unicode form; rename the file"
                )
            found_files[doc_id] = _corpus_file(path, root, doc_id, stamps or Stamps())
        except CorpusError as exc:
            problems.append(Problem(doc_id, str(exc)))
    if not found_files and not problems:
        raise CorpusError(
            f"the corpus folder {folder} is empty; expected at least one document; put files in"
        )
    sources, left_out = _pair_translations(found_files)
    problems += left_out
    return Corpus(tuple(sources), tuple(sorted(problems, key=lambda p: (p.doc_id, p.reason))))


def corpus_dictionary(folder: Path) -> Path | None:
    """The folder's own user dictionary, if it has one; a link isn't followed."""
    path = folder / USER_DICTIONARY
    return path if path.is_file() and not path.is_symlink() else None


def read_document(file: CorpusFile) -> Document:
    """Read one file of a scanned corpus.

    Formats that a hostile file could bring a library down with are parsed in another process.

    Raises:
        UnreadableDocument: it cannot be opened, is too large, has changed since the scan, isn't
            what its suffix says, or holds no text.
    """
    if file.size > MOST_BYTES:
        raise UnreadableDocument(
            f"{file.doc_id} has {file.size:,} bytes; expected at most {MOST_BYTES:,}; split it"
        )
    try:
        data = file.path.read_bytes()
    except OSError as exc:
        raise _cannot_read(file.doc_id, exc) from exc
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise UnreadableDocument(
            f"{file.doc_id} changed while the corpus was being read; build the index again"
        )
    reader = reader_for(file.doc_id)
    document = (SHARED if reader.isolated else reader).read(data, file.doc_id)
    if not document.blocks:
        raise UnreadableDocument(
            f"{file.doc_id} holds no text; expected some; fill it or take it out of the folder"
        )
    return document


def _walk(root: Path, problems: list[Problem]) -> list[tuple[str, Path]]:
    """Every visible file below `root`, in a fixed order: its name from there, and its path."""
    found: list[tuple[str, Path]] = []

    def unreadable(exc: OSError) -> None:
        name = PurePosixPath(os.path.relpath(exc.filename, root)).as_posix()
        problems.append(Problem(_printable(name), f"the folder cannot be read ({exc.strerror})"))

    for parent, folders, files in os.walk(root, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        linked = [name for name in folders if Path(parent, name).is_symlink()]
        names = linked + sorted(name for name in files if not name.startswith("."))
        # A path object for each folder, not several for each file: of many files they take longer
        # than hashing.
        folder = Path(parent)
        below = "" if folder == root else f"{folder.relative_to(root).as_posix()}/"
        found += [(below + name, folder / name) for name in names]
    return found


def _printable(name: str) -> str:
    """Replace bytes of a file name that no encoding explains."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _corpus_file(path: Path, root: Path, doc_id: str, stamps: Stamps) -> CorpusFile:
    """Check one file, and hash it unless its stamp is known."""
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            target = path.resolve(strict=True)
            if not target.is_relative_to(root):
                raise CorpusError(
                    f"{doc_id} is a link that leads out of the corpus folder; it isn't followed; "
                    "copy the file in"
                )
            found = target.stat()
        if stat.S_ISDIR(found.st_mode):
            raise CorpusError(f"{doc_id} is a link to a folder; it isn't followed")
        if not stat.S_ISREG(found.st_mode):
            raise CorpusError(f"{doc_id} is not a regular file; take it out of the folder")
        reader_for(path)  # refuse the format before its bytes are read
        known = stamps.sha256(doc_id, found)
        if known is not None:
            return CorpusFile(doc_id, path, known, found.st_size)
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
                size += len(block)
    except (OSError, RuntimeError) as exc:  # RuntimeError: a link that leads to itself
        raise _cannot_read(doc_id, exc) from exc
    stamps.add(doc_id, found, digest.hexdigest())
    return CorpusFile(doc_id, path, digest.hexdigest(), size)


def _cannot_read(doc_id: str, exc: Exception) -> UnreadableDocument:
    reason = exc.strerror if isinstance(exc, OSError) else str(exc)
    return UnreadableDocument(
        f"{doc_id} cannot be read ({reason}); expected a readable file; check its permissions"
    )


def _pair_translations(files: dict[str, CorpusFile]) -> tuple[list[CorpusFile], list[Problem]]:
    """Attach translations to their originals; the rest are sources."""
    by_stem: dict[str, list[str]] = {}
    for doc_id in sorted(files):
        by_stem.setdefault(_stem(doc_id), []).append(doc_id)
    original_of = {
        doc_id: original for doc_id in files if (original := _original(doc_id, by_stem)) is not None
    }
    translations: dict[str, str] = {}
    problems: list[Problem] = []
    for doc_id, original in sorted(original_of.items()):
        if original in original_of or original in translations:
            problems.append(
                Problem(
                    doc_id,
                    f"{doc_id} would be a second translation beside "
                    f"{translations.get(original, original)}; rename it to make it a document",
                )
            )
        else:
            translations[original] = doc_id
    sources = [
        replace(file, translation=files[translations[doc_id]]) if doc_id in translations else file
        for doc_id, file in sorted(files.items())
        if doc_id not in original_of
    ]
    return sources, problems


def _original(doc_id: str, by_stem: dict[str, list[str]]) -> str | None:
    """Return the document that `doc_id` is named as a translation of, the same format first."""
    stem = _stem(doc_id)
    language = posixpath.splitext(stem)[1].lower().removeprefix(".")
    if language not in _LANGUAGES:
        return None
    originals = by_stem.get(stem[: -len(language) - 1], [])
    suffix = posixpath.splitext(doc_id)[1]
    return min(originals, key=lambda o: (not o.endswith(suffix), o), default=None)


def _stem(doc_id: str) -> str:
    return posixpath.splitext(doc_id)[0]
