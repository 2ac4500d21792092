"""How an answer was found: the passages retrieved, what each leg gave them, which words matched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.source_pane import escaped, tag_of
from zjip_qa.types import Hit, Language


def render_retrieval(
    question: str, hits: Sequence[Hit], words: Mapping[int, Sequence[str]], language: Language
) -> str:
    """A table of the passages found for a question.

    Args:
        question: as the core understood it.
        hits: best first.
        words: for each hit's rank, the words of the question that it matched.
        language: of the interface.
    """
    legs = sorted({leg for hit in hits for leg in hit.legs}, key=_leg_order)
    heads = [
        s.RANK.to(language),
        *(s.LEGS[leg].to(language) if leg in s.LEGS else leg for leg in legs),
        s.SCORE.to(language),
        s.PASSAGE.to(language),
    ]
    head = "".join(f'<th scope="col">{escaped(text)}</th>' for text in heads)
    rows = "".join(_row(hit, legs, words.get(hit.rank, ()), language) for hit in hits)
    return (
        f'<p class="asked" lang="{tag_of(question)}">{escaped(question)}</p>'
        f'<div class="scroll" tabindex="0" role="region"'
        f' aria-label="{escaped(s.RETRIEVAL.to(language))}">'
        f'<table class="hits"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        f'<p class="note">{escaped(s.RETRIEVAL_NOTE.to(language))}</p>'
    )


def render_empty_retrieval(language: Language) -> str:
    """The panel before any question."""
    return f'<p class="empty">{escaped(s.RETRIEVAL_EMPTY.to(language))}</p>'


def _row(hit: Hit, legs: Sequence[str], words: Sequence[str], language: Language) -> str:
    """One passage."""
    scores = "".join(
        f'<td class="score">{hit.legs[leg]:.3f}</td>' if leg in hit.legs else "<td>–</td>"
        for leg in legs
    )
    section = " › ".join(hit.chunk.section)
    chips = "".join(f'<span class="word" lang="{tag_of(w)}">{escaped(w)}</span>' for w in words)
    matched = (
        f'<span class="words"><span>{escaped(s.WORDS.to(language))}</span>{chips}</span>'
        if chips
        else ""
    )
    return (
        f'<tr><td>{hit.rank}</td>{scores}<td class="score">{hit.score:.3f}</td>'
        f'<td class="passage" lang="{tag_of(hit.chunk.text)}">'
        f'<span class="place"><span class="section">{escaped(section)}</span>'
        f"<bdi>{escaped(hit.chunk.doc_id)}</bdi></span>"
        f'<span class="quote">{_with_words(hit.chunk.text, words)}</span>{matched}</td></tr>'
    )


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
