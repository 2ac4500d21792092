from __future__ import annotations

import pytest

from zjip_qa.retrieval import load_bridge, query_terms
from zjip_qa.retrieval.transliteration import Transliterator, load_transliterator
from zjip_qa.text import Segmenter

SOUNDS = {
    "杭": {"hang": 1.0},
    "州": {"zhou": 0.7, "": 0.3},
    "克": {"k": 0.5, "ke": 0.5},
    "林": {"lin": 0.9, "clin": 0.1},
    "顿": {"ton": 1.0},
}
TERMS = sorted(["克林", "克林顿", "杭州", "杭州市", "林", "顿克"])


def test_a_name_is_found_by_its_sound_and_no_other_term() -> None:
    found = Transliterator(SOUNDS).matches("hangzhou", TERMS)
    assert [term for term, _ in found] == ["杭州"]
    assert found[0][1] > 0.9


def test_the_whole_name_outweighs_its_beginning() -> None:
    found = dict(Transliterator(SOUNDS).matches("klinton", TERMS))
    assert found["克林顿"] > 0.9
    assert found.get("克林", 0.0) < 0.1
    beginning = ["克林"]
    assert Transliterator(SOUNDS).matches("klinton", beginning)
    assert Transliterator(SOUNDS).matches("klinton", beginning, whole=True) == ()


def test_shares_leave_room_for_none_of_the_terms() -> None:
    transliterator = Transliterator(SOUNDS)
    many = sorted([*TERMS, *(f"杭州{chr(0x4E00 + i)}" for i in range(5000))])
    for terms in (TERMS, many):
        assert sum(share for _, share in transliterator.matches("hangzhou", terms)) < 1
    assert (
        dict(transliterator.matches("hangzhou", many)).get("杭州", 0.0)
        < dict(transliterator.matches("hangzhou", TERMS))["杭州"]
    )


@pytest.mark.parametrize("name", ["", "li", "qqqqqqqq", "a" * 25])
def test_what_is_no_name_finds_nothing(name: str) -> None:
    assert Transliterator(SOUNDS).matches(name, TERMS) == ()


@pytest.mark.parametrize(
    ("name", "term"),
    [("lindisfarne", "林迪斯法恩"), ("zhoujiangyong", "周江勇"), ("newton", "牛顿")],
)
def test_the_shipped_table_knows_sounds(name: str, term: str) -> None:
    others = ["专利", "保护", "广东", "建设", "林业", "牛奶", "知识", "经济", "转让", "顿时"]
    found = load_transliterator().matches(name, sorted([*others, term]))
    assert found
    assert found[0][0] == term


def test_an_unknown_name_in_a_question_becomes_terms_of_the_index() -> None:
    held = sorted(["卫生", "周江勇", "宣布", "林迪斯法恩"])
    segmenter, bridge = Segmenter(), load_bridge()
    for question, term in (
        ("Where is Lindisfarne?", "林迪斯法恩"),
        ("What did Zhou Jiangyong say?", "周江勇"),
    ):
        found = {
            t for q in query_terms(question, segmenter, bridge, held) for t, _ in q.alternatives
        }
        assert term in found
        without = {t for q in query_terms(question, segmenter, bridge) for t, _ in q.alternatives}
        assert term not in without


def test_a_word_in_lower_case_is_no_name() -> None:
    terms = query_terms("where is lindisfarne?", Segmenter(), load_bridge(), ["林迪斯法恩"])
    assert "林迪斯法恩" not in {term for query in terms for term, _ in query.alternatives}
