"""What a question asks for, read off its words: the kind of answer, its unit, its years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from zjip_qa.answering.quantities import QuantityKind, find_quantities
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


_LAWS_ZH = "条例|文件|办法|法规|政策|方案|规定|意见|要点|法律"
_LAWS_EN = (
    r"(?:regulations?|documents?|laws?|polic(?:y|ies)|plans?|rules?|opinions?|measures?|decisions?)"
)
_PLACES_ZH = "地方|城市|省市|省份|市|省|县|区|国家|地区|地"
_PLACES_EN = (
    r"(?:cit(?:y|ies)|provinces?|districts?|count(?:y|ies)|countr(?:y|ies)|places?|regions?|areas?)"
)
_BODIES_ZH = "部门|机构|单位|企业|公司|人|法院|银行|高校"
_BODIES_EN = (
    r"(?:departments?|agenc(?:y|ies)|compan(?:y|ies)|enterprises?|firms?|bod(?:y|ies)|"
    r"organi[sz]ations?|authorit(?:y|ies)|courts?|banks?|people)"
)
_RANK = {
    Language.ZH: r"第几|排名|名次|排第|位次|排在|居全国",
    Language.EN: r"\brank(?:ed|ing|s)?\b|\bposition\b|\bwhere does .* stand\b",
}
_SHARE = {
    Language.ZH: r"占比|比例|比重|百分之几|增幅|增速|增长率|百分点|同比",
    Language.EN: r"\b(?:percent(?:age)?|share|proportion|slice|fraction|growth|how fast|rate)\b",
}
_MONEY = {
    Language.ZH: r"多少(?:万|亿|百万|千万)?(?:元|钱|人民币|资金)|几[万亿]?元|多少亿(?!件|个|次|人)|"
    r"(?:金额|总额|产值|规模|贷款|融资额?|资金|费用)[^，,。]{0,8}(?:多少|几何|多大|多高)",
    Language.EN: r"\bhow much (?:money|funding|financ\w+|capital|credit|was|were|did|in)\b|\bRMB\b|"
    r"\byuan\b|\b(?:value|amount|sum|worth|total)\b.*\b(?:financ\w+|loans?|money|secured|exports?|"
    r"guarante\w+|pledg\w+|fees?|output|put|use)\b",
}
_COUNT = {
    Language.ZH: r"多少|几[个家件项次名位部所条户成倍年种类样]|多大|多高|多长|规模|数额|金额|数量|总量|"
    r"总数|得分|几何|几位数",
    Language.EN: r"\bhow (?:many|much|large|big|high|long|far|often|fast)\b|\bwhat (?:number|amount|"
    r"score|value|rate|figure|total)\b|\b(?:number|amount|total|value|size|volume) of\b|\bby how\b",
}
_PATTERNS: dict[Language, tuple[tuple[AnswerKind, str], ...]] = {
    Language.ZH: (
        (AnswerKind.DOCUMENT, rf"(?:哪[些部份个几]*|什么)[^，。？?]{{0,6}}(?:{_LAWS_ZH})|全称"),
        (AnswerKind.DATE, r"什么时候|何时|哪一?[年月天日]|几[月号]|哪个月|从何时|日期|多久以前"),
        (AnswerKind.PLACE, rf"哪里|何处|在哪|哪[些个几座]*(?:{_PLACES_ZH})|什么地方|何地"),
        (AnswerKind.WHO, rf"谁|何人|(?:哪[些个几家]*|什么)(?:{_BODIES_ZH})"),
        (AnswerKind.REASON, r"为什么|为何|原因|怎么会|何以|图的是什么"),
        (AnswerKind.YESNO, r"吗[？?]?$|是否|是不是|有没有|能否|可否|有无|对不对"),
    ),
    Language.EN: (
        (AnswerKind.REASON, r"^\W*why\b|\breasons? (?:for|why)\b"),
        (AnswerKind.DOCUMENT, rf"\b(?:which|what)\b[^?,]{{0,30}}\b{_LAWS_EN}\b"),
        (
            AnswerKind.DATE,
            r"\bwhen\b|\b(?:what|which) (?:year|date|month|day)\b|\bsince what\b|\bhow long ago\b",
        ),
        (AnswerKind.PLACE, rf"\bwhere\b|\b(?:which|what) (?:\w+ ){{0,2}}{_PLACES_EN}\b"),
        (AnswerKind.WHO, rf"\bwho(?:m|se)?\b|\b(?:which|what) (?:\w+ ){{0,2}}{_BODIES_EN}\b"),
        (
            AnswerKind.YESNO,
            r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b",
        ),
    ),
}
_MEASURE_WORD = re.compile(r"(?:多少|几)(?:[万亿]|百万|千万)?([件项家户次个名人位所条部门类种届省市县区起篇倍分])")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d|(?:[.,]\d)|\s*(?:件|家|次|项|万|亿|个|元|户|名))")
_YEARS_APART = re.compile(r"((?:19|20)\d\d)\s*年?\s*[—–\-~至到]{1,2}\s*((?:19|20)\d\d)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    Attributes:
        kind: the sort of answer.
        quantity: for a figure, what it must be; None when any figure may answer.
        measure_word: the Chinese measure word that the figure must carry, or "".
        years: as the question names them.
    """

    kind: AnswerKind
    quantity: QuantityKind | None
    measure_word: str
    years: frozenset[int]


