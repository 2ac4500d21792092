"""A core that knows one short document, for tests of the page that need no model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import pytest

from zjip_qa.answering import GlossedWord
from zjip_qa.errors import BrokenIndex, CorpusError, QuestionError
from zjip_qa.index import (
    BuildPlan,
    BuildReport,
    Changes,
    CutChunk,
    DocumentSummary,
    Preview,
)
from zjip_qa.retrieval import WordMatch
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Token
from zjip_qa.types import (
    Answer,
    Block,
    BlockKind,
    Chunk,
    Citation,
    Document,
    Hit,
    Language,
    Span,
)

TEXT = "# 保护\n\n社会满意度达到86.02分。知识产权保护更加有力。\n"
DOCUMENT = Document(
    doc_id="a.md",
    text=TEXT,
    title="保护",
    blocks=(Block(Span(2, 4), BlockKind.HEADING, 1), Block(Span(6, 32), BlockKind.PARAGRAPH)),
)
FIRST = Span(6, 20)
SECOND = Span(20, 31)


class FakeCore:
    """Answers with the first sentence, unless the question holds "火星"."""

    report: BuildReport | None = None

    def __init__(self) -> None:
        self.histories: list[list[tuple[str, str]]] = []
        self.thresholds: list[float | None] = []

    @classmethod
    def open(cls, index: Path, *, model: str | None = None) -> Self:
        if not (index / "CURRENT").exists():
            raise BrokenIndex("no index here; run `zjip-qa index`")
        return cls()

    @classmethod
    def build(cls, corpus: Path, index: Path, **options: Any) -> Self:
        index.mkdir(parents=True, exist_ok=True)
        (index / "CURRENT").touch()
        return cls()

    def refresh(self) -> bool:
        return False

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        *,
        threshold: float | None = None,
    ) -> Answer:
        self.histories.append(list(history))
        self.thresholds.append(threshold)
        if not any(c.isalnum() for c in question) or len(question) > 1000:
            raise QuestionError("cannot be asked")
        if "火星" in question:
            nearest = (self.search(question)[0],)
            return Answer("文档没有提到。", Language.ZH, True, 0.1, nearest=nearest)
        quote = TEXT[FIRST.start : FIRST.end]
        cited = Citation("a.md", FIRST.start, FIRST.end, quote, "保护")
        return Answer("社会满意度达到**86.02分**。 [1]", Language.ZH, False, 0.95, (cited,))

    def search(self, question: str, k: int = 10, retriever: str = "hybrid") -> list[Hit]:
        chunk = Chunk("a.md", 6, 31, TEXT[6:31], ("保护",))
        return [Hit(1, 0.9, chunk, {"dense": 0.8, "lexical": 3.5})]

    def matched_words(self, question: str, hit: Hit) -> list[str]:
        return ["满意度"]

    def word_matches(self, question: str, hits: Sequence[Hit]) -> list[list[WordMatch]]:
        return [[WordMatch("满意", "满意度", 0.9)] for _ in hits]

    def gloss(self, passage: str) -> list[GlossedWord]:
        return [GlossedWord("社会", "society"), GlossedWord("<b>", "")]

    def document(self, doc_id: str) -> Document:
        return {"a.md": DOCUMENT}[doc_id]

    def documents(self) -> list[str]:
        return ["a.md"]

    def summaries(self) -> list[DocumentSummary]:
        return [DocumentSummary("a.md", "保护", Language.ZH, 70, "0" * 64, 1, True)]

    def pending(self, corpus: Path, settings: IndexSettings | None = None) -> BuildPlan:
        return BuildPlan(Changes(unchanged=("a.md",)), n_documents=1, sizes={"a.md": 70})

    def preview(self, corpus: Path, doc_id: str, settings: IndexSettings | None = None) -> Preview:
        if doc_id != "a.md":
            raise CorpusError(f"{doc_id} isn't a document of the corpus folder any more")
        chunk = Chunk("a.md", 6, 20, TEXT[6:20], ("保护",))
        words = (Token("社会", 0, 2), Token("满意度", 2, 5), Token("达到", 5, 7))
        return Preview(DOCUMENT, 70, 3, (CutChunk(chunk, words),))

    def translation(self, doc_id: str) -> list[tuple[Span, str]]:
        return [(FIRST, "Satisfaction reached 86.02 points."), (SECOND, "Protection is stronger.")]


@pytest.fixture
def core() -> type[FakeCore]:
    """A class of its own for each test, which may change it."""
    return type("Core", (FakeCore,), {})
