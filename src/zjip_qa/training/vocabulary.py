"""Which Chinese words the model gets a row for, and the tokenizer that finds them in running text.

The tokenizer is one WordPiece model over both languages. A run of Han characters is cut by
longest match from the left, so unsegmented text may be given as it is: with these words that
measured within 0.3 nDCG of cutting the text by jieba first. Every Chinese word is entered twice,
with and without the mark of a continuing piece, under one id; traditional spellings share the
id of the simplified word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from zjip_qa.text.dictionary import HAN_WORD, Dictionary

_RARE_CHARACTER = 3
_LONGEST_WORD = 6


def choose_words(dictionary: Dictionary, frequency: Mapping[str, int], n_words: int) -> list[str]:
    """Choose what is worth a row of the embedding matrix: `n_words` at most, best first.

    All characters in some use come first, since any word outside the list falls back to them;
    then words that have a gloss, by frequency.

    Args:
        dictionary: words without a gloss have nothing to start from and are left out.
        frequency: how often each word occurs in Chinese text.
        n_words: the size of the list.
    """

    def in_order(words: list[str]) -> list[str]:
        return sorted(words, key=lambda word: (-frequency.get(word, 0), word))

    glossed = dictionary.glosses
    characters = [w for w in glossed if len(w) == 1 and frequency.get(w, 0) >= _RARE_CHARACTER]
    words = [w for w in glossed if 2 <= len(w) <= _LONGEST_WORD and frequency.get(w, 0) > 0]
    return (in_order(characters) + in_order(words))[:n_words]


def extend_vocabulary(
    english: Sequence[str], words: Sequence[str], traditional: Mapping[str, str]
) -> dict[str, int]:
    """Extend an English uncased WordPiece vocabulary by Chinese words.

    Args:
        english: the pieces of the English model, in the order of their ids.
        words: Chinese words; `words[i]` gets the id `len(english) + i`.
        traditional: traditional spelling → simplified word.
    """
    ids = {piece: i for i, piece in enumerate(english)}
    chinese = {word: len(english) + i for i, word in enumerate(words)}
    spellings = chinese | {
        spelling: chinese[word]
        for spelling, word in sorted(traditional.items())
        if word in chinese and spelling not in chinese
    }
    for spelling, number in spellings.items():
        ids[spelling] = ids["##" + spelling] = number
    return ids


def build_tokenizer(ids: Mapping[str, int]) -> Tokenizer:
    """Make the tokenizer of a vocabulary from `extend_vocabulary`."""
    tokenizer = Tokenizer(
        models.WordPiece(dict(ids), unk_token="[UNK]", max_input_chars_per_word=2000)
    )
    # Chinese characters are not set apart here: the pre-tokenizer keeps each run whole.
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.BertNormalizer(handle_chinese_chars=False)]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.BertPreTokenizer(),
            pre_tokenizers.Split(Regex(HAN_WORD.pattern), "isolated"),
        ]
    )
    cls, sep = ids["[CLS]"], ids["[SEP]"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", cls), ("[SEP]", sep)],
    )
    return tokenizer


def write_tokenizer(tokenizer: Tokenizer, ids: Mapping[str, int], path: Path) -> None:
    """Save the tokenizer with every spelling.

    `Tokenizer.save` writes one token an id, which would lose the second spellings.
    """
    saved = json.loads(tokenizer.to_str())
    saved["model"]["vocab"] = dict(ids)
    path.write_text(json.dumps(saved, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
