"""Runs the training: sets up student and teacher, trains by the clock, leaves checkpoints."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from transformers import AutoModel

from zjip_qa.training import mixture
from zjip_qa.training.build import english_model_folder
from zjip_qa.training.checkpoint import load_state, save_state, write_trained
from zjip_qa.training.distill import Recipe, Student, Trainer, trainable_rows
from zjip_qa.training.mixture import LATER_BOOST, OWN_SHARES
from zjip_qa.training.rows import Batch, Source, load_sources, save_sources

logger = logging.getLogger(__name__)

_CHECKPOINT_SECONDS = 600
_N_TOKENS = 3072
_N_ROWS = 128
_N_QUESTION_TOKENS = 6144
_N_QUESTIONS = 48


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the training reads and writes."""

    data: Path
    """Folder with `parallel/` and `zh_pairs/`."""
    model: Path
    """The model folder to begin with."""
    out: Path
    """The model folder to write; the state to go on from lies in `<out>.state`."""
    reading: Sequence[Path] = ()
    """Question files in the form of SQuAD that may be trained on."""

    def state(self) -> Path:
        """The folder of the optimisers' state."""
        return self.out.with_name(self.out.name + ".state")


def train(paths: Paths, *, minutes: float, resume: bool, seed: int) -> None:
    """Train for some minutes, writing a usable model every ten.

    Args:
        paths: data, start and end.
        minutes: the whole training, including what a former run spent when resuming.
        resume: go on from the state beside `paths.out`.
        seed: of the drawing; the same seed, time and machine don't promise the same model,
            because the clock decides how many steps there are.
    """
    recipe = Recipe()
    tokenizer = Tokenizer.from_file(str(paths.model / "tokenizer.json"))
    trainer = _trainer(paths, tokenizer, recipe, seconds=minutes * 60)
    if resume:
        load_state(paths.state(), trainer)
        logger.info("going on at step %d", trainer.progress.step)
    draw, rng = random.Random(seed), np.random.default_rng([seed, trainer.progress.step])
    n_english = trainer.teacher.config.vocab_size
    translated, asked = _sources(paths, tokenizer, n_english, draw, resume=resume)
    translated += mixture.own_translations(tokenizer, n_english, seed)
    for source in translated + asked:
        logger.info("%-36s %7d rows, share %d", source.name, source.n_rows(), source.share)
    early = _batches(translated, _N_TOKENS, _N_ROWS, rng)
    later = _batches(translated, _N_TOKENS, _N_ROWS, rng, dict.fromkeys(OWN_SHARES, LATER_BOOST))
    questions = _batches(asked, _N_QUESTION_TOKENS, _N_QUESTIONS, rng)
    while trainer.progress.seconds < trainer.seconds:
        until = min(trainer.progress.seconds + _CHECKPOINT_SECONDS, trainer.seconds)
        translations = early if trainer.share_done() < recipe.own_data_from else later
        trainer.run(translations, questions, rng, until=until)
        began = time.monotonic()
        write_trained(paths.out, paths.model, trainer.student)
        save_state(paths.state(), trainer)
        logger.info("checkpoint in %.0f s", time.monotonic() - began)


def _sources(
    paths: Paths, tokenizer: Tokenizer, n_english: int, draw: random.Random, *, resume: bool
) -> tuple[list[Source], list[Source]]:
    """Translations and questions; when going on, as they were cut before."""
    kept = paths.state() / "translations.npz", paths.state() / "questions.npz"
    if resume and all(path.exists() for path in kept):
        return load_sources(kept[0]), load_sources(kept[1])
    translated = mixture.translations(paths.data, tokenizer, n_english, draw)
    asked = mixture.questions(paths.data, paths.reading, tokenizer, draw)
    paths.state().mkdir(parents=True, exist_ok=True)
    save_sources(kept[0], translated)
    save_sources(kept[1], asked)
    return translated, asked


def _batches(
    sources: Sequence[Source],
    n_tokens: int,
    largest: int,
    rng: np.random.Generator,
    boosts: Mapping[str, float] | None = None,
) -> Iterator[Batch]:
    return mixture.batches(sources, n_tokens=n_tokens, largest=largest, rng=rng, boosts=boosts)


def _trainer(paths: Paths, tokenizer: Tokenizer, recipe: Recipe, seconds: float) -> Trainer:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # No dropout: teacher and student must see the same network.
    body = (
        AutoModel.from_pretrained(
            str(paths.model), dtype=torch.float32, attn_implementation="eager"
        )
        .to(device)
        .eval()
    )
    teacher = AutoModel.from_pretrained(
        str(english_model_folder()), dtype=torch.float32, attn_implementation="eager"
    )
    teacher = teacher.to(device).eval().requires_grad_(False)
    body.requires_grad_(False)
    words = body.embeddings.word_embeddings.weight.detach()
    late = load_file(paths.model / "late_interaction.safetensors")
    tokens = [tokenizer.id_to_token(i) or "" for i in range(len(words))]
    student = Student(
        body=body,
        table=torch.nn.Embedding(len(words), words.shape[1], sparse=True, _weight=words.clone()),
        projection=torch.nn.Parameter(torch.from_numpy(late["projection"]).float().to(device)),
        rarity=torch.from_numpy(late["rarity"]).float().to(device),
        trainable=torch.from_numpy(trainable_rows(tokens)).to(device),
    )
    return Trainer(student, teacher, recipe, seconds)
