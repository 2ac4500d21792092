"""Completes a follow-up question from the conversation, by rules that can be read.

A question follows up when it names a bare year or place or thing ("那2022年呢？", "And Ningbo?"),
opens like a continuation ("其中…", "And how many …"), leans on a pronoun, or leaves out what it is
about ("为什么？", "By how much?"). A bare year or place takes the position of the earlier
one; everything else is put behind the earlier question, which then stands as the topic. A
question that says enough itself is left alone, whatever pronouns it holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from zjip_qa.answering.substitution import asked_again
from zjip_qa.text import HAN, detect_language, is_function_word, normalize
from zjip_qa.types import Language

_REMEMBERED = 8
"""Questions looked back at."""

# --- Chinese --------------------------------------------------------------------------------
_ASKS_ZH = re.compile(r"多少|几|什么|啥|哪|谁|怎|吗|为何|何时|何地|是否|是不是|有没有|能否|如何")
_BARE_ZH = re.compile(
    r"(?P<open>那么?(?!曲|[些个项部家])|而|还有|换成|换作|要是|如果是|再看看?)?[，,]?\s*"
    r"(?P<core>.{1,16}?)(?:的话|的情况)?(?P<close>呢|又如何|又怎样|又怎么样|又是多少)?[？?。！!]*"
)
_OPENS_ZH = re.compile(
    r"其中|这其中|这里面|里面|当中|此外|另外|除此之外|除了(?:这|那|它)|还有(?:吗|呢|没|哪|什么|谁|多少|别|其)|"
    r"具体|然后|后来|同期|同一?年|当年|当时|[那这]一?年"
)
_CONTINUES_ZH = re.compile(r"那么?(?!曲)|而|所以")
_LEANS_ZH = re.compile(
    r"其中|[它他她]们?|[这那][些个项部家种款]|这[两三几]|那[几]|上述|[前后]者|[两二]者|"
    r"(?<!应)(?<!不)该(?=[条省市县区项中心平台指标法办规奖局院企公制机数])|此(?=[项类条案举法次])|"
    r"其(?=[占余排增总]|全称|数量|金额|份额|比例)"
)
_EMPTY_ZH = re.compile(
    r"什么时候|时候|时间|多少|几多|什么|哪里|哪儿|哪些|哪个|哪|谁|为什么|为何|为啥|怎么样?|怎样|如何|几|啥|"
    r"请问|到底|究竟|大概|具体|分别|一共|总共|合计|累计|吗|呢|吧|啊|呀|了|的|是|有|在|和|又|都|也|还|就|那么?|"
    r"[个件家次项户名人元万亿钱年月日天]"
)
_ATTRIBUTES_ZH = re.compile(
    r"占比?|比例|比重|[同环]比|增长|增幅|增速|提高|下降|上升|排名?|名次|全国|全省|居|位|第|总[数量额]|金额|数量|"
    r"规模|原因|依据|理由|地点|名单|名称|名字|全称|内容|结果|目的|作用|意义|好处|条件|标准|叫"
)
_HAN = re.compile(f"[{HAN}A-Za-z]")
_SAYS_ENOUGH_ZH = 8
_SAYS_ENOUGH_OPENING_ZH = 16

# --- English --------------------------------------------------------------------------------
_WH = r"what|which|who|whom|whose|when|where|why|how"
_AUX = r"is|are|was|were|do|does|did|has|have|had|can|could|will|would|should"
_BARE_EN = (
    re.compile(
        r"(?:(?:and|but|so|ok|okay|then),?\s+)?(?:what|how) about\s+(?P<core>[^?]+?)\s*\?*", re.I
    ),
    re.compile(
        rf"(?:and|or|but)(?: what of| also)?\s+(?P<core>(?!(?:{_WH}|{_AUX})\b)"
        r"(?:\S+\s+){0,4}?\S+?)\s*\?*",
        re.I,
    ),
    re.compile(r"(?:same (?:question )?for)\s+(?P<core>[^?]+?)\s*\?*", re.I),
    re.compile(r"(?P<core>(?:in |for |during )?\S+)\s*\?*", re.I),
)
_OPENS_EN = re.compile(
    rf"(?:of (?:these|those|them|which)|(?:{_WH}) else|anything else|any (?:more|others?))\b", re.I
)
_CONTINUES_EN = re.compile(r"(?:and|but|so|then|also|or)\b", re.I)
_EXPLETIVE_EN = re.compile(
    rf"\b(?:{_AUX}) there\b|\bthere (?:{_AUX})\b|\b(?:is|was) it (?:true|possible|legal|allowed|"
    r"mandatory|necessary|compulsory|correct)\b|\bdoes it (?:take|cost|matter|mean)\b|"
    r"\bit (?:takes?|costs?|is (?:true|possible|legal|allowed|mandatory))\b|\b(?:those|they) who\b",
    re.I,
)
_LEANS_EN = re.compile(
    rf"\bof (?:them|these|those|which)\b|\b(?:{_AUX}) (?:it|they|he|she|that)\b|"
    r"^(?:it|they|he|she)\b|\b(?:this|these|those)\b"
    r"(?! (?:years?|months?|weeks?|quarter|days|article|document|text|report|page)\b)|"
    r"\bthat (?:year|amount|figure|number|regulation|document|city|period|plan|platform|total|law|"
    r"company|one|time)\b|\bwhich ones?\b|\b(?:it|them)\W*$",
    re.I,
)
_POSSESSES_EN = re.compile(
    rf"(?:(?:{_WH})(?: \w+)? )?(?:{_AUX}) (?:\w+ ){{0,5}}?(?:their|its|his|her|them)\b", re.I
)
_OMITS_EN = re.compile(
    rf"(?:(?:since|until|by|in|from|for|to|of|at|about) )?(?:{_WH})(?: (?:many|much|so|come|long|"
    r"exactly|else|year|date|month|city|cities|ones?|province|rank|place|percentage|percent))*\W*",
    re.I,
)
# A clause that comes later finds what it refers to in the first one.
_LATER_EN = re.compile(
    r"[,;:]\s|\s(?:and|but|when|if|because|that|which|who|before|after|while|since|so)\s", re.I
)
_SAYS_ENOUGH_EN = 7
_CONTINUES_AT_MOST = 9


def complete(question: str, language: Language, history: Sequence[tuple[str, str]]) -> str:
    """Complete a question from the conversation.

    Args:
        question: as it was asked.
        language: its language.
        history: earlier (question, answer text) pairs, oldest first; the questions as they were
            asked or as completed.

    Returns:
        The completed question; the question itself where it stands alone.

    Examples:
        "那2022年呢？" after "2023年全省专利转让多少次？" → "2022年全省专利转让多少次？"
        "And how many of them were licences?" after "How many patents were transferred?" →
        "How many patents were transferred? And how many of them were licences?"
    """
    before = ""
    for earlier, _ in history[-_REMEMBERED:]:
        before = _completed(earlier, detect_language(earlier), before)
    return _completed(question, language, before)


def _completed(question: str, language: Language, before: str) -> str:
    text = normalize(question).text.strip()
    if not before or not text:
        return question
    core = _bare(text, language)
    if core is not None:
        again = asked_again(core, before)
        if again is not None:
            same = detect_language(before) is language
            return again if same else f"{again} {question.strip()}"
    named_only = core is not None and _is_opened(text, language)
    if named_only or _follows_up(text, language):
        return f"{before} {question.strip()}"
    return question


def _bare(text: str, language: Language) -> str | None:
    """What a question that only names something names: "那杭州呢？" gives "杭州"."""
    if language is Language.ZH:
        match = _BARE_ZH.fullmatch(text)
        return match["core"] if match and not _ASKS_ZH.search(match["core"]) else None
    for pattern in _BARE_EN:
        match = pattern.fullmatch(text)
        if match:
            return match["core"]
    return None


def _is_opened(text: str, language: Language) -> bool:
    """Whether a bare thing is offered as a continuation, and isn't a question of one word."""
    if language is Language.ZH:
        match = _BARE_ZH.fullmatch(text)
        return match is not None and bool(match["open"] or match["close"])
    return any(pattern.fullmatch(text) for pattern in _BARE_EN[:-1])


