"""Words that carry grammar and no content, in Chinese and English.

For weighing and for telling languages apart. Nothing is dropped from the index for being in
these lists, and no content word is in them: a list that holds 安全 (safety) makes it unfindable.
"""

from __future__ import annotations

import functools
from importlib import resources

from zjip_qa.types import Language


@functools.cache
def function_words(language: Language) -> frozenset[str]:
    """The function words of one language, lower case."""
    source = resources.files("zjip_qa.text") / "stopwords" / f"{language}.txt"
    return frozenset(source.read_text(encoding="utf-8").split())


def is_function_word(term: str) -> bool:
    """Whether `term`, in lower case and simplified Chinese, carries no content."""
    return term in function_words(Language.ZH) or term in function_words(Language.EN)
