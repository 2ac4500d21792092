"""The forms of questions that compare two things, in both languages, as regular expressions.

Groups: `a` and `b` name the things, `of` and `before` say what of them, `how` or `ask` what for;
`and` is the word between the names in Chinese, where it may be part of another word.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Wanted(StrEnum):
    """What a comparison asks about its two sides."""

    LARGER = "larger"
    DIFFERENCE = "difference"
    TOTAL = "total"
    EACH = "each"


HOW_ZH = {
    "多": "有多少",
    "少": "有多少",
    "高": "多高",
    "低": "多高",
    "大": "多大",
    "小": "多大",
    "快": "多快",
    "慢": "多快",
    "长": "多长",
    "短": "多长",
    "贵": "多少钱",
    "便宜": "多少钱",
    "重": "多重",
    "轻": "多重",
    "远": "多远",
    "近": "多远",
}
# 增长 and 提高 say what became of a thing, not how it is.
_ADJECTIVE_ZH = rf"(?<![增提降扩减缩])(?:{'|'.join(HOW_ZH)})"
YEAR = re.compile(r"(?:19|20)\d\d年?")
_BEFORE_ZH = (
    r"(?P<before>(?:请问|(?:19|20)\d\d年(?:度|底)?[，,]?|[^，,。？?]{1,16}[，,])*)(?![的比和与])"
)
_PAIR_ZH = (
    _BEFORE_ZH + r"(?P<a>[^，,。？?]{1,24}?)(?P<and>和|与|跟|同|、|还是)(?P<b>[^，,。？?]{1,24}?)"
)
_SIDE_BY_SIDE = r"(?:相比|比起来|比较|这?两者|这?二者|之间|中|当中|里)*[，,]?\s*"
_END_ZH = r"[。？?]*$"
_ASK_ZH = rf"(?P<ask>(?:多少|几|什么时候|何时|哪里)[^，,。？?]{{0,8}}){_END_ZH}"
PATTERNS_ZH: tuple[tuple[Wanted, re.Pattern[str]], ...] = tuple(
    (wanted, re.compile(pattern))
    for wanted, pattern in (
        (
            Wanted.LARGER,
            rf"^{_PAIR_ZH}{_SIDE_BY_SIDE}(?:到底)?(?:哪一?[个家座种条边项方]|谁)"
            rf"(?P<of>[^，,。？?]{{0,12}}?)(?:更|比较|要|较)?(?P<how>{_ADJECTIVE_ZH})[些点呢一]*[。？?]*$",
        ),
        (
            Wanted.LARGER,
            rf"^{_BEFORE_ZH}(?:哪一?[个家座种条边项方]|谁)(?:[^，,。？?]{{0,8}}?的)?"
            rf"(?P<of>[^，,。？?]{{0,12}}?)(?:更|比较|要|较)?(?P<how>{_ADJECTIVE_ZH})[些点呢一]*"
            r"[，,：:？?]\s*(?:是)?(?P<a>[^，,。？?]{1,24}?)\s*(?P<and>还是|和|与|跟|、)\s*"
            rf"(?P<b>[^，,。？?]{{1,24}}?){_END_ZH}",
        ),
        (
            Wanted.DIFFERENCE,
            rf"^{_BEFORE_ZH}(?P<a>[^，,。？?]{{1,24}}?)(?P<and>比)"
            rf"(?P<b>[^，,。？?]{{1,24}}?)(?P<of>)(?P<how>{_ADJECTIVE_ZH})(?:出|了)*{_ASK_ZH}",
        ),
        (
            Wanted.DIFFERENCE,
            rf"^{_PAIR_ZH}(?P<of>)(?:相差|差距|差)(?:了|有)?(?P<how>)多[少大][^，,。？?]{{0,6}}{_END_ZH}",
        ),
        (
            Wanted.TOTAL,
            rf"^{_PAIR_ZH}(?P<of>)(?:一共|总共|合计|加起来|加在一起|共)[是有为达]*(?P<how>)"
            rf"{_ASK_ZH}",
        ),
        (
            Wanted.EACH,
            rf"^{_PAIR_ZH}(?P<of>)(?:分别|各自?)[是有为达在]*(?P<how>){_ASK_ZH}",
        ),
        (
            Wanted.EACH,
            r"^(?P<before>)(?:请|帮我)?(?:比较|对比)一?下?(?P<a>[^，,。？?]{1,24}?)(?P<and>和|与|跟|同|、)"
            rf"(?P<b>[^，,。？?]{{1,24}}?)(?P<of>)(?P<how>){_END_ZH}",
        ),
    )
)
_MORE = (
    r"(?P<how>more|fewer|less|larger|bigger|greater|higher|lower|smaller|longer|shorter|taller|"
    r"faster|slower|heavier|lighter|cheaper|dearer)"
)
HOW_EN = {
    "more": "how many",
    "fewer": "how many",
    "less": "how much",
    "longer": "how long",
    "shorter": "how long",
    "higher": "how high",
    "lower": "how high",
    "taller": "how high",
}
_HAS = r"(?:is|are|was|were|has|have|had|does|do|did|gets?|got|holds?|held|costs?|made|makes?)"
PATTERNS_EN: tuple[tuple[Wanted, re.Pattern[str]], ...] = tuple(
    (wanted, re.compile(pattern, re.IGNORECASE))
    for wanted, pattern in (
        (
            Wanted.LARGER,
            rf"^which\b[^,?]*?\s(?:{_HAS}\s)?{_MORE}\b(?P<of>[^,?:]*)[,:]\s*"
            r"(?P<a>[^?]+?)\s+or\s+(?P<b>[^?]+?)\s*\?*$",
        ),
        (
            Wanted.DIFFERENCE,
            rf"^(?:by )?how (?:much|many)\s+{_MORE}\b(?P<of>[^,?]*?)\s*\b{_HAS}\s"
            r"(?P<a>[^?]+?)(?:\s(?:have|had|get|hold|cost|make))?\s+than\s+(?P<b>[^?]+?)\s*\?*$",
        ),
        (
            Wanted.LARGER,
            rf"^{_HAS}\s(?P<a>[^?]+?)\s(?:have\s|had\s|hold\s|get\s)?{_MORE}\b"
            r"(?P<of>[^?]*?)\sthan\s+(?P<b>[^?]+?)\s*\?*$",
        ),
        (
            Wanted.DIFFERENCE,
            r"^what(?:'s| is| was) the (?P<how>)difference (?P<of>(?:in|of) [^?]*?)?"
            r"\s?between\s+(?P<a>[^?]+?)\s+and\s+(?P<b>[^?]+?)\s*\?*$",
        ),
        (
            Wanted.TOTAL,
            rf"^(?P<how>how (?:much|many))\s(?P<of>[^,?]*?)\s(?:{_HAS})\s(?P<a>[^?,]+?)"
            r"\s+and\s+(?P<b>[^?,]+?)(?:\s(?:have|had|get|hold|cost|make))?\s"
            r"(?:in total|together|combined|altogether|in all)\s*\?*$",
        ),
        (
            Wanted.EACH,
            rf"^(?P<how>how (?:much|many|high|long|large))\s(?P<of>[^,?]*?)\s?{_HAS}\s"
            r"(?P<a>[^?,]+?)\s+and\s+(?P<b>[^?,]+?)(?:\s(?:have|had|get|hold|cost|make))?,?\s"
            r"(?:respectively|each)\s*\?*$",
        ),
        (
            Wanted.EACH,
            r"^compare\s(?P<how>)(?P<of>[^?]*\s(?:of|in|for|on|at)\s)?(?P<a>[^?]+?)\s+"
            r"(?:and|with|to)\s+(?P<b>[^?]+?)\s*[?.]*$",
        ),
    )
)
