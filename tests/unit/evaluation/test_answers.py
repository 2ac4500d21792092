import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.evaluation.answers import Judgement, contains, judge, summarize
from zjip_qa.evaluation.questions import Question
from zjip_qa.types import Answer, Citation, Language, Span

TEXT = "2023年全省共有专利12,345件。杭州最多。"
TEXTS = {"a.md": TEXT}
PLACES = [("a.md", Span(0, 18))]
QUESTION = Question("q", "多少件？", Language.ZH, TEXT[:18], ("12345件",))
NOT_ANSWERED = Question("n", "2029年呢？", Language.ZH, None, ())


def answer(text: str, *spans: tuple[int, int]) -> Answer:
    citations = tuple(Citation("a.md", start, end, TEXT[start:end]) for start, end in spans)
    return Answer(text, Language.ZH, abstained=not spans, confidence=0.5, citations=citations)


@pytest.mark.parametrize(
    ("text", "acceptable"),
    [
        ("共有**12,345** 件 [1]", "12345件"),
        ("共有12345件", "12，345 件"),
        ("増长１２．５％", "12.5%"),
        ("In Hangzhou[1].", "hangzhou"),
        ("The New\n  York office", "new york"),
        ("RMB 3.5billion", "3.5 billion"),
        ("有 12 [1] 件", "12件"),
        ("12 licences", "12 licence"),
        ("agriculture", "agricultur"),
        ("No, it is not.", "no"),
        ("创新是关键", "是"),
        ("1,234,567 in all", "1234567"),
        ("2021,2022", "2022"),
    ],
)
def test_contains_whatever_the_dress(text: str, acceptable: str) -> None:
    assert contains(text, acceptable)


@pytest.mark.parametrize(
    ("text", "acceptable"),
    [
        ("in 2012", "12"),
        ("3.12%", "12%"),
        ("12.5", "12"),
        ("5 12件", "512件"),
        ("I know the notable innovation", "no"),
        ("misadjudicated", "adjudicat"),
        ("950 million", "950m"),
        ("12346件", "12345件"),
        ("anything", "**"),
    ],
)
def test_does_not_find_parts_of_numbers_and_words(text: str, acceptable: str) -> None:
    assert not contains(text, acceptable)


@given(
    st.text(alphabet="ab1 2,.浙江件％**[1]\n", min_size=1).filter(
        lambda t: any(c in "ab浙" for c in t)
    )
)
def test_every_text_contains_itself(text: str) -> None:
    assert contains(text, text)


@pytest.mark.parametrize(
    ("given_answer", "judgement"),
    [
        (answer("12,345件[1]", (10, 14)), Judgement.CORRECT),
        (answer("12,345件[1][2]", (19, 24), (0, 18)), Judgement.CORRECT),
        (answer("99件[1]", (0, 18)), Judgement.RIGHT_CITATION_WRONG_TEXT),
        (answer("12,345件[1]", (18, 24)), Judgement.WRONG),
        (answer("不知道"), Judgement.ABSTAINED_WRONGLY),
    ],
)
def test_judges_answer_to_an_answerable_question(
    given_answer: Answer, judgement: Judgement
) -> None:
    assert judge(QUESTION, given_answer, PLACES, TEXTS).judgement is judgement


def test_right_words_in_the_wrong_document_are_no_citation() -> None:
    cited = Citation("b.md", 0, 18, TEXT[:18])
    other = Answer("12345件[1]", Language.ZH, abstained=False, confidence=1.0, citations=(cited,))
    assert judge(QUESTION, other, PLACES, TEXTS).judgement is Judgement.WRONG


def test_judges_answer_to_an_unanswerable_question() -> None:
    assert judge(NOT_ANSWERED, answer("没有"), [], TEXTS).judgement is Judgement.ABSTAINED_RIGHTLY
    answered = judge(NOT_ANSWERED, answer("12件[1]", (0, 5)), [], TEXTS)
    assert answered.judgement is Judgement.ANSWERED_UNANSWERABLE


def test_counts_exact_citations() -> None:
    citations = (
        Citation("a.md", 0, 5, "2023年"),
        Citation("a.md", 0, 5, "2023"),
        Citation("a.md", 1, 5, "2023年"),
        Citation("gone.md", 0, 5, "2023年"),
    )
    given_answer = Answer("…", Language.ZH, False, 0.5, citations=citations)
    assert judge(QUESTION, given_answer, PLACES, TEXTS).n_exact_citations == 1


def test_summary_counts_and_rates() -> None:
    judged = [
        judge(QUESTION, answer("12,345件[1]", (10, 14)), PLACES, TEXTS),
        judge(QUESTION, answer("12345件[1]", (18, 24)), PLACES, TEXTS),
        judge(QUESTION, answer("不知道"), PLACES, TEXTS),
        judge(NOT_ANSWERED, answer("没有"), [], TEXTS),
    ]
    summary = summarize(judged)
    assert summary == {
        "n": 4,
        "n_answerable": 3,
        "n_unanswerable": 1,
        "counts": {
            "correct": 1,
            "right_citation_wrong_text": 0,
            "wrong": 1,
            "abstained_wrongly": 1,
            "abstained_rightly": 1,
            "answered_unanswerable": 0,
        },
        "rates": {
            "correct": 1 / 3,
            "right_citation_wrong_text": 0.0,
            "wrong": 1 / 3,
            "abstained_wrongly": 1 / 3,
            "abstained_rightly": 1.0,
            "answered_unanswerable": 0.0,
        },
        "n_citations": 2,
        "n_exact_citations": 2,
        "citations_exact": 1.0,
        "right": 0.5,
        "wrong": 0.25,
        "refused": 0.25,
        # Two say "12345件", one refuses; where they cite doesn't matter here.
        "f1": pytest.approx(2 / 3),
        "exact_match": pytest.approx(2 / 3),
        "citation_precision": 0.5,
        "citation_recall": pytest.approx(1 / 3),
        "intervals": {"right": [0.0, 1.0], "f1": [0.0, 1.0]},
    }


@pytest.mark.parametrize(
    ("text", "f1", "exact"),
    [
        ("2023年有**12,345件**专利。[1]", 1.0, True),
        # 12345, 件 against 12345, 件, 专, 利: 2 · 2 / 6.
        ("**12345件**，**专利** [1]", 2 * 2 / 6, False),
        # Without bold the whole text counts: 共, 12345, 件, one of them too many.
        ("共12345件 [1]", 2 * 2 / 5, False),
        ("不知道 [1]", 0.0, False),
    ],
)
def test_the_given_words_are_measured_against_the_acceptable_ones(
    text: str, f1: float, exact: bool
) -> None:
    judged = judge(QUESTION, answer(text, (0, 18)), PLACES, TEXTS)
    assert judged.f1 == pytest.approx(f1)
    assert judged.exact is exact


def test_english_words_count_whole() -> None:
    question = Question("e", "Who?", Language.EN, TEXT[:18], ("the Zhejiang High Court",))
    given_answer = answer("**Zhejiang Court** [1]", (0, 18))
    # zhejiang, court against zhejiang, high, court; the article doesn't count.
    assert judge(question, given_answer, PLACES, TEXTS).f1 == pytest.approx(2 * 2 / 5)


def test_share_of_nothing_is_none() -> None:
    summary = summarize([judge(NOT_ANSWERED, answer("没有"), [], TEXTS)])
    assert summary["citations_exact"] is None
    assert isinstance(summary["rates"], dict)
    assert summary["rates"]["correct"] is None
