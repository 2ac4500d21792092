from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from transformers import BertConfig, BertModel

from zjip_qa.training.checkpoint import average, load_state, save_state
from zjip_qa.training.distill import (
    Student,
    Trainer,
    contrast,
    distance,
    late_scores,
    sentence_means,
    trainable_rows,
)
from zjip_qa.training.lessons import Recipe
from zjip_qa.training.rows import Batch, padded

N_ENGLISH = 10
N_TOKENS = 20


def _body() -> BertModel:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=N_TOKENS,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    body = BertModel(config, add_pooling_layer=False)
    with torch.no_grad():
        # Words must outweigh positions for the texts' vectors to differ from the start.
        body.embeddings.word_embeddings.weight *= 50
    body.train(False)
    return body


def _trainer() -> Trainer:
    body, teacher = _body(), _body().requires_grad_(False)
    words = body.embeddings.word_embeddings.weight.detach()
    student = Student(
        body=body,
        table=torch.nn.Embedding(N_TOKENS, 8, sparse=True, _weight=words.clone()),
        projection=torch.nn.Parameter(torch.eye(8)[:, :4].clone()),
        rarity=torch.ones(N_TOKENS),
        trainable=torch.arange(N_TOKENS) >= N_ENGLISH,
        full_stops=torch.tensor([14]),
    )
    return Trainer(student, teacher, Recipe(), n_rows=1000)


def _batch() -> Batch:
    def texts(rows: list[list[int]]) -> list[np.ndarray[tuple[int], np.dtype[np.int32]]]:
        return [np.array(row, np.int32) for row in rows]

    english = texts([[2, 5, 3], [2, 6, 7, 3], [2, 8, 3]])
    chinese = texts([[2, 11, 3], [2, 12, 13, 3], [2, 5, 14, 3]])
    return Batch(padded(english), padded(chinese))


def test_distance_leaves_out_rows_that_are_far_off() -> None:
    vectors = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    teacher = torch.tensor([[0.6, 0.8], [0.0, 1.0]])
    # 2(1 - 0.6) of the first row; the second has cosine 0 and doesn't count.
    assert distance(vectors, teacher).item() == pytest.approx(0.8)


def test_twins_are_not_held_against_each_other() -> None:
    targets = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    scores = torch.tensor([[5.0, 5.0, 0.0], [5.0, 5.0, 0.0], [0.0, 0.0, 5.0]])
    # Without the twin, rows 1 and 2 have one rival: ln(1 + e^-5). Row 3 has two.
    one, two = np.log1p(np.exp(-5.0)), np.log1p(2 * np.exp(-5.0))
    assert contrast(scores, targets).item() == pytest.approx((2 * one + two) / 3, rel=1e-4)


def test_late_scores_by_hand() -> None:
    queries = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    passages = torch.tensor([[[0.6, 0.8], [1.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]]])
    rarity = torch.tensor([[3.0, 1.0]])
    weights = torch.tensor([[1.0, 1.0], [1.0, 0.0]])
    # Passage 1: (3 · 1.0 + 1 · 0.8) / 4. Passage 2, whose second token has no weight: (0 + 1) / 4.
    assert late_scores(queries, rarity, passages, weights).tolist() == [pytest.approx([0.95, 0.25])]


def test_sentence_means_by_hand() -> None:
    states = torch.tensor([[[9.0, 9.0], [3.0, 0.0], [0.0, 4.0], [0.0, 2.0], [9.0, 9.0]]])
    mask = torch.tensor([[False, True, True, True, False]])
    last = torch.tensor([[True, False, True, False, True]])
    means, held = sentence_means(states, mask, last)
    # (3, 0) and (0, 4) have the mean (1.5, 2), of length 2.5; the rest is one sentence more.
    assert means[0].tolist() == [pytest.approx([0.6, 0.8]), pytest.approx([0.0, 1.0])]
    assert held.tolist() == [[True, True]]


