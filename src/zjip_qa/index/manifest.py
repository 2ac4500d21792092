"""What an index says about itself: versions, model, settings, and a hash of every file.

Covers the manifest, its JSON and the check of a folder against it. It says nothing about which
folder is in use; that is `generations`, which also guards the manifest's own hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from zjip_qa.documents import Problem
from zjip_qa.documents.duplicates import Duplicate
from zjip_qa.errors import BrokenIndex, StaleIndex
from zjip_qa.index.changes import Content
from zjip_qa.index.checked import LARGE, Checked
from zjip_qa.settings import IndexSettings

FORMAT_VERSION = 5
MANIFEST = "manifest.json"

_REBUILD = "run `zjip-qa index --rebuild`"


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """The encoder that made the vectors."""

    name: str
    fingerprint: str
    dim: int
    token_dim: int


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of the index; `path` is relative to its folder, `/`-separated."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """One indexed document; its chunks are `first_chunk … first_chunk + n_chunks − 1`."""

    doc_id: str
    sha256: str
    translation_sha256: str | None
    first_chunk: int
    n_chunks: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole record.

    `settings.user_dictionary` is relative to the index's folder. `duplicates` are among
    `documents`. `speed` is how many bytes of documents were encoded in a second, 0 if unknown.
    `dense` is how vectors are searched, a `DenseKind`; indexes from before it have none.
    """

    format_version: int
    package_version: str
    created: str
    model: ModelRecord
    settings: IndexSettings
    segmenter: str
    n_chunks: int
    documents: tuple[DocumentRecord, ...]
    problems: tuple[Problem, ...]
    duplicates: tuple[Duplicate, ...]
    speed: float
    files: tuple[FileRecord, ...]
    dense: str = "flat"

    @property
    def contents(self) -> dict[str, Content]:
        """The hashes of each document and its translation, by `doc_id`."""
        return {r.doc_id: (r.sha256, r.translation_sha256) for r in self.documents}

    @property
    def fingerprint(self) -> str:
        """Hash of what the index holds, without how it came about and what was left out.

        The same corpus, settings and model give the same fingerprint.
        """
        timeless = replace(self, created="", speed=0.0, problems=())
        return hashlib.sha256(to_json(timeless).encode()).hexdigest()


def to_json(manifest: Manifest) -> str:
    """The manifest as JSON a person can read."""
    data = asdict(replace(manifest, documents=()))
    # `asdict` takes longer for thousands of records than writing them does.
    names = [field.name for field in fields(DocumentRecord)]
    data["documents"] = [
        {name: getattr(record, name) for name in names} for record in manifest.documents
    ]
    dictionary = manifest.settings.user_dictionary
    data["settings"]["user_dictionary"] = None if dictionary is None else dictionary.as_posix()
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> Manifest:
    """Read what `to_json` wrote.

    Raises:
        StaleIndex: another format version.
        BrokenIndex: not a manifest.
    """
    try:
        data: dict[str, Any] = json.loads(text)
        version = data["format_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenIndex(f"{MANIFEST} isn't a manifest ({error!r}); {_REBUILD}") from error
    if version != FORMAT_VERSION:
        raise StaleIndex(
            f"the index has format {version}, this version reads {FORMAT_VERSION}; {_REBUILD}"
        )
    try:
        dictionary = data["settings"].pop("user_dictionary")
        return Manifest(
            **{
                **data,
                "model": ModelRecord(**data["model"]),
                "settings": IndexSettings(
                    **data["settings"],
                    user_dictionary=None if dictionary is None else Path(dictionary),
                ),
                "documents": tuple(DocumentRecord(**each) for each in data["documents"]),
                "problems": tuple(Problem(**each) for each in data["problems"]),
                "duplicates": tuple(Duplicate(**each) for each in data["duplicates"]),
                "files": tuple(FileRecord(**each) for each in data["files"]),
            }
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenIndex(f"{MANIFEST} isn't a manifest ({error!r}); {_REBUILD}") from error


def read_manifest(folder: Path) -> Manifest:
    """Read a folder's manifest; its files are not looked at.

    Raises:
        BrokenIndex: it is missing or damaged.
        StaleIndex: another format version.
    """
    path = folder / MANIFEST
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenIndex(f"{path} cannot be read ({error}); {_REBUILD}") from error


def record_files(
    folder: Path, known: Mapping[str, FileRecord] | None = None
) -> tuple[FileRecord, ...]:
    """Size and hash of every file below `folder` but the manifest, ordered by path.

    Args:
        folder: of the generation.
        known: records of files that needn't be read, by path: they stand in another generation
            too, and were compared there.
    """
    known = known or {}
    paths = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / MANIFEST
    )
    # Hashing releases the interpreter's lock, so the large files are read side by side.
    with ThreadPoolExecutor(max_workers=4) as pool:
        records = tuple(
            pool.map(lambda path: known[path] if path in known else _record(folder, path), paths)
        )
    checked = Checked(folder.parent)
    for record in records:
        if record.path not in known:
            checked.add(folder / record.path, record.sha256)
    checked.save({record.sha256 for record in records})
    return records


def verify(folder: Path, *, thorough: bool = False) -> Manifest:
    """Read the manifest and compare every file with it.

    Args:
        folder: of the generation.
        thorough: read also the large files that are as they were when they were last read.

    Raises:
        BrokenIndex: a file is missing or isn't the one that was written.
        StaleIndex: another format version.
    """
    manifest = read_manifest(folder)
    checked = Checked(folder.parent)
    with ThreadPoolExecutor(max_workers=4) as pool:
        trusted = None if thorough else checked
        list(pool.map(lambda expected: _compare(folder, expected, trusted), manifest.files))
    for record in manifest.files:
        if record.size >= LARGE and not checked.holds(folder / record.path, record.sha256):
            checked.add(folder / record.path, record.sha256)
    checked.save({record.sha256 for record in manifest.files})
    return manifest


def _record(folder: Path, path: str) -> FileRecord:
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileRecord(path, file.tell(), digest)


def _compare(folder: Path, expected: FileRecord, checked: Checked | None) -> None:
    path = folder / expected.path
    try:
        size = path.stat().st_size
        if size == expected.size and checked is not None and checked.holds(path, expected.sha256):
            return
        found = _record(folder, expected.path) if size == expected.size else None
    except (OSError, ValueError) as error:
        raise BrokenIndex(f"{path} cannot be read ({error}); {_REBUILD}") from error
    if found is None:
        raise BrokenIndex(f"{path} has {size} bytes, expected {expected.size}; {_REBUILD}")
    if found != expected:
        raise BrokenIndex(f"{path} isn't as it was written (other SHA-256); {_REBUILD}")
