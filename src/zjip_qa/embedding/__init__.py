"""Texts to vectors: the `Encoder` seam, the shipped bilingual model, and any other model."""

from __future__ import annotations

import logging

from zjip_qa.embedding.encoder import Encoded, Encoder, SpanVectors
from zjip_qa.errors import ModelUnavailable

__all__ = ["Encoded", "Encoder", "SpanVectors", "load_encoder"]

logger = logging.getLogger(__name__)


def load_encoder(model: str | None = None) -> Encoder:
    """Load a model: a folder, a hub id the user asked for by name, or None for the shipped one.

    The shipped model is run by onnxruntime where its exported graph is there and fits, else by
    sentence-transformers, as every other model: slower to start, slower to encode. The two have
    different fingerprints, because int8 arithmetic moves the vectors a little.

    Raises:
        ModelUnavailable: it cannot be found or loaded.
    """
    if model is None:
        try:
            from zjip_qa.embedding.light import LightEncoder

            return LightEncoder()
        except (ModelUnavailable, ImportError) as reason:
            logger.info("the shipped model is run by sentence-transformers: %s", reason)
    # torch and sentence-transformers take seconds to import; `--help` must not wait for them.
    from zjip_qa.embedding.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder(model)
