"""Question files: what is asked, and the words of the documents that answer it.

A file is JSONL, one object a line: `id`, `question`, `lang` ("zh" or "en"), `quote`,
`answers`, and if wanted `doc_id`, `kind`, `split`; other fields are left alone. Relevance
hangs on the quote, not on chunks, so a file stays valid when chunking changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.fields import Fields, read_objects
from zjip_qa.types import Language, Span

Place: TypeAlias = tuple[str, Span]
"""Where a quote stands: document and range."""


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question file.

    Attributes:
        quote: verbatim words that an answer must cite; None when the documents hold no answer.
        answers: acceptable strings, one of which the answer must contain; empty without a quote.
        doc_id: the one document whose copy of the quote counts; None for any document.
        kind: what is asked for ("figure", "date", …), for grouping.
        split: part of the file ("dev", "test", …), for selecting.
        line: line in its file, from 1; 0 when it comes from elsewhere.
    """

    id: str
    question: str
    lang: Language
    quote: str | None
    answers: tuple[str, ...]
    doc_id: str | None = None
    kind: str | None = None
    split: str | None = None
    line: int = 0

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it; if not, abstaining is right."""
        return self.quote is not None


def default_questions() -> Path:
    """The question file about the sample article that comes with the package."""
    return Path(str(files("zjip_qa.evaluation"))) / "data" / "zhejiang-ip.jsonl"


def load_questions(path: str | Path) -> list[Question]:
    """Read a question file, in its order.

    Raises:
        EvaluationError: the file is unreadable, empty, not UTF-8, or a line is not a
            question; the message names the line and the reason.
    """
    path = Path(path)
    questions: list[Question] = []
    line_of_id: dict[str, int] = {}
    for line, fields in read_objects(path):
        question = _question(fields, line)
        if question.id in line_of_id:
            raise fields.refusal(
                f"id '{question.id}' was used on line {line_of_id[question.id]}; "
                "give each question its own"
            )
        line_of_id[question.id] = line
        questions.append(question)
    if not questions:
        raise EvaluationError(f"{path} holds no questions, expected one JSON object a line")
    return questions


def locate(question: Question, texts: Mapping[str, str]) -> list[Place]:
    """All places where a question's quote stands, by document id, then position.

    Copies that overlap one another count once, from the left. Empty for a question
    without a quote.

    Args:
        question: what to locate; its `doc_id`, when given, is the only document searched.
        texts: text of each document by id.

    Raises:
        EvaluationError: the quote, or the document named, is nowhere; names the line.
    """
    if question.quote is None:
        return []
    if question.doc_id is not None and question.doc_id not in texts:
        raise EvaluationError(
            f"line {question.line}: question '{question.id}' names the document "
            f"'{question.doc_id}', which is not indexed; index it or correct doc_id"
        )
    doc_ids = sorted(texts) if question.doc_id is None else [question.doc_id]
    places = [
        (doc_id, Span(start, start + len(question.quote)))
        for doc_id in doc_ids
        for start in _starts(texts[doc_id], question.quote)
    ]
    if not places:
        where = "any indexed document" if question.doc_id is None else f"'{question.doc_id}'"
        raise EvaluationError(
            f"line {question.line}: the quote of question '{question.id}' does not stand in "
            f"{where}; it must be copied verbatim, line breaks and all: {question.quote!r}"
        )
    return places


def _question(fields: Fields, line: int) -> Question:
    lang = fields.text("lang")
    if lang not in list(Language):
        known = " or ".join(f"'{language}'" for language in Language)
        raise fields.refusal(f"lang is '{lang}', expected {known}")
    if "quote" not in fields.values:
        raise fields.refusal("field 'quote' is missing; it is null for a question without answer")
    quote = fields.optional_text("quote")
    answers = fields.texts("answers")
    if quote is None and answers:
        raise fields.refusal("'answers' are given but 'quote' is null; expected both or neither")
    if quote is not None and not answers:
        raise fields.refusal("'quote' is given but 'answers' is empty; expected both or neither")
    return Question(
        id=fields.text("id"),
        question=fields.text("question"),
        lang=Language(lang),
        quote=quote,
        answers=answers,
        doc_id=fields.optional_text("doc_id"),
        kind=fields.optional_text("kind"),
        split=fields.optional_text("split"),
        line=line,
    )


def _starts(text: str, quote: str) -> list[int]:
    starts: list[int] = []
    start = text.find(quote)
    while start >= 0:
        starts.append(start)
        start = text.find(quote, start + len(quote))
    return starts
