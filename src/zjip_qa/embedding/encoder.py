"""The seam between text and vectors.

Everything above this room sees an `Encoder`; which model stands behind it is settled in
`embedding.load_encoder`. Vectors are float32 and of unit length, so that an inner product is
a cosine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from zjip_qa.types import Span


@dataclass(frozen=True, slots=True)
class SpanVectors:
    """The contextual vectors of some spans of one text: of its tokens, or of its sentences.

    Attributes:
        vectors: (n_spans, token_dim) or (n_spans, dim) float32, unit length.
        spans: (n_spans, 2) int32, code points of the text as it was given.
        weights: (n_spans,) float32, how rare each token is, 0 for marks and function words;
            1 for a sentence.
    """

    vectors: NDArray[np.float32]
    spans: NDArray[np.int32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """What one pass over a list of texts gives: `vectors` (n_texts, dim), the others one a text.

    `tokens` are for late interaction. `sentences` are the spans asked for in
    `Encoder.encode_passages`, read in their context.
    """

    vectors: NDArray[np.float32]
    tokens: list[SpanVectors]
    sentences: list[SpanVectors]


class Encoder(Protocol):
    """Turns texts into vectors of length `dim`.

    `fingerprint` changes whenever the same text could get another vector; an index refuses an
    encoder whose fingerprint isn't the one that built it.
    """

    @property
    def name(self) -> str:
        """The model as a person would name it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides a vector."""
        ...

    @property
    def dim(self) -> int:
        """Length of a text's vector."""
        ...

    @property
    def token_dim(self) -> int:
        """Length of a token's vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads of one text; the rest is cut off."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Encoded:
        """Encode questions, with the model's query prefix if it has one."""
        ...

    def encode_passages(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None = None
    ) -> Encoded:
        """Encode passages, with the model's passage prefix if it has one.

        Args:
            texts: the passages.
            sentences: spans of each passage that get a vector of their own, read in the context
                of the whole passage ("late chunking", Günther et al. 2024). One that holds no
                token gets none, nor does any with a model that doesn't take means of tokens.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens in each text, not cut at `max_tokens`, without special tokens."""
        ...
