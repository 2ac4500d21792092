import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.answering import find_quantities
from zjip_qa.answering.comparison import (
    Comparison,
    Figure,
    Side,
    alike,
    compares,
    conclusion,
    larger,
    read_comparison,
)
from zjip_qa.answering.comparison_pattern import Wanted
from zjip_qa.answering.question import years_in
from zjip_qa.text import Segmenter
from zjip_qa.types import Language

SEGMENTER = Segmenter()
ZH, EN = Language.ZH, Language.EN
LARGER, DIFFERENCE, TOTAL, EACH = Wanted.LARGER, Wanted.DIFFERENCE, Wanted.TOTAL, Wanted.EACH


@pytest.mark.parametrize(
    ("question", "wanted", "one", "other"),
    [
        ("客船和货船哪种更多？", LARGER, ("客船", "客船有多少?"), ("货船", "货船有多少?")),
        (
            "杭州和宁波哪个的存款更多？",
            LARGER,
            ("杭州", "杭州的存款有多少?"),
            ("宁波", "宁波的存款有多少?"),
        ),
        (
            "哪个农场的羊更多，North Farm还是South Farm？",
            LARGER,
            ("North Farm", "North Farm羊有多少?"),
            ("South Farm", "South Farm羊有多少?"),
        ),
        ("谁更高：杭州还是宁波？", LARGER, ("杭州", "杭州多高?"), ("宁波", "宁波多高?")),
        (
            "2023年杭州的存款比宁波多多少？",
            DIFFERENCE,
            ("杭州", "2023年杭州的存款多少?"),
            ("宁波", "2023年宁波的存款多少?"),
        ),
        (
            "2023年的存款比2022年多多少？",
            DIFFERENCE,
            ("2023年", "2023年的存款多少?"),
            ("2022年", "2022年的存款多少?"),
        ),
        (
            "成人票比学生票贵多少钱？",
            DIFFERENCE,
            ("成人票", "成人票多少钱?"),
            ("学生票", "学生票多少钱?"),
        ),
        (
            "甲厂和乙厂一共有多少工人？",
            TOTAL,
            ("甲厂", "甲厂多少工人?"),
            ("乙厂", "乙厂多少工人?"),
        ),
        (
            "甲厂与乙厂的产量分别是多少？",
            EACH,
            ("甲厂", "甲厂的产量多少?"),
            ("乙厂", "乙厂的产量多少?"),
        ),
        (
            "比较一下甲厂和乙厂的产量",
            EACH,
            ("甲厂", "甲厂的产量是多少?"),
            ("乙厂", "乙厂的产量是多少?"),
        ),
    ],
)
def test_the_two_sides_become_questions(
    question: str, wanted: Wanted, one: tuple[str, str], other: tuple[str, str]
) -> None:
    found = read_comparison(question, ZH, SEGMENTER)
    assert found is not None
    assert (found.wanted, found.one, found.other) == (wanted, Side(*one), Side(*other))


@pytest.mark.parametrize(
    ("question", "wanted", "names"),
    [
        (
            "Which farm has more sheep, North Farm or South Farm?",
            LARGER,
            ("North Farm", "South Farm"),
        ),
        ("Is the lighthouse taller than the bridge?", LARGER, ("lighthouse", "bridge")),
        (
            "How many more sheep does North Farm have than South Farm?",
            DIFFERENCE,
            ("North Farm", "South Farm"),
        ),
        ("What is the difference in price between tea and coffee?", DIFFERENCE, ("tea", "coffee")),
        ("How many beds do the clinic and the school have in total?", TOTAL, ("clinic", "school")),
        (
            "How many beds do the clinic and the school have, respectively?",
            EACH,
            ("clinic", "school"),
        ),
        ("Compare the price of tea and coffee.", EACH, ("tea", "coffee")),
        ("Compare the beds in ward A and ward B.", EACH, ("ward A", "ward B")),
    ],
)
def test_english_sides(question: str, wanted: Wanted, names: tuple[str, str]) -> None:
    found = read_comparison(question, EN, SEGMENTER)
    assert found is not None
    assert (found.wanted, (found.one.name, found.other.name)) == (wanted, names)
    assert found.one.question.startswith(("How", "What"))
    assert names[1] not in found.one.question


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("客船有多少艘？", ZH),
        ("条例和办法是谁制定的？", ZH),
        ("跟别的省比排第几？", ZH),
        ("同比增长多少？", ZH),
        ("2023年参与评选的企业一共有多少家？", ZH),
        ("2023年比2022年增长多少？", ZH),
        ("和谐号列车一共有多少辆？", ZH),
        ("How many ships are there?", EN),
        ("Who wrote the plan and the rules?", EN),
        ("Did it cost more or less?", EN),
        ("How many prizes did the old and new ships win together?", EN),
    ],
)
def test_other_questions_compare_nothing(question: str, language: Language) -> None:
    assert read_comparison(question, language, SEGMENTER) is None


