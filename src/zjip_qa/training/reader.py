"""Teaches a copy of the shipped encoder's body to read: where in a passage the answer stands.

Words keep the encoder's vectors, so that what is learned from Chinese questions holds for English
ones as far as the two languages share a space. The rows come from `reading_data.py` (questions that
people asked) and `cloze.py` (questions made from text); `reading_net.py` is the network.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from transformers import AutoModel

from zjip_qa.answering.reader import HEADS, traits
from zjip_qa.embedding.light import GRAPH, WORD_EMBEDDINGS, load_tokenizer, map_tensor
from zjip_qa.text.dictionary import load_dictionary
from zjip_qa.training.cloze import ClozeExamples
from zjip_qa.training.export import trace_body
from zjip_qa.training.int8 import activation_ranges, quantise
from zjip_qa.training.reading_data import Example, Examples
from zjip_qa.training.reading_net import ReadingModel, ReadingRecipe, load_net, train_net
from zjip_qa.training.reading_rows import Origin, ReadingRows, joined_rows, pack

logger = logging.getLogger(__name__)

ROWS = "rows.npz"
_SHARES = {"asked": 0.21, "chinese": 0.265, "parallel": 0.33, "translations": 0.195}
"""Of the rows that are laid ready."""
_N_FITTED = 400
_FITTED_AT_ONCE = 32


def make_rows(
    reading: Sequence[Path], data: Path, model: Path, out: Path, *, n_rows: int, seed: int
) -> None:
    """Draw what the reader is trained on, and keep it in `out`.

    Args:
        reading: question files in the form of SQuAD that may be trained on.
        data: the folder that holds `parallel/` and `zh_pairs/`.
        model: the encoder's folder, for its tokenizer.
        out: folder to write `ROWS` to.
        n_rows: how many.
        seed: of the drawing.
    """
    tokenizer = load_tokenizer(model)
    made = ClozeExamples(data, reading, Path(__file__).parent / "data", seed)
    asked = Examples(reading, load_dictionary().glosses, seed)
    sources: dict[str, tuple[Iterable[Example], Origin]] = {
        "asked": (asked, Origin.ASKED),
        "chinese": (made.draw(parallel=False), Origin.MADE),
        "parallel": (made.draw(parallel=True), Origin.MADE),
        "translations": (made.translations(), Origin.TRANSLATION),
    }
    parts = []
    for name, (examples, origin) in sources.items():
        parts.append(pack(islice(examples, round(n_rows * _SHARES[name])), tokenizer, origin))
        logger.info("%d rows %s", len(parts[-1]), name)
    out.mkdir(parents=True, exist_ok=True)
    joined_rows(parts).save(out / ROWS)


def train_reader(model: Path, out: Path, *, n_rows: int, resume: bool, seed: int) -> None:
    """Train on the rows that `make_rows` left in `out`, on a GPU where there is one.

    Args:
        model: the encoder's folder to begin with.
        out: folder of the rows, and of the weights that `export_reader` takes.
        n_rows: length of the whole training.
        resume: go on from the checkpoint in `out`.
        seed: of the drawing.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net = _net(model).to(device)
    rows = ReadingRows.load(out / ROWS)
    logger.info("%d rows, on %s", len(rows), device)
    train_net(net, rows, out, ReadingRecipe(), n_rows=n_rows, resume=resume, seed=seed)


def export_reader(model: Path, trained: Path, out: Path) -> None:
    """Write graph and heads of a trained reader, as `answering/reader.py` runs them.

    Args:
        model: the encoder's folder.
        trained: folder of the rows and what `train_reader` left; some rows give the ranges of
            activations.
        out: folder to write.
    """
    reader = load_net(_net(model), trained)
    graph = trace_body(reader.body)
    marks = reader.marks.detach().numpy()
    rows, table = ReadingRows.load(trained / ROWS), _words(model)
    read = np.flatnonzero(rows.origins != Origin.TRANSLATION)
    chosen = np.random.default_rng(0).choice(read, min(len(read), _N_FITTED), replace=False)
    chosen = chosen[np.argsort(rows.lengths()[chosen])]
    feeds = (
        _feed(rows, chosen[i : i + _FITTED_AT_ONCE], table, marks)
        for i in range(0, len(chosen), _FITTED_AT_ONCE)
    )
    quantised = quantise(graph, activation_ranges(graph, feeds))
    out.mkdir(parents=True, exist_ok=True)
    onnx.save(quantised, out / GRAPH)
    heads: dict[str, NDArray[np.float32]] = {
        "marks": marks,
        "heads": reader.heads.detach().numpy(),
    }
    save_file(heads, out / HEADS)


def _feed(
    rows: ReadingRows,
    chosen: NDArray[np.int64],
    table: NDArray[np.float16],
    marks: NDArray[np.float32],
) -> dict[str, NDArray[np.float32] | NDArray[np.int64]]:
    """Rows as the graph takes them."""
    texts = [rows.ids[rows.starts[i] : rows.starts[i + 1]] for i in chosen]
    length = max(len(text) for text in texts)
    embedded = np.zeros((len(texts), length, table.shape[1]), dtype=np.float32)
    mask = np.zeros((len(texts), length), dtype=np.int64)
    for row, (text, i) in enumerate(zip(texts, chosen, strict=True)):
        told = traits(text.tolist(), int(rows.passages[i]), table)
        embedded[row, : len(text)] = table[text].astype(np.float32) + told @ marks
        mask[row, : len(text)] = 1
    return {"word_embeddings": embedded, "attention_mask": mask}


def _net(model: Path) -> ReadingModel:
    body = AutoModel.from_pretrained(str(model), dtype=torch.float32)
    body.get_input_embeddings().requires_grad_(False)
    return ReadingModel(body, torch.from_numpy(_words(model).astype(np.float32)))


def _words(model: Path) -> NDArray[np.float16]:
    return map_tensor(model / "model.safetensors", WORD_EMBEDDINGS)
