"""Writes the indexed texts: documents, chunks, sentences, aligned translations.

Covers the schema of a shard and filling it, from new documents and from an earlier index. Reading
is in `store`; why there are several files, in `shards`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from zjip_qa.index.shards import Links
from zjip_qa.types import Chunk, Document, Sentence, Span

N_SHARDS = 16
SUFFIX = "sqlite"

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
    place INTEGER PRIMARY KEY, doc INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, section TEXT NOT NULL);
CREATE TABLE sentences (
    doc INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, section TEXT NOT NULL,
    PRIMARY KEY (doc, start, end)) WITHOUT ROWID;
CREATE TABLE translations (
    doc INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    text TEXT NOT NULL, score REAL NOT NULL,
    PRIMARY KEY (doc, start, end)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class AlignedText:
    """What a translation says for a span of its source. `score` is a cosine."""

    span: Span
    text: str
    score: float


class StoreWriter:
    """Writes new files, documents in order; what is copied comes out as if written anew."""

    def __init__(
        self, folder: Path, *, copy_from: Path | None = None, touched: Iterable[str] = ()
    ) -> None:
        """Create the folder if absent.

        Args:
            folder: of the new files.
            copy_from: an earlier folder that `copy` takes documents from.
            touched: the documents that differ between the two; all others are going to be copied,
                in the same order.
        """
        self._folder = folder
        self._earlier = copy_from
        self._links = Links(copy_from, folder, touched, N_SHARDS, SUFFIX)
        self._shards: dict[str, _ShardWriter] = {}

    @property
    def linked(self) -> set[str]:
        """Names of the files that are those of the earlier folder."""
        return self._links.linked

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
        shard = self._shard(document.doc_id)
        shard.add(document, sha256, size, chunks, sentences, translations)

    def copy(self, doc_id: str) -> None:
        """Append a document of the earlier folder with everything that belongs to it.

        Raises:
            KeyError: there is no such document.
        """
        if not self._links.take(doc_id):
            self._shard(doc_id).copy(doc_id)

    def _shard(self, doc_id: str) -> _ShardWriter:
        name = self._links.name(doc_id)
        if name not in self._shards:
            earlier = self._earlier / name if self._earlier is not None else None
            self._shards[name] = _ShardWriter(self._folder / name, earlier)
        return self._shards[name]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for shard in self._shards.values():
            shard.close(commit=kind is None)


class _ShardWriter:
    """Writes one file."""

    def __init__(self, path: Path, copy_from: Path | None) -> None:
        self._connection = sqlite3.connect(path.resolve().as_uri(), uri=True)
        self._copies = copy_from is not None and copy_from.is_file()
        if copy_from is not None and self._copies:
            self._connection.execute("ATTACH ? AS earlier", (read_only(copy_from),))
        self._connection.executescript(_SCHEMA)
        self._n_documents = 0
        self._n_chunks = 0

    def add(
        self,
        document: Document,
        sha256: str,
        size: int,
        chunks: Sequence[Chunk],
        sentences: Iterable[Sentence],
        translations: Iterable[AlignedText],
    ) -> None:
        doc = self._n_documents
        blocks = [(b.span.start, b.span.end, b.kind, b.level) for b in document.blocks]
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (doc, document.doc_id, document.text, document.title, document.language.value,
             _json(blocks), _json(document.pages), sha256, size, self._n_chunks, len(chunks)),
        )  # fmt: skip
        self._connection.executemany(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?)",
            (
                (place, doc, chunk.start, chunk.end, _json(chunk.section))
                for place, chunk in enumerate(chunks, start=self._n_chunks)
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
        self._n_documents += 1
        self._n_chunks += len(chunks)

    def copy(self, doc_id: str) -> None:
        run = self._connection.execute
        there = None
        if self._copies:
            there = run(
                "SELECT doc, first_chunk, n_chunks FROM earlier.documents WHERE doc_id = ?",
                (doc_id,),
            ).fetchone()
        if there is None:
            raise KeyError(doc_id)
        old, first_chunk, n_chunks = there
        doc = self._n_documents
        run(
            "INSERT INTO documents SELECT ?, doc_id, text, title, language, blocks, pages, "
            "sha256, size, ?, n_chunks FROM earlier.documents WHERE doc = ?",
            (doc, self._n_chunks, old),
        )
        run(
            "INSERT INTO chunks SELECT place + ?, ?, start, end, section FROM earlier.chunks "
            "WHERE place >= ? AND place < ? ORDER BY place",
            (self._n_chunks - first_chunk, doc, first_chunk, first_chunk + n_chunks),
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
        self._n_documents += 1
        self._n_chunks += n_chunks

    def close(self, *, commit: bool) -> None:
        with closing(self._connection):
            if commit:
                self._connection.commit()


def read_only(path: Path) -> str:
    """The address under which SQLite opens a finished file."""
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
