from pathlib import Path

import pytest
from tests.encoders import HashingEncoder

from zjip_qa.answering.question import read_question
from zjip_qa.answering.refusal import refusal
from zjip_qa.index import OpenIndex, build_index, open_index
from zjip_qa.retrieval import Bridge
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter, detect_language
from zjip_qa.types import Query

TEXT = "2023年,浙江省专利转让8.4万次。\n\n杭州市设立知识产权法庭。\n"
BRIDGE = Bridge.from_table({"patent": (("专利", 1.0),), "transfer": (("转让", 1.0),)})


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> OpenIndex:
    folder: Path = tmp_path_factory.mktemp("refusals")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "a.txt").write_text(TEXT, encoding="utf-8")
    build_index(folder / "corpus", folder / "index", HashingEncoder(), IndexSettings())
    return open_index(folder / "index")


def refused(question: str, index: OpenIndex, missing: tuple[str, ...] = ()) -> str:
    query = Query(question, detect_language(question))
    asked = read_question(question, query.language)
    return refusal(query, asked, missing, index, Segmenter(), BRIDGE)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("火星的专利转让了多少次？", "文档里没有提到：火星。"),
        ("How many patents did Mars transfer?", "They never mention: Mars."),
        # All of it is in the documents: what was looked for, and its kind.
        ("浙江省专利是哪一年转让的？", "找的是时间：浙江省、专利、转让。"),
        ("How many patents transferred?", "Looked for a figure on: patents, transferred."),
        ("专利转让金额是多少？", "没有提到：金额。"),
        # What counts or asks is no thing that a document could mention.
        ("浙江省转让了哪几项专利，哪两类？", "找的是：浙江省、转让、专利。"),
    ],
)
def test_a_refusal_says_what_was_looked_for(question: str, said: str, index: OpenIndex) -> None:
    assert said in refused(question, index)


def test_a_year_or_place_that_is_not_meant_comes_first(index: OpenIndex) -> None:
    text = refused("2019年火星的专利？", index, ("2019年",))
    assert "说的不是2019年" in text
    assert "火星" not in text


@pytest.mark.parametrize("question", ["多少？", "what?", "“”？a", "1" * 2000, "专利" * 900])
def test_a_refusal_is_short_whatever_is_asked(question: str, index: OpenIndex) -> None:
    assert len(refused(question, index)) < 60 + 6 * len(max(question.split(), key=len))