@given(st.text(alphabet="是more than和比多少,?? 哪", max_size=200))
def test_any_question_can_be_read(question: str) -> None:
    for language in Language:
        read_comparison(question, language, SEGMENTER)


@pytest.mark.parametrize(
    "piece", ["more than ", "和比", "how many more does ", "compare of a and "]
)
def test_reading_takes_no_long_time(piece: str) -> None:
    started = time.process_time()
    for language in Language:
        read_comparison(("is " + piece * 400)[:2000], language, SEGMENTER)
        read_comparison(("is " + piece * 400)[:200], language, SEGMENTER)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [
        ("12件", "9件", 1),
        ("9件", "1.2万件", -1),
        ("9件", "9件", 0),
        ("超过12件", "9件", 1),
        ("9件", "超过12件", -1),
        ("超过9件", "12件", None),  # it may be 100
        ("近12件", "9件", None),
        ("近9件", "12件", -1),
        ("约12件", "9件", None),
        ("12件", "9家", None),
        ("12元", "9美元", None),
        ("12%", "9件", None),
        ("第12位", "第9位", None),
        ("3至5年", "9年", -1),
    ],
)
def test_which_figure_is_larger(one: str, other: str, order: int | None) -> None:
    (left,), (right,) = find_quantities(one), find_quantities(other)
    assert larger(left, right) == order


def figure(text: str) -> Figure:
    found = [q for q in find_quantities(text) if q.kind != "date"]
    return Figure(found[0], text[found[0].span.start : found[0].span.end], years_in(text))


def compared(wanted: Wanted, *names: str) -> Comparison:
    one, other = (Side(name, f"{name}有多少?") for name in names)
    return Comparison(one, other, "", wanted)


def test_the_larger_figure_is_named_with_both() -> None:
    figures = [figure("客船5艘"), figure("货船2艘")]
    said = conclusion(compared(LARGER, "客船", "货船"), figures, ZH)
    assert said == "“客船”的数字较大：5艘对2艘。 [1] [2]"
    said = conclusion(compared(LARGER, "货船", "客船"), figures[::-1], EN)
    assert "“客船” is the larger: 5艘 against 2艘" in said


def test_what_is_compared_is_kept_apart_from_the_names() -> None:
    found = read_comparison("东山小学的学生比西河小学多多少？", ZH, SEGMENTER)
    assert found is not None
    assert (found.one.name, found.other.name, found.about) == ("东山小学", "西河小学", "的学生")


def test_figures_are_alike_when_all_are_there_in_one_unit() -> None:
    assert alike([figure("5艘"), figure("2艘")])
    assert not alike([figure("5艘"), figure("2米")])
    assert not alike([figure("5艘"), None])


def test_years_apart_are_not_compared_unless_they_are_what_is_asked() -> None:
    figures = [figure("2022年5艘"), figure("2023年2艘")]
    assert "不能直接比较" in conclusion(compared(LARGER, "客船", "货船"), figures, ZH)
    assert "较大" in conclusion(compared(LARGER, "2022年", "2023年"), figures, ZH)


@pytest.mark.parametrize("wanted", [DIFFERENCE, TOTAL])
@pytest.mark.parametrize("language", list(Language))
def test_nothing_is_calculated(wanted: Wanted, language: Language) -> None:
    said = conclusion(compared(wanted, "客船", "货船"), [figure("5艘"), figure("2艘")], language)
    assert said
    assert not any(character.isdigit() for character in said)


def test_without_two_figures_there_is_nothing_to_say() -> None:
    assert conclusion(compared(LARGER, "客船", "货船"), [figure("5艘"), None], ZH) == ""
    assert conclusion(compared(EACH, "客船", "货船"), [figure("5艘"), figure("2艘")], ZH) == ""


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("杭州、宁波等地共贷款189亿元。", False),
        ("杭州贷款189亿元,宁波贷款60亿元。", True),
        ("杭州贷款189亿元,宁波有企业60家。", False),
        ("宁波的贷款高于杭州。", True),
        ("评比在宁波举行,比例不明。", False),
        ("The port of Ningbo is larger than that of Wenzhou.", True),
        ("Ningbo and Wenzhou have ports.", False),
    ],
)
def test_what_may_say_which_is_more(text: str, may: bool) -> None:
    assert compares(text) is may
