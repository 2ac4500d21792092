"""The network that reads, and its training; all it needs is rows, torch and a body.

First the body is taught to guess masked words of two texts that lie side by side, often one in each
language (Devlin et al., NAACL 2019; "translation language modelling", Conneau & Lample, NeurIPS
2019), while it finds answers to questions made from text. Then it reads for what people asked.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from zjip_qa.training.reading_rows import Origin, ReadingRows

logger = logging.getLogger(__name__)

N_TRAITS = 5
"""Columns of `answering.reader.traits`."""
_CHECKPOINT_SECONDS = 600
_CHECKPOINT = "checkpoint.safetensors"
_NEIGHBOURS = 4
_LOGGED = 200
_SORTED = 32_768
"""Rows that are sorted by length at once, so that little is spent on filling."""


@dataclass(frozen=True, slots=True)
class ReadingRecipe:
    """How the reader is trained.

    Attributes:
        batch_tokens: most tokens of a batch, counted with the filling.
        rate: of the body and what is new, at its highest; it falls to 0.
        warm_up: share of the training in which the rate rises.
        guessing: share of the training in which masked words are guessed too.
        masked: share of a row's words that are masked then.
        neighbours: share of a question's words replaced by others of like meaning.
        near: least cosine of such a word.
        asked: share of the second part's rows that a person asked.
    """

    batch_tokens: int = 32_768
    rate: float = 5e-4
    warm_up: float = 0.03
    guessing: float = 0.6
    masked: float = 0.18
    neighbours: float = 0.06
    near: float = 0.6
    asked: float = 0.4


class ReadingModel(torch.nn.Module):
    """Body, heads, and vectors for what each word is told to be; word vectors don't move."""

    def __init__(self, body: PreTrainedModel, words: Tensor) -> None:
        """`words`: (n_words, dim), the vectors of all words."""
        super().__init__()
        dim = words.shape[1]
        self.body = body
        self.register_buffer("words", words, persistent=False)
        self.marks = torch.nn.Parameter(torch.zeros(N_TRAITS, dim))
        self.heads = torch.nn.Parameter(torch.randn(dim, 2) * 0.02)
        self.mask = torch.nn.Parameter(words.float().mean(0))
        self.guess = torch.nn.Sequential(
            torch.nn.Linear(dim, dim), torch.nn.GELU(), torch.nn.LayerNorm(dim)
        )
        self.bias = torch.nn.Parameter(torch.zeros(len(words)))

    def states(self, ids: Tensor, mask: Tensor, told: Tensor, hidden: Tensor | None) -> Tensor:
        """What the body makes of rows (n, length, dim); `hidden` marks words that are masked."""
        embedded = self.get_buffer("words")[ids].float()
        if hidden is not None:
            embedded = torch.where(hidden[..., None], self.mask, embedded)
        embedded = embedded + told @ self.marks
        states: Tensor = self.body(inputs_embeds=embedded, attention_mask=mask).last_hidden_state
        return states

    def guesses(self, states: Tensor) -> Tensor:
        """Logits (n, n_words) of the words that were masked."""
        words = self.get_buffer("words")
        logits: Tensor = self.guess(states).to(words.dtype) @ words.T + self.bias
        return logits


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows (n, length) as they are shown; `targets` (n, 2); `truth` are the words unmasked."""

    ids: Tensor
    mask: Tensor
    told: Tensor
    targets: Tensor
    asks: Tensor
    hidden: Tensor | None
    truth: Tensor


class _Loader:
    """Makes batches of rows where the network is."""

    def __init__(self, rows: ReadingRows, words: Tensor, recipe: ReadingRecipe, seed: int) -> None:
        device = words.device
        self._recipe = recipe
        self._rows = rows
        self._ids = torch.from_numpy(rows.ids).to(device).long()
        self._starts = torch.from_numpy(rows.starts).to(device)
        self._passages = torch.from_numpy(rows.passages).to(device)
        self._answers = torch.from_numpy(rows.answers).to(device).long()
        self._asks = torch.from_numpy(rows.origins != Origin.TRANSLATION).to(device)
        self._unit = functional.normalize(words.float(), dim=1).to(words.dtype)
        self._known, self._near = _neighbours(self._unit, rows.ids, recipe.near)
        self._rng = np.random.default_rng(seed)
        self._seed = seed
        self._chance = torch.Generator(device)

    def _batches(self, chosen: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        """Lay rows of about one length together, in random order."""
        lengths = self._rows.lengths()[chosen]
        # A little noise, so that not the same rows always come together.
        order = np.argsort(lengths + self._rng.uniform(0, 4, len(lengths)), kind="stable")
        groups, begin = [], 0
        lengths = lengths[order]
        while begin < len(order):
            n = max(1, self._recipe.batch_tokens // int(lengths[begin] + 8))
            n = max(1, self._recipe.batch_tokens // int(lengths[begin : begin + n].max()))
            groups.append(chosen[order[begin : begin + n]])
            begin += n
        for i in self._rng.permutation(len(groups)):
            yield groups[i]

    def batch(
        self, chosen: NDArray[np.int64], step: int, *, masked: float, neighbours: float
    ) -> _Batch:
        """Lay rows into matrices, and mask or replace shares of their words.

        What falls where depends on the seed and the step, so a training that goes on does as if it
        had never stopped.
        """
        self._chance.manual_seed(_of_step(self._seed, step))
        rows = torch.from_numpy(chosen).to(self._ids.device)
        start = self._starts[rows, None]
        length = self._starts[rows + 1, None] - start
        position = torch.arange(int(length.max()), device=self._ids.device)
        mask = position < length
        truth = self._ids[(start + position).clamp(max=len(self._ids) - 1)] * mask
        first = self._passages[rows, None]
        asked = (position >= 1) & (position < first - 1)
        passage = (position >= first) & (position < length - 1)
        ids, hidden = truth, None
        if neighbours:
            ids = self._with_neighbours(ids, asked, neighbours)
        if masked:
            chance = self._random(truth.shape)
            hidden = (asked | passage) & (chance < masked)
            # One in ten keeps its traits: what stands there matters in reading.
            shown = hidden & (chance < masked * 0.1)
            told = self._traits(torch.where(hidden & ~shown, -1, ids), first, asked, passage)
        else:
            told = self._traits(ids, first, asked, passage)
        return _Batch(ids, mask, told, self._answers[rows], self._asks[rows], hidden, truth)

    def _traits(self, ids: Tensor, first: Tensor, asked: Tensor, passage: Tensor) -> Tensor:
        """As `answering.reader.traits`, for rows side by side; -1 stands for a masked word."""
        told = torch.zeros((*ids.shape, N_TRAITS), device=ids.device)
        position = torch.arange(ids.shape[1], device=ids.device)
        last = passage.int().sum(1, keepdim=True) + first
        told[..., 0] = (position >= first) & (position <= last)
        width = int(first.max())
        vectors = self._unit[ids.clamp(min=0)] * (ids >= 0)[..., None]
        cosines = vectors[:, :width] @ vectors.transpose(1, 2)
        pairs = asked[:, :width, None] & passage[:, None, :]
        cosines = cosines.float().masked_fill(~pairs, -1.0)
        same = (ids[:, :width, None] == ids[:, None, :]) & pairs & (ids >= 0)[:, None, :]
        told[:, :width, 1] = torch.where(asked[:, :width], cosines.amax(2), 0.0)
        told[:, :width, 2] = same.any(2).float()
        told[..., 3] = torch.where(passage, cosines.amax(1), 0.0)
        told[..., 4] = same.any(1).float()
        return told

    def _with_neighbours(self, ids: Tensor, asked: Tensor, share: float) -> Tensor:
        """Replace some words of questions by others that mean about the same."""
        at = torch.searchsorted(self._known, ids)
        drawn = torch.randint(_NEIGHBOURS, ids.shape, generator=self._chance, device=ids.device)
        other = self._near[at.clamp(max=len(self._known) - 1), drawn]
        return torch.where(asked & (self._random(ids.shape) < share), other, ids)

    def _random(self, shape: torch.Size) -> Tensor:
        return torch.rand(shape, generator=self._chance, device=self._ids.device)

    def stream(self, asked: float | None) -> Iterator[NDArray[np.int64]]:
        """Give batches without end: of such a share of rows that people asked, or of all rows."""
        origins = self._rows.origins
        shares = {Origin.ASKED: asked, Origin.MADE: 1 - asked} if asked is not None else {}
        chosen = [(np.flatnonzero(origins == origin), share) for origin, share in shares.items()]
        queues = [
            (self._endless(rows), share)
            for rows, share in chosen or [(np.arange(len(origins)), 1.0)]
            if len(rows)
        ]
        while True:
            yield from self._batches(
                np.fromiter(
                    chain.from_iterable(islice(q, round(_SORTED * share)) for q, share in queues),
                    np.int64,
                )
            )

    def _endless(self, rows: NDArray[np.int64]) -> Iterator[int]:
        while True:
            yield from self._rng.permutation(rows).tolist()


def _neighbours(unit: Tensor, ids: NDArray[np.int32], near: float) -> tuple[Tensor, Tensor]:
    """The words that occur, and for each the nearest others (itself where none is near)."""
    known = torch.from_numpy(np.unique(ids)).to(unit.device).long()
    found = torch.empty((len(known), _NEIGHBOURS), dtype=torch.long, device=unit.device)
    vectors = unit[known]
    for begin in range(0, len(known), 2048):
        cosines = vectors[begin : begin + 2048] @ vectors.T
        best, at = cosines.topk(_NEIGHBOURS + 1, dim=1)
        own = known[begin : begin + 2048, None]
        other = torch.where(best > near, known[at], own)
        found[begin : begin + 2048] = other[:, 1:]
    return known, found


def _of_step(seed: int, step: int) -> int:
    return seed * 1_000_003 + step


def train_net(
    model: ReadingModel,
    rows: ReadingRows,
    out: Path,
    recipe: ReadingRecipe,
    *,
    n_rows: int,
    resume: bool,
    seed: int,
) -> None:
    """Train on so many rows, and leave the weights in `out`; a checkpoint comes every ten minutes.

    Args:
        model: on the device where it is to be trained.
        rows: what to train on.
        out: folder of the state.
        recipe: how.
        n_rows: length of the whole training.
        resume: go on from the checkpoint in `out`.
        seed: of the drawing.
    """
    device = model.get_buffer("words").device
    loader = _Loader(rows, model.get_buffer("words"), recipe, seed)
    optimizer = torch.optim.AdamW(
        _groups(model), lr=recipe.rate, betas=(0.9, 0.98), fused=device.type == "cuda"
    )
    before = _load_checkpoint(out, model, optimizer) if resume else 0
    began = saved = time.monotonic()
    sums = torch.zeros(3, device=device)
    model.train()
    for step, (chosen, done, guessing) in enumerate(_course(loader, recipe, n_rows)):
        if step < before:
            continue
        torch.manual_seed(_of_step(seed, step))  # of dropout
        share = done / n_rows
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * min((share + 1e-4) / recipe.warm_up, 1.0) * (1 - share)
        masked = recipe.masked if guessing else 0.0
        batch = loader.batch(chosen, step, masked=masked, neighbours=recipe.neighbours)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            reads, guesses = _losses(model, batch)
        optimizer.zero_grad()
        (reads + guesses).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        sums += torch.stack([reads.detach(), guesses.detach(), torch.ones_like(reads)])
        if (step + 1) % _LOGGED == 0:
            reading, guessed, n = sums.tolist()
            logger.info(
                "%d of %d rows  reading %.3f  guessing %.3f  %.1f steps/s",
                *(done, n_rows, reading / n, guessed / n),
                (step + 1 - before) / (time.monotonic() - began),
            )
            sums.zero_()
        if time.monotonic() - saved > _CHECKPOINT_SECONDS:
            _save_checkpoint(out, model, optimizer, step + 1)
            saved = time.monotonic()
    save_net(model.eval(), out)
    (out / _CHECKPOINT).unlink(missing_ok=True)


def _course(
    loader: _Loader, recipe: ReadingRecipe, n_rows: int
) -> Iterator[tuple[NDArray[np.int64], int, bool]]:
    """Batch after batch, the rows that came before, and whether words are masked."""
    first, second = loader.stream(None), loader.stream(recipe.asked)
    done = 0
    while done < n_rows:
        guessing = done < recipe.guessing * n_rows
        chosen = next(first if guessing else second)
        yield chosen, done, guessing
        done += len(chosen)


def _losses(model: ReadingModel, batch: _Batch) -> tuple[Tensor, Tensor]:
    """Cross-entropy of the answers' first and last tokens, and of the words that were masked."""
    states = model.states(batch.ids, batch.mask, batch.told, batch.hidden)
    logits = (states @ model.heads).float()
    allowed = batch.told[..., 0] > 0
    allowed[:, 0] = True
    logits = logits.masked_fill(~allowed[..., None], -1e4)[batch.asks]
    targets = batch.targets[batch.asks]
    reads = states.sum() * 0.0
    if len(targets):
        reads = (
            functional.cross_entropy(logits[..., 0], targets[:, 0])
            + functional.cross_entropy(logits[..., 1], targets[:, 1])
        ) / 2
    guesses = states.sum() * 0.0
    if batch.hidden is not None and bool(batch.hidden.any()):
        guessed = model.guesses(states[batch.hidden])
        guesses = functional.cross_entropy(guessed.float(), batch.truth[batch.hidden])
    return reads, guesses


