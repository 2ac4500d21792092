"""Chunks as the encoder reads them: below their headings, with spans back in the document.

Used when an index is built, and for one without token vectors when a question is asked, so that
both give a chunk the same vectors.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from zjip_qa.chunks import passage_text
from zjip_qa.embedding.encoder import Encoded, Encoder, SpanVectors
from zjip_qa.types import Chunk, Sentence, Span


def encode_chunks(
    encoder: Encoder, chunks: Sequence[Chunk], title: str, sentences: Sequence[Sentence]
) -> Encoded:
    """Encode chunks of one document.

    Args:
        encoder: gives the vectors.
        chunks: what to encode.
        title: of the document.
        sentences: of the document, in order; those that begin in a chunk get vectors there.

    Returns:
        One row or entry a chunk; spans of tokens and sentences are in code points of the document.
    """
    passages = [passage_text(chunk, title) for chunk in chunks]
    offsets = [offset for _, offset in passages]
    encoded = encoder.encode_passages(
        [text for text, _ in passages],
        [
            _in_passage(sentences, chunk, offset)
            for chunk, offset in zip(chunks, offsets, strict=True)
        ],
    )

    def placed(found: Sequence[SpanVectors]) -> list[SpanVectors]:
        each = zip(found, chunks, offsets, strict=True)
        return [_in_document(vectors, chunk, offset) for vectors, chunk, offset in each]

    return Encoded(encoded.vectors, placed(encoded.tokens), placed(encoded.sentences))


def _in_passage(sentences: Sequence[Sentence], chunk: Chunk, offset: int) -> list[Span]:
    """Where the sentences of a chunk stand in its passage, whose heading is `offset` long."""
    first = bisect_left(sentences, chunk.start, key=lambda sentence: sentence.span.start)
    last = bisect_left(sentences, chunk.end, key=lambda sentence: sentence.span.start)
    shift = offset - chunk.start
    return [Span(s.span.start + shift, s.span.end + shift) for s in sentences[first:last]]


def _in_document(found: SpanVectors, chunk: Chunk, offset: int) -> SpanVectors:
    """Keep the vectors of the chunk's own text, with spans in its document.

    The headings that a passage starts with give the tokens their context, but stand elsewhere.
    """
    own = found.spans[:, 0] >= offset
    return SpanVectors(
        found.vectors[own],
        found.spans[own] + np.int32(chunk.start - offset),
        found.weights[own],
    )
