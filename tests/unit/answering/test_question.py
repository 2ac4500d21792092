from collections.abc import Iterable

import pytest

from zjip_qa.answering.quantities import QuantityKind
from zjip_qa.answering.question import AnswerKind, Asked, holds, read_question, years_in
from zjip_qa.text import detect_language
from zjip_qa.types import Language

FIGURE = AnswerKind.FIGURE


def read(text: str) -> Asked:
    return read_question(text, detect_language(text))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("杭州哪几个区建了快速维权中心？", AnswerKind.PLACE),
        ("哪个城市的专利数量最多？", AnswerKind.PLACE),
        ("新设的服务网点在哪儿？", AnswerKind.PLACE),
        ("加速器落在啥地方", AnswerKind.PLACE),
        ("哪些地理标志产品受保护？", AnswerKind.OTHER),
        ("这项制度是哪个市场监管局定的？", AnswerKind.WHO),
        ("谁来组织实施？", AnswerKind.WHO),
        ("哪个厅牵头的？", AnswerKind.WHO),
        ("由哪些部门联合发布？", AnswerKind.WHO),
        ("哪家公司最先上市？", AnswerKind.WHO),
        ("那部地方性法规全称怎么写？", AnswerKind.DOCUMENT),
        ("省里出台的实施方案叫什么？", AnswerKind.DOCUMENT),
        ("依据的是什么文件？", AnswerKind.DOCUMENT),
        ("近年出台了哪些知识产权方面的文件？", AnswerKind.DOCUMENT),
        ("最主要的local regulation叫什么名字？", AnswerKind.DOCUMENT),
        ("條例從什麼時候開始施行？", AnswerKind.DATE),
        ("啥时候开始的", AnswerKind.DATE),
        ("哪一年启动试点？", AnswerKind.DATE),
        ("是几月几号开幕的？", AnswerKind.DATE),
        ("为什么要设立这个中心，花了多少钱？", AnswerKind.REASON),
        ("为啥专利越来越多", AnswerKind.REASON),
        ("绍兴有没有获批？", AnswerKind.YESNO),
        ("专利总量超过10万件了吗", AnswerKind.YESNO),
        ("知识产权保护中心做什么？", AnswerKind.OTHER),
        ("When did the regulations come into force?", AnswerKind.DATE),
        ("Tell me when the fee was last changed", AnswerKind.DATE),
        ("Since when?", AnswerKind.DATE),
        # A condition, not a date.
        ("What must a host do when it cannot reach the uploader?", AnswerKind.OTHER),
        ("When police question a child, is a guardian present?", AnswerKind.OTHER),
        ("May a company import cipher machines?", AnswerKind.YESNO),
        ("用什么办法挑选检查对象？", AnswerKind.OTHER),
        ("按什么办法处罚？", AnswerKind.DOCUMENT),
        ("承接了哪些国家试点？", AnswerKind.OTHER),
        ("Could you tell me when it opened?", AnswerKind.DATE),
        ("From which year does the article measure growth?", AnswerKind.DATE),
        ("Is it a leader when it comes to licensing?", AnswerKind.YESNO),
        ("Which city has the largest number of patents?", AnswerKind.PLACE),
        ("In which two districts are the centres?", AnswerKind.PLACE),
        ("Who runs the platform?", AnswerKind.WHO),
        ("which government departments signed it", AnswerKind.WHO),
        ("What is the title of the implementation plan?", AnswerKind.DOCUMENT),
        ("Under which guidance are patents opened?", AnswerKind.DOCUMENT),
        ("Why was the fund set up?", AnswerKind.REASON),
        ("What are technical investigators for?", AnswerKind.REASON),
        ("Was Zhejiang number one in 2023?", AnswerKind.YESNO),
        ("Describe the ecosystem engine.", AnswerKind.OTHER),
        # A question of one language in the grammar of the other.
        ("浙江 which cities 获批", AnswerKind.PLACE),
    ],
)
def test_the_kind_of_answer(question: str, kind: AnswerKind) -> None:
    assert read(question).kind is kind


