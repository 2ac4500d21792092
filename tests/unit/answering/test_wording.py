import pytest

from zjip_qa.answering import wording
from zjip_qa.answering.names import Place
from zjip_qa.answering.question import AnswerKind, Asked
from zjip_qa.types import Language

NINGBO = Place("宁波", frozenset({"宁波"}))


def asked(*years: int) -> Asked:
    return Asked(AnswerKind.OTHER, None, "", frozenset(years))


@pytest.mark.parametrize("texts", [wording.NOT_FOUND, wording.IN_CHINESE])
def test_every_text_is_there_in_both_languages(texts: dict[Language, str]) -> None:
    assert set(texts) == set(Language)


def test_a_refusal_names_what_was_looked_for() -> None:
    assert wording.out_of_scope(Language.ZH, asked(2023, 2022), [NINGBO]) == (
        "相关内容没有说到2022年、2023年、宁波。"
    )
    assert wording.out_of_scope(Language.EN, asked(2022), []) == (
        " What they say on the topic isn't about 2022."
    )


def test_nothing_is_named_where_the_question_names_nothing() -> None:
    assert wording.out_of_scope(Language.ZH, asked(), []) == ""
