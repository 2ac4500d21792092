import pytest

from zjip_qa.answering import complete
from zjip_qa.text import detect_language

ZH = "2023年杭州有多少件专利？"
EN = "How many patents did Hangzhou have in 2023?"


def completed(question: str, *earlier: str) -> str:
    return complete(question, detect_language(question), [(q, "an answer") for q in earlier])


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        (ZH, "那2022年呢？", "2022年杭州有多少件专利？"),
        (ZH, "2022年呢", "2022年杭州有多少件专利？"),
        (ZH, "那二〇二二年呢？", "二〇二二年杭州有多少件专利？"),
        (ZH, "那去年呢？", "去年杭州有多少件专利？"),
        (ZH, "换成2022年呢？", "2022年杭州有多少件专利？"),
        (ZH, "2022？", "2022年杭州有多少件专利？"),
        ("2021年至2023年增长多少？", "那2020年呢？", "2020年增长多少？"),
        ("2023年3月登记多少件？", "那2022年呢？", "2022年登记多少件？"),
        ("全省专利转让多少次？", "那2022年呢？", "2022年全省专利转让多少次？"),
        (ZH, "那宁波呢？", "2023年宁波有多少件专利？"),
        (ZH, "宁波市呢？", "2023年宁波市有多少件专利？"),
        (ZH, "那寧波呢？", "2023年宁波有多少件专利？"),
        (ZH, "那么宁波的情况呢？", "2023年宁波有多少件专利？"),
        (ZH, "还有宁波？", "2023年宁波有多少件专利？"),
        (ZH, "那2022年宁波呢？", "2022年宁波有多少件专利？"),
        ("浙江省杭州市有多少件专利？", "宁波呢？", "浙江省宁波有多少件专利？"),
        ("全省专利转让多少次？", "那宁波呢？", "宁波专利转让多少次？"),
        ("满意度是多少？", "那宁波呢？", "宁波满意度是多少？"),
        ("浙江专利许可居全国第几？", "那江苏呢？", "江苏专利许可居全国第几？"),
        (EN, "What about 2022?", "How many patents did Hangzhou have in 2022?"),
        (EN, "And in 2022?", "How many patents did Hangzhou have in 2022?"),
        (EN, "In 2022?", "How many patents did Hangzhou have in 2022?"),
        (EN, "And what about last year?", "How many patents did Hangzhou have last year?"),
        (EN, "What about Ningbo?", "How many patents did Ningbo have in 2023?"),
        (EN, "and Ningbo", "How many patents did Ningbo have in 2023?"),
        (EN, "How about the year before last?", f"{EN} How about the year before last?"),
        (EN, "how about ningbo?", "How many patents did Ningbo have in 2023?"),
        (EN, "Same for Ningbo?", "How many patents did Ningbo have in 2023?"),
        (EN, "And in Ningbo in 2022?", "How many patents did Ningbo have in 2022?"),
        ("How many patents are valid?", "And in 2022?", "How many patents are valid in 2022?"),
        ("How many patents are valid?", "In Ningbo?", "How many patents are valid in Ningbo?"),
        ("What does the province export?", "And Jiangsu?", "What does Jiangsu export?"),
    ],
)
def test_a_year_or_place_is_asked_about_again(before: str, question: str, whole: str) -> None:
    assert completed(question, before) == whole


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        (ZH, "And in 2022?", "2022年杭州有多少件专利？ And in 2022?"),
        (ZH, "What about Ningbo?", "2023年宁波有多少件专利？ What about Ningbo?"),
        (EN, "那2022年呢？", "How many patents did Hangzhou have in 2022? 那2022年呢？"),
        (EN, "那宁波呢？", "How many patents did Ningbo have in 2023? 那宁波呢？"),
        (ZH, "How many of them are licensed?", ZH + " How many of them are licensed?"),
        (EN, "其中多少是发明专利？", EN + " 其中多少是发明专利？"),
    ],
)
def test_the_language_may_change_in_between(before: str, question: str, whole: str) -> None:
    assert completed(question, before) == whole


