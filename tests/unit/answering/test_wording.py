import pytest

from zjip_qa.answering import wording
from zjip_qa.answering.question import read_question
from zjip_qa.types import Language


@pytest.mark.parametrize("texts", [wording.NOT_FOUND, wording.IN_CHINESE])
def test_every_text_is_there_in_both_languages(texts: dict[Language, str]) -> None:
    assert set(texts) == set(Language)


def test_a_refusal_names_what_the_nearest_passage_is_not_about() -> None:
    zh = [*wording.years(Language.ZH, {2022}), "宁波"]
    assert wording.not_about(Language.ZH, zh) == "最接近的内容说的不是2022年、宁波。"
    en = [*wording.years(Language.EN, {2022}), "Ningbo"]
    assert wording.not_about(Language.EN, en) == " What comes closest isn't about 2022, Ningbo."


def test_years_in_a_row_are_said_by_their_ends() -> None:
    assert wording.years(Language.EN, {1970, 1971, 1972, 2020}) == ["1970–1972", "2020"]
    assert wording.years(Language.ZH, range(1980, 1990)) == ["1980–1989年"]


def test_nothing_is_named_where_nothing_is_missing() -> None:
    assert wording.not_about(Language.ZH, []) == ""


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("罚款多少元？", "找的是金额：罚款。"),
        ("第几名？", "找的是名次：罚款。"),
        ("会怎样呢", "找的是：罚款。"),
    ],
)
def test_what_was_looked_for_is_of_the_kind_asked(question: str, said: str) -> None:
    asked = read_question(question, Language.ZH)
    assert wording.looked_for(Language.ZH, asked, ["罚款"]) == said
