from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.answering.lists import ItemList, asks_for_list, list_around
from zjip_qa.chunks import document_sentences
from zjip_qa.types import Block, BlockKind, Document, Language, Span

BULLET = "- "


def document(*lines: str) -> Document:
    """One block a line; what begins with `- ` is a bullet, the dash being markup."""
    text, blocks = "", []
    for line in lines:
        start = len(text) + len(BULLET) * line.startswith(BULLET)
        text += line
        kind = BlockKind.ITEM if line.startswith(BULLET) else BlockKind.PARAGRAPH
        blocks.append(Block(Span(start, len(text)), kind))
        text += "\n\n"
    return Document("a.txt", text, blocks=tuple(blocks))


def found(at: str, *lines: str) -> tuple[str | None, list[str]] | None:
    """The list around the sentence that holds `at`: its lead and its items."""
    doc = document(*lines)
    sentences = document_sentences(doc)

    def text(span: Span) -> str:
        return doc.text[span.start : span.end]

    here = next(s for s in sentences if at in text(s.span))
    listed: ItemList | None = list_around(doc, sentences, here)
    if listed is None:
        return None
    lead = text(listed.lead.span) if listed.lead else None
    return lead, [text(item.span) for item in listed.items]


LEAD = "申请人应当提交下列材料："


@pytest.mark.parametrize(
    "items",
    [
        ["（一）申请书；", "（二）身份证；", "（三）照片。"],
        ["(一)申请书；", "(二)身份证。"],
        ["1.申请书。", "2.身份证。", "3.照片。"],
        ["1、申请书。", "2、身份证。"],
        ["①申请书；", "②身份证。"],
        ["一是申请书；", "二是身份证。"],
        ["申请书；", "身份证；", "照片。"],
    ],
)
@pytest.mark.parametrize("at", ["申请人", "身份证"])
def test_the_items_are_found_from_the_lead_and_from_an_item(items: list[str], at: str) -> None:
    # Without markers only the lead says that this is a list.
    hidden = items[0] == "申请书；" and at == "身份证"
    expected = None if hidden else (LEAD, items)
    assert found(at, "总则如此。", LEAD, *items, "其他事项另行规定。") == expected


def test_bullets_have_their_marker_in_the_format() -> None:
    lines = ["The permit needs:", "- a form", "- a photo", "- a fee", "It is valid for a year."]
    assert found("needs", *lines) == ("The permit needs:", ["a form", "a photo", "a fee"])


def test_an_item_keeps_its_sentences_and_the_list_inside_it() -> None:
    lines = [
        LEAD,
        "（一）申请书。申请书一式两份。",
        "（二）证明：",
        "1.学历；",
        "2.住址；",
        "（三）照片。",
    ]
    expected = [
        "（一）申请书。申请书一式两份。",
        "（二）证明：\n\n1.学历；\n\n2.住址；",
        "（三）照片。",
    ]
    assert found("申请人", *lines) == (LEAD, expected)


def test_bullets_without_a_lead_are_a_list_all_the_same() -> None:
    assert found("pears", "- apples", "- pears") == (None, ["apples", "pears"])


@pytest.mark.parametrize(
    ("at", "lines"),
    [
        ("申请人", [LEAD, "（一）申请书。"]),  # one item is no list
        ("申请人", [LEAD, "申请书。", "其他事项另行规定。"]),
        ("申请人", [LEAD]),
        ("天气", ["天气很好。", "（一）申请书；", "（二）身份证。"]),
        ("其他", [LEAD, "（一）申请书；", "（二）身份证。", "其他事项另行规定。"]),
    ],
)
def test_no_list(at: str, lines: list[str]) -> None:
    assert found(at, *lines) is None


@given(st.lists(st.sampled_from(["（一）甲；", "- 乙", "丙。丁。", LEAD, "2.戊。"]), min_size=1))
def test_items_lie_in_order_and_apart(lines: list[str]) -> None:
    doc = document(*lines)
    sentences = document_sentences(doc)
    for sentence in sentences:
        listed = list_around(doc, sentences, sentence)
        if listed is not None:
            spans = [item.span for item in listed.items]
            spans = ([listed.lead.span] if listed.lead else []) + spans
            assert len(listed.items) > 1
            assert all(one.end <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize(
    ("question", "language", "asks"),
    [
        ("办证需要哪些材料？", Language.ZH, True),
        ("有哪几种奖？", Language.ZH, True),
        ("什么情形下不予登记？", Language.ZH, True),
        ("需要提交什么？", Language.ZH, True),
        ("罚款多少元？", Language.ZH, False),
        ("谁负责登记？", Language.ZH, False),
        ("Which documents are needed?", Language.EN, True),
        ("What kinds of permit exist?", Language.EN, True),
        ("What are the conditions?", Language.EN, True),
        ("In which cases is it refused?", Language.EN, True),
        ("Which is larger?", Language.EN, False),
        ("What does this cost?", Language.EN, False),
        ("Which class is it?", Language.EN, False),
        ("How many are there?", Language.EN, False),
    ],
)
def test_what_asks_for_a_list(question: str, language: Language, asks: bool) -> None:
    assert asks_for_list(question, language) is asks
