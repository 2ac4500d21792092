from __future__ import annotations

from pathlib import Path

import pytest

from zjip_qa.index import LexicalIndex, QueryTerm
from zjip_qa.retrieval.bridge import Bridge
from zjip_qa.retrieval.lexical import query_terms
from zjip_qa.text import Segmenter

BRIDGE = Bridge.from_table(
    {
        "valid patent": (("有效专利", 1.0),),
        "patent": (("专利", 0.75), ("特许", 0.25)),
        "zhejiang": (("浙江", 1.0),),
    }
)


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


def test_english_words_stand_for_themselves_and_their_translations(segmenter: Segmenter) -> None:
    terms = query_terms("How many patents in Zhejiang?", segmenter, BRIDGE)
    assert terms == [
        QueryTerm(1.0, (("专利", 0.75), ("特许", 0.25), ("patent", 1.0))),
        QueryTerm(1.0, (("浙江", 1.0), ("zhejiang", 1.0))),
    ]


def test_a_phrase_weighs_as_much_as_its_words(segmenter: Segmenter) -> None:
    assert query_terms("valid patents", segmenter, BRIDGE) == [
        QueryTerm(2.0, (("有效专利", 1.0), ("valid", 1.0))),
        QueryTerm(1.0, (("patent", 1.0),)),
    ]


def test_chinese_words_reach_english_texts(segmenter: Segmenter) -> None:
    (term,) = query_terms("专利的", segmenter, BRIDGE)
    assert term == QueryTerm(1.0, (("专利", 1.0), ("patent", 1.0)))


def test_figures_are_not_part_of_a_phrase(segmenter: Segmenter) -> None:
    terms = query_terms("valid 2023 patent", segmenter, BRIDGE)
    assert [t.alternatives[0][0] for t in terms] == ["valid", "2023", "专利"]
    assert [t.weight for t in terms] == [1.0, 1.0, 1.0]


def test_a_question_of_function_words_has_no_terms(segmenter: Segmenter) -> None:
    assert query_terms("the of and 的了吗", segmenter, BRIDGE) == []


def test_an_english_question_finds_a_chinese_text(segmenter: Segmenter) -> None:
    texts = ["浙江的专利转化", "今天的天气很好", "a patent of Zhejiang"]
    index = LexicalIndex.build(3, ([t.term for t in segmenter.index_terms(x)] for x in texts))
    scores = index.scores(query_terms("patents of Zhejiang", segmenter, BRIDGE, index.terms))
    assert scores[1] == 0
    # The word itself counts in full, a translation by its share.
    assert scores[2] > scores[0] > 0


def test_the_user_dictionary_decides_the_words(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("湃肽生物 100 n\n", encoding="utf-8")
    segmenter = Segmenter(words)
    terms = {t.alternatives[0][0] for t in query_terms("湃肽生物上市了吗", segmenter, BRIDGE)}
    assert "湃肽生物" in terms
