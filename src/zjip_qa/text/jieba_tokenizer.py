"""jieba, loaded so that it keeps to itself and starts at once.

Left alone jieba reads 350,000 words at its start, writes them to a cache whose name in the shared
temporary folder anyone can guess (and write first), prints progress to stderr, and changes one
tokenizer for the whole process. Here each tokenizer is an instance of its own that reads words
when a text holds the two characters they begin with, and nothing is written.
"""

from __future__ import annotations

import functools
import logging
import sys
import threading
import warnings
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Protocol

N_OCCURRENCES = 60_101_967
"""The sum of all frequencies in the dictionary of jieba 0.42.1."""

_READ_ALL = 50_000
"""Beginnings of words after which the rest is read at once: who cuts that much will need it."""

_LOADING = threading.Lock()


class _JiebaTokenizer(Protocol):
    FREQ: dict[str, int]
    total: int
    initialized: bool

    def add_word(self, word: str, freq: int | None) -> None: ...

    def tokenize(self, unicode_sentence: str, mode: str) -> Iterator[tuple[str, int, int]]: ...


class Tokenizer:
    """A `jieba.Tokenizer` for Han characters; threads may share it once no word is added.

    Args:
        tokenizer: one that has no words yet.
        lines: of jieba's dictionary, `word frequency tag` in UTF-8, sorted.
    """

    def __init__(self, tokenizer: _JiebaTokenizer, lines: list[bytes]) -> None:
        self._jieba = tokenizer
        self._jieba.total, self._jieba.initialized = N_OCCURRENCES, True
        self._lines = lines
        self._read: set[str] | None = set()
        """Beginnings whose words have been read; None once all have."""

    def tokenize(self, run: str, *, mode: str) -> Iterator[tuple[str, int, int]]:
        """Cut a run of Han characters; yields words with their spans."""
        self._read_words_of(run)
        return self._jieba.tokenize(run, mode=mode)

    def frequency(self, word: str) -> int:
        """How often the dictionary counts a word of Han characters; 0 if it hasn't got it."""
        self._read_words_of(word)
        return self._jieba.FREQ.get(word, 0)

    def add_word(self, word: str, frequency: int | None) -> None:
        """Add a word of Han characters; without a frequency, with one that keeps it whole."""
        self._read_words_of(word)
        self._jieba.add_word(word, frequency)

    def _read_words_of(self, text: str) -> None:
        """Read the words that may stand in a text: jieba looks up nothing but its substrings."""
        read = self._read
        if read is None:
            return
        beginnings = {text[i : i + 2] for i in range(len(text))}.union(text)
        for beginning in beginnings.difference(read):
            self._jieba.FREQ.update(self._words(beginning))
            read.add(beginning)
        if len(read) > _READ_ALL:
            # What has been read may hold other frequencies, of words that were added.
            self._jieba.FREQ = _frequencies(self._lines) | self._jieba.FREQ
            self._read = None

    def _words(self, beginning: str) -> dict[str, int]:
        """The words that begin with two characters; of one character, the word that it is."""
        start = beginning.encode()
        first = bisect_left(self._lines, start)
        end = first + 1 if len(beginning) == 1 else bisect_left(self._lines, start + b"\xff", first)
        words = _frequencies(self._lines[first:end])
        return {word: n for word, n in words.items() if word[:2] == beginning}


def _frequencies(lines: list[bytes]) -> dict[str, int]:
    """As jieba holds them: words with how often they occur, and beginnings of words with 0."""
    words: dict[str, int] = {}
    for line in lines:
        word, frequency, _ = line.decode().split(" ")
        words[word] = int(frequency)
        for length in range(1, len(word)):
            words.setdefault(word[:length], 0)
    return words


def load_tokenizer(entries: tuple[tuple[str, int | None], ...] = ()) -> Tokenizer:
    """Return a tokenizer that knows jieba's words and `entries` (word, frequency or None).

    Without entries it is one and the same for the whole process; it is never changed.
    """
    with _LOADING:
        if not entries:
            return _plain_tokenizer()
        tokenizer = _new_tokenizer()
        for word, frequency in entries:
            tokenizer.add_word(word, frequency)
        return tokenizer


@functools.cache
def _plain_tokenizer() -> Tokenizer:
    return _new_tokenizer()


def _new_tokenizer() -> Tokenizer:
    jieba = _import_jieba()
    return Tokenizer(jieba.Tokenizer(), _dictionary_lines())


@functools.cache
def _dictionary_lines() -> list[bytes]:
    with _import_jieba().Tokenizer().get_dict_file() as file:
        lines: list[bytes] = file.read().splitlines()
    lines.sort()  # they nearly are
    return lines


def _import_jieba() -> ModuleType:
    with warnings.catch_warnings(), _without("pkg_resources"):
        # Its patterns aren't raw strings, which isn't ours to mend.
        warnings.simplefilter("ignore")
        import jieba

    jieba.default_logger.setLevel(logging.CRITICAL + 1)
    module: ModuleType = jieba
    return module


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Let jieba open its files by itself: pkg_resources takes longer to import than all of it."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # how `import` is told to fail
    try:
        yield
    finally:
        del sys.modules[module]
