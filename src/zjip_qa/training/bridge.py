"""The lexical bridge's table: which Chinese words an English word or phrase may stand for.

Half of a word's weight follows CC-CEDICT, half the probabilities learnt from parallel sentences;
where only one knows the word it has the whole. The table that ships is a work derived from
CC-CEDICT (CC BY-SA 4.0), under the same licence.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from zjip_qa.retrieval.bridge import CHINESE_OF, ENGLISH_OF, rows, turned
from zjip_qa.retrieval.sorted_table import write_sorted_table
from zjip_qa.text import Segmenter, is_function_word, stem
from zjip_qa.text.dictionary import Dictionary, load_dictionary
from zjip_qa.training.data import read_pairs
from zjip_qa.training.word_translation import translation_probabilities

_LONGEST_PHRASE = 4
_MOST_GLOSSES = 6
_MOST_TRANSLATIONS = 16
_LEAST_SHARE = 0.01
_LONGEST_SENTENCE = 150
_MOST_ROWS = 20_000
# Legal wording of Taiwan, dictionaries and programming would else outweigh everything.
_ROWS = {
    "taiwan-laws": 30_000,
    "cc-cedict": 80_000,
    "chinese-wordnet": 30_000,
    "wiktionary-en-cmn": 30_000,
    "python-docs": 6_000,
    "django-docs": 4_000,
    "bible-cuv-kjv": 4_000,
    "tensorflow-notebooks": 3_000,
    "angular-cn": 3_000,
}

Table = dict[str, dict[str, float]]


def english_words(text: str) -> list[str]:
    """Stemmed content words, as the index holds them."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return [stem(word) for word in words if not is_function_word(word)]


def dictionary_weights(dictionary: Dictionary, frequency: Mapping[str, int]) -> Table:
    """Turn glosses round: English phrase → Chinese words with the weight of each.

    A gloss of n words counts 1 for the whole phrase and 1/n for each word of it; later glosses
    of an entry count less. Words that jieba doesn't know can't be index terms and are left out.

    Args:
        dictionary: Chinese words and their glosses.
        frequency: jieba's word frequencies.
    """
    table: Table = defaultdict(lambda: defaultdict(float))
    for word, glosses in dictionary.glosses.items():
        if frequency.get(word, 0) <= 0:
            continue
        for i, gloss in enumerate(glosses[:_MOST_GLOSSES]):
            terms = english_words(gloss)
            if not 0 < len(terms) <= _LONGEST_PHRASE:
                continue
            weight = 1 / (1 + 0.3 * i)
            if len(terms) > 1:
                table[" ".join(terms)][word] += weight
            for term in terms:
                table[term][word] += weight / len(terms)
    return {phrase: dict(words) for phrase, words in table.items()}


def parallel_words(data: Path, seed: int) -> Iterator[tuple[list[str], list[str]]]:
    """Draw sentence pairs of every parallel source, cut into words.

    Args:
        data: the folder that holds `parallel/*.tsv.gz`.
        seed: of the drawing.
    """
    segmenter, draw = Segmenter(), random.Random(seed)
    for path in sorted((data / "parallel").glob("*.tsv.gz")):
        rows = list(read_pairs(path))
        draw.shuffle(rows)
        for english, chinese in rows[: _ROWS.get(path.name.removesuffix(".tsv.gz"), _MOST_ROWS)]:
            if len(chinese) <= _LONGEST_SENTENCE:
                words = [token.term for token in segmenter.words(chinese)]
                yield english_words(english), [w for w in words if not is_function_word(w)]


def merge(dictionary: Table, learnt: Table) -> dict[str, list[tuple[str, float]]]:
    """Bring both sources to shares and average them; heaviest first, the light ones dropped."""
    merged = {}
    for phrase in sorted(set(dictionary) | set(learnt)):
        sources = [_shares(t[phrase]) for t in (dictionary, learnt) if phrase in t]
        shares: dict[str, float] = defaultdict(float)
        for source in sources:
            for word, share in source.items():
                shares[word] += share / len(sources)
        best = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:_MOST_TRANSLATIONS]
        if kept := [(word, share) for word, share in best if share >= _LEAST_SHARE]:
            merged[phrase] = kept
    return merged


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {word: weight / total for word, weight in weights.items()}


def write_bridge(table: Mapping[str, list[tuple[str, float]]], folder: Path) -> None:
    """Write the table, and the same one turned round, as `retrieval.bridge` reads them."""
    rounded = {
        phrase: tuple((word, float(f"{share:.3g}")) for word, share in words)
        for phrase, words in table.items()
    }
    write_sorted_table(rows(rounded), folder / CHINESE_OF)
    write_sorted_table(rows(turned(rounded)), folder / ENGLISH_OF)


def build_bridge(data: Path, folder: Path, seed: int) -> None:
    """Make the shipped tables.

    Args:
        data: the folder that holds `parallel/*.tsv.gz`.
        folder: where to write them.
        seed: of the drawing of sentence pairs.
    """
    import jieba

    jieba.initialize()
    glosses = dictionary_weights(load_dictionary(), jieba.dt.FREQ)
    learnt = translation_probabilities(parallel_words(data, seed))
    write_bridge(merge(glosses, learnt), folder)
