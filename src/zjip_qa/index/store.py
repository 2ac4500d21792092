"""The indexed texts in one SQLite file: documents, chunks, sentences, aligned translations.

Covers the schema, reading and writing. Spans are code points of `documents.text`; a chunk's
text isn't stored again but cut from its document, so the two cannot disagree. The finished file
is opened immutable: SQLite then makes no journal, takes no lock and writes nothing beside it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from zjip_qa.errors import BrokenIndex
from zjip_qa.types import Block, BlockKind, Chunk, ChunkId, Document, Language, Sentence, Span

# One transaction, no journal: a build that dies leaves a folder that nothing points to.
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TABLE documents (
    doc INTEGER PRIMARY KEY, doc_id TEXT NOT NULL UNIQUE, text TEXT NOT NULL,
    title TEXT NOT NULL, language TEXT NOT NULL, blocks TEXT NOT NULL, pages TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL, first_chunk INTEGER NOT NULL, n_chunks INTEGER NOT NULL);
CREATE TABLE chunks (
    chunk_id INTEGER PRIMARY KEY, doc INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, section TEXT NOT NULL);
CREATE TABLE sentences (
    doc INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, section TEXT NOT NULL,
    PRIMARY KEY (doc, start, end)) WITHOUT ROWID;
CREATE TABLE translations (
    doc INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    text TEXT NOT NULL, score REAL NOT NULL,
    PRIMARY KEY (doc, start, end)) WITHOUT ROWID;
"""

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


@dataclass(frozen=True, slots=True)
class AlignedText:
    """What a translation says for a span of its source. `score` is a cosine."""

    span: Span
    text: str
    score: float


