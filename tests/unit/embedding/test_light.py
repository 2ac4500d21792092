"""The light way to run the shipped model gives what the heavy one gives, and refuses a misfit."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from zjip_qa.embedding import Encoded
from zjip_qa.embedding.light import (
    GRAPH,
    RECORD,
    SHIPPED_LIGHT,
    WORD_EMBEDDINGS,
    LightEncoder,
    load_tokenizer,
    map_tensor,
)
from zjip_qa.embedding.model_folder import SHIPPED
from zjip_qa.embedding.sentence_transformer import SentenceTransformerEncoder
from zjip_qa.errors import ModelUnavailable

ROOT = Path(__file__).parents[3]
TEXTS = [
    "浙江省2023年专利转化1,286件，許可费8.4万元。",
    "Who licenses the patents of universities?",
    "",
    "Ｐａｔｅｎｔ　🚀 ﬁve [SEP] naïve\u200b\ud800",
    "的、了。 the of, and — !",
    "知识产权" * 3000,
    "x" * 5000,
    "专利",
]


@pytest.fixture(scope="module")
def light() -> LightEncoder:
    # Absent is allowed; there and of another model than the shipped one is a mistake.
    if not (SHIPPED_LIGHT / RECORD).exists():
        pytest.skip("the shipped model isn't exported")
    return LightEncoder()


@pytest.fixture(scope="module")
def heavy() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder()


def corpus_passages() -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "corpus").glob("*.md"))]
    return [line.strip() for text in texts for line in text.splitlines() if len(line) > 20]


def shipped_questions() -> list[str]:
    path = ROOT / "src/zjip_qa/evaluation/data/zhejiang-ip.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def assert_same_tokens(found: Encoded, expected: Encoded) -> None:
    for a, b in zip(found.tokens, expected.tokens, strict=True):
        np.testing.assert_array_equal(a.spans, b.spans)
        np.testing.assert_array_equal(a.weights, b.weights)
        found_types = [str(array.dtype) for array in (a.spans, a.weights, a.vectors)]
        assert found_types == ["int32", "float32", "float32"]
        assert a.vectors.shape == b.vectors.shape


def cosines(found: Encoded, expected: Encoded) -> tuple[np.ndarray, np.ndarray]:
    tokens = [
        (a.vectors * b.vectors).sum(axis=1)
        for a, b in zip(found.tokens, expected.tokens, strict=True)
    ]
    return (found.vectors * expected.vectors).sum(axis=1), np.concatenate(tokens)


def test_it_encodes_as_sentence_transformers_does(
    light: LightEncoder, heavy: SentenceTransformerEncoder
) -> None:
    texts = TEXTS + corpus_passages()[::4]
    for found, expected in (
        (light.encode_queries(texts), heavy.encode_queries(texts)),
        (light.encode_passages(texts), heavy.encode_passages(texts)),
    ):
        assert_same_tokens(found, expected)
        of_texts, of_tokens = cosines(found, expected)
        assert of_texts.mean() > 0.995
        assert of_texts.min() > 0.99
        assert of_tokens.mean() > 0.995
    assert light.count_tokens(texts) == heavy.count_tokens(texts)
    for name in ("name", "dim", "token_dim", "max_tokens"):
        assert getattr(light, name) == getattr(heavy, name)


def test_an_index_made_by_one_is_not_taken_for_the_other_s(
    light: LightEncoder, heavy: SentenceTransformerEncoder
) -> None:
    assert len(light.fingerprint) == len(heavy.fingerprint) == 16
    assert light.fingerprint != heavy.fingerprint


def test_rankings_agree_on_the_shipped_corpus(
    light: LightEncoder, heavy: SentenceTransformerEncoder
) -> None:
    passages, questions = corpus_passages(), shipped_questions()
    scores = [
        encoder.encode_queries(questions).vectors @ encoder.encode_passages(passages).vectors.T
        for encoder in (light, heavy)
    ]
    rankings = [np.argsort(-each, axis=1)[:, :10] for each in scores]
    shared = [len({*a} & {*b}) / 10 for a, b in zip(*rankings, strict=True)]
    assert np.mean(shared) > 0.95
    # Passages of one article lie close together: only near ties may change places.
    for each, other in (scores, scores[::-1]):
        chosen = np.take_along_axis(each, other.argmax(axis=1)[:, None], axis=1)[:, 0]
        assert (each.max(axis=1) - chosen).max() < 0.015
    assert (rankings[0][:, 0] == rankings[1][:, 0]).mean() > 0.9


def test_a_text_has_its_vector_whatever_stands_beside_it(light: LightEncoder) -> None:
    together = light.encode_passages(TEXTS)
    for i, text in enumerate(TEXTS):
        alone = light.encode_passages([text])
        np.testing.assert_allclose(alone.vectors[0], together.vectors[i], atol=1e-3)
        np.testing.assert_allclose(alone.tokens[0].vectors, together.tokens[i].vectors, atol=5e-3)


def test_threads_share_it(light: LightEncoder) -> None:
    expected = [light.encode_queries([text]).vectors for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: light.encode_queries([text]).vectors, TEXTS * 3))
    for i, vectors in enumerate(found):
        np.testing.assert_array_equal(vectors, expected[i % len(TEXTS)])


def test_nothing_in_nothing_out(light: LightEncoder) -> None:
    found = light.encode_passages([])
    assert (found.vectors.shape, found.tokens) == ((0, light.dim), [])
    assert light.count_tokens([]) == []
    empty = light.encode_queries([""])
    assert empty.tokens[0].vectors.shape == (0, light.token_dim)
    assert np.linalg.norm(empty.vectors[0]) == pytest.approx(1)


def test_it_starts_without_torch(light: LightEncoder) -> None:
    code = (
        "import sys; from zjip_qa.embedding import load_encoder; load_encoder()\n"
        "print(*sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (found.stdout.strip(), found.stderr) == ("", "")


def test_the_graph_names_no_file_of_the_machine_it_was_made_on(light: LightEncoder) -> None:
    graph = (SHIPPED_LIGHT / GRAPH).read_bytes()
    assert len(graph) < 13_000_000
    assert b".py" not in graph


def test_rows_are_mapped_where_they_lie() -> None:
    path = SHIPPED / "model.safetensors"
    rows = map_tensor(path, WORD_EMBEDDINGS)
    assert isinstance(rows.base, np.memmap)
    np.testing.assert_array_equal(rows, load_file(path)[WORD_EMBEDDINGS])
    with pytest.raises(ModelUnavailable, match="no float16 matrix nothing"):
        map_tensor(path, "nothing")


def test_several_spellings_of_a_word_are_one_token() -> None:
    found = load_tokenizer(SHIPPED).encode_batch(["专利", "專利"], add_special_tokens=False)
    assert found[0].ids == found[1].ids


def test_an_export_of_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"no exported graph .* run `python -m"):
        LightEncoder(SHIPPED, tmp_path)
    record = {"exported_from": {"late_interaction.safetensors": "0" * 64}}
    (tmp_path / RECORD).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="was exported from another late_interaction"):
        LightEncoder(SHIPPED, tmp_path)
    (tmp_path / RECORD).write_text("{", encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="no exported graph"):
        LightEncoder(SHIPPED, tmp_path)


def test_a_damaged_graph_is_refused(light: LightEncoder, tmp_path: Path) -> None:
    copy = shutil.copytree(SHIPPED_LIGHT, tmp_path / "light")
    (copy / GRAPH).write_bytes((copy / GRAPH).read_bytes()[:1000])
    with pytest.raises(ModelUnavailable, match="cannot be loaded") as caught:
        LightEncoder(SHIPPED, copy)
    assert "reinstall" in str(caught.value)
    (copy / GRAPH).unlink()
    with pytest.raises(ModelUnavailable, match="is missing"):
        LightEncoder(SHIPPED, copy)
