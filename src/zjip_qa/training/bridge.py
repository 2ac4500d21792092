"""The lexical bridge's table: which Chinese words an English word or phrase may stand for.

Made from CC-CEDICT (CC BY-SA 4.0); the table that ships is a work derived from it, under the
same licence.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from zjip_qa.text import is_function_word, stem
from zjip_qa.training.dictionary import Dictionary

_LONGEST_PHRASE = 4
_MOST_GLOSSES = 6
_MOST_TRANSLATIONS = 24


def translation_weights(
    dictionary: Dictionary, frequency: Mapping[str, int]
) -> dict[str, list[tuple[str, float]]]:
    """Turn glosses round: English phrase → Chinese words with the weight of each.

    A gloss of n words counts 1 for the whole phrase and 1/n for each word of it; later glosses
    of an entry count less. Words that jieba doesn't know can't be index terms and are left out.

    Args:
        dictionary: Chinese words and their glosses.
        frequency: jieba's word frequencies.

    Returns:
        Phrase (stemmed words joined by spaces) → words, heaviest first.
    """
    table: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for word, glosses in dictionary.glosses.items():
        if frequency.get(word, 0) <= 0:
            continue
        for i, gloss in enumerate(glosses[:_MOST_GLOSSES]):
            words = re.findall(r"[a-z0-9]+", gloss.lower())
            terms = [stem(w) for w in words if not is_function_word(w)]
            if not 0 < len(terms) <= _LONGEST_PHRASE:
                continue
            weight = 1 / (1 + 0.3 * i)
            if len(terms) > 1:
                table[" ".join(terms)][word] += weight
            for term in terms:
                table[term][word] += weight / len(terms)
    return {
        phrase: sorted(words.items(), key=lambda item: (-item[1], item[0]))[:_MOST_TRANSLATIONS]
        for phrase, words in sorted(table.items())
    }


def write_bridge(table: Mapping[str, list[tuple[str, float]]], path: Path) -> None:
    """Write `phrase TAB word:weight word:weight …`, one phrase a line, gzipped."""
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        for phrase, words in sorted(table.items()):
            row = " ".join(f"{word}:{weight:.3g}" for word, weight in words)
            file.write(f"{phrase}\t{row}\n".encode())
