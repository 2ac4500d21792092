"""Teaches the Chinese words: a Chinese sentence gets the vector of its English translation.

The English encoder the model was built from is the teacher (Reimers & Gurevych, EMNLP 2020).
First only the Chinese input embeddings move, under a body that keeps English as it is (Artetxe,
Ruder & Yogatama, ACL 2020); in the last part the body moves too, its English side held to the
teacher by the same cosine. Chinese questions and their passages come in between, as a contrast
within the batch; later the token vectors are trained for late interaction too (Khattab & Zaharia,
SIGIR 2020). Rows of the English pieces never move.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from zjip_qa.training.lessons import Lesson, Recipe
from zjip_qa.training.rows import Batch, Texts

logger = logging.getLogger(__name__)

FULL_STOPS = frozenset("。！？；!?;")
_TWIN = 0.9
_SCALE = 20.0
_LOOSE = 0.25


@dataclass(slots=True)
class Student:
    """The model in training.

    `table` is apart from the body because its gradient is sparse: an optimiser that walks the
    whole matrix at every step costs more than the encoder itself.
    """

    body: PreTrainedModel
    table: torch.nn.Embedding
    projection: torch.nn.Parameter
    rarity: Tensor
    trainable: Tensor
    """(n_vocabulary,) True for the rows that may move."""
    full_stops: Tensor
    """Ids of the tokens that end a Chinese sentence."""

    def states(self, texts: Texts) -> tuple[Tensor, Tensor]:
        """Last hidden states (n, length, dim) and the mask (n, length)."""
        ids, mask = on(self.rarity.device, texts)
        words = self.table(ids)
        words = torch.where(self.trainable[ids][..., None], words, words.detach())
        with in_halves(ids.device):
            states = self.body(inputs_embeds=words, attention_mask=mask).last_hidden_state
        return states.float(), mask

    def tokens(self, texts: Texts, states: Tensor) -> tuple[Tensor, Tensor]:
        """Projected token vectors (n, length, 128), unit length, and their rarities (n, length).

        The first and last token of a text ([CLS], [SEP]) and the filling have rarity 0.
        """
        ids, mask = on(self.rarity.device, texts)
        vectors = functional.normalize(states @ self.projection, dim=-1)
        return vectors, self.rarity[ids] * inner(mask)


def in_halves(device: torch.device) -> torch.autocast:
    """Compute in bfloat16 where the processor is made for it; elsewhere that is far slower."""
    return torch.autocast(device.type, torch.bfloat16, enabled=_halves_are_faster(device))


@cache
def _halves_are_faster(device: torch.device) -> bool:
    def seconds(dtype: torch.dtype) -> float:
        factor = torch.ones(384, 384, dtype=dtype, device=device)
        best = float("inf")
        for _ in range(5):
            began = time.monotonic()
            (factor @ factor).sum().item()  # waits for a GPU
            best = min(best, time.monotonic() - began)
        return best

    return seconds(torch.bfloat16) < seconds(torch.float32)


def inner(mask: Tensor) -> Tensor:
    """The mask without the first and last token of each text, [CLS] and [SEP]."""
    kept = mask & functional.pad(mask[:, 1:], (0, 1))
    kept[:, 0] = False
    return kept


def on(device: torch.device, texts: Texts) -> tuple[Tensor, Tensor]:
    """Ids and mask as tensors."""
    return torch.from_numpy(texts.ids).to(device), torch.from_numpy(texts.mask).to(device)


def pooled(states: Tensor, mask: Tensor) -> Tensor:
    """Mean of the token vectors where the mask is true, unit length: (n, dim)."""
    weights = mask[..., None].to(states.dtype)
    return functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)


def sentence_means(states: Tensor, mask: Tensor, last: Tensor) -> tuple[Tensor, Tensor]:
    """Unit means of the tokens of each sentence, read in the context of its text.

    Args:
        states: (n, length, dim).
        mask: (n, length) True for the tokens that count.
        last: (n, length) True for the token that ends a sentence.

    Returns:
        Vectors (n, most sentences, dim), and where there is one (n, most sentences).
    """
    ends = (last & mask).long()
    number = (ends.cumsum(1) - ends).masked_fill(~mask, -1)
    member = (number[..., None] == torch.arange(int(number.max()) + 1, device=mask.device)).to(
        states.dtype
    )
    counts = member.sum(1)
    sums = member.transpose(1, 2) @ states
    return functional.normalize(sums / counts[..., None].clamp(min=1), dim=-1), counts > 0


def contrast(scores: Tensor, targets: Tensor) -> Tensor:
    """In-batch contrast in both directions: each row's own target against all others.

    Args:
        scores: (n, n), row i against target j.
        targets: (n, dim) sentence vectors; targets nearly alike aren't held against each other.
    """
    targets = targets.detach()
    twins = (targets @ targets.T > _TWIN).fill_diagonal_(False)
    scores = scores.masked_fill(twins, -torch.inf)
    own = torch.arange(len(scores), device=scores.device)
    return (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2


def distance(vectors: Tensor, teacher: Tensor) -> Tensor:
    """2(1 − cos), the squared distance, without rows so far off that the pair is hardly one."""
    cosines = (vectors * teacher).sum(-1)
    kept = (cosines.detach() > _LOOSE).float()
    return (2 * (1 - cosines) * kept).sum() / kept.sum().clamp(min=1)


def late_scores(
    queries: Tensor, rarity: Tensor, passages: Tensor, passage_rarity: Tensor
) -> Tensor:
    """Rarity-weighted MaxSim of every query with every passage: (n_queries, n_passages).

    Args:
        queries: (n_queries, length, dim) unit token vectors.
        rarity: (n_queries, length) weights of the query's tokens.
        passages: (n_passages, length, dim).
        passage_rarity: (n_passages, length); tokens of rarity 0 are not matched.
    """
    best = torch.stack(
        [
            (queries @ tokens.T).masked_fill(weights == 0, -1.0).amax(-1)
            for tokens, weights in zip(passages, passage_rarity, strict=True)
        ],
        dim=1,
    )
    weights = rarity[:, None] / rarity.sum(-1).clamp(min=1e-6)[:, None, None]
    return (best * weights).sum(-1)


@dataclass(slots=True)
class Progress:
    """How far the training is; what a checkpoint keeps beside the weights."""

    step: int = 0
    seconds: float = 0.0
    rows: int = 0


@dataclass(slots=True)
class Trainer:
    """The loop's state: student, teacher, optimisers, progress."""

    student: Student
    teacher: PreTrainedModel
    recipe: Recipe
    n_rows: int
    progress: Progress = field(default_factory=Progress)
    words_optimizer: torch.optim.SparseAdam = field(init=False)
    body_optimizer: torch.optim.AdamW = field(init=False)
    recent: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Set up the optimisers."""
        student, recipe = self.student, self.recipe
        self.words_optimizer = torch.optim.SparseAdam([student.table.weight], recipe.embedding_rate)
        body = [p for n, p in student.body.named_parameters() if "word_embeddings" not in n]
        self.body_optimizer = torch.optim.AdamW(
            [
                {"params": body, "lr": recipe.body_rate},
                {"params": [student.projection], "lr": recipe.projection_rate},
            ],
            weight_decay=0.0,
        )

    def learn(self, lesson: Lesson) -> None:
        """Take one step."""
        began = time.monotonic()
        for parameter in self.body_optimizer.param_groups[0]["params"]:
            parameter.requires_grad_(lesson.body)
        if lesson.asks:
            loss = self.question_loss(lesson.batch, late=lesson.late)
        else:
            loss = self.translation_loss(lesson.batch, english=lesson.english, late=lesson.late)
        self.step(loss, lesson.done, body=lesson.body)
        self.progress.rows += len(lesson.batch.left.ids)
        self.progress.seconds += time.monotonic() - began

    def translation_loss(self, batch: Batch, *, english: bool, late: bool) -> Tensor:
        """Chinese to the teacher's vector; with `english`, the student's own English too."""
        student = self.student
        ids, mask = on(student.rarity.device, batch.left)
        with torch.no_grad(), in_halves(ids.device):
            english_states = self.teacher(input_ids=ids, attention_mask=mask).last_hidden_state
        target = pooled(english_states.float(), mask)
        states, chinese_mask = student.states(batch.right)
        vectors = pooled(states, chinese_mask)
        loss = distance(vectors, target)
        self.note("zh", 1 - loss.item() / 2)
        loss = loss + self.recipe.contrast * contrast(vectors @ target.T * _SCALE, target)
        if english:
            english_states, mask = student.states(batch.left)
            held = distance(pooled(english_states, mask), target)
            self.note("en", 1 - held.item() / 2)
            loss = loss + held
        if late:
            # Where the student's own English wasn't run, the teacher's token vectors stand for
            # it: they are the same until the body moves, and held close after.
            sides = (batch.left, english_states.float()), (batch.right, states)
            asking, answering = sides if self.progress.step % 2 else sides[::-1]
            loss = loss + self.late_loss(asking, answering, target)
        return loss

    def question_loss(self, batch: Batch, *, late: bool) -> Tensor:
        """Questions against the passages of the batch, each by its nearest sentence."""
        student = self.student
        states, mask = student.states(batch.left)
        passage_states, passage_mask = student.states(batch.right)
        vectors, passages = pooled(states, mask), pooled(passage_states, passage_mask)
        ids, _ = on(student.rarity.device, batch.right)
        sentences, held = sentence_means(
            passage_states, inner(passage_mask), torch.isin(ids, student.full_stops)
        )
        nearest = torch.einsum("qd,psd->qps", vectors, sentences).masked_fill(~held, -1.0).amax(-1)
        # The whole passage too: it proposes the candidates that sentences then settle.
        loss = (
            self.recipe.contrast
            * (
                contrast(nearest * _SCALE, passages)
                + contrast(vectors @ passages.T * _SCALE, passages)
            )
            / 2
        )
        self.note("question", loss.item())
        if late:
            loss = loss + self.late_loss(
                (batch.left, states), (batch.right, passage_states), passages
            )
        return loss

    def late_loss(
        self, asking: tuple[Texts, Tensor], answering: tuple[Texts, Tensor], target: Tensor
    ) -> Tensor:
        """Contrast of the late-interaction scores of a batch; texts come with their states."""
        lefts, left_rarity = self.student.tokens(*asking)
        rights, right_rarity = self.student.tokens(*answering)
        scores = late_scores(lefts, left_rarity, rights, right_rarity)
        loss = self.recipe.late * contrast(scores * _SCALE, target)
        self.note("late", loss.item())
        return loss

    def step(self, loss: Tensor, done: float, *, body: bool) -> None:
        """One step of the optimisers; rates fall linearly with `done` after a short warm-up."""
        recipe = self.recipe
        fall = max(recipe.final_rate, 1 - done)
        warm = min(1.0, (self.progress.step + 1) / 50)
        body_warm = min(1.0, max(0.0, done - recipe.body_from) / 0.02 + 0.01)
        self.words_optimizer.param_groups[0]["lr"] = recipe.embedding_rate * fall * warm
        body_group, projection_group = self.body_optimizer.param_groups
        body_group["lr"] = recipe.body_rate * fall * body_warm
        projection_group["lr"] = recipe.projection_rate * fall * warm
        self.words_optimizer.zero_grad()
        self.body_optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.words_optimizer.step()  # type: ignore[no-untyped-call]
        if body:
            torch.nn.utils.clip_grad_norm_(self.body_optimizer.param_groups[0]["params"], 1.0)
        self.body_optimizer.step()
        self.progress.step += 1

    def note(self, name: str, value: float) -> None:
        """Keep a figure for the progress line."""
        self.recent.setdefault(name, []).append(value)

    def report(self) -> None:
        """Log step, rows, rate, time left and the means since the last report."""
        progress = self.progress
        rate = progress.rows / progress.seconds
        figures = "  ".join(f"{k} {np.mean(v):.3f}" for k, v in sorted(self.recent.items()))
        logger.info(
            "%5.1f %%  step %d  %d of %d rows  %.0f rows/s  %.0f min left  %s",
            100 * progress.rows / self.n_rows,
            progress.step,
            progress.rows,
            self.n_rows,
            rate,
            (self.n_rows - progress.rows) / rate / 60,
            figures,
        )
        self.recent.clear()


def trainable_rows(tokens: list[str]) -> NDArray[np.bool_]:
    """Rows that may move: all but the pieces written in ASCII, which are English."""
    return np.array([not token.isascii() for token in tokens])
