"""The lexical leg: BM25 over jieba words, reaching into the other language by the bridge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zjip_qa.index import LexicalIndex, QueryTerm
from zjip_qa.retrieval.bridge import Bridge
from zjip_qa.text import Segmenter, is_function_word


def query_terms(question: str, segmenter: Segmenter, bridge: Bridge) -> list[QueryTerm]:
    """Turn a question into weighted index terms.

    A word matches itself, and the words that translate it: in a Chinese text an English word is
    met only through the bridge, in a text that holds the word itself it counts in full.
    """
    tokens = [t for t in segmenter.index_terms(question) if not is_function_word(t.term)]
    terms: list[QueryTerm] = []
    english: list[str] = []

    def flush() -> None:
        for phrase, translations in bridge.phrases(english):
            terms.append(QueryTerm(float(len(phrase)), (*translations, (phrase[0], 1.0))))
            terms.extend(QueryTerm(1.0, ((term, 1.0),)) for term in phrase[1:])
        english.clear()

    for token in tokens:
        if token.term.isascii() and token.term[0].isalpha():
            english.append(token.term)
            continue
        flush()
        terms.append(QueryTerm(1.0, ((token.term, 1.0), *bridge.english(token.term))))
    flush()
    return terms


def lexical_scores(
    question: str, index: LexicalIndex, segmenter: Segmenter, bridge: Bridge
) -> NDArray[np.float32]:
    """Score every chunk for a question: (n_chunks,), 0 where no word is met."""
    return index.scores(query_terms(question, segmenter, bridge))