@pytest.mark.parametrize(
    ("question", "quantity", "measure_word"),
    [
        ("专利转让有多少次？", None, "次"),
        ("首屆知識產權獎有幾多得獎者？", None, ""),
        ("备案的产品有几项", None, "项"),
        ("连续拿了几年？", None, "年"),
        ("试点要做几个月？", None, "个月"),
        ("是几个部门一起定的？", None, ""),
        ("贷款涉及多少项目？", None, ""),
        ("得分是多少？", None, ""),
        ("专利数量", None, ""),
        ("在全国排第几？", QuantityKind.RANK, ""),
        ("名次怎么样", QuantityKind.RANK, ""),
        ("排在全国第几名", QuantityKind.RANK, ""),
        ("处罚规定在第几条？", QuantityKind.ORDINAL, "条"),
        ("今年是第几届？", QuantityKind.ORDINAL, "届"),
        ("占全国的比重有多大？", QuantityKind.SHARE, ""),
        ("浙江大概占几成？", QuantityKind.SHARE, ""),
        ("比上年提高了几个百分点", QuantityKind.SHARE, "个百分点"),
        ("同比增长多少？", QuantityKind.SHARE, ""),
        ("占到全国多少件？", None, "件"),
        ("质押融资金额是多少？", QuantityKind.MONEY, ""),
        ("一共花了多少钱", QuantityKind.MONEY, ""),
        ("出口产值有几亿元？", QuantityKind.MONEY, ""),
        ("融资惠及多少家企业？", None, "家"),
        ("贷款惠及多少户？", None, "户"),
        ("How many patents were transferred?", None, ""),
        ("How many years in a row?", None, "年"),
        ("How many ranked cities are there?", None, ""),
        ("how many yuan were lent", QuantityKind.MONEY, ""),
        ("Where does Zhejiang stand in the country?", QuantityKind.RANK, ""),
        ("What percentage of patents do they hold?", QuantityKind.SHARE, ""),
        ("What was the average interest rate on such loans?", QuantityKind.SHARE, ""),
        ("What's the success rate?", QuantityKind.SHARE, ""),
        ("公众的满意率有多高？", QuantityKind.SHARE, ""),
        ("How fast did transfers grow?", QuantityKind.SHARE, ""),
        ("How much did the number of patents grow?", None, ""),
        ("How much financing was obtained?", QuantityKind.MONEY, ""),
        ("the value of the guaranteed loans", QuantityKind.MONEY, ""),
        ("What score did public satisfaction reach?", None, ""),
        ("What's the combined tally of centres?", None, ""),
    ],
)
def test_the_figure_asked_for(
    question: str, quantity: QuantityKind | None, measure_word: str
) -> None:
    asked = read(question)
    assert (asked.kind, asked.quantity, asked.measure_word) == (FIGURE, quantity, measure_word)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2023年全省", {2023}),
        ("２０２３年全省", {2023}),
        ("二〇二三年全省", {2023}),
        ("2021—2023年", {2021, 2022, 2023}),
        ("2021年至2023年", {2021, 2022, 2023}),
        ("from 2021 to 2023", {2021, 2023}),
        ("What happened in '23?", {2023}),
        ("浙江23年合计多少", {2023}),
        ("连续20年增长", set()),
        ("早在20年前", set()),
        ("共2000件", set()),
        ("编号12023", set()),
        ("登记2,023件", set()),
        ("去年", set()),
    ],
)
def test_the_years_of_a_question(text: str, years: set[int]) -> None:
    assert read_question(text, Language.ZH).years == years


def test_years_of_a_document_need_all_four_digits() -> None:
    assert years_in("在23年和2022年") == {2022}


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("20世纪80年代", range(1980, 1990)),
        ("in the 1970s", range(1970, 1980)),
        ("the '80s", range(1980, 1990)),
        ("by the 1700s", range(1700, 1800)),
        ("自 1279 年后", {1279}),
        ("founded in 1756", {1756}),
        ("有1300年的历史", ()),
        ("in 1500 cases", ()),
        ("a 20s timeout", ()),
    ],
)
def test_decades_and_older_years(text: str, years: Iterable[int]) -> None:
    assert years_in(text) == set(years)


