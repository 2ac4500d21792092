"""The indexed texts in SQLite files: documents, chunks, sentences, aligned translations.

Covers reading; the schema and writing are in `store_writer`. Spans are code points of
`documents.text`; a chunk's text isn't stored again but cut from its document, so the two cannot
disagree. The finished files are opened immutable: SQLite then makes no journal, takes no lock and
writes nothing beside them.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from zjip_qa.errors import BrokenIndex
from zjip_qa.index.manifest import DocumentRecord
from zjip_qa.index.shards import Layout, shard_name, shard_number
from zjip_qa.index.store_writer import N_SHARDS, SUFFIX, read_only
from zjip_qa.types import Block, BlockKind, Chunk, ChunkId, Document, Language, Sentence, Span

# Rows of one document don't overlap, so nothing before the last one that starts at or before
# the span can reach into it; without that bound a long document would be read from its start.
_OVERLAPPING = """
WITH here AS (SELECT doc FROM documents WHERE doc_id = ?1)
SELECT start, end, {0} FROM {1}
WHERE doc = (SELECT doc FROM here) AND start < ?3 AND end > ?2 AND start >= coalesce(
    (SELECT max(start) FROM {1} WHERE doc = (SELECT doc FROM here) AND start <= ?2), 0)
ORDER BY start
"""

_CACHED_DOCUMENTS = 256
_KINDS = {kind.value: kind for kind in BlockKind}
"""By name: a document may have a thousand blocks, and calling the class for each takes longer."""


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """One line of a list of documents. `size` is in bytes of the file."""

    doc_id: str
    title: str
    language: Language
    size: int
    sha256: str
    n_chunks: int
    translated: bool


class _Shard:
    """One file; one connection behind a lock, safe for many threads.

    The connection outlives the file's name, so a server keeps answering when a later build
    removes the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(read_only(path), uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        try:
            with self._lock:
                return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def _broken(self, error: sqlite3.Error) -> BrokenIndex:
        return BrokenIndex(f"{self.path} cannot be read ({error}); run `zjip-qa index --rebuild`")


class Store:
    """Reads the texts; safe for many threads, and readable after its folder is gone."""

    def __init__(self, folder: Path, documents: Sequence[DocumentRecord]) -> None:
        """Open the files of `folder`, which hold these documents, read-only.

        Raises:
            BrokenIndex: a file is missing, isn't such a database, or hasn't as many chunks as the
                documents ask for.
        """
        self._layout = Layout(documents, N_SHARDS)
        self._cached = lru_cache(maxsize=_CACHED_DOCUMENTS)(self._read_document)
        self._shards: dict[int, _Shard] = {}
        try:
            for number, chunks in self._layout.chunks.items():
                self._shards[number] = _open(folder / shard_name(number, SUFFIX), len(chunks))
        except BrokenIndex:
            self.close()
            raise

    def close(self) -> None:
        """Close the files; the store cannot be read afterwards."""
        for shard in self._shards.values():
            shard.close()

    @property
    def n_chunks(self) -> int:
        """Chunks of all documents."""
        return self._layout.n_chunks

    def documents(self) -> list[DocumentSummary]:
        """All documents, ordered by `doc_id`."""
        rows = [
            row
            for shard in self._shards.values()
            for row in shard.rows(
                "SELECT doc_id, title, language, size, sha256, n_chunks, EXISTS "
                "(SELECT 1 FROM translations t WHERE t.doc = d.doc) FROM documents d"
            )
        ]
        return [
            DocumentSummary(doc_id, title, Language(language), size, sha256, n, bool(translated))
            for doc_id, title, language, size, sha256, n, translated in sorted(rows)
        ]

    def document(self, doc_id: str) -> Document:
        """A whole document, as it was read.

        Raises:
            KeyError: no such document.
        """
        return self._cached(doc_id)

    def chunk(self, chunk_id: int) -> Chunk:
        """One chunk.

        Raises:
            KeyError: no such chunk.
        """
        return self.chunks([chunk_id])[0]

    def chunks(self, chunk_ids: Iterable[int]) -> list[Chunk]:
        """Several chunks, in the order asked for.

        Raises:
            KeyError: no such chunk.
        """
        # One look-up by key each: cheaper than it looks, and no limit on how many.
        return [self._chunk(int(chunk_id)) for chunk_id in chunk_ids]

    def _chunk(self, chunk_id: int) -> Chunk:
        if not 0 <= chunk_id < self.n_chunks:
            raise KeyError(chunk_id)
        shard = self._shards[int(self._layout.shards[chunk_id])]
        ((doc_id, start, end, section),) = shard.rows(
            "SELECT doc_id, start, end, section FROM chunks JOIN documents USING (doc) "
            "WHERE place = ?",
            (int(self._layout.places[chunk_id]),),
        )
        text = self.document(doc_id).text[start:end]
        return Chunk(doc_id, start, end, text, _section(section), ChunkId(chunk_id))

    def sentences_between(self, doc_id: str, start: int, end: int) -> list[Sentence]:
        """The sentences that share a position with `[start, end)`, in order."""
        rows = self._rows(doc_id, _OVERLAPPING.format("section", "sentences"), (doc_id, start, end))
        return [Sentence(Span(first, last), _section(path)) for first, last, path in rows]

    def translation_of(self, doc_id: str, start: int, end: int) -> list[tuple[Span, str]]:
        """Aligned translations of what shares a position with `[start, end)`, in order.

        Each comes with the whole span that it translates, which may be wider than asked for.
        """
        rows = self._rows(doc_id, _OVERLAPPING.format("text", "translations"), (doc_id, start, end))
        return [(Span(first, last), text) for first, last, text in rows]

    def _read_document(self, doc_id: str) -> Document:
        rows = self._rows(
            doc_id,
            "SELECT text, title, language, blocks, pages FROM documents WHERE doc_id = ?",
            (doc_id,),
        )
        if not rows:
            raise KeyError(doc_id)
        text, title, language, blocks, pages = rows[0]
        return Document(
            doc_id,
            text,
            title,
            tuple(Block(Span(s, e), _KINDS[kind], n) for s, e, kind, n in json.loads(blocks)),
            Language(language),
            tuple(json.loads(pages)),
        )

    def _rows(self, doc_id: str, sql: str, values: Sequence[object]) -> list[Any]:
        """Ask the shard of a document."""
        shard = self._shards.get(shard_number(doc_id, N_SHARDS))
        return shard.rows(sql, values) if shard is not None else []


def _open(path: Path, n_chunks: int) -> _Shard:
    shard = _Shard(path)
    try:
        ((found,),) = shard.rows("SELECT count(*) FROM chunks")
        if found != n_chunks:
            raise BrokenIndex(
                f"{path} holds {found} chunks, expected {n_chunks}; run `zjip-qa index --rebuild`"
            )
    except BrokenIndex:
        shard.close()
        raise
    return shard


def _section(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
