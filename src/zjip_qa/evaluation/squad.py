"""SQuAD-format files as retrieval data sets: a question's context is its relevant passage.

Questions that their context doesn't answer (`is_impossible`, or no answers) are left out.
Passages and questions may come from two files whose question ids match, which makes a
cross-lingual data set of two translations. Reading comprehension is not measured here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.dataset import Dataset
from zjip_qa.evaluation.fields import Fields, as_fields, unreadable


def read_squad(passages: Sequence[str | Path], questions: str | Path | None = None) -> Dataset:
    """Read SQuAD-format files.

    Passages are numbered in the order of their files; equal contexts are one passage.

    Args:
        passages: files whose contexts are retrieved, pooled into one set, and whose questions
            say which is relevant.
        questions: file whose questions are asked, by default those of `passages`.

    Raises:
        EvaluationError: a file is broken or holds no answerable question, or a question
            has no passage; the message names the place and the reason.
    """
    passage_ids: dict[str, str] = {}
    passage_of: dict[str, str] = {}
    asked: dict[str, str] = {}
    for paragraph in (paragraph for path in passages for paragraph in read_paragraphs(Path(path))):
        passage_id = passage_ids.setdefault(paragraph.text("context"), f"p{len(passage_ids):06d}")
        for question in paragraph.objects("qas"):
            question_id = question.text("id")
            if question_id in passage_of:
                raise question.refusal(f"id '{question_id}' was used before; give each its own")
            passage_of[question_id] = passage_id
            if _answerable(question):
                asked[question_id] = question.text("question")
    if questions is not None:
        asked = _questions(Path(questions), passage_of)
    if not asked:
        read = [questions] if questions is not None else passages
        raise EvaluationError(f"{', '.join(map(str, read))}: holds no answerable question")
    return Dataset(
        passages={passage_id: context for context, passage_id in passage_ids.items()},
        queries=asked,
        qrels={question_id: {passage_of[question_id]: 1} for question_id in asked},
    )


def _questions(path: Path, passage_of: dict[str, str]) -> dict[str, str]:
    asked: dict[str, str] = {}
    for paragraph in read_paragraphs(path):
        for question in paragraph.objects("qas"):
            question_id = question.text("id")
            if question_id not in passage_of:
                raise question.refusal(
                    f"id '{question_id}' is not in the file of passages; the ids must match"
                )
            if question_id in asked:
                raise question.refusal(f"id '{question_id}' was used before; give each its own")
            if _answerable(question):
                asked[question_id] = question.text("question")
    return asked


def _answerable(question: Fields) -> bool:
    return question.values.get("is_impossible") is not True and bool(question.objects("answers"))


def read_paragraphs(path: Path) -> list[Fields]:
    """Every paragraph of a SQuAD-format file.

    Raises:
        EvaluationError: it cannot be read; the message names the place and the reason.
    """
    try:
        root = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as exc:
        raise unreadable(path, exc) from exc
    except UnicodeDecodeError as exc:
        raise EvaluationError(f"{path} is not UTF-8 at byte {exc.start + 1}; save it so") from exc
    except json.JSONDecodeError as exc:
        raise EvaluationError(f"{path}, line {exc.lineno}: not JSON: {exc.msg}") from exc
    except (ValueError, RecursionError) as exc:
        raise EvaluationError(f"{path}: not JSON that can be used: {exc}") from exc
    articles = as_fields(root, f"{path}: $").objects("data")
    return [paragraph for article in articles for paragraph in article.objects("paragraphs")]
