"""FAISS indexes as files: a failed write is seen, and opening one reads little."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss

from zjip_qa.errors import BrokenIndex


def save(index: Any, path: Path) -> None:
    """Write an index to `path`.

    Raises:
        OSError: the file cannot be written; FAISS's own writer would lose a late failure.
    """
    with path.open("wb") as file:
        writer = faiss.PyCallbackIOWriter(file.write)  # type: ignore[attr-defined]
        faiss.write_index(index, writer)


def load_mapped(path: Path) -> Any:
    """Map a saved index into memory; pages are read when a search touches them.

    Raises:
        BrokenIndex: the file is missing or isn't an index.
    """
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise BrokenIndex(
            f"{path} cannot be read as a FAISS index; run `zjip-qa index --rebuild`"
        ) from error
