"""What the web page asks of the core, from many sessions at once.

One `Service` serves one process. It opens the index, or builds it when there is none, in a
thread of its own, so that the page is up at once and can show how far it is. It holds nothing
of any session and knows nothing of Gradio.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from zjip_qa.answering import GlossedWord
from zjip_qa.errors import IndexUnusable, ZjipQAError
from zjip_qa.interfaces.examples import Examples, load_examples
from zjip_qa.retrieval import WordMatch
from zjip_qa.settings import IndexSettings, Settings
from zjip_qa.types import Answer, Document, Hit, Span

if TYPE_CHECKING:
    from zjip_qa.index import BuildPlan, BuildReport, DocumentSummary, History, Preview, Progress

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.25


class Core(Protocol):
    """The part of `KnowledgeBase` that the page uses; see there for what each does."""

    @property
    def report(self) -> BuildReport | None:
        """What the build that made it did."""
        ...

    def refresh(self) -> bool:
        """Take up a newer index if there is one."""
        ...

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        *,
        threshold: float | None = None,
    ) -> Answer:
        """Answer a question."""
        ...

    def search(self, question: str, k: int = 10, retriever: str = "hybrid") -> list[Hit]:
        """Find passages."""
        ...

    def matched_words(self, question: str, hit: Hit) -> list[str]:
        """The words of a passage that the question's words met."""
        ...

    def word_matches(self, question: str, hits: Sequence[Hit]) -> list[list[WordMatch]]:
        """For each passage, the word of it nearest to each word of the question."""
        ...

    def gloss(self, passage: str) -> list[GlossedWord]:
        """The words of a Chinese passage with English senses."""
        ...

    def document(self, doc_id: str) -> Document:
        """One document."""
        ...

    def documents(self) -> list[str]:
        """The ids of all documents, in order."""
        ...

    def summaries(self) -> list[DocumentSummary]:
        """One line a document."""
        ...

    def translation(self, doc_id: str) -> list[tuple[Span, str]]:
        """A document's sentences with their translations."""
        ...

    def pending(self, corpus: Path, settings: IndexSettings | None = None) -> BuildPlan:
        """What a build would do now."""
        ...

    def preview(self, corpus: Path, doc_id: str, settings: IndexSettings | None = None) -> Preview:
        """How a document is read and cut."""
        ...


class CoreType(Protocol):
    """What makes a `Core`: the class `KnowledgeBase`."""

    def open(self, index: Path, /, *, model: str | None = None) -> Core:
        """Open a built index."""
        ...

    def build(
        self,
        corpus: Path,
        index: Path,
        /,
        *,
        model: str | None = None,
        rebuild: bool = False,
        progress: Callable[[Progress], None] | None = None,
        settings: IndexSettings | None = None,
    ) -> Core:
        """Build or update an index, and open it."""
        ...


