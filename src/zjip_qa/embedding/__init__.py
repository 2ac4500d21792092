"""Texts to vectors: the `Encoder` seam, the shipped bilingual model, and any other model."""

from __future__ import annotations

from zjip_qa.embedding.encoder import Encoded, Encoder, TokenVectors

__all__ = ["Encoded", "Encoder", "TokenVectors", "load_encoder"]


def load_encoder(model: str | None = None) -> Encoder:
    """Load a model: a folder, a hub id the user asked for by name, or None for the shipped one.

    Raises:
        ModelUnavailable: it cannot be found or loaded.
    """
    # torch and sentence-transformers take seconds to import; `--help` must not wait for them.
    from zjip_qa.embedding.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder(model)
