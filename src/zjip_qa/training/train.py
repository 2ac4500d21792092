"""Runs the training: sets up student and teacher, shows progress, leaves checkpoints."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from transformers import AutoModel

from zjip_qa.training import mixture
from zjip_qa.training.build import english_model_folder
from zjip_qa.training.checkpoint import load_state, save_state, write_trained
from zjip_qa.training.distill import FULL_STOPS, Student, Trainer, trainable_rows
from zjip_qa.training.lessons import Recipe, lessons
from zjip_qa.training.rows import Source, load_sources, save_sources

logger = logging.getLogger(__name__)

N_ROWS = 230_000
"""Length of a training: about one pass over the mixture."""
_CHECKPOINT_SECONDS = 600
_REPORT_STEPS = 50


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


def train(paths: Paths, *, n_rows: int, resume: bool, seed: int) -> None:
    """Train on so many rows, writing a usable model every ten minutes.

    The log goes on in `log.txt` beside the state.

    Args:
        paths: data, start and end.
        n_rows: length of the whole training, including what came before when resuming.
        resume: go on from the state beside `paths.out`, with the lesson that would have come.
        seed: of the drawing. The same seed gives the same lessons; the weights agree as far as
            two processors round alike.
    """
    paths.state().mkdir(parents=True, exist_ok=True)
    kept_log = logging.FileHandler(paths.state() / "log.txt", "a" if resume else "w", "utf-8")
    kept_log.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logging.getLogger("zjip_qa.training").addHandler(kept_log)
    recipe = Recipe()
    tokenizer = Tokenizer.from_file(str(paths.model / "tokenizer.json"))
    trainer = new_trainer(paths, tokenizer, recipe, n_rows)
    if resume:
        load_state(paths.state(), trainer)
        logger.info("going on after step %d", trainer.progress.step)
    n_english = trainer.teacher.config.vocab_size
    translated, asked = read_sources(
        paths, tokenizer, n_english, random.Random(seed), resume=resume
    )
    translated += mixture.own_translations(tokenizer, n_english, seed)
    for source in translated + asked:
        logger.info("%-36s %7d rows, share %d", source.name, source.n_rows(), source.share)
    to_come = islice(
        lessons(translated, asked, recipe, n_rows=n_rows, seed=seed), trainer.progress.step, None
    )
    saved = time.monotonic()
    with Progress(*Progress.get_default_columns(), console=Console(stderr=True)) as progress:
        bar = progress.add_task("training", total=n_rows)
        for lesson in to_come:
            trainer.learn(lesson)
            progress.update(bar, completed=trainer.progress.rows)
            if trainer.progress.step % _REPORT_STEPS == 0:
                trainer.report()
            if time.monotonic() - saved > _CHECKPOINT_SECONDS:
                _checkpoint(paths, trainer)
                saved = time.monotonic()
    _checkpoint(paths, trainer)


def _checkpoint(paths: Paths, trainer: Trainer) -> None:
    began = time.monotonic()
    write_trained(paths.out, paths.model, trainer.student)
    save_state(paths.state(), trainer)
    logger.info("checkpoint in %.0f s", time.monotonic() - began)


def read_sources(
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


def new_trainer(paths: Paths, tokenizer: Tokenizer, recipe: Recipe, n_rows: int) -> Trainer:
    """Set up the student, which begins as `paths.model`, and the English teacher."""
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
        full_stops=torch.tensor(
            [i for i, token in enumerate(tokens) if token in FULL_STOPS], device=device
        ),
        trainable=torch.from_numpy(trainable_rows(tokens)).to(device),
    )
    return Trainer(student, teacher, recipe, n_rows)
