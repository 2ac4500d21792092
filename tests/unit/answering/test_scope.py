from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from zjip_qa.answering.evidence import Evidence
from zjip_qa.answering.names import places_in
from zjip_qa.answering.question import read_question
from zjip_qa.answering.scope import (
    ScopeCheck,
    last_named,
    main_places,
    right_figures,
    right_kind,
    right_place,
    right_years,
)
from zjip_qa.index import OpenIndex
from zjip_qa.text import Segmenter, Token, detect_language
from zjip_qa.types import Document, Sentence, Span


def placed(
    text: str, *, before: str = "", title: str = "", section: tuple[str, ...] = (), after: str = ""
) -> tuple[Document, Sentence]:
    """A document that holds `text` as one sentence."""
    document = Document("d.md", before + text + after, title=title)
    return document, Sentence(Span(len(before), len(before) + len(text)), section)


@pytest.mark.parametrize(
    ("asked", "sentence", "right"),
    [
        ((), placed("登记5004件。"), True),
        ((2023,), placed("2023年登记5004件。"), True),
        ((2022,), placed("2023年登记5004件。"), False),
        ((2022,), placed("2021—2023年登记5004件。"), True),
        ((2022,), placed("2003年以来登记5004件。"), True),
        ((2002,), placed("2003年以来登记5004件。"), False),
        # A sentence without a year takes it from what is near.
        ((2023,), placed("登记5004件。", before="2023年开始。"), True),
        ((2022,), placed("登记5004件。", before="2023年开始。"), False),
        ((2023,), placed("登记5004件。", section=("2023年工作",)), True),
        ((2022,), placed("登记5004件。", title="2023年报告"), False),
        ((2023,), placed("登记5004件。", before="2023年开始。" + "甲" * 500), True),
        ((2022,), placed("登记5004件。", before="2023年开始。" + "甲" * 500), False),
        ((2023,), placed("登记5004件。", after="2023年结束。"), True),
        # Under the figures of a box stands the year that they are of.
        ((2023,), placed("登记5004件。", after="(2023年)\n\n产值7亿元。"), True),
        ((2022,), placed("登记5004件。", after="(2023年)\n\n产值7亿元。"), False),
        ((2023,), placed("登记5004件。"), False),
        # A year that figures are compared with isn't the one they are of.
        ((2023,), placed("登记5004件,比2021年增长三成。", before="2023年开始。"), True),
        ((2021,), placed("登记5004件,比2020年增长三成。", before="2023年开始。"), False),
        ((2023,), placed("It rose by 5% compared with 2021.", before="In 2023 it grew. "), True),
        ((1983,), placed("在20世纪80年代登记。"), True),
        ((1993,), placed("在20世纪80年代登记。"), False),
    ],
)
def test_the_year_of_a_sentence(
    asked: tuple[int, ...], sentence: tuple[Document, Sentence], right: bool
) -> None:
    assert right_years(frozenset(asked), *sentence) is right


@pytest.mark.parametrize(
    ("question", "main", "right"),
    [
        ("有多少专利？", (), True),
        ("宁波有多少专利？", (), True),
        ("杭州有多少专利？", (), False),
        ("杭州有多少专利？", ("杭州",), True),
        ("宁波和杭州有多少专利？", (), False),
        ("绍兴有多少专利？", (), True),
        ("How many patents does Ningbo have?", (), True),
        ("How many patents does Hangzhou have?", (), False),
    ],
)
def test_the_place_of_a_sentence(question: str, main: tuple[str, ...], right: bool) -> None:
    document, sentence = placed("宁波有3件专利。", section=("绍兴",))
    asked = places_in(question, Segmenter())
    assert all(right_place(p, document, sentence, frozenset(main)) for p in asked) is right


@pytest.mark.parametrize(
    ("before", "sentence", "right"),
    [
        ("宁波的专利增加了。", "共有3件。", True),
        ("宁波的专利增加了。杭州也是。", "共有3件。", False),
        ("杭州的专利增加了。宁波也是。", "共有3件。", True),
        ("宁波的专利增加了。", "杭州有3件。", False),
        ("宁波的专利增加了。" + "甲" * 500, "共有3件。", False),
    ],
)
def test_a_sentence_without_a_place_takes_the_last_one(
    before: str, sentence: str, right: bool
) -> None:
    (ningbo,) = places_in("宁波有多少专利？", Segmenter())
    assert last_named(ningbo, *placed(sentence, before=before), Segmenter()) is right


def test_a_document_is_about_its_title_and_the_places_it_names_most() -> None:
    # 浙江 4 of 6 names; 宁波 and 杭州 once each.
    text = "浙江省的专利。浙江的商标。浙江的版权。浙江的条例。宁波有3件，杭州有5件。"
    document = Document("d.md", text, title="绍兴年报")
    assert main_places(document, Segmenter()) == frozenset({"浙江", "绍兴"})


