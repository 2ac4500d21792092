"""The words of a Chinese passage with their English senses, from a dictionary.

A help for readers who have no Chinese and no translation at hand. It is no translation: words
stand in Chinese order, and of each word's senses those come first that parallel texts use most,
which need not be the ones meant.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from zjip_qa.answering.quantities import find_quantities, in_english
from zjip_qa.retrieval import Bridge
from zjip_qa.text import Segmenter, is_function_word, is_han, normalize, stem
from zjip_qa.text.dictionary import load_dictionary

_N_SENSES = 2
_LOADING = threading.Lock()


@dataclass(frozen=True, slots=True)
class GlossedWord:
    """A stretch of the passage, verbatim, with its English; "" where there is none to give."""

    text: str
    english: str


def gloss(passage: str, segmenter: Segmenter, bridge: Bridge) -> list[GlossedWord]:
    """Gloss a passage word by word.

    Args:
        passage: Chinese text. What isn't Chinese in it is kept without a gloss.
        segmenter: finds its words.
        bridge: says which sense of a word is the commonest.

    Returns:
        Words and what stands between them, in order; joined, their `text` is the passage. A figure
        stays whole and is given as it is said in English.
    """
    figures = {quantity.span.start: quantity for quantity in find_quantities(passage)}
    senses = _senses()
    glossed: list[GlossedWord] = []
    done = 0
    for token in segmenter.words(passage):
        if token.start < done:
            continue
        if token.start > done:
            glossed.append(GlossedWord(passage[done : token.start], ""))
        figure = figures.get(token.start)
        if figure is not None:
            done = figure.span.end
            glossed.append(GlossedWord(passage[token.start : done], in_english(figure)))
            continue
        done = token.end
        for part in _parts(passage[token.start : token.end], senses):
            plain = normalize(part).text
            glossed.append(GlossedWord(part, _said(plain, senses.get(plain, ()), bridge)))
    if done < len(passage):
        glossed.append(GlossedWord(passage[done:], ""))
    return glossed


def _parts(word: str, senses: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The word, or the longest listed words that it is made of."""
    parts = []
    while word and any(map(is_han, word)):
        n = len(word)
        while n > 1 and normalize(word[:n]).text not in senses:
            n -= 1
        parts.append(word[:n])
        word = word[n:]
    return [*parts, word] if word else parts


def _said(word: str, senses: tuple[str, ...], bridge: Bridge) -> str:
    if is_function_word(word):  # What 的 or 在 does, no sense of it says.
        return ""
    shares = dict(bridge.english(word)) if senses else {}

    def use(sense: str) -> float:
        words = sense.casefold().split()
        return sum(shares.get(stem(each), 0.0) for each in words) / len(words)

    distinct = dict.fromkeys(" ".join(sense.split()) for sense in senses)
    return " / ".join(sorted(distinct, key=lambda sense: -use(sense))[:_N_SENSES])


def _senses() -> Mapping[str, tuple[str, ...]]:
    with _LOADING:  # Two readers at once must not read the dictionary twice.
        return _read_senses()


@cache
def _read_senses() -> Mapping[str, tuple[str, ...]]:
    return load_dictionary().glosses
