"""The shipped model without torch: starts in a fraction of a second, encodes with int8 products.

The same tokenizer, embedding rows, projection and weights as `SentenceTransformerEncoder` reads;
the body of the encoder is an ONNX graph with int8 weights, which
`python -m zjip_qa.training export` makes. Each token is quantised by itself or by constants, so
a text's vector doesn't depend on the texts beside it. No other model is loaded this way.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from zjip_qa.embedding.encoder import Encoded, SpanVectors
from zjip_qa.embedding.model_folder import (
    SHIPPED,
    SHIPPED_NAME,
    fingerprint,
    hash_file,
    hash_folder,
    read_late_interaction,
)
from zjip_qa.embedding.session import n_threads, side_by_side, start_session
from zjip_qa.embedding.tokens import (
    batches,
    encodable,
    no_tokens,
    pool_sentences,
    words_only,
)
from zjip_qa.errors import ModelUnavailable
from zjip_qa.types import Span

SHIPPED_LIGHT = SHIPPED.parent / "shipped-light"
GRAPH = "encoder.int8.onnx"
RECORD = "export.json"
TOKEN_WEIGHTS = "token_weights.safetensors"
EXPORTED_FROM = ("late_interaction.safetensors", "model.safetensors", "tokenizer.json")
WORD_EMBEDDINGS = "embeddings.word_embeddings.weight"
# Few enough for a core's own cache; enough that starting the graph's nodes costs little.
_TOKENS_A_BATCH = 256
_BATCHES_A_THREAD = 16
"""What one thread reads before the token vectors are made of all threads' states."""
_EXPORT = "run `python -m zjip_qa.training export`"


