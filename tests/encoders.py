"""Encoders for tests: a tiny one without a model, where meaning isn't needed, and one that a
model's token vectors are taken from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding.encoder import Encoded, Encoder, SpanVectors
from zjip_qa.embedding.tokens import no_tokens
from zjip_qa.types import Span

_TOKEN = re.compile(r"[A-Za-z0-9]+|[^\W\d_]")


class HashingEncoder:
    """Adds up a fixed random vector for each pair of neighbouring characters.

    The same text gets the same vector in every process, whatever the hash seed. `n_passages`
    counts the passages encoded so far.
    """

    def __init__(self, *, dim: int = 64, token_dim: int = 16, salt: str = "") -> None:
        self._dim = dim
        self._token_dim = token_dim
        self._salt = salt
        self.n_passages = 0

    @property
    def name(self) -> str:
        return f"hashing-{self._dim}{self._salt}"

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self._dim} {self._token_dim} {self._salt}".encode()).hexdigest()

    @property
    def dim(self) -> int:
        return self._dim

    @property
    def token_dim(self) -> int:
        return self._token_dim

    @property
    def max_tokens(self) -> int:
        return 512

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_TOKEN.findall(text)) for text in texts]

    def encode_queries(self, texts: Sequence[str]) -> Encoded:
        return Encoded(
            np.array([self._text(t) for t in texts], dtype=np.float32).reshape(-1, self._dim),
            [self._tokens(text) for text in texts],
            [self._sentences(text, ()) for text in texts],
        )

    def encode_passages(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None = None
    ) -> Encoded:
        self.n_passages += len(texts)
        encoded = self.encode_queries(texts)
        wanted = sentences or [()] * len(texts)
        parts = [self._sentences(text, spans) for text, spans in zip(texts, wanted, strict=True)]
        return replace(encoded, sentences=parts)

    def _text(self, text: str) -> NDArray[np.float32]:
        pairs = [text[i : i + 2].lower() for i in range(max(1, len(text) - 1))]
        total = np.sum([_vector(pair + self._salt, self._dim) for pair in pairs], axis=0)
        unit: NDArray[np.float32] = (total / max(np.linalg.norm(total), 1e-9)).astype(np.float32)
        return unit

    def _sentences(self, text: str, spans: Sequence[Span]) -> SpanVectors:
        held = [s for s in spans if _TOKEN.search(text[s.start : s.end])]
        vectors = [self._text(text[s.start : s.end]) for s in held]
        return SpanVectors(
            np.array(vectors, dtype=np.float32).reshape(-1, self._dim),
            np.array([(s.start, s.end) for s in held], dtype=np.int32).reshape(-1, 2),
            np.ones(len(held), dtype=np.float32),
        )

    def _tokens(self, text: str) -> SpanVectors:
        found = list(_TOKEN.finditer(text))
        words = [match[0].lower() + self._salt for match in found]
        return SpanVectors(
            np.array([_vector(w, self._token_dim) for w in words], dtype=np.float32).reshape(
                -1, self._token_dim
            ),
            np.array([match.span() for match in found], dtype=np.int32).reshape(-1, 2),
            np.array([len(match[0]) for match in found], dtype=np.float32),
        )


class WithoutTokens:
    """Another encoder as a model would be that gives one vector a text and no more."""

    token_dim = 0

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name = f"{encoder.name} without tokens"
        self.fingerprint = f"{encoder.fingerprint} without tokens"
        self.dim = encoder.dim
        self.max_tokens = encoder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._encoder.count_tokens(texts)

    def encode_queries(self, texts: Sequence[str]) -> Encoded:
        return self._vectors_alone(self._encoder.encode_queries(texts))

    def encode_passages(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None = None
    ) -> Encoded:
        return self._vectors_alone(self._encoder.encode_passages(texts))

    def _vectors_alone(self, encoded: Encoded) -> Encoded:
        n = len(encoded.vectors)
        return Encoded(encoded.vectors, [no_tokens(0)] * n, [no_tokens(self.dim)] * n)


@lru_cache(maxsize=100_000)
def _vector(key: str, dim: int) -> NDArray[np.float32]:
    """A unit vector that depends on `key` alone."""
    data = hashlib.shake_128(key.encode()).digest(dim)
    raw = np.frombuffer(data, dtype=np.uint8).astype(np.float32) - 127.5
    unit: NDArray[np.float32] = raw / np.linalg.norm(raw)
    return unit
