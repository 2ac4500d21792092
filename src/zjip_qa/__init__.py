"""Ask Chinese documents in Chinese or English, offline, with citations that can be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zjip_qa.errors import (
    CorpusError,
    IndexUnusable,
    ModelUnavailable,
    QuestionError,
    ZjipQAError,
)
from zjip_qa.settings import IndexSettings
from zjip_qa.types import Answer, Chunk, Citation, Document, Hit

if TYPE_CHECKING:
    from zjip_qa.knowledge_base import KnowledgeBase

__all__ = [
    "Answer",
    "Chunk",
    "Citation",
    "CorpusError",
    "Document",
    "Hit",
    "IndexSettings",
    "IndexUnusable",
    "KnowledgeBase",
    "ModelUnavailable",
    "QuestionError",
    "ZjipQAError",
]


def __getattr__(name: str) -> object:
    """Load `KnowledgeBase` when it is asked for: jieba and FAISS take a while."""
    if name == "KnowledgeBase":
        from zjip_qa.knowledge_base import KnowledgeBase

        return KnowledgeBase
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
