"""The list of place names: what jieba tags as a place and CC-CEDICT glosses by a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from zjip_qa.text import bare_place
from zjip_qa.text.dictionary import load_dictionary

_NAME = re.compile(r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")
_KIND = re.compile(r" (?:Province|City|County|District|Prefecture|Region|Municipality)\b.*$", re.I)


def place_rows(tagged: Iterable[str], glosses: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Pair bare Chinese place names with their English names.

    Args:
        tagged: Chinese words tagged as places.
        glosses: cleaned glosses by word; a word whose first gloss isn't a name is left out.
    """
    rows: dict[str, str] = {}
    for word in sorted(tagged, key=lambda w: (len(w), w)):
        for gloss in glosses.get(word, ())[:1]:
            name = _NAME.fullmatch(_KIND.sub("", gloss))
            if name and len(bare_place(word)) >= 2:
                rows.setdefault(bare_place(word), name[0])
    return rows


def tagged_places(dictionary: Path) -> list[str]:
    """Words that jieba's dictionary file tags `ns`."""
    with dictionary.open(encoding="utf-8") as rows:
        return [row.split(" ", 1)[0] for row in rows if row.rstrip().endswith(" ns")]


def write_places(rows: Mapping[str, str], path: Path) -> None:
    """Write `Chinese TAB English`, one place a line, sorted."""
    lines = (f"{chinese}\t{english}\n" for chinese, english in sorted(rows.items()))
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def build_places(path: Path) -> None:
    """Make the shipped list."""
    import jieba

    dictionary = Path(jieba.__file__).with_name("dict.txt")
    write_places(place_rows(tagged_places(dictionary), load_dictionary().glosses), path)
