"""Any sentence-transformers model as an `Encoder`, the shipped one among them.

Prefixes, dimension and maximum length come from the model. Token vectors come from the same
pass as the text's vector; a model folder that holds `late_interaction.safetensors` says how to
project and weight them, another model's are used as they are. A model without token vectors
(a static one) serves the dense leg, and its sentences are read as a whole.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers.utils import logging as transformers_logging

from zjip_qa.embedding.encoder import Encoded, SpanVectors
from zjip_qa.embedding.model_folder import (
    LATE_INTERACTION,
    SHIPPED_NAME,
    find_model,
    fingerprint_folder,
    read_late_interaction,
)
from zjip_qa.embedding.tokens import (
    batches,
    content_tokens,
    encodable,
    no_tokens,
    pool_sentences,
    words_only,
)
from zjip_qa.errors import ModelUnavailable
from zjip_qa.types import Span

logger = logging.getLogger(__name__)

# Tokens (padding included) in one forward pass: past some thousands a CPU gains nothing.
_TOKENS_A_BATCH = 4096
_QUERY_PROMPTS = ("query",)
_PASSAGE_PROMPTS = ("document", "passage")


class SentenceTransformerEncoder:
    """An `Encoder` over one sentence-transformers model on the CPU, safe to share by threads."""

    def __init__(self, model: str | None = None) -> None:
        folder = find_model(model)
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except Exception as exc:  # whatever a damaged folder makes the libraries raise
            raise ModelUnavailable(
                f"the model in {folder} cannot be loaded ({type(exc).__name__}: {exc}); expected "
                "a complete sentence-transformers folder; reinstall zjip-qa or name another model"
            ) from exc
        self._model.eval()
        self._lock = threading.Lock()
        self.name = SHIPPED_NAME if model is None else str(model)
        self.fingerprint = fingerprint_folder(folder)
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self._query_prompt = self._prompt(_QUERY_PROMPTS)
        self._passage_prompt = self._prompt(_PASSAGE_PROMPTS)
        tokenizer = self._model.tokenizer
        self._tokenizer: Any = tokenizer if getattr(tokenizer, "is_fast", False) else None
        # None or infinite where the model sets no limit, as a static one.
        limit = self._model.max_seq_length or math.inf
        self.max_tokens = int(limit) if math.isfinite(limit) else 512
        self._takes_means = _takes_means(self._model)
        self._projection: torch.Tensor | None = None
        self._rarity: NDArray[np.float32] | None = None
        if (folder / LATE_INTERACTION).exists():
            projection, self._rarity = read_late_interaction(folder)
            self._projection = torch.from_numpy(projection)
        if self._tokenizer is not None:
            content = content_tokens(self._tokenizer.get_vocab())
            self._rarity = content if self._rarity is None else self._rarity * content
        if self._tokenizer is None:
            self.token_dim = 0
        else:
            self.token_dim = self.dim if self._projection is None else self._projection.shape[1]

    def _prompt(self, names: Sequence[str]) -> str:
        return next((p for n in names if (p := self._model.prompts.get(n))), "")

    def encode_queries(self, texts: Sequence[str]) -> Encoded:
        """Encode questions; see `Encoder`."""
        return self._encode(texts, self._query_prompt, None)

    def encode_passages(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None = None
    ) -> Encoded:
        """Encode passages; see `Encoder`."""
        return self._encode(texts, self._passage_prompt, sentences)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count tokens; see `Encoder`."""
        texts = [encodable(text) for text in texts]
        if not texts:
            return []
        if self._tokenizer is None:
            return [len(text) for text in texts]
        with self._lock:
            # Not verbose: a text longer than the model reads is no news to who counts.
            rows = self._tokenizer(texts, add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in rows["input_ids"]]

    def _encode(
        self, texts: Sequence[str], prompt: str, sentences: Sequence[Sequence[Span]] | None
    ) -> Encoded:
        texts = [encodable(text) for text in texts]
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        tokens = [no_tokens(self.token_dim) for _ in texts]
        parts = [no_tokens(self.dim) for _ in texts]
        if self._tokenizer is None:
            if texts:
                found = self._model.encode([prompt + t for t in texts], normalize_embeddings=True)
                vectors = np.asarray(found, dtype=np.float32)
            return Encoded(vectors, tokens, parts)
        lengths = self.count_tokens(texts)
        for batch in batches(lengths, self.max_tokens, budget=_TOKENS_A_BATCH):
            wanted = [sentences[i] if sentences else () for i in batch]
            batch_found = self._forward([prompt + texts[i] for i in batch], prompt, wanted)
            vectors[batch] = batch_found.vectors
            for row, i in enumerate(batch):
                tokens[i] = batch_found.tokens[row]
                parts[i] = batch_found.sentences[row]
        return Encoded(vectors, tokens, parts)

    def _forward(
        self, texts: list[str], prompt: str, sentences: Sequence[Sequence[Span]]
    ) -> Encoded:
        # The tokenizer keeps its truncation settings in shared state; the lock covers it alone.
        with self._lock:
            rows = self._tokenizer(
                texts,
                padding=True,
                truncation=True,
                max_length=self.max_tokens,
                return_tensors="pt",
                return_offsets_mapping=True,
            )
        spans = rows.pop("offset_mapping").numpy().astype(np.int32)
        with torch.inference_mode():
            features: dict[str, Any] = {**rows, "modality": "text"}
            out = self._model.forward(features)
            pooled = torch.nn.functional.normalize(out["sentence_embedding"].float(), dim=-1)
            states = out["token_embeddings"].float()
            projected = states if self._projection is None else states @ self._projection
            projected = torch.nn.functional.normalize(projected, dim=-1)
        ids = rows["input_ids"].numpy()
        assert self._rarity is not None
        weights = self._rarity[ids]
        tokens: list[SpanVectors] = []
        parts: list[SpanVectors] = []
        for i, text in enumerate(texts):
            exact = words_only(text, spans[i].tolist(), len(prompt))
            kept = (exact[:, 1] > exact[:, 0]) & (weights[i] > 0)
            tokens.append(
                SpanVectors(projected[i].numpy()[kept], exact[kept] - len(prompt), weights[i][kept])
            )
            # Special tokens and padding have empty spans.
            own = spans[i, :, 1] > np.maximum(spans[i, :, 0], len(prompt))
            wanted = sentences[i] if self._takes_means else ()
            parts.append(
                pool_sentences(states[i].numpy()[own], spans[i, own] - len(prompt), wanted)
            )
        return Encoded(pooled.numpy(), tokens, parts)


def _takes_means(model: SentenceTransformer) -> bool:
    """Whether a text's vector is the mean of its tokens' and nothing more.

    Only then can a sentence's mean be compared with it.
    """
    _, *after = model
    return (
        bool(after)
        and isinstance(after[0], Pooling)
        and after[0].pooling_mode == "mean"
        and all(isinstance(module, Normalize) for module in after[1:])
    )
