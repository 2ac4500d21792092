"""Markdown: what a line is, and where its words stand without the markup around them.

A scanner of lines rather than a CommonMark parser, since parsers report lines and a citation
needs exact positions. Covers headings of both forms, paragraphs, list items, quotations, tables,
fenced code, front matter and HTML comments. Inline markup stays in the text. Indented text is a
paragraph, not code: Chinese writers indent paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from zjip_qa.documents.decode import decode
from zjip_qa.documents.reader import document_title
from zjip_qa.text import detect_language
from zjip_qa.types import Block, BlockKind, Document, Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FRONT_MATTER = re.compile(
    r"---[ \t]*\r?\n(?=[\w-]+[ \t]*:)(?:[^\r\n]+\r?\n)*?(?:---|\.\.\.)[ \t]*(?:\r?\n|$)"
)
_QUOTE = re.compile(r"(?: {0,3}>[ \t]?)+")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[^`]*$")
_ATX = re.compile(r"[ \t]*(#{1,6})(?:[ \t\u3000]+|$)")
_SETEXT = re.compile(r"[ \t]*(=+|-+)[ \t]*$")
_RULE = re.compile(r"[ \t]*(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"[ \t]*([-*+]|(\d{1,9})[.)])[ \t\u3000]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_TABLE_RULE = re.compile(
    r"[ \t]*+\|?+[ \t]*+:?+-++:?+[ \t]*+(?:\|[ \t]*+:?-++:?+[ \t]*+)*+\|?+[ \t]*+$"
)
_LINK_DEFINITION = re.compile(r"[ \t]*\[[^\]]+\]:[ \t]*\S+")
_ONLY_TAGS = re.compile(r"[ \t]*(?:<[^<>]+>[ \t]*)+$")
_ONLY_IMAGE = re.compile(r"[ \t]*!\[([^\]]*)\]\([^)]*\)[ \t]*$")
_LONGEST_SETEXT = 100
_ENDS_SENTENCE = ("。", "！", "？", "；", ";", ".", "!", "?")


class MarkdownReader:
    """Reads Markdown files."""

    isolated = False

    def read(self, data: bytes, doc_id: str) -> Document:
        """Turn a Markdown file into a document."""
        text = decode(data, doc_id)
        blocks = tuple(_Scanner(text).scan())
        return Document(
            doc_id=doc_id,
            text=text,
            title=document_title(text, blocks, doc_id),
            blocks=blocks,
            language=detect_language(" ".join(_words_of(text, blocks))[:4000]),
        )


def _words_of(text: str, blocks: tuple[Block, ...]) -> Iterator[str]:
    """The first blocks' text, without code: keywords of a program are no English."""
    for block in [b for b in blocks if b.kind is not BlockKind.CODE][:200]:
        yield text[block.span.start : block.span.end]


def _without_closing_marks(heading: str) -> str:
    """Drop the `#` signs that may close a heading; `C#` keeps its own."""
    body = heading.rstrip()
    bare = body.rstrip("#")
    return bare if bare[-1:] in ("", " ", "\t") else body


