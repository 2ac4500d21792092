"""Which of the built folders is in use, and how a new one takes its place in one step.

    index/
      CURRENT                     the generation in use and the one before it
      000007-1f0c9b…/             a generation: number, and the hash of its manifest
      000006-77ab02…/             the one before, kept for `rollback`
      building-…/                 a build at work, or what a killed one left
      unfinished/                 what it has encoded; see the module of that name
      CHECKED                     which large files were compared with their hashes
      SCANNED                     which files of the corpus needn't be read again
      LOCK                        held by the process that builds

Covers that layout and its crash safety: readers follow `CURRENT`, which is replaced in one step
after everything it names is on disk. It knows nothing of what a generation holds beyond its
manifest, whose hash is part of the folder's name, so that no byte of it can change unnoticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from zjip_qa.errors import BrokenIndex, IndexUnusable
from zjip_qa.index.manifest import MANIFEST, verify

SCANNED = "SCANNED"
"""Name of the record of the corpus, a `documents.Stamps`."""

_CURRENT = "CURRENT"
_LOCK = "LOCK"
_GENERATION = re.compile(r"(\d{6,})-[0-9a-f]{16}")
_BUILDING = re.compile(r"building-\d+")


@dataclass(frozen=True, slots=True)
class _Pointer:
    """What `CURRENT` says."""

    generation: str
    previous: str | None


def current(index: Path) -> Path:
    """The folder in use. Cheap enough to ask before every question.

    Raises:
        BrokenIndex: there is none, or `CURRENT` or the folder's manifest is damaged.
    """
    pointer = _read_pointer(index)
    _check_name(index / pointer.generation)
    return index / pointer.generation


def previous(index: Path) -> Path | None:
    """The folder that `rollback` would go back to, if there is one.

    Raises:
        BrokenIndex: there is no index, or `CURRENT` is damaged.
    """
    name = _read_pointer(index).previous
    return index / name if name is not None and (index / name).is_dir() else None


def rollback(index: Path) -> Path:
    """Put the generation before back into use; a second call undoes it.

    The one in use may be damaged: going back is a way out of that.

    Returns:
        The folder now in use.

    Raises:
        IndexUnusable: there is none before, or a build is at work.
        BrokenIndex: there is no index at all, or the one before is damaged.
    """
    _read_pointer(index)  # where there is no index, none of its folders should be made
    with build_lock(index), writing(index):
        pointer = _read_pointer(index)
        if pointer.previous is None:
            raise IndexUnusable(
                f"{index} keeps no earlier index to go back to; nothing changed; the one before "
                "is kept from the second build on"
            )
        try:
            _check_name(index / pointer.previous)
            verify(index / pointer.previous)
        except IndexUnusable as error:
            raise BrokenIndex(
                f"the earlier index cannot be put back, and the one in use stays: {error}"
            ) from error
        _write_pointer(index, _Pointer(pointer.previous, pointer.generation))
        return index / pointer.previous


def new_folder(index: Path) -> Path:
    """Make the folder that a build writes into; nothing reads it until `publish`."""
    folder = index / f"building-{os.getpid()}"
    folder.mkdir()
    return folder


class Flush:
    """Puts a finished folder on the disk, while other work goes on; to be used in a `with` block.

    Files that stand in another generation too are left out: they were put there with it.
    """

    def __init__(self, folder: Path) -> None:
        # Waiting side by side, since a file system writes what several wait for in one go.
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="flush")
        paths = [*(path for path in folder.rglob("*") if _is_new(path)), folder]
        self._flushes = [self._pool.submit(_flush, path) for path in paths]

    def wait(self) -> None:
        """Wait until all of it is there.

        Raises:
            OSError: something cannot be written.
        """
        for flush in self._flushes:
            flush.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown()


def publish(index: Path, folder: Path, flush: Flush | None = None) -> Path:
    """Put a finished folder, its manifest written last, into use.

    Args:
        index: where to.
        folder: the finished folder.
        flush: of `folder`, if one is under way already.

    Returns:
        Its new place.
    """
    with flush or Flush(folder) as under_way:
        under_way.wait()
    number = 1 + max((int(m[1]) for m in _names(index, _GENERATION)), default=0)
    place = index / f"{number:06d}-{_manifest_hash(folder)}"
    folder.rename(place)
    _flush(index)
    _write_pointer(index, _Pointer(place.name, _last_good(index)))
    return place


def _last_good(index: Path) -> str | None:
    """The generation to keep for `rollback` when a new one comes: a damaged one is no use."""
    try:
        pointer = _read_pointer(index)
    except BrokenIndex:
        return None
    try:
        _check_name(index / pointer.generation)
    except BrokenIndex:
        return pointer.previous
    return pointer.generation


def prune(index: Path) -> None:
    """Remove what `CURRENT` doesn't name; only while holding the lock.

    When `CURRENT` is damaged the generations stay: a person may still want them.
    """
    stale = [match[0] for match in _names(index, _BUILDING)]
    with suppress(BrokenIndex):
        pointer = _read_pointer(index)
        kept = (pointer.generation, pointer.previous)
        stale += [match[0] for match in _names(index, _GENERATION) if match[0] not in kept]
    for name in stale:
        # Where a reader keeps a file from being removed (Windows), a later build tries again.
        shutil.rmtree(index / name, ignore_errors=True)


@contextmanager
def build_lock(index: Path) -> Iterator[None]:
    """Hold the right to change `index`. The system frees it when the process ends, however.

    Raises:
        IndexUnusable: another process holds it, or the folder cannot be written.
    """
    with writing(index):
        index.mkdir(parents=True, exist_ok=True)
        handle = os.open(index / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            _lock(handle)
        except OSError as error:
            holder = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
            raise IndexUnusable(
                f"{index} is being built by another process (id {holder}); "
                "wait until it is done, then run `zjip-qa index` again"
            ) from error
        with writing(index):
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Turn a failure to write (no space, no permission) into one clear line.

    Raises:
        IndexUnusable: what was inside failed so.
    """
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise IndexUnusable(
            f"{index} cannot be written ({reason}); the index that was there, if any, is "
            "unchanged; make room or give permission and run `zjip-qa index` again"
        ) from error


