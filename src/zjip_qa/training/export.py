"""Exports the shipped model for onnxruntime: see `embedding/light.py` for what runs it.

The body of the encoder becomes a graph from word embeddings to token states, its linear layers
in int8; the embedding rows stay in the model's own file. Before anything is replaced the export
encodes sentences it was not fitted to, and must come close to the model itself.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from transformers import AutoModel, PreTrainedModel

from zjip_qa.embedding.light import (
    EXPORTED_FROM,
    GRAPH,
    RECORD,
    TOKEN_WEIGHTS,
    WORD_EMBEDDINGS,
    LightEncoder,
    load_tokenizer,
    map_tensor,
)
from zjip_qa.embedding.model_folder import hash_folder, read_late_interaction
from zjip_qa.embedding.sentence_transformer import SentenceTransformerEncoder
from zjip_qa.embedding.tokens import content_tokens
from zjip_qa.training.int8 import activation_ranges, quantise

logger = logging.getLogger(__name__)

LEAST_COSINE = 0.995
"""Mean cosine to the model's own vectors under which an export is refused."""
_OPSET = 23  # the first with attention as one operator
_N_CHECKED = 200
_SENTENCES_A_PASSAGE = 5
_LONGEST = 254
_TEXTS_A_BATCH = 8


def export(model: Path, out: Path, samples: tuple[Sequence[str], Sequence[str]]) -> float:
    """Write the graph of a model, its token weights, and the record of what it was made from.

    Args:
        model: the shipped model's folder: a BERT with mean pooling, weights in float16.
        out: the folder to write.
        samples: English and Chinese sentences; some to learn the ranges of activations from,
            the others to check the result with.

    Returns:
        Mean cosine between the vectors of export and model, of texts or of tokens, the lower.

    Raises:
        ValueError: the export is further from the model than `LEAST_COSINE`.
    """
    checked = [text for texts in samples for text in passages(texts[:_N_CHECKED])]
    fitted = [text for texts in samples for text in passages(texts[_N_CHECKED:])]
    tokenizer = load_tokenizer(model)
    graph = trace_body(AutoModel.from_pretrained(str(model), dtype=torch.float32))
    ranges = activation_ranges(graph, _feeds(model, tokenizer, fitted))
    hashes = hash_folder(model)
    _, rarity = read_late_interaction(model)
    with tempfile.TemporaryDirectory() as folder:
        light = Path(folder)
        onnx.save(quantise(graph, ranges), light / GRAPH)
        weights = rarity * content_tokens(tokenizer.get_vocab())
        save_file({"weights": weights.astype(np.float16)}, light / TOKEN_WEIGHTS)
        record: dict[str, object] = {
            "exported_from": {name: hashes[name] for name in EXPORTED_FROM}
        }
        _write_record(light, record)
        cosine = compare(
            SentenceTransformerEncoder(str(model)), LightEncoder(model, light), checked
        )
        if cosine < LEAST_COSINE:
            raise ValueError(
                f"the export's vectors have a mean cosine of {cosine:.4f} with the model's, "
                f"expected {LEAST_COSINE} or more; nothing was written"
            )
        _write_record(light, record | {"cosine": round(cosine, 5)})
        out.mkdir(parents=True, exist_ok=True)
        # The record last: until it is there, what lies beside it is refused.
        (out / RECORD).unlink(missing_ok=True)
        for name in (GRAPH, TOKEN_WEIGHTS, RECORD):
            (out / name).write_bytes((light / name).read_bytes())
    logger.info("mean cosine with the model %.4f on %d texts", cosine, len(checked))
    return cosine


def passages(sentences: Sequence[str]) -> list[str]:
    """The sentences, and passages of several, so that long texts are represented too."""
    joined = [
        " ".join(sentences[i : i + _SENTENCES_A_PASSAGE])
        for i in range(0, len(sentences), _SENTENCES_A_PASSAGE)
    ]
    return [*sentences, *joined]


class _Body(torch.nn.Module):
    def __init__(self, body: PreTrainedModel) -> None:
        super().__init__()
        self.body = body

    def forward(self, word_embeddings: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        out = self.body(inputs_embeds=word_embeddings, attention_mask=attention_mask)
        states: torch.Tensor = out.last_hidden_state
        return states


def trace_body(body: PreTrainedModel) -> onnx.ModelProto:
    """Trace an encoder as a graph: word_embeddings (n, length, dim), attention_mask (n, length).

    Returns:
        The float32 graph, whose output is last_hidden_state (n, length, dim).
    """
    # Their optimisers tell of every constant at the level of this program's own news.
    for library in ("onnx_ir", "onnxscript"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # Two inputs that are one tensor would be traced as one input, and the graph be wrong.
    embeddings = torch.randn(3, 11, body.config.hidden_size, generator=torch.Generator())
    mask = torch.ones(3, 11, dtype=torch.int64)
    mask[1, 7:] = mask[2, 3:] = 0
    axes = {0: torch.export.Dim("batch", max=4096), 1: torch.export.Dim("length", min=2, max=512)}
    program = torch.onnx.export(
        _Body(body).eval(),
        (embeddings, mask),
        dynamo=True,
        dynamic_shapes=(axes, axes),
        input_names=["word_embeddings", "attention_mask"],
        output_names=["last_hidden_state"],
        opset_version=_OPSET,
        verbose=False,
    )
    assert program is not None
    model: onnx.ModelProto = program.model_proto
    for node in model.graph.node:
        # Where in whose Python files a node came from is nobody's business.
        del node.metadata_props[:]
        node.doc_string = ""
    return model


def compare(model: SentenceTransformerEncoder, light: LightEncoder, texts: Sequence[str]) -> float:
    """Mean cosine of two encoders' vectors, over texts and tokens, the worse of the two means."""
    expected, found = model.encode_passages(texts), light.encode_passages(texts)
    of_texts = (expected.vectors * found.vectors).sum(axis=1)
    of_tokens = np.concatenate(
        [
            (a.vectors * b.vectors).sum(axis=1)
            for a, b in zip(expected.tokens, found.tokens, strict=True)
        ]
    )
    logger.info(
        "cosine: texts %.4f, worst %.4f; tokens %.4f, worst of a hundred %.4f",
        *(of_texts.mean(), of_texts.min(), of_tokens.mean(), np.quantile(of_tokens, 0.01)),
    )
    return float(min(of_texts.mean(), of_tokens.mean()))


def _feeds(
    model: Path, tokenizer: Tokenizer, texts: Sequence[str]
) -> Iterator[dict[str, NDArray[np.generic]]]:
    """Batches of like length, as the graph takes them."""
    rows = map_tensor(model / "model.safetensors", WORD_EMBEDDINGS)
    tokenizer = Tokenizer.from_str(tokenizer.to_str())  # the one that was given is others' too
    tokenizer.enable_truncation(_LONGEST)
    tokenizer.enable_padding()
    ordered = sorted(texts, key=len)
    for start in range(0, len(ordered), _TEXTS_A_BATCH):
        batch = tokenizer.encode_batch(ordered[start : start + _TEXTS_A_BATCH])
        ids = np.array([encoding.ids for encoding in batch])
        mask = np.array([encoding.attention_mask for encoding in batch], dtype=np.int64)
        yield {"word_embeddings": rows[ids].astype(np.float32), "attention_mask": mask}


def _write_record(folder: Path, record: dict[str, object]) -> None:
    text = json.dumps(record, indent=2, sort_keys=True) + "\n"
    (folder / RECORD).write_text(text, encoding="utf-8")
