"""Judging answers: is it right, does it cite the right words, does it abstain when it should.

The text is right when it contains one of the question's acceptable strings. Compared are
copies in which Unicode form (NFKC), case, Markdown bold, thousands separators, citation
markers and white space don't matter. An acceptable string may not start or end inside a
number of the answer, nor start inside a Latin word: "12" is not in "2012", nor "no" in
"know". A Latin word may go on where the string ends, so that "agricultur" is a stem,
unless what stands there is as short as "no". In Chinese any substring counts. Meaning is
not judged.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from zjip_qa.evaluation.questions import Place, Question
from zjip_qa.evaluation.reading import overlap, tokens
from zjip_qa.evaluation.significance import mean_intervals
from zjip_qa.types import Answer, Citation, Span


class Judgement(StrEnum):
    """What became of one question."""

    CORRECT = "correct"
    RIGHT_CITATION_WRONG_TEXT = "right_citation_wrong_text"
    WRONG = "wrong"
    ABSTAINED_WRONGLY = "abstained_wrongly"
    ABSTAINED_RIGHTLY = "abstained_rightly"
    ANSWERED_UNANSWERABLE = "answered_unanswerable"

    @property
    def right(self) -> bool:
        """Whether it is what the question asks for."""
        return self in (Judgement.CORRECT, Judgement.ABSTAINED_RIGHTLY)


_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_MARKER = re.compile(r"\[[0-9]+\]")
_SHORT_WORD_AT_END = re.compile("(?<![a-z])[a-z]{1,3}$")

ANSWER_MEASURES = (
    "right",
    "wrong",
    "refused",
    "f1",
    "exact_match",
    "citation_precision",
    "citation_recall",
)
"""The shares and means of answers that a report gives, in the order of its table."""

FOR_UNANSWERABLE = (Judgement.ABSTAINED_RIGHTLY, Judgement.ANSWERED_UNANSWERABLE)
"""The judgements of questions without an answer; the others are of questions with one."""


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """An answer and what it was found to be.

    Attributes:
        n_exact_citations: citations whose quote is, character for character, what stands at
            their range of the document; any other is a defect of the answerer.
        n_right_citations: citations that overlap a place where the question's quote stands.
        f1: overlap of the given words with the nearest acceptable string, per character for
            Chinese and per word for English; 0 for a refusal. The given words are those in
            bold, the value that was asked for, or without any the whole text.
        exact: the given words are one of the acceptable strings, marks apart.
    """

    question: Question
    answer: Answer
    judgement: Judgement
    n_exact_citations: int
    n_right_citations: int = 0
    f1: float = 0.0
    exact: bool = False


def judge(
    question: Question, answer: Answer, places: Sequence[Place], texts: Mapping[str, str]
) -> JudgedAnswer:
    """Judge one answer.

    Args:
        question: what was asked.
        answer: what came back.
        places: where the question's quote stands; empty for an unanswerable question.
        texts: text of each document by id, to check the citations against.
    """
    exact = [
        citation
        for citation in answer.citations
        if citation.doc_id in texts
        and texts[citation.doc_id][citation.start : citation.end] == citation.quote
    ]
    right = [citation for citation in answer.citations if _shows(citation, places)]
    said = "" if answer.abstained else _comparable(_given(answer.text))
    acceptable = [_comparable(each) for each in question.answers]
    return JudgedAnswer(
        question,
        answer,
        _judgement(question, answer, places),
        n_exact_citations=len(exact),
        n_right_citations=len(right),
        f1=max((overlap(said, each) for each in acceptable), default=0.0),
        exact=any(tokens(said) == tokens(each) for each in acceptable),
    )


def contains(answer: str, acceptable: str) -> bool:
    """Whether an answer's text contains an acceptable string, as the module describes."""
    pattern = _pattern(acceptable)
    return pattern is not None and pattern.search(_comparable(answer)) is not None