@pytest.mark.parametrize(
    "question",
    [
        "其中发明专利有多少件？",
        "其中专利许可备案有多少次？",
        "这其中有多少是发明专利？",
        "2023年其中多少是发明专利？",
        "它们排全国第几？",
        "它是什么时候成立的？",
        "请问它是谁批准的",
        "这些城市是哪些？",
        "這些企業在哪裡？",
        "该条例什么时候施行？",
        "上述金额是多少？",
        "有多少企业参与了这项制度？",
        "同期增长多少？",
        "当年有多少？",
        "还有哪些？",
        "还有吗？",
        "另外还有谁参加了？",
        "那么专利许可有多少次？",
        "那商标呢？",
        "商标呢？",
        "为什么？",
        "什么时候？",
        "占比多少？",
        "同比增长多少？",
        "排第几？",
        "具体是哪几个？",
        "后来怎么样了？",
    ],
)
def test_a_chinese_follow_up_gets_its_topic(question: str) -> None:
    assert completed(question, ZH) == f"{ZH} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "And how many of them were licences?",
        "How many of these are inventions?",
        "Which of them are in Ningbo?",
        "Of those, how many are valid?",
        "Which ones?",
        "When was it adopted?",
        "Where are they?",
        "What is its rank?",
        "What is the total value of their loans?",
        "How many licences did they grant?",
        "Who approved it?",
        "Is this amount a record?",
        "What happened that year?",
        "Are those patents valid?",
        "And the share of inventions?",
        "And trademarks?",
        "What about trademarks?",
        "Why?",
        "Since when?",
        "By how much?",
        "In which year?",
        "Which cities?",
        "How many?",
        "Who else?",
        "Any others?",
        "But who pays?",
        "So when did it start?",
    ],
)
def test_an_english_follow_up_gets_its_topic(question: str) -> None:
    assert completed(question, EN) == f"{EN} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "2022年浙江省质押融资金额是多少？",
        "浙江有多少件专利呢？",
        "知识产权保护中心做什么？",
        "知识产权保护怎么样？",
        "什么是专利密集型产品？",
        "谁来组织实施专利转化？",
        "技术调查官那套制度是几个部门一起定的？",
        "浙江那部保护和促进知识产权的地方法规哪天起施行？",
        "特许权、专利费这类跨境收支，浙江合计多少亿元？",
        "专利转移转化11.5万件，其中专利转让多少次？",
        "浙江省知识产权保护中心和它的分中心有多少个？",
        "专利转让和许可各有多少，它们排第几？",
        "企业应该如何申请专利质押登记？",
        "我该怎么申请商标注册？",
        "这篇稿子是谁写的",
        "那曲市有多少件专利",
        "雄鹰计划那块是谁在支持知识产权领军企业？",
        "那么2023年浙江省知识产权质押融资金额达到多少亿元？",
        "此前浙江的专利综合指数排名第几？",
        "其他省份有没有类似做法？",
        "杭州",
        "绍兴酒获得了什么称号？",
        "數據知識產權登記了多少件？",
    ],
)
def test_a_chinese_question_that_stands_alone_is_left_alone(question: str) -> None:
    expected = "2023年杭州有多少件专利？" if question == "杭州" else question
    assert completed(question, ZH) == expected


@pytest.mark.parametrize(
    "question",
    [
        "How many patents were transferred in Zhejiang?",
        "Which companies sold their patents?",
        "How many patents did Zhejiang and its cities hold?",
        "How many patents did Zhejiang have and where does it rank?",
        "Is there a regulation on intellectual property?",
        "How many centres are there in Zhejiang?",
        "Is it true that Wenzhou won an award?",
        "How long does it take to register a pledge?",
        "Which documents does this article mention?",
        "What did Zhejiang achieve this year?",
        "So how many patents were transferred in Zhejiang in 2023?",
        "When a firm applies for a loan, does it need a valuation?",
        "If a patent is pledged, who values it?",
        "What happens to those who infringe a patent?",
        "Where is the overseas service outlet?",
        "Why was the compensation fund set up?",
        "Who runs the Zhejiang platform?",
        "Which city is the home of the accelerator that helps companies list their shares?",
        "Did the provincial government issue awards in 2023?",
        "What is a patent-intensive product?",
        "And how many national demonstration enterprises did Zhejiang add in 2023?",
        "Tell me about technical investigators.",
        "Patents",
    ],
)
def test_an_english_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert completed(question, EN) == question


def test_without_a_conversation_nothing_changes() -> None:
    assert completed("那2022年呢？") == "那2022年呢？"
    assert completed("Why?") == "Why?"


def test_a_chain_is_followed_back_to_its_topic() -> None:
    assert completed("那宁波呢？", ZH, "那2022年呢？") == "2022年宁波有多少件专利？"
    assert completed("那宁波呢？", ZH, "2022年杭州有多少件专利？") == "2022年宁波有多少件专利？"


def test_a_new_topic_ends_the_chain() -> None:
    new = "浙江专利许可备案了多少次？"
    assert completed("那2022年呢？", ZH, new) == "2022年" + new


def test_a_completed_question_in_the_history_is_taken_as_it_is() -> None:
    joined = f"{ZH} 其中发明专利有多少件？"
    assert completed("为什么？", ZH, joined) == f"{joined} 为什么？"


def test_of_several_years_or_places_none_is_replaced() -> None:
    years, places = "2021年和2023年各多少件？", "杭州和绍兴哪个的专利多？"
    assert completed("那2022年呢？", years) == f"{years} 那2022年呢？"
    assert completed("那宁波呢？", places) == f"{places} 那宁波呢？"
