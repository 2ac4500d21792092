"""Which large files were compared with their hashes already, so that they needn't be read again.

An index of many documents is gigabytes; reading all of it at every start would be the longest part
of a question. A file that is as large, as old and at the same place on the disk as when it was last
read in full is taken as unchanged. That sees what people and programs do to files, not a disk that
decays: `verify(…, thorough=True)`, which `zjip-qa doctor` does, reads everything.

The record is only a convenience: without it, or where it is damaged, files are read in full.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

CHECKED = "CHECKED"
"""The record's name, beside the generations."""

LARGE = 1 << 20
"""Bytes from which a file isn't read again; smaller ones always are."""


class Checked:
    """The record of one index's folder."""

    def __init__(self, index: Path) -> None:
        """Read the record, if there is one."""
        self._path = index / CHECKED
        self._stamps: dict[str, list[int]] = {}
        self._changed = False
        with suppress(OSError, ValueError):
            found = json.loads(self._path.read_text(encoding="utf-8"))
            if isinstance(found, dict):
                self._stamps = found

    def holds(self, path: Path, sha256: str) -> bool:
        """Whether `path` had this hash when it was last read, and is as it was then."""
        stamp = self._stamps.get(sha256)
        return stamp is not None and stamp == _stamp(path)

    def add(self, path: Path, sha256: str) -> None:
        """Remember that `path` has this hash."""
        stamp = _stamp(path)
        if stamp is not None and stamp[0] >= LARGE:
            self._stamps[sha256] = stamp
            self._changed = True

    def save(self, keep: set[str]) -> None:
        """Write the record of the files whose hashes are in `keep` or were recorded before.

        Half of a record, as a kill may leave it, is none.
        """
        if self._changed:
            # Two generations are kept; what is far more belongs to none of them.
            if len(self._stamps) > 4 * len(keep):
                self._stamps = {each: self._stamps[each] for each in keep & self._stamps.keys()}
            with suppress(OSError):
                self._path.write_text(json.dumps(self._stamps), encoding="utf-8")


def _stamp(path: Path) -> list[int] | None:
    """Size, age and place; None where the file is gone, as when a later build removes it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns, found.st_ino]