def _read_pointer(index: Path) -> _Pointer:
    path = index / _CURRENT
    try:
        body, _, check = path.read_bytes().partition(b"\n")
    except FileNotFoundError as error:
        raise BrokenIndex(f"no index in {index}: run `zjip-qa index`") from error
    except OSError as error:
        raise BrokenIndex(f"{path} cannot be read ({error}); run `zjip-qa index`") from error
    if check != _checksum(body):
        raise BrokenIndex(f"{path} is damaged; run `zjip-qa index`")
    data = json.loads(body)
    return _Pointer(data["generation"], data["previous"])


def _write_pointer(index: Path, pointer: _Pointer) -> None:
    body = json.dumps({"generation": pointer.generation, "previous": pointer.previous}).encode()
    new = index / f"{_CURRENT}.new"
    new.write_bytes(body + b"\n" + _checksum(body))
    _flush(new)
    new.replace(index / _CURRENT)
    _flush(index)


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode() + b"\n"


def _check_name(folder: Path) -> None:
    try:
        found = _manifest_hash(folder)
    except OSError as error:
        raise BrokenIndex(
            f"{folder / MANIFEST} cannot be read ({error}); run `zjip-qa index --rebuild`"
        ) from error
    if not folder.name.endswith(found):
        raise BrokenIndex(
            f"{folder / MANIFEST} isn't as it was written; run `zjip-qa index --rebuild`"
        )


def _manifest_hash(folder: Path) -> str:
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()[:16]


def _names(index: Path, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    return [m for path in sorted(index.iterdir()) if (m := pattern.fullmatch(path.name))]


def _is_new(path: Path) -> bool:
    found = path.stat()
    return stat.S_ISDIR(found.st_mode) or found.st_nlink < 2


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on disk."""
    if sys.platform == "win32" and path.is_dir():
        return  # Windows has no such call for folders.
    handle = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    """Take the lock or raise OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, 1024, os.SEEK_SET)  # past the process id, which stays readable
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
