import json
from pathlib import Path

from zjip_qa.documents import reader_for
from zjip_qa.evaluation.drafts import MOST_PER_KIND, draft_rows
from zjip_qa.evaluation.questions import load_questions, locate
from zjip_qa.types import Document

CHINESE = """# 保护

## 总体情况——

2023年,全省面积不小,各市合计登记商标3.5万件,达到新高。其中杭州占比达到百分之四十。

## 释义

地理标志是指标示商品来源于某地区的标志。它是指别的。
"""
ENGLISH = """# Rules

## Scope

A trade secret means information that has value because it is not known. This is a short one.
The court heard 42 cases in Hangzhou.
"""


def document(name: str, text: str) -> Document:
    return reader_for(Path(name)).read(text.encode(), name)


def rows(*documents: Document) -> list[dict[str, object]]:
    return list(draft_rows(documents))


def test_chinese_drafts() -> None:
    made = {
        (row["kind"], row["question"], *row["answers"])  # type: ignore[misc]
        for row in rows(document("a.md", CHINESE))
    }
    assert ("section", "“总体情况”讲了什么？") in {each[:2] for each in made}
    # The date that the sentence begins with, then the figure's own clause, not what is between.
    assert ("figure", "2023年,各市合计登记商标多少件？", "3.5万件") in made
    assert ("definition", "地理标志是指什么？", "标示商品来源于某地区的标志") in made
    assert not any("它是指" in str(each[1]) for each in made)


def test_english_drafts() -> None:
    made = {
        (row["kind"], row["question"], *row["answers"])  # type: ignore[misc]
        for row in rows(document("b.md", ENGLISH))
    }
    assert ("section", "What does “Scope” say?") in {each[:2] for each in made}
    assert (
        *("definition", "What is meant by “trade secret”?"),
        "information that has value because it is not known",
    ) in made
    figure = next(each for each in made if each[0] == "figure")
    assert figure[1:] == (
        *("Which figure is left out: “The court heard ___ cases in Hangzhou”?", "42"),
    )


def test_drafts_are_marked_and_can_be_run_at_once(tmp_path: Path) -> None:
    documents = [document("a.md", CHINESE), document("b.md", ENGLISH)]
    made = rows(*documents)
    assert all(row["draft"] is True for row in made)
    path = tmp_path / "drafts.jsonl"
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in made)
    path.write_text(lines, encoding="utf-8")
    questions = load_questions(path)
    texts = {each.doc_id: each.text for each in documents}
    assert [question.id for question in questions] == [row["id"] for row in made]
    assert all(locate(question, texts) for question in questions)
    assert all(question.answers[0] in (question.quote or "") for question in questions)


def test_a_long_document_gives_no_more_than_can_be_edited() -> None:
    text = "\n\n".join(f"第{n}项工作共完成任务{n + 100}件。" for n in range(50))
    made = rows(document("a.txt", text))
    assert len(made) == MOST_PER_KIND
    assert len(rows(document("a.txt", text), document("b.txt", text))) == 2 * MOST_PER_KIND


def test_nothing_to_ask_gives_nothing() -> None:
    assert rows(document("a.txt", "没有什么。")) == []
