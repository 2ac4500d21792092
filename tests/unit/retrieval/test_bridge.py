from __future__ import annotations

import pytest

from zjip_qa.retrieval.bridge import Bridge, load_bridge

TABLE = {
    "patent": (("专利", 0.6), ("特许", 0.2)),
    "valid patent": (("有效专利", 0.5),),
    "valid": (("有效", 1.0),),
    "a b c d e": (("五", 1.0),),
    "licens": (("许可", 0.3), ("专利", 0.1)),
}


def test_the_longest_phrase_wins() -> None:
    phrases = Bridge(TABLE).phrases(["valid", "patent", "valid", "unknown"])
    assert phrases == [
        (["valid", "patent"], (("有效专利", 1.0),)),
        (["valid"], (("有效", 1.0),)),
        (["unknown"], ()),
    ]


def test_shares_sum_to_one() -> None:
    # 0.6 and 0.2 of 0.8
    ((terms, shares),) = Bridge(TABLE).phrases(["patent"])
    assert terms == ["patent"]
    assert dict(shares) == pytest.approx({"专利": 0.75, "特许": 0.25})


def test_phrases_of_more_than_four_words_are_not_tried() -> None:
    found = Bridge(TABLE).phrases(["a", "b", "c", "d", "e"])
    assert found == [([term], ()) for term in "abcde"]
    assert Bridge(TABLE).phrases([]) == []


def test_back_into_english_by_single_words() -> None:
    bridge = Bridge(TABLE)
    # 0.6 from "patent" and 0.1 from "licens", of 0.7; the phrase gives nothing back.
    terms = bridge.english("专利")
    assert [term for term, _ in terms] == ["patent", "licens"]
    assert dict(terms) == pytest.approx({"patent": 6 / 7, "licens": 1 / 7})
    assert bridge.english("有效专利") == ()
    assert bridge.english("火星") == ()


def test_the_shipped_table_knows_the_field() -> None:
    bridge = load_bridge()
    assert load_bridge() is bridge
    for term, word in (("patent", "专利"), ("provinc", "省份"), ("trademark", "商标")):
        ((terms, shares),) = bridge.phrases([term])
        assert terms == [term]
        assert word in dict(shares)
        assert sum(share for _, share in shares) == pytest.approx(1)
        assert all(share > 0 for _, share in shares)
    back = bridge.english("专利")
    assert "patent" in dict(back)
    assert sum(share for _, share in back) == pytest.approx(1)
