"""Lists that go on past the sentence that introduces them: "应当提交下列材料：" and what follows.

Covers which questions ask for a list, and the list that a sentence opens or belongs to. A list
inside one sentence needs nothing of this: the sentence is the answer.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from zjip_qa.types import BlockKind, Document, Language, Sentence, Span

_ASKS = {
    Language.ZH: re.compile(
        r"哪[些几]|有哪|列[出举]|都有[谁什]|[几哪]种|分别(?:是|有|为|指)"
        r"|(?:包括|包含|分为|分成|需要?|具备|符合|满足|提交)[^，。？?]{0,6}(?:什么|啥)"
        r"|什么(?:情况|情形|条件|材料|职责|措施|内容|义务|权利|手续|要求|行为|步骤|东西)"
    ),
    Language.EN: re.compile(
        # A plural after "which" or "what": "which cities", "what kinds of permit".
        r"\b(?:which|what)\s+(?:(?!is|are|was|were|do|does|did|has|have)\w+\s+){0,2}?"
        r"(?!(?:is|was|does|has|this|its|as|us|\w*ss|\w*us)\b)\w{3,}s\b"
        r"|\bwhat (?:are|were) (?:the|all)\b|\b(?:list|name|enumerate) (?:the|all)\b"
        r"|\bin (?:which|what) (?:cases|circumstances)\b",
        re.IGNORECASE,
    ),
}
_INTRODUCES = re.compile(
    r"(?:[：:]|(?:以下|下列|如下|\bthe following|\bas follows)[^。.！!？?；;]{0,16}[。.]?)"
    r"[”’」』）)]*$",
    re.IGNORECASE,
)
_ZH_DIGITS = "一二三四五六七八九十"
_MARKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[（(][{_ZH_DIGITS}]{{1,3}}[)）]",
        rf"[{_ZH_DIGITS}]{{1,3}}[、.．]",
        r"[（(]\d{1,2}[)）]",
        r"\d{1,2}(?:[.．、](?!\d)|[)）])",
        r"[①-⑳]",
        rf"[{_ZH_DIGITS}]是",
        rf"第[{_ZH_DIGITS}]{{1,3}}[，,]",
        r"\(?[a-z]\)\s",
        r"[-*•·●]\s",
    )
)
_BULLET = len(_MARKS)
"""Stands for a marker that the document's format gives and its text doesn't hold."""
_GOES_ON = re.compile(r"[；;][”’」』）)]*$")


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list in a document.

    Attributes:
        lead: the sentence that introduces it, or None.
        items: what it lists, in order, at least two; an item may be several sentences.
    """

    lead: Sentence | None
    items: tuple[Sentence, ...]


def asks_for_list(question: str, language: Language) -> bool:
    """Whether a question asks for several things by its words."""
    return _ASKS[language].search(question) is not None


def list_around(document: Document, around: Sequence[Sentence], at: Sentence) -> ItemList | None:
    """The list that a sentence introduces or is part of.

    Args:
        document: the text.
        around: its sentences before and behind `at`, in order, `at` among them.
        at: the sentence.

    Returns:
        The list as far as it lies in `around` and in the section of `at`; None where there is none.
    """
    section = [sentence for sentence in around if sentence.section == at.section]
    if at not in section:
        return None
    lines = _Lines(document, section)
    here = section.index(at)
    if _INTRODUCES.search(lines.text(here)):
        return lines.list_from(here + 1, at)
    first = lines.first_item(here)
    if first is None:
        return None
    introduced = first > 0 and _INTRODUCES.search(lines.text(first - 1))
    return lines.list_from(first, section[first - 1] if introduced else None)


class _Lines:
    """The sentences of one section, with the markers that they begin with."""

    def __init__(self, document: Document, sentences: Sequence[Sentence]) -> None:
        self._document = document
        self._sentences = sentences
        starts = [block.span.start for block in document.blocks]
        # A sentence may begin behind the first block's start alone: -1 is before all of them.
        self._blocks = [bisect_right(starts, s.span.start) - 1 for s in sentences]
        self._marks = [self._mark(i) for i in range(len(sentences))]

    def text(self, i: int) -> str:
        span = self._sentences[i].span
        return self._document.text[span.start : span.end]

    def _mark(self, i: int) -> int | None:
        text = self.text(i)
        written = next((n for n, mark in enumerate(_MARKS) if mark.match(text)), None)
        if written is not None or self._same_block(i):
            return written
        blocks = self._document.blocks
        listed = self._blocks[i] >= 0 and blocks[self._blocks[i]].kind is BlockKind.ITEM
        return _BULLET if listed else None

    def _same_block(self, i: int) -> bool:
        """Whether a sentence stands in the block of the one before it."""
        return i > 0 and self._blocks[i] == self._blocks[i - 1]

    def _is_inside(self, i: int, mark: int) -> bool:
        """Whether a sentence goes on with an item of that mark: more of it, or a list within."""
        return self._same_block(i) if self._marks[i] is None else self._marks[i] != mark

    def first_item(self, here: int) -> int | None:
        """Where the list begins that a sentence is in an item of; None if it is in none."""
        opened = here
        while self._marks[opened] is None:
            if not self._same_block(opened):
                return None
            opened -= 1
        mark = self._marks[opened]
        assert mark is not None
        first = opened
        while opened > 0 and (self._marks[opened - 1] == mark or self._is_inside(opened - 1, mark)):
            opened -= 1
            if self._marks[opened] == mark:
                first = opened
        return first

    def list_from(self, first: int, lead: Sentence | None) -> ItemList | None:
        """The list that begins with a sentence; None if that is no item or the only one."""
        if first >= len(self._sentences):
            return None
        mark = self._marks[first]
        begins = [first]
        end = first + 1
        while end < len(self._sentences):
            if mark is None:
                # Without markers a semicolon says that there is more.
                if not _GOES_ON.search(self.text(end - 1)):
                    break
                begins.append(end)
            elif self._marks[end] == mark:
                begins.append(end)
            elif not self._is_inside(end, mark):
                break
            end += 1
        if len(begins) < 2:
            return None
        ends = [*begins[1:], end]
        return ItemList(lead, tuple(map(self._joined, begins, ends)))

    def _joined(self, begin: int, end: int) -> Sentence:
        first, last = self._sentences[begin], self._sentences[end - 1]
        return Sentence(Span(first.span.start, last.span.end), first.section)
