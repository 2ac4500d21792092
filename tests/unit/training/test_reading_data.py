import json
from itertools import islice
from pathlib import Path

import pytest

from zjip_qa.training.reading_data import Example, Examples

GLOSSES = {"专利": ("patent",), "拥有": ("to have",), "浙江": ("Zhejiang",)}
CONTEXTS = [
    "浙江拥有专利212万件。" + "其他的句子很长。" * 40 + "杭州拥有商标30万件。",
    "宁波的版权登记数量为7000件。" + "没有别的内容了。" * 40,
]


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    def asked(number: int, question: str, answer: str, context: str) -> dict[str, object]:
        answers = [{"text": answer, "answer_start": context.index(answer)}]
        return {"id": str(number), "question": question, "answers": answers}

    paragraphs = [
        {
            "context": CONTEXTS[0],
            "qas": [
                asked(1, "浙江拥有多少件专利？", "212万件", CONTEXTS[0]),
                asked(2, "杭州拥有多少件商标？", "30万件", CONTEXTS[0]),
                {"id": "3", "question": "?", "answers": [{"text": "没有", "answer_start": 0}]},
            ],
        },
        {
            "context": CONTEXTS[1],
            "qas": [asked(4, "宁波2023年登记了多少版权？", "7000件", CONTEXTS[1])],
        },
    ]
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}), encoding="utf-8")
    return path


def _drawn(squad: Path, seed: int = 0) -> list[Example]:
    return list(islice(Examples([squad], GLOSSES, seed), 300))


def test_answers_are_where_they_are_said_to_be(squad: Path) -> None:
    answered = [e for e in _drawn(squad) if e.answer is not None]
    said = {e.passage[e.answer.start : e.answer.end] for e in answered if e.answer}
    assert said == {"212万件", "30万件", "7000件", "212萬件", "30萬件"}
    assert all(len(e.passage) <= 207 for e in answered)


def test_an_answer_with_a_wrong_start_is_left_out(squad: Path) -> None:
    assert len(Examples([squad], GLOSSES, 0)) == 3


def test_some_windows_hold_no_answer(squad: Path) -> None:
    empty = [e for e in _drawn(squad) if e.answer is None and e.question == "浙江拥有多少件专利？"]
    assert empty
    assert all("212万件" not in e.passage for e in empty)


def test_some_questions_are_changed_so_that_nothing_answers(squad: Path) -> None:
    changed = {e.question for e in _drawn(squad) if e.answer is None} - {
        e.question for e in _drawn(squad) if e.answer is not None
    }
    chinese = [q for q in changed if q.endswith("？")]
    assert chinese
    # What took a word's place stands in no passage that it is asked of.
    assert all(q not in (*CONTEXTS, "浙江拥有多少件专利？") for q in chinese)


def test_some_questions_are_put_into_english_word_by_word(squad: Path) -> None:
    english = [e for e in _drawn(squad) if "how many" in e.question and "patent" in e.question]
    assert english
    assert all("Zhejiang" in e.question for e in english if e.answer)


def test_the_same_seed_draws_the_same(squad: Path) -> None:
    assert _drawn(squad, 5) == _drawn(squad, 5)
    assert _drawn(squad, 5) != _drawn(squad, 6)


def test_some_windows_lack_only_the_sentence_that_answers(tmp_path: Path) -> None:
    context = "浙江有专利212万件。杭州有商标30万件。宁波登记了版权7000件。温州建成了三个园区。"
    answers = [{"text": "30万件", "answer_start": context.index("30万件")}]
    question = {"id": "1", "question": "杭州有多少件商标？", "answers": answers}
    path = tmp_path / "one.json"
    data = [{"paragraphs": [{"context": context, "qas": [question]}]}]
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    windows = {e.passage for e in _drawn(path) if e.answer is None}
    assert "浙江有专利212万件。宁波登记了版权7000件。温州建成了三个园区。" in windows


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("2023年首次成立的是什么？", "2023年最后一次成立的是什么？"),
        ("2023年首次成立的是什么？", "1999年首次成立的是什么？"),
        ("浙江首次成立了什么？", "江苏首次成立了什么？"),
    ],
    ids=["opposite", "figure", "name"],
)
def test_questions_are_changed_in_several_ways(tmp_path: Path, question: str, changed: str) -> None:
    context = "2023年，浙江首次成立知识产权法庭，江苏在1999年成立了协会。"
    answers = [{"text": "知识产权法庭", "answer_start": context.index("知识产权法庭")}]
    asked = {"id": "1", "question": question, "answers": answers}
    path = tmp_path / "one.json"
    data = [{"paragraphs": [{"context": context, "qas": [asked]}]}]
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    drawn = _drawn(path)
    assert changed in {e.question for e in drawn if e.answer is None}
    assert changed not in {e.question for e in drawn if e.answer is not None}


def test_some_passages_are_written_in_traditional_characters(squad: Path) -> None:
    passages = [e.passage for e in _drawn(squad) if e.answer is not None]
    assert any("万件" in passage for passage in passages)
    assert any("萬件" in passage for passage in passages)
