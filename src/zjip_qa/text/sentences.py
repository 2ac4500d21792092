"""Where sentences end, in Chinese, English and mixtures of the two.

Works on one stretch of running text. A line break doesn't end a sentence here: whether it does
depends on the kind of document, which `chunks` knows. Time is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from zjip_qa.text.function_words import function_words
from zjip_qa.text.han import is_han
from zjip_qa.types import Language, Span

_MARKS = re.compile(r"[。｡！!？?….]+")
_CLOSING = re.compile(r"[”’」』）)》〉】\]]*")
_PAIRS = {"“": "”", "‘": "’", "「": "」", "『": "』", "（": "）", "(": ")", "【": "】", "[": "]"}
_TITLE_PAIRS = {"《": "》", "〈": "〉"}
_OPENING = {close: open_ for open_, close in (_PAIRS | _TITLE_PAIRS).items()}
_BRACKET = re.compile('[“”‘’「」『』（）()【】\\[\\]《》〈〉"]|\n\\s*\n')
_LONGEST_WHOLE = 80  # characters of a quotation that is kept in one sentence
_LEAD = 8  # characters looked at before a sign; the bound keeps the time linear

_WORD = re.compile(r"\w")
_NEXT = re.compile(r"\s*")
_LONGEST_WORD = 24  # none of the abbreviations comes near
_WORD_BEFORE = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]+$|\d+$")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Something of theirs always follows.
_TITLES = _set("mr mrs ms dr prof rev hon gen gov sen rep st mt vs v cf e.g i.e viz")
# A number of theirs follows, or they are plain words: "Art. 5", "state of the art. The …".
_NUMBERED = _set(
    "no nos art arts sec secs fig figs eq vol vols ch pp p para paras cl app tel approx ca"
)
# They end a sentence when a word follows that begins sentences. So do initials.
_ABBREVIATIONS = _set(
    "inc ltd co corp llc plc jr sr etc bros dept est univ assoc al ed eds "
    "jan feb mar apr jun jul aug sep sept oct nov dec"
)


def split_sentences(text: str) -> list[Span]:
    """Split running text into sentences.

    Chinese and English end marks count, `；` doesn't. Closing quotes and brackets stay with the
    sentence they close. A decimal, an abbreviation, a title in 《》 and a short quotation are
    never cut; a long quotation is.

    Returns:
        Spans in order, without white space at their edges; together they cover everything but
        white space. None of them is empty.
    """
    spans: list[Span] = []
    begin = 0
    whole = _whole_ranges(text)
    whole_starts = [start for start, _ in whole]
    position = 0
    while match := _MARKS.search(text, position):
        position = match.end()
        after = _after_closing(text, match.end())
        index = bisect_right(whole_starts, match.start()) - 1
        if index >= 0 and match.start() < whole[index][1]:
            opened, closed = whole[index]
            position = max(position, closed)
            # The range itself was looked through: only its very end can end the sentence too.
            last = _last_mark(text, opened, closed)
            if last is None or not _quotation_ends(text, last[1], opened, closed):
                continue
            mark_start, mark_end, after = *last, max(closed, _after_closing(text, last[1]))
        else:
            mark_start, mark_end = match.span()
        if _ends(text, begin, mark_start, mark_end, after):
            _append_trimmed(spans, text, begin, after)
            begin = position = after
    _append_trimmed(spans, text, begin, len(text))
    return spans


def _append_trimmed(spans: list[Span], text: str, start: int, end: int) -> None:
    """Add `[start, end)` as a sentence; marks without a word go to the sentence before."""
    stretch = text[start:end]
    left = start + len(stretch) - len(stretch.lstrip())
    right = start + len(stretch.rstrip())
    if left < right:
        if spans and not _WORD.search(stretch):
            left = spans.pop().start
        spans.append(Span(left, right))


def _after_closing(text: str, position: int) -> int:
    """Where the closing quotes and brackets that stand at `position` are over."""
    match = _CLOSING.match(text, position)
    end = match.end() if match else position
    if end < len(text) and text[end] in "\"'" and (end + 1 == len(text) or text[end + 1].isspace()):
        end += 1
    return end


def _whole_ranges(text: str) -> list[tuple[int, int]]:
    """Outermost bracketed or quoted ranges that are short enough to stay whole, in order.

    Each kind of bracket is matched by itself, so one left open spoils nothing else; a blank
    line closes everything that is open.
    """
    opened: dict[str, list[int]] = {}
    ranges: list[tuple[int, int]] = []
    for match in _BRACKET.finditer(text):
        sign = match[0]
        if sign.isspace():
            opened.clear()
            continue
        straight = sign == '"'
        opening = _OPENING.get(sign, sign if straight else "")
        waiting = opened.setdefault(opening or sign, [])
        if not opening or (straight and not waiting):
            waiting.append(match.start())
        elif waiting:
            start = waiting.pop()
            if match.end() - start > _LONGEST_WHOLE:
                continue
            while ranges and ranges[-1][0] > start:
                ranges.pop()
            if not ranges or ranges[-1][1] <= start:
                ranges.append((start, match.end()))
            else:  # interleaved brackets: keep both whole
                ranges[-1] = (ranges[-1][0], max(ranges[-1][1], match.end()))
    return ranges


def _last_mark(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The end marks that stand right before the closing sign of a whole range, if any do."""
    inner = len(text[start:end].rstrip('”’」』）)》〉】]"')) + start
    length = len(text[start:inner]) - len(text[start:inner].rstrip("。｡！!？?…."))
    return (inner - length, inner) if length else None


