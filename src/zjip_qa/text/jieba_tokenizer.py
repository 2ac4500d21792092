"""jieba, loaded so that it keeps to itself.

Left alone jieba writes its cache to a name in the shared temporary folder that anyone can guess
(and write first), prints progress to stderr, and changes one tokenizer for the whole process.
Here each tokenizer is an instance of its own, and the cache lies in a folder of this user's.
"""

from __future__ import annotations

import functools
import logging
import marshal
import os
import stat
import tempfile
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

import platformdirs

_LOADING = threading.Lock()


class Tokenizer(Protocol):
    """The part of `jieba.Tokenizer` that is used; `FREQ` holds its words, and beginnings with 0."""

    FREQ: dict[str, int]

    def tokenize(self, unicode_sentence: str, mode: str) -> Iterator[tuple[str, int, int]]:
        """Cut a run of Han characters; yields words with their spans."""
        ...


class _JiebaTokenizer(Tokenizer, Protocol):
    tmp_dir: str | None
    cache_file: str | None
    initialized: bool
    total: int

    def initialize(self) -> None: ...

    def add_word(self, word: str, freq: int | None) -> None: ...


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


def _new_tokenizer() -> _JiebaTokenizer:
    """Load jieba's dictionary, from the private cache where there is one."""
    with warnings.catch_warnings():
        # Its patterns aren't raw strings and it may import pkg_resources; neither is ours to mend.
        warnings.simplefilter("ignore")
        import jieba

        jieba.default_logger.setLevel(logging.CRITICAL + 1)
        tokenizer = cast("_JiebaTokenizer", jieba.Tokenizer())
        tokenizer.cache_file = f"jieba-{jieba.__version__}.cache"
        folder = _private_cache()
        if folder is not None:
            tokenizer.tmp_dir = str(folder)
            if not _load_cache(tokenizer, folder / tokenizer.cache_file):
                tokenizer.initialize()
        else:
            with tempfile.TemporaryDirectory(prefix="zjip-qa-") as passing:
                tokenizer.tmp_dir = passing
                tokenizer.initialize()
    return tokenizer


def _load_cache(tokenizer: _JiebaTokenizer, path: Path) -> bool:
    """Read jieba's cache in one piece: from an open file, as jieba does it, takes twice as long."""
    try:
        tokenizer.FREQ, tokenizer.total = marshal.loads(path.read_bytes())
    except (OSError, EOFError, ValueError, TypeError):  # none yet, or a damaged one
        return False
    tokenizer.initialized = True
    return True


def _private_cache() -> Path | None:
    """Return a folder that only this user can write to, or None where there cannot be one."""
    folder = Path(platformdirs.user_cache_dir("zjip-qa", appauthor=False))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if hasattr(os, "getuid"):
            others_may_write = found.st_mode & 0o022
            if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode) or others_may_write:
                return None
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None
