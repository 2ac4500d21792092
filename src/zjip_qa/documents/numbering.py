"""Headings that are told by their numbers: 第一章, 一、, （一）, 1.1, Chapter 2.

Knows lines, not files. Articles of a law (第二十条) are no headings here, since their text follows
on the same line; `chunks` makes sections of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMERAL = "[一二三四五六七八九十百零〇两0-9]+"
# What opens a numbered heading, outermost first. Level 1 is left to the document's title.
_NUMBERINGS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"第{_NUMERAL}(?:编|部分|篇)|P(?:art|ART) [IVX\d]+\b",
        rf"第{_NUMERAL}章|C(?:hapter|HAPTER) [IVX\d]+\b",
        rf"第{_NUMERAL}节|S(?:ection|ECTION) [IVX\d]+\b",
        r"[一二三四五六七八九十]{1,3}、|\d{1,2}\.\d{1,2}[ \t\u3000]+(?=[^\W\d])",
        r"[（(][一二三四五六七八九十]{1,3}[）)]|\d{1,2}(?:\.\d{1,2}){2,3}[ \t\u3000]+(?=[^\W\d])",
    )
)
_NEEDS_A_NAME = 5  # the first level whose number alone is no heading
LONGEST_HEADING = 40
_SENTENCE_MARK = re.compile("[。！？；!?;…]|[，,：:.]$")


def numbered_level(line: str) -> int:
    """The level (2 …) that a line's numbering stands for, or 0."""
    if len(line) > LONGEST_HEADING or _SENTENCE_MARK.search(line):
        return 0
    for level, numbering in enumerate(_NUMBERINGS, 2):
        match = numbering.match(line)
        if match and (match.end() < len(line) or level < _NEEDS_A_NAME):
            return level
    return 0


def numbered_headings(lines: Sequence[str]) -> dict[int, int]:
    """The level of every line that is clearly a heading, by its number."""
    levels = [numbered_level(line) for line in lines]
    headings: dict[int, int] = {}
    for i, level in enumerate(levels[:-1]):
        # Numbered lines with nothing between them are a list, or a table of contents.
        is_list = levels[i + 1] == level or (i > 0 and level > 4 and levels[i - 1] == level)
        if level and not is_list:
            headings[i] = level
    return headings
