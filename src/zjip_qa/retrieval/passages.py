"""What a question is held against inside a chunk: the vectors of its tokens and its sentences.

Where a translation stands beside the document, its vectors are among them.

As a rule the index keeps them. Without them a chunk is encoded when it is read, which costs what
it cost to build it. A model without token vectors reads sentence by sentence: the question is one
token there, and so is each sentence. That knows less, so that less is found and less is trusted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding import Encoded, Encoder, SpanVectors
from zjip_qa.embedding.tokens import no_tokens
from zjip_qa.index import OpenIndex, encode_chunks
from zjip_qa.types import Chunk, Query

_N_KEPT = 256
"""Chunks whose vectors are kept: follow-up questions read the same ones."""


class ReadChunk(NamedTuple):
    """The vectors of a chunk's tokens and sentences; spans in code points of the document.

    `by_sentence`: the model has no token vectors, and each sentence stands as one token.
    """

    tokens: SpanVectors
    sentences: SpanVectors
    by_sentence: bool = False


class Passages:
    """Gives the vectors of one open index's chunks; safe to share by threads."""

    def __init__(self, index: OpenIndex, encoder: Encoder) -> None:
        self._index = index
        self._encoder = encoder
        self._encoded = lru_cache(maxsize=_N_KEPT)(self._encode)

    def question(self, query: Query, encoded: Encoded) -> SpanVectors:
        """The tokens of a question that those of a chunk may be compared with."""
        if self._encoder.token_dim:
            return encoded.tokens[0]
        return _one_token_each(encoded.vectors[:1], [(0, len(query.text))])

    def read(self, chunk: Chunk) -> ReadChunk:
        """The vectors of a chunk, stored or encoded now."""
        tokens, sentences = self._index.tokens, self._index.sentences
        if tokens is None or sentences is None or not self._encoder.token_dim:
            return self._encoded(chunk)
        return ReadChunk(tokens.get(chunk.chunk_id), sentences.get(chunk.chunk_id))

    def _encode(self, chunk: Chunk) -> ReadChunk:
        store = self._index.store
        document = store.document(chunk.doc_id)
        sentences = store.sentences_between(chunk.doc_id, chunk.start, chunk.end)
        if self._encoder.token_dim:
            beside = store.translation_of(chunk.doc_id, chunk.start, chunk.end)
            encoded = encode_chunks(self._encoder, [chunk], document.title, sentences, beside)
            return ReadChunk(encoded.tokens[0], encoded.sentences[0])
        if not sentences:
            return ReadChunk(no_tokens(self._encoder.dim), no_tokens(self._encoder.dim), True)
        spans = [(s.span.start, s.span.end) for s in sentences]
        texts = [document.text[start:end] for start, end in spans]
        read = _one_token_each(self._encoder.encode_passages(texts).vectors, spans)
        return ReadChunk(read, read, by_sentence=True)


def _one_token_each(vectors: NDArray[np.float32], spans: list[tuple[int, int]]) -> SpanVectors:
    return SpanVectors(
        vectors, np.array(spans, dtype=np.int32), np.ones(len(spans), dtype=np.float32)
    )
