from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from zjip_qa.answering.reader import traits
from zjip_qa.embedding.light import load_tokenizer
from zjip_qa.embedding.model_folder import SHIPPED
from zjip_qa.training import reading_net
from zjip_qa.training.reading_data import Example
from zjip_qa.training.reading_net import (
    ReadingModel,
    ReadingRecipe,
    load_net,
    train_net,
)
from zjip_qa.training.reading_rows import Origin, ReadingRows, joined_rows, pack
from zjip_qa.types import Span

N_WORDS, DIM = 60, 16
RECIPE = ReadingRecipe(batch_tokens=200, rate=1e-2)


def model() -> ReadingModel:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=N_WORDS,
        hidden_size=DIM,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    body = BertModel(config, add_pooling_layer=False)
    body.embeddings.word_embeddings.requires_grad_(False)
    return ReadingModel(body, torch.randn(N_WORDS, DIM))


def rows(n: int = 120) -> ReadingRows:
    """The answer is the word that the question names, wherever it stands."""
    rng = np.random.default_rng(1)
    ids, passages, answers = [], [], []
    for _ in range(n):
        passage = rng.permutation(np.arange(10, 40))[: rng.integers(5, 9)]
        at = int(rng.integers(len(passage)))
        ids.append([1, int(passage[at]), 2, *passage.tolist(), 2])
        passages.append(3)
        answers.append((3 + at, 3 + at))
    lengths = [len(row) for row in ids]
    return ReadingRows(
        np.array([i for row in ids for i in row], dtype=np.int32),
        np.concatenate([[0], np.cumsum(lengths)]),
        np.array(passages, dtype=np.int32),
        np.array(answers, dtype=np.int32),
        np.array([Origin.ASKED, Origin.MADE] * (n // 2), dtype=np.uint8),
    )


def loss(net: ReadingModel) -> float:
    loader = reading_net._Loader(rows(), net.get_buffer("words"), RECIPE, 0)
    batch = loader.batch(np.arange(100), 0, masked=0.0, neighbours=0.0)
    with torch.no_grad():
        return float(reading_net._losses(net.eval(), batch)[0])


def test_rows_are_told_what_the_product_tells() -> None:
    net, shown = model(), rows()
    loader = reading_net._Loader(shown, net.get_buffer("words"), RECIPE, 0)

    batch = loader.batch(np.arange(5), 0, masked=0.0, neighbours=0.0)

    table = net.get_buffer("words").numpy()
    for i in range(5):
        n = int(batch.mask[i].sum())
        expected = traits(batch.ids[i, :n].tolist(), int(shown.passages[i]), table)
        np.testing.assert_allclose(batch.told[i, :n].numpy(), expected, atol=1e-5)
        assert not batch.told[i, n:].any()


def test_masked_words_match_nothing() -> None:
    net = model()
    loader = reading_net._Loader(rows(), net.get_buffer("words"), RECIPE, 0)

    batch = loader.batch(np.arange(50), 0, masked=0.5, neighbours=0.0)

    assert batch.hidden is not None
    plain = loader.batch(np.arange(50), 0, masked=0.0, neighbours=0.0)
    assert float(batch.told[..., 4].sum()) < float(plain.told[..., 4].sum())
    assert batch.hidden[:, 0].sum() == 0  # [CLS] is no word


def test_training_teaches(tmp_path: Path) -> None:
    net = model()
    before = loss(net)

    train_net(net, rows(), tmp_path, RECIPE, n_rows=3000, resume=False, seed=0)

    assert loss(net) < before * 0.7
    assert loss(load_net(model(), tmp_path)) == pytest.approx(loss(net), abs=0.02)


def test_a_training_that_was_stopped_goes_on_as_if_it_had_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = model()
    train_net(whole, rows(), tmp_path / "whole", RECIPE, n_rows=400, resume=False, seed=0)

    monkeypatch.setattr(reading_net, "_CHECKPOINT_SECONDS", -1)
    stopped = model()
    saved = reading_net._save_checkpoint

    class Stopped(Exception):
        pass

    def save_and_stop(
        out: Path, net: ReadingModel, optimizer: torch.optim.Optimizer, step: int
    ) -> None:
        saved(out, net, optimizer, step)
        if step == 9:
            raise Stopped

    monkeypatch.setattr(reading_net, "_save_checkpoint", save_and_stop)
    with pytest.raises(Stopped):
        train_net(stopped, rows(), tmp_path / "two", RECIPE, n_rows=400, resume=False, seed=0)
    monkeypatch.undo()
    again = model()
    train_net(again, rows(), tmp_path / "two", RECIPE, n_rows=400, resume=True, seed=0)

    assert loss(again) == pytest.approx(loss(whole), rel=1e-3)


def test_an_answer_is_found_again_in_tokens(tmp_path: Path) -> None:
    passage = "该局2023年授权专利64万件。"
    at = passage.index("64万件")
    tokenizer = load_tokenizer(SHIPPED)
    packed = pack(
        [
            Example("授权了多少专利？", passage, Span(at, at + 4)),
            Example("谁？", passage, None),
            Example("?", passage * 60, Span(len(passage) * 59 + at, len(passage) * 59 + at + 4)),
        ],
        tokenizer,
        Origin.ASKED,
    )

    first, last = packed.answers[0]
    # A word has one row for both spellings, so the tokens may come back in the other one.
    words = tokenizer.encode("64万件", add_special_tokens=False).ids
    assert packed.ids[first : last + 1].tolist() == words
    assert packed.answers[1:].tolist() == [[0, 0], [0, 0]]  # none, and cut off
    joined_rows([packed, packed]).save(tmp_path / "rows.npz")
    assert len(ReadingRows.load(tmp_path / "rows.npz")) == 6