def _groups(model: ReadingModel) -> list[dict[str, object]]:
    """What moves; vectors don't decay."""
    moving = [
        (name, p)
        for name, p in model.named_parameters()
        if p.requires_grad and "word_embeddings" not in name and "pooler" not in name
    ]
    return [
        {"params": [p for _, p in moving if p.ndim > 1], "weight_decay": 0.01},
        {"params": [p for _, p in moving if p.ndim < 2], "weight_decay": 0.0},
    ]


def _save_checkpoint(
    out: Path, model: ReadingModel, optimizer: torch.optim.Optimizer, step: int
) -> None:
    state = {f"model.{name}": p.detach().contiguous() for name, p in model.named_parameters()}
    for i, parameter in enumerate(_moved(optimizer)):
        for key, value in optimizer.state[parameter].items():
            state[f"optimizer.{i}.{key}"] = value.contiguous()
    state["step"] = torch.tensor(step)
    out.mkdir(parents=True, exist_ok=True)
    save_file(state, out / "checkpoint.part")
    (out / "checkpoint.part").replace(out / _CHECKPOINT)


def _load_checkpoint(out: Path, model: ReadingModel, optimizer: torch.optim.Optimizer) -> int:
    """Take up a checkpoint, and give the steps that were done; 0 where there is none."""
    if not (out / _CHECKPOINT).exists():
        return 0
    device = model.get_buffer("words").device
    state = load_file(out / _CHECKPOINT, device=str(device))
    weights = {name[6:]: p for name, p in state.items() if name.startswith("model.")}
    model.load_state_dict(weights, strict=False)
    for i, parameter in enumerate(_moved(optimizer)):
        prefix = f"optimizer.{i}."
        kept = {k[len(prefix) :]: v for k, v in state.items() if k.startswith(prefix)}
        if kept:
            optimizer.state[parameter] = kept
    return int(state["step"])


def _moved(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]


_SHIPPED_PARTS = ("body.", "marks", "heads")


def save_net(model: ReadingModel, out: Path) -> None:
    """Keep what the product needs, in half precision, at once or not at all."""
    state = {
        name: tensor.detach().half().cpu().contiguous()
        for name, tensor in model.state_dict().items()
        if name.startswith(_SHIPPED_PARTS)
        and "word_embeddings" not in name
        and "pooler" not in name
    }
    out.mkdir(parents=True, exist_ok=True)
    save_file(state, out / "reader.part")
    (out / "reader.part").replace(out / "reader.safetensors")


def load_net(model: ReadingModel, out: Path) -> ReadingModel:
    """Take the weights that `save_net` kept."""
    state = {name: tensor.float() for name, tensor in load_file(out / "reader.safetensors").items()}
    model.load_state_dict(state, strict=False)
    return model.eval()
