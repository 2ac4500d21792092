"""Names that no dictionary has, found by their sound: "Huguenots" in a question, 胡格诺 in a text.

A noisy channel: each Chinese character stands for some letters with a probability learnt from
names and readings. What is weighed is how much likelier a name is as the sound of an index term
than as letters by chance; with as many terms to choose from as the index holds, that has to be
much. It reads the question's letters and the terms of the index, nothing else of the text.
"""

from __future__ import annotations

import gzip
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from zjip_qa.retrieval.bridge import Alternatives

SHORTEST_NAME = 4
"""Letters; shorter names sound like too many words."""
LONGEST_NAME = 24
_LONGEST_CHUNK = 6
_LONGEST_TERM = 8
_ANY_LETTERS = 0.03
"""Share of a character's sound left to letters that it never stood for."""
_BY_LENGTH = (0.1, 0.25, 0.35, 0.2, 0.1)
_LEAST_SHARE = 0.1
_LEAST_COVERED = 0.5
"""Share of a name's letters that a term has to account for."""
_PART, _PART_LETTER = 1.0, 0.4
"""What it costs that a term is the beginning of a name only, and each letter that is left."""
_HOPELESS = -3.5
"""Log odds from which no further character is looked at."""

Sounds = Mapping[str, Mapping[str, float]]


class Transliterator:
    """Finds the index terms that sound like a name.

    Args:
        sounds: character → letters, possibly none → probability.
    """

    def __init__(self, sounds: Sounds) -> None:
        letters: defaultdict[str, float] = defaultdict(float)
        for chunks in sounds.values():
            for chunk, probability in chunks.items():
                for letter in chunk:
                    letters[letter] += probability
        total = sum(letters.values())
        by_chance = {letter: count / total for letter, count in letters.items()}
        # Log odds of letters being a character's sound rather than chance.
        self._odds: dict[str, dict[str, float]] = {}
        self._first: dict[str, list[str]] = defaultdict(list)
        for character, chunks in sorted(sounds.items()):
            self._odds[character] = {
                chunk: math.log(
                    (1 - _ANY_LETTERS) * probability / math.prod(by_chance[x] for x in chunk)
                    + _any_letters(len(chunk))
                )
                for chunk, probability in chunks.items()
            }
            for chunk in chunks:
                if chunk:
                    self._first[chunk].append(character)

    def matches(self, name: str, terms: Sequence[str], *, whole: bool = False) -> Alternatives:
        """Find the terms that a name may be spelt with.

        Args:
            name: letters a–z, lower case.
            terms: sorted by code point.
            whole: a term must stand for all letters, not for the beginning of the name.

        Returns:
            Terms with probabilities whose sum is below 1; what is missing to 1 is the chance
            that none of the terms is meant. Likeliest first.
        """
        if not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
            return ()
        found = [
            (term, math.exp(min(_covering(odds, whole=whole), 50.0)))
            for term, odds in self._sounding_like(name, terms)
        ]
        total = len(terms) + sum(odds for _, odds in found)
        shares = [(term, odds / total) for term, odds in found if odds / total >= _LEAST_SHARE]
        return tuple(sorted(shares, key=lambda pair: (-pair[1], pair[0])))

    def _sounding_like(self, name: str, terms: Sequence[str]) -> Iterator[tuple[str, list[float]]]:
        """Terms of two characters or more, with the log odds of the name's first j letters."""
        start = [0.0, *[-math.inf] * len(name)]
        pieces = _pieces(name)
        first = {c for n in range(1, _LONGEST_CHUNK + 1) for c in self._first.get(name[:n], ())}
        for character in sorted(first):
            low = bisect_left(terms, character)
            high = bisect_left(terms, chr(ord(character) + 1), low)
            yield from self._within(pieces, terms, low, high, 0, start)

    def _within(
        self,
        pieces: _Pieces,
        terms: Sequence[str],
        low: int,
        high: int,
        depth: int,
        before: list[float],
    ) -> Iterator[tuple[str, list[float]]]:
        """Walk the terms `low:high`, alike in their first `depth` characters, as a tree.

        `before[j]` is the log odds of those characters for the first j letters.
        """
        while low < high:
            term = terms[low]
            if len(term) == depth:
                low += 1
                continue
            prefix = term[: depth + 1]
            end = bisect_left(terms, prefix[:-1] + chr(ord(prefix[-1]) + 1), low, high)
            odds = self._odds.get(prefix[-1])
            if odds is not None and depth < _LONGEST_TERM:
                after = _append(pieces, before, odds)
                if max(after) > _HOPELESS:
                    if term == prefix and depth:
                        yield term, after
                    yield from self._within(pieces, terms, low, end, depth + 1, after)
            low = end


def _covering(odds: list[float], *, whole: bool) -> float:
    """The best log odds of a whole name or of its beginning, which a term seldom is."""
    n = len(odds) - 1
    if whole:
        return odds[n]
    least = math.ceil(_LEAST_COVERED * n)
    beginnings = (odds[j] - _PART - _PART_LETTER * (n - j) for j in range(least, n))
    return max([odds[n], *beginnings])


def _any_letters(n: int) -> float:
    return _ANY_LETTERS * (_BY_LENGTH[n] if n < len(_BY_LENGTH) else 0.0)


_CHANCE = [math.log(_any_letters(n)) for n in range(len(_BY_LENGTH))]


_Pieces = list[list[tuple[str, float]]]


def _pieces(name: str) -> _Pieces:
    """What one character may stand for from each place of a name on: 0, 1, 2 … letters.

    With the log odds of letters that it isn't known to stand for.
    """
    return [
        [
            (name[i : i + n], _CHANCE[n] if n < len(_CHANCE) else -math.inf)
            for n in range(min(_LONGEST_CHUNK, len(name) - i) + 1)
        ]
        for i in range(len(name) + 1)
    ]


def _append(pieces: _Pieces, before: list[float], odds: Mapping[str, float]) -> list[float]:
    """Log odds of the letters up to each place after one more character."""
    after = [-math.inf] * len(before)
    for i, reached in enumerate(before):
        if reached < _HOPELESS:
            continue
        for place, (piece, by_chance) in enumerate(pieces[i], i):
            odds_here = reached + odds.get(piece, by_chance)
            # Not `max`: this runs thousands of times for a name.
            if odds_here > after[place]:
                after[place] = odds_here
    return after


@cache
def load_transliterator() -> Transliterator:
    """Read the shipped table."""
    data = files("zjip_qa.retrieval").joinpath("transliteration.tsv.gz").read_bytes()
    sounds: dict[str, dict[str, float]] = {}
    for line in gzip.decompress(data).decode("utf-8").splitlines():
        character, chunks = line.split("\t")
        pairs = (item.rpartition(":") for item in chunks.split(" "))
        sounds[character] = {c.replace("-", ""): float(p) for c, _, p in pairs}
    return Transliterator(sounds)
