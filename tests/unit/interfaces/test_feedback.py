import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation import load_questions
from zjip_qa.interfaces.cli import app
from zjip_qa.interfaces.conversation import Turn
from zjip_qa.interfaces.export import as_json, as_markdown
from zjip_qa.interfaces.feedback import FILE_NAME, keep_rating, question_rows
from zjip_qa.types import Answer, Citation, Language

QUOTE = "全省专利转让8.4万次。\n其中高校占三成。"
ANSWER = Answer(
    text="全省专利转让**8.4万次**。其中高校占三成。 [1]",
    language=Language.ZH,
    abstained=False,
    confidence=0.9,
    citations=(Citation("a.md", 3, 3 + len(QUOTE), QUOTE, "转化运用", verdict="verbatim"),),
    question="2023年全省专利转让多少次？",
)
REFUSED = Answer("文档中没有。", Language.ZH, abstained=True, confidence=0.1, question="火星？")


def test_ratings_become_questions(tmp_path: Path) -> None:
    keep_rating(tmp_path, "多少次？", ANSWER, good=True)
    keep_rating(tmp_path, "火星？", REFUSED, good=True)
    keep_rating(
        tmp_path, "谁？", Answer("他。", Language.ZH, False, 0.5, question="谁？"), good=False
    )
    answered, refused, bad = question_rows(tmp_path / FILE_NAME)
    assert answered["question"] == ANSWER.question
    assert (answered["quote"], answered["answers"]) == (QUOTE, ["8.4万次"])
    assert (refused["quote"], refused["answers"]) == (None, [])
    assert bad["draft"] is True
    assert "draft" not in answered


def test_a_bad_answer_is_no_question_before_it_is_completed(tmp_path: Path) -> None:
    keep_rating(tmp_path, "多少次？", ANSWER, good=False)
    [row] = question_rows(tmp_path / FILE_NAME)
    (tmp_path / "questions.jsonl").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"line 1.*quote"):
        load_questions(tmp_path / "questions.jsonl")


def test_line_separators_in_an_answer_do_not_end_its_line(tmp_path: Path) -> None:
    answer = replace(ANSWER, text="一\u2028二\u0085三")
    keep_rating(tmp_path, "多少次？", answer, good=True)
    assert len(list(question_rows(tmp_path / FILE_NAME))) == 1


def test_the_last_rating_counts(tmp_path: Path) -> None:
    keep_rating(tmp_path, "多少次？", ANSWER, good=False)
    keep_rating(tmp_path, "多少次？", ANSWER, good=True)
    [row] = question_rows(tmp_path / FILE_NAME)
    assert row["quote"] == QUOTE


def test_the_command_prints_a_question_file(tmp_path: Path) -> None:
    keep_rating(tmp_path, "多少次？", ANSWER, good=True)
    keep_rating(tmp_path, "火星？", REFUSED, good=True)
    done = CliRunner().invoke(app, ["eval", "--from-feedback", str(tmp_path / FILE_NAME)])
    assert done.exit_code == 0
    made = tmp_path / "questions.jsonl"
    made.write_text(done.stdout, encoding="utf-8")
    assert [q.answerable for q in load_questions(made)] == [True, False]


@pytest.mark.parametrize("line", ["", "nonsense", "[]", "{}", '{"question": "a"}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / FILE_NAME
    keep_rating(tmp_path, "多少次？", ANSWER, good=True)
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="line 2"):
        list(question_rows(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=FILE_NAME):
        list(question_rows(tmp_path / FILE_NAME))


def test_markdown_holds_questions_answers_and_quotes() -> None:
    turns = [Turn("多少\n次？", ANSWER), Turn("火星？", REFUSED), Turn("还没答")]
    text = as_markdown(turns, Language.ZH)
    assert "## 多少 次？" in text
    assert "全省专利转让**8.4万次**" in text
    assert f"[1] `a.md` [3:{3 + len(QUOTE)}] › 转化运用" in text
    assert "> 全省专利转让8.4万次。\n> 其中高校占三成。" in text
    assert text.count("## ") == 2
    assert "还没答" not in text


def test_json_holds_what_ask_prints() -> None:
    [row] = json.loads(as_json([Turn("多少次？", ANSWER), Turn("还没答")]))
    assert row["citations"][0] == {
        "doc_id": "a.md",
        "start": 3,
        "end": 3 + len(QUOTE),
        "quote": QUOTE,
        "section": "转化运用",
        "translation": "",
        "verdict": "verbatim",
        "page": None,
    }