class LightEncoder:
    """An `Encoder` over the exported shipped model, safe to share by threads.

    `fingerprint` covers the model folder and the graph. It isn't that of
    `SentenceTransformerEncoder` on the same folder: rounding to int8 moves a vector by some
    hundredths, so an index made with one is refused by the other, as it should be.

    Args:
        folder: the model, a sentence-transformers folder.
        light: what was exported from it.

    Raises:
        ModelUnavailable: a file is missing or damaged, or the export is of another model.
    """

    def __init__(self, folder: Path = SHIPPED, light: Path = SHIPPED_LIGHT) -> None:
        self.name = SHIPPED_NAME
        try:
            # Hashing and starting let other threads run, reading the tokenizer doesn't.
            with ThreadPoolExecutor(2) as pool:
                checking = pool.submit(_check_export, folder, light)
                starting = pool.submit(start_session, light / GRAPH)
                try:
                    self._tokenizer = load_tokenizer(folder)
                finally:
                    # Whatever else is wrong, files of two models are what must be told.
                    self.fingerprint = fingerprint(checking.result())
                self._session = starting.result()
            self._rows = map_tensor(folder / "model.safetensors", WORD_EMBEDDINGS)
            self._projection, _ = read_late_interaction(folder)
            self._weights = load_file(light / TOKEN_WEIGHTS)["weights"].astype(np.float32)
            config = _read_json(folder / "tokenizer_config.json")
            prompts = _read_json(folder / "config_sentence_transformers.json")["prompts"]
        except ModelUnavailable:
            raise
        except Exception as exc:  # whatever a damaged file makes four libraries raise
            raise ModelUnavailable(
                f"the model in {folder} or its export in {light} cannot be loaded "
                f"({type(exc).__name__}: {exc}); expected complete files; reinstall zjip-qa"
            ) from exc
        self.dim = self._rows.shape[1]
        self.token_dim = self._projection.shape[1]
        self.max_tokens = int(config["model_max_length"])
        self._query_prompt = prompts.get("query") or ""
        self._passage_prompt = prompts.get("document") or ""
        self._around = [self._tokenizer.token_to_id(token) or 0 for token in ("[CLS]", "[SEP]")]

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
        readable = [encodable(text) for text in texts]
        found = self._tokenizer.encode_batch_fast(readable, add_special_tokens=False)
        return [len(encoding.ids) for encoding in found]

    def _encode(
        self, texts: Sequence[str], prompt: str, sentences: Sequence[Sequence[Span]] | None
    ) -> Encoded:
        texts = [prompt + encodable(text) for text in texts]
        found = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        ids = [encoding.ids for encoding in found]
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        tokens = [no_tokens(self.token_dim)] * len(texts)
        parts = [no_tokens(self.dim)] * len(texts)
        grouped = batches([len(row) for row in ids], self.max_tokens, budget=_TOKENS_A_BATCH)
        at_once = n_threads() * _BATCHES_A_THREAD
        for start in range(0, len(grouped), at_once):
            wave = grouped[start : start + at_once]
            read = side_by_side(lambda batch: self._forward([ids[i] for i in batch]), wave)
            order = [i for batch in wave for i in batch]
            states = [of_text for batch in read for of_text in batch]
            # The mean over the tokens, up to a factor that the unit length takes out.
            vectors[order] = _unit(np.array([of_text.sum(axis=0) for of_text in states]))
            projected = self._project(states)
            for i, of_text, of_tokens in zip(order, states, projected, strict=True):
                spans = found[i].offsets[: self.max_tokens - 2]
                # The first state is [CLS], the last one [SEP].
                tokens[i] = self._token_vectors(
                    texts[i], len(prompt), ids[i], spans, of_tokens[1:-1]
                )
                if sentences is not None:
                    places = np.array(spans, dtype=np.int32).reshape(-1, 2) - np.int32(len(prompt))
                    parts[i] = pool_sentences(of_text[1:-1], places, sentences[i])
        return Encoded(vectors, tokens, parts)

    def _forward(self, rows: Sequence[list[int]]) -> list[NDArray[np.float32]]:
        """Run the body; states of each text, [CLS] and [SEP] at its ends, (n_tokens, dim)."""
        begin, end = self._around
        rows = [[begin, *row[: self.max_tokens - 2], end] for row in rows]
        ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        embedded = self._rows[ids].astype(np.float32)
        feeds = {"word_embeddings": embedded, "attention_mask": mask}
        states: NDArray[np.float32] = self._session.run(None, feeds)[0]
        return [states[i, : len(row)] for i, row in enumerate(rows)]

    def _project(self, states: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Token vectors of several texts, (n_tokens, token_dim) each.

        One product for all: many small ones spend their time on waking BLAS's threads.
        """
        projected = _unit(np.concatenate(states) @ self._projection)
        return np.split(projected, np.cumsum([len(of_text) for of_text in states])[:-1])

    def _token_vectors(
        self,
        text: str,
        prompt: int,
        ids: Sequence[int],
        spans: Sequence[tuple[int, int]],
        vectors: NDArray[np.float32],
    ) -> SpanVectors:
        exact = words_only(text, spans, prompt)
        weights = self._weights[ids[: len(spans)]]
        kept = np.flatnonzero((exact[:, 1] > exact[:, 0]) & (weights > 0))
        return SpanVectors(vectors[kept], exact[kept] - np.int32(prompt), weights[kept])


def map_tensor(path: Path, name: str) -> NDArray[np.float16]:
    """Map one matrix of a safetensors file into memory; rows are read when they are used.

    Raises:
        ModelUnavailable: the file holds no float16 matrix of that name.
    """
    # Eight bytes with the header's length, the header as JSON, then the tensors.
    with path.open("rb") as file:
        n_header = int.from_bytes(file.read(8), "little")
        found = json.loads(file.read(n_header)).get(name, {})
    if found.get("dtype") != "F16" or len(found["shape"]) != 2:
        raise ModelUnavailable(
            f"{path} holds no float16 matrix {name}; expected the shipped model; reinstall zjip-qa"
        )
    start = 8 + n_header + found["data_offsets"][0]
    rows = np.memmap(path, dtype="<f2", mode="r", offset=start, shape=tuple(found["shape"]))
    return rows.view(np.ndarray)


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load a model folder's tokenizer as transformers does, special tokens named in its config.

    The shipped one is read once, for all who use it: that takes a tenth of a start.
    """
    return _shipped_tokenizer() if folder == SHIPPED else _read_tokenizer(folder)


@cache
def _shipped_tokenizer() -> Tokenizer:
    return _read_tokenizer(SHIPPED)


def _read_tokenizer(folder: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    config = _read_json(folder / "tokenizer_config.json")
    special = [value for key, value in config.items() if key.endswith("_token")]
    tokenizer.add_special_tokens(special)
    return tokenizer


def _check_export(folder: Path, light: Path) -> dict[str, str]:
    """Compare the model's files with those the graph was made from.

    Returns:
        Their hashes, and that of the graph.
    """
    try:
        recorded = _read_json(light / RECORD)["exported_from"]
    except (OSError, ValueError, KeyError) as exc:
        raise ModelUnavailable(
            f"no exported graph in {light} ({type(exc).__name__}); expected {GRAPH} and {RECORD}; "
            f"{_EXPORT}"
        ) from exc
    hashes = hash_folder(folder)
    for name in EXPORTED_FROM:
        if name not in hashes or recorded.get(name) != hashes[name]:
            raise ModelUnavailable(
                f"{light / GRAPH} was exported from another {name} than the one in {folder}; "
                f"expected the same; {_EXPORT}"
            )
    if not (light / GRAPH).is_file():
        raise ModelUnavailable(f"{light / GRAPH} is missing; {_EXPORT}")
    return hashes | {GRAPH: hash_file(light / GRAPH)}


def _read_json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(norms, np.float32(1e-12))
    return unit
