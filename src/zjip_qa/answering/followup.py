"""Completes a follow-up question from the conversation, by rules that can be read.

A question that opens like a continuation ("那2023年呢？", "And how many of them were licences?")
or leans on a pronoun is joined to the question before it: where both name a year or a place the
new one takes the old one's position, else the old question stands in front as the topic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from zjip_qa.types import Language

_BARE_ZH = re.compile(
    r"^(?:那么?|那|而|还有)?(?P<core>.{1,14}?)(?:呢|又如何|又怎样|怎么样)[？?。]?$"
)
_OPENS_ZH = re.compile(
    r"^(?:那么?|而且|还有|其中|这其中|这些|那些|它们?|他们?|她们?|该|此|上述|另外|同期)"
)
_LEANS_ZH = re.compile(r"其中|它们|他们|这些|那些|上述|该(?:项|省|市|中心|平台|指标|条例)")
_BARE_EN = re.compile(r"^(?:and|but|so)?\s*(?:what|how) about\s+(?P<core>[^?]+)\??$", re.IGNORECASE)
_OPENS_EN = re.compile(r"^(?:and|but|so|then|of (?:these|those|them))\b", re.IGNORECASE)
_LEANS_EN = re.compile(
    r"\b(?:of (?:them|these|those)|they|them|those|these|it|its|their|there|that one)\b",
    re.IGNORECASE,
)
_YEAR = {
    Language.ZH: re.compile(r"(?:19|20)\d\d年?(?:\d{1,2}月)?"),
    Language.EN: re.compile(r"\b(?:19|20)\d\d\b"),
}
_SELF_CONTAINED_WORDS = 7


def complete(question: str, language: Language, history: Sequence[tuple[str, str]]) -> str:
    """Complete a question from the conversation.

    Args:
        question: as it was asked.
        language: its language.
        history: earlier (question, answer text) pairs, oldest first; the questions as completed.

    Returns:
        The completed question; the question itself where it stands alone.

    Examples:
        "那2022年呢？" after "2023年全省专利转让多少次？" → "2022年全省专利转让多少次？"
        "And how many of them were licences?" after "How many patents were transferred?" →
        "How many patents were transferred? And how many of them were licences?"
    """
    if not history:
        return question
    before = history[-1][0].strip()
    text = question.strip()
    bare = (_BARE_ZH if language is Language.ZH else _BARE_EN).match(text)
    if bare:
        core = bare["core"].strip("，, ？?")
        replaced = _replace_year(core, before)
        return replaced or _joined(before, text)
    opens, leans = (_OPENS_ZH, _LEANS_ZH) if language is Language.ZH else (_OPENS_EN, _LEANS_EN)
    short = language is Language.ZH or len(text.split()) <= 2 * _SELF_CONTAINED_WORDS
    if opens.search(text) or (short and leans.search(text)):
        return _joined(before, text)
    return question


def _replace_year(core: str, before: str) -> str | None:
    """Put a bare year in the place of the earlier question's year."""
    for pattern in _YEAR.values():
        new, old = pattern.search(core), pattern.search(before)
        # Anything beside the year asks for more than another year.
        if new and old and not re.sub(r"[在到的，, ]|\bin\b", "", pattern.sub("", core)).strip():
            year = new[0]
            if old[0].endswith("年") and not year.endswith(("年", "月")):
                year += "年"
            return before[: old.start()] + year + before[old.end() :]
    return None


def _joined(before: str, text: str) -> str:
    return f"{before} {text}"
