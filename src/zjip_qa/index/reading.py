"""Documents read, cut and encoded, batch by batch, while others are being written.

Covers what a document costs most: its vectors. They are made in a thread of their own, a few
batches ahead of the writer, so that of the token vectors only these are in memory. Where they go is
in `writer`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from zjip_qa.chunks import split_document
from zjip_qa.documents import CorpusFile, Problem, read_document
from zjip_qa.embedding.encoder import Encoded, Encoder
from zjip_qa.errors import CorpusError, UnreadableDocument
from zjip_qa.index.ahead import Ahead
from zjip_qa.index.align import align_translation
from zjip_qa.index.encoding import encode_chunks
from zjip_qa.index.store_writer import AlignedText
from zjip_qa.index.unfinished import RememberingEncoder
from zjip_qa.settings import IndexSettings
from zjip_qa.types import Chunk, Document, Sentence, Span

BATCH = 32
"""Chunks given to the encoder at once.

A batch never spans documents, so a document gets the same vectors to the last bit whichever
documents are built with it.
"""

_AHEAD = 4  # batches; the writer is the faster of the two nearly always


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read and cut; `problems` are of its translation."""

    file: CorpusFile
    document: Document
    chunks: Sequence[Chunk]
    sentences: Sequence[Sentence]
    translations: Sequence[AlignedText]
    problems: tuple[Problem, ...]

    @property
    def stretches(self) -> list[tuple[Span, str]]:
        """Stretches of the document with what the translation says for them."""
        return [(stretch.span, stretch.text) for stretch in self.translations]


@dataclass(frozen=True, slots=True)
class Pace:
    """What reading and encoding a document took.

    Attributes:
        seconds: the time without that of waiting.
        encoded: whether all of it was encoded now, so that it tells how fast that goes.
    """

    seconds: float
    encoded: bool


_Item = Source | CorpusError | Encoded | Pace


def read_source(
    file: CorpusFile, encoder: Encoder, settings: IndexSettings
) -> tuple[Document, list[Chunk], list[Sentence]]:
    """Read a file and cut it.

    Raises:
        CorpusError: it cannot be read or holds no text.
    """
    document = read_document(file)
    chunks, sentences = split_document(
        document,
        encoder.count_tokens,
        max_tokens=settings.chunk_tokens,
        overlap_sentences=settings.overlap_sentences,
    )
    if not chunks:
        raise UnreadableDocument(f"{file.doc_id} holds no text to index")
    return document, chunks, sentences


class Reading:
    """Files read and encoded in the order given: `take` each, then its `vectors`, then `finish`.

    Args:
        files: what to read.
        encoder: gives the vectors; nobody else may use it meanwhile.
        settings: sizes.
    """

    def __init__(
        self, files: Sequence[CorpusFile], encoder: RememberingEncoder, settings: IndexSettings
    ) -> None:
        self._ahead = Ahead(_read(files, encoder, settings), _AHEAD)

    def take(self) -> Source:
        """The next file.

        Raises:
            CorpusError: it cannot be read or holds no text.
        """
        item = self._ahead.take()
        if isinstance(item, CorpusError):
            raise item
        assert isinstance(item, Source), "the one before is finished first"
        return item

    def vectors(self) -> Encoded:
        """The vectors of the next `BATCH` chunks, or what is left, of the file taken last."""
        item = self._ahead.take()
        assert isinstance(item, Encoded), "a file is asked for each of its batches once"
        return item

    def finish(self) -> Pace:
        """Take leave of a file whose vectors have all been taken."""
        item = self._ahead.take()
        assert isinstance(item, Pace), "a file has as many batches as its chunks make"
        return item

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ahead.__exit__(kind, error, trace)


def _read(
    files: Sequence[CorpusFile], encoder: RememberingEncoder, settings: IndexSettings
) -> Iterator[_Item]:
    """Each file, its batches and its pace, or why it cannot be read."""
    for file in files:
        n_remembered, begun = encoder.n_remembered, time.monotonic()
        try:
            document, chunks, sentences = read_source(file, encoder, settings)
        except CorpusError as error:
            yield error
            continue
        translations, problems = _translations(file, document, sentences, encoder, settings)
        seconds = time.monotonic() - begun
        source = Source(file, document, chunks, sentences, translations, problems)
        stretches = source.stretches
        yield source
        for start in range(0, len(chunks), BATCH):
            begun = time.monotonic()
            batch = chunks[start : start + BATCH]
            encoded = encode_chunks(encoder, batch, document.title, sentences, stretches)
            seconds += time.monotonic() - begun
            yield encoded
        yield Pace(seconds, encoder.n_remembered == n_remembered)


def _translations(
    file: CorpusFile,
    document: Document,
    sentences: Sequence[Sentence],
    encoder: Encoder,
    settings: IndexSettings,
) -> tuple[list[AlignedText], tuple[Problem, ...]]:
    """What the file's translation says, and what is wrong with it if it cannot be read."""
    if file.translation is None:
        return [], ()
    try:
        translation, _, translated = read_source(file.translation, encoder, settings)
    except CorpusError as error:
        return [], (Problem(file.translation.doc_id, str(error)),)
    return align_translation(document, sentences, translation, translated, encoder), ()
