"""The cross-lingual lexical bridge: words of one language looked up in the other.

An English word becomes a mixture of the Chinese words that a dictionary gives for it, each with
the share of its weight ("probabilistic structured queries": Darwish & Oard, SIGIR 2003). A word
with many translations is thereby spread thin, which is how its ambiguity counts against it.
"""

from __future__ import annotations

import gzip
import threading
from collections import defaultdict
from functools import cache
from importlib.resources import files

Alternatives = tuple[tuple[str, float], ...]

_LONGEST_PHRASE = 4


class Bridge:
    """Translations of single words and short phrases, both ways."""

    def __init__(self, table: dict[str, Alternatives]) -> None:
        self._to_chinese = table
        self._to_english: dict[str, Alternatives] | None = None
        self._lock = threading.Lock()

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
                words = self._to_chinese.get(" ".join(terms[i : i + n]), ())
                if words or n == 1:
                    found.append((terms[i : i + n], _shares(words)))
                    i += n
                    break
        return found

    def english(self, word: str) -> Alternatives:
        """Give the English terms of a Chinese word with their shares, which sum to 1."""
        with self._lock:
            if self._to_english is None:
                self._to_english = _inverted(self._to_chinese)
        return _shares(self._to_english.get(word, ()))


def _shares(words: Alternatives) -> Alternatives:
    total = sum(weight for _, weight in words)
    return tuple((word, weight / total) for word, weight in words)


def _inverted(table: dict[str, Alternatives]) -> dict[str, Alternatives]:
    inverse: dict[str, dict[str, float]] = defaultdict(dict)
    for phrase, words in table.items():
        if " " not in phrase:
            for word, weight in words:
                inverse[word][phrase] = weight
    return {
        word: tuple(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:8])
        for word, found in inverse.items()
    }


@cache
def load_bridge() -> Bridge:
    """Read the shipped table."""
    data = files("zjip_qa.retrieval").joinpath("bridge.tsv.gz").read_bytes()
    table: dict[str, Alternatives] = {}
    for line in gzip.decompress(data).decode("utf-8").splitlines():
        phrase, _, row = line.partition("\t")
        pairs = (item.rpartition(":") for item in row.split(" "))
        table[phrase] = tuple((word, float(weight)) for word, _, weight in pairs)
    return Bridge(table)
