"""Writes the model folder in training, and what is needed to go on from it.

A checkpoint is a whole model folder that can be used at once. The optimisers' state lies in a
folder apart, as safetensors and JSON.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file as load_arrays
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import load_file, save_file
from torch import Tensor

from zjip_qa.training.distill import Progress, Student, Trainer

_WORDS = "embeddings.word_embeddings.weight"


def write_trained(out: Path, start: Path, student: Student) -> None:
    """Write the student as a model folder in float16; the tokenizer comes from `start`.

    Args:
        out: the folder to write, replaced when it is complete.
        start: the model folder that the training began with.
        student: body, word embeddings and projection.
    """
    unfinished = out.with_name(out.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(start, unfinished)
    weights = dict(student.body.state_dict()) | {_WORDS: student.table.weight.detach()}
    names = load_file(start / "model.safetensors").keys()
    halves = {name: weights[name].to("cpu", torch.float16).contiguous() for name in names}
    save_file(halves, unfinished / "model.safetensors", metadata={"format": "pt"})
    save_arrays(
        load_arrays(start / "late_interaction.safetensors")
        | {"projection": student.projection.detach().cpu().numpy().astype(np.float16)},
        unfinished / "late_interaction.safetensors",
    )
    shutil.rmtree(out, ignore_errors=True)
    unfinished.rename(out)


def average(models: Sequence[Path], out: Path) -> None:
    """Write the mean of several models' weights ("model soup", Wortsman et al., ICML 2022).

    Args:
        models: folders of one training's successive or parallel runs, of one shape.
        out: the folder to write; what isn't weights comes from the first model.
    """
    unfinished = out.with_name(out.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(models[0], unfinished)
    for name in ("model.safetensors", "late_interaction.safetensors"):
        weights = [load_arrays(model / name) for model in models]
        means = {
            key: np.mean([each[key].astype(np.float32) for each in weights], axis=0).astype(
                first.dtype
            )
            for key, first in weights[0].items()
        }
        save_arrays(means, unfinished / name, metadata={"format": "pt"})
    shutil.rmtree(out, ignore_errors=True)
    unfinished.rename(out)


def save_state(folder: Path, trainer: Trainer) -> None:
    """Save full-precision weights, optimisers and progress, for `load_state`."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(_tensors(trainer), folder / "state.part")
    (folder / "state.part").replace(folder / "state.safetensors")
    progress = json.dumps(asdict(trainer.progress))
    (folder / "progress.json").write_text(progress + "\n", encoding="utf-8")


def load_state(folder: Path, trainer: Trainer) -> None:
    """Go on from what `save_state` left."""
    saved = load_file(folder / "state.safetensors")
    student = trainer.student
    with torch.no_grad():
        student.table.weight.copy_(saved["table"])
        student.projection.copy_(saved["projection"])
        for name, parameter in student.body.named_parameters():
            if "word_embeddings" not in name:
                parameter.copy_(saved[f"body.{name}"])
    for label, optimizer in _optimizers(trainer).items():
        for i, parameter in enumerate(p for g in optimizer.param_groups for p in g["params"]):
            prefix = f"{label}.{i}."
            state = {k[len(prefix) :]: v for k, v in saved.items() if k.startswith(prefix)}
            if not state:
                continue
            optimizer.state[parameter] = {
                # SparseAdam counts its steps in a plain number, AdamW in a tensor.
                k: v.item() if k == "step" and label == "words" else v.to(parameter.device)
                for k, v in state.items()
            }
    progress = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
    trainer.progress = Progress(**progress)


def _optimizers(trainer: Trainer) -> Mapping[str, torch.optim.Optimizer]:
    return {"words": trainer.words_optimizer, "body": trainer.body_optimizer}


def _tensors(trainer: Trainer) -> dict[str, Tensor]:
    student = trainer.student
    found = {"table": student.table.weight.detach(), "projection": student.projection.detach()}
    for name, parameter in student.body.named_parameters():
        if "word_embeddings" not in name:
            found[f"body.{name}"] = parameter.detach()
    for label, optimizer in _optimizers(trainer).items():
        for i, parameter in enumerate(p for g in optimizer.param_groups for p in g["params"]):
            for key, value in optimizer.state.get(parameter, {}).items():
                found[f"{label}.{i}.{key}"] = torch.as_tensor(value)
    return {name: tensor.contiguous() for name, tensor in found.items()}
