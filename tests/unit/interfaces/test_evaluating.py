"""A data set's evaluation that is interrupted goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from tests.encoders import HashingEncoder

import zjip_qa.embedding
from zjip_qa.embedding import Encoded
from zjip_qa.evaluation import Dataset, Report
from zjip_qa.evaluation.resume import RememberedSearches
from zjip_qa.interfaces.datasets import PassageIndex
from zjip_qa.interfaces.evaluating import Bench, _remembering, evaluate_dataset
from zjip_qa.types import Hit, Span

DATASET = Dataset(
    passages={"一": "专利许可合同共三百件。", "二": "商标注册五百件。", "三": "版权登记七百件。"},
    queries={"a": "专利许可有多少件?", "b": "商标注册多少件?", "c": "How many copyrights?"},
    qrels={"a": {"一": 1}, "b": {"二": 1}, "c": {"三": 1}},
)
N_STEPS = 2 * 3


class Interrupted(Exception):
    """What a kill is to a run."""


class Counting(HashingEncoder):
    """Counts the passages that it encodes for an index, not the sample of its check."""

    n_indexed = 0

    def encode_passages(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None = None
    ) -> Encoded:
        if sentences is not None:
            self.n_indexed += len(texts)
        return super().encode_passages(texts, sentences)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Counting:
    encoder = Counting()
    monkeypatch.setattr(zjip_qa.embedding, "load_encoder", lambda model=None: encoder)
    return encoder


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every question that is really searched for."""
    asked: list[str] = []
    search = PassageIndex.search

    def counting(self: PassageIndex, question: str, /, *, k: int, retriever: str) -> list[Hit]:
        asked.append(question)
        return search(self, question, k=k, retriever=retriever)

    monkeypatch.setattr(PassageIndex, "search", counting)
    return asked


def _bench(index: Path, most: int = N_STEPS) -> Bench:
    """A bench whose run is cut off after some steps."""

    def told(done: int, total: int) -> None:
        assert total == N_STEPS
        if done > most:
            raise Interrupted

    @contextmanager
    def show() -> Iterator[Callable[[int, int], None]]:
        yield told

    return Bench(("hybrid", "lexical"), index, index.parent / "corpus", show_questions=show)


def test_it_goes_on_in_encoding_and_in_searching(
    tmp_path: Path, encoder: Counting, searched: list[str]
) -> None:
    whole = evaluate_dataset(DATASET, "three", _bench(tmp_path / "whole"), [])
    assert (encoder.n_indexed, len(searched)) == (3, N_STEPS)
    index = tmp_path / "index"
    with pytest.raises(Interrupted):
        evaluate_dataset(DATASET, "three", _bench(index, 3), [])
    assert (encoder.n_indexed, len(searched)) == (6, N_STEPS + 4)
    report = evaluate_dataset(DATASET, "three", _bench(index), [])
    # No passage is encoded again, and two searches were missing.
    assert (encoder.n_indexed, len(searched)) == (6, 2 * N_STEPS)
    results = [
        {name: value for name, value in each.to_json().items() if name != "timings"}
        for each in (whole, report)
    ]
    assert results[0] == results[1]


def test_a_run_that_is_through_leaves_nothing(tmp_path: Path, encoder: Counting) -> None:
    evaluate_dataset(DATASET, "three", _bench(tmp_path / "none"), [])
    assert not (tmp_path / "none").exists()
    (tmp_path / "index").mkdir()
    evaluate_dataset(DATASET, "three", _bench(tmp_path / "index"), [])
    assert list((tmp_path / "index").iterdir()) == []


def test_another_data_set_takes_nothing_over(
    tmp_path: Path, encoder: Counting, searched: list[str]
) -> None:
    with pytest.raises(Interrupted):
        evaluate_dataset(DATASET, "three", _bench(tmp_path, 3), [])
    searched.clear()
    other = Dataset({**DATASET.passages, "三": "版权登记八百件。"}, DATASET.queries, DATASET.qrels)
    evaluate_dataset(other, "three", _bench(tmp_path), [])
    assert len(searched) == N_STEPS


def test_where_the_index_cannot_be_written_to_it_runs_all_the_same(
    tmp_path: Path, encoder: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    report = evaluate_dataset(DATASET, "three", _bench(tmp_path / "file" / "index"), [])
    assert report.rows
    assert "the next one starts anew" in caplog.text


def test_the_same_evaluation_twice_at_once_gives_two_whole_reports(
    tmp_path: Path, encoder: Counting, searched: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    within: list[Report] = []

    def told(done: int, total: int) -> None:
        if not within:
            within.append(evaluate_dataset(DATASET, "three", _bench(tmp_path / "index"), []))

    bench = replace(_bench(tmp_path / "index"), show_questions=lambda: nullcontext(told))
    report = evaluate_dataset(DATASET, "three", bench, [])
    assert [row.ranks for row in report.rows] == [row.ranks for row in within[0].rows]
    assert len(searched) == 2 * N_STEPS
    assert "the same evaluation is at work in another process" in caplog.text
    assert not (tmp_path / "index").exists()


def test_a_question_file_asked_twice_at_once_keeps_the_steps_of_the_first(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def remember(searched: str, path: Path) -> RememberedSearches:
        return RememberedSearches(NotAsked(), path)

    with _remembering("first", remember, tmp_path, {}) as (first, _):
        assert isinstance(first, RememberedSearches)
        with _remembering("second", remember, tmp_path, {}) as (second, _):
            assert second == "second"
        with _remembering("other", remember, tmp_path, {"index": "another"}) as (other, _):
            assert isinstance(other, RememberedSearches)
        assert len(list(tmp_path.glob("*.jsonl"))) == 1
    assert caplog.text.count("the same evaluation is at work in another process") == 1
    assert list(tmp_path.iterdir()) == []


class NotAsked:
    """A searcher that nobody asks."""

    def search(self, question: str, /, *, k: int, retriever: str) -> list[Hit]:
        raise AssertionError
