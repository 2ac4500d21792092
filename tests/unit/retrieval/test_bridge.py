from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from zjip_qa.retrieval.bridge import (
    CHINESE_OF,
    ENGLISH_OF,
    Alternatives,
    Bridge,
    load_bridge,
    rows,
    turned,
)
from zjip_qa.training.bridge import write_bridge

SHIPPED = files("zjip_qa.retrieval")

TABLE = {
    "patent": (("专利", 0.6), ("特许", 0.2)),
    "valid patent": (("有效专利", 0.5),),
    "valid": (("有效", 1.0),),
    "a b c d e": (("五", 1.0),),
    "licens": (("许可", 0.3), ("专利", 0.1)),
}


def test_the_longest_phrase_wins() -> None:
    phrases = Bridge.from_table(TABLE).phrases(["valid", "patent", "valid", "unknown"])
    assert phrases == [
        (["valid", "patent"], (("有效专利", 1.0),)),
        (["valid"], (("有效", 1.0),)),
        (["unknown"], ()),
    ]


def test_shares_sum_to_one() -> None:
    # 0.6 and 0.2 of 0.8
    ((terms, shares),) = Bridge.from_table(TABLE).phrases(["patent"])
    assert terms == ["patent"]
    assert dict(shares) == pytest.approx({"专利": 0.75, "特许": 0.25})


def test_phrases_of_more_than_four_words_are_not_tried() -> None:
    found = Bridge.from_table(TABLE).phrases(["a", "b", "c", "d", "e"])
    assert found == [([term], ()) for term in "abcde"]
    assert Bridge.from_table(TABLE).phrases([]) == []


def test_back_into_english_by_single_words() -> None:
    bridge = Bridge.from_table(TABLE)
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


def test_back_into_english_by_at_most_eight() -> None:
    # Nine words translate alike: ties go by the alphabet, and the last one is left out.
    table: dict[str, Alternatives] = {term: (("词", 0.5),) for term in "ihgfedcba"}
    assert turned(table) == {"词": tuple((term, 0.5) for term in "abcdefgh")}


def test_tables_are_written_as_they_are_read(tmp_path: Path) -> None:
    write_bridge({"patent": [("专利", 0.66666), ("特许", 1.0)], "a b": [("专利", 1.0)]}, tmp_path)
    assert (tmp_path / CHINESE_OF).read_text("utf-8") == "a b\t专利:1\npatent\t专利:0.667 特许:1\n"
    assert (tmp_path / ENGLISH_OF).read_text("utf-8") == "专利\tpatent:0.667\n特许\tpatent:1\n"


def test_the_shipped_tables_are_one_and_the_same() -> None:
    lines = SHIPPED.joinpath(CHINESE_OF).read_text("utf-8").splitlines()
    table = {
        phrase: tuple(
            (word, float(weight)) for word, _, weight in (i.rpartition(":") for i in row.split(" "))
        )
        for phrase, row in (line.split("\t") for line in lines)
    }
    written = [f"{word}\t{row}" for word, row in sorted(rows(turned(table)).items())]
    assert SHIPPED.joinpath(ENGLISH_OF).read_text("utf-8").splitlines() == written
    assert lines == sorted(lines)
