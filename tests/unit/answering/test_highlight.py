import numpy as np
import pytest

from zjip_qa.answering.highlight import bold, clause_scores, twin, value_spans
from zjip_qa.answering.quantities import QuantityKind, find_quantities
from zjip_qa.answering.question import AnswerKind, Asked, read_question
from zjip_qa.types import Language, Span

TRANSFERS = (
    "全省专利转移转化11.5万件,居全国第三,同比增长21.8%,专利转让8.4万次,居全国第二,许可3万余次"
)


def asked(
    kind: AnswerKind = AnswerKind.FIGURE,
    quantity: QuantityKind | None = None,
    measure_word: str = "",
) -> Asked:
    return Asked(kind, quantity, measure_word, frozenset())


def scored(text: str, *scores: float) -> list[tuple[Span, float]]:
    """The clauses of a text with these scores."""
    clauses = clause_scores(text, np.zeros((0, 2), np.int32), np.zeros((1, 0), np.float32))
    return [(span, score) for (span, _), score in zip(clauses, scores, strict=True)]


def values(asked: Asked, text: str, clauses: list[tuple[Span, float]]) -> list[str]:
    return [text[span.start : span.end] for span in value_spans(asked, text, clauses)]


def test_clauses_meet_the_question_by_their_best_tokens() -> None:
    # Tokens "甲", "乙" and "丙丁" at 0, 2 and 4; two words of the question.
    spans = np.array([[0, 1], [2, 3], [4, 6]], np.int32)
    best = np.array([[0.5, 0.25, 0.75], [0.0, 0.5, 0.25]], np.float32)
    assert clause_scores("甲,乙、丙丁;", spans, best) == [
        (Span(0, 1), 0.5),
        (Span(2, 6), 1.25),  # 0.75 + 0.5
    ]


def test_a_comma_inside_a_number_ends_no_clause() -> None:
    text = "受理10,971件,登记6,004件"
    assert [text[s.start : s.end] for s, _ in scored(text, 0, 0)] == ["受理10,971件", "登记6,004件"]


@pytest.mark.parametrize(
    ("wanted", "scores", "value"),
    [
        (asked(), (3, 1, 1, 2, 1, 1), "11.5万件"),
        (asked(), (2, 1, 1, 3, 1, 1), "8.4万次"),
        (asked(measure_word="次"), (3, 1, 1, 2, 1, 1), "8.4万次"),
        (asked(measure_word="次"), (3, 1, 1, 1, 1, 2), "3万余次"),
        (asked(measure_word="家"), (3, 1, 1, 2, 1, 1), "11.5万件"),
        (asked(quantity=QuantityKind.SHARE), (3, 1, 1, 3, 1, 1), "21.8%"),
        # The rank stands behind the comma: 1 + 3/2 against 1 + 2/2.
        (asked(quantity=QuantityKind.RANK), (3, 1, 1, 2, 1, 1), "第三"),
        (asked(quantity=QuantityKind.RANK), (2, 1, 1, 3, 1, 1), "第二"),
        # No money in the sentence: any figure but in the clause that is asked about.
        (asked(quantity=QuantityKind.MONEY), (1, 1, 1, 2, 1, 3), "3万余次"),
    ],
)
def test_the_figure_of_the_clause_that_meets_the_question(
    wanted: Asked, scores: tuple[float, ...], value: str
) -> None:
    assert values(wanted, TRANSFERS, scored(TRANSFERS, *scores)) == [value]


def test_a_year_is_no_figure_and_a_figure_no_date() -> None:
    text = "2023年登记5004件,2024年3月登记6004件"
    clauses = scored(text, 1, 2)
    assert values(asked(), text, clauses) == ["6004件"]
    assert values(asked(AnswerKind.DATE), text, clauses) == ["2024年3月"]
    assert values(asked(AnswerKind.DATE), "早在20年前", scored("早在20年前", 1)) == ["20年"]


