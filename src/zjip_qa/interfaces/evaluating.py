"""What `zjip-qa eval` does: questions or a data set, one setting or several beside each other."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

import zjip_qa
from zjip_qa.errors import EvaluationError
from zjip_qa.interfaces.variants import Variant

if TYPE_CHECKING:
    from zjip_qa.embedding import Encoder
    from zjip_qa.evaluation import Dataset, Question, ReadingReport, Report
    from zjip_qa.evaluation.comparison import Change
    from zjip_qa.evaluation.resume import RememberedSearches
    from zjip_qa.index import Progress
    from zjip_qa.knowledge_base import KnowledgeBase

_Searched = TypeVar("_Searched")
_Remembered = TypeVar("_Remembered", bound="RememberedSearches")

Told = Callable[["Progress"], None]
"""Told of each step of indexing."""
Counted = Callable[[int, int], None]
"""Told of the questions done, and how many there are."""

BASE = "base"
"""What the run is called that variants are compared with."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bench:
    """What a question file is evaluated on.

    Attributes:
        retrievers: names to search with, the one that leads first.
        index: the built index.
        corpus: what variants that need an index of their own build it from.
        model: the encoder of the index; None for the shipped one.
        show_indexing: gives a way to show how far a build is.
        show_questions: likewise how far the questions are.
    """

    retrievers: tuple[str, ...]
    index: Path
    corpus: Path
    model: str | None = None
    show_indexing: Callable[[], AbstractContextManager[Told | None]] = nullcontext
    show_questions: Callable[[], AbstractContextManager[Counted | None]] = nullcontext


def evaluate_questions(
    path: Path, split: str | None, bench: Bench, variants: Sequence[Variant]
) -> tuple[Report, Change | None]:
    """Evaluate a question file; an interrupted run goes on where it was.

    Returns:
        The report, with each variant compared; and what has changed since the last run that
        asked the same questions, if there was one.

    Raises:
        ZjipQAError: file, index or model can't be used.
    """
    from zjip_qa.embedding import load_encoder
    from zjip_qa.evaluation import load_questions
    from zjip_qa.evaluation.comparison import compare, outcome
    from zjip_qa.index import current

    questions = load_questions(path)
    if split is not None:
        questions = [question for question in questions if question.split == split]
        if not questions:
            raise EvaluationError(f"no question of {path.name} has the split {split}")
    current(bench.index)  # a missing index is told before the model is loaded
    encoder = load_encoder(bench.model)
    report = _run(path.name, questions, Variant(BASE), bench, encoder)
    since_last = keep_run(bench.index, path.name, questions, report)
    base = outcome(BASE, report.rows)
    changes = []
    for variant in variants:
        other = _run(path.name, questions, variant, bench, encoder)
        keep_run(bench.index, path.name, questions, other, setting=variant.name)
        changes.append(compare(base, outcome(variant.name, other.rows)))
    return replace(report, comparison=tuple(changes)), since_last


