from collections.abc import Callable
from pathlib import Path

import pytest

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.beir import read_beir
from zjip_qa.evaluation.dataset import Dataset

FILES = {
    "corpus.jsonl": '{"_id": "d1", "title": "专利", "text": "共12件。"}\n'
    '{"_id": "d2", "text": "杭州", "metadata": {}}\n{"_id": "d3", "title": "", "text": ""}\n',
    "queries.jsonl": '{"_id": "q1", "text": "多少？"}\n{"_id": "q2", "text": "unjudged"}\n',
    "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t-1\n",
}

Folder = Callable[[str, str], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    def write(name: str, text: str) -> Path:
        (tmp_path / "qrels").mkdir()
        for file, content in {**FILES, name: text}.items():
            (tmp_path / file).write_text(content, encoding="utf-8")
        return tmp_path

    return write


def test_reads_a_folder(folder: Folder) -> None:
    assert read_beir(folder("README", "")) == Dataset(
        passages={"d1": "专利\n共12件。", "d2": "杭州", "d3": ""},
        queries={"q1": "多少？"},
        qrels={"q1": {"d1": 2, "d2": -1}},
    )


def test_header_may_be_missing_and_the_split_be_another(folder: Folder) -> None:
    dataset = read_beir(folder("qrels/dev.tsv", "q2\td2\t1\r\n"), split="dev")
    assert dataset.qrels == {"q2": {"d2": 1}}


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("corpus.jsonl", "", r"corpus\.jsonl holds no passages"),
        ("corpus.jsonl", '{"_id": "d1", "text": "x"}\n{"_id": "d1", "text": "y"}', "line 2: _id"),
        ("corpus.jsonl", '{"_id": "d1"}', "line 1: expected 'text'"),
        ("corpus.jsonl", '{"_id": "d1", "text": "x", "title": 3}', "line 1: expected 'text'"),
        ("queries.jsonl", '\n{"_id": "q1"}', "line 2: field 'text' is missing"),
        ("queries.jsonl", '{"_id": "a", "text": "x"}\n{"_id": "a", "text": "y"}', "line 2: _id"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\n", "holds no judgements"),
        ("qrels/test.tsv", "q1 0 d1 1", r"test\.tsv, line 1: 1 tab-separated columns"),
        ("qrels/test.tsv", "q1\td1\t1\nq1\td1\tyes", "line 2: score is 'yes'"),
        ("qrels/test.tsv", "q9\td1\t1", r"line 1: query 'q9' is not in queries\.jsonl"),
        ("qrels/test.tsv", "q1\td9\t1", r"line 1: passage 'd9' is not in corpus\.jsonl"),
    ],
)
def test_broken_folder_is_refused_with_line_and_reason(
    folder: Folder, name: str, text: str, reason: str
) -> None:
    path = folder(name, text)
    with pytest.raises(EvaluationError, match=reason):
        read_beir(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"corpus\.jsonl cannot be read"):
        read_beir(tmp_path)
