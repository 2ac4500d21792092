"""Hashes of files that are as they were when they were last read, so that they needn't be again.

A file is told by its size, its place on the disk and the times of its last change, both the one
that programs may set and the one that only the system does. Within the system's clock tick a file
can change twice and show one time, so what was changed just before it was read isn't remembered.

The record is only a convenience: without it, or where it is damaged, every file is read. It names
no folder, and where the corpus is copied the places don't fit, so that every file is read too.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

_TICK = 2_000_000_000  # ns; FAT file systems count by two seconds, all others finer


class Stamps:
    """The record of one corpus: a stamp and a hash for each file."""

    def __init__(self) -> None:
        """An empty record."""
        self._known: dict[str, list[int | str]] = {}
        self._found: dict[str, list[int | str]] = {}

    @classmethod
    def load(cls, path: Path) -> Stamps:
        """Read what `save` wrote; an empty record where there is none, or a damaged one."""
        stamps = cls()
        with suppress(OSError, ValueError):
            found = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(found, dict):
                stamps._known = found
        return stamps

    def sha256(self, doc_id: str, found: os.stat_result) -> str | None:
        """The file's hash, None unless it is known to be as it was."""
        known = self._known.get(doc_id)
        if not (isinstance(known, list) and len(known) > 1 and known[:-1] == _stamp(found)):
            return None
        self._found[doc_id] = known
        return str(known[-1])

    def add(self, doc_id: str, found: os.stat_result, sha256: str) -> None:
        """Remember the hash of a file, and what was `found` of it before it was read."""
        stamp = _stamp(found)
        if stamp and max(found.st_mtime_ns, found.st_ctime_ns) < time.time_ns() - _TICK:
            self._found[doc_id] = [*stamp, sha256]

    def save(self, path: Path) -> None:
        """Write the record of the files that were found, unless it is written already.

        Half of a record, as a kill may leave it, is none.
        """
        if self._found != self._known:
            with suppress(OSError):
                path.write_text(json.dumps(self._found, ensure_ascii=False), encoding="utf-8")


def _stamp(found: os.stat_result) -> list[int]:
    """Empty where the system doesn't keep the time of a change by itself."""
    if sys.platform == "win32":
        return []
    return [found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns]
