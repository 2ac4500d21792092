import pytest

from zjip_qa.text import detect_language
from zjip_qa.types import Language


@pytest.mark.parametrize(
    "text",
    [
        "RCEP是什么",
        "浙江的IP质押融资?",
        "IT产业的专利有多少",
        "“The State of the Art”是什么意思?",
        "T+1是什么",
        "2023？",
        "专利开放许可 open licensing 试点的情况" * 30,
    ],
)
def test_chinese(text: str) -> None:
    assert detect_language(text) is Language.ZH


@pytest.mark.parametrize(
    "text",
    [
        "What is 高价值发明专利拥有量?",
        "WHAT IS 高价值专利?",
        "Is 宁波 a zone?",
        "How many 地理标志的产品 are there?",
        "What does《浙江省知识产权保护和促进条例》的 article 3 say?",
        "浙江 patent pledge financing",
        "2023?",
        "",
        "The province (浙江) has many patents. " * 30,
    ],
)
def test_english(text: str) -> None:
    assert detect_language(text) is Language.EN
