import gzip
import json
from itertools import islice
from pathlib import Path

import pytest

from zjip_qa.training.cloze import ClozeExamples
from zjip_qa.training.reading_data import Example

PAIRS = [
    ("The bureau granted 640,000 patents in 2023.", "该局2023年授权专利64万件。"),
    ("The court heard the trademark case in Hangzhou.", "法院在杭州审理了这起商标案件。"),
    ("Small companies may apply for a loan every year.", "小企业每年可以申请一笔贷款。"),
    ("The university licensed its software to farmers.", "该大学把软件许可给农民使用。"),
    ("The port handled 3.5 million containers last year.", "该港口去年处理了350万个集装箱。"),
    ("The committee published a report about the environment.", "委员会发表了关于环境的报告。"),
]


@pytest.fixture
def examples(tmp_path: Path) -> ClozeExamples:
    for folder in ("parallel", "zh_pairs", "own"):
        (tmp_path / folder).mkdir()
    rows = "".join(f"{english}\t{chinese}\n" for english, chinese in PAIRS)
    (tmp_path / "own/sentences-news.tsv").write_text(rows, encoding="utf-8")
    with gzip.open(tmp_path / "zh_pairs/laws.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("".join(f"标题\t{chinese}\n" for _, chinese in PAIRS))
    context = "".join(chinese for _, chinese in PAIRS)
    squad = {"data": [{"paragraphs": [{"context": context, "qas": []}]}]}
    reading = tmp_path / "squad.json"
    reading.write_text(json.dumps(squad), encoding="utf-8")
    return ClozeExamples(tmp_path, [reading], tmp_path / "own", seed=3)


def has_chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


def said(example: Example) -> str:
    assert example.answer is not None
    return example.passage[example.answer.start : example.answer.end]


def test_a_question_lacks_what_its_passage_gives_back(examples: ClozeExamples) -> None:
    drawn = list(islice(examples.draw(parallel=False), 200))

    answered = [example for example in drawn if example.answer]
    assert len(answered) > 80
    assert all(said(example) for example in answered)
    # A head noun may stand in the question too ("which case"), the whole answer doesn't.
    assert all(said(e) not in e.question for e in answered if len(said(e)) > 3)
    assert any(said(e) in ("64万件", "350万个") for e in answered)


def test_an_english_question_is_answered_in_chinese(examples: ClozeExamples) -> None:
    drawn = list(islice(examples.draw(parallel=True), 400))

    across = [
        e for e in drawn if e.answer and not has_chinese(e.question) and has_chinese(e.passage)
    ]
    figures = [e for e in across if "patents" in e.question and "64" in said(e)]
    assert figures
    assert all("640,000" not in e.question for e in figures)
    back = [e for e in drawn if e.answer and has_chinese(e.question) and not has_chinese(e.passage)]
    assert back


def test_what_is_said_to_have_no_answer_has_none(examples: ClozeExamples) -> None:
    drawn = list(islice(examples.draw(parallel=False), 300))

    silent = [example for example in drawn if example.answer is None]
    assert 30 < len(silent) < 250


def test_a_translation_lies_beside_its_text(examples: ClozeExamples) -> None:
    for example in islice(examples.translations(), 20):
        assert example.answer is None
        assert not has_chinese(example.question)
        assert has_chinese(example.passage)


def test_the_seed_says_what_is_drawn(examples: ClozeExamples, tmp_path: Path) -> None:
    again = ClozeExamples(tmp_path, [tmp_path / "squad.json"], tmp_path / "own", seed=3)

    assert list(islice(examples.draw(parallel=True), 30)) == list(
        islice(again.draw(parallel=True), 30)
    )
