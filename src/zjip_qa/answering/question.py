"""What a question asks for, read off its words: the kind of answer, its unit, its years."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from zjip_qa.answering.clock import find_times
from zjip_qa.answering.quantities import (
    DURATIONS,
    Quantity,
    QuantityKind,
    chinese_number,
    find_quantities,
)
from zjip_qa.text import normalize
from zjip_qa.types import Language


class AnswerKind(StrEnum):
    """What sort of words would answer."""

    FIGURE = "figure"
    DATE = "date"
    PLACE = "place"
    WHO = "who"
    PERSON = "person"
    DOCUMENT = "document"
    YESNO = "yesno"
    REASON = "reason"
    OTHER = "other"


_LAWS_ZH = "条例|文件|办法|法规|政策|方案|规定|意见|要点|法律|规划|决定"
_LAWS_EN = (
    r"(?:regulations?|documents?|laws?|polic(?:y|ies)|plans?|rules?|opinions?|measures|"
    r"decisions?|guidance|guidelines?)"
)
_LAW_NAMED = re.compile(rf"{_LAWS_ZH}|法(?![院官人庭定])|\b{_LAWS_EN}\b|\bacts?\b", re.IGNORECASE)
_TITLE = re.compile(r"[《“]|(?<!\w)\"\w")
_PLACES_ZH = (
    "地方|城市|省市|省份|市(?!场)|省(?!级|部|政府)|县|区(?![块域])|国家(?![级试标重政示法])|地区|"
    "地(?![理标])"
)
_PLACES_EN = (
    r"(?:cit(?:y|ies)|provinces?|districts?|count(?:y|ies)|countr(?:y|ies)|places?|regions?|areas?)"
)
_BODIES_ZH = "部门|机构|单位|企业|公司|人|法院|银行|高校|协会|组织|厅|局|委(?!托)"
_BODIES_EN = (
    r"(?:departments?|agenc(?:y|ies)|compan(?:y|ies)|enterprises?|firms?|bod(?:y|ies)|"
    r"organi[sz]ations?|authorit(?:y|ies)|courts?|banks?|people)"
)
_SUMS_ZH = (
    "投资|募集|募资|罚款|罚|年费|保费|费用|价格|工资|补贴|奖金|预算|GDP|生产总值|营收|利润|市值"
)
_SUMS_EN = (
    r"(?:premiums?|fees?|fines?|costs?|prices?|salar(?:y|ies)|bonus(?:es)?|budgets?|investments?|"
    r"penalt(?:y|ies)|subsid(?:y|ies)|gdp|revenues?|profits?)(?! growth| rates?)"
)
_POSTS_ZH = "局长|厅长|主任|负责人|院长|董事长|总经理|书记|省长|市长|校长|会长|主席"
_POSTS_EN = r"(?:head|director|chief|chair\w*|president|minister|governor|mayor|secretary|ceo)"
_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|must|may|might)"
)
_INDIRECT = r"\b(?:tell me|know|say|says|state|states|since|until|by|from|and|or)"
_COUNTED = "件项家户次名人位所条部门类种届省市县区起篇倍分天周年处批款套台座场"
# "哪几个城市" asks for cities and "好几个" asks nothing.
_HOW_MANY_ZH = r"(?:多少|几多|(?<![哪好第])几)"
_WHICH_ZH = r"(?:哪一?[些个几家座部份位所]*|什么|啥)"

_Pattern = tuple[AnswerKind, QuantityKind | None, str]
_RATES_ZH = (
    "利|税|费|合格|成功|满意|通过|失业|就业|覆盖|使用|利用|普及|完成|达标|转化|参与|参保|授权|回收"
    "|入学|违约|胜诉|赔付|贡献|存活|死亡"
)
_RATES_EN = (
    "interest|tax|duty|tariff|success|satisfaction|approval|pass|unemployment|employment|coverage"
    "|utili[sz]ation|adoption|completion|conversion|participation|grant|recovery|enrolment"
    "|enrollment|default|win|survival|mortality|inflation|vacancy"
)
"""Rates that are shares; one of exchange, say, isn't."""
_FIGURE, _MONEY, _SHARE = AnswerKind.FIGURE, QuantityKind.MONEY, QuantityKind.SHARE
_PATTERNS: dict[Language, tuple[_Pattern, ...]] = {
    # The first that matches decides: words that ask for something, and only after them words
    # that name a thing which has a number ("金额", "the size of"), which leave it in doubt.
    Language.ZH: (
        (AnswerKind.REASON, None, r"为什么|为何|为啥|原因|怎么会|何以|图的是什么|图什么|凭什么"),
        (
            AnswerKind.PERSON,
            None,
            rf"(?:{_POSTS_ZH})[^，。？?]{{0,4}}(?:谁|叫什么|哪位|姓名|姓什么)",
        ),
        (_FIGURE, QuantityKind.ORDINAL, r"第几[届条章款节批期次]"),
        (
            _FIGURE,
            QuantityKind.RANK,
            r"第几|名次|位次|(?:排|居|列)[^，。？?]{0,6}几|前几[名位]?|排老几",
        ),
        (
            _FIGURE,
            _SHARE,
            rf"百分之(?:几|多少)|{_HOW_MANY_ZH}个?百分点|几成|多大(?:的)?(?:比例|比重|份额)"
            rf"|占[^，。？?]{{0,12}}(?:多少(?![{_COUNTED}个])|多大)"
            r"|(?:占比|比例|比重|份额|增幅|增速|增长率|涨幅|降幅|同比)[^，。？?]{0,8}"
            r"(?:多少|几|多大|多高|多快|如何|怎样|怎么样)"
            rf"|(?:{_RATES_ZH})率[^，。？?]{{0,4}}(?:多少|多高|几)",
        ),
        (
            _FIGURE,
            _MONEY,
            r"(?:多少|几|几多)(?:个)?(?:万|亿|百万|千万)?(?:元|块?钱|人民币|美元|资金|投资|补贴)"
            rf"|(?:{_SUMS_ZH})(?:总?[量额])?(?:是|为|达|要|交|了)*(?:多少(?![{_COUNTED}])|几何)"
            r"|多少亿(?!件|个|次|人)|(?:金额|总额|产值|贷款|融资额?|资金|费用)[^，,。]{0,8}"
            r"(?:多少(?![家个户项件次笔]|企业|项目|单位|公司)|几何|多大|多高)",
        ),
        (
            _FIGURE,
            None,
            rf"多少|几多|{_HOW_MANY_ZH}(?:个|[{_COUNTED}])|多大|多高|多长|多久(?!以前)|多远|几何|"
            r"几位数|有几",
        ),
        (
            AnswerKind.DOCUMENT,
            None,
            # "用什么办法" asks how, not by which rules.
            rf"(?!(?<=[用有想以])什么办法){_WHICH_ZH}[^，。？?]{{0,6}}(?:{_LAWS_ZH})|全称"
            rf"|{_WHICH_ZH}[^，。？?]{{0,14}}的(?:{_LAWS_ZH})[？?]?$"
            rf"|(?:{_LAWS_ZH}|\b{_LAWS_EN})[^，。？?]{{0,8}}(?:叫什么|叫啥|名字|名称)",
        ),
        (
            AnswerKind.DATE,
            None,
            r"什么时候|啥时候?|何时|几时|哪一?[年月天日]|几[月号]|(?<!第)几点|几几年|[周星]期?几|哪个月|何年|日期|多久以前",
        ),
        (AnswerKind.PLACE, None, rf"哪里|哪儿|何处|在哪|何地|{_WHICH_ZH}(?:{_PLACES_ZH})"),
        (
            AnswerKind.WHO,
            None,
            rf"谁|何人|哪位|{_WHICH_ZH}[^，。？?些个几家]{{0,4}}?(?:{_BODIES_ZH})",
        ),
        (AnswerKind.YESNO, None, r"吗[？?]?$|是否|是不是|有没有|能否|可否|有无|对不对|能不能"),
        (_FIGURE, QuantityKind.RANK, r"排名|排位"),
        (_FIGURE, _SHARE, r"占比|比例|比重|增幅|增速|增长率|百分点|同比"),
        (_FIGURE, _MONEY, r"金额|总额|产值"),
        (_FIGURE, None, r"规模|数额|数量|总量|总数|得分|分数"),
    ),
    Language.EN: (
        (
            AnswerKind.REASON,
            None,
            r"^\W*why\b|\breasons? (?:for|why)\b|\bhow come\b|^\W*what (?:is|are) .* for\?*$",
        ),
        (
            _FIGURE,
            _SHARE,
            r"\b(?:what|which) (?:percentage|percent|share|proportion|slice|fraction)\b"
            r"|\bhow many percent|\bby (?:what|how many) per|\bgrowth rate\b"
            rf"|\bwhat(?:'s| is| was| are| were)? (?:the |its |their )?(?:\w+ )?"
            rf"(?:{_RATES_EN}) rates?\b"
            r"|\bhow fast\b.*\b(?:gr[eo]w|ris|rose|increas|expand|climb|fall|fell|declin)"
            r"|\bwhat (?:coupon|interest|yield)\b",
        ),
        (
            AnswerKind.PERSON,
            None,
            rf"\bwho (?:heads|chairs|directs)\b"
            rf"|\bwho (?:is|was) the (?:\w+ )?{_POSTS_EN}\b"
            rf"|\bname of the (?:\w+ )?{_POSTS_EN}\b",
        ),
        (_FIGURE, _MONEY, rf"\bwhat(?: \w+){{0,4}} {_SUMS_EN}\b"),
        (_FIGURE, _MONEY, r"\bhow many (?:\w+ )?(?:yuan|rmb|dollars|euros)\b"),
        (_FIGURE, None, r"\bhow many\b"),
        (
            _FIGURE,
            QuantityKind.RANK,
            r"\brank(?:ed|ing|s)?\b|\b(?:what|which) (?:position|place)\b|\bwhere does .* stand\b",
        ),
        (_FIGURE, None, r"\bhow much (?:did|has|have) .*\b(?:grow|grown|rise|risen|increased?)\b"),
        (
            _FIGURE,
            _MONEY,
            r"\bhow much (?:money|funding|financ\w+|capital|credit|was|were|did|in)\b|\bRMB\b"
            r"|(?-i:\byuan\b)|\bhow large .*\b(?:loans?|financ\w+|fees?)\b",
        ),
        (
            _FIGURE,
            None,
            r"\bhow (?:much|large|big|high|long(?! ago)|far|often)\b|\bby how\b"
            r"|\bwhat (?:number|amount|score|value|rate|figure|total)\b",
        ),
        (
            AnswerKind.DATE,
            None,
            # Inside a sentence "when" mostly says on what condition.
            rf"\bwhen(?: \w+ly)? {_AUXILIARY}\b|\bwhen\W*$|{_INDIRECT} when\b"
            r"|\b(?:what|which) (?:years?|dates?|months?|days?|period|time)\b"
            r"|\bsince what\b|\bhow long ago\b",
        ),
        (
            AnswerKind.DOCUMENT,
            None,
            rf"\b(?:which|what) (?:[\w-]+ ){{0,3}}{_LAWS_EN}\b"
            rf"|\b(?:name|title) of\b[^?]{{0,40}}\b{_LAWS_EN}\b|\b{_LAWS_EN} called\b",
        ),
        (AnswerKind.PLACE, None, rf"\bwhere\b|\b(?:which|what) (?:\w+ ){{0,2}}{_PLACES_EN}\b"),
        (
            AnswerKind.WHO,
            None,
            rf"\bwho(?:m|se)?\b|\b(?:which|what) (?:\w+ ){{0,2}}{_BODIES_EN}\b",
        ),
        (
            AnswerKind.YESNO,
            None,
            rf"^\W*{_AUXILIARY}\b",
        ),
        (_FIGURE, _SHARE, r"\b(?:percent(?:age)?|share(?! with)|proportion|fraction|growth)\b"),
        (
            _FIGURE,
            _MONEY,
            r"\b(?:value|amount|sum|worth|total)\b.*\b(?:financ\w+|loans?|money|secured|exports?|"
            r"guarante\w+|pledg\w+|fees?|output|put|use)\b",
        ),
        (
            _FIGURE,
            None,
            r"\b(?:number|amount|value|size|volume) of\b|\btotals?\b|\btally\b|\bscores?\b",
        ),
    ),
}
_POST = re.compile(rf"{_POSTS_ZH}|\b{_POSTS_EN}\b", re.IGNORECASE)
_MEASURE_WORD = re.compile(
    rf"(?:{_HOW_MANY_ZH}|第几)(?:[万亿]|百万|千万)?(个月|小时|个|[{_COUNTED}](?![目称单别限门]))"
)
_DURATION_EN = re.compile(r"\bhow many (?:\w+ )?(year|month|week|day|hour)s\b", re.IGNORECASE)
_DURATION_UNITS = {"year": "年", "month": "个月", "week": "周", "day": "天", "hour": "小时"}
_POINTS = "个百分点"
# How long and how often are also said without a figure: "until 1990", "rarely".
_HARDLY_COUNTED = re.compile(r"多久|多长时间|\bhow (?:long|often|far)\b", re.IGNORECASE)
_NO_COUNT = re.compile(r"多大(?:程度|范围)|\bto what (?:degree|extent)\b", re.IGNORECASE)
_TIME_WORD = re.compile(
    r"世纪|年代|时期|期间|朝代|[一-鿿]朝(?![着向阳])|年前"
    r"|\b(?:centur(?:y|ies)|eras?|dynast(?:y|ies)|\d{1,3} years ago)\b",
    re.IGNORECASE,
)
_RELATIVE_TIME = re.compile(
    r"之日|届满|期满|随时|立即|及时|每[年月日天周季]|时(?![间代期候效刻段常空])"
    r"|(?<![先目此空超])前(?![款条述项列者景提])|(?<![先落背])后(?![果者勤备续])"
    r"|\b(?:after|before|during|when|until|since|upon|within|once|immediately)\b",
    re.IGNORECASE,
)
_RATIO = re.compile(
    r"\d\s?(?:比|[:：∶])\s?\d|[一二三四五六七八九十]比[一二三四五六七八九十]|\b\d+ to \d+\b"
)
# One and a half of something are too common in other words to be read as figures.
_FEW = re.compile(rf"[一半双无][{_COUNTED}]|\b(?:once|twice|one|half|no(?:ne)?)\b", re.IGNORECASE)
_FOREMOST = re.compile(
    r"最|领先|居首|之首|冠军|榜首|\b(?:first|last|top|lead(?:s|ing)?|\w+est|most)\b", re.IGNORECASE
)
_IN_POINTS = re.compile(r"百分点|\bpercentage points?\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"提高|提升|上升|升高|增加|增长|下降|降低|减少|回落|扩大|缩小|变化|[涨跌升降]"
    r"|\b(?:by how (?:much|many)|(?:increas|ris|grow|climb|improv|declin|decreas|chang|drop|fall)"
    r"(?:e|s|es|d|ed|ped|ing|ping)?|rose|risen|grew|grown|fell|fallen|up|down)\b",
    re.IGNORECASE,
)
_UNIT_AFTER = r"\s*(?:件|家|次|项|万|亿|个|元|户|名)"
_YEAR = re.compile(
    rf"(?<!\d)((?:19|20)\d\d)(?!\d|(?:[.,]\d)|{_UNIT_AFTER})"
    r"|([一二][〇○零一二三四五六七八九]{3})年"
)
_OLDER_YEAR = re.compile(
    r"(?<!\d)(1[0-8]\d\d)(?=\s?年(?!的?历史|[前来间以内]))"
    r"|\b(?:in|since|until|from) (1[0-8]\d\d)\b(?! [a-z]+s\b)"
)
_DECADE = re.compile(
    r"(?<!\d)(1\d|2[01])\s?世纪\s?(\d0)\s?年代|(?<!\d)((?:1\d|20)\d0)(?:\s?年代|['’]?s\b)"
    r"|(?:\bthe |['’])([2-9]0)['’]?s\b"
)
_YEARS_APART = re.compile(r"((?:19|20)\d\d)\s*年?\s*[—–\-~至到]{1,2}\s*((?:19|20)\d\d)")
_SHORT_YEAR = re.compile(
    r"(?<!\w)['’](\d\d)\b"
    r"|(?<![\d连续近过整长期第了约满达共有用])(1[5-9]|2\d)年(?![前来间内以里后多的期])"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    Attributes:
        kind: the sort of answer.
        quantity: for a figure, what it must be; None when any figure may answer.
        measure_word: the Chinese measure word that the figure must carry, or "".
        years: as the question names them.
        change: whether it asks how much something rose or fell.
        sure: whether its words leave no doubt that this kind of answer is wanted.
    """

    kind: AnswerKind
    quantity: QuantityKind | None
    measure_word: str
    years: frozenset[int]
    change: bool = False
    sure: bool = True

    def counts_in(self, unit: str) -> bool:
        """Whether a figure of that unit counts what is asked for.

        Working days are days; percentage points are by how much a share changed, never the share.
        """
        if unit == _POINTS and self.quantity is _SHARE and not self.change:
            return False
        return self.measure_word in unit or (self.measure_word == "天" and unit == "工作日")


def read_question(text: str, language: Language) -> Asked:
    """Read the kind of answer wanted, and the years that it must be about.

    Args:
        text: the question as it was typed; traditional characters and full width are read too.
        language: its language. Where its words say nothing, those of the other one are tried.
    """
    plain = normalize(text).text
    kind, quantity, sure = _kind(plain, language)
    if kind is AnswerKind.OTHER:
        other = Language.EN if language is Language.ZH else Language.ZH
        kind, quantity, sure = _kind(plain, other)
    short = {2000 + int(quoted or bare) for quoted, bare in _SHORT_YEAR.findall(plain)}
    return Asked(
        kind=kind,
        quantity=quantity,
        measure_word=_measure_word(plain, kind, quantity),
        years=years_in(plain) | short,
        change=_IN_POINTS.search(plain) is not None or _CHANGE.search(plain) is not None,
        sure=sure and not _HARDLY_COUNTED.search(plain) and not _NO_COUNT.search(plain),
    )


def _kind(text: str, language: Language) -> tuple[AnswerKind, QuantityKind | None, bool]:
    """What is asked for, and whether the words that say so ask, and don't just name a thing."""
    sure = True
    for kind, quantity, pattern in _PATTERNS[language]:
        if re.search(pattern, text, re.IGNORECASE):
            return kind, quantity, sure
        sure = sure and kind is not AnswerKind.YESNO
    return AnswerKind.OTHER, None, True


def _measure_word(text: str, kind: AnswerKind, quantity: QuantityKind | None) -> str:
    if kind is AnswerKind.FIGURE and _IN_POINTS.search(text):
        return _POINTS
    if kind is not AnswerKind.FIGURE or quantity not in (None, QuantityKind.ORDINAL):
        return ""
    chinese = _MEASURE_WORD.search(text)
    if chinese:
        # 个 counts anything: "几个部门" is answered by 10部门, "多少个企业" by 258家.
        return "" if chinese[1] == "个" else chinese[1]
    english = _DURATION_EN.search(text)
    return _DURATION_UNITS[english[1].lower()] if english else ""


def years_in(text: str) -> frozenset[int]:
    """Calendar years that a text names; of a period or decade, all years of it."""
    years = {int(arabic or chinese_number(spelled) or 0) for arabic, spelled in _YEAR.findall(text)}
    years.update(int(one or other) for one, other in _OLDER_YEAR.findall(text))
    for century, of_century, written, short in _DECADE.findall(text):
        first = int(written or 0) or (
            (int(century) - 1) * 100 + int(of_century) if century else 1900 + int(short)
        )
        # "The 1700s" are a hundred years.
        years.update(range(first, first + (10 if first % 100 or century or short else 100)))
    for first, last in _YEARS_APART.findall(text):
        if 0 <= int(last) - int(first) <= 30:
            years.update(range(int(first), int(last) + 1))
    return frozenset(years)


def holds(asked: Asked, text: str) -> float:
    """How well a sentence's values fit what is asked for.

    1 the very kind, ½ what may stand for it, ¼ another figure than the one asked for, 0 nothing.
    """
    if asked.kind is AnswerKind.DOCUMENT:
        return 1.0 if _TITLE.search(text) else 0.5 * bool(_LAW_NAMED.search(text))
    if asked.kind is AnswerKind.DATE:
        return _holds_time(text)
    if asked.kind is AnswerKind.PERSON:
        return float(_POST.search(text) is not None)
    if asked.kind is not AnswerKind.FIGURE:
        return 0.5
    figures = [q for q in find_quantities(text) if q.kind is not QuantityKind.DATE]
    if asked.quantity is not None:
        if any(q.kind is asked.quantity for q in figures):
            return 1.0
        return 0.5 if _stands_for(asked.quantity, figures, text) else 0.25 * bool(figures)
    # A rank or "第二届" counts nothing.
    counts = [q for q in figures if q.kind not in (QuantityKind.RANK, QuantityKind.ORDINAL)]
    wanted = any(asked.counts_in(q.unit) for q in counts)
    if wanted or (asked.measure_word and _FEW.search(text)):
        return 1.0
    return 0.25 if counts or _FEW.search(text) else 0.0


def _holds_time(text: str) -> float:
    """Whether a sentence says when: 1 by a date, a time or a period, ½ by what else happens."""
    quantities = find_quantities(text)
    if any(q.kind is QuantityKind.DATE for q in quantities) or years_in(text):
        return 1.0
    if _TIME_WORD.search(text) or find_times(text):
        return 1.0
    lasts = any(q.unit in DURATIONS for q in quantities)
    return 0.5 if lasts or _RELATIVE_TIME.search(text) else 0.0


def _stands_for(wanted: QuantityKind, figures: Sequence[Quantity], text: str) -> bool:
    """Whether a sentence gives a figure of one kind in another way.

    A fine as a multiple or a share, a share as a ratio, a place in an order by a superlative.
    """
    if wanted is QuantityKind.MONEY:
        return any(q.unit == "倍" or q.kind is QuantityKind.SHARE for q in figures)
    if wanted is QuantityKind.SHARE:
        return any(q.unit == "倍" for q in figures) or _RATIO.search(text) is not None
    if wanted is QuantityKind.RANK:
        return any(q.unit == "大" for q in figures) or _FOREMOST.search(text) is not None
    return False