@pytest.mark.parametrize("title", ["绍兴年报", "廣東年報", "年报"])
def test_a_document_is_cut_only_where_it_names_the_place_often_enough(
    title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "浙江省的专利。浙江的商标。浙江的版权。宁波有3件，宁波有5件。"
    document = Document("d.md", text, title=title)
    index = cast("OpenIndex", SimpleNamespace(store=SimpleNamespace(document=lambda _: document)))
    segmenter = Segmenter()
    main = main_places(document, segmenter) or frozenset()
    cut = Segmenter.words

    def counting(
        self: Segmenter, given: str, *, where: Callable[[str], bool] | None = None
    ) -> list[Token]:
        read.append(given)
        return cut(self, given, where=where)

    monkeypatch.setattr(Segmenter, "words", counting)
    for name, is_cut in (("浙江", True), ("宁波", False), ("绍兴", False), ("广东", False)):
        read: list[str] = []
        about = ScopeCheck(index, segmenter)._is_about("d.md", frozenset({name}))
        assert (about, text in read) == (name in main, is_cut)


def test_a_document_that_hardly_names_places_holds_for_any() -> None:
    assert main_places(Document("d.md", "专利有3件。"), Segmenter()) is None
    assert main_places(Document("d.md", "宁波的专利有3件。"), Segmenter()) == frozenset()
    long = Document("d.md", "宁波的专利有3件。" + "专利有3件。" * 400)
    assert main_places(long, Segmenter()) is None
    titled = Document("d.md", "专利有3件。", title="宁波年报")
    assert main_places(titled, Segmenter()) == frozenset({"宁波"})


@pytest.mark.parametrize(
    ("question", "text", "right"),
    [
        ("湃肽生物上市打算募集多少资金？", "推动3家企业提交申请。", False),
        ("质押担保金额是多少？", "担保金额3028.07亿元。", True),
        ("什么时候开始的？", "条例全面实施。", False),
        ("什么时候开始的？", "2023年1月1日以来实施。", True),
        ("省市场监管局局长叫什么？", "省市场监管局等10部门联合制定。", False),
        ("有多少家参展商？", "第二届全球数字贸易博览会", False),
        ("Which countries belong to the court?", "联合制定技术调查官制度。", False),
        ("哪些城市获批？", "杭州、宁波获批建设示范区。", True),
        ("哪些城市获批？", "云溪市获批建设示范区。", True),
        ("哪些城市获批？", "获批建设示范区。", False),
        ("罚款多少？", "处三倍以下的罚款。", True),
        ("哪一种专利的规模更大？", "发明专利更为重要。", True),
        ("什么是T+1出证？", "实现出证。", True),
    ],
)
def test_the_kind_of_value_that_must_be_there(question: str, text: str, right: bool) -> None:
    asked = read_question(question, detect_language(question))
    assert right_kind(asked, question, text, Segmenter()) is right


def test_another_occasion_or_month_is_another_matter() -> None:
    def right(question: str, passage: str, near: str = "") -> bool:
        asked = read_question(question, detect_language(question))
        return right_figures(asked, question, passage, near)

    assert not right("第三届博览会有多少家参展商？", "第二届博览会有3家参展商。")
    assert right("第二届博览会有多少家参展商？", "第二届博览会有3家参展商。")
    assert not right("How many were filed by June 2024?", "截至2024年3月,登记6004件。")
    assert right("How many were filed by March 2024?", "截至2024年3月,登记6004件。")
    # Nothing in the passage says which: what is around it does.
    assert right("第二届博览会有多少家参展商？", "参展商有3家。", "第二届博览会开幕。")
    assert not right("第二届博览会有多少家参展商？", "参展商有3家。", "博览会开幕。")
    assert not right("第二届博览会有多少家参展商？", "第三届有3家。", "第二届博览会开幕。")
    assert right("Is an appeal heard at second instance?", "二审应当公开审理。")
    assert right("May a third party oppose?", "任何人可以提出异议。")
    assert not right("第二十条规定了什么？", "第二十一条 商标有效期为十年。", "第二十条")
    assert right("Who reformed it in the 15th century?", "改革的先驱是甲。")


@pytest.mark.parametrize(
    ("question", "text", "says"),
    [
        ("2023年登记多少件？", "2023年登记5004件。", True),
        ("2023年登记多少件？", "登记5004件。(2023年)", True),
        ("2023年登记多少件？", "登记5004件。", False),
        ("2023年宁波登记多少件？", "2023年登记5004件。", False),
        ("2023年宁波登记多少件？", "2023年宁波登记5004件。", True),
    ],
)
def test_what_a_better_sentence_lacks_must_be_said(question: str, text: str, says: bool) -> None:
    better = "截至2024年3月,杭州登记6004件。"
    document = Document("d.md", better + "甲" * 500 + text)
    segmenter = Segmenter()
    opened = SimpleNamespace(store=SimpleNamespace(document=lambda _: document))
    scope = ScopeCheck(cast(OpenIndex, opened), segmenter)

    def at(sentence: str) -> Evidence:
        start = document.text.index(sentence)
        chunk = SimpleNamespace(doc_id="d.md", text=document.text)
        return cast(
            Evidence,
            SimpleNamespace(
                hit=SimpleNamespace(chunk=chunk),
                sentence=Sentence(Span(start, start + len(sentence))),
                text=sentence,
            ),
        )

    asked = read_question(question, detect_language(question))
    answer = at(text.split("(")[0])
    places = places_in(question, segmenter)
    assert scope.says_what_lacks(answer, at(better), asked, places) is says
