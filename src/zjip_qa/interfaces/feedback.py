"""What users think of answers, kept in a file beside the index, and made into questions to measure.

One JSON object a line, written in one piece, so two sessions can rate at once.
Nothing of it leaves the machine.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from zjip_qa.errors import EvaluationError
from zjip_qa.interfaces.json_output import answer_json
from zjip_qa.types import Answer

FILE_NAME = "feedback.jsonl"
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_writing = threading.Lock()


def keep_rating(folder: Path, question: str, answer: Answer, *, good: bool) -> None:
    """Add a user's judgement of an answer to the file in `folder`.

    Raises:
        OSError: it cannot be written.
    """
    row = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "rating": "good" if good else "bad",
    } | answer_json(question, answer)
    del row["nearest"]
    line = json.dumps(row, ensure_ascii=False) + "\n"
    with _writing, (folder / FILE_NAME).open("ab", buffering=0) as file:
        file.write(line.encode("utf-8", "replace"))


def question_rows(path: Path) -> Iterator[dict[str, object]]:
    """Turn ratings into rows of a question file; the last rating of a question counts.

    A good answer gives its citation as the quote, and its value in bold, or the quote, as the
    acceptable answer; a good refusal a question without an answer. A bad answer doesn't say what
    would have been right: its row is marked `"draft": true` and has an empty quote, which `eval`
    refuses until a person completes it.

    Raises:
        EvaluationError: the file cannot be read, or a line isn't a rating.
    """
    rated: dict[tuple[str, str], dict[str, object]] = {}
    try:
        # Not `splitlines`: an answer may hold other line breaks than the file's own.
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise EvaluationError(f"{path} cannot be read ({exc}); expected a file of ratings") from exc
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            rated[row["completed_question"] or row["question"], row["language"]] = row
            _ = row["rating"], row["abstained"], row["answer"], row["citations"]
        except (ValueError, TypeError, KeyError) as exc:
            raise EvaluationError(
                f"{path}, line {number}: not a rating ({type(exc).__name__}: {exc}); expected a "
                "line that the chat wrote; remove it"
            ) from exc
    for number, ((question, language), row) in enumerate(rated.items(), 1):
        yield _question_row(f"feedback-{number}", question, language, row)


def _question_row(
    question_id: str, question: str, language: str, row: dict[str, object]
) -> dict[str, object]:
    made: dict[str, object] = {"id": question_id, "question": question, "lang": language}
    citations = row["citations"]
    if row["rating"] != "good":
        return made | {"quote": "", "answers": [], "draft": True}
    if row["abstained"] or not isinstance(citations, list) or not citations:
        return made | {"quote": None, "answers": []}
    quote = citations[0]["quote"]
    values = _BOLD.findall(str(row["answer"]))
    return made | {
        "quote": quote,
        "answers": values or [quote],
        "doc_id": citations[0]["doc_id"],
    }