def _quotation_ends(text: str, mark_end: int, opened: int, closed: int) -> bool:
    """Whether a whole range that ends in end marks ends the sentence around it as well.

    A title never does. A full stop does. Of `？` and `！` it depends: `他问：“为什么？”` is over,
    `“谁来保护？”成为热点` is not.
    """
    if text[closed - 1] in "》〉":
        return False
    if text[mark_end - 1] in "。｡.":
        return True
    following = _NEXT.match(text, closed)
    speech = text[max(0, opened - _LEAD) : opened].rstrip().endswith(("：", ":", "，", ","))
    at_break = closed == len(text) or bool(following and following.end() > closed)
    return speech or at_break


def _ends(text: str, begin: int, mark_start: int, mark_end: int, after: int) -> bool:
    """Whether end marks at `[mark_start, mark_end)` end the sentence that began at `begin`."""
    skipped = _NEXT.match(text, after)
    following = skipped.end() if skipped else after
    if following == len(text):
        return True
    spaced = following > after
    character = text[following]
    if character in "，,、；;：:" or (spaced and "a" <= character <= "z"):
        return False
    marks = text[mark_start:mark_end]
    if marks.strip(".!?"):
        return True  # a Chinese mark among them
    joined = not spaced and character.isascii() and (character.isalnum() or character in "=&/_-%")
    if joined and after == mark_end:
        return False  # 3.5, example.com, ?page=2
    if marks != ".":
        return True
    return _full_stop_ends(text, begin, mark_start, following, spaced=spaced)


def _full_stop_ends(text: str, begin: int, stop: int, following: int, *, spaced: bool) -> bool:
    """Whether one ASCII `.` ends a sentence, by the word before it and the one after."""
    before = _WORD_BEFORE.search(text, max(begin, stop - _LONGEST_WORD), stop)
    if before is None:
        return True
    word = before[0]
    first = before.start() - begin <= _LEAD and not text[begin : before.start()].strip()
    if word.isdigit():
        # "1. Scope", "包括1.专利": a number of a list, not the end of a sentence.
        enumerates = len(word) <= 2 and not spaced and is_han(text[following])
        return not (first and len(word) <= 3) and not enumerates
    name = word.lower()
    if name in _TITLES or (name in _NUMBERED and text[following].isdigit()):
        return False
    initial = len(word) == 1 and word.isupper()
    if initial or name in _ABBREVIATIONS or "." in word:
        return _begins_sentence(text, following)
    return True


_CAPITALISED = re.compile(r"[A-Z][a-z]*\b")


def _begins_sentence(text: str, position: int) -> bool:
    """Whether a word stands there that seldom follows an abbreviation: The, It, In, …."""
    word = _CAPITALISED.match(text, position)
    return word is not None and word[0].lower() in function_words(Language.EN)
