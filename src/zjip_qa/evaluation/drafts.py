"""Drafts of a question file, made from one's own documents, for a person to edit.

Three sorts: what a section says, the key figure of a clause, and what a defined term is. They are
made by rules, so they stick to the document's words and are easier than what people ask: a start,
and no measure of quality. Every row is marked `"draft": true`; `eval` reads the file as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zjip_qa.answering import Quantity, find_quantities
from zjip_qa.chunks import document_sentences
from zjip_qa.text import HAN
from zjip_qa.types import Document, Language

MOST_PER_KIND = 20
"""Drafts of one sort from one document: more than a person edits would only be skipped."""

_LONGEST_HEADING = 60
_SHORTEST_CLAUSE = 6
_LONGEST_SENTENCE = 200
_CLAUSE_ENDS = re.compile(r"[，,；;。！？!?:：]\s*(?!\d)|[.](?=\s|$)")
_DATED = re.compile(r"(?:19|20)\d\d")
_FIGURE_KINDS = ("number", "money", "share")
_UNIT = re.compile(rf"[%％{HAN}]+$")
_DEFINED = {
    Language.ZH: re.compile(
        rf"^(?:所谓|本(?:办法|条例|规定|法)所称的?)?[“\"]?(?P<term>[{HAN}A-Za-z0-9]{{2,20}}?)[”\"]?"
        r"[,，]?(?:是指|指的是|系指|即)(?P<meaning>[^。；;]{4,})"
    ),
    Language.EN: re.compile(
        r"^(?:An? |The )?[“\"]?(?P<term>[A-Z]?[\w-]+(?: [\w-]+){0,4}?)[”\"]? "
        r"(?:means|refers to|is defined as|(?:is|are) (?:an?|the|any)) (?P<meaning>[^.;]{8,})"
    ),
}
_PRONOUNS = frozenset(
    ["this", "that", "these", "those", "it", "they", "he", "she", "we", "there", "which", "what"]
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One question with the words that answer it."""

    kind: str
    question: str
    quote: str
    answer: str


def draft_rows(documents: Iterable[Document]) -> Iterator[dict[str, object]]:
    """Rows of a question file, in the documents' order; each question once."""
    asked: set[str] = set()
    for document in documents:
        n_of: dict[str, int] = {}
        for draft in _drafts(document):
            if draft.question in asked or n_of.get(draft.kind, 0) >= MOST_PER_KIND:
                continue
            asked.add(draft.question)
            n_of[draft.kind] = n_of.get(draft.kind, 0) + 1
            yield {
                "id": f"draft-{len(asked):04d}",
                "question": draft.question,
                "lang": str(document.language),
                "quote": draft.quote,
                "answers": [draft.answer],
                "doc_id": document.doc_id,
                "kind": draft.kind,
                "draft": True,
            }


def _drafts(document: Document) -> Iterator[Draft]:
    chinese = document.language is Language.ZH
    begun: set[str] = set()
    for sentence in document_sentences(document):
        quote = document.text[sentence.span.start : sentence.span.end]
        if sentence.section and (heading := sentence.section[-1]) not in begun:
            begun.add(heading)
            if 2 <= len(heading) <= _LONGEST_HEADING:
                name = heading.strip(" —–-:：")
                question = f"“{name}”讲了什么？" if chinese else f"What does “{name}” say?"
                yield Draft("section", question, quote, quote)
        if len(quote) <= _LONGEST_SENTENCE:
            yield from _defined(quote, document.language)
            yield from _figures(quote, document.language)


def _defined(quote: str, language: Language) -> Iterator[Draft]:
    match = _DEFINED[language].match(quote)
    if match is None or match["term"].split()[0].lower() in _PRONOUNS:
        return
    term, meaning = match["term"], match["meaning"].strip()
    question = f"{term}是指什么？" if language is Language.ZH else f"What is meant by “{term}”?"
    yield Draft("definition", question, quote, meaning)


def _figures(quote: str, language: Language) -> Iterator[Draft]:
    """The first figure of the sentence that stands at the end of a clause of some length."""
    for quantity in find_quantities(quote):
        if quantity.kind not in _FIGURE_KINDS:
            continue
        before, after = _clause_around(quote, quantity)
        if len(before) + len(after) < _SHORTEST_CLAUSE or any(c.isdigit() for c in after):
            continue
        figure = quote[quantity.span.start : quantity.span.end]
        if language is Language.EN:
            question = f"Which figure is left out: “{before} ___ {after}”?".replace(" ”", "”")
        else:
            unit = _UNIT.search(figure)
            question = f"{before}{_asked(unit[0] if unit else '')}{after}？"
        yield Draft("figure", question, quote, figure)
        return


def _asked(unit: str) -> str:
    """A question word in place of a figure, its measure word kept, its magnitude left out."""
    if unit in ("%", "％"):
        return "百分之多少"
    return "多少" + unit.lstrip("十百千万亿多余几")


def _clause_around(quote: str, quantity: Quantity) -> tuple[str, str]:
    """The clause before a figure, led by the sentence's date if it begins with one; and after it.

    A short clause ("达到") says nothing alone: the one before it is taken too.
    """
    end = _CLAUSE_ENDS.search(quote, quantity.span.end)
    after = quote[quantity.span.end : end.start() if end else len(quote)]
    before = quote[: quantity.span.start]
    clauses = [match.end() for match in _CLAUSE_ENDS.finditer(before)]
    begins = [0, *clauses]
    while len(begins) > 1 and len(before) - begins[-1] < _SHORTEST_CLAUSE:
        begins.pop()
    told = before[begins[-1] :]
    if begins[-1] and (lead := before[: clauses[0]]) and _DATED.search(lead):
        told = lead + told
    return " ".join(told.split()), " ".join(after.split()) if after.strip() else ""
