"""Names of places in Chinese and English, for telling which one a text is about.

The list (`places.tsv`) pairs what jieba's dictionary tags as a place with the name that
CC-CEDICT gives for it; `training/places.py` makes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from zjip_qa.types import Span

_WORD = re.compile(r"\w+")
_SUFFIX = re.compile(r"(?<=..)(?:特别行政区|自治区|自治州|省|市|县|区|镇|州)$")
# The country at large is understood in a national document; demanding its name would refuse
# right answers.
_UNDERSTOOD = "China"
_SHORT = {
    "US": "United States",
    "USA": "United States",
    "UK": "United Kingdom",
    "EU": "European Union",
    "Korea": "South Korea",
    "America": "United States",
    "Britain": "United Kingdom",
    "Great Britain": "United Kingdom",
    "England": "United Kingdom",
}


@dataclass(frozen=True, slots=True)
class Places:
    """Names of places.

    Attributes:
        chinese: bare names.
        by_english: Chinese names by English name; several may share one.
        by_first_word: English names by what stands before their first space or mark, the longest
            first.
        beginnings: the first two characters of each Chinese name.
    """

    chinese: frozenset[str]
    by_english: dict[str, frozenset[str]]
    by_first_word: dict[str, tuple[str, ...]]
    beginnings: frozenset[tuple[str, str]]

    def may_stand_in(self, text: str) -> bool:
        """Whether a text of Han characters may hold a Chinese name; a glance, no search."""
        return not self.beginnings.isdisjoint(pairwise(text))

    def english_in(self, text: str) -> Iterator[Span]:
        """Find English names in a text, in order, not overlapping, of two the longer one."""
        done = 0
        for word in _WORD.finditer(text):
            start = word.start()
            for name in self.by_first_word.get(word[0], ()) if start >= done else ():
                end = start + len(name)
                if text.startswith(name, start) and not _WORD.match(text, end):
                    yield Span(start, end)
                    done = end
                    break


@cache
def load_places() -> Places:
    """Read the shipped list."""
    text = files("zjip_qa.text").joinpath("places.tsv").read_text(encoding="utf-8")
    by_english: dict[str, set[str]] = {}
    for line in text.splitlines():
        chinese, _, english = line.partition("\t")
        if english != _UNDERSTOOD:
            by_english.setdefault(english, set()).add(chinese)
    for short, full in _SHORT.items():
        if full in by_english:
            by_english.setdefault(short, set()).update(by_english[full])
    by_first_word: dict[str, tuple[str, ...]] = {}
    for name in sorted(by_english, key=lambda name: (-len(name), name)):
        for first in _WORD.findall(name)[:1]:
            by_first_word[first] = (*by_first_word.get(first, ()), name)
    names = frozenset(name for group in by_english.values() for name in group)
    return Places(
        chinese=names,
        by_english={name: frozenset(group) for name, group in by_english.items()},
        by_first_word=by_first_word,
        beginnings=frozenset((name[0], name[1]) for name in names),
    )


def bare_place(name: str) -> str:
    """Take the kind of place off a name: 浙江省 → 浙江; a name of two characters is left."""
    return _SUFFIX.sub("", name)
