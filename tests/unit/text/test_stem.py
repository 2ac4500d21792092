import pytest

from zjip_qa.text import stem


@pytest.mark.parametrize(
    "family",
    [
        "license licensed licensing licenses",
        "pledge pledged pledging pledges",
        "plan planned planning plans",
        "trade traded trading trades",
        "create created creating creates",
        "city cities",
        "try tried trying tries",
        "box boxes",
        "process processes processed",
        "agree agreed agrees",
        "rank ranked ranking ranks",
        "enterprise enterprises",
    ],
)
def test_one_stem_for_a_family(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("plan", "plane"), ("new", "news"), ("invention", "inventor"), ("car", "care")],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize("word", ["", "its", "t+1", "2023s", "专利", "bring", "status", "need"])
def test_left_alone(word: str) -> None:
    assert stem(word) == word
