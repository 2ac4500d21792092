import pytest

from zjip_qa.answering.figures import asked_figures, figure_keys


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("第三届博览会", "the third Expo"),
        ("截至2024年12月", "by December 2024"),
        ("8.4万次转让", "84,000 assignments"),
    ],
)
def test_both_languages_give_the_same_keys(chinese: str, english: str) -> None:
    assert figure_keys(chinese) == figure_keys(english) != frozenset()


def test_the_years_and_the_first_of_a_question_are_no_conditions() -> None:
    figures = asked_figures("2023年全国第一的是哪3项?", frozenset({2023}))
    assert figures.keys == {("number", "3")}


def test_a_figure_of_the_chunk_alone_counts_half() -> None:
    figures = asked_figures("第二届和第三届", frozenset())
    assert figures.share_in("第二届", around="第二届，第三届") == 0.75
    assert figures.share_in("第二届", around="第二届") == 0.5
    assert asked_figures("有多少?", frozenset()).share_in("", around="") == 1.0
