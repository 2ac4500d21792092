"""What a question asks for, read off its words: the kind of answer, its years and places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from zjip_qa.types import Language


class AnswerKind(StrEnum):
    """What sort of words would answer."""

    FIGURE = "figure"
    DATE = "date"
    PLACE = "place"
    WHO = "who"
    DOCUMENT = "document"
    YESNO = "yesno"
    REASON = "reason"
    OTHER = "other"


_ZH = (
    (AnswerKind.DOCUMENT, r"(哪[些部份个几]*|什么)[^，。？?]{0,6}(条例|文件|办法|法规|政策|方案|规定|意见|要点|法律)"),
    (
        AnswerKind.FIGURE,
        r"多少|几[个家件项次名位部所条户成倍年]|多大|多高|多长|占比|比例|百分之几|第几|排名|名次|排第|"
        r"增幅|增速|增长率|规模|总额|数额|金额|数量|总量|总数|得分|几何",
    ),
    (AnswerKind.DATE, r"什么时候|何时|哪[一]?[年月天日]|几[月号]|哪个月|时间是|从何时|日期"),
    (AnswerKind.PLACE, r"哪里|何处|在哪|哪[些个几座]*(地方|城市|省市|省份|市|省|县|区|国家|地区|地)|什么地方|何地"),
    (AnswerKind.WHO, r"谁|何人|哪[些个几家]*(部门|机构|单位|企业|公司|人|法院|银行|高校)|什么(部门|机构|单位|人)"),
    (AnswerKind.REASON, r"为什么|为何|原因|怎么会|何以"),
    (AnswerKind.YESNO, r"吗[？?]?$|是否|是不是|有没有|能否|可否|有无|对不对|对吗"),
)
_EN = (
    (AnswerKind.REASON, r"^\W*why\b|\breasons? (for|why)\b"),
    (
        AnswerKind.DOCUMENT,
        r"\b(which|what)\b[^?,]{0,30}\b(regulations?|documents?|laws?|polic(y|ies)|plans?|rules?|"
        r"opinions?|measures?|decisions?)\b",
    ),
    (
        AnswerKind.FIGURE,
        r"\bhow (many|much|large|big|high|long|far|often|fast)\b|\bwhat (percentage|share|proportion|"
        r"number|amount|rank|position|score|value|rate|figure|total|fraction)\b|\b(percentage|number|"
        r"amount|total|value|share|size|volume) of\b|\bby how\b",
    ),
    (AnswerKind.DATE, r"\bwhen\b|\b(what|which) (year|date|month|day)\b|\bsince what\b|\bhow long ago\b"),
    (AnswerKind.PLACE, r"\bwhere\b|\b(which|what) (\w+ )?(cit(y|ies)|provinces?|districts?|count(y|ies)|"
                       r"countr(y|ies)|places?|regions?|areas?|municipalit(y|ies))\b"),
    (AnswerKind.WHO, r"\bwho(m|se)?\b|\b(which|what) (\w+ )?(departments?|agenc(y|ies)|compan(y|ies)|"
                     r"enterprises?|firms?|bod(y|ies)|organi[sz]ations?|authorit(y|ies)|courts?|banks?)\b"),
    (AnswerKind.YESNO, r"^\W*(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b"),
)
_PATTERNS = {
    Language.ZH: tuple((kind, re.compile(p)) for kind, p in _ZH),
    Language.EN: tuple((kind, re.compile(p, re.IGNORECASE)) for kind, p in _EN),
}
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d|(?:[.,]\d)|\s*(?:件|家|次|项|万|亿|个|元|户|名))")
_YEARS_APART = re.compile(r"((?:19|20)\d\d)\s*年?\s*[—–\-~至到]{1,2}\s*((?:19|20)\d\d)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for; `years` as it names them."""

    kind: AnswerKind
    years: frozenset[int]


def read_question(text: str, language: Language) -> Asked:
    """Read the kind of answer wanted, and the years that it must be about."""
    found = [kind for kind, pattern in _PATTERNS[language] if pattern.search(text)]
    return Asked(kind=found[0] if found else AnswerKind.OTHER, years=years_in(text))


def years_in(text: str) -> frozenset[int]:
    """Calendar years that a text names; of a period, its ends and the years between."""
    years = {int(year) for year in _YEAR.findall(text)}
    for first, last in _YEARS_APART.findall(text):
        if 0 <= int(last) - int(first) <= 30:
            years.update(range(int(first), int(last) + 1))
    return frozenset(years)