def evaluate_dataset(
    dataset: Dataset, name: str, bench: Bench, variants: Sequence[Variant]
) -> Report:
    """Index a data set beside the index and evaluate on it; what was made is then thrown away.

    An interrupted run goes on where it was, in encoding as in searching.

    Raises:
        ZjipQAError: the model can't be used, or a query can't be asked.
    """
    from zjip_qa.embedding import load_encoder
    from zjip_qa.evaluation.comparison import compare, outcome

    encoder = load_encoder(bench.model)

    def run(variant: Variant) -> Report:
        from zjip_qa.evaluation import evaluate_dataset
        from zjip_qa.evaluation.dataset import dataset_documents
        from zjip_qa.evaluation.resume import RememberedSearches
        from zjip_qa.interfaces.datasets import PassageIndex
        from zjip_qa.text import detect_language

        chosen = load_encoder(variant.model) if variant.model else encoder
        decided_by: dict[str, object] = {
            "data set": _hash(asdict(dataset)),
            "model": chosen.fingerprint,
            "indexing": asdict(variant.indexing) if variant.indexing else None,
            "weights": asdict(variant.weights) if variant.weights else None,
            "code": _code(),
        }
        with _passages_folder(bench.index, decided_by) as folder:
            with bench.show_indexing() as told:
                passages = PassageIndex(
                    list(dataset_documents(dataset, detect_language)),
                    folder,
                    chosen,
                    told,
                    variant.indexing,
                    variant.weights,
                )
            with (
                _remembering(passages, RememberedSearches, folder, decided_by) as found,
                bench.show_questions() as counted,
            ):
                searcher, clock = found
                return evaluate_dataset(
                    dataset,
                    lambda _: searcher,
                    language_of=detect_language,
                    retrievers=(variant.retriever,) if variant.retriever else bench.retrievers,
                    settings={"data set": name, "model": chosen.name},
                    progress=counted,
                    clock=clock,
                )

    report = run(Variant(BASE))
    base = outcome(BASE, report.rows)
    changes = [compare(base, outcome(each.name, run(each).rows)) for each in variants]
    return replace(report, comparison=tuple(changes))


def evaluate_reader(folder: Path, path: Path, questions: Path | None) -> ReadingReport:
    """Measure whether a reader finds the answer in the passage given with each question."""
    from zjip_qa.answering.reader import Reader
    from zjip_qa.evaluation import evaluate_reading

    reader = Reader(folder)

    def read(question: str, passage: str) -> tuple[str, float]:
        found = reader.read_text(question, passage)
        return (passage[found[0].start : found[0].end], found[1]) if found else ("", -math.inf)

    return evaluate_reading(path, read, questions)


def _run(
    name: str, questions: Sequence[Question], variant: Variant, bench: Bench, encoder: Encoder
) -> Report:
    from zjip_qa.evaluation import evaluate
    from zjip_qa.evaluation.resume import Remembering

    retrievers = (variant.retriever,) if variant.retriever else bench.retrievers
    settings = {"questions": name}
    with _opened(variant, bench, encoder) as (knowledge_base, index):
        decided_by: dict[str, object] = {
            "index": hashlib.sha256(_manifest(index)).hexdigest(),
            "weights": asdict(variant.weights) if variant.weights else None,
            "questions": _digest(questions),
            "code": _code(),
        }
        with (
            _remembering(knowledge_base, Remembering, bench.index, decided_by) as found,
            bench.show_questions() as counted,
        ):
            searcher, clock = found
            return evaluate(
                searcher,
                questions,
                retrievers=retrievers,
                threshold=variant.threshold,
                settings=settings,
                progress=counted,
                clock=clock,
            )


@contextmanager
def _opened(
    variant: Variant, bench: Bench, encoder: Encoder
) -> Iterator[tuple[KnowledgeBase, Path]]:
    """The knowledge base of a variant, and the folder of its index."""
    from zjip_qa.embedding import load_encoder
    from zjip_qa.knowledge_base import KnowledgeBase

    chosen = load_encoder(variant.model) if variant.model else encoder
    if not variant.needs_index:
        index = variant.index or bench.index
        yield KnowledgeBase.open(index, encoder=chosen, weights=variant.weights), index
        return
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        with bench.show_indexing() as told:
            KnowledgeBase.build(
                bench.corpus, index, encoder=chosen, settings=variant.indexing, progress=told
            )
        yield KnowledgeBase.open(index, encoder=chosen, weights=variant.weights), index


