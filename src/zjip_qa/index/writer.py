"""Writes the files of one generation, document by document.

Covers writing a new document and copying an unchanged one from the generation before, so that
both come out alike to the last byte. Which document is which is decided in `build`; reading and
encoding the new ones is in `reading`.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zjip_qa.chunks import passage_text
from zjip_qa.documents import Problem
from zjip_qa.documents.duplicates import find_duplicates, signature
from zjip_qa.embedding.encoder import Encoded, Encoder
from zjip_qa.errors import CorpusError
from zjip_qa.index.dense_shards import DenseShardsWriter
from zjip_qa.index.encoding import beside_chunk
from zjip_qa.index.generations import writing
from zjip_qa.index.manifest import (
    FORMAT_VERSION,
    MANIFEST,
    DocumentRecord,
    FileRecord,
    Manifest,
    ModelRecord,
    record_files,
    to_json,
)
from zjip_qa.index.opened import (
    DENSE,
    LEXICAL,
    SENTENCES,
    SIGNATURES,
    STORE,
    TOKENS,
    USER_DICTIONARY,
    OpenIndex,
)
from zjip_qa.index.postings import PostingsBuilder
from zjip_qa.index.reading import BATCH, Reading, Source
from zjip_qa.index.spans import SpanStoreWriter
from zjip_qa.index.store_writer import StoreWriter
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter
from zjip_qa.types import Chunk, Span

_TELLING = 32_768  # bytes; encoding fewer says little of how fast it goes


def model_record(encoder: Encoder) -> ModelRecord:
    """What the manifest says of `encoder`."""
    return ModelRecord(encoder.name, encoder.fingerprint, encoder.dim, encoder.token_dim)


def package_version() -> str:
    """The version of the code, since another one may read or cut a file otherwise."""
    try:
        return metadata.version("zjip-qa")
    except metadata.PackageNotFoundError:
        return "not installed"


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The order they have in a manifest."""
    return tuple(sorted(problems, key=lambda problem: (problem.doc_id, problem.reason)))


class _Speed:
    """How fast documents are read and encoded."""

    def __init__(self) -> None:
        self._n_bytes = 0
        self._seconds = 0.0

    def add(self, n_bytes: int, seconds: float) -> None:
        """Count a document."""
        self._n_bytes += n_bytes
        self._seconds += seconds

    def measured(self, before: float) -> float:
        """Bytes in a second; `before`, if known, where this build had too little to tell."""
        if not self._seconds or (before and self._n_bytes < _TELLING):
            return before
        return round(self._n_bytes / self._seconds, 1)


