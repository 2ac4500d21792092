from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.answering.clock import find_times
from zjip_qa.answering.highlight import value_spans
from zjip_qa.answering.question import AnswerKind, holds, read_question
from zjip_qa.types import Language


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("末班船晚上九点半开出。", ["晚上九点半"]),
        ("开放时间为8:30至17:00。", ["8:30", "17:00"]),
        ("周一闭馆,每周六上午讲故事。", ["周一", "每周六上午"]),
        ("星期二至星期五营业。", ["星期二至星期五"]),
        ("十点钟开始。", ["十点钟"]),
        ("Tours start at noon and at 3 p.m.", ["noon", "3 p.m."]),
        ("Closed on Mondays.", ["on Mondays"]),
        ("有一点贵,提出三点建议。", []),
        ("历时三年,占比3.5点。", []),
        ("比例为1:100,版本1:2:30。", []),
        ("周围有围墙。", []),
        ("I am here; the spa is open.", []),
    ],
)
def test_times_are_found(text: str, times: list[str]) -> None:
    assert [text[span.start : span.end] for span in find_times(text)] == times


@given(st.text(alphabet="周一二点半时:0123456789 apm.末至", max_size=40))
def test_times_lie_in_order_and_apart(text: str) -> None:
    spans = find_times(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize(
    ("question", "language", "sentence", "time"),
    [
        ("末班船什么时候开？", Language.ZH, "末班船晚上九点半开出。", "晚上九点半"),
        ("末班船几点开？", Language.ZH, "末班船晚上九点半开出。", "晚上九点半"),
        ("图书馆周几闭馆？", Language.ZH, "图书馆周一闭馆。", "周一"),
        ("When do the tours start?", Language.EN, "Guided tours start at noon.", "noon"),
        ("What time do tours start?", Language.EN, "Guided tours start at 3 p.m.", "3 p.m."),
    ],
)
def test_a_time_answers_when(question: str, language: Language, sentence: str, time: str) -> None:
    asked = read_question(question, language)
    assert asked.kind is AnswerKind.DATE
    assert holds(asked, sentence) == 1.0
    (span,) = value_spans(asked, sentence, [])
    assert sentence[span.start : span.end] == time


def test_a_date_comes_before_a_time() -> None:
    asked = read_question("什么时候开馆？", Language.ZH)
    text = "周一闭馆,2021年5月开馆。"
    (span,) = value_spans(asked, text, [])
    assert text[span.start : span.end] == "2021年5月"
