"""How a document would be read and cut, shown before it is indexed.

Covers one document with its chunks and the words that a segmenter sees in them. Nothing is encoded
and nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zjip_qa.documents import scan_corpus
from zjip_qa.embedding.encoder import Encoder
from zjip_qa.errors import CorpusError
from zjip_qa.index.reading import read_source
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter, Token
from zjip_qa.types import Chunk, Document


@dataclass(frozen=True, slots=True)
class CutChunk:
    """A chunk with its words; their spans are in the chunk's text."""

    chunk: Chunk
    words: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A document as it is read; `chunks` are the first of `n_chunks`. `size` is in bytes."""

    document: Document
    size: int
    n_chunks: int
    chunks: tuple[CutChunk, ...]


def preview(
    corpus: Path,
    doc_id: str,
    encoder: Encoder,
    settings: IndexSettings,
    *,
    most: int = 40,
) -> Preview:
    """Read and cut one document of a corpus folder as a build would.

    Args:
        corpus: the folder.
        doc_id: which of its documents; only names that a scan of the folder finds are opened.
        encoder: counts tokens.
        settings: sizes, and the user dictionary.
        most: chunks whose words are cut.

    Raises:
        CorpusError: there is no such document, it cannot be read, or the dictionary is malformed.
    """
    found = scan_corpus(corpus)
    file = next((each for each in found.sources if each.doc_id == doc_id), None)
    if file is None:
        reason = next((p.reason for p in found.problems if p.doc_id == doc_id), "")
        raise CorpusError(reason or f"{doc_id} isn't a document of the corpus folder any more")
    segmenter = Segmenter(settings.user_dictionary)
    document, chunks, _ = read_source(file, encoder, settings)
    shown = tuple(
        CutChunk(chunk, tuple(segmenter.words(chunk.text))) for chunk in chunks[: max(0, most)]
    )
    return Preview(document, file.size, len(chunks), shown)
