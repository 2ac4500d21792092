import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.answering.names import places_in
from zjip_qa.text import Segmenter, bare_place, load_places


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("浙江省杭州市有多少专利？", ["浙江省", "杭州市"]),
        ("廣東省的專利", ["廣東省"]),
        ("How many patents does Ningbo have?", ["Ningbo"]),
        ("杭州、宁波、杭州", ["杭州", "宁波"]),
        ("知识产权有多少？", []),
        ("中国有多少专利？", []),
        ("What did He and Li say about the West?", []),
        ("the patents of Tong County", ["Tong County"]),
        ("许可证可以延长多久？新建的项目呢？", []),
        ("延长县有多少专利？", ["延长县"]),
        ("小店违法罚多少？", []),  # a small shop, not the district of that name
    ],
)
def test_places_come_once_and_in_order(text: str, written: list[str]) -> None:
    assert [place.written for place in places_in(text, Segmenter())] == written


@given(st.lists(st.sampled_from([*"省市县的在，。a", "专利", "杭州", "延长", "浙江", "新建"])))
def test_they_are_those_found_by_cutting_all_of_a_text(parts: list[str]) -> None:
    text, segmenter = "".join(parts), Segmenter()
    all_words = [token.term for token in segmenter.words(text)]
    known = load_places().chinese
    named = [word if word in known else bare_place(word) for word in all_words]
    expected = [frozenset({name}) for name in dict.fromkeys(named) if name in known]
    assert [place.forms for place in places_in(text, segmenter)] == expected


def test_a_place_is_found_in_either_language() -> None:
    (chinese,) = places_in("宁波市的专利", Segmenter())
    (english,) = places_in("the patents of Ningbo", Segmenter())
    assert chinese.stands_in("宁波获批")
    assert english.stands_in("宁波获批")
    assert english.stands_in("Ningbo was approved")
    assert not english.stands_in("杭州获批")


def test_england_is_what_chinese_calls_by_the_name_of_the_whole() -> None:
    (place,) = places_in("the patents of England", Segmenter())
    assert place.stands_in("英国的专利")


def test_an_english_name_is_a_word_of_its_own() -> None:
    (place,) = places_in("the patents of Wuxi", Segmenter())
    assert not place.stands_in("the Wuxiang office")
