"""The lexical leg: BM25 over jieba words, reaching into the other language by the bridge."""

from __future__ import annotations

from collections.abc import Sequence

from zjip_qa.index import QueryTerm
from zjip_qa.retrieval.bridge import Alternatives, Bridge
from zjip_qa.retrieval.transliteration import load_transliterator
from zjip_qa.text import Segmenter, is_function_word

_LEAST_SURE = 0.3
"""Probability from which a name is taken to stand among the terms of the index."""


def query_terms(
    question: str, segmenter: Segmenter, bridge: Bridge, held: Sequence[str] = ()
) -> list[QueryTerm]:
    """Turn a question into weighted index terms.

    A word matches itself, and the words that translate it: in a Chinese text an English word is
    met only through the bridge, in a text that holds the word itself it counts in full. A name
    that the bridge doesn't know is looked for by its sound.

    Args:
        question: its text.
        segmenter: as the index was built with.
        bridge: translations of words.
        held: the terms of the index, sorted; without them no name is looked for by sound.
    """
    tokens = [t for t in segmenter.index_terms(question) if not is_function_word(t.term)]
    terms: list[QueryTerm] = []
    english: list[str] = []
    written: list[str] = []

    def flush() -> None:
        place = 0
        for phrase, translations in bridge.phrases(english):
            place += len(phrase)
            names = _by_sound(written[:place], held, known=bool(translations))
            known = {term for term, _ in names}
            translations = tuple(pair for pair in translations if pair[0] not in known)
            alternatives = (*translations, *names, (phrase[0], 1.0))
            terms.append(QueryTerm(float(len(phrase)), alternatives))
            terms.extend(QueryTerm(1.0, ((term, 1.0),)) for term in phrase[1:])
        english.clear()
        written.clear()

    for token in tokens:
        if token.term.isascii() and token.term[0].isalpha():
            english.append(token.term)
            written.append(question[token.start : token.end])
            continue
        flush()
        terms.append(QueryTerm(1.0, ((token.term, 1.0), *bridge.english(token.term))))
    flush()
    return terms


def _by_sound(words: Sequence[str], held: Sequence[str], *, known: bool) -> Alternatives:
    """What the last of some words may be in a Chinese text, if it is a name.

    "Zhou Jiangyong" is one word there, which its parts don't find even where a dictionary has
    them; so a name is tried with the one before it first.

    Args:
        words: as they are written in the question.
        held: the terms of the index, sorted.
        known: the last word has translations, and isn't looked for by itself.
    """
    if not held or not words[-1][:1].isupper():
        return ()
    names = [("".join(words[-2:]), True)] if len(words) > 1 and words[-2][:1].isupper() else []
    if not known:
        names.append((words[-1], False))
    for name, whole in names:
        if name.isascii() and name.isalpha():
            found = load_transliterator().matches(name.lower(), held, whole=whole)
            if sum(share for _, share in found) >= _LEAST_SURE:
                return found
    return ()
