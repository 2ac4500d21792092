"""Builds an index from a folder of documents, or brings one up to date.

Covers what to do with each document, the check of the result and the swap. Reading and cutting
lie in `documents` and `chunks`, the files in `writer`, the swap itself in `generations`.
Whatever goes wrong, the index in use before stays in use.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zjip_qa.chunks import passage_text
from zjip_qa.documents import CorpusFile, Problem, Stamps, scan_corpus
from zjip_qa.documents.duplicates import Duplicate
from zjip_qa.embedding.encoder import Encoder
from zjip_qa.errors import BrokenIndex, CorpusError, IndexUnusable
from zjip_qa.index.changes import compare
from zjip_qa.index.generations import (
    SCANNED,
    Flush,
    build_lock,
    current,
    new_folder,
    prune,
    publish,
    writing,
)
from zjip_qa.index.manifest import Manifest, verify
from zjip_qa.index.opened import OpenIndex, load
from zjip_qa.index.plan import Plan, why_anew, with_dictionary
from zjip_qa.index.reading import Reading, read_source
from zjip_qa.index.unfinished import UNFINISHED, RememberingEncoder
from zjip_qa.index.writer import GenerationWriter, sort_problems
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter

_LOG = logging.getLogger(__name__)

# Chunks that are encoded again after the build and must find themselves, and the least cosine
# of the two vectors of one text: another batch may change the last bits, not more.
_SAMPLE = 8
_SAME_TEXT = 0.99

_TELLING_SECONDS = 0.5  # a rate from less jumps about


class Stage(StrEnum):
    """What a build is at."""

    DOCUMENTS = "documents"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is.

    Attributes:
        stage: what it is at.
        done: documents finished in this stage.
        total: documents in all.
        doc_id: the document at work, "" between two.
        share: 0…1 of the bytes of all documents, for a bar.
        rate: bytes encoded in a second, 0 until it can be told.
        seconds_left: at that rate, None until it can be told.
    """

    stage: Stage
    done: int
    total: int
    doc_id: str
    share: float
    rate: float = 0.0
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `removed` holds documents deleted and those no longer readable.

    `problems` are the files left out, each with its reason; `duplicates` are indexed like all
    others; `generation` is the one now in use; `n_new_chunks` are those of the documents added
    and changed, of `n_chunks` in all.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    problems: tuple[Problem, ...]
    n_documents: int
    n_chunks: int
    seconds: float
    generation: str
    n_new_chunks: int = 0
    moved: tuple[tuple[str, str], ...] = ()
    duplicates: tuple[Duplicate, ...] = ()


