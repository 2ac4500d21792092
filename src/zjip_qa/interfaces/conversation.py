"""A conversation as safe HTML: questions, answers, and citations that can be opened.

Everything that can be clicked carries `data-act`, which names a place in the session's own
turns ("cite:0:1" is the second citation of the first turn), never a file: a forged click
reaches nothing that this session wasn't shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zjip_qa.answering import GlossedWord
from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.examples import Examples
from zjip_qa.interfaces.source_pane import Passage, escaped, tag, tag_of
from zjip_qa.text import detect_language
from zjip_qa.types import Answer, Citation, Hit, Language

N_NEAREST = 3
"""Passages listed under an abstention."""

_MARKER = re.compile(r"\[(\d{1,3})\]")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer; None while it is being looked for.

    `suggested` are questions to ask next; `rating` is "good", "bad", or "" before the user rates;
    `glosses` holds the words of each source that was opened word by word, by its number from 0.
    """

    question: str
    answer: Answer | None = None
    suggested: tuple[str, ...] = ()
    rating: str = ""
    glosses: Mapping[int, Sequence[GlossedWord]] = field(default_factory=dict)


def history_of(turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """The (question, answer text) pairs that the core completes a follow-up from."""
    return [(turn.question, turn.answer.text) for turn in turns if turn.answer is not None]


def passage_at(turns: Sequence[Turn], act: str) -> Passage | None:
    """The passage that a click names, or None when this conversation holds no such thing."""
    match = re.fullmatch(r"(cite|near):(\d{1,6}):(\d{1,6})", act)
    if match is None or int(match[2]) >= len(turns):
        return None
    answer = turns[int(match[2])].answer
    number = int(match[3])
    if answer is None:
        return None
    if match[1] == "cite":
        return passage_of(answer.citations[number]) if number < len(answer.citations) else None
    return passage_of(answer.nearest[number]) if number < len(answer.nearest) else None


def passage_of(found: Citation | Hit) -> Passage:
    """Where a citation or a hit stands."""
    if isinstance(found, Citation):
        return Passage(found.doc_id, found.start, found.end, found.quote, found.section)
    chunk = found.chunk
    return Passage(chunk.doc_id, chunk.start, chunk.end, chunk.text, " › ".join(chunk.section))


def render_conversation(turns: Sequence[Turn], examples: Examples, language: Language) -> str:
    """The whole conversation, or a welcome with example questions before it starts."""
    if not turns:
        return _welcome(examples, language)
    shown = "".join(_turn(i, turn, language) for i, turn in enumerate(turns))
    shown += _next(len(turns) - 1, turns[-1].suggested, language)
    label = escaped(s.CONVERSATION.to(language))
    return f'<div class="turns" role="log" aria-live="polite" aria-label="{label}">{shown}</div>'


def _welcome(examples: Examples, language: Language) -> str:
    """Example questions: those in the language of the interface first."""
    languages = [language, Language.EN if language == Language.ZH else Language.ZH]
    chips = "".join(
        f'<li><button type="button" class="chip" lang="{tag(each)}"'
        f' data-act="example:{each.value}:{i}">{escaped(question)}</button></li>'
        for each in languages
        for i, question in enumerate(examples.of(each))
    )
    return (
        f'<div class="welcome"><h2>{escaped(s.WELCOME.to(language))}</h2>'
        f'<p>{escaped(s.WELCOME_HINT.to(language))}</p><ul class="chips">{chips}</ul></div>'
    )


def _turn(number: int, turn: Turn, language: Language) -> str:
    """One question and what is known of its answer."""
    question = (
        f'<p class="question" lang="{tag_of(turn.question)}">'
        f'<span class="sr-only">{escaped(s.YOU.to(language))}: </span>'
        f"{escaped(turn.question)}</p>"
    )
    if turn.answer is None:
        reply = f'<p class="pending">{escaped(s.THINKING.to(language))}</p>'
    else:
        reply = _answer(number, turn, turn.answer, language)
    return f'<section class="turn">{question}{reply}</section>'


def _next(number: int, suggested: Sequence[str], language: Language) -> str:
    """Chips with what could be asked next; nothing when there is nothing."""
    if not suggested:
        return ""
    chips = "".join(
        f'<li><button type="button" class="chip" lang="{tag_of(question)}"'
        f' data-act="next:{number}:{i}">{escaped(question)}</button></li>'
        for i, question in enumerate(suggested)
    )
    title = escaped(s.ASK_NEXT.to(language))
    return f'<div class="next"><h4>{title}</h4><ul class="chips">{chips}</ul></div>'


def _answer(number: int, turn: Turn, answer: Answer, language: Language) -> str:
    """The reply with its confidence, and its citations or the passages that came closest."""
    understood = (
        f'<p class="understood">'
        f"{escaped(s.UNDERSTOOD_AS.to(language, question=answer.question))}</p>"
        if answer.question and answer.question.strip() != turn.question.strip()
        else ""
    )
    if answer.abstained:
        badge = f'<span class="badge none">{escaped(s.NOT_IN_DOCUMENTS.to(language))}</span>'
        below = _nearest(number, answer.nearest[:N_NEAREST], language)
    else:
        badge = _confidence(answer.confidence, language)
        below = _citations(number, turn, answer, language)
    copy = (
        f'<button type="button" class="quiet copy" data-copy'
        f' data-done="{escaped(s.COPIED.to(language))}">{escaped(s.COPY.to(language))}</button>'
    )
    return (
        f'<div class="answer{" abstained" if answer.abstained else ""}">{understood}'
        f'<div class="text" lang="{tag(answer.language)}">'
        f"{_marked_up(number, answer, language)}</div>"
        f'<p class="meta">{badge}{copy}{_thumbs(number, turn.rating, language)}</p>{below}</div>'
    )


def _thumbs(number: int, rating: str, language: Language) -> str:
    """Two buttons that rate an answer; the one that was pressed shows it."""
    return "".join(
        f'<button type="button" class="quiet thumb" data-act="{name}:{number}"'
        f' aria-pressed="{"true" if rating == name else "false"}">'
        f"{escaped(text.to(language))}</button>"
        for name, text in (("good", s.GOOD), ("bad", s.BAD))
    )


def _marked_up(number: int, answer: Answer, language: Language) -> str:
    """The answer's text: escaped, `**bold**` as bold, `[1]` as a button."""

    def button(match: re.Match[str]) -> str:
        n = int(match[1])
        if not 1 <= n <= len(answer.citations):
            return match[0]
        label = escaped(s.OPEN_SOURCE.to(language, number=n))
        return (
            f'<button type="button" class="cite" data-act="cite:{number}:{n - 1}"'
            f' aria-label="{label}" title="{label}">[{n}]</button>'
        )

    paragraphs = [part for part in re.split(r"\n\s*\n", answer.text) if part.strip()]
    return "".join(
        "<p>"
        + _MARKER.sub(button, _BOLD.sub(r"<strong>\1</strong>", escaped(part.strip("\n"))))
        + "</p>"
        for part in paragraphs
    )


def _citations(number: int, turn: Turn, answer: Answer, language: Language) -> str:
    """The numbered sources: section, file and the words quoted; of Chinese ones the words."""
    items = []
    for i, citation in enumerate(answer.citations):
        mark = _page(citation.page, language) + _verdict(citation.verdict, language)
        place = _place(citation.doc_id, citation.section, mark)
        items.append(
            f'<li><button type="button" class="source-link" data-act="cite:{number}:{i}">'
            f'<span class="number">[{i + 1}]</span><span class="what">{place}'
            f'<span class="quote" lang="{tag_of(citation.quote)}">{escaped(citation.quote)}</span>'
            f"</span></button>{_gloss(number, i, turn, language)}</li>"
        )
    return _listed(s.SOURCES.to(language), items)


def _gloss(number: int, i: int, turn: Turn, language: Language) -> str:
    """For readers of English without a translation: a button, and the words once it is pressed."""
    assert turn.answer is not None
    citation = turn.answer.citations[i]
    reads_english = Language.EN in (language, turn.answer.language)
    if citation.translation or not reads_english or not _is_chinese(citation.quote):
        return ""
    words = turn.glosses.get(i)
    button = (
        f'<button type="button" class="quiet" data-act="gloss:{number}:{i}"'
        f' aria-expanded="{"false" if words is None else "true"}">'
        f"{escaped(s.GLOSS.to(language))}</button>"
    )
    if words is None:
        return button
    shown = "".join(
        f"<ruby>{escaped(word.text)}<rp>(</rp>"
        f'<rt lang="en">{escaped(word.english)}</rt><rp>)</rp></ruby>'
        if word.english
        else escaped(word.text)
        for word in words
    )
    note = escaped(s.GLOSS_NOTE.to(language))
    return f'{button}<div class="gloss"><p>{note}</p><p lang="{tag(Language.ZH)}">{shown}</p></div>'


def _is_chinese(text: str) -> bool:
    return detect_language(text) is Language.ZH


def _nearest(number: int, nearest: Sequence[Hit], language: Language) -> str:
    """The passages that came closest to an answer that wasn't found."""
    items = [
        f'<li><button type="button" class="source-link" data-act="near:{number}:{i}"'
        f' title="{escaped(s.OPEN_NEAREST.to(language, number=i + 1))}">'
        f'<span class="what">{_place(hit.chunk.doc_id, " › ".join(hit.chunk.section))}'
        f'<span class="quote" lang="{tag_of(hit.chunk.text)}">{escaped(hit.chunk.text)}</span>'
        f"</span></button></li>"
        for i, hit in enumerate(nearest)
    ]
    return _listed(s.NEAREST.to(language), items)


def _listed(title: str, items: Sequence[str]) -> str:
    """A titled list, or nothing when there is nothing to list."""
    if not items:
        return ""
    return f'<div class="sources"><h4>{escaped(title)}</h4><ol>{"".join(items)}</ol></div>'


def _place(doc_id: str, section: str, mark: str = "") -> str:
    """Where a quote stands: its section, and its file in a smaller hand; then a mark."""
    where = f'<span class="section" lang="{tag_of(section)}">{escaped(section)}</span>'
    file = f"<bdi>{escaped(doc_id)}</bdi>"
    return f'<span class="place">{where if section else ""}{file}{mark}</span>'


def _page(page: int | None, language: Language) -> str:
    """The page of a document that has pages."""
    return f" <span>{escaped(s.PAGE.to(language, page=page))}</span>" if page else ""


def _verdict(verdict: str, language: Language) -> str:
    """A mark that says how the answer was checked against the quote."""
    known = {"verbatim": s.VERBATIM, "agrees": s.AGREES}
    if verdict not in known:
        return ""
    said = escaped(known[verdict].to(language))
    return f'<span class="verdict" role="img" aria-label="{said}" title="{said}">✓</span>'


def _confidence(confidence: float, language: Language) -> str:
    """Confidence in words. It is calibrated: "high" is right at least nine times in ten."""
    if confidence >= 0.9:
        name, text = "high", s.CONFIDENCE_HIGH
    elif confidence >= 0.6:
        name, text = "medium", s.CONFIDENCE_MEDIUM
    else:
        name, text = "low", s.CONFIDENCE_LOW
    words = escaped(text.to(language))
    return f'<span class="badge {name}" title="{confidence:.0%}">{words}</span>'
