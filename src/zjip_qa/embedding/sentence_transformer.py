"""Any sentence-transformers model as an `Encoder`, the shipped one among them.

Prefixes, dimension and maximum length come from the model. Token vectors come from the same
pass as the text's vector; a model folder that holds `late_interaction.safetensors` says how to
project and weight them, another model's are used as they are. A model without token vectors
(a static one) serves the dense leg alone.
"""

from __future__ import annotations

import hashlib
import logging
import math
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from zjip_qa.embedding.encoder import Encoded, TokenVectors
from zjip_qa.errors import ModelUnavailable
from zjip_qa.text import is_function_word

logger = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "shipped"
_LATE_INTERACTION = "late_interaction.safetensors"
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
# Tokens (padding included) in one forward pass: past some thousands a CPU gains nothing.
_TOKENS_A_BATCH = 4096
_QUERY_PROMPTS = ("query",)
_PASSAGE_PROMPTS = ("document", "passage")


def find_model(model: str | None) -> Path:
    """Find the folder of a model.

    Args:
        model: a folder; or a hub id ("owner/name"), which is downloaded unless it lies in the
            hub's cache; None for the shipped model.

    Raises:
        ModelUnavailable: no such folder, or the hub doesn't give it.
    """
    if model is None:
        return SHIPPED
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if not _HUB_ID.fullmatch(model):
        raise ModelUnavailable(
            f"no model folder at {folder}; expected a folder that sentence-transformers can load "
            "or a hub id such as intfloat/multilingual-e5-small; leave --model out for the "
            "shipped model"
        )
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model))
    except Exception as exc:  # the hub's client raises errors of four libraries
        raise ModelUnavailable(
            f"neither a folder {folder} nor, from the hub, a model {model} "
            f"({type(exc).__name__}); check the name and the network, or give a local folder"
        ) from exc