def build_index(
    corpus: Path,
    index: Path,
    encoder: Encoder,
    settings: IndexSettings,
    *,
    rebuild: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> BuildReport:
    """Bring `index` up to date with `corpus`, or build it.

    A document whose content and translation are as before isn't encoded again, as long as
    model, settings and version are the same; with another user dictionary only the words are
    cut anew. If nothing changed, the generation in use stays. What a build that was killed had
    encoded isn't encoded again by the next one.

    Args:
        corpus: folder of documents.
        index: folder of the index, made if absent.
        encoder: gives the vectors.
        settings: sizes, and what is kept; where they name no user dictionary, the corpus
            folder's own is taken.
        rebuild: take nothing over, neither of the index nor of a build that was killed, and read
            every file.
        progress: called as the work goes on; an exception from it ends the build.

    Returns:
        What changed, and what could not be read.

    Raises:
        CorpusError: the folder, or every document in it, is unreadable.
        IndexUnusable: another build is at work, or the folder cannot be written.
        BrokenIndex: the new index failed its check, and is not used.
    """
    started = time.monotonic()
    settings = with_dictionary(settings, corpus)
    segmenter = Segmenter(settings.user_dictionary)
    stamps = Stamps() if rebuild else Stamps.load(index / SCANNED)
    found = scan_corpus(corpus, stamps)
    with build_lock(index):
        prune(index)
        before, reused = _before(index, encoder, settings, rebuild=rebuild)
        plan = Plan.make(found, reused.manifest if reused else None)
        try:
            if reused and _is_current(reused.manifest, plan, encoder, settings, segmenter):
                shutil.rmtree(index / UNFINISHED, ignore_errors=True)
                stamps.save(index / SCANNED)
                return _report(before, reused.manifest, reused.generation, started)
            with writing(index):
                folder = new_folder(index)
            unfinished = index / UNFINISHED
            if rebuild:
                shutil.rmtree(unfinished, ignore_errors=True)
            remembering = RememberingEncoder(encoder, unfinished)
            try:
                with (
                    Reading(plan.read, remembering, settings) as reading,
                    GenerationWriter(
                        folder,
                        encoder,
                        settings,
                        segmenter,
                        reused,
                        plan.touched(reused.manifest) if reused else (),
                    ) as writer,
                ):
                    manifest = _write(writer, plan, reading, progress)
                if progress is not None:
                    progress(Progress(Stage.CHECK, 0, len(manifest.documents), "", 1.0))
                with writing(index):
                    flush = Flush(folder)
                with flush:
                    try:
                        _check(folder, manifest, encoder, writer.linked_vectors)
                    except BrokenIndex:
                        shutil.rmtree(unfinished, ignore_errors=True)  # it may be what is wrong
                        raise
                    with writing(index):
                        place = publish(index, folder, flush)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            if reused is not None:
                reused.close()
        prune(index)
        shutil.rmtree(unfinished, ignore_errors=True)
        stamps.save(index / SCANNED)
    return _report(before, manifest, place.name, started)


def _before(
    index: Path, encoder: Encoder, settings: IndexSettings, *, rebuild: bool
) -> tuple[Manifest | None, OpenIndex | None]:
    """The manifest in use, and the index to copy from if it was made in the same way."""
    try:
        folder = current(index)
        manifest = verify(folder)
        anew = rebuild or why_anew(manifest, encoder, settings)
        return manifest, None if anew else load(folder, manifest)
    except IndexUnusable as error:
        _LOG.info("building from nothing: %s", error)
        return None, None


def _is_current(
    manifest: Manifest,
    plan: Plan,
    encoder: Encoder,
    settings: IndexSettings,
    segmenter: Segmenter,
) -> bool:
    """Whether a build would give the same index again.

    Files that could not be read last time are tried, since a library may have been installed.
    """
    if (
        len(plan.kept) < len(manifest.documents)
        or manifest.segmenter != segmenter.fingerprint
        or manifest.settings.exact_up_to != settings.exact_up_to
    ):
        return False
    reasons = {problem.doc_id: problem.reason for problem in manifest.problems}
    problems = list(plan.problems)
    for file in plan.files:
        if file.doc_id in plan.kept:
            continue
        if file.doc_id not in reasons:
            return False
        try:
            read_source(file, encoder, settings)
        except CorpusError as error:
            problems.append(Problem(file.doc_id, str(error)))
    return sort_problems(problems) == manifest.problems


class _Meter:
    """Tells how far the documents are; those that are only copied weigh nothing."""

    def __init__(self, plan: Plan, progress: Callable[[Progress], None] | None) -> None:
        self._n_documents = len(plan.files)
        self._kept = plan.kept
        self._progress = progress
        self._total = plan.n_bytes or 1
        self._size = 0
        self._remembered = 0
        self._done = 0
        self._seconds = 0.0
        self._begun = time.monotonic()

    def begin(self) -> None:
        """Start the clock for a document that is encoded."""
        self._begun = time.monotonic()

    def show(self, file: CorpusFile, share: float) -> None:
        """Report that `share` of `file`, 0…1, is done."""
        if self._progress is None:
            return
        size = self._size + share * file.size
        seconds = self._seconds + time.monotonic() - self._begun
        encoded = size - self._remembered
        rate = encoded / seconds if encoded > 0 and seconds > _TELLING_SECONDS else 0.0
        self._progress(
            Progress(
                Stage.DOCUMENTS,
                self._done,
                self._n_documents,
                file.doc_id,
                min(1.0, size / self._total),
                rate,
                max(0.0, self._total - size) / rate if rate else None,
            )
        )

    def finish(self, file: CorpusFile, *, encoded: bool) -> None:
        """Count `file` as done; unless it was `encoded`, it doesn't tell how fast that goes."""
        self._done += 1
        if file.doc_id not in self._kept:
            if encoded:
                self._seconds += time.monotonic() - self._begun
            else:
                self._remembered += file.size
            self._begun = time.monotonic()
            self._size += file.size
            self.show(file, 0.0)


def _write(
    writer: GenerationWriter,
    plan: Plan,
    reading: Reading,
    progress: Callable[[Progress], None] | None,
) -> Manifest:
    """Put every document into the new generation.

    Raises:
        CorpusError: none could be read.
    """
    for problem in plan.problems:
        writer.note(problem)
    meter = _Meter(plan, progress)
    for file in plan.files:
        encoded = False
        if file.doc_id in plan.kept:
            writer.copy(plan.kept[file.doc_id])
        else:
            meter.begin()
            try:
                source = reading.take()
                encoded = writer.add(source, reading, partial(meter.show, file))
            except CorpusError as error:
                writer.note(Problem(file.doc_id, str(error)))
        meter.finish(file, encoded=encoded)
    if not writer.n_chunks:
        problems = sort_problems(writer.problems)
        first = f"; the first of {len(problems)}: {problems[0].reason}" if problems else ""
        raise CorpusError(
            f"no document could be read, so there is nothing to index{first}; "
            "put text files into the corpus folder and run `zjip-qa index` again"
        )
    return writer.finish()


def _check(folder: Path, manifest: Manifest, encoder: Encoder, linked: Collection[str]) -> None:
    """Open the new generation, and let a sample of its chunks find themselves.

    Half of the sample is from the files of vectors that this build wrote, and only those are
    searched: the `linked` ones were checked when they were written, and reading all of them from
    a disk would take longer than adding a document.

    Raises:
        BrokenIndex: it doesn't hold together.
    """
    with load(folder, manifest) as opened:
        written = opened.dense.files - set(linked) or opened.dense.files
        fresh = _spread(opened.dense.chunks_in(written), _SAMPLE // 2)
        others = np.setdiff1d(np.arange(manifest.n_chunks), fresh)
        ids = np.union1d(fresh, _spread(others, _SAMPLE - len(fresh)))
        chunks = opened.store.chunks(ids)
        titles = [opened.store.document(chunk.doc_id).title for chunk in chunks]
        passages = [passage_text(c, title)[0] for c, title in zip(chunks, titles, strict=True)]
        vectors = encoder.encode_passages(passages).vectors
        scores, _ = opened.dense.search(vectors, 1, among=written)
        own = np.einsum("ij,ij->i", vectors, opened.dense.vectors(ids))
        for chunk, score, best in zip(chunks, own.tolist(), scores[:, 0].tolist(), strict=True):
            if score < _SAME_TEXT or best - score > 1 - _SAME_TEXT:
                raise BrokenIndex(
                    f"the new index failed its check: chunk {chunk.chunk_id} ({chunk.doc_id}) "
                    f"has cosine {score:.3f} with its own text, expected {_SAME_TEXT} or more; "
                    "it isn't used; run `zjip-qa index --rebuild`"
                )


def _spread(ids: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """At most `n` of some chunks, from the first to the last."""
    return ids[np.unique(np.linspace(0, len(ids) - 1, min(n, len(ids))).astype(np.int64))]


def _report(
    before: Manifest | None, manifest: Manifest, generation: str, started: float
) -> BuildReport:
    changes = compare(before.contents if before else {}, manifest.contents)
    written = {*changes.added, *changes.changed}
    return BuildReport(
        added=changes.added,
        changed=changes.changed,
        removed=changes.removed,
        unchanged=changes.unchanged,
        problems=manifest.problems,
        n_documents=len(manifest.documents),
        n_chunks=manifest.n_chunks,
        seconds=time.monotonic() - started,
        generation=generation,
        n_new_chunks=sum(d.n_chunks for d in manifest.documents if d.doc_id in written),
        moved=changes.moved,
        duplicates=manifest.duplicates,
    )
