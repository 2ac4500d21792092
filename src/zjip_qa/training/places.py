"""The list of place names: what jieba tags as a place and CC-CEDICT glosses by a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from zjip_qa.text import bare_place
from zjip_qa.text.dictionary import load_dictionary

_NAME = re.compile(r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")
_KIND = re.compile(
    r" (?:Province|City|County|District|Prefecture|Region|Municipality)\b.*$", re.IGNORECASE
)
_COMMON = 6
"""Glosses that hold a word in small letters, from which it is taken for a common one."""
# An adjective of two places; words that are cut wrongly (市和县) or mean something else mostly.
_NO_PLACE = frozenset({"Indian", "和县", "中方"})
_NO_NAME = re.compile(r"ism$|Buddha$")
# Glosses in small letters that speak of a place all the same.
_OF_A_PLACE = re.compile(
    r"(?:also|former|formerly|old|ancient|capital|called|abbr|same|refers|alternative|until|reign|"
    r"final|historical|now|name|county|city|district|place|hometown|one|state|four|five|north|"
    r"south|land|main|river|unified|by extension)\b"
)


def place_rows(
    tagged: Iterable[str],
    glosses: Mapping[str, tuple[str, ...]],
    common: Container[str] = (),
    english: Container[str] = (),
) -> dict[str, str]:
    """Pair bare Chinese place names with their English names.

    Args:
        tagged: Chinese words tagged as places.
        glosses: cleaned glosses by word; a word whose first gloss isn't a name is left out. One
            with an ordinary meaning too is a place only with its kind: 延长 is "to extend".
        common: words that mean something else; a district whose name without 区 is one of them
            is left out, since 小店 is a small shop far more often than a part of Taiyuan.
        english: the same in English, in small letters: He, Long, West.
    """
    rows: dict[str, str] = {}
    for word in sorted(tagged, key=lambda w: (len(w), w)):
        bare = bare_place(word)
        name = _english_name(word, glosses, english)
        if not name or len(bare) < 2 or (word.endswith("区") and bare in common):
            continue
        if not _means_more(glosses.get(bare, ())):
            rows.setdefault(bare, name)
        elif word != bare:
            rows.setdefault(word, name)
    return rows


def _english_name(
    word: str, glosses: Mapping[str, tuple[str, ...]], english: Container[str]
) -> str:
    """The name that a place's first gloss gives; "" for none."""
    name = _KIND.sub("", next(iter(glosses.get(word, ())), ""))
    if name.lower() in english or not _NAME.fullmatch(name) or _NO_NAME.search(name):
        return ""
    # 通县 is never called just 通; "Tong" is a name of people too.
    name += " County" * (len(word) == 2 and word.endswith("县"))
    return "" if {word, name} & _NO_PLACE else name


def _means_more(glosses: Iterable[str]) -> bool:
    """Whether a word has a gloss that speaks of no place."""
    return any(gloss[:1].islower() and not _OF_A_PLACE.match(gloss) for gloss in glosses)


def tagged_words(dictionary: Path) -> dict[str, str]:
    """The words of jieba's dictionary file with their tags, `ns` for a place."""
    with dictionary.open(encoding="utf-8") as rows:
        fields = (row.split() for row in rows)
        return {word: tag for word, _, tag in fields}


def write_places(rows: Mapping[str, str], path: Path) -> None:
    """Write `Chinese TAB English`, one place a line, sorted."""
    lines = (f"{chinese}\t{english}\n" for chinese, english in sorted(rows.items()))
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def build_places(path: Path) -> None:
    """Make the shipped list."""
    import jieba

    dictionary = Path(jieba.__file__).with_name("dict.txt")
    tags = tagged_words(dictionary)
    places = [word for word, tag in tags.items() if tag == "ns"]
    common = {word for word, tag in tags.items() if not tag.startswith("n") or tag in ("n", "ng")}
    glosses = load_dictionary().glosses
    said = Counter(word for all_ in glosses.values() for gloss in all_ for word in gloss.split())
    english = {word for word, n in said.items() if word.islower() and n >= _COMMON}
    write_places(place_rows(places, glosses, common, english), path)