def fingerprint_folder(folder: Path) -> str:
    """Hash every file of a model folder that can change a vector, as 16 hex digits."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and path.suffix != ".md" and not relative.parts[0].startswith("."):
            digest.update(relative.as_posix().encode() + b"\0")
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


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
        self.name = "zjip-qa bilingual MiniLM" if model is None else str(model)
        self.fingerprint = fingerprint_folder(folder)
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self._query_prompt = self._prompt(_QUERY_PROMPTS)
        self._passage_prompt = self._prompt(_PASSAGE_PROMPTS)
        tokenizer = self._model.tokenizer
        self._tokenizer: Any = tokenizer if getattr(tokenizer, "is_fast", False) else None
        # None or infinite where the model sets no limit, as a static one.
        limit = self._model.max_seq_length or math.inf
        self.max_tokens = int(limit) if math.isfinite(limit) else 512
        self._projection: torch.Tensor | None = None
        self._rarity: NDArray[np.float32] | None = None
        if (folder / _LATE_INTERACTION).exists():
            self._load_late_interaction(folder / _LATE_INTERACTION)
        if self._tokenizer is not None:
            content = _content_tokens(self._tokenizer)
            self._rarity = content if self._rarity is None else self._rarity * content
        if self._tokenizer is None:
            self.token_dim = 0
        else:
            self.token_dim = self.dim if self._projection is None else self._projection.shape[1]

    def _prompt(self, names: Sequence[str]) -> str:
        return next((p for n in names if (p := self._model.prompts.get(n))), "")

    def _load_late_interaction(self, path: Path) -> None:
        try:
            tensors = load_file(path)
            self._projection = torch.from_numpy(tensors["projection"].astype(np.float32))
            self._rarity = tensors["rarity"].astype(np.float32)
        except (SafetensorError, KeyError, OSError) as exc:
            raise ModelUnavailable(
                f"{path} is damaged ({exc}); expected the tensors projection and rarity; "
                "reinstall zjip-qa"
            ) from exc

    def encode_queries(self, texts: Sequence[str]) -> Encoded:
        """Encode questions; see `Encoder`."""
        return self._encode(texts, self._query_prompt)

    def encode_passages(self, texts: Sequence[str]) -> Encoded:
        """Encode passages; see `Encoder`."""
        return self._encode(texts, self._passage_prompt)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count tokens; see `Encoder`."""
        if not texts:
            return []
        if self._tokenizer is None:
            return [len(text) for text in texts]
        with self._lock:
            rows = self._tokenizer(list(texts), add_special_tokens=False, truncation=False)
        return [len(ids) for ids in rows["input_ids"]]

    def _encode(self, texts: Sequence[str], prompt: str) -> Encoded:
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        tokens = [_no_tokens(self.token_dim) for _ in texts]
        if self._tokenizer is None:
            if texts:
                found = self._model.encode([prompt + t for t in texts], normalize_embeddings=True)
                vectors = np.asarray(found, dtype=np.float32)
            return Encoded(vectors, tokens)
        for batch in _batches(self.count_tokens(texts), self.max_tokens):
            batch_vectors, batch_tokens = self._forward([prompt + texts[i] for i in batch], prompt)
            vectors[batch] = batch_vectors
            for i, found_tokens in zip(batch, batch_tokens, strict=True):
                tokens[i] = found_tokens
        return Encoded(vectors, tokens)

    def _forward(
        self, texts: list[str], prompt: str
    ) -> tuple[NDArray[np.float32], list[TokenVectors]]:
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
            tokens_out = out["token_embeddings"].float()
            if self._projection is not None:
                tokens_out = tokens_out @ self._projection
            states = torch.nn.functional.normalize(tokens_out, dim=-1).numpy()
        ids = rows["input_ids"].numpy()
        assert self._rarity is not None
        weights = self._rarity[ids]
        tokens: list[TokenVectors] = []
        for i, text in enumerate(texts):
            exact = _words_only(text, spans[i], len(prompt))
            kept = (exact[:, 1] > exact[:, 0]) & (weights[i] > 0)
            tokens.append(
                TokenVectors(states[i][kept], exact[kept] - len(prompt), weights[i][kept])
            )
        return pooled.numpy(), tokens


def _words_only(text: str, spans: NDArray[np.int32], start: int) -> NDArray[np.int32]:
    """Narrow token spans to words of the text after `start`, where its prompt ends.

    A SentencePiece token takes the space before its word along, even the prompt's last one. A
    token of marks alone (unknown ones share a vector with unknown words), of padding, or of the
    prompt becomes empty.
    """
    exact = np.zeros_like(spans)
    for row, (first, last) in enumerate(spans.tolist()):
        first = max(first, start)
        word = text[first:last]
        if any(character.isalnum() for character in word):
            first += len(word) - len(word.lstrip())
            exact[row] = first, first + len(word.strip())
    return exact


def _batches(lengths: Sequence[int], max_tokens: int) -> list[list[int]]:
    """Group texts of like length, so that little is spent on padding."""
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    batches: list[list[int]] = []
    room = 0
    for i in order:
        if room == 0:
            longest = min(max(lengths[i], 1) + 2, max_tokens)
            room = max(1, _TOKENS_A_BATCH // longest)
            batches.append([])
        batches[-1].append(i)
        room -= 1
    return batches


def _content_tokens(tokenizer: Any) -> NDArray[np.float32]:
    """Weigh each token of a vocabulary: 0 for marks and function words, 1 for the others."""
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    weights = np.zeros(max(vocabulary.values()) + 1, dtype=np.float32)
    for token, number in vocabulary.items():
        word = token.strip("#▁Ġ").lower()
        if any(character.isalnum() for character in word) and not is_function_word(word):
            weights[number] = 1.0
    return weights


def _no_tokens(dim: int) -> TokenVectors:
    return TokenVectors(
        np.zeros((0, dim), np.float32), np.zeros((0, 2), np.int32), np.zeros(0, np.float32)
    )
