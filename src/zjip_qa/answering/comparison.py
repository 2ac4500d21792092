"""Questions that set two things side by side: which is more, by how much, how much together.

Covers reading them, each side as a question of its own, and what two figures allow to be said.
Nothing is calculated: a difference or a total that no document states is not stated, and which
figure is larger only where both are of one kind and unit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from zjip_qa.answering import wording
from zjip_qa.answering.quantities import Approximation, Quantity, QuantityKind
from zjip_qa.answering.question import years_in
from zjip_qa.answering.substitution import asked_again
from zjip_qa.text import Segmenter, bare_place, load_places
from zjip_qa.types import Language

_LONGEST = 200
"""Characters; a longer question says more than one comparison, and patterns take their time."""


class Wanted(StrEnum):
    """What a comparison asks about its two sides."""

    LARGER = "larger"
    DIFFERENCE = "difference"
    TOTAL = "total"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things: its name as the question writes it, and the question about it."""

    name: str
    question: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that a sentence gives: its value, its words, and the years of the sentence."""

    quantity: Quantity
    said: str
    years: frozenset[int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things, what of them is set side by side ("的专利"; may be ""), and what is asked."""

    one: Side
    other: Side
    about: str
    wanted: Wanted


_HOW_ZH = {
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
_ADJECTIVE_ZH = rf"(?<![增提降扩减缩])(?:{'|'.join(_HOW_ZH)})"
_YEAR = re.compile(r"(?:19|20)\d\d年?")
_BEFORE_ZH = (
    r"(?P<before>(?:请问|(?:19|20)\d\d年(?:度|底)?[，,]?|[^，,。？?]{1,16}[，,])*)(?![的比和与])"
)
_PAIR_ZH = (
    _BEFORE_ZH + r"(?P<a>[^，,。？?]{1,24}?)(?P<and>和|与|跟|同|、|还是)(?P<b>[^，,。？?]{1,24}?)"
)
_SIDE_BY_SIDE = r"(?:相比|比起来|比较|这?两者|这?二者|之间|中|当中|里)*[，,]?\s*"
_END_ZH = r"[。？?]*$"
_ASK_ZH = rf"(?P<ask>(?:多少|几|什么时候|何时|哪里)[^，,。？?]{{0,8}}){_END_ZH}"
_PATTERNS_ZH: tuple[tuple[Wanted, re.Pattern[str]], ...] = tuple(
    (wanted, re.compile(pattern))
    for wanted, pattern in (
        (
            Wanted.LARGER,
            rf"^{_PAIR_ZH}{_SIDE_BY_SIDE}(?:到底)?(?:哪一?[个家座种条边项方]|谁)"
            rf"(?P<of>[^，,。？?]{{0,12}}?)(?:更|比较|要|较)?(?P<how>{_ADJECTIVE_ZH})[些点呢一]*[。？?]*$",
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
_HOW_EN = {
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
_PATTERNS_EN: tuple[tuple[Wanted, re.Pattern[str]], ...] = tuple(
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
            r"^compare\s(?P<how>)(?P<of>[^?]*\s(?:of|in|for)\s)?(?P<a>[^?]+?)\s+"
            r"(?:and|with|to)\s+(?P<b>[^?]+?)\s*[?.]*$",
        ),
    )
)


def read_comparison(question: str, language: Language, segmenter: Segmenter) -> Comparison | None:
    """Read the two things that a question compares; None where it compares none.

    Args:
        question: in one spelling, as `text.normalize` gives it.
        language: its language.
        segmenter: tells 和 between two names from the one in 和谐.
    """
    if len(question) > _LONGEST:
        return None
    patterns = _PATTERNS_ZH if language is Language.ZH else _PATTERNS_EN
    for wanted, pattern in patterns:
        match = pattern.search(question)
        if match is None:
            continue
        parts = {name: (said or "").strip() for name, said in match.groupdict().items()}
        if language is Language.EN:
            one_group = wanted is not Wanted.LARGER and _is_one_group(parts["a"], parts["b"])
            return None if one_group else _sides_en(parts, wanted)
        words = {(word.start, word.end) for word in segmenter.words(question)}
        if parts["and"] == "、" or match.span("and") in words:
            return _sides_zh(parts, wanted)
    return None


def _sides_zh(parts: dict[str, str], wanted: Wanted) -> Comparison:
    before = parts["before"].replace("请问", "")
    how = parts.get("ask") or _HOW_ZH.get(parts["how"], "是多少")
    said = before + parts["a"] + parts["of"]
    year = _YEAR.search(said)
    again = asked_again(parts["b"], f"{said}{how}?") if _YEAR.fullmatch(parts["b"]) else None
    if again and year:  # "2023年的存款比2022年多多少"
        one = Side(year[0], f"{said}{how}?")
        return Comparison(one, Side(parts["b"], again), said.replace(year[0], ""), wanted)
    a, b, about = _shared_zh(parts["a"], parts["b"])
    about += parts["of"]
    one, other = (Side(name, f"{before}{name}{about}{how}?") for name in (a, b))
    return Comparison(one, other, about, wanted)


def _shared_zh(a: str, b: str) -> tuple[str, str, str]:
    """Take from one name what is said of both: "杭州和宁波|的专利", "杭州|的专利|比宁波"."""
    (first, of, rest), (second, of_other, rest_other) = a.partition("的"), b.partition("的")
    if rest_other and not of:
        return a, second, of_other + rest_other
    if rest and not of_other:
        return first, b, of + rest
    places = load_places().chinese
    if bare_place(a) in places:
        lengths = [n for n in range(len(b) - 1, 1, -1) if bare_place(b[:n]) in places]
        if lengths:
            return a, b[: lengths[0]], b[lengths[0] :]
    return a, b, ""


def _sides_en(parts: dict[str, str], wanted: Wanted) -> Comparison:
    said = parts["how"].lower()
    how = said if said.startswith("how") else _HOW_EN.get(said, "how much")
    about = f"{how} {parts['of']}".strip().capitalize()
    one, other = (Side(_bare_en(name), f"{about}: {name}?") for name in (parts["a"], parts["b"]))
    return Comparison(one, other, parts["of"], wanted)


def _is_one_group(a: str, b: str) -> bool:
    """Whether the two share a noun: "the old and new ships", beside "the ship and the car"."""
    first, second = a.split(" ")[0].lower(), b.split(" ")[0]
    return first == "the" and second.lower() != "the" and not second[:1].isupper()


def _bare_en(name: str) -> str:
    return re.sub(
        r"^(?:the\s+)?(?:(?:number|amount|value|share|size)s? of\s+)?(?:the\s+)?", "", name
    )


def conclusion(comparison: Comparison, figures: Sequence[Figure | None], language: Language) -> str:
    """Say what two figures allow to be said of what was asked; "" for nothing.

    Args:
        comparison: the question.
        figures: of the two sides, None where a side has none.
        language: of the question.
    """
    one, other = figures
    if one is None or other is None or comparison.wanted is Wanted.EACH:
        return ""
    if comparison.wanted is not Wanted.LARGER:
        return wording.NOT_CALCULATED[language]
    names = comparison.one.name, comparison.other.name
    # Figures of different years aren't compared, unless the years are what is compared.
    of_one_time = not one.years or not other.years or bool(one.years & other.years)
    order = larger(one.quantity, other.quantity)
    if order is None or not (of_one_time or any(map(years_in, names))):
        return wording.NOT_COMPARED[language]
    if order == 0:
        return wording.equal(language, one.said)
    if order < 0:
        return wording.larger(language, names[1], other.said, one.said)
    return wording.larger(language, names[0], one.said, other.said)


def larger(one: Quantity, other: Quantity) -> int | None:
    """Which of two figures is the larger one, where that is certain.

    Returns:
        1 for the first, -1 for the other, 0 for equal ones; None where they are of different
        kinds or units, or where what limits them ("more than 3,000") leaves it open.
    """
    if not comparable(one, other):
        return None
    (low, high), (other_low, other_high) = _bounds(one), _bounds(other)
    if None not in (low, high) and (low, high) == (other_low, other_high) and low == high:
        return 0
    if low is not None and other_high is not None and low > other_high:
        return 1
    if other_low is not None and high is not None and other_low > high:
        return -1
    return None


def alike(figures: Sequence[Figure | None]) -> bool:
    """Whether each side has a figure, all of one kind and unit: of one thing, that is."""
    found = [figure.quantity for figure in figures if figure is not None]
    return len(found) == len(figures) and all(comparable(found[0], each) for each in found)


def comparable(one: Quantity, other: Quantity) -> bool:
    """Whether two figures are of one kind, written in one unit."""
    counts = (QuantityKind.NUMBER, QuantityKind.MONEY, QuantityKind.SHARE)
    return one.kind is other.kind and one.kind in counts and one.unit == other.unit


def _bounds(quantity: Quantity) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most that a figure may mean; None where nothing is said."""
    value = quantity.value
    if quantity.approximation is Approximation.EXACT:
        return value, quantity.upper or value
    if quantity.approximation in (Approximation.MORE, Approximation.AT_LEAST):
        return value, None
    if quantity.approximation in (
        Approximation.LESS,
        Approximation.AT_MOST,
        Approximation.NEARLY,
    ):
        return None, value
    return None, None
