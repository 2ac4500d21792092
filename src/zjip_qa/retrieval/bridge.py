"""The cross-lingual lexical bridge: words of one language looked up in the other.

An English word becomes a mixture of the Chinese words that a dictionary gives for it, each with
the share of its weight ("probabilistic structured queries": Darwish & Oard, SIGIR 2003). A word
with many translations is thereby spread thin, which is how its ambiguity counts against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Protocol

from zjip_qa.retrieval.sorted_table import SortedTable

CHINESE_OF = "bridge.en-zh.tsv"
ENGLISH_OF = "bridge.zh-en.tsv"

Alternatives = tuple[tuple[str, float], ...]

_LONGEST_PHRASE = 4
_MOST_ENGLISH = 8


class Rows(Protocol):
    """Phrase → `word:weight word:weight …`, heaviest first, as the shipped tables have it."""

    def get(self, key: str, /) -> str | None:
        """Give the row of a phrase, or None."""
        ...


class Bridge:
    """Translations of single words and short phrases, both ways.

    The tables stay as they are written, and a row is read when it is asked for.

    Args:
        chinese_of: rows of stemmed English phrases.
        english_of: rows of Chinese words, from `turned`.
    """

    def __init__(self, chinese_of: Rows, english_of: Rows) -> None:
        self._chinese_of = chinese_of
        self._english_of = english_of

    @classmethod
    def from_table(cls, table: Mapping[str, Alternatives]) -> Bridge:
        """Take English phrase → Chinese words with their weights."""
        return cls(rows(table), rows(turned(table)))

    def phrases(self, terms: list[str]) -> list[tuple[list[str], Alternatives]]:
        """Cut stemmed English terms into the longest phrases that have translations.

        Returns:
            In order, each phrase's terms with its Chinese words and their shares, which sum to
            1; a term without a translation has none.
        """
        found: list[tuple[list[str], Alternatives]] = []
        i = 0
        while i < len(terms):
            longest = min(_LONGEST_PHRASE, len(terms) - i)
            for n in range(longest, 0, -1):
                words = _read(self._chinese_of.get(" ".join(terms[i : i + n])))
                if words or n == 1:
                    found.append((terms[i : i + n], _shares(words)))
                    i += n
                    break
        return found

    def english(self, word: str) -> Alternatives:
        """Give the English terms of a Chinese word with their shares, which sum to 1."""
        return _shares(_read(self._english_of.get(word)))


def rows(table: Mapping[str, Alternatives]) -> dict[str, str]:
    """Write words with their weights as `Rows` has them."""
    return {
        phrase: " ".join(f"{word}:{weight:g}" for word, weight in words)
        for phrase, words in table.items()
    }


def turned(table: Mapping[str, Alternatives]) -> dict[str, Alternatives]:
    """For every Chinese word the single English words that it best translates, heaviest first.

    Args:
        table: English phrase → Chinese words with their weights.
    """
    inverse: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for phrase, words in table.items():
        if " " not in phrase:
            for word, weight in words:
                inverse[word].append((phrase, weight))
    return {
        word: tuple(sorted(found, key=lambda pair: (-pair[1], pair[0]))[:_MOST_ENGLISH])
        for word, found in inverse.items()
    }


def _read(row: str | None) -> Alternatives:
    if row is None:
        return ()
    pairs = (item.rpartition(":") for item in row.split(" "))
    return tuple((word, float(weight)) for word, _, weight in pairs)


def _shares(words: Alternatives) -> Alternatives:
    total = sum(weight for _, weight in words)
    return tuple((word, weight / total) for word, weight in words)


@cache
def load_bridge() -> Bridge:
    """Take the shipped tables."""
    folder = files("zjip_qa.retrieval")
    return Bridge(SortedTable(folder / CHINESE_OF), SortedTable(folder / ENGLISH_OF))
