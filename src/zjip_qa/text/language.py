"""Which of the two languages a text is in.

A question that mixes them is in the language of its grammar: the name of a thing stays Chinese
in `What is 高价值发明专利拥有量?`, which is English all the same. Telling other languages apart
is not covered: what isn't Chinese counts as English.
"""

from __future__ import annotations

import re

from zjip_qa.text.function_words import function_words
from zjip_qa.text.han import HAN
from zjip_qa.types import Language

_HAN_CHARACTER = re.compile(f"[{HAN}]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_CHINESE_MARK = re.compile(r"[\u3000-\u303f\uff01-\uff5e]")
_QUOTED = re.compile(r"“[^“”]*”|《[^《》]*》|「[^「」]*」|『[^『』]*』|\"[^\"]*\"")

_ZH_QUESTION = re.compile("什么|多少|哪|谁|几|吗|呢|怎|如何|为何|何时|何地|是否|请问")
_ZH_PARTICLE = re.compile("[的了是把被]")
_EN_QUESTION = frozenset({"what", "who", "whom", "whose", "when", "where", "which", "why", "how"})

_ENOUGH = 200  # beyond this many units the scripts' shares say more than single words
_HAN_PER_WORD = 1.5  # Han characters that say as much as one English word


def detect_language(text: str) -> Language:
    """Return the language of `text`, a question or the beginning of a document.

    One script alone decides at once. In a long text the script that carries more of it decides;
    in a short one the function words do, question words counting double, because a question
    keeps its grammar while it borrows its names. Text without any letter is Chinese when its
    marks are (`2023？`), else English.
    """
    n_han = sum(1 for _ in _HAN_CHARACTER.finditer(text))
    words = _LATIN_WORD.findall(text)
    if not n_han and not words:
        return Language.ZH if _CHINESE_MARK.search(text) else Language.EN
    if not n_han or not words:
        return Language.ZH if n_han else Language.EN
    lead = n_han - _HAN_PER_WORD * len(words)
    if n_han + _HAN_PER_WORD * len(words) <= _ENOUGH:
        # What stands in quotes or book-title marks is mentioned, not spoken.
        spoken = _QUOTED.sub(" ", text)
        grammar = _chinese_grammar(spoken) - _english_grammar(spoken)
        lead = grammar or lead
    return Language.ZH if lead >= 0 else Language.EN


def _chinese_grammar(text: str) -> int:
    return 2 * len(_ZH_QUESTION.findall(text)) + len(_ZH_PARTICLE.findall(text))


def _english_grammar(text: str) -> int:
    known = function_words(Language.EN)
    score = 0
    for word in _LATIN_WORD.findall(text):
        if len(word) == 2 and word.isupper():
            continue  # IT, IS, US … are names far oftener than words
        if word.lower() in known:
            score += 2 if word.lower() in _EN_QUESTION else 1
    return score
