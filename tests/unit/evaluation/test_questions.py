import json
from pathlib import Path

import pytest

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.questions import Question, default_questions, load_questions, locate
from zjip_qa.types import Language, Span

GOOD = {"id": "1", "question": "多少件？", "lang": "zh", "quote": "共12件", "answers": ["12件"]}


def write(path: Path, *lines: object) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_reads_all_fields_and_lets_unknown_ones_be(tmp_path: Path) -> None:
    full = {**GOOD, "doc_id": "a.md", "kind": "figure", "split": "dev", "note": [1]}
    none: dict[str, object] = {
        "id": "2",
        "question": "Who?",
        "lang": "en",
        "quote": None,
        "answers": [],
    }
    path = write(tmp_path / "q.jsonl", full, "", none, "")
    assert load_questions(path) == [
        Question(
            "1", "多少件？", Language.ZH, "共12件", ("12件",), "a.md", "figure", "dev", line=1
        ),
        Question("2", "Who?", Language.EN, None, (), line=3),
    ]


def test_byte_order_mark_windows_lines_and_line_separators_are_fine(tmp_path: Path) -> None:
    quote = "a\u2028b"
    line = json.dumps({**GOOD, "quote": quote}, ensure_ascii=False)
    path = tmp_path / "q.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line.encode() + b"\r\n")
    assert [question.quote for question in load_questions(str(path))] == [quote]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "x"', "not JSON: .* at column"),
        ("[" * 100_000, "not JSON that can be used"),
        ("[1]", "found a list, expected an object"),
        ({**GOOD, "id": None}, "field 'id' is null, expected text"),
        ({**GOOD, "id": 7}, "field 'id' is a number, expected text"),
        ({**GOOD, "question": " "}, "field 'question' is blank"),
        ({**GOOD, "lang": "fr"}, "lang is 'fr', expected 'zh' or 'en'"),
        ({**GOOD, "quote": ["共12件"]}, "field 'quote' is a list, expected text"),
        ({**GOOD, "quote": None}, "'answers' are given but 'quote' is null"),
        ({**GOOD, "answers": []}, "'quote' is given but 'answers' is empty"),
        ({**GOOD, "answers": "12件"}, "field 'answers' is text, expected a list"),
        ({**GOOD, "answers": ["12", True]}, r"'answers\[1\]' is true or false, expected text"),
        ({**GOOD, "answers": [""]}, r"field 'answers\[0\]' is blank"),
        ({**GOOD, "kind": 1}, "field 'kind' is a number"),
        ({**GOOD, "question": "\ud83d?"}, "half a surrogate pair"),
        (GOOD, "id '1' was used on line 1"),
        *[
            ({name: GOOD[name] for name in GOOD if name != gone}, f"field '{gone}' is missing")
            for gone in GOOD
        ],
    ],
)
def test_broken_line_is_refused_with_number_and_reason(
    tmp_path: Path, line: object, reason: str
) -> None:
    path = write(tmp_path / "q.jsonl", GOOD, line)
    with pytest.raises(EvaluationError, match=rf"q\.jsonl, line 2: .*{reason}"):
        load_questions(path)


def test_file_that_is_no_question_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="holds no questions"):
        load_questions(write(tmp_path / "empty.jsonl", ""))
    with pytest.raises(EvaluationError, match="cannot be read: No such file"):
        load_questions(tmp_path / "absent.jsonl")
    with pytest.raises(EvaluationError, match="cannot be read"):
        load_questions(tmp_path)
    path = tmp_path / "gbk.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b'\n{"id": "' + "件".encode("gbk") + b'"}')
    with pytest.raises(EvaluationError, match=r"line 2: byte 9 is not UTF-8"):
        load_questions(path)


def question(quote: str | None, doc_id: str | None = None) -> Question:
    return Question("q1", "?", Language.ZH, quote, ("x",), doc_id=doc_id, line=7)


def test_locates_every_copy_in_order() -> None:
    texts = {"b.md": "甲乙，甲乙", "a.md": "丙甲乙"}
    assert locate(question("甲乙"), texts) == [
        ("a.md", Span(1, 3)),
        ("b.md", Span(0, 2)),
        ("b.md", Span(3, 5)),
    ]
    assert locate(question("甲乙", "a.md"), texts) == [("a.md", Span(1, 3))]
    assert locate(question("甲甲"), {"a": "甲甲甲"}) == [("a", Span(0, 2))]
    assert locate(question(None), texts) == []


def test_quote_or_document_that_is_nowhere_names_the_line() -> None:
    texts = {"a.md": "共 12 件"}
    with pytest.raises(EvaluationError, match="line 7: the quote of question 'q1' does not stand"):
        locate(question("共12件"), texts)
    with pytest.raises(EvaluationError, match=r"line 7: .*does not stand in 'a\.md'"):
        locate(question("共12件", "a.md"), texts)
    with pytest.raises(EvaluationError, match=r"line 7: .*'b\.md', which is not indexed"):
        locate(question("共", "b.md"), texts)


def test_default_file_lies_beside_the_code() -> None:
    path = default_questions()
    assert (path.name, path.parent.name) == ("zhejiang-ip.jsonl", "data")
