"""A copy of a text for search, and the way back from the copy to the text.

The copy is NFKC (full width becomes half width, ligatures and squared units come apart),
simplified Chinese, without invisible joints, white space evened out and a Chinese word that a
line break cuts in two put together again. Case is left alone: words are lower-cased where they
are cut. Nothing is ever cited from the copy; `Normalized.original` leads back to the source.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from array import array
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from zjip_qa.text.han import HAN, is_han
from zjip_qa.types import Span

# Ideographs, Hangul and private use, nearly all there is, neither decompose nor combine, nor does
# anything above, up to Unicode 16.
_SCANNED = ((0, 0x3400), (0xA000, 0xAC00), (0xF900, 0x20000), (0x2F800, 0x30000))
_INVISIBLE = "\u00ad\u200b\u2060\ufeff"  # soft hyphen, zero-width space, word joiner, stray BOM


@dataclass(frozen=True, slots=True)
class Normalized:
    """A normalised copy of a text and where each of its characters comes from.

    Attributes:
        text: the copy.
        starts: (len(text) + 1) source position at which character i begins; the last entry is
            the length of the source.
        ends: (len(text)) source position after character i. A source cluster that becomes
            several characters gives each of them its whole span.
    """

    text: str
    starts: array[int]
    ends: array[int]

    def original(self, start: int, end: int) -> Span:
        """Return the source span of `[start, end)` of the copy.

        An empty span stays empty: it is put where character `start` begins.

        Raises:
            ValueError: the range is inverted or lies outside the copy.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"[{start}, {end}) isn't in a copy of {len(self.text)} characters")
        if start == end:
            return Span(self.starts[start], self.starts[start])
        return Span(self.starts[start], self.ends[end - 1])


def normalize(text: str) -> Normalized:
    """Make the copy of `text` that search works on.

    White space that holds a line break between two Han characters is dropped, any other run of
    white space becomes one space. Lone surrogates become U+FFFD.
    """
    rules = _rules()
    pieces: list[str] = []
    starts, ends = array("I"), array("I")
    done = 0
    for match in rules.changing.finditer(text):
        start, end = match.span()
        replacement = _replace(match)
        pieces += (text[done:start], replacement)
        starts.extend(range(done, start))
        ends.extend(range(done + 1, start + 1))
        starts.extend([start] * len(replacement))
        ends.extend([end] * len(replacement))
        done = end
    pieces.append(text[done:])
    starts.extend(range(done, len(text) + 1))
    ends.extend(range(done + 1, len(text) + 1))
    # One character for one: the map above stays true.
    return Normalized(_simplify("".join(pieces).translate(rules.one_to_one)), starts, ends)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What NFKC does, sorted by whether it moves positions.

    Attributes:
        one_to_one: code points that become exactly one other.
        changing: matches what may change the number of characters: a base with the marks that
            may combine with it, a character that becomes several, invisible ones, white space.
    """

    one_to_one: dict[int, int]
    changing: re.Pattern[str]


@functools.cache
def _rules() -> _Rules:
    """Read the rules off the Unicode tables of this Python (some milliseconds, once)."""
    one_to_one = {surrogate: 0xFFFD for surrogate in range(0xD800, 0xE000)}
    decomposed: list[tuple[str, str]] = []
    # Hangul vowels and tails compose by arithmetic, not by table.
    joining = {chr(c) for c in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    for code in chain.from_iterable(range(*block) for block in _SCANNED):
        character = chr(code)
        if unicodedata.combining(character):
            joining.add(character)
        decomposition = unicodedata.decomposition(character)
        if not decomposition:
            continue
        decomposed.append((character, unicodedata.normalize("NFKC", character)))
        parts = decomposition.split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            joining.add(chr(int(parts[1], 16)))
    splitting = []
    for character, result in decomposed:
        if unicodedata.normalize("NFKD", character)[0] in joining:
            joining.add(character)
        if len(result) != 1:
            splitting.append(character)
        elif result != character:
            one_to_one[ord(character)] = ord(result)
    marks, several = _character_class(joining), _character_class(splitting)
    return _Rules(
        one_to_one,
        re.compile(
            rf"(?s:.){marks}+|(?P<space>(?: \s|[^\S ])\s*)(?!{marks})|{several}|[{_INVISIBLE}]"
        ),
    )


def _character_class(characters: set[str] | list[str]) -> str:
    """Write a regular-expression class; ranges are joined to keep the pattern small."""
    codes = sorted(ord(c) for c in characters)
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges) + "]"


def _replace(match: re.Match[str]) -> str:
    """What stands in the copy for one match of `_Rules.changing`."""
    found = match[0]
    if match["space"] is None:
        if found in _INVISIBLE:
            return ""
        return re.sub(r"\s", " ", unicodedata.normalize("NFKC", found))
    text, start, end = match.string, match.start(), match.end()
    broken = re.search(r"[\n\r\x85\u2028\u2029]", found) and start and end < len(text)
    return "" if broken and is_han(text[start - 1]) and is_han(text[end]) else " "


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@functools.cache
def _opencc() -> _Converter:
    """Load OpenCC on first use. It converts without state, so threads share it."""
    from opencc import OpenCC

    converter: _Converter = OpenCC("t2s")
    return converter


_HAS_HAN = re.compile(f"[{HAN}]")


def _simplify(text: str) -> str:
    """Traditional to simplified, the same number of characters."""
    if not _HAS_HAN.search(text):
        return text
    convert = _opencc().convert
    simplified = convert(text)
    if len(simplified) == len(text):
        return simplified
    # No entry of `t2s` is known to change the length; were there one, positions come first.
    single = (convert(character) for character in text)
    return "".join(s if len(s) == 1 else c for s, c in zip(single, text, strict=True))
