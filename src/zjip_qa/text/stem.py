"""Light stemming of English words: plural, -ed, -ing, and the final silent e.

Steps 1a, 1b and 5a of Porter's algorithm with y kept (`cities` gives `city`, not `citi`). Suffixes
that make other words (-tion, -ment, -er) stay: `invention` and `inventor` aren't the same.

Source: M. F. Porter, An algorithm for suffix stripping, Program 14(3), 1980.
"""

from __future__ import annotations

import re

_UNTOUCHED = frozenset({"news", "series", "species", "always", "during"})
_VOWEL = "(?:[aeiou]|(?<=[^aeiou])y)"
_HAS_VOWEL = re.compile(_VOWEL)
_SYLLABLE = re.compile(r"[aeiouy]+[^aeiouy]+")
_SHORT_END = re.compile(r"[^aeiou][aeiouy][^aeiouwxy]$")  # Porter's *o: hop, not fail or box


def stem(word: str) -> str:
    """Return the stem of a lower-case English word.

    Words of up to three letters and everything that isn't a-z come back unchanged.

    Example: licence, licences → licenc; ranked, ranking → rank; cities → city.
    """
    if len(word) <= 3 or word in _UNTOUCHED or not (word.isascii() and word.isalpha()):
        return word
    return _without_final_e(_without_tense(_singular(word)))


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")) and len(word) > 4:
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_tense(word: str) -> str:
    if word.endswith("ied"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith("eed"):
        return word[:-1] if re.search("[^s][rt]eed$", word) and len(word) > 5 else word
    ending = "ed" if word.endswith("ed") else "ing" if word.endswith("ing") else ""
    rest = word[: len(word) - len(ending)]
    if not ending or not _HAS_VOWEL.search(rest) or len(rest) < 2:
        return word
    if rest.endswith(("at", "bl", "iz")):
        return rest + "e"
    if rest[-1] == rest[-2] and rest[-1] not in "aeioulsz":
        return rest[:-1]
    if len(_SYLLABLE.findall(rest)) == 1 and _SHORT_END.search(rest):
        return rest + "e"
    return rest


def _without_final_e(word: str) -> str:
    if not word.endswith("e") or word.endswith("ee"):
        return word
    rest = word[:-1]
    n_syllables = len(_SYLLABLE.findall(rest))
    if n_syllables > 1 or (n_syllables == 1 and not _SHORT_END.search(rest)):
        return rest
    return word
