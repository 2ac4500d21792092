"""Reading comprehension on SQuAD-format files: is the answer found in the passage given with it?

F1 and exact match as SQuAD has them (Rajpurkar et al., EMNLP 2016), per character for Chinese and
per word for English; of several right answers the best counts. Where a file holds questions that
their passage doesn't answer, the area under the curve says how well the two kinds are told apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from zjip_qa.evaluation.squad import read_paragraphs
from zjip_qa.text import HAN

ReadPassage = Callable[[str, str], tuple[str, float]]
"""Question and passage to the answer's words, and how much speaks for there being one."""

_TOKEN = re.compile(rf"[{HAN}]|[^\W_]+?(?=[{HAN}]|\b|_)")
_ARTICLES = frozenset(("a", "an", "the"))


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """What was measured; shares are 0…1.

    Attributes:
        n_answerable: questions that their passage answers; F1 and exact match are theirs.
        n_unanswerable: the others.
        f1: mean overlap with the right answer.
        exact_match: share of answers that are right to the character.
        auc: probability that an answerable question gets more trust than one that isn't; None
            where the file holds one kind only.
    """

    name: str
    n_answerable: int
    n_unanswerable: int
    f1: float
    exact_match: float
    auc: float | None

    def to_json(self) -> dict[str, object]:
        """The fields by name."""
        return asdict(self)

    def to_text(self) -> str:
        """One table for a terminal."""
        lines = [
            f"reading {self.name}: {self.n_answerable} answerable questions, "
            f"{self.n_unanswerable} that the passage doesn't answer",
            f"  F1           {100 * self.f1:6.1f}",
            f"  exact match  {100 * self.exact_match:6.1f}",
        ]
        if self.auc is not None:
            lines.append(f"  AUC          {self.auc:6.3f}")
        return "\n".join(lines)


def evaluate_reading(
    path: str | Path, read: ReadPassage, questions: str | Path | None = None
) -> ReadingReport:
    """Ask every question of a file about its own passage.

    Args:
        path: SQuAD-format file of the passages and answers.
        read: the reader.
        questions: file with the same ids whose questions are asked instead.

    Raises:
        EvaluationError: a file is broken; the message names the place and the reason.
    """
    others = _asked(Path(questions)) if questions is not None else None
    f1, exact, trusted, distrusted = [], [], [], []
    for paragraph in read_paragraphs(Path(path)):
        context = paragraph.text("context")
        for question in paragraph.objects("qas"):
            asked = question.text("question")
            if others is not None:
                question_id = question.text("id")
                if question_id not in others:
                    continue
                asked = others[question_id]
            impossible = question.values.get("is_impossible") is True
            answers = [] if impossible else [a.text("text") for a in question.objects("answers")]
            found, trust = read(asked, context)
            if answers:
                trusted.append(trust)
                f1.append(max(overlap(found, answer) for answer in answers))
                exact.append(max(tokens(found) == tokens(answer) for answer in answers))
            else:
                distrusted.append(trust)
    return ReadingReport(
        name=Path(path).name,
        n_answerable=len(trusted),
        n_unanswerable=len(distrusted),
        f1=float(np.mean(f1)) if f1 else 0.0,
        exact_match=float(np.mean(exact)) if exact else 0.0,
        auc=_auc(trusted, distrusted) if trusted and distrusted else None,
    )


def tokens(text: str) -> list[str]:
    """Han characters one by one, other words whole; marks and English articles left out."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [token for token in _TOKEN.findall(plain) if token not in _ARTICLES]


def overlap(found: str, right: str) -> float:
    """F1 of the tokens of two answers."""
    ours, theirs = tokens(found), tokens(right)
    shared = (Counter(ours) & Counter(theirs)).total()
    return 2 * shared / (len(ours) + len(theirs)) if shared else 0.0


def _auc(trusted: Sequence[float], distrusted: Sequence[float]) -> float:
    """Share of pairs in the right order, ties counting half (Mann–Whitney)."""
    others = np.sort(distrusted)
    below = np.searchsorted(others, trusted, "left") + np.searchsorted(others, trusted, "right")
    return float(below.mean() / 2 / len(others))


def _asked(path: Path) -> dict[str, str]:
    return {
        question.text("id"): question.text("question")
        for paragraph in read_paragraphs(path)
        for question in paragraph.objects("qas")
    }
