"""FAISS indexes as files, and on one thread: what all kinds of them need."""

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


def search_on_one_thread() -> None:
    """Keep FAISS from starting threads in searches of the calling thread.

    It shares out queries, and a question is one query. Yet it starts threads for it, which find
    nothing to do and spin until the next search: on two cores that are busy with other questions,
    ten times the work of the search itself.
    """
    faiss.omp_set_num_threads(1)
