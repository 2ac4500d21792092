"""What a refusal says: that there is no answer, and what was looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zjip_qa.answering import wording
from zjip_qa.answering.question import Asked
from zjip_qa.index import OpenIndex
from zjip_qa.retrieval import Bridge, query_terms
from zjip_qa.text import Segmenter, is_function_word, is_han
from zjip_qa.types import Language, Query

_MOST_WORDS = 6
_MEASURES = "个家件次名年月天届项种样类条位部份"
# Words that ask or count, and hold nothing that could be looked for.
_ASKING = re.compile(
    rf"多少|第?几[{_MEASURES}]?|[一二两三四五六七八九十][{_MEASURES}]|什么时?候?|哪.{{0,2}}|"
    r"由?谁.?|何[时地种]?|为[何什]么?|如何|怎[么样]+|"
    r"是否|请问|一共|总共|合计|分别|"
    r"who\w*|what|which|when|where|why|how|many|much|tell|please|"
    r"compared?|total|larger|smaller|higher|lower",
    re.IGNORECASE,
)


def refusal(
    query: Query,
    asked: Asked,
    missing: Sequence[str],
    index: OpenIndex,
    segmenter: Segmenter,
    bridge: Bridge,
) -> str:
    """Say in the question's language that there is no answer, and what was looked for.

    Args:
        query: the question.
        asked: what it asks for.
        missing: years and places of the question that the nearest passage isn't about.
        index: the documents.
        segmenter: finds the question's words.
        bridge: their translations.

    Returns:
        One paragraph. Of the question's words those are named that no document holds in either
        language; where each is held, all of them.
    """
    text = wording.NOT_FOUND[query.language]
    if missing:
        return text + wording.not_about(query.language, missing)
    unsaid = never_mentioned(query, index, segmenter, bridge)
    if unsaid:
        return text + wording.never_said(query.language, unsaid[:_MOST_WORDS])
    words = _words(query, segmenter)
    return text + wording.looked_for(query.language, asked, words[:_MOST_WORDS])


def never_mentioned(
    query: Query, index: OpenIndex, segmenter: Segmenter, bridge: Bridge
) -> list[str]:
    """The words of a question, or of a name, that no document holds in either language."""
    words = _words(query, segmenter)
    return [word for word in words if not _is_held(word, index, segmenter, bridge)]


def _words(query: Query, segmenter: Segmenter) -> list[str]:
    """The question's content words as they are written, each once."""
    written = (query.text[token.start : token.end] for token in segmenter.words(query.text))
    long_enough = 1 if query.language is Language.ZH else 2
    return list(
        dict.fromkeys(
            word
            for word in written
            if any(map(str.isalnum, word))
            and (len(word) > long_enough or not any(map(is_han, word)))
            and not is_function_word(word.casefold())
            and not _ASKING.fullmatch(word)
        )
    )


def _is_held(word: str, index: OpenIndex, segmenter: Segmenter, bridge: Bridge) -> bool:
    """Whether a document holds a word, a translation of it, or, of a name, its sound."""
    terms = query_terms(word, segmenter, bridge, index.lexical.terms)
    found = [form for term in terms for form, _ in term.alternatives]
    return not found or any(index.lexical.df(form) for form in found)
