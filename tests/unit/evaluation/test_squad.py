import json
from pathlib import Path

import pytest

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.dataset import Dataset
from zjip_qa.evaluation.squad import read_squad

SHARED = Path(__file__).parents[4] / "shared" / "eval"


def squad(path: Path, *paragraphs: tuple[str, list[object]]) -> Path:
    articles = [{"paragraphs": [{"context": text, "qas": qas}]} for text, qas in paragraphs]
    path.write_text(json.dumps({"data": articles}), encoding="utf-8")
    return path


def ask(question_id: object, text: str, *, impossible: bool = False) -> dict[str, object]:
    answers = [] if impossible else [{"text": "x", "answer_start": 0}]
    return {"id": question_id, "question": text, "answers": answers, "is_impossible": impossible}


def test_contexts_are_passages_and_equal_ones_are_one(tmp_path: Path) -> None:
    path = squad(
        tmp_path / "a.json",
        ("杭州。", [ask("1", "哪里？"), ask("2", "谁？", impossible=True)]),
        ("宁波。", []),
        ("杭州。", [ask("3", "何处？")]),
    )
    assert read_squad([path]) == Dataset(
        passages={"p000000": "杭州。", "p000001": "宁波。"},
        queries={"1": "哪里？", "3": "何处？"},
        qrels={"1": {"p000000": 1}, "3": {"p000000": 1}},
    )


def test_several_files_are_one_set(tmp_path: Path) -> None:
    one = squad(tmp_path / "a.json", ("杭州。", [ask("1", "哪里？")]))
    two = squad(
        tmp_path / "b.json", ("寧波。", [ask("2", "何處？")]), ("杭州。", [ask("3", "？？")])
    )
    assert read_squad([one, two]) == Dataset(
        passages={"p000000": "杭州。", "p000001": "寧波。"},
        queries={"1": "哪里？", "2": "何處？", "3": "？？"},
        qrels={"1": {"p000000": 1}, "2": {"p000001": 1}, "3": {"p000000": 1}},
    )


def test_questions_of_another_language_by_matching_ids(tmp_path: Path) -> None:
    zh = squad(tmp_path / "zh.json", ("杭州。", [ask("1", "哪里？"), ask("2", "何处？")]))
    en = squad(tmp_path / "en.json", ("Hangzhou.", [ask("2", "Where?")]))
    assert read_squad([zh], en) == Dataset(
        {"p000000": "杭州。"}, {"2": "Where?"}, {"2": {"p000000": 1}}
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"data":\n [}', "line 2: not JSON"),
        ("[]", r"\$: found a list, expected an object"),
        ("{}", r"\$: field 'data' is missing"),
        ('{"data": [{"paragraphs": {}}]}', r"\$\.data\[0\]: field 'paragraphs' is an object"),
        (
            '{"data": [{"paragraphs": [{"context": "x", "qas": [{}]}]}]}',
            r"\$\.data\[0\]\.paragraphs\[0\]\.qas\[0\]: field 'id' is missing",
        ),
        ('{"data": []}', "holds no answerable question"),
    ],
)
def test_broken_file_is_refused_with_place_and_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=reason):
        read_squad([path])


def test_ids_must_be_texts_used_once_and_match(tmp_path: Path) -> None:
    good = squad(tmp_path / "good.json", ("x", [ask("1", "?")]))
    with pytest.raises(EvaluationError, match="field 'id' is a number"):
        read_squad([squad(tmp_path / "a.json", ("x", [ask(1, "?")]))])
    twice = squad(tmp_path / "b.json", ("x", [ask("1", "?"), ask("1", "?")]))
    with pytest.raises(EvaluationError, match=r"qas\[1\]: id '1' was used before"):
        read_squad([twice])
    with pytest.raises(EvaluationError, match=r"qas\[1\]: id '1' was used before"):
        read_squad([good], twice)
    with pytest.raises(EvaluationError, match="id '2' is not in the file of passages"):
        read_squad([good], squad(tmp_path / "c.json", ("x", [ask("2", "?")])))


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_squad([tmp_path / "absent.json"])
    path = tmp_path / "gbk.json"
    path.write_bytes("专利".encode("gbk"))
    with pytest.raises(EvaluationError, match="not UTF-8 at byte 3"):
        read_squad([path])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not beside the project")
def test_published_sizes_of_real_files() -> None:
    xquad = read_squad([SHARED / "xquad-tune.zh.json"], SHARED / "xquad-tune.en.json")
    assert (len(xquad.passages), len(xquad.queries)) == (120, 612)
    # 8,527 questions, 5,082 of them unanswerable.
    chinese = read_squad([SHARED / "chinesesquad-dev2-filtered.json"])
    assert (len(chinese.passages), len(chinese.queries)) == (1034, 8527 - 5082)
