"""Answers and hits as the JSON that `--json` prints; part of the contract."""

from __future__ import annotations

from collections.abc import Sequence

from zjip_qa.types import Answer, Hit


def answer_json(question: str, answer: Answer) -> dict[str, object]:
    """`ask --json`: the contract's keys, with the completed question and nearest passages."""
    return {
        "question": question,
        "language": answer.language.value,
        "answer": answer.text,
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "citations": [
            {
                "doc_id": citation.doc_id,
                "start": citation.start,
                "end": citation.end,
                "quote": citation.quote,
                "section": citation.section,
                "translation": citation.translation,
                "verdict": citation.verdict,
                "page": citation.page,
            }
            for citation in answer.citations
        ],
        "nearest": hits_json(answer.nearest),
        "completed_question": answer.question,
    }


def hits_json(hits: Sequence[Hit]) -> list[dict[str, object]]:
    """Hits as in `search --json`."""
    return [
        {
            "rank": hit.rank,
            "score": round(hit.score, 6),
            "doc_id": hit.chunk.doc_id,
            "start": hit.chunk.start,
            "end": hit.chunk.end,
            "text": hit.chunk.text,
            "section": " › ".join(hit.chunk.section),
            "legs": {leg: round(score, 6) for leg, score in sorted(hit.legs.items())},
        }
        for hit in hits
    ]
