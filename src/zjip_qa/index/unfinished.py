"""What a build has encoded, kept on the disk until it is done, so that the next one can go on.

Covers an encoder that remembers: asked the same again, by this build or by the one after a kill, it
reads the vectors from a file. A file's name is the hash of all that decides its content (model,
texts, spans), so nothing stale is ever found; a damaged one is as good as none. The folder is only
a convenience: where it cannot be written, it is removed and the build goes on without.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zjip_qa.embedding.encoder import Encoded, Encoder, SpanVectors
from zjip_qa.index.spans import dequantised, quantised
from zjip_qa.types import Span

_LOG = logging.getLogger(__name__)

UNFINISHED = "unfinished"
"""Folder below the index's."""

_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


class RememberingEncoder:
    """An encoder whose passages are kept in `folder`, one file for each call.

    Vectors of tokens and sentences come back as they are kept in an index, 8 bits a component, so
    that an index is the same to the last bit whether they were remembered or not.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self._encoder = encoder
        self._folder: Path | None = folder
        self.n_remembered = 0
        """Passages that didn't have to be encoded."""

    @property
    def name(self) -> str:
        """The model's name."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """The model's fingerprint."""
        return self._encoder.fingerprint

    @property
    def dim(self) -> int:
        """Length of a text's vector."""
        return self._encoder.dim

    @property
    def token_dim(self) -> int:
        """Length of a token's vector."""
        return self._encoder.token_dim

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads of one text."""
        return self._encoder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens in each text."""
        return self._encoder.count_tokens(texts)

    def encode_queries(self, texts: Sequence[str]) -> Encoded:
        """Encode questions; they are not kept."""
        return self._encoder.encode_queries(texts)

    def encode_passages(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None = None
    ) -> Encoded:
        """Encode passages, or remember what was encoded before."""
        if self._folder is None:
            return self._encoder.encode_passages(texts, sentences)
        path = self._folder / f"{self._key(texts, sentences)}.npz"
        found = _load(path, len(texts), self.dim)
        if found is not None:
            self.n_remembered += len(texts)
            return found
        encoded = self._encoder.encode_passages(texts, sentences)
        try:
            _save(path, encoded)
        except OSError as error:
            _LOG.warning("what is encoded cannot be kept for a later build: %s", error)
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        return encoded

    def _key(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None) -> str:
        spans = None
        if sentences is not None:
            spans = [[(s.start, s.end) for s in each] for each in sentences]
        asked = json.dumps([self._encoder.fingerprint, list(texts), spans])
        return hashlib.sha256(asked.encode()).hexdigest()


def _save(path: Path, encoded: Encoded) -> None:
    """Write a file that is whole or not there; its zip form has a checksum for each array."""
    arrays: dict[str, NDArray[np.generic]] = {"vectors": encoded.vectors}
    for name, found in (("tokens", encoded.tokens), ("sentences", encoded.sentences)):
        arrays[f"{name}.sizes"] = np.array([len(each.vectors) for each in found], dtype=np.int64)
        if found:
            arrays[f"{name}.vectors"] = quantised(np.concatenate([each.vectors for each in found]))
            arrays[f"{name}.spans"] = np.concatenate([each.spans for each in found])
            arrays[f"{name}.weights"] = np.concatenate([each.weights for each in found])
    data = io.BytesIO()
    np.savez(data, allow_pickle=False, **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data.getvalue())
    part.replace(path)


def _load(path: Path, n_texts: int, dim: int) -> Encoded | None:
    """Read what `_save` wrote; None where there is no such file, or a damaged one."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            vectors = arrays["vectors"]
            if vectors.shape != (n_texts, dim):
                return None
            tokens, sentences = (_split(arrays, name) for name in ("tokens", "sentences"))
    except _DAMAGED:
        return None
    return Encoded(vectors, tokens, sentences)


def _split(arrays: np.lib.npyio.NpzFile, name: str) -> list[SpanVectors]:
    sizes = arrays[f"{name}.sizes"]
    if not len(sizes):
        return []
    ends = np.cumsum(sizes)[:-1]
    return [
        SpanVectors(*parts)
        for parts in zip(
            np.split(dequantised(arrays[f"{name}.vectors"]), ends),
            np.split(arrays[f"{name}.spans"], ends),
            np.split(arrays[f"{name}.weights"], ends),
            strict=True,
        )
    ]
