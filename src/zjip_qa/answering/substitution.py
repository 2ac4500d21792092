"""Asks an earlier question again with another year or another place.

"2023年杭州有多少件专利？" and "2022年宁波" give "2022年宁波有多少件专利？". Where the earlier
question names none, the new one is added to it; where it names several, nobody knows which is
meant.
"""

from __future__ import annotations

import re
from functools import cache

from zjip_qa.text import Segmenter, bare_place, detect_language, load_places
from zjip_qa.types import Language, Span

_ZH_YEAR = (
    r"(?:(?:19|20)\d\d|[一二][〇○零一二三四五六七八九]{3})年"
    r"(?:\d{1,2}月|第?[一二三四]季度|[上下]半年|底)?"
)
_YEAR = re.compile(
    rf"(?:19|20)\d\d年?\s*[—–\-~至到]{{1,2}}\s*(?:19|20)\d\d年?|{_ZH_YEAR}|去年|今年|前年"
    r"|\b(?:last|this) year\b|(?<!\d)(?:19|20)\d\d(?!\d)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"[，,。.？?！!\s]|[在到的于]|那么?|年份|\b(?:in|for|at|of|during|the|year|as|since|by|from)\b",
    re.IGNORECASE,
)
# "The province" of a question gives way to another place; the country in "排全国第几" doesn't.
_HERE = re.compile(r"全[省市]|[我本][省市]|\b(?:the|this|our) (?:province|city)\b", re.IGNORECASE)
_IN_RELATIVE = re.compile(r"\bin ((?:last|this) year\b)", re.IGNORECASE)
_RELATIVE = {"去年": "last year", "今年": "this year", "前年": "the year before last"}


def asked_again(core: str, before: str) -> str | None:
    """Put a bare year, a bare place or both into an earlier question.

    Args:
        core: the year and place as the follow-up names them, in either language.
        before: the earlier question.

    Returns:
        The earlier question about the new year or place; None when `core` holds anything else
        or `before` names several.
    """
    year = _YEAR.search(core)
    rest = core[: year.start()] + " " + core[year.end() :] if year else core
    rest = _ABOUT.sub(" ", rest).strip()
    language = detect_language(before)
    place = _named(rest, language) if rest else None
    if (rest and place is None) or not (year or place):
        return None
    question: str | None = before
    if place:
        question = _put(place, _places(before), before, language)
    if year and question is not None:
        found = [Span(m.start(), m.end()) for m in _YEAR.finditer(question)]
        question = _put(_said_year(year[0], question, language), found, question, language)
    return question


def _put(new: str, old: list[Span], question: str, language: Language) -> str | None:
    """Put `new` in the place of what stands at `old`, or add it."""
    if len({question[span.start : span.end] for span in old}) > 1:
        return None
    if old:
        question = question[: old[0].start] + new + question[old[0].end :]
    elif language is Language.ZH:
        question = new + question
    else:
        ended = question.rstrip("?.! ")
        question = f"{ended} in {new}{question[len(ended) :]}"
    return _IN_RELATIVE.sub(r"\1", question)


def _said_year(year: str, question: str, language: Language) -> str:
    """Write a year as the question does."""
    if language is Language.EN:
        return _RELATIVE.get(year) or year.replace("年", "")
    if re.fullmatch(r"\d{4}", year):
        old = _YEAR.search(question)
        return year + "年" if old is None or old[0].endswith("年") or "年" in old[0] else year
    return {english: chinese for chinese, english in _RELATIVE.items()}.get(year.lower(), year)


def _named(name: str, language: Language) -> str | None:
    """The place of that name, in the language of the question it goes into; None if none is."""
    known = load_places()
    if bare_place(name) in known.chinese:
        if language is Language.ZH:
            return name
        english = (e for e, group in known.by_english.items() if bare_place(name) in group)
        return min(english)
    for form in (name, name.title()):
        if form in known.by_english:
            chinese = known.by_english[form]
            return form if language is Language.EN else min(chinese, key=lambda n: (len(n), n))
    return None


def _places(question: str) -> list[Span]:
    """Where a question names the place it is about, the innermost of 浙江省杭州市."""
    known = load_places()
    spans: list[Span] = []
    for token in _segmenter().words(question):
        if bare_place(token.term) in known.chinese:
            if spans and spans[-1].end == token.start:
                spans.pop()
            spans.append(Span(token.start, token.end))
    spans += known.english_in(question)
    return spans or [Span(m.start(), m.end()) for m in _HERE.finditer(question)]


@cache
def _segmenter() -> Segmenter:
    return Segmenter()