def read_question(text: str, language: Language) -> Asked:
    """Read the kind of answer wanted, and the years that it must be about."""
    kind, quantity = _kind(text, language)
    unit = _MEASURE_WORD.search(text)
    return Asked(
        kind=kind,
        quantity=quantity,
        measure_word=unit[1] if unit and kind is AnswerKind.FIGURE else "",
        years=years_in(text),
    )


def _kind(text: str, language: Language) -> tuple[AnswerKind, QuantityKind | None]:
    def asks(patterns: dict[Language, str]) -> bool:
        return re.search(patterns[language], text, re.IGNORECASE) is not None

    for quantity, patterns in (
        (QuantityKind.RANK, _RANK),
        (QuantityKind.SHARE, _SHARE),
        (QuantityKind.MONEY, _MONEY),
        (None, _COUNT),
    ):
        if asks(patterns):
            return AnswerKind.FIGURE, quantity
    for kind, pattern in _PATTERNS[language]:
        if re.search(pattern, text, re.IGNORECASE):
            return kind, None
    return AnswerKind.OTHER, None


def years_in(text: str) -> frozenset[int]:
    """Calendar years that a text names; of a period, its ends and the years between."""
    years = {int(year) for year in _YEAR.findall(text)}
    for first, last in _YEARS_APART.findall(text):
        if 0 <= int(last) - int(first) <= 30:
            years.update(range(int(first), int(last) + 1))
    return frozenset(years)


def holds(asked: Asked, text: str) -> float:
    """How well a sentence's values fit what is asked for: 1 the very kind, ½ near it, 0 not."""
    if asked.kind is AnswerKind.DOCUMENT:
        return float("《" in text or "“" in text)
    if asked.kind is AnswerKind.DATE:
        dates = (q.kind is QuantityKind.DATE for q in find_quantities(text))
        return float(any(dates) or "年前" in text)
    if asked.kind is not AnswerKind.FIGURE:
        return 0.5
    figures = [q for q in find_quantities(text) if q.kind is not QuantityKind.DATE]
    if asked.quantity is not None:
        wanted = any(q.kind is asked.quantity for q in figures)
    elif asked.measure_word:
        wanted = any(asked.measure_word in q.unit for q in figures)
    else:
        wanted = any(q.kind is not QuantityKind.RANK for q in figures)
    return 1.0 if wanted else 0.25 * bool(figures)