def test_a_text_of_fewer_sentences_has_none_in_their_place() -> None:
    states, mask = torch.rand(2, 4, 3), torch.tensor([[True] * 4, [True, True, False, False]])
    last = torch.tensor([[False, True, False, True], [False, True, False, False]])
    means, held = sentence_means(states, mask, last)
    assert means.shape == (2, 2, 3)
    assert held.tolist() == [[True, True], [True, False]]


def test_special_and_filling_tokens_have_no_rarity() -> None:
    trainer, batch = _trainer(), _batch()
    states, _ = trainer.student.states(batch.right)
    vectors, rarity = trainer.student.tokens(batch.right, states)
    assert vectors.shape == (3, 8, 4)
    assert rarity[:, :4].tolist() == [[0, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0]]
    assert rarity[:, 4:].sum() == 0


@pytest.mark.parametrize("body", [False, True])
def test_only_what_should_moves(body: bool) -> None:
    trainer, batch = _trainer(), _batch()
    for parameter in trainer.body_optimizer.param_groups[0]["params"]:
        parameter.requires_grad_(body)
    words = trainer.student.table.weight.detach().clone()
    layer = dict(trainer.student.body.named_parameters())["encoder.layer.0.output.dense.weight"]
    before = layer.detach().clone()
    trainer.step(trainer.translation_loss(batch, english=body, late=body), 0.8, body=body)
    moved = (trainer.student.table.weight.detach() != words).any(dim=1).nonzero().flatten()
    assert moved.tolist() == [11, 12, 13, 14]
    assert bool((layer != before).any()) is body


def test_training_brings_chinese_to_the_teacher() -> None:
    trainer, batch = _trainer(), _batch()
    first = trainer.translation_loss(batch, english=False, late=False).item()
    for _ in range(60):
        trainer.step(trainer.translation_loss(batch, english=False, late=False), 0.0, body=False)
    assert trainer.translation_loss(batch, english=False, late=False).item() < first - 0.05


def test_a_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    batch = _batch()
    whole, half = _trainer(), _trainer()
    for trainer in (whole, half):
        for parameter in trainer.body_optimizer.param_groups[0]["params"]:
            parameter.requires_grad_(True)
    steps = 4
    for trainer, n in ((whole, steps), (half, steps // 2)):
        for _ in range(n):
            trainer.step(trainer.translation_loss(batch, english=True, late=True), 0.8, body=True)
    save_state(tmp_path, half)
    resumed = _trainer()
    load_state(tmp_path, resumed)
    assert resumed.progress == half.progress
    for parameter in resumed.body_optimizer.param_groups[0]["params"]:
        parameter.requires_grad_(True)
    for _ in range(steps // 2):
        resumed.step(resumed.translation_loss(batch, english=True, late=True), 0.8, body=True)
    torch.testing.assert_close(resumed.student.table.weight, whole.student.table.weight)
    torch.testing.assert_close(resumed.student.projection, whole.student.projection)


def test_rows_in_ascii_stay() -> None:
    assert trainable_rows(["new", "##s", "。", "专利", "[CLS]"]).tolist() == [
        *(False, False, True, True, False)
    ]


def test_models_are_averaged(tmp_path: Path) -> None:
    for name, value in (("a", 1.0), ("b", 4.0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tokenizer.json").write_text(name, encoding="utf-8")
        for file in ("model.safetensors", "late_interaction.safetensors"):
            save_file({"w": np.full(3, value, np.float16)}, tmp_path / name / file)
    average([tmp_path / "a", tmp_path / "b", tmp_path / "b"], tmp_path / "mean")
    mean = load_file(tmp_path / "mean/model.safetensors")["w"]
    assert mean.dtype == np.float16
    assert mean.tolist() == [3.0, 3.0, 3.0]
    assert (tmp_path / "mean/tokenizer.json").read_text(encoding="utf-8") == "a"