@pytest.mark.parametrize(
    ("question", "sure"),
    [
        ("有多少件专利？", True),
        ("金额是多少？", True),
        ("哪一种商标的规模更大？", False),
        ("持续了多久？", False),
        ("How long did it last?", False),
        ("What group saw an increase in the number of cases?", False),
    ],
)
def test_whether_a_figure_is_asked_for_or_just_named(question: str, sure: bool) -> None:
    asked = read(question)
    assert (asked.kind, asked.sure) == (FIGURE, sure)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What is the position of the satellite?", AnswerKind.OTHER),
        ("What scale is used to measure the strength of storms?", AnswerKind.OTHER),
        ("What did the Yuan court think of it?", AnswerKind.OTHER),
        ("What does a member share with the House?", AnswerKind.OTHER),
        ("What body in India provides policy directions?", AnswerKind.WHO),
    ],
)
def test_words_that_only_look_like_a_figure_or_a_law(question: str, kind: AnswerKind) -> None:
    assert read(question).kind is kind


def test_a_long_period_is_its_ends_only() -> None:
    assert years_in("1950—2020年") == {1950, 2020}


@pytest.mark.parametrize(
    ("question", "text", "fit"),
    [
        ("专利转让有多少次？", "专利转让8.4万次", 1.0),
        ("专利转让有多少次？", "专利1件", 0.25),
        ("多少天内通知？", "5个工作日内通知", 1.0),
        ("专利转让有多少次？", "专利转让增加", 0.0),
        ("可以延期几次？", "只能延期一次", 1.0),
        ("有多少人参加？", "无人参加", 1.0),
        ("专利转让有多少次？", "2023年以来", 0.0),
        ("有几个部门参加？", "省法院等10部门", 1.0),
        ("在全国排第几？", "居全国第三", 1.0),
        ("在全国排第几？", "共3件", 0.25),
        ("在全国排第几？", "依照第二十条", 0.25),
        ("得分是多少？", "达到86.02分", 1.0),
        ("得分是多少？", "居全国第三", 0.0),
        ("融资多少亿元？", "融资9.5亿元", 1.0),
        ("什么时候施行？", "2023年1月1日施行", 1.0),
        ("什么时候施行？", "早在20年前", 1.0),
        ("什么时候施行？", "已经施行", 0.0),
        ("依据什么文件？", "依据《条例》", 1.0),
        ("依据什么文件？", "依据规定", 0.5),
        ("依据什么文件？", "依据实际情况", 0.0),
        ("What law protects secrets?", "The Trade Secrets Act protects them.", 0.5),
        ("什么时候开放的？", "在1950年代建立", 1.0),
        ("何时击败的？", "在1288 年的江战中击败", 1.0),
        ("什么时候申请？", "应当自收到通知之日起十五日内申请", 0.5),
        ("什么时候申请？", "期满前可以申请", 0.5),
        ("罚款多少？", "处违法所得一倍以上五倍以下的罚款", 0.5),
        ("英法移民的比例是多少？", "以20比1的比例超过法国", 0.5),
        ("产量在全球排第几名？", "是全球第二大生产国", 0.5),
        ("为什么？", "因为创新", 0.5),
        ("How many firms are there?", "It served 16,800 firms.", 1.0),
        ("When did it open?", "It opened in March 2024.", 1.0),
    ],
)
def test_how_well_a_sentence_fits(question: str, text: str, fit: float) -> None:
    assert holds(read(question), text) == fit


@pytest.mark.parametrize(
    ("question", "counts"),
    [
        ("其中企业占多少？", False),
        ("企业的占比是多少？", False),
        ("What share of the patents went to firms?", False),
        ("占比比去年提高了多少？", True),
        ("占比提高了几个百分点？", True),
        ("By how many percentage points did the share rise?", True),
        ("How much did the percentage fall?", True),
    ],
)
def test_percentage_points_are_no_share(question: str, counts: bool) -> None:
    language = Language.ZH if "？" in question else Language.EN
    assert read_question(question, language).counts_in("个百分点") is counts


def test_who_asks_for_points_is_not_told_the_share() -> None:
    for question in ("占比提高了几个百分点？", "By how many percentage points did the share rise?"):
        language = Language.ZH if "？" in question else Language.EN
        assert not read_question(question, language).counts_in("%")
