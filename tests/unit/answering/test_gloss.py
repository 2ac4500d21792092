import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zjip_qa.answering import gloss
from zjip_qa.retrieval import load_bridge
from zjip_qa.text import Segmenter

SENTENCE = "2023年,专利转让、许可8.4万次,居全国第三(CBDC)。"


def glossed(text: str) -> dict[str, str]:
    return {word.text: word.english for word in gloss(text, Segmenter(), load_bridge())}


def test_words_have_senses_and_figures_are_said_in_english() -> None:
    words = glossed(SENTENCE)
    assert words["专利"].split(" / ")[0] == "patent"
    assert words["转让"] == "transfer"
    assert words["8.4万次"] == "84,000"
    assert words["第三"] == "3rd"
    assert words["CBDC"] == ""


@pytest.mark.parametrize(
    ("text", "word", "sense"),
    [
        ("數位貨幣的發行", "貨幣", "currency"),  # traditional characters
        ("由法院负责", "由", ""),  # what a function word does, no sense of it says
        ("知识产权𠮷", "知识产权", "intellectual property"),
        # A name that isn't listed: its characters.
        ("周勇", "勇", "brave"),
    ],
)
def test_what_a_word_is_given(text: str, word: str, sense: str) -> None:
    assert sense in glossed(text)[word]
    assert bool(sense) == bool(glossed(text)[word])


@settings(deadline=None)
@given(st.text(alphabet="专利转让8.4万次2023年 \n\t,。abcé𠮷數👩‍💻<b>", max_size=40))
def test_nothing_of_the_passage_is_lost(text: str) -> None:
    assert "".join(word.text for word in gloss(text, Segmenter(), load_bridge())) == text
