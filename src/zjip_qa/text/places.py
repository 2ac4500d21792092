"""Names of places in Chinese and English, for telling which one a text is about.

The list (`places.tsv`) pairs what jieba's dictionary tags as a place with the name that
CC-CEDICT gives for it; `training/places.py` makes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

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
    """Chinese bare names, and Chinese names by English name (several may share one)."""

    chinese: frozenset[str]
    by_english: dict[str, frozenset[str]]
    english: re.Pattern[str]


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
    names = sorted(by_english, key=lambda name: (-len(name), name))
    return Places(
        chinese=frozenset(name for group in by_english.values() for name in group),
        by_english={name: frozenset(group) for name, group in by_english.items()},
        english=re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b"),
    )


def bare_place(name: str) -> str:
    """Take the kind of place off a name: 浙江省 → 浙江; a name of two characters is left."""
    return _SUFFIX.sub("", name)
