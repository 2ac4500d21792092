"""Teaches a copy of the shipped encoder's body to read: where in a passage the answer stands.

Words keep the encoder's vectors, so that what is learned from Chinese questions holds for English
ones as far as the two languages share a space. The rows come from `reading_data.py` (questions of
public sets), `own_questions.py` (our own) and `cloze.py` (questions made from text);
`reading_net.py` is the network. A reader that was exported can be trained further, on a CPU too:
what its integers stand for is taken up again.
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
from onnx import numpy_helper
from safetensors.numpy import load_file, save_file
from transformers import AutoModel

from zjip_qa.answering.reader import HEADS, traits
from zjip_qa.embedding import load_encoder
from zjip_qa.embedding.light import GRAPH, WORD_EMBEDDINGS, load_tokenizer, map_tensor
from zjip_qa.text.dictionary import load_dictionary
from zjip_qa.training.cloze import ClozeExamples
from zjip_qa.training.export import trace_body
from zjip_qa.training.int8 import activation_ranges, dequantise, quantise
from zjip_qa.training.laws import asked_about, read_articles
from zjip_qa.training.own_questions import (
    OwnExamples,
    near_misses,
    read_article_questions,
    read_passage_questions,
    whole_laws,
)
from zjip_qa.training.reading_data import Example, Examples, read_asked
from zjip_qa.training.reading_net import ReadingModel, ReadingRecipe, load_net, train_net
from zjip_qa.training.reading_rows import Origin, ReadingRows, joined_rows, pack

logger = logging.getLogger(__name__)

ROWS = "rows.npz"
_SHARES = {
    "own": 0.08,
    "asked": 0.16,
    "chinese": 0.25,
    "parallel": 0.32,
    "translations": 0.19,
}
"""Of the rows that are laid ready."""
_SHARES_FURTHER = {"own": 0.45, "asked": 0.37, "chinese": 0.04, "parallel": 0.14}
"""Of those by which a trained reader is trained further."""
FURTHER = ReadingRecipe(
    batch_tokens=6144, rate=2e-4, warm_up=0.05, guessing=0.0, neighbours=0.03, asked=0.82
)
"""How a trained reader is trained further: fewer rows, smaller steps."""
_DATA = Path(__file__).parent / "data"
_ARTICLE_QUESTIONS = _DATA / "article-questions.jsonl"
_PASSAGE_QUESTIONS = _DATA / "passage-questions.jsonl"
_N_FITTED = 400
_FITTED_AT_ONCE = 32


def make_rows(
    reading: Sequence[Path],
    data: Path,
    model: Path,
    out: Path,
    *,
    n_rows: int,
    further: bool,
    seed: int,
) -> None:
    """Draw what the reader is trained on, and keep it in `out`.

    Args:
        reading: question files in the form of SQuAD that may be trained on.
        data: the folder that holds `parallel/` and `zh_pairs/`.
        model: the encoder's folder, for its tokenizer, and to search with.
        out: folder to write `ROWS` to.
        n_rows: how many.
        further: for a reader that was trained already.
        seed: of the drawing.
    """
    tokenizer = load_tokenizer(model)
    made = ClozeExamples(data, reading, _DATA, seed)
    asked = Examples(reading, load_dictionary().glosses, seed)
    sources: dict[str, tuple[Iterable[Example], Origin]] = {
        "own": (_own_examples(reading, data, model, seed), Origin.ASKED),
        "asked": (asked, Origin.ASKED),
        "chinese": (made.draw(parallel=False), Origin.MADE),
        "parallel": (made.draw(parallel=True), Origin.MADE),
        "translations": (made.translations(), Origin.TRANSLATION),
    }
    parts = []
    for name, share in (_SHARES_FURTHER if further else _SHARES).items():
        examples, origin = sources[name]
        parts.append(pack(islice(examples, round(n_rows * share)), tokenizer, origin))
        logger.info("%d rows %s", len(parts[-1]), name)
    out.mkdir(parents=True, exist_ok=True)
    joined_rows(parts).save(out / ROWS)


def _own_examples(reading: Sequence[Path], data: Path, model: Path, seed: int) -> OwnExamples:
    asked = [one for path in reading for one in read_asked(path)]
    on_articles = read_article_questions(_ARTICLE_QUESTIONS, data)
    questions = [*on_articles, *read_passage_questions(_PASSAGE_QUESTIONS, asked)]
    laws = whole_laws(read_articles(data), asked_about(_ARTICLE_QUESTIONS))
    near = near_misses(questions, laws, load_encoder(str(model)))
    logger.info("%d questions of our own", len(questions))
    return OwnExamples(questions, near, seed)


def train_reader(
    model: Path, out: Path, *, begin: Path | None, n_rows: int, resume: bool, seed: int
) -> None:
    """Train on the rows that `make_rows` left in `out`, on a GPU where there is one.

    Args:
        model: the encoder's folder to begin with.
        out: folder of the rows, and of the weights that `export_reader` takes.
        begin: folder of an exported reader to train further; None for a new one.
        n_rows: length of the whole training.
        resume: go on from the checkpoint in `out`.
        seed: of the drawing.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net = (_net(model) if begin is None else restored(model, begin)).to(device)
    rows = ReadingRows.load(out / ROWS)
    logger.info("%d rows, on %s", len(rows), device)
    recipe = ReadingRecipe() if begin is None else FURTHER
    train_net(net, rows, out, recipe, n_rows=n_rows, resume=resume, seed=seed)


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
    # Attention drops nothing: dropping keeps a CPU from its fused kernel, half as long again.
    body = AutoModel.from_pretrained(
        str(model), dtype=torch.float32, attention_probs_dropout_prob=0.0
    )
    body.get_input_embeddings().requires_grad_(False)
    return ReadingModel(body, torch.from_numpy(_words(model).astype(np.float32)))


def restored(model: Path, folder: Path) -> ReadingModel:
    """Take up an exported reader again, with weights rounded to eight bits.

    Args:
        model: the encoder whose words it has.
        folder: graph and heads.
    """
    graph = onnx.load(folder / GRAPH)
    state = {c.name: numpy_helper.to_array(c) for c in graph.graph.initializer}
    for name, (weight, bias) in dequantise(graph).items():
        state[name] = bias
        state[name.removesuffix("bias") + "weight"] = weight.T
    net = _net(model)
    own = net.state_dict()
    heads = load_file(folder / HEADS)
    found = {name: torch.tensor(value) for name, value in (state | heads).items() if name in own}
    net.load_state_dict(found, strict=False)
    return net


def _words(model: Path) -> NDArray[np.float16]:
    return map_tensor(model / "model.safetensors", WORD_EMBEDDINGS)
