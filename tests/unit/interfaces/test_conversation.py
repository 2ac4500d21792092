from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.conversation import Turn, history_of, passage_at, render_conversation
from zjip_qa.interfaces.examples import Examples
from zjip_qa.interfaces.source_pane import Passage
from zjip_qa.types import Answer, Chunk, Citation, Hit, Language

CITED = Answer(
    "满意度为**86.02分**。 [1]",
    Language.ZH,
    abstained=False,
    confidence=0.95,
    citations=(Citation("a.md", 5, 13, "达到86.02分", "甲 › 乙"),),
)
ABSTAINED = Answer(
    "The documents do not say.",
    Language.EN,
    abstained=True,
    confidence=0.1,
    nearest=(Hit(1, 0.5, Chunk("a.md", 0, 4, "最近的。", ("丙",))),),
)
NO_EXAMPLES = Examples()


def render(*turns: Turn, language: Language = Language.EN) -> str:
    return render_conversation(turns, NO_EXAMPLES, language)


def test_markers_become_buttons_that_name_their_citation() -> None:
    page = render(Turn("一?", ABSTAINED), Turn("二?", CITED))
    assert page.count('data-act="cite:1:0"') == 2  # in the text, and in the list below it
    assert "<strong>86.02分</strong>" in page
    assert "甲 › 乙" in page


def test_a_marker_without_a_citation_stays_text() -> None:
    answer = Answer("见 [2] 和 [0]。", Language.ZH, False, 0.9, CITED.citations)
    page = render(Turn("?", answer))
    assert "见 [2] 和 [0]。" in page


def test_questions_answers_and_names_are_escaped() -> None:
    hostile = '<img src=x onerror="alert(1)">'
    answer = Answer(
        f"{hostile} [1]", Language.EN, False, 0.9, (Citation(hostile, 0, 3, hostile, hostile),)
    )
    page = render(Turn(hostile, answer), Turn("![x](http://example.com/a.png)"))
    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;") == 5
    assert "![x](http://example.com/a.png)" in page


def test_an_abstention_says_so_and_offers_the_nearest_passages_as_such() -> None:
    page = render(Turn("Mars?", ABSTAINED))
    assert s.NOT_IN_DOCUMENTS.en in page
    assert s.NEAREST.en in page
    assert 'data-act="near:0:0"' in page
    assert s.SOURCES.en not in page


def test_confidence_is_told_in_words() -> None:
    for confidence, text in (
        (0.95, s.CONFIDENCE_HIGH),
        (0.7, s.CONFIDENCE_MEDIUM),
        (0.3, s.CONFIDENCE_LOW),
    ):
        answer = Answer("x", Language.EN, False, confidence, CITED.citations)
        assert text.zh in render(Turn("?", answer), language=Language.ZH)


def test_a_completed_question_is_shown_only_when_it_differs() -> None:
    same = Answer("x", Language.EN, False, 0.9, CITED.citations, question="What? ")
    other = Answer("x", Language.EN, False, 0.9, CITED.citations, question="What in 2023?")
    assert "Understood as" not in render(Turn("What?", same))
    assert "Understood as: What in 2023?" in render(Turn("And then?", other))


def test_text_is_tagged_with_its_language() -> None:
    page = render(Turn("满意度?", CITED))
    assert '<p class="question" lang="zh-CN">' in page
    assert '<span class="quote" lang="zh-CN">达到86.02分</span>' in page


def test_a_click_opens_only_what_the_conversation_holds() -> None:
    turns = [Turn("一?", CITED), Turn("二?", ABSTAINED), Turn("三?")]
    assert passage_at(turns, "cite:0:0") == Passage("a.md", 5, 13, "达到86.02分", "甲 › 乙")
    assert passage_at(turns, "near:1:0") == Passage("a.md", 0, 4, "最近的。", "丙")
    for forged in (
        "cite:0:1",
        "cite:9:0",
        "cite:2:0",
        "near:0:0",
        "cite:-1:0",
        "../x",
        "cite:0:0x",
    ):
        assert passage_at(turns, forged) is None


def test_history_leaves_out_the_unanswered() -> None:
    assert history_of([Turn("一?", CITED), Turn("二?")]) == [("一?", CITED.text)]


def test_the_welcome_offers_examples_of_the_page_s_language_first() -> None:
    examples = Examples(zh=("问?",), en=("Ask?",))
    page = render_conversation([], examples, Language.EN)
    assert page.index('data-act="example:en:0"') < page.index('data-act="example:zh:0"')