@contextmanager
def _passages_folder(index: Path, decided_by: Mapping[str, object]) -> Iterator[Path]:
    """A folder for a data set's passages, which stays beside the index until a run is through.

    A temporary one where the index cannot be written to, or the same evaluation is at work.
    """
    folder = index / f"evaluation-{_hash(decided_by)}.passages"
    is_new_index = not index.exists()
    with ExitStack() as stack:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_alone(folder.with_suffix(".lock")))
            folder.mkdir(exist_ok=True)
        except (EvaluationError, OSError) as exc:
            logger.warning("%s; if this run is interrupted, the next one starts anew", exc)
            yield Path(stack.enter_context(tempfile.TemporaryDirectory()))
            return
        yield folder
        shutil.rmtree(folder, ignore_errors=True)
    if is_new_index:
        with suppress(OSError):  # a build may have begun there meanwhile
            index.rmdir()


@contextmanager
def _remembering(
    knowledge_base: _Searched,
    remember: Callable[[_Searched, Path], _Remembered],
    folder: Path,
    decided_by: Mapping[str, object],
) -> Iterator[tuple[_Searched | _Remembered, Callable[[], float]]]:
    """Remember every step in `folder`, where it can be written to and nobody else is doing so."""
    from zjip_qa.evaluation.resume import state_path

    path = state_path(folder, decided_by)
    with ExitStack() as stack:
        try:
            stack.enter_context(_alone(path.with_suffix(".lock")))
            remembering = remember(knowledge_base, path)
        except EvaluationError as exc:
            logger.warning("%s; if this run is interrupted, the next one starts anew", exc)
            yield knowledge_base, perf_counter
            return
        if remembering.n_remembered:
            logger.warning(
                "going on with an evaluation that was interrupted: %d steps are done",
                remembering.n_remembered,
            )
        finished = False
        try:
            yield remembering, remembering.clock
            finished = True
        finally:
            remembering.close(finished=finished)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock file, so that the same evaluation run twice at once doesn't share its files.

    The system frees it when the process ends, however.

    Raises:
        EvaluationError: another run holds it, or it cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout as exc:
        raise EvaluationError(
            f"the same evaluation is at work in another process, which holds {path.name}; "
            "this one measures for itself"
        ) from exc
    except OSError as exc:
        raise EvaluationError(f"{path} cannot be written ({exc.strerror or exc})") from exc
    try:
        yield
    finally:
        with suppress(OSError):  # removed while it is held: nobody can have it from us meanwhile
            path.unlink(missing_ok=True)
        lock.release()


def keep_run(
    index: Path, name: str, questions: Sequence[Question], report: Report, *, setting: str = ""
) -> Change | None:
    """Keep a run in the history beside the index, and compare it with the last one like it.

    Args:
        index: folder of the index.
        name: of the question file.
        questions: those that were asked.
        report: what came of them.
        setting: name of the settings, where they aren't the usual ones.

    Returns:
        What has changed since the last run that asked the same questions with these settings; None
        where there was none, or the history can't be used.
    """
    from zjip_qa.evaluation.comparison import compare
    from zjip_qa.evaluation.history import FILE_NAME, keep, past_run, read_history

    store = index / FILE_NAME
    run = past_run(
        report,
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        questions=name,
        digest=_digest(questions),
        setting=setting,
    )
    try:
        before = [
            past
            for past in read_history(store)
            if (past.digest, past.setting) == (run.digest, run.setting)
        ]
        keep(store, run)
    except EvaluationError as exc:
        logger.warning("%s", exc)
        return None
    return compare(before[-1].outcome, replace(run, time="now").outcome) if before else None


def _digest(questions: Sequence[Question]) -> str:
    text = json.dumps([asdict(question) for question in questions], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _hash(values: Mapping[str, object]) -> str:
    # Half a surrogate pair, which JSON allows, has no UTF-8: written as ASCII it has.
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _manifest(index: Path) -> bytes:
    from zjip_qa.index import current
    from zjip_qa.index.manifest import MANIFEST

    return (current(index) / MANIFEST).read_bytes()


def _code() -> str:
    """Changes whenever the package does: half a run of one version is no half of another's."""
    root = Path(zjip_qa.__file__).parent
    files = sorted(path for path in root.rglob("*.*") if path.suffix in (".py", ".json"))
    stamps = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr(stamps).encode()).hexdigest()
