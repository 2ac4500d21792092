"""Teaches a copy of the shipped encoder's body to read: where in a passage the answer stands.

Words keep the encoder's vectors, so that what is learned from Chinese questions holds for English
ones as far as the two languages share a space. Training rows come from `reading_data.py`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress
from safetensors.numpy import save_file
from safetensors.torch import load_file as load_tensors
from safetensors.torch import save_file as save_tensors
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from transformers import AutoModel, PreTrainedModel

from zjip_qa.answering.reader import HEADS, joined, traits
from zjip_qa.embedding.light import GRAPH, WORD_EMBEDDINGS, load_tokenizer, map_tensor
from zjip_qa.text.dictionary import load_dictionary
from zjip_qa.training.export import trace_body
from zjip_qa.training.int8 import activation_ranges, quantise
from zjip_qa.training.reading_data import Example, Examples

logger = logging.getLogger(__name__)

_BATCH = 32
_SORTED = 16
"""Batches whose examples are sorted by length, so that little is spent on padding."""
_RATE = 1.5e-4
_HEAD_RATE = 1e-3
_WARM_UP = 0.05
_CHECKPOINT_SECONDS = 600
_N_FITTED = 400
N_TRAITS = 5
"""Columns of `answering.reader.traits`."""


class ReadingModel(torch.nn.Module):
    """Body, heads, and vectors for what each word is told to be; word vectors don't move."""

    def __init__(self, body: PreTrainedModel) -> None:
        super().__init__()
        self.body = body
        table = body.get_input_embeddings().requires_grad_(False)
        words = table.get_parameter("weight").detach().clone()
        self.register_buffer("words", words, persistent=False)
        dim = words.shape[1]
        self.marks = torch.nn.Parameter(torch.zeros(N_TRAITS, dim))
        self.heads = torch.nn.Parameter(torch.randn(dim, 2) * 0.02)

    def forward(self, ids: Tensor, mask: Tensor, told: Tensor) -> Tensor:
        """Logits (n, length, 2) of start and end."""
        embedded = self.get_buffer("words")[ids] + told @ self.marks
        states = self.body(inputs_embeds=embedded, attention_mask=mask).last_hidden_state
        logits: Tensor = states @ self.heads
        return logits


class _Batch:
    """Examples as tensors; position 0 stands for "no answer"."""

    def __init__(
        self, rows: Sequence[tuple[list[int], int, int, int]], table: NDArray[np.float16]
    ) -> None:
        length = max(len(ids) for ids, *_ in rows)
        self.ids = torch.zeros(len(rows), length, dtype=torch.long)
        self.mask = torch.zeros(len(rows), length, dtype=torch.long)
        self.told = torch.zeros(len(rows), length, N_TRAITS)
        for i, (ids, first, _, _) in enumerate(rows):
            self.ids[i, : len(ids)] = torch.tensor(ids)
            self.mask[i, : len(ids)] = 1
            self.told[i, : len(ids)] = torch.from_numpy(traits(ids, first, table))
        self.targets = torch.tensor([[start, end] for _, _, start, end in rows])

    def loss(self, model: ReadingModel) -> Tensor:
        """Cross-entropy of the answer's first and last token."""
        logits = model(self.ids, self.mask, self.told)
        allowed = self.told[..., 0] > 0
        allowed[:, 0] = True
        logits = logits.masked_fill(~allowed[..., None], -1e4)
        starts, ends = (
            functional.cross_entropy(logits[..., side], self.targets[:, side]) for side in (0, 1)
        )
        return (starts + ends) / 2


def to_row(tokenizer: Tokenizer, example: Example) -> tuple[list[int], int, int, int]:
    """Ids, position of the passage, and of the answer's first and last token (0 for none)."""
    asked = tokenizer.encode(example.question, add_special_tokens=False).ids
    passage = tokenizer.encode(example.passage, add_special_tokens=False)
    ids, first = joined(tokenizer, asked, passage.ids)
    if example.answer is None:
        return ids, first, 0, 0
    covered = [
        i
        for i, (start, end) in enumerate(passage.offsets[: len(ids) - 1 - first])
        if start < example.answer.end and end > example.answer.start
    ]
    if not covered:
        return ids, first, 0, 0
    return ids, first, first + covered[0], first + covered[-1]


def batches(
    examples: Examples, tokenizer: Tokenizer, table: NDArray[np.float16], seed: int
) -> Iterator[_Batch]:
    """Batches of like length, without end."""
    rng = np.random.default_rng(seed)
    stream = iter(examples)
    while True:
        rows = [to_row(tokenizer, example) for example in islice(stream, _BATCH * _SORTED)]
        rows.sort(key=lambda row: len(row[0]))
        for start in (rng.permutation(_SORTED) * _BATCH).tolist():
            yield _Batch(rows[start : start + _BATCH], table)