class Store:
    """Reads the texts; one connection behind a lock, safe for many threads.

    The connection outlives the file's name, so a server keeps answering when a later build
    removes the folder.
    """

    def __init__(self, path: Path) -> None:
        """Open `path` read-only.

        Raises:
            BrokenIndex: the file is missing or isn't such a database.
        """
        self._path = path
        self._lock = threading.Lock()
        self._cached = lru_cache(maxsize=_CACHED_DOCUMENTS)(self._read_document)
        try:
            self._connection = sqlite3.connect(_uri(path), uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._broken(error) from error
        (self.n_chunks,) = self._rows("SELECT coalesce(max(chunk_id) + 1, 0) FROM chunks")[0]

    def close(self) -> None:
        """Close the file; the store cannot be read afterwards."""
        with self._lock:
            self._connection.close()

    def documents(self) -> list[DocumentSummary]:
        """All documents, ordered by `doc_id`."""
        rows = self._rows(
            "SELECT doc_id, title, language, size, sha256, n_chunks, EXISTS "
            "(SELECT 1 FROM translations t WHERE t.doc = d.doc) FROM documents d ORDER BY doc_id"
        )
        return [
            DocumentSummary(doc_id, title, Language(language), size, sha256, n, bool(translated))
            for doc_id, title, language, size, sha256, n, translated in rows
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
        rows = self._rows(
            "SELECT doc_id, start, end, section FROM chunks JOIN documents USING (doc) "
            "WHERE chunk_id = ?",
            (chunk_id,),
        )
        if not rows:
            raise KeyError(chunk_id)
        doc_id, start, end, section = rows[0]
        text = self.document(doc_id).text[start:end]
        return Chunk(doc_id, start, end, text, _section(section), ChunkId(chunk_id))

    def sentences_between(self, doc_id: str, start: int, end: int) -> list[Sentence]:
        """The sentences that share a position with `[start, end)`, in order."""
        rows = self._rows(_OVERLAPPING.format("section", "sentences"), (doc_id, start, end))
        return [Sentence(Span(first, last), _section(path)) for first, last, path in rows]

    def translation_of(self, doc_id: str, start: int, end: int) -> list[tuple[Span, str]]:
        """Aligned translations of what shares a position with `[start, end)`, in order.

        Each comes with the whole span that it translates, which may be wider than asked for.
        """
        rows = self._rows(_OVERLAPPING.format("text", "translations"), (doc_id, start, end))
        return [(Span(first, last), text) for first, last, text in rows]

    def _read_document(self, doc_id: str) -> Document:
        rows = self._rows(
            "SELECT text, title, language, blocks, pages FROM documents WHERE doc_id = ?", (doc_id,)
        )
        if not rows:
            raise KeyError(doc_id)
        text, title, language, blocks, pages = rows[0]
        return Document(
            doc_id,
            text,
            title,
            tuple(Block(Span(s, e), BlockKind(kind), n) for s, e, kind, n in json.loads(blocks)),
            Language(language),
            tuple(json.loads(pages)),
        )

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        try:
            with self._lock:
                return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def _broken(self, error: sqlite3.Error) -> BrokenIndex:
        return BrokenIndex(f"{self._path} cannot be read ({error}); run `zjip-qa index --rebuild`")


class StoreWriter:
    """Writes a new file, documents in order; what is copied comes out as if written anew."""

    def __init__(self, path: Path, *, copy_from: Path | None = None) -> None:
        """Create `path`; `copy_from` is an earlier file that `copy` takes documents from."""
        self._connection = sqlite3.connect(path.resolve().as_uri(), uri=True)
        if copy_from is not None:
            self._connection.execute("ATTACH ? AS earlier", (_uri(copy_from),))
        self._connection.executescript(_SCHEMA)
        self.n_documents = 0
        self.n_chunks = 0

    def add(
        self,
        document: Document,
        *,
        sha256: str,
        size: int,
        chunks: Sequence[Chunk],
        sentences: Iterable[Sentence],
        translations: Iterable[AlignedText],
    ) -> None:
        """Append a document; its chunks get the next numbers, whatever `chunk_id` they carry."""
        doc = self.n_documents
        blocks = [(b.span.start, b.span.end, b.kind, b.level) for b in document.blocks]
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (doc, document.doc_id, document.text, document.title, document.language.value,
             _json(blocks), _json(document.pages), sha256, size, self.n_chunks, len(chunks)),
        )  # fmt: skip
        self._connection.executemany(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?)",
            (
                (i, doc, chunk.start, chunk.end, _json(chunk.section))
                for i, chunk in enumerate(chunks, start=self.n_chunks)
            ),
        )
        self._connection.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?)",
            ((doc, s.span.start, s.span.end, _json(s.section)) for s in sentences),
        )
        self._connection.executemany(
            "INSERT INTO translations VALUES (?, ?, ?, ?, ?)",
            ((doc, t.span.start, t.span.end, t.text, t.score) for t in translations),
        )
        self.n_documents += 1
        self.n_chunks += len(chunks)

    def copy(self, doc_id: str) -> None:
        """Append a document of the earlier file with everything that belongs to it.

        Raises:
            KeyError: the earlier file has no such document.
        """
        run = self._connection.execute
        there = run(
            "SELECT doc, first_chunk, n_chunks FROM earlier.documents WHERE doc_id = ?", (doc_id,)
        ).fetchone()
        if there is None:
            raise KeyError(doc_id)
        old, first_chunk, n_chunks = there
        doc = self.n_documents
        run(
            "INSERT INTO documents SELECT ?, doc_id, text, title, language, blocks, pages, "
            "sha256, size, ?, n_chunks FROM earlier.documents WHERE doc = ?",
            (doc, self.n_chunks, old),
        )
        run(
            "INSERT INTO chunks SELECT chunk_id + ?, ?, start, end, section FROM earlier.chunks "
            "WHERE chunk_id >= ? AND chunk_id < ? ORDER BY chunk_id",
            (self.n_chunks - first_chunk, doc, first_chunk, first_chunk + n_chunks),
        )
        run(
            "INSERT INTO sentences SELECT ?, start, end, section FROM earlier.sentences "
            "WHERE doc = ? ORDER BY start, end",
            (doc, old),
        )
        run(
            "INSERT INTO translations SELECT ?, start, end, text, score FROM earlier.translations "
            "WHERE doc = ? ORDER BY start, end",
            (doc, old),
        )
        self.n_documents += 1
        self.n_chunks += n_chunks

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._connection.commit()
        finally:
            self._connection.close()


def _uri(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _section(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
