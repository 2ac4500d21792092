"""Cutting text into words: jieba for Han, an own pattern for everything else.

jieba sees runs of Han characters only, because what it does with Latin letters and digits
differs between its versions and copies. Terms are normalised and in lower case; spans refer to
the text as it was given.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from zjip_qa.errors import CorpusError
from zjip_qa.text.han import HAN
from zjip_qa.text.jieba_tokenizer import Tokenizer, load_tokenizer
from zjip_qa.text.normalize import Normalized, normalize
from zjip_qa.text.stem import stem

_RULES = 1  # raise it whenever the same text would be cut differently: it is in the fingerprint
_LONGEST_RUN = 256  # jieba's model for unknown words takes time quadratic in the run's length
# Passages share a sentence with the one before, questions their words with the last ones.
_KEPT_RUNS = 16_384

_LETTER = rf"[^\W\d_{HAN}]"
_TOKEN = re.compile(
    rf"""
    (?P<han>[{HAN}]++)
  | (?P<number>
        \d{{1,3}}(?:,\d{{3}})++(?:\.\d++)?+(?!\d|,\d)                 # 12,500
      | \d++(?:\.\d++)++                                              # 3.5
      | \d++(?!{_LETTER})                                             # 2023
      | \d++(?=[A-Za-z]{{2}})(?!(?:st|nd|rd|th)\b)                    # 100km, but 5G and 20th
    )
  | (?P<sum>[A-Za-z]++\+\d++)(?!{_LETTER})                            # T+1
  | (?P<word>
        (?:{_LETTER}|\d)++
        (?:(?:\+\+|\#)(?![\w+#]) | (?:'(?!s\b){_LETTER}++)*)          # C++, don't
    )
    (?:'s\b)?                                                         # dropped: Zhejiang's
    """,
    re.VERBOSE,
)
_HAN_ONLY = re.compile(f"[{HAN}]+")
_USER_LINE = re.compile(r"(?P<word>\S+)(?:\s+(?P<frequency>[0-9]+))?(?:\s+[a-z]+)?")

RunFilter = Callable[[str], bool]
"""Says of a run of Han characters, normalised, whether to cut it.

Nearly all the time goes into cutting. Whoever looks for some words should say no to runs that
cannot hold one: what is cut is cut as ever, the words of the other runs are left out.
"""


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `term` as it is compared, `[start, end)` where it stands in the given text."""

    term: str
    start: int
    end: int


class Segmenter:
    """Cuts text into words. May be shared between threads.

    Segmenters without a user dictionary share one jieba tokenizer; each of the others has its
    own. Either is loaded on first use.

    Args:
        user_dictionary: UTF-8 file in jieba's form, one `word [frequency] [tag]` a line. Words
            that hold other than Han characters (`PCT专利`) are kept whole too.

    Raises:
        CorpusError: the user dictionary cannot be read, or a line of it is malformed.
    """

    def __init__(self, user_dictionary: Path | None = None) -> None:
        data = b"" if user_dictionary is None else _read(user_dictionary)
        entries = [] if user_dictionary is None else list(_user_entries(data, user_dictionary))
        self._han_entries = tuple((w, n) for w, n in entries if _HAN_ONLY.fullmatch(w))
        self._whole = _whole_words(w for w, _ in entries if not _HAN_ONLY.fullmatch(w))
        self._fingerprint = (
            f"jieba {metadata.version('jieba')}; opencc {metadata.version('opencc')}; "
            f"rules {_RULES}; user dictionary {hashlib.sha256(data).hexdigest()[:16]}"
        )
        self._tokenizer: Tokenizer | None = None
        self._cut_run = lru_cache(maxsize=_KEPT_RUNS)(self._cut_afresh)

    @property
    def fingerprint(self) -> str:
        """What decides how text is cut; an index made with another one doesn't fit."""
        return self._fingerprint

    def words(self, text: str, *, where: RunFilter | None = None) -> list[Token]:
        """Cut `text` into words, in order; marks are dropped.

        Spans don't overlap, except where one character stands for two words (`¼`).

        Args:
            text: as it stands in a document or question.
            where: which of its runs of Han characters to cut; None for all.
        """
        return self._tokens(text, finer=False, where=where)

    def index_terms(self, text: str, *, where: RunFilter | None = None) -> list[Token]:
        """Cut `text` into what the lexical index holds, questions and documents alike.

        The words, English ones stemmed, and before each long Han word the shorter words that
        the dictionary knows inside it. Function words stay.

        Args:
            text: as it stands in a document or question.
            where: which of its runs of Han characters to cut; None for all.
        """
        return self._tokens(text, finer=True, where=where)

    def is_listed(self, word: str) -> bool:
        """Whether the dictionary has a word of Han characters; those it hasn't are mostly names."""
        return self._jieba().frequency(normalize(word).text) > 0

    def _jieba(self) -> Tokenizer:
        if self._tokenizer is None:
            # Two threads may both come here: they get equal tokenizers, and one is kept.
            self._tokenizer = load_tokenizer(self._han_entries)
        return self._tokenizer

    def _tokens(self, text: str, *, finer: bool, where: RunFilter | None) -> list[Token]:
        copy = normalize(text)
        return [
            Token(term, copy.starts[start], copy.ends[end - 1])
            for term, start, end in self._cut(copy, finer=finer, where=where)
        ]

    def _cut(
        self, copy: Normalized, *, finer: bool, where: RunFilter | None
    ) -> Iterator[tuple[str, int, int]]:
        """Yield terms with their spans in the copy."""
        text, done = copy.text, 0
        for whole in self._whole.finditer(text) if self._whole else ():
            yield from self._cut_plain(text, done, whole.start(), finer=finer, where=where)
            if finer:
                yield from self._cut_plain(text, *whole.span(), finer=True, where=where)
            yield whole[0].lower(), *whole.span()
            done = whole.end()
        yield from self._cut_plain(text, done, len(text), finer=finer, where=where)

    def _cut_plain(
        self, text: str, begin: int, end: int, *, finer: bool, where: RunFilter | None
    ) -> Iterator[tuple[str, int, int]]:
        for match in _TOKEN.finditer(text, begin, end):
            kind = match.lastgroup or ""
            if kind == "han":
                if where is None or where(match[0]):
                    yield from self._cut_han(text, *match.span(), finer=finer)
                continue
            term = match[kind].lower()
            if kind == "number":
                term = term.replace(",", "")
            elif kind == "word" and finer:
                term = stem(term)
            yield term, *match.span(kind)

    def _cut_han(
        self, text: str, begin: int, end: int, *, finer: bool
    ) -> Iterator[tuple[str, int, int]]:
        for first in range(begin, end, _LONGEST_RUN):
            run = text[first : min(first + _LONGEST_RUN, end)]
            for term, start, stop in self._cut_run(run, finer):
                yield term, first + start, first + stop

    def _cut_afresh(self, run: str, finer: bool) -> tuple[tuple[str, int, int], ...]:
        return tuple(self._jieba().tokenize(run, mode="search" if finer else "default"))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise CorpusError(
            f"the user dictionary {path} cannot be read ({exc.strerror}); expected a text file; "
            "correct the path or leave the setting empty"
        ) from exc


def _user_entries(data: bytes, path: Path) -> Iterator[tuple[str, int | None]]:
    """Yield the words of a user dictionary, normalised, with the frequencies given."""
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            line = raw.decode("utf-8").strip()
        except UnicodeDecodeError as exc:
            raise CorpusError(
                f"line {number} of the user dictionary {path} isn't UTF-8; "
                "expected `word [frequency] [tag]`; save the file as UTF-8"
            ) from exc
        if not line:
            continue
        entry = _USER_LINE.fullmatch(line)
        word = normalize(entry["word"]).text if entry else ""
        frequency = int(entry["frequency"]) if entry and entry["frequency"] else None
        # jieba takes a frequency of 0 as an order to every tokenizer of the process.
        if frequency == 0 or not _TOKEN.search(word):
            raise CorpusError(
                f"line {number} of the user dictionary {path} is {line[:40]!r}; expected "
                "`word [frequency] [tag]` with a frequency of 1 or more; correct that line"
            )
        yield word, frequency


def _whole_words(words: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern for words that jieba never sees whole, the longest first."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    if not ordered:
        return None
    # A word that begins or ends in a letter or digit isn't found inside a longer one.
    return re.compile(
        "|".join(
            (r"(?<![A-Za-z0-9])" if re.match("[A-Za-z0-9]", word) else "")
            + re.escape(word)
            + (r"(?![A-Za-z0-9])" if re.search("[A-Za-z0-9]$", word) else "")
            for word in ordered
        ),
        re.IGNORECASE,
    )