def train_reader(
    paths: Sequence[Path], model: Path, out: Path, *, n_examples: int, resume: bool, seed: int
) -> None:
    """Train on so many examples; a checkpoint is left every ten minutes.

    Args:
        paths: question files in the form of SQuAD that may be trained on.
        model: the encoder's folder to begin with.
        out: folder of the reader's weights in full precision, for `export_reader`.
        n_examples: length of the whole training.
        resume: go on from what lies in `out`.
        seed: of the drawing.
    """
    torch.manual_seed(seed)
    tokenizer = load_tokenizer(model)
    reader = ReadingModel(
        AutoModel.from_pretrained(str(model), dtype=torch.float32, attn_implementation="eager")
    )
    reader.eval()  # no dropout: the body is small and the passages many
    moving = [p for n, p in reader.named_parameters() if p.requires_grad and "body" in n]
    optimizer = torch.optim.AdamW(
        [
            {"params": moving, "lr": _RATE, "peak": _RATE},
            {"params": [reader.marks, reader.heads], "lr": _HEAD_RATE, "peak": _HEAD_RATE},
        ],
        weight_decay=0.01,
    )
    n_steps, done = n_examples // _BATCH, 0
    out.mkdir(parents=True, exist_ok=True)
    if resume:
        done = _load(out, reader, optimizer)
        logger.info("going on after step %d of %d", done, n_steps)
    examples = Examples(paths, load_dictionary().glosses, seed)
    drawn = batches(examples, tokenizer, _words(model), seed)
    logger.info("%d questions", len(examples))
    began = saved = time.monotonic()
    losses: list[float] = []
    with Progress(*Progress.get_default_columns(), console=Console(stderr=True)) as progress:
        bar = progress.add_task("reading", total=n_steps, completed=done)
        for step, batch in enumerate(islice(drawn, done, n_steps)):
            share = (done + step) / n_steps
            fall = min((share + 1e-3) / _WARM_UP, 1.0) * (1 - share)
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * fall
            loss = batch.loss(reader)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            progress.update(bar, advance=1)
            if len(losses) == 50:
                rate = (step + 1) * _BATCH / (time.monotonic() - began)
                logger.info(
                    "step %d of %d  loss %.3f  %.0f examples/s",
                    *(done + step + 1, n_steps, np.mean(losses), rate),
                )
                losses.clear()
            if time.monotonic() - saved > _CHECKPOINT_SECONDS:
                _save(out, reader, optimizer, done + step + 1)
                saved = time.monotonic()
    _save(out, reader, optimizer, n_steps)


def export_reader(
    paths: Sequence[Path], model: Path, trained: Path, out: Path, *, seed: int
) -> None:
    """Write graph and heads of a trained reader, as `answering/reader.py` runs them.

    Args:
        paths: the questions that it was trained on; some give the ranges of activations.
        model: the encoder's folder.
        trained: what `train_reader` left.
        out: folder to write.
        seed: of the drawing.
    """
    tokenizer = load_tokenizer(model)
    body = AutoModel.from_pretrained(str(model), dtype=torch.float32, attn_implementation="eager")
    reader = ReadingModel(body).eval()
    reader.load_state_dict(_weights(trained), strict=False)
    graph = trace_body(_sdpa(model, reader.body))
    marks = reader.marks.detach().numpy()
    table = _words(model)
    drawn = batches(Examples(paths, {}, seed), tokenizer, table, seed)
    feeds = (
        {
            "word_embeddings": table[batch.ids.numpy()].astype(np.float32)
            + batch.told.numpy() @ marks,
            "attention_mask": batch.mask.numpy(),
        }
        for batch in islice(drawn, _N_FITTED // _BATCH)
    )
    quantised = quantise(graph, activation_ranges(graph, feeds))
    out.mkdir(parents=True, exist_ok=True)
    onnx.save(quantised, out / GRAPH)
    heads: dict[str, NDArray[np.float32]] = {
        "marks": marks,
        "heads": reader.heads.detach().numpy(),
    }
    save_file(heads, out / HEADS)


def _sdpa(model: Path, body: PreTrainedModel) -> PreTrainedModel:
    """The same body with attention as one operator, which the export writes as one node."""
    other: PreTrainedModel = AutoModel.from_pretrained(str(model), dtype=torch.float32)
    other.load_state_dict(body.state_dict())
    return other


def _words(model: Path) -> NDArray[np.float16]:
    return map_tensor(model / "model.safetensors", WORD_EMBEDDINGS)


def _weights(folder: Path) -> dict[str, Tensor]:
    state = load_tensors(folder / "reader.safetensors")
    return {name[6:]: tensor for name, tensor in state.items() if name.startswith("model.")}


def _save(out: Path, reader: ReadingModel, optimizer: torch.optim.Optimizer, step: int) -> None:
    state = {
        f"model.{name}": tensor.detach().contiguous()
        for name, tensor in reader.state_dict().items()
        if "word_embeddings" not in name
    }
    for i, parameter in enumerate(p for g in optimizer.param_groups for p in g["params"]):
        for key, value in optimizer.state.get(parameter, {}).items():
            state[f"optimizer.{i}.{key}"] = torch.as_tensor(value).contiguous()
    state["step"] = torch.tensor(step)
    save_tensors(state, out / "reader.part")
    (out / "reader.part").replace(out / "reader.safetensors")


def _load(out: Path, reader: ReadingModel, optimizer: torch.optim.Optimizer) -> int:
    state = load_tensors(out / "reader.safetensors")
    reader.load_state_dict(_weights(out), strict=False)
    for i, parameter in enumerate(p for g in optimizer.param_groups for p in g["params"]):
        prefix = f"optimizer.{i}."
        kept = {k[len(prefix) :]: v for k, v in state.items() if k.startswith(prefix)}
        if kept:
            optimizer.state[parameter] = kept
    return int(state["step"])
