"""A conversation as a file to keep: Markdown to read, JSON for programs, citations in both."""

from __future__ import annotations

import json
from collections.abc import Sequence

from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.conversation import Turn
from zjip_qa.interfaces.json_output import answer_json
from zjip_qa.types import Answer, Language


def as_markdown(turns: Sequence[Turn], language: Language) -> str:
    """The conversation with its citations, headings in `language`.

    Quotes stand in block quotes, each with the document and the code points that it spans.
    """
    parts = [f"# {s.TITLE.to(language)}"]
    for turn in turns:
        if turn.answer is None:
            continue
        parts.append(f"## {_on_one_line(turn.question)}")
        if turn.answer.question and turn.answer.question.strip() != turn.question.strip():
            understood = s.UNDERSTOOD_AS.to(language, question=turn.answer.question)
            parts.append(f"*{_on_one_line(understood)}*")
        parts.append(turn.answer.text)
        parts += _sources(turn.answer, language)
    return "\n\n".join(parts) + "\n"


def as_json(turns: Sequence[Turn]) -> str:
    """The conversation as a list of what `ask --json` prints, one a question."""
    rows = [answer_json(turn.question, turn.answer) for turn in turns if turn.answer is not None]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def _sources(answer: Answer, language: Language) -> list[str]:
    if answer.abstained:
        return [f"({s.NOT_IN_DOCUMENTS.to(language)})"]
    found = []
    for number, citation in enumerate(answer.citations, 1):
        section = f" › {citation.section}" if citation.section else ""
        page = f" {s.PAGE.to(language, page=citation.page)}" if citation.page else ""
        place = f"[{number}] `{citation.doc_id}`{page} [{citation.start}:{citation.end}]{section}"
        quote = "\n".join(f"> {line}" for line in citation.quote.splitlines())
        found.append(f"{place}\n\n{quote}")
    return found


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
