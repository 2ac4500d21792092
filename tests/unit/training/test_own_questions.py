"""Questions of our own become examples: windows that answer, and windows that don't."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest

from zjip_qa.embedding import load_encoder
from zjip_qa.training.own_questions import (
    OwnExamples,
    OwnQuestion,
    near_misses,
    read_passage_questions,
)
from zjip_qa.training.reading_data import read_asked
from zjip_qa.types import Language, Span

PASSAGE = "商标注册申请由国家知识产权局审查。审查期限为九个月。对结果不服的，可以申请复审。"
BESIDE = "专利申请的审查期限为三年。申请人应当缴纳申请费。"
HOW_LONG = OwnQuestion(
    "How many months may it take?", Language.EN, "审查要几个月？", PASSAGE, Span(22, 25)
)
WHO_PAYS = OwnQuestion("谁来交钱？", Language.ZH, "谁来交钱？", PASSAGE, None)


def test_windows_hold_the_answer_where_it_is_said_to_be_or_not_at_all() -> None:
    drawn = list(islice(OwnExamples([HOW_LONG, WHO_PAYS], [[BESIDE], [BESIDE]], seed=1), 400))

    answered = [e for e in drawn if e.answer is not None]
    assert {e.question for e in answered} == {HOW_LONG.text}
    assert {e.passage[e.answer.start : e.answer.end] for e in answered if e.answer} == {
        "九个月",
        "九個月",
    }
    empty = [e for e in drawn if e.answer is None and e.question == HOW_LONG.text]
    assert {"专利申请" in e.passage for e in empty} == {True, False}
    assert not any("九个月" in e.passage or "九個月" in e.passage for e in empty)


def test_a_window_that_says_the_answer_elsewhere_is_no_window_without_it() -> None:
    also = "国际注册的审查期限同样为九个月。"
    drawn = islice(OwnExamples([HOW_LONG], [[also]], seed=2), 200)
    assert not any("国际注册" in e.passage for e in drawn)


def test_questions_beside_passages_of_reading_sets(tmp_path: Path) -> None:
    asked = {
        "id": "q1",
        "question": "審查期限多長？",
        "answers": [{"text": "九个月", "answer_start": PASSAGE.index("九个月")}],
    }
    squad = tmp_path / "set.json"
    paragraphs = [{"context": PASSAGE, "qas": [asked]}]
    squad.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}), encoding="utf-8")
    rows: list[dict[str, object]] = [
        {"id": "p-en-1", "question": "How long?", "lang": "en", "translates": "q1"},
        {
            "id": "p-zh-2",
            "question": "归谁管？",
            "lang": "zh",
            "beside": "q1",
            "answer": "知识产权局",
        },
        {"id": "p-en-2", "question": "Who decides?", "lang": "en", "beside": "q1", "answer": None},
        {"id": "p-zh-3", "question": "？", "lang": "zh", "beside": "unknown", "answer": None},
    ]
    held: dict[str, object] = {
        "id": "p-zh-4",
        "question": "？",
        "lang": "zh",
        "beside": "q1",
        "split": "test",
    }
    lines = [json.dumps({"split": "tune", **row}) for row in [*rows, held]]
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")

    questions = read_passage_questions(path, list(read_asked(squad)))

    said = [
        (q.in_chinese, q.answer and q.passage[q.answer.start : q.answer.end]) for q in questions
    ]
    assert said == [("审查期限多长？", "九个月"), ("归谁管？", "知识产权局"), ("归谁管？", None)]


@pytest.mark.parametrize("question", [HOW_LONG, WHO_PAYS], ids=["en", "zh"])
def test_what_a_search_finds_beside_the_own_passage(question: OwnQuestion) -> None:
    (near,) = near_misses([question], [BESIDE], load_encoder())
    assert near == [BESIDE]
