import json
from pathlib import Path

import pytest

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.answers import Judgement, judge, summarize
from zjip_qa.evaluation.measures import MEASURES
from zjip_qa.evaluation.questions import Question
from zjip_qa.evaluation.report import QuestionRow, Report, RetrieverResult, write_report
from zjip_qa.evaluation.report_text import display_width
from zjip_qa.evaluation.trust import Trusted, refusal_curve
from zjip_qa.types import Answer, Chunk, Citation, Hit, Language, Span

EVIL = "<script>alert('x')</script>&"


def report() -> Report:
    question = Question("q", EVIL, Language.ZH, EVIL, (EVIL,))
    answer = Answer(EVIL, Language.ZH, False, 0.5, (Citation(EVIL, 0, 28, EVIL),))
    judged = judge(question, answer, [], {})
    row = QuestionRow(
        id=EVIL,
        question=EVIL,
        lang=Language.ZH,
        kind=EVIL,
        acceptable=(EVIL,),
        relevant=((EVIL, Span(3, 9)),),
        ranks={"hybrid": None},
        found=(Hit(1, 1.0, Chunk(EVIL, 0, 28, EVIL)),),
        answer=answer,
        judgement=judged.judgement,
    )
    measures = dict.fromkeys(MEASURES, 0.5)
    summary = summarize([judged])
    return Report(
        settings={"model": EVIL},
        retrievers={"hybrid": RetrieverResult(1, measures, {}, {"数字": {**measures, "n": 1}})},
        answers={**summary, "by_language": {"zh": summary}, "by_kind": {EVIL: summary}},
        trust={
            "all": {
                "n": 1,
                "calibration_error": 0.25,
                "curve": refusal_curve([Trusted(0.75, right=True, answered=True)]),
            }
        },
        rows=(row, QuestionRow("fine", "无恙", Language.ZH, judgement=Judgement.CORRECT)),
        timings={"ask": {"n": 1, "mean": 1.25, "p50": 1.25, "p95": 1.25, "p99": 1.25}},
    )


def test_files_are_written_and_the_json_is_the_report(tmp_path: Path) -> None:
    page = write_report(report(), tmp_path / "new" / "folder")
    assert page == tmp_path / "new" / "folder" / "report.html"
    text = (page.parent / "report.json").read_text(encoding="utf-8")
    assert json.loads(text) == report().to_json()
    assert "数字" in text


def test_page_escapes_everything_and_asks_for_nothing(tmp_path: Path) -> None:
    page = write_report(report(), tmp_path).read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&amp;") >= 10
    assert not any(word in page for word in ("http:", "https:", "src=", "href=", "url("))
    assert "default-src 'none'" in page


def test_page_shows_failed_questions_only(tmp_path: Path) -> None:
    page = write_report(report(), tmp_path).read_text(encoding="utf-8")
    assert "Failed questions: 1 of 2" in page
    assert page.count("<article") == 1
    assert "hybrid: not found" in page
    assert "无恙" not in page


def test_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EvaluationError, match="the report cannot be written to"):
        write_report(report(), tmp_path / "file")


def test_plain_table_lines_up_by_display_width() -> None:
    retrieval, answers, words, trust, timings, failed = report().to_text().split("\n\n")
    title, *lines = retrieval.split("\n")
    assert title == "Retrieval"
    assert lines[0].split() == ["retriever", "questions", "n", *MEASURES]
    assert lines[1].split() == ["hybrid", "all", "1", *["0.5000"] * 7]
    # The figures of the row whose group is "数字", 2 characters in 4 columns, end where others do.
    assert len({display_width(line) for line in lines}) == 1
    assert answers.split("\n")[2].startswith("all")
    assert "1 (100.0%)" in answers
    assert words.split("\n")[2].split() == [
        *("all", "1", "0.0%", "100.0%", "0.0%", "100.0%", "100.0%", "0.0%", "0.0%"),
    ]
    assert trust.split("\n")[2].split() == [
        *("all", "0.0", "1", "100.0%", "0.0%", "0.0%", "0.250"),
    ]
    assert timings.split("\n")[2].split() == ["ask", "1", "1.2", "1.2", "1.2", "1.2"]
    assert failed == "1 of 2 questions failed"


def test_display_width() -> None:
    assert display_width("abc") == 3
    assert display_width("数字a，") == 7
    assert display_width("e\u0301") == 1
