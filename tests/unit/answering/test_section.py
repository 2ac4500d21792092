import pytest

from zjip_qa.answering.section import asked_section, stands_in
from zjip_qa.types import Sentence, Span


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("“增强创新引领力 塑造发展新优势”讲了什么？", "增强创新引领力 塑造发展新优势"),
        ("《第五章》一节说了些什么？", "第五章"),
        ("What does “Chapter V” say?", "Chapter V"),
        ('what does the section "Protection" cover', "Protection"),
        ("“数读”里有多少件专利？", None),
        ("什么是专利？", None),
        ("What does the law say?", None),
    ],
)
def test_the_heading_is_read_off_the_question(question: str, heading: str | None) -> None:
    assert asked_section(question) == heading


def test_a_heading_is_compared_by_its_letters() -> None:
    sentence = Sentence(Span(0, 5), ("转化运用", "增强创新引领力　塑造发展新优势"))
    assert stands_in(sentence, "", "增强创新引领力 塑造发展新优势")
    assert stands_in(sentence, "", "转化运用")
    assert not stands_in(sentence, "", "创新")
    assert stands_in(Sentence(Span(0, 5)), "专利法", "《专利法》")
    assert not stands_in(Sentence(Span(0, 5)), "专利法", "转化运用")
