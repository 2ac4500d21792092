"""How an answer was found: the passages retrieved, what each leg gave them, which words matched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.source_pane import escaped, tag_of
from zjip_qa.retrieval import WordMatch
from zjip_qa.types import Hit, Language

LEAST_COSINE = 0.5
"""Words further apart than this don't say why a passage was found."""


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A hit and what of it met the question."""

    hit: Hit
    words: Sequence[str]
    """Its words that the question's met, as they are or translated."""
    nearest: Sequence[WordMatch]
    """The question's words, each with the nearest of the passage."""


def render_retrieval(question: str, found: Sequence[FoundPassage], language: Language) -> str:
    """A table of the passages found for a question.

    Args:
        question: as the core understood it.
        found: best first.
        language: of the interface.
    """
    legs = sorted({leg for passage in found for leg in passage.hit.legs}, key=_leg_order)
    heads = [
        s.RANK.to(language),
        *(s.LEGS[leg].to(language) if leg in s.LEGS else leg for leg in legs),
        s.SCORE.to(language),
    ]
    head = "".join(f'<th scope="col">{escaped(text)}</th>' for text in heads)
    rows = "".join(_row(passage, legs, language) for passage in found)
    return (
        f'<p class="asked" lang="{tag_of(question)}">{escaped(question)}</p>'
        f'<div class="scroll" tabindex="0" role="region"'
        f' aria-label="{escaped(s.RETRIEVAL.to(language))}">'
        f'<table class="hits"><thead><tr>{head}</tr></thead>{rows}</table></div>'
        f'<p class="note">{escaped(s.RETRIEVAL_NOTE.to(language))}</p>'
    )


def render_empty_retrieval(language: Language) -> str:
    """The panel before any question."""
    return f'<p class="empty">{escaped(s.RETRIEVAL_EMPTY.to(language))}</p>'


def _row(passage: FoundPassage, legs: Sequence[str], language: Language) -> str:
    """One passage: its scores in a row, its text in the row below, which has the whole width."""
    hit = passage.hit
    scores = "".join(
        f'<td class="score">{hit.legs[leg]:.3f}</td>' if leg in hit.legs else "<td>–</td>"
        for leg in legs
    )
    section = " › ".join(hit.chunk.section)
    matched = _chips(s.WORDS.to(language), [_word(word) for word in passage.words])
    nearest = _chips(
        s.NEAREST_WORDS.to(language),
        [
            f"{_word(match.asked)} → {_word(match.found)} {match.cosine:.2f}"
            for match in passage.nearest
            if match.cosine >= LEAST_COSINE
        ],
    )
    return (
        f'<tbody><tr><td>{hit.rank}</td>{scores}<td class="score">{hit.score:.3f}</td></tr>'
        f'<tr><td class="passage" colspan="{len(legs) + 2}" lang="{tag_of(hit.chunk.text)}">'
        f'<span class="place"><span class="section">{escaped(section)}</span>'
        f"<bdi>{escaped(hit.chunk.doc_id)}</bdi></span>"
        f'<span class="quote">{_with_words(hit.chunk.text, passage.words)}</span>'
        f"{matched}{nearest}</td></tr></tbody>"
    )


def _word(text: str) -> str:
    return f'<span lang="{tag_of(text)}">{escaped(text)}</span>'


def _chips(label: str, chips: Sequence[str]) -> str:
    """A line of words, nothing where there are none."""
    if not chips:
        return ""
    shown = "".join(f'<span class="word">{chip}</span>' for chip in chips)
    return f'<span class="words"><span>{escaped(label)}</span>{shown}</span>'


def _with_words(text: str, words: Sequence[str]) -> str:
    """The passage, escaped, with every matched word marked."""
    longest_first = sorted({w for w in words if w}, key=lambda w: (-len(w), w))
    if not longest_first:
        return escaped(text)
    pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    shown, last = [], 0
    for match in pattern.finditer(text):
        shown += [escaped(text[last : match.start()]), f"<b>{escaped(match[0])}</b>"]
        last = match.end()
    return "".join([*shown, escaped(text[last:])])


def _leg_order(leg: str) -> tuple[int, str]:
    """Known legs in the order of `strings.LEGS`, others after them by name."""
    known = list(s.LEGS)
    return (known.index(leg) if leg in known else len(known), leg)
