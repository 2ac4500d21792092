from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.answering import complete
from zjip_qa.answering.question import read_question
from zjip_qa.text import detect_language

_PIECES = (
    "那 那么 呢 其中 它们 这些 该 多少 几 哪些 什么 2022年 2023 去年 杭州 宁波 全省 专利 "
    "排第几 ？ ， 。 "
    "and what about of them it they did How many Ningbo Hangzhou in 2022 last year the province ? ,"
)
_QUESTIONS = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from([*_PIECES.split(), " ", " "]), max_size=10).map("".join),
)


@given(_QUESTIONS, st.lists(_QUESTIONS, max_size=3))
def test_a_question_is_kept_joined_or_asked_again(question: str, earlier: list[str]) -> None:
    whole = complete(question, detect_language(question), [(q, "") for q in earlier])
    if not earlier:
        assert whole == question
    assert len(whole) <= len(question) + sum(len(q) + 24 for q in earlier)


@given(_QUESTIONS)
def test_any_question_can_be_read(question: str) -> None:
    asked = read_question(question, detect_language(question))
    assert all(1000 <= year <= 2999 for year in asked.years)
