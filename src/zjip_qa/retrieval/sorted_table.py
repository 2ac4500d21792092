"""A table in a text file that hardly needs loading: its lines are sorted, and found by halving."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path


class SortedTable:
    """Looks up values in lines `key TAB value`.

    A start asks for a few words; making a `dict` of 90,000 lines takes ten times as long as
    cutting the file at its line feeds. No key may hold a character below space.

    Args:
        file: the lines in UTF-8, sorted; read when the first key is asked for.
    """

    def __init__(self, file: Traversable) -> None:
        self._file = file

    def get(self, key: str) -> str | None:
        """Give the value of a key, or None."""
        start = f"{key}\t".encode()
        lines = self._lines
        place = bisect_left(lines, start)
        line = lines[place] if place < len(lines) else b""
        return line[len(start) :].decode() if line.startswith(start) else None

    @cached_property
    def _lines(self) -> list[bytes]:
        return self._file.read_bytes().splitlines()


def write_sorted_table(rows: Mapping[str, str], path: Path) -> None:
    """Write a file that `SortedTable` can read."""
    # UTF-8 sorts as the code points do, and a TAB before all that a key may hold.
    path.write_bytes("".join(f"{key}\t{rows[key]}\n" for key in sorted(rows)).encode())
