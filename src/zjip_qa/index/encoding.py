"""Chunks as the encoder reads them: below their headings, with spans back in the document.

A translation beside a document is read too, chunk by chunk, and what it says stands where its
source does: a question in its language then meets words of its own. Used when an index is built,
and for one without token vectors when a question is asked, so that both give a chunk the same
vectors.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from zjip_qa.chunks import passage_text
from zjip_qa.embedding.encoder import Encoded, Encoder, SpanVectors
from zjip_qa.types import Chunk, Sentence, Span

_BETWEEN = "\n"


def encode_chunks(
    encoder: Encoder,
    chunks: Sequence[Chunk],
    title: str,
    sentences: Sequence[Sentence],
    translations: Sequence[tuple[Span, str]] = (),
) -> Encoded:
    """Encode chunks of one document.

    Args:
        encoder: gives the vectors.
        chunks: what to encode.
        title: of the document.
        sentences: of the document, in order; those that begin in a chunk get vectors there.
        translations: what a translation says for stretches of the document, in order.

    Returns:
        One row or entry a chunk, the row of its own text alone; spans of tokens and sentences are
        in code points of the document. Those of a translation come last in a chunk; each has the
        whole stretch as its span, and its tokens weigh nothing.
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

    tokens, spans = placed(encoded.tokens), placed(encoded.sentences)
    beside = [beside_chunk(translations, chunk) for chunk in chunks]
    translated = [i for i, stretches in enumerate(beside) if stretches]
    if translated:
        other = _encode_stretches(encoder, [beside[i] for i in translated])
        for i, more, sentence_vectors in zip(
            translated, other.tokens, other.sentences, strict=True
        ):
            tokens[i] = _joined(tokens[i], more)
            spans[i] = _joined(spans[i], sentence_vectors)
    return Encoded(encoded.vectors, tokens, spans)


def beside_chunk(
    translations: Sequence[tuple[Span, str]], chunk: Chunk
) -> Sequence[tuple[Span, str]]:
    """The translations of what begins in a chunk."""
    first = bisect_left(translations, chunk.start, key=lambda stretch: stretch[0].start)
    last = bisect_left(translations, chunk.end, key=lambda stretch: stretch[0].start)
    return translations[first:last]


def _encode_stretches(encoder: Encoder, texts: Sequence[Sequence[tuple[Span, str]]]) -> Encoded:
    """Read a chunk's stretches of translation as one text; spans are those of the source."""
    edges = [
        [0, *accumulate(len(text) + len(_BETWEEN) for _, text in stretches)] for stretches in texts
    ]
    encoded = encoder.encode_passages(
        [_BETWEEN.join(text for _, text in stretches) for stretches in texts],
        [
            [Span(begin, begin + len(text)) for begin, (_, text) in zip(starts, each, strict=False)]
            for starts, each in zip(edges, texts, strict=True)
        ],
    )

    def at_source(found: Sequence[SpanVectors], weight: float) -> list[SpanVectors]:
        placed = []
        for vectors, starts, stretches in zip(found, edges, texts, strict=True):
            number = np.searchsorted(starts, vectors.spans[:, 0], side="right") - 1
            spans = np.array([(s.start, s.end) for s, _ in stretches], dtype=np.int32)
            weights = np.full(len(number), weight, dtype=np.float32)
            placed.append(SpanVectors(vectors.vectors, spans[number], weights))
        return placed

    return Encoded(encoded.vectors, at_source(encoded.tokens, 0), at_source(encoded.sentences, 1))


def _joined(one: SpanVectors, other: SpanVectors) -> SpanVectors:
    return SpanVectors(
        np.concatenate([one.vectors, other.vectors]),
        np.concatenate([one.spans, other.spans]),
        np.concatenate([one.weights, other.weights]),
    )


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
