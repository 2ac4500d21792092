"""Lists and comparisons: answers that take more than one sentence, with the shipped model."""

from __future__ import annotations

from pathlib import Path

import pytest

from zjip_qa import Answer, KnowledgeBase
from zjip_qa.embedding import Encoder

CORPUS = {
    "pool.md": (
        "# 游泳馆规定\n\n第一条　为了保障游泳者安全,制定本规定。\n\n"
        "第二条　办理游泳卡应当提交下列材料:\n\n（一）身份证复印件;\n\n（二）近期照片两张;\n\n"
        "（三）健康证明。证明应当在三个月内开具。\n\n"
        "第三条　有下列情形之一的,不得入场:\n\n（一）患有传染病;\n\n（二）饮酒后;\n\n"
        "（三）携带宠物;\n\n（四）穿着外衣。\n\n"
        "第四条　违反第三条规定的,由游泳馆处以五十元罚款。\n"
    ),
    "museum.md": (
        "# City Museum\n\nThe museum opened in 1931 beside the river.\n\n"
        "## Halls\n\nVisitors can see the following halls:\n\n- Coins and medals\n"
        "- Ship models\n- Costumes of the nineteenth century\n\n"
        "Guided tours start at noon.\n"
    ),
    "market.md": (
        "# 集市\n\n集市每周开放。摊位出售的东西有以下这些:\n\n"
        + "- 苹果\n- 梨子\n- 香蕉\n- 西瓜\n- 葡萄\n- 桃子\n- 草莓\n- 樱桃\n- 荔枝\n- 芒果\n"
    ),
    "east.md": "# 东山小学\n\n东山小学建于1956年。2023年东山小学有学生1240人,教师86人。\n",
    "west.md": "# 西河小学\n\n西河小学靠近车站。2023年西河小学有学生980人,操场面积5000平方米。\n",
    "north.md": "# North Farm\n\nNorth Farm lies in a valley. North Farm keeps 340 sheep.\n",
    "south.md": "# South Farm\n\nSouth Farm sells cheese. South Farm keeps 512 sheep.\n",
}


@pytest.fixture(scope="module")
def several(shipped_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    folder: Path = tmp_path_factory.mktemp("several")
    (folder / "corpus").mkdir()
    for name, text in CORPUS.items():
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    return KnowledgeBase.build(folder / "corpus", folder / "index", encoder=shipped_encoder)


def ask(knowledge_base: KnowledgeBase, question: str) -> Answer:
    answer = knowledge_base.ask(question, threshold=0.0)
    for number, citation in enumerate(answer.citations, 1):
        text = knowledge_base.document(citation.doc_id).text
        assert text[citation.start : citation.end] == citation.quote
        assert f"[{number}]" in answer.text
    return answer


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


@pytest.mark.parametrize("question", ["办理游泳卡需要提交哪些材料？", "办游泳卡要什么材料？"])
def test_a_list_is_cited_whole(several: KnowledgeBase, question: str) -> None:
    assert quotes(ask(several, question)) == [
        "第二条　办理游泳卡应当提交下列材料:",
        "（一）身份证复印件;",
        "（二）近期照片两张;",
        "（三）健康证明。证明应当在三个月内开具。",
    ]


def test_another_list_of_the_document_stays_out(several: KnowledgeBase) -> None:
    found = quotes(ask(several, "哪些情形下不得入场？"))
    assert found[0].endswith("不得入场:")
    assert len(found) == 5


def test_bullets_are_items(several: KnowledgeBase) -> None:
    found = quotes(ask(several, "Which halls can visitors see in the museum?"))
    assert found[-3:] == ["Coins and medals", "Ship models", "Costumes of the nineteenth century"]


def test_a_long_list_says_how_much_is_left_out(several: KnowledgeBase) -> None:
    answer = ask(several, "集市的摊位出售哪些东西？")
    assert len(answer.citations) == 9
    assert "另有2项" in answer.text


def test_a_figure_asked_for_is_no_list(several: KnowledgeBase) -> None:
    assert len(ask(several, "违反规定的罚款多少元？").citations) <= 2


def test_each_side_of_a_comparison_is_cited(several: KnowledgeBase) -> None:
    answer = ask(several, "东山小学和西河小学哪个的学生更多？")
    assert "1240人" in answer.citations[0].quote
    assert "980人" in answer.citations[1].quote
    assert answer.text.endswith("“东山小学”的数字较大：1240人对980人。 [1] [2]")


def test_english_comparisons_too(several: KnowledgeBase) -> None:
    answer = ask(several, "Which farm has more sheep, North Farm or South Farm?")
    assert quotes(answer) == ["North Farm keeps 340 sheep.", "South Farm keeps 512 sheep."]
    assert "“South Farm” is the larger" in answer.text


@pytest.mark.parametrize(
    ("question", "calculated"),
    [
        ("东山小学的学生比西河小学多多少人？", "260"),
        ("东山小学和西河小学一共有多少学生？", "2220"),
    ],
)
def test_what_no_document_states_is_not_calculated(
    several: KnowledgeBase, question: str, calculated: str
) -> None:
    answer = ask(several, question)
    assert len(answer.citations) == 2
    assert calculated not in answer.text
    assert "没有给出它们的差或总和" in answer.text


def test_figures_of_two_kinds_are_not_compared(several: KnowledgeBase) -> None:
    answer = ask(several, "东山小学教师和西河小学操场哪个更大？")
    assert "较大:" not in answer.text


def test_a_thing_that_no_document_knows_is_not_compared(several: KnowledgeBase) -> None:
    answer = several.ask("东山小学和南岭小学哪个的学生更多？")
    assert answer.abstained
    assert "南岭" in answer.text


def test_a_sentence_on_one_side_does_not_say_which_is_more(several: KnowledgeBase) -> None:
    # Only one of the schools has its teachers counted.
    assert several.ask("东山小学和西河小学哪个的教师更多？").abstained


def test_across_languages_one_side_is_no_comparison_either(several: KnowledgeBase) -> None:
    question = "Which has more teachers, Dongshan Primary School or Xihe Primary School?"
    answer = several.ask(question, threshold=0.0)
    assert answer.abstained or len(answer.citations) == 2
