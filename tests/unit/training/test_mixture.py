import json
import random
from pathlib import Path

from zjip_qa.training.data import read_pairs
from zjip_qa.training.mixture import joined, read_questions, sentences_in_passages

DATA = Path(__file__).parents[3] / "src" / "zjip_qa" / "training" / "data"


def test_joined_rows_stay_neighbours_in_both_languages() -> None:
    pairs = [(f"e{i}", f"z{i}") for i in range(10)]
    passages = joined(pairs, 20, random.Random(0))
    assert len(passages) == 20
    for english, chinese in passages:
        numbers = [int(word[1:]) for word in english.split()]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert 2 <= len(numbers) <= 5
        assert chinese == "".join(f"z{n}" for n in numbers)


def test_too_few_rows_give_no_passages() -> None:
    assert joined([("a", "b")] * 5, 3, random.Random(0)) == []


def test_a_sentence_is_paired_with_a_passage_that_holds_its_translation() -> None:
    pairs = [(f"e{i}", f"<z{i}>" + "字" * (i * 30)) for i in range(10)]
    rows = sentences_in_passages(pairs, 40, random.Random(0))
    assert len(rows) == 40
    for english, chinese in rows:
        assert f"<z{english[1:]}>" in chinese
        assert len(chinese) <= 260 or chinese.count("<") == 1
    assert len({english for english, _ in rows}) > 3
    assert sentences_in_passages(pairs[:6], 3, random.Random(0)) == []


def test_the_window_of_a_long_passage_holds_the_answer(tmp_path: Path) -> None:
    context = "甲" * 700 + "杭州" + "乙" * 700
    answers = [{"answer_start": 700, "text": "杭州"}]
    paragraph = {"context": context, "qas": [{"question": "哪里?", "answers": answers}] * 30}
    path = tmp_path / "questions.json"
    path.write_text(
        json.dumps({"data": [{"paragraphs": [paragraph]}]}, ensure_ascii=False), encoding="utf-8"
    )
    pairs = read_questions(path, random.Random(0))
    assert len(pairs) == 30
    assert all(len(passage) == 260 and "杭" in passage for _, passage in pairs)
    assert len({passage for _, passage in pairs}) > 5


def test_own_pairs_are_whole_and_different() -> None:
    for kind, least in (("terms", 2000), ("sentences", 1000)):
        pairs = [pair for path in sorted(DATA.glob(f"{kind}-*.tsv")) for pair in read_pairs(path)]
        lines = sum(
            len(path.read_text(encoding="utf-8").splitlines())
            for path in DATA.glob(f"{kind}-*.tsv")
        )
        assert len(pairs) == lines >= least
        assert len(set(pairs)) == len(pairs)
        assert all(english.strip() == english and zh.strip() == zh for english, zh in pairs)


def test_own_sentences_are_not_the_sample_articles() -> None:
    article = (DATA.parents[3] / "corpus" / "zhejiang-ip.md").read_text(encoding="utf-8")
    article = "".join(article.split())
    for path in DATA.glob("sentences-*.tsv"):
        for _, chinese in read_pairs(path):
            assert chinese.rstrip("。?") not in article