class Phase(StrEnum):
    """What the index is doing."""

    STARTING = "starting"
    INDEXING = "indexing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the index at one moment.

    Attributes:
        serving: some index answers questions.
        report: of a build that has just ended.
        error: why the last opening or building failed.
    """

    phase: Phase = Phase.STARTING
    serving: bool = False
    progress: Progress | None = None
    report: BuildReport | None = None
    error: str = ""

    @property
    def busy(self) -> bool:
        """Whether it will change by itself."""
        return self.phase in (Phase.STARTING, Phase.INDEXING)


class Service:
    """The core behind the page; safe to use from several threads."""

    def __init__(self, settings: Settings, load: Callable[[], CoreType]) -> None:
        """Nothing is loaded yet.

        Args:
            settings: where corpus and index lie.
            load: gives the class `KnowledgeBase`; called in the background, because importing
                it takes seconds that the page needn't wait for.
        """
        self.settings = settings
        self._load = load
        self._core: Core | None = None
        self._status = Status()
        self._refused = ""
        self._working = threading.Lock()
        self._examples = Examples()

    @property
    def status(self) -> Status:
        """How the index stands now."""
        return self._status

    @property
    def examples(self) -> Examples:
        """Example questions for the corpus that is indexed."""
        return self._examples

    @property
    def core(self) -> Core:
        """The open knowledge base, brought up to date.

        Where the index in use has become unusable (damaged, or gone back to one of another
        model), the one that is open serves on.

        Raises:
            IndexUnusable: no index is open yet.
        """
        if self._core is None:
            raise IndexUnusable(self._status.error or "the index isn't open yet; try again soon")
        try:
            self._core.refresh()
            self._refused = ""
        except IndexUnusable as error:
            if self._refused != str(error):  # told once, not with every question
                logger.warning("the index opened before serves on: %s", error)
            self._refused = str(error)
        return self._core

    @property
    def refused(self) -> str:
        """Why the index on the disk isn't the one that serves; "" when it is."""
        return self._refused

    def start(self) -> None:
        """Open the index in the background; build it when there is none."""
        self._in_background(self._open_or_build, Phase.STARTING)

    def build(self, *, rebuild: bool = False) -> bool:
        """Update the index in the background; False when a build is already running.

        Args:
            rebuild: encode everything anew instead of only what changed.
        """
        return self._in_background(lambda: self._build(rebuild=rebuild), Phase.INDEXING)

    def pending(self) -> BuildPlan:
        """What an update would do now.

        Raises:
            ZjipQAError: no index is open yet, or the corpus folder cannot be read.
        """
        return self.core.pending(self.settings.corpus, self.settings.indexing)

    def look(self, doc_id: str) -> Preview:
        """How a document of the corpus folder is read and cut.

        Raises:
            ZjipQAError: no index is open yet, or the document cannot be read.
        """
        return self.core.preview(self.settings.corpus, doc_id, self.settings.indexing)

    def history(self) -> History | None:
        """The index in use and the one before; None where nothing can be told."""
        from zjip_qa.index import history

        try:
            return history(self.settings.index)
        except IndexUnusable:
            return None

    def go_back(self) -> History:
        """Put the index before back into use; the next question is asked of it.

        Raises:
            IndexUnusable: there is none, it is damaged, or a build is at work.
        """
        from zjip_qa.index import history, rollback

        rollback(self.settings.index)
        self._status = replace(self._status, report=None)
        _ = self.core
        return history(self.settings.index)

    def watch(self) -> Iterator[Status]:
        """The status now and whenever it changes, until nothing is going on."""
        shown = self._status
        yield shown
        while shown.busy:
            time.sleep(_POLL_SECONDS)
            if self._status != shown:
                shown = self._status
                yield shown

    def _in_background(self, work: Callable[[], BuildReport | None], phase: Phase) -> bool:
        """Run `work` in a thread, unless something is running."""
        if not self._working.acquire(blocking=False):
            return False
        self._status = Status(phase, serving=self._core is not None)
        threading.Thread(target=self._run, args=(work,), daemon=True).start()
        return True

    def _run(self, work: Callable[[], BuildReport | None]) -> None:
        """Do `work` and record how it ended; whatever it raises is told, not lost."""
        try:
            report = work()
            core = self.core
            documents = (core.document(doc_id) for doc_id in core.documents())
            self._examples = load_examples(self.settings.corpus, documents)
            self._status = Status(Phase.READY, serving=True, report=report)
        except Exception as exc:
            if not isinstance(exc, ZjipQAError):
                logger.exception("the index could not be opened or built")
            error = str(exc) or type(exc).__name__
            self._status = Status(Phase.FAILED, serving=self._core is not None, error=error)
        finally:
            self._working.release()

    def _open_or_build(self) -> BuildReport | None:
        """Open the index; where none was ever built, build it."""
        try:
            self._core = self._load().open(self.settings.index, model=self.settings.model)
            return None
        except IndexUnusable:
            if (self.settings.index / "CURRENT").exists():
                raise  # Damaged, stale or foreign: replacing it is the user's choice.
            self._status = Status(Phase.INDEXING)
            return self._build(rebuild=False)

    def _build(self, *, rebuild: bool) -> BuildReport | None:
        """Build, telling the status how far it is."""

        def tell(progress: Progress) -> None:
            self._status = replace(self._status, progress=progress)

        self._core = self._load().build(
            self.settings.corpus,
            self.settings.index,
            model=self.settings.model,
            rebuild=rebuild,
            progress=tell,
            settings=self.settings.indexing,
        )
        return self._core.report