class GenerationWriter:
    """Fills `folder`; documents come in the order of their ids.

    A failure to write raises IndexUnusable; the folder is then of no use.
    """

    def __init__(
        self,
        folder: Path,
        encoder: Encoder,
        settings: IndexSettings,
        segmenter: Segmenter,
        reused: OpenIndex | None,
        touched: Collection[str] = (),
    ) -> None:
        """Create the files.

        Args:
            folder: where to.
            encoder: whose vectors are written.
            settings: sizes, and what is kept.
            segmenter: cuts the words.
            reused: the generation that documents are copied from, same model and settings.
            touched: the documents that differ from those of `reused`.
        """
        self._folder = folder
        self._encoder = encoder
        self._settings = settings
        self._segmenter = segmenter
        self._reused = reused
        self._documents: list[DocumentRecord] = []
        self.problems: list[Problem] = []
        self._signatures: list[NDArray[np.uint32]] = []
        self._encoded = _Speed()
        self._postings = PostingsBuilder()
        # Terms cut with another dictionary are no use, but the vectors beside them still are.
        same_words = reused is not None and reused.manifest.segmenter == segmenter.fingerprint
        self._lexical = reused.lexical if reused and same_words else None
        self._rows = {}
        if reused is not None:
            signatures = np.load(reused.folder / SIGNATURES, allow_pickle=False)
            ids = [record.doc_id for record in reused.manifest.documents]
            self._rows = dict(zip(ids, signatures, strict=True))
        self._tokens = self._sentences = None
        with writing(folder.parent), ExitStack() as files:
            self._store = files.enter_context(
                StoreWriter(
                    folder / STORE,
                    copy_from=reused.folder / STORE if reused else None,
                    touched=touched,
                )
            )
            self._dense = DenseShardsWriter(
                folder / DENSE, source=reused.dense if reused else None, touched=touched
            )
            if settings.user_dictionary is not None:
                self._keep_dictionary(settings.user_dictionary)
            if settings.token_vectors:
                self._tokens, self._sentences = (
                    files.enter_context(
                        SpanStoreWriter(folder / name, dim, source=source, touched=touched)
                    )
                    for name, dim, source in (
                        (TOKENS, encoder.token_dim, reused.tokens if reused else None),
                        (SENTENCES, encoder.dim, reused.sentences if reused else None),
                    )
                )
            self._files = files.pop_all()

    @property
    def n_chunks(self) -> int:
        """Chunks written so far."""
        return self._postings.n_chunks

    @property
    def linked_vectors(self) -> Collection[str]:
        """Names of the files of vectors that are those of the reused generation."""
        return self._dense.linked

    def note(self, problem: Problem) -> None:
        """Record that a file isn't in the index."""
        self.problems.append(problem)

    def add(self, source: Source, reading: Reading, advance: Callable[[float], None]) -> bool:
        """Write a document, its translation aligned to it.

        Args:
            source: the document.
            reading: where it was taken from, and its vectors come from.
            advance: called with the share of the document that is done, 0…1.

        Returns:
            Whether all of it was encoded now, so that it tells how fast that goes.
        """
        started = time.monotonic()
        file, document, stretches = source.file, source.document, source.stretches
        self.problems += source.problems
        first_chunk = self.n_chunks
        with writing(self._folder.parent):
            for spans in self._span_writers():
                spans.begin(file.doc_id)
        for start in range(0, len(source.chunks), BATCH):
            advance(start / len(source.chunks))
            # While the vectors are on their way.
            for chunk in source.chunks[start : start + BATCH]:
                self._add_terms(chunk, document.title, beside_chunk(stretches, chunk))
            self._add_vectors(file.doc_id, reading.vectors())
        pace = reading.finish()
        with writing(self._folder.parent):
            for spans in self._span_writers():
                spans.end()
            self._store.add(
                document,
                sha256=file.sha256,
                size=file.size,
                chunks=source.chunks,
                sentences=source.sentences,
                translations=source.translations,
            )
        self._documents.append(
            DocumentRecord(
                file.doc_id,
                file.sha256,
                file.translation.sha256 if file.translation else None,
                first_chunk,
                len(source.chunks),
            )
        )
        self._signatures.append(signature(document.text))
        if pace.encoded:
            # Reading and writing go side by side, so the slower of the two sets the pace.
            self._encoded.add(file.size, max(pace.seconds, time.monotonic() - started))
        return pace.encoded

    def copy(self, record: DocumentRecord) -> None:
        """Take over a document of the reused generation with everything that belongs to it."""
        if self._reused is None:
            raise ValueError("there is no generation to copy from")
        start, stop = record.first_chunk, record.first_chunk + record.n_chunks
        self._documents.append(replace(record, first_chunk=self.n_chunks))
        self._signatures.append(self._rows[record.doc_id])
        if self._lexical is not None:
            self._postings.copy(self._lexical, start, stop)
        else:
            store = self._reused.store
            document = store.document(record.doc_id)
            translations = store.translation_of(record.doc_id, 0, len(document.text))
            for chunk in store.chunks(range(start, stop)):
                self._add_terms(chunk, document.title, beside_chunk(translations, chunk))
        with writing(self._folder.parent):
            self._store.copy(record.doc_id)
            self._dense.copy(record)
            for spans in self._span_writers():
                spans.copy(record.doc_id)

    def finish(self) -> Manifest:
        """Write what was held back, and the manifest last."""
        with writing(self._folder.parent):
            with ThreadPoolExecutor(1) as beside:
                postings = beside.submit(self._save_postings)
                self._files.close()
                dense = self._dense.finish(self._settings.exact_up_to)
                postings.result()
            signatures = np.stack(self._signatures)
            np.save(self._folder / SIGNATURES, signatures, allow_pickle=False)
            dictionary = self._settings.user_dictionary
            if dictionary is not None:
                dictionary = Path(USER_DICTIONARY)
            manifest = Manifest(
                format_version=FORMAT_VERSION,
                package_version=package_version(),
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                model=model_record(self._encoder),
                settings=replace(self._settings, user_dictionary=dictionary),
                segmenter=self._segmenter.fingerprint,
                n_chunks=self.n_chunks,
                documents=tuple(self._documents),
                problems=sort_problems(self.problems),
                duplicates=tuple(
                    find_duplicates(
                        [record.doc_id for record in self._documents],
                        [record.sha256 for record in self._documents],
                        signatures,
                    )
                ),
                speed=self._encoded.measured(self._reused.manifest.speed if self._reused else 0.0),
                files=record_files(self._folder, self._linked()),
                dense=dense,
            )
            (self._folder / MANIFEST).write_text(to_json(manifest), encoding="utf-8", newline="\n")
        return manifest

    def _save_postings(self) -> None:
        self._postings.finish().save(self._folder / LEXICAL)

    def _keep_dictionary(self, path: Path) -> None:
        """Copy the user dictionary, as the segmenter has read it."""
        copy = self._folder / USER_DICTIONARY
        shutil.copyfile(path, copy)
        if Segmenter(copy).fingerprint != self._segmenter.fingerprint:
            raise CorpusError(
                f"the user dictionary {path} changed while the build began; build the index again"
            )

    def _linked(self) -> dict[str, FileRecord]:
        """Records of the files that are those of the reused generation."""
        if self._reused is None:
            return {}
        names = {
            f"{folder}/{name}"
            for folder, writer in (
                (STORE, self._store),
                (DENSE, self._dense),
                (TOKENS, self._tokens),
                (SENTENCES, self._sentences),
            )
            if writer is not None
            for name in writer.linked
        }
        return {file.path: file for file in self._reused.manifest.files if file.path in names}

    def _span_writers(self) -> list[SpanStoreWriter]:
        return [writer for writer in (self._tokens, self._sentences) if writer is not None]

    def _add_vectors(self, doc_id: str, encoded: Encoded) -> None:
        self._dense.append(doc_id, encoded.vectors)
        for writer, found in (
            (self._tokens, encoded.tokens),
            (self._sentences, encoded.sentences),
        ):
            if writer is not None:
                with writing(self._folder.parent):
                    for vectors in found:
                        writer.append(vectors)

    def _add_terms(
        self, chunk: Chunk, title: str, translations: Sequence[tuple[Span, str]]
    ) -> None:
        own = self._terms(passage_text(chunk, title)[0])
        self._postings.add(own, [term for _, text in translations for term in self._terms(text)])

    def _terms(self, text: str) -> list[str]:
        return [token.term for token in self._segmenter.index_terms(text)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with writing(self._folder.parent):
            self._files.__exit__(kind, error, trace)
