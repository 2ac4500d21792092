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
# What English calls by one name and Chinese by two.
_NO_PLACE = frozenset({"Indian"})


def place_rows(
    tagged: Iterable[str],
    glosses: Mapping[str, tuple[str, ...]],
    common: Container[str] = (),
    english: Container[str] = (),
) -> dict[str, str]:
    """Pair bare Chinese place names with their English names.

    Args:
        tagged: Chinese words tagged as places.
        glosses: cleaned glosses by word; a word whose first gloss isn't a name is left out.
        common: words that mean something else; a district whose name without 区 is one of them
            is left out, since 小店 is a small shop far more often than a part of Taiyuan.
        english: the same in English, in small letters: He, Long, West.
    """
    rows: dict[str, str] = {}
    for word in sorted(tagged, key=lambda w: (len(w), w)):
        for gloss in glosses.get(word, ())[:1]:
            bare = bare_place(word)
            # 通县 is never called just 通; "Tong" is a name of people too.
            name = _KIND.sub("", gloss) + " County" * (len(word) == 2 and word.endswith("县"))
            if not _NAME.fullmatch(name) or name in _NO_PLACE or name.lower() in english:
                continue
            if len(bare) >= 2 and not (word.endswith("区") and bare in common):
                rows.setdefault(bare, name)
    return rows


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
