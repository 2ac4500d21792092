"""Indexes the passages of an evaluation data set, in a folder that is the caller's to remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from zjip_qa.embedding import Encoder
from zjip_qa.index import Progress
from zjip_qa.knowledge_base import KnowledgeBase
from zjip_qa.retrieval import FusionWeights
from zjip_qa.settings import IndexSettings
from zjip_qa.types import Document, Hit


class PassageIndex:
    """Searches passages by the ids that the data set gives them.

    Ids may hold anything, so each passage is stored under its number.
    """

    def __init__(
        self,
        documents: list[Document],
        folder: Path,
        encoder: Encoder,
        progress: Callable[[Progress], None] | None = None,
        settings: IndexSettings | None = None,
        weights: FusionWeights | None = None,
    ) -> None:
        corpus = folder / "passages"
        corpus.mkdir(parents=True, exist_ok=True)  # of a run that was interrupted
        self._ids: dict[str, str] = {}
        for number, document in enumerate(documents):
            name = f"{number:08d}.txt"
            # Half a surrogate pair, which JSON allows, has no UTF-8.
            text = document.text.encode("utf-8", errors="replace")
            (corpus / name).write_bytes(text)
            self._ids[name] = document.doc_id
        index = folder / "index"
        built = KnowledgeBase.build(
            corpus, index, encoder=encoder, progress=progress, settings=settings
        )
        self._knowledge_base = (
            KnowledgeBase.open(index, encoder=encoder, weights=weights) if weights else built
        )

    def search(self, question: str, /, *, k: int, retriever: str) -> list[Hit]:
        """Search; each hit's `doc_id` is the passage's id."""
        hits = self._knowledge_base.search(question, k, retriever)
        return [
            replace(hit, chunk=replace(hit.chunk, doc_id=self._ids[hit.chunk.doc_id]))
            for hit in hits
        ]
