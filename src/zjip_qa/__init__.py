"""Ask Chinese documents in Chinese or English, offline, with citations that can be checked.

    kb = KnowledgeBase.build("corpus", "index")
    answer = kb.ask("How many patent licences were recorded in 2023?")

`KnowledgeBase` is loaded on first use: it brings FAISS and the encoder along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zjip_qa.errors import (
    BrokenIndex,
    CorpusError,
    EvaluationError,
    IndexUnusable,
    ModelUnavailable,
    QuestionError,
    StaleIndex,
    UnreadableDocument,
    UnsupportedFormat,
    ZjipQAError,
)
from zjip_qa.settings import IndexSettings, Settings
from zjip_qa.types import Answer, Chunk, Citation, Document, Hit, Language, Query, Span

if TYPE_CHECKING:
    from zjip_qa.knowledge_base import KnowledgeBase

__all__ = [
    "Answer",
    "BrokenIndex",
    "Chunk",
    "Citation",
    "CorpusError",
    "Document",
    "EvaluationError",
    "Hit",
    "IndexSettings",
    "IndexUnusable",
    "KnowledgeBase",
    "Language",
    "ModelUnavailable",
    "Query",
    "QuestionError",
    "Settings",
    "Span",
    "StaleIndex",
    "UnreadableDocument",
    "UnsupportedFormat",
    "ZjipQAError",
]


def __getattr__(name: str) -> Any:
    if name == "KnowledgeBase":
        from zjip_qa.knowledge_base import KnowledgeBase

        return KnowledgeBase
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
