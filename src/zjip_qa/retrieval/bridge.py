"""The cross-lingual lexical bridge: words of one language looked up in the other.

An English word becomes a mixture of the Chinese words that a dictionary gives for it, each with
the share of its weight ("probabilistic structured queries": Darwish & Oard, SIGIR 2003). A word
with many translations is thereby spread thin, which is how its ambiguity counts against it.
"""

from __future__ import annotations

import gzip
import threading
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

Alternatives = tuple[tuple[str, float], ...]

_LONGEST_PHRASE = 4
_MOST_ENGLISH = 8


class Bridge:
    """Translations of single words and short phrases, both ways.

    The table is kept as it is written and read a row at a time: taking 90,000 rows apart would
    take a start as long as everything else.
    """

    def __init__(self, table: Mapping[str, Alternatives]) -> None:
        self._rows = {
            phrase: " ".join(f"{word}:{weight!r}" for word, weight in words)
            for phrase, words in table.items()
        }
        self._phrases_of: dict[str, list[str]] | None = None
        self._lock = threading.Lock()

    @classmethod
    def from_rows(cls, rows: dict[str, str]) -> Bridge:
        """Take English phrase → `word:weight word:weight …`, as the shipped table has it."""
        bridge = cls({})
        bridge._rows = rows
        return bridge

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
                words = self._row(" ".join(terms[i : i + n]))
                if words or n == 1:
                    found.append((terms[i : i + n], _shares(words)))
                    i += n
                    break
        return found

    def english(self, word: str) -> Alternatives:
        """Give the English terms of a Chinese word with their shares, which sum to 1."""
        with self._lock:
            if self._phrases_of is None:
                self._phrases_of = _single_words(self._rows)
        found = {phrase: dict(self._row(phrase))[word] for phrase in self._phrases_of.get(word, ())}
        best = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return _shares(tuple(best[:_MOST_ENGLISH]))

    def _row(self, phrase: str) -> Alternatives:
        row = self._rows.get(phrase)
        if row is None:
            return ()
        pairs = (item.rpartition(":") for item in row.split(" "))
        return tuple((word, float(weight)) for word, _, weight in pairs)


def _shares(words: Alternatives) -> Alternatives:
    total = sum(weight for _, weight in words)
    return tuple((word, weight / total) for word, weight in words)


def _single_words(rows: Mapping[str, str]) -> dict[str, list[str]]:
    """For every Chinese word the single English words that have it as a translation."""
    inverse: dict[str, list[str]] = defaultdict(list)
    for phrase, row in rows.items():
        if " " not in phrase:
            for item in row.split(" "):
                inverse[item.rpartition(":")[0]].append(phrase)
    return dict(inverse)


@cache
def load_bridge() -> Bridge:
    """Read the shipped table."""
    data = files("zjip_qa.retrieval").joinpath("bridge.tsv.gz").read_bytes()
    lines = gzip.decompress(data).decode("utf-8").splitlines()
    return Bridge.from_rows(dict(line.split("\t", 1) for line in lines))