def _follows_up(text: str, language: Language) -> bool:
    sentence = re.split(r"(?<=[。？?！!])", text, maxsplit=1)[0]
    return _follows_up_zh(sentence) if language is Language.ZH else _follows_up_en(sentence)


def _follows_up_zh(sentence: str) -> bool:
    said = _LEANS_ZH.sub("", _EMPTY_ZH.sub("", sentence))
    n_said = len(_HAN.findall(said))
    if not _HAN.search(_ATTRIBUTES_ZH.sub("", said)):
        return _ASKS_ZH.search(sentence) is not None
    if _OPENS_ZH.match(sentence) or _LEANS_ZH.match(sentence):
        return n_said < _SAYS_ENOUGH_OPENING_ZH
    if n_said < _SAYS_ENOUGH_ZH and _CONTINUES_ZH.match(sentence):
        return True
    first = re.split(r"[，,；;：:]", sentence, maxsplit=1)[0]
    return n_said < _SAYS_ENOUGH_ZH and _LEANS_ZH.search(first) is not None


def _follows_up_en(sentence: str) -> bool:
    if _OPENS_EN.match(sentence) or _OMITS_EN.fullmatch(sentence):
        return True
    words = re.findall(r"[A-Za-z0-9'’%-]+", sentence)
    n_said = sum(1 for word in words if not is_function_word(word.lower()))
    plain = _EXPLETIVE_EN.sub(" ", sentence)
    leans = _LEANS_EN.search(_first_clause(plain)) or _possesses(plain)
    if _CONTINUES_EN.match(sentence):
        return len(words) <= _CONTINUES_AT_MOST or bool(leans)
    return n_said < _SAYS_ENOUGH_EN and bool(leans)


def _possesses(sentence: str) -> bool:
    """Whether "their" or "its" belongs to something outside: nothing before it can own it."""
    match = _POSSESSES_EN.match(sentence)
    return match is not None and not re.search(r"\s[A-Z]", match[0])


def _first_clause(sentence: str) -> str:
    for match in _LATER_EN.finditer(sentence):
        if len(sentence[: match.start()].split()) >= 3:
            return sentence[: match.start()]
    return sentence
