"""What an index says about itself: versions, model, settings, and a hash of every file.

Covers the manifest, its JSON and the check of a folder against it. It says nothing about which
folder is in use; that is `generations`, which also guards the manifest's own hash.
"""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from zjip_qa.documents import Problem
from zjip_qa.errors import BrokenIndex, StaleIndex
from zjip_qa.settings import IndexSettings

FORMAT_VERSION = 3
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
    """The whole record. `settings.user_dictionary` is relative to the index's folder."""

    format_version: int
    package_version: str
    created: str
    model: ModelRecord
    settings: IndexSettings
    segmenter: str
    n_chunks: int
    documents: tuple[DocumentRecord, ...]
    problems: tuple[Problem, ...]
    files: tuple[FileRecord, ...]

    @property
    def fingerprint(self) -> str:
        """Hash of what the index holds, without when it was built and what was left out.

        The same corpus, settings and model give the same fingerprint.
        """
        timeless = replace(self, created="", problems=())
        return hashlib.sha256(to_json(timeless).encode()).hexdigest()


def to_json(manifest: Manifest) -> str:
    """The manifest as JSON a person can read."""
    data = asdict(manifest)
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


def record_files(folder: Path) -> tuple[FileRecord, ...]:
    """Size and hash of every file below `folder` but the manifest, ordered by path."""
    paths = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / MANIFEST
    )
    # Hashing releases the interpreter's lock, so the large files are read side by side.
    with ThreadPoolExecutor(max_workers=4) as pool:
        return tuple(pool.map(lambda path: _record(folder, path), paths))


def verify(folder: Path) -> Manifest:
    """Read the manifest and compare every file with it.

    Raises:
        BrokenIndex: a file is missing or isn't the one that was written.
        StaleIndex: another format version.
    """
    manifest = read_manifest(folder)
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(lambda expected: _compare(folder, expected), manifest.files))
    return manifest


def _record(folder: Path, path: str) -> FileRecord:
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileRecord(path, file.tell(), digest)


def _compare(folder: Path, expected: FileRecord) -> None:
    path = folder / expected.path
    try:
        size = path.stat().st_size
        found = _record(folder, expected.path) if size == expected.size else None
    except (OSError, ValueError) as error:
        raise BrokenIndex(f"{path} cannot be read ({error}); {_REBUILD}") from error
    if found is None:
        raise BrokenIndex(f"{path} has {size} bytes, expected {expected.size}; {_REBUILD}")
    if found != expected:
        raise BrokenIndex(f"{path} isn't as it was written (other SHA-256); {_REBUILD}")
