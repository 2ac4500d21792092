"""The public face: build or open an index, search it, ask it.

One `KnowledgeBase` may be shared by threads. It serves one generation of the index; `refresh`
moves it to a newer one between questions.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from zjip_qa.answering import ExtractiveAnswerer, GlossedWord, complete, gloss
from zjip_qa.embedding import Encoder, load_encoder
from zjip_qa.errors import QuestionError
from zjip_qa.index import (
    BuildPlan,
    BuildReport,
    DocumentSummary,
    OpenIndex,
    Preview,
    Progress,
    build_index,
    current,
    open_index,
    plan_index,
    preview,
    with_dictionary,
)
from zjip_qa.retrieval import (
    FusionWeights,
    Retriever,
    RetrieverName,
    WordMatch,
    load_bridge,
    query_terms,
)
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter, detect_language, is_function_word
from zjip_qa.types import Answer, Document, Hit, Query, Span

logger = logging.getLogger(__name__)

MAX_QUESTION = 2000
"""Longest question, in characters: past it nobody asks, and the encoder would cut it."""


@dataclass(frozen=True, slots=True)
class _Serving:
    """Everything that belongs to one generation, swapped as one."""

    index: OpenIndex
    segmenter: Segmenter
    retriever: Retriever
    answerer: ExtractiveAnswerer


class KnowledgeBase:
    """A corpus that can be searched and asked; made by `build` or `open`."""

    def __init__(
        self,
        path: Path,
        encoder: Encoder,
        report: BuildReport | None = None,
        weights: FusionWeights | None = None,
    ) -> None:
        self._path = path
        self._encoder = encoder
        self._weights = weights
        self._swap = threading.Lock()
        self._serving = self._load()
        self.report = report

    @classmethod
    def build(
        cls,
        corpus: str | Path,
        index: str | Path,
        *,
        model: str | None = None,
        rebuild: bool = False,
        progress: Callable[[Progress], None] | None = None,
        settings: IndexSettings | None = None,
        encoder: Encoder | None = None,
    ) -> KnowledgeBase:
        """Bring an index up to date with a corpus folder, and open it.

        Args:
            corpus: the folder of texts.
            index: the folder to build in; made if absent.
            model: a sentence-transformers folder or hub id; None for the shipped model.
            rebuild: embed everything again, also what hasn't changed.
            progress: called with each step.
            settings: what decides the content of the index.
            encoder: an encoder that is loaded already, in place of `model`.

        Returns:
            The opened knowledge base; its `report` says what was done.

        Raises:
            CorpusError: the corpus holds nothing that can be read.
            ModelUnavailable: the model cannot be loaded.
        """
        encoder = encoder or load_encoder(model)
        report = build_index(
            Path(corpus),
            Path(index),
            encoder,
            settings or IndexSettings(),
            rebuild=rebuild,
            progress=progress,
        )
        return cls(Path(index), encoder, report)

    @staticmethod
    def plan(
        corpus: str | Path,
        index: str | Path,
        *,
        model: str | None = None,
        rebuild: bool = False,
        settings: IndexSettings | None = None,
        encoder: Encoder | None = None,
    ) -> BuildPlan:
        """Say what `build` with the same arguments would do; nothing is changed.

        Raises:
            CorpusError: the corpus cannot be read.
            ModelUnavailable: the model cannot be loaded.
        """
        encoder = encoder or load_encoder(model)
        settings = settings or IndexSettings()
        return plan_index(Path(corpus), Path(index), encoder, settings, rebuild=rebuild)

    @classmethod
    def open(
        cls,
        index: str | Path,
        *,
        model: str | None = None,
        encoder: Encoder | None = None,
        weights: FusionWeights | None = None,
    ) -> KnowledgeBase:
        """Open a built index.

        Args:
            index: the folder that it was built in.
            model: a sentence-transformers folder or hub id; None for the shipped model.
            encoder: an encoder that is loaded already, in place of `model`.
            weights: how much each leg of retrieval counts; None for the ones chosen.

        Raises:
            IndexUnusable: it is missing, damaged, or built by another model or version; the
                message says what to do.
            ModelUnavailable: the model cannot be loaded.
        """
        # A missing index is told at once, not after the seconds that the model takes.
        current(Path(index))
        return cls(Path(index), encoder or load_encoder(model), weights=weights)

    def _load(self) -> _Serving:
        index = open_index(self._path, fingerprint=self._encoder.fingerprint)
        segmenter = Segmenter(index.user_dictionary)
        bridge = load_bridge()
        retriever = Retriever(index, self._encoder, segmenter, bridge, self._weights)
        answerer = ExtractiveAnswerer(index, retriever, segmenter, bridge)
        return _Serving(index, segmenter, retriever, answerer)

    def refresh(self) -> bool:
        """Move to the newest generation of the index, if there is a newer one.

        Questions under way finish on the one they began with.

        Returns:
            Whether another generation is served now.
        """
        with self._swap:
            if current(self._path).name == self._serving.index.generation:
                return False
            self._serving = self._load()
            return True

    def pending(self, corpus: str | Path, settings: IndexSettings | None = None) -> BuildPlan:
        """Say what `build` would do now, with the encoder that is loaded.

        Raises:
            CorpusError: the corpus cannot be read.
        """
        settings = settings or IndexSettings()
        return plan_index(Path(corpus), self._path, self._encoder, settings)

    def preview(
        self, corpus: str | Path, doc_id: str, settings: IndexSettings | None = None
    ) -> Preview:
        """Show how a document of a corpus is read and cut into passages and words.

        Raises:
            CorpusError: there is no such document, or it cannot be read.
        """
        folder = Path(corpus)
        settings = with_dictionary(settings or IndexSettings(), folder)
        return preview(folder, doc_id, self._encoder, settings)

    def search(
        self, question: str, k: int = 10, retriever: str = RetrieverName.HYBRID
    ) -> list[Hit]:
        """Find the passages that fit a question, best first.

        Args:
            question: in Chinese or English.
            k: most hits, at least 1.
            retriever: "hybrid", "dense" or "lexical".

        Raises:
            QuestionError: the question is empty, too long, or holds no words.
            ValueError: `k` < 1 or an unknown retriever.
        """
        return self._serving.retriever.search(read_query(question), k, retriever)

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        *,
        threshold: float | None = None,
    ) -> Answer:
        """Answer a question in its language, with citations, or abstain.

        Args:
            question: in Chinese or English.
            history: earlier (question, answer text) pairs, oldest first.
            threshold: confidence to answer from; None for the calibrated one.

        Raises:
            QuestionError: the question is empty, too long, or holds no words.
        """
        query = read_query(question)
        completed = complete(query.text, query.language, history)
        return self._serving.answerer.answer(Query(completed, query.language), threshold=threshold)

    def document(self, doc_id: str) -> Document:
        """Give a document with the text that all offsets refer to.

        Raises:
            KeyError: no such document in the index.
        """
        return self._serving.index.store.document(doc_id)

    def documents(self) -> list[str]:
        """List the documents of the index by `doc_id`, in order."""
        return [summary.doc_id for summary in self.summaries()]

    def summaries(self) -> list[DocumentSummary]:
        """List the documents with title, language, size and number of chunks."""
        return self._serving.index.store.documents()

    def translation(self, doc_id: str) -> list[tuple[Span, str]]:
        """Give the aligned translation of a document: source span and text, in order."""
        store = self._serving.index.store
        return store.translation_of(doc_id, 0, len(store.document(doc_id).text))

    def gloss(self, passage: str) -> list[GlossedWord]:
        """Give the words of a Chinese passage with English senses from a dictionary, in order.

        No translation: see `answering/gloss.py`. The first call reads the dictionary.
        """
        return gloss(passage, self._serving.segmenter, load_bridge())

    def matched_words(self, question: str, hit: Hit) -> list[str]:
        """List the words of a hit that a question's words met, as they are or translated."""
        serving = self._serving
        wanted = {
            word
            for term in query_terms(
                question, serving.segmenter, load_bridge(), serving.index.lexical.terms
            )
            for word, _ in term.alternatives
        }
        held = dict.fromkeys(
            token.term
            for token in serving.segmenter.index_terms(hit.chunk.text)
            if token.term in wanted and not is_function_word(token.term)
        )
        return list(held)

    def word_matches(self, question: str, hits: Sequence[Hit]) -> list[list[WordMatch]]:
        """List for each hit which word of it each word of a question is nearest to in meaning.

        The two may be of different languages. A list is empty where the index keeps no token
        vectors, or doesn't hold the hit's chunk any more.
        """
        query = read_query(question)
        return self._serving.retriever.word_matches(query, [hit.chunk for hit in hits])


def read_query(question: str) -> Query:
    """Check a question and find its language.

    Raises:
        QuestionError: it is empty, too long, holds no words, or isn't Unicode.
    """
    text = question.strip()
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise QuestionError("the question holds bytes that are not UTF-8; type it in UTF-8")
    if not text:
        raise QuestionError("the question is empty; type a question in Chinese or English")
    if len(text) > MAX_QUESTION:
        raise QuestionError(
            f"the question has {len(text):,} characters, at most {MAX_QUESTION:,} are read; "
            "ask it in fewer words"
        )
    if not any(character.isalnum() for character in text):
        raise QuestionError(
            "the question holds no words, only marks; type a question in Chinese or English"
        )
    return Query(text, detect_language(text))