def test_an_article_number_answers_only_when_nothing_else_does() -> None:
    text = "依照第二十条处5万元罚款"
    clauses = scored(text, 1)
    assert values(asked(quantity=QuantityKind.RANK), text, clauses) == ["5万元"]
    assert values(asked(quantity=QuantityKind.ORDINAL), text, clauses) == ["第二十条"]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("印发《方案》和《意见(2023年)》", ["《方案》", "《意见(2023年)》"]),
        ("It issued the “Plan for Patents” as a “first”.", ["“Plan for Patents”"]),
        ("没有文件", []),
    ],
)
def test_titles_answer_which_document(text: str, titles: list[str]) -> None:
    assert values(asked(AnswerKind.DOCUMENT), text, []) == titles


@pytest.mark.parametrize("kind", [AnswerKind.OTHER, AnswerKind.YESNO, AnswerKind.PLACE])
def test_other_kinds_have_no_marked_value(kind: AnswerKind) -> None:
    assert value_spans(asked(kind), "登记5004件", [(Span(0, 7), 1.0)]) == []


@pytest.mark.parametrize(
    ("chinese", "english", "value"),
    [
        ("8.4万次", "including 84,000 patent assignments", "84,000"),
        ("3万余次", "and more than 30,000 recordals", "more than 30,000"),
        ("3028.07亿元", "an amount of RMB 302.807 billion", "RMB 302.807 billion"),
        ("3028.07亿元", "an amount of 302.807 billion yuan", "302.807 billion yuan"),
        ("3项", "in 2023, 23 of 30 cases: 3 won", "3"),
        ("3项", "three cases won", "three"),
        ("3个百分点", "by 3 percentage points to 3%", "3 percentage points"),
        ("3%", "by 3 percentage points to 3%", "3%"),
        ("第12位", "12 cities rose to 12th place", "12th"),
        ("居首位", "the first in the country", "first"),
        ("2023年1月1日", "Since 1 January 2023, the law", "1 January 2023"),
        ("2024年3月", "As of March 2024, there were", "March 2024"),
        ("2023年底", "At the end of 2023 there were", "the end of 2023"),
        ("2023年底", "In December 2023 there were", "December 2023"),
        ("3月", "in March 2024", "March 2024"),
        ("2023—2027年", "the plan (2023–2027)", "2023–2027"),
    ],
)
def test_the_twin_has_the_same_value(chinese: str, english: str, value: str) -> None:
    (quantity,) = find_quantities(chinese)
    span = twin(quantity, english)
    assert span is not None
    assert english[span.start : span.end] == value


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("3项", "23 cases in 2023 and 3%"),
        ("2023年", "2,023 cases"),
        ("2023年3月", "in May 2023"),
        ("2023年", "the plan (2023–2027)"),
        ("8.4万次", ""),
    ],
)
def test_no_twin_of_another_value(chinese: str, english: str) -> None:
    (quantity,) = find_quantities(chinese)
    assert twin(quantity, english) is None


def test_equal_values_keep_their_order() -> None:
    quote = "转让8万次,居全国第三,许可3万次,居全国第三"
    english = "80,000 assignments, ranking third, and 30,000 licences, again third"
    second = find_quantities(quote)[-1]
    assert twin(second, english, quote) == Span(english.rindex("third"), len(english))
    assert twin(second, english) == Span(english.index("third"), english.index("third") + 5)


def test_bold_sets_every_span() -> None:
    assert bold("甲3件乙4件", [Span(1, 3), Span(4, 6)]) == "甲**3件**乙**4件**"
    assert bold("甲", []) == "甲"


@pytest.mark.parametrize(
    ("read", "bold_words"),
    [
        ("省法院", "省法院"),
        ("“强省", "“强省”"),  # the closing mark is taken in
        ("强省”", "“强省”"),
        ("由“强", None),  # half of what is quoted is no answer
    ],
)
def test_what_the_reader_found_keeps_its_marks(read: str, bold_words: str | None) -> None:
    text = "省法院由“强省”领导小组指导。"
    asked = read_question("哪个部门？", Language.ZH)
    start = text.index(read)
    spans = value_spans(asked, text, [], Span(start, start + len(read)))
    assert [text[s.start : s.end] for s in spans] == ([bold_words] if bold_words else [])


def test_a_yes_or_no_has_no_words_in_bold() -> None:
    asked = read_question("省法院参加了吗？", Language.ZH)
    assert value_spans(asked, "省法院参加。", [], Span(0, 3)) == []
