"""Models of others and damaged ones: found, loaded as they say, or refused in one sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import huggingface_hub
import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from tests.tiny_models import MAX_TOKENS, save_bert, save_static

from zjip_qa.embedding import load_encoder
from zjip_qa.embedding.model_folder import SHIPPED, find_model, fingerprint_folder
from zjip_qa.embedding.sentence_transformer import SentenceTransformerEncoder
from zjip_qa.embedding.tokens import batches
from zjip_qa.errors import ModelUnavailable

TEXTS = ["浙江专利转化", "patent licensing", "许可"]


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


def test_prefixes_dimension_and_length_come_from_the_model(bert: Path) -> None:
    encoder = SentenceTransformerEncoder(str(bert))
    assert (encoder.dim, encoder.token_dim, encoder.max_tokens) == (32, 32, MAX_TOKENS)
    library = SentenceTransformer(str(bert), device="cpu")
    for found, prompt in (
        (encoder.encode_queries(TEXTS), "query"),
        (encoder.encode_passages(TEXTS), "passage"),
    ):
        expected = library.encode(TEXTS, prompt_name=prompt, normalize_embeddings=True)
        np.testing.assert_allclose(found.vectors, np.asarray(expected), atol=1e-6)
    # "query" and "passage" are words of the vocabulary, so the prefixes do change a vector.
    queries, passages = encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS)
    assert (np.abs(queries.vectors - passages.vectors).max(axis=1) > 1e-3).all()


def test_a_prefix_takes_part_but_has_no_token_vectors(bert: Path) -> None:
    tokens = SentenceTransformerEncoder(str(bert)).encode_queries(["专利 kxqvjz"]).tokens[0]
    #  专     ##利    k, ##x … ##z: by letters, at their places in the text without "query: "
    assert tokens.spans.tolist() == [[0, 1], [1, 2], *([i, i + 1] for i in range(3, 9))]


def test_a_model_without_token_vectors_serves_the_dense_leg(tmp_path: Path) -> None:
    folder = save_static(tmp_path)
    encoder = SentenceTransformerEncoder(str(folder))
    found = encoder.encode_queries(TEXTS)
    expected = SentenceTransformer(str(folder), device="cpu").encode(
        TEXTS, normalize_embeddings=True
    )
    np.testing.assert_allclose(found.vectors, np.asarray(expected), atol=1e-6)
    assert (encoder.dim, encoder.token_dim) == (16, 0)
    assert [tokens.vectors.shape for tokens in found.tokens] == [(0, 0)] * 3


def test_function_words_and_marks_have_no_token_vector() -> None:
    encoder = load_encoder()
    tokens = encoder.encode_passages(["的、了。 the of, and — !", "专利的转化"]).tokens
    assert len(tokens[0].weights) == 0
    assert [(int(s), int(e)) for s, e in tokens[1].spans] == [(0, 2), (3, 5)]


def test_full_width_and_traditional_text_keep_their_places() -> None:
    text = "Ｐａｔｅｎｔ　２０２３年 專利🚀转化"
    tokens = load_encoder().encode_passages([text]).tokens[0]
    covered = [text[start:end] for start, end in tokens.spans]
    assert covered[0] == "Ｐａｔｅｎｔ"
    assert covered[-1] == "转化"
    assert "🚀" not in "".join(covered)
    assert "專" in "".join(covered)


def test_a_fingerprint_follows_the_files_that_decide_a_vector(bert: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(bert, tmp_path / "elsewhere")
    before = fingerprint_folder(bert)
    assert len(before) == 16
    (copy / "NOTES.md").write_text("text", encoding="utf-8")
    (copy / ".cache").mkdir()
    (copy / ".cache" / "file").write_text("text", encoding="utf-8")
    assert fingerprint_folder(copy) == before
    tokenizer = copy / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes() + b" ")
    assert fingerprint_folder(copy) != before
    other = save_bert(tmp_path / "seed", seed=1)
    assert fingerprint_folder(other) != before


def test_finding_a_model(bert: Path) -> None:
    assert find_model(None) == SHIPPED
    assert find_model(str(bert)) == bert
    for name in ("no/such/folder", "nothing", "../models/x", "/nowhere"):
        with pytest.raises(ModelUnavailable, match="leave --model out") as caught:
            find_model(name)
        assert "\n" not in str(caught.value)


def test_a_hub_id_is_asked_of_the_hub_alone(monkeypatch: pytest.MonkeyPatch, bert: Path) -> None:
    asked: list[str] = []

    def download(name: str) -> str:
        asked.append(name)
        if name == "someone/missing":
            raise OSError("no network")
        return str(bert)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    assert find_model("someone/model") == bert
    with pytest.raises(ModelUnavailable, match="check the name and the network"):
        find_model("someone/missing")
    assert asked == ["someone/model", "someone/missing"]


@pytest.mark.parametrize("damage", ["empty", "no weights", "cut weights", "no json", "cut late"])
def test_a_damaged_folder_is_refused(bert: Path, tmp_path: Path, damage: str) -> None:
    folder = shutil.copytree(bert, tmp_path / "model")
    weights = next(folder.rglob("model.safetensors"))
    if damage == "empty":
        shutil.rmtree(folder)
        folder.mkdir()
    elif damage == "no weights":
        weights.unlink()
    elif damage == "cut weights":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif damage == "no json":
        (folder / "modules.json").write_text("{", encoding="utf-8")
    else:
        (folder / "late_interaction.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelUnavailable, match="model"):
        SentenceTransformerEncoder(str(folder))


def test_batches_hold_every_text_once_and_keep_to_the_budget() -> None:
    lengths = [5, 900, 0, 30, 30, 256, 2, 4000, 30, 30]
    grouped = batches(lengths, 256, budget=4096)
    assert sorted(i for batch in grouped for i in batch) == list(range(len(lengths)))
    # Longest first: 4000 and 900 are cut to 256 tokens, 16 such texts make 4096.
    assert grouped == [[7, 1, 5, 3, 4, 8, 9, 0, 6, 2]]
    assert [len(b) for b in batches([254] * 20, 256, budget=4096)] == [16, 4]
    assert batches([], 256, budget=4096) == []