def summarize(judged: Sequence[JudgedAnswer]) -> dict[str, object]:
    """Counts and rates, as they stand in a report.

    Returns:
        `n`, `n_answerable`, `n_unanswerable`, `counts` (judgement → n), `rates` (judgement
        → share of the answerable or the unanswerable questions, whichever it is of),
        `n_citations`, `n_exact_citations`, `citations_exact` (share). `right`, `wrong` and
        `refused`, which add up to 1, are shares of all questions: a right refusal is right.
        `f1` and `exact_match` are means over the answerable questions.
        `citation_precision` is the share of citations that show the right words,
        `citation_recall` the share of answerable questions whose right words are cited. A
        share of nothing is None. `intervals` holds 95 % bootstrap intervals of `right` and
        `f1`, where there are questions to resample.
    """
    counts = Counter(one.judgement for one in judged)
    n_unanswerable = sum(counts[judgement] for judgement in FOR_UNANSWERABLE)
    n_answerable = len(judged) - n_unanswerable
    n_citations = sum(len(one.answer.citations) for one in judged)
    n_exact = sum(one.n_exact_citations for one in judged)
    return {
        "n": len(judged),
        "n_answerable": n_answerable,
        "n_unanswerable": n_unanswerable,
        "counts": {str(judgement): counts[judgement] for judgement in Judgement},
        "rates": {
            str(judgement): _share(
                counts[judgement],
                n_unanswerable if judgement in FOR_UNANSWERABLE else n_answerable,
            )
            for judgement in Judgement
        },
        "n_citations": n_citations,
        "n_exact_citations": n_exact,
        "citations_exact": _share(n_exact, n_citations),
        **_outcomes(judged),
    }


def _outcomes(judged: Sequence[JudgedAnswer]) -> dict[str, object]:
    answerable = [one for one in judged if one.question.answerable]
    n_right = sum(one.judgement.right for one in judged)
    n_refused = sum(one.judgement is Judgement.ABSTAINED_WRONGLY for one in judged)
    n_citations = sum(len(one.answer.citations) for one in judged)
    intervals = {}
    for name, values in (
        ("right", [float(one.judgement.right) for one in judged]),
        ("f1", [one.f1 for one in answerable]),
    ):
        if values:
            intervals[name] = mean_intervals(np.array(values).reshape(-1, 1))[0].tolist()
    return {
        "right": _share(n_right, len(judged)),
        "wrong": _share(len(judged) - n_right - n_refused, len(judged)),
        "refused": _share(n_refused, len(judged)),
        "f1": _share(math.fsum(one.f1 for one in answerable), len(answerable)),
        "exact_match": _share(sum(one.exact for one in answerable), len(answerable)),
        "citation_precision": _share(sum(one.n_right_citations for one in judged), n_citations),
        "citation_recall": _share(
            sum(one.n_right_citations > 0 for one in answerable), len(answerable)
        ),
        "intervals": intervals,
    }


def _judgement(question: Question, answer: Answer, places: Sequence[Place]) -> Judgement:
    if not question.answerable:
        right = answer.abstained
        return Judgement.ABSTAINED_RIGHTLY if right else Judgement.ANSWERED_UNANSWERABLE
    if answer.abstained:
        return Judgement.ABSTAINED_WRONGLY
    if not any(_shows(citation, places) for citation in answer.citations):
        return Judgement.WRONG
    says_it = any(contains(answer.text, acceptable) for acceptable in question.answers)
    return Judgement.CORRECT if says_it else Judgement.RIGHT_CITATION_WRONG_TEXT


def _shows(citation: Citation, places: Sequence[Place]) -> bool:
    span = Span(citation.start, citation.end)
    return any(citation.doc_id == doc_id and span.overlaps(place) for doc_id, place in places)


def _given(text: str) -> str:
    """The words in bold, or without any the whole text; citation markers left out."""
    return " ".join(_BOLD.findall(text)) or _MARKER.sub(" ", text)


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def _comparable(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"\*\*|__", "", text)
    text = _MARKER.sub(" ", text)
    return re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", text)


@lru_cache(maxsize=4096)
def _pattern(acceptable: str) -> re.Pattern[str] | None:
    """A pattern that finds the string with any white space between its characters.

    Only two digits that touch must touch in the answer too: "512" is not in "5 12".
    """
    target = re.sub(r"\s+", " ", _comparable(acceptable)).strip()
    if not target:
        return None
    parts = [r"(?<![0-9])(?<![0-9]\.)" if _digit(target[0]) else ""]
    parts.append("(?<![a-z])" if _latin(target[0]) else "")
    before = ""
    for char in target:
        if char != " ":
            touching = before == "" or (_digit(before) and _digit(char))
            parts.append(("" if touching else r"\s*") + re.escape(char))
        before = char
    parts.append(r"(?![0-9])(?!\.[0-9])" if _digit(target[-1]) else "")
    parts.append("(?![a-z])" if _SHORT_WORD_AT_END.search(target) else "")
    return re.compile("".join(parts))


def _digit(char: str) -> bool:
    return "0" <= char <= "9"


def _latin(char: str) -> bool:
    return "a" <= char <= "z"
