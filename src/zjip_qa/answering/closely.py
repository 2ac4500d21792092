"""A second look at the likeliest sentences: the reader reads them in their surroundings.

It costs as much as encoding what is read, so only a few windows are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zjip_qa.answering.evidence import Evidence, by_score
from zjip_qa.answering.reader import Reader, Reading
from zjip_qa.answering.signals import UNREAD, Weights, load_weights
from zjip_qa.text import detect_language
from zjip_qa.types import Language, Query, Span

_N_WINDOWS = 2
_WINDOW = {Language.ZH: 110, Language.EN: 330}
"""Code points of a text that are read at once: some 70 tokens in either language."""
_SCALE = 10.0
"""Log odds that the signal `read` has as 1."""


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of a document."""

    doc_id: str
    span: Span

    def holds(self, evidence: Evidence) -> bool:
        own = evidence.sentence.span
        same = evidence.hit.chunk.doc_id == self.doc_id
        return same and self.span.start <= own.start and own.end <= self.span.end


def read_closely(query: Query, found: Sequence[Evidence], reader: Reader) -> list[Evidence]:
    """Let the reader judge the first sentences, and rank all of them again.

    Args:
        query: the question.
        found: sentences, best first.
        reader: finds the words that answer, and says how sure it is.

    Returns:
        The same sentences, best first; those that were read have `answer` and the signal `read`.
    """
    windows: list[_Window] = []
    texts: list[str] = []
    for evidence in found:
        if len(windows) < _N_WINDOWS and not any(w.holds(evidence) for w in windows):
            chunk, span = evidence.hit.chunk, _around(evidence)
            windows.append(_Window(chunk.doc_id, span))
            texts.append(chunk.text[span.start - chunk.start : span.end - chunk.start])
    read = list(zip(windows, reader.read(query.text, texts), strict=True))
    weights = load_weights(query.language)
    return by_score([_judged(evidence, read, weights) for evidence in found])


def _around(evidence: Evidence) -> Span:
    """The sentence and as much of its chunk around it as is read at once."""
    own, chunk = evidence.sentence.span, evidence.hit.chunk
    spare = max(0, _WINDOW[detect_language(evidence.text)] - (own.end - own.start))
    start = max(chunk.start, own.start - spare // 2)
    end = min(chunk.end, max(own.end, start + (own.end - own.start) + spare))
    return Span(start, end)


def _judged(
    evidence: Evidence, read: Sequence[tuple[_Window, Reading]], weights: Weights
) -> Evidence:
    """The sentence with what the reader made of it, if it was read."""
    own = evidence.sentence.span
    for window, reading in read:
        if not window.holds(evidence):
            continue
        start = window.span.start
        best = reading.best(Span(own.start - start, own.end - start))
        if best is not None:
            answer, trust = best
            signals = replace(evidence.signals, read=max(UNREAD, min(-UNREAD, trust / _SCALE)))
            return replace(
                evidence,
                signals=signals,
                score=weights.score(signals),
                answer=Span(answer.start + start - own.start, answer.end + start - own.start),
            )
    return evidence
