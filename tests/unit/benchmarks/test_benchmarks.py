"""A smoke test: everything that the benchmarks measure is measured, on next to nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.encoders import HashingEncoder

from zjip_qa.benchmarks import __main__ as command
from zjip_qa.benchmarks import phases
from zjip_qa.benchmarks.synthetic import SyntheticEncoder, write_corpus
from zjip_qa.index import DenseKind, DenseShards, LexicalIndex, current
from zjip_qa.index.manifest import read_manifest
from zjip_qa.settings import IndexSettings
from zjip_qa.types import Span


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model, and no processes of their own."""

    def here(measure: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        return measure(*arguments, **options)

    monkeypatch.setattr(phases, "load_encoder", HashingEncoder)
    monkeypatch.setattr(command, "apart", here)
    monkeypatch.setattr(phases, "_seconds", lambda arguments: 0.5)


def test_all_that_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "figures.json"
    command.main(
        [
            *("--sizes", "40", "--users", "2", "--questions", "3", "--encode", "20"),
            *("--legs", "90", "--folder", str(tmp_path), "--out", str(out)),
        ]
    )
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert list(figures) == ["machine", "encode", "start-up", "40", "legs 90"]
    at_size = figures["40"]
    assert at_size["build"]["chunks"] >= 20
    assert at_size["open"]["recall@200"] == 1.0
    assert 0.0 <= at_size["open"]["answered"] <= 1.0
    assert list(at_size["stages"]) == ["answer", "search", "encode", "dense", "lexical"]
    assert {stage["n"] for stage in at_size["stages"].values()} == {3}
    assert at_size["kinds"]["Flat"]["recall@10"] == 1.0
    assert at_size["users"]["2"]["questions/s"] > 0
    grown = figures["legs 90"]
    assert list(grown["stages"]) == ["encode", "dense", "lexical"]
    assert grown["open"]["chunks"] % at_size["build"]["chunks"] == 0
    assert grown["open"]["recall@200"] == 1.0
    printed = capsys.readouterr().out
    assert "40 chunks: a question, milliseconds" in printed
    assert "questions/s" in printed


def test_a_corpus_has_about_the_size_asked_for_and_is_the_same_each_time(tmp_path: Path) -> None:
    encoder = SyntheticEncoder(HashingEncoder())
    for name in ("one", "two"):
        write_corpus(tmp_path / name, 60, encoder)
    first, second = (
        [(path.name, path.read_bytes()) for path in sorted((tmp_path / name).rglob("*.md"))]
        for name in ("one", "two")
    )
    assert first == second
    assert len({text for _, text in first}) == len(first)
    built = phases.build(tmp_path / "built", 60, token_vectors=True)
    assert 40 <= built["chunks"] <= 90


def test_made_up_vectors_are_of_unit_length_and_depend_on_the_text_alone() -> None:
    encoder = SyntheticEncoder(HashingEncoder())
    one, two = encoder.encode_passages(["浙江专利", "浙江专利12件"]).vectors
    assert np.linalg.norm([one, two], axis=1) == pytest.approx([1, 1])
    assert encoder.encode_passages(["浙江专利"]).vectors.tolist() == [one.tolist()]
    assert one.tolist() != two.tolist()


def test_sentences_keep_their_real_tokens_where_they_stand_in_a_passage() -> None:
    real = HashingEncoder()
    text, sentences = "标题\n专利8件。商标12件。", [Span(3, 8), Span(8, 14)]
    encoded = SyntheticEncoder(real).encode_passages([text], [sentences])
    first, second = real.encode_passages(["专利0件。", "商标00件。"]).tokens
    tokens = encoded.tokens[0]
    np.testing.assert_array_equal(tokens.vectors, np.concatenate([first.vectors, second.vectors]))
    np.testing.assert_array_equal(tokens.spans, np.concatenate([first.spans + 3, second.spans + 8]))
    assert encoded.sentences[0].spans.tolist() == [[3, 8], [8, 14]]
    other = SyntheticEncoder(real).encode_passages([text])
    np.testing.assert_array_equal(encoded.vectors, other.vectors)


def test_repeated_postings_are_those_of_a_corpus_that_holds_every_chunk_again() -> None:
    lists = [["专利", "商标"], ["专利"], ["版权", "版权"]]
    repeated = phases._repeated(LexicalIndex.build(3, lists), 3)
    expected = LexicalIndex.build(9, lists * 3)
    for name in ("offsets", "chunks", "counts", "lengths"):
        assert getattr(repeated, name).tolist() == getattr(expected, name).tolist()


def test_legs_that_have_grown_are_those_of_an_index_with_the_documents_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phases.build(tmp_path, 60, token_vectors=True)
    monkeypatch.setattr(phases, "IndexSettings", lambda: IndexSettings(exact_up_to=100))
    n = phases.grow(tmp_path, 240)["chunks"]
    documents = phases._copies(read_manifest(current(tmp_path / "index")).documents, 240)
    dense = tmp_path / "grown 240" / "dense"
    assert DenseShards(dense, documents, DenseKind.INT8).n_vectors == n
    assert len(LexicalIndex.load(tmp_path / "grown 240" / "lexical").lengths) == n
    assert documents[-1].first_chunk + documents[-1].n_chunks == n
    assert phases.legs(tmp_path, 240, 2)["open"]["recall@200"] >= 0.98


def test_memory_is_told_where_the_system_keeps_account() -> None:
    assert 10 < phases.memory() <= phases.peak_memory() or np.isnan(phases.memory())


def test_kinds_of_index_on_the_vectors_of_an_index(tmp_path: Path) -> None:
    phases.build(tmp_path / "built", 60, token_vectors=True)
    encoder = HashingEncoder()
    vectors, queries = phases._drawn(500, encoder.dim, tmp_path / "built" / "index")
    assert (vectors.shape, queries.shape) == ((500, encoder.dim), (50, encoder.dim))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    kinds = dict(phases.index_types(500, encoder.dim, tmp_path / "built" / "index"))
    assert kinds["Flat"]["recall@200"] == 1.0
    assert kinds["int8, then exact"]["recall@10"] >= 0.98
