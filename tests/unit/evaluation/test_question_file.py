"""The shipped question file stays true to the article it asks about."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
QUESTIONS = ROOT / "src/zjip_qa/evaluation/data/zhejiang-ip.jsonl"
CORPUS = ROOT / "corpus"

ANSWERABLE_KINDS = {
    "comparison",
    "date",
    "definition",
    "document",
    "figure",
    "list",
    "place",
    "reason",
    "who",
    "yesno",
}
UNANSWERABLE_KINDS = {"absent", "nearmiss"}

Row = dict[str, Any]


def corpus_text(doc_id: str) -> str:
    # Bytes first: reading in text mode would translate line ends and move offsets.
    return (CORPUS / doc_id).read_bytes().decode("utf-8")


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def test_ids_and_questions_are_unique(rows: list[Row]) -> None:
    for field in ("id", "question"):
        counts = Counter(row[field] for row in rows)
        assert [value for value, n in counts.items() if n > 1] == []


def test_every_row_names_a_known_language_split_and_kind(rows: list[Row]) -> None:
    assert {row["lang"] for row in rows} == {"zh", "en"}
    assert {row["split"] for row in rows} == {"tune", "test"}
    for row in rows:
        expected = UNANSWERABLE_KINDS if row["quote"] is None else ANSWERABLE_KINDS
        assert row["kind"] in expected, row["id"]
        assert row["id"].startswith(f"{row['lang']}-"), row["id"]
        assert row["question"] == row["question"].strip() != "", row["id"]


def test_quotes_stand_verbatim_in_the_article(rows: list[Row]) -> None:
    missing = [
        row["id"]
        for row in rows
        if row["quote"] is not None and row["quote"] not in corpus_text(row["doc_id"])
    ]
    assert missing == []


def test_answers_are_given_exactly_where_there_is_a_quote(rows: list[Row]) -> None:
    for row in rows:
        assert bool(row["answers"]) == (row["quote"] is not None), row["id"]
        assert all(answer.strip() for answer in row["answers"]), row["id"]


def test_a_chinese_answer_can_be_read_off_its_quote(rows: list[Row]) -> None:
    for row in rows:
        if row["lang"] != "zh" or row["quote"] is None:
            continue
        assert any(answer in row["quote"] for answer in row["answers"]), row["id"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_language_has_enough_of_every_kind(rows: list[Row], lang: str) -> None:
    kinds = Counter(row["kind"] for row in rows if row["lang"] == lang)
    assert set(kinds) == ANSWERABLE_KINDS | UNANSWERABLE_KINDS
    assert sum(kinds[kind] for kind in ANSWERABLE_KINDS) >= 80
    assert sum(kinds[kind] for kind in UNANSWERABLE_KINDS) >= 20
    assert kinds["nearmiss"] > kinds["absent"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tune_and_test_are_halves(rows: list[Row], lang: str) -> None:
    splits = Counter(row["split"] for row in rows if row["lang"] == lang)
    assert abs(splits["tune"] - splits["test"]) <= 0.1 * splits.total()