class _Scanner:
    """One pass over the lines of a text; `_open` is the paragraph or item being read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._blocks: list[Block] = []
        self._open: list[Span] = []
        self._open_kind = BlockKind.PARAGRAPH
        self._quoted = False

    def scan(self) -> list[Block]:
        """Return the blocks in order."""
        front = _FRONT_MATTER.match(self._text)
        lines = [m.span() for m in _LINE.finditer(self._text, front.end() if front else 0)]
        i = 0
        while i < len(lines):
            i = self._take(lines, i)
        self._close()
        return self._blocks

    def _take(self, lines: list[tuple[int, int]], i: int) -> int:
        """Read the line at `i` and what belongs to it; return the next line's number."""
        start, end = lines[i]
        start, quoted = self._unquoted(start, end)
        line = self._text[start:end].rstrip("\r\n")
        if quoted != self._quoted and not (self._quoted and line.strip() and self._open):
            self._close()
            self._quoted = quoted
        if not line.strip():
            self._close()
            return i + 1
        if fence := _FENCE.match(line):
            return self._take_code(lines, i, fence[1])
        if line.lstrip().startswith("<!--") and ("-->" not in line or line.endswith("-->")):
            return self._skip_comment(lines, i)
        if "|" in line and i + 1 < len(lines) and self._is_table_rule(lines[i + 1]):
            return self._take_table(lines, i)
        self._take_line(line, start)
        return i + 1

    def _unquoted(self, start: int, end: int) -> tuple[int, bool]:
        match = _QUOTE.match(self._text, start, end)
        return (match.end(), True) if match else (start, False)

    def _take_line(self, line: str, start: int) -> None:
        if heading := _ATX.match(line):
            self._close()
            last = len(_without_closing_marks(line))
            self._add(BlockKind.HEADING, start + heading.end(), start + last, len(heading[1]))
        elif self._open and (underline := _SETEXT.match(line)):
            self._take_underline(1 if underline[1].startswith("=") else 2)
        elif _RULE.match(line) or _ONLY_TAGS.match(line):
            self._close()
        elif not self._open and _LINK_DEFINITION.match(line):
            return
        elif image := _ONLY_IMAGE.match(line):
            self._close()
            self._add(BlockKind.PARAGRAPH, start + image.start(1), start + image.end(1))
        elif (item := _ITEM.match(line)) and self._may_begin_item(item):
            self._close()
            self._open_kind = BlockKind.ITEM
            self._open.append(Span(start + item.end(), start + len(line)))
        else:
            self._open.append(Span(start, start + len(line)))

    def _take_underline(self, level: int) -> None:
        """Make the open paragraph a heading if it can be one: a short line, no sentence.

        Under anything else the line was drawn to separate.
        """
        span = self._open[0]
        line = self._text[span.start : span.end].strip()
        single = len(self._open) == 1 and self._open_kind is BlockKind.PARAGRAPH
        if single and len(line) <= _LONGEST_SETEXT and not line.endswith(_ENDS_SENTENCE):
            self._open.clear()
            self._add(BlockKind.HEADING, span.start, span.end, level)
        self._close()

    def _may_begin_item(self, item: re.Match[str]) -> bool:
        """A number in running text begins a list only if it is 1, or a list is being read."""
        in_text = self._open and self._open_kind is BlockKind.PARAGRAPH
        return not in_text or item[2] in (None, "1")

    def _take_code(self, lines: list[tuple[int, int]], i: int, fence: str) -> int:
        self._close()
        first = last = None
        for j in range(i + 1, len(lines)):
            start, _ = self._unquoted(*lines[j])
            line = self._text[start : lines[j][1]].strip()
            if line.startswith(fence) and not line.strip(fence[0]):
                i = j
                break
            first, last = (start if first is None else first), lines[j][1]
        else:
            i = len(lines)
        if first is not None and last is not None:
            self._add(BlockKind.CODE, first, last)
        return i + 1

    def _skip_comment(self, lines: list[tuple[int, int]], i: int) -> int:
        self._close()
        while i < len(lines) and "-->" not in self._text[slice(*lines[i])]:
            i += 1
        return i + 1

    def _is_table_rule(self, line: tuple[int, int]) -> bool:
        start, _ = self._unquoted(*line)
        text = self._text[start : line[1]].rstrip("\r\n")
        return "|" in text and _TABLE_RULE.match(text) is not None

    def _take_table(self, lines: list[tuple[int, int]], i: int) -> int:
        self._close()
        first = i
        while i < len(lines):
            start, _ = self._unquoted(*lines[i])
            row = self._text[start : lines[i][1]]
            if "|" not in row:
                break
            if i != first + 1:  # the rule under the header
                left = start + len(row) - len(row.lstrip(" \t|"))
                right = start + len(row.rstrip(" \t|\r\n"))
                self._add(BlockKind.TABLE, left, right)
            i += 1
        return i

    def _close(self) -> None:
        """End the open paragraph or item."""
        if self._open:
            start, end = self._open[0].start, self._open[-1].end
            self._open.clear()
            self._add(self._open_kind, start, end)
        self._open_kind = BlockKind.PARAGRAPH

    def _add(self, kind: BlockKind, start: int, end: int, level: int = 0) -> None:
        """Add a block without the white space and paired asterisks at its edges, if any is left."""
        text = self._text
        stretch = text[start:end]
        start, end = end - len(stretch.lstrip()), start + len(stretch.rstrip())
        bold = kind is not BlockKind.CODE and text[start:end].count("**") == 2
        if bold and text.startswith("**", start) and text.endswith("**", start, end):
            start, end = start + 2, end - 2
        if start < end:
            self._blocks.append(Block(Span(start, end), kind, level))
