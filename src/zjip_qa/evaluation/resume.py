"""Steps of an evaluation that are remembered, so that one that was interrupted goes on.

Every search and every answer is a line of a state file, written as soon as it is there. A run
that starts anew over the same file takes from it what it holds. The file is named after all that
decides the results, so that a line can never stand for another index, setting or question file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.runner import AnsweringSearcher, Searcher
from zjip_qa.types import Answer, Chunk, ChunkId, Citation, Document, Hit, Language


class RememberedSearches:
    """Searches, each once; safe to throw away at any moment."""

    def __init__(self, searcher: Searcher, path: Path) -> None:
        """Take up what `path` holds; it is made where there is none.

        Raises:
            EvaluationError: the file cannot be read or written.
        """
        self._searching = searcher
        self._path = path
        self._skipped = 0.0
        try:
            self._done = _read(path)
            self._file = path.open("a", encoding="utf-8")
        except OSError as exc:
            raise EvaluationError(f"{path} cannot be written ({exc.strerror or exc})") from exc

    @property
    def n_remembered(self) -> int:
        """Steps that need not be taken again."""
        return len(self._done)

    def clock(self) -> float:
        """Seconds, with the time that remembered steps took when they were taken."""
        return perf_counter() + self._skipped

    def search(self, question: str, /, *, k: int, retriever: str) -> list[Hit]:
        """Search, or say what was found before."""
        found = self._step(
            f"search {retriever} {k} {question}",
            lambda: [
                asdict(hit) for hit in self._searching.search(question, k=k, retriever=retriever)
            ],
        )
        return [_hit(each) for each in found]

    def close(self, *, finished: bool) -> None:
        """Let go of the state file; a finished run leaves none behind."""
        self._file.close()
        if finished:
            self._path.unlink(missing_ok=True)

    def _step(self, key: str, take: Callable[[], Any]) -> Any:
        if key in self._done:
            seconds, value = self._done[key]
            self._skipped += seconds
            return value
        start = perf_counter()
        value = take()
        seconds = perf_counter() - start
        # Through JSON and back, so that a step reads the same however often it was taken.
        line = json.dumps([key, seconds, value], ensure_ascii=False)
        self._file.write(line + "\n")
        self._file.flush()
        self._done[key] = seconds, json.loads(line)[2]
        return self._done[key][1]


class Remembering(RememberedSearches):
    """Searches and answers, each once."""

    def __init__(self, searcher: AnsweringSearcher, path: Path) -> None:
        """Take up what `path` holds, as `RememberedSearches` does."""
        super().__init__(searcher, path)
        self._searcher = searcher

    def ask(self, question: str, /, *, threshold: float | None = None) -> Answer:
        """Answer, or say what was answered before."""
        given = self._step(
            f"ask {threshold} {question}",
            lambda: asdict(self._searcher.ask(question, threshold=threshold)),
        )
        return Answer(
            **{
                **given,
                "language": Language(given["language"]),
                "citations": tuple(Citation(**each) for each in given["citations"]),
                "nearest": tuple(_hit(each) for each in given["nearest"]),
            }
        )

    def documents(self) -> Sequence[str]:
        """Ids of the indexed documents."""
        return self._searcher.documents()

    def document(self, doc_id: str, /) -> Document:
        """A document by its id."""
        return self._searcher.document(doc_id)


def state_path(folder: Path, decided_by: Mapping[str, object]) -> Path:
    """The state file of a run.

    Args:
        folder: where it lies.
        decided_by: all that decides the results: index, model, settings, questions.
    """
    text = json.dumps(decided_by, ensure_ascii=False, sort_keys=True, default=str)
    return folder / f"evaluation-{hashlib.sha256(text.encode()).hexdigest()[:16]}.partial.jsonl"


def _read(path: Path) -> dict[str, tuple[float, Any]]:
    """Whole lines of a state file; what a kill cut off in the middle is cut away."""
    done: dict[str, tuple[float, Any]] = {}
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return done
    whole = 0
    for line in data.splitlines(keepends=True):
        try:
            key, seconds, value = json.loads(line)
        except ValueError:
            break
        if not line.endswith(b"\n"):
            break
        done[key] = seconds, value
        whole += len(line)
    if whole < len(data):
        with path.open("r+b") as file:
            file.truncate(whole)
    return done


def _hit(values: Mapping[str, Any]) -> Hit:
    chunk = values["chunk"]
    return Hit(
        rank=values["rank"],
        score=values["score"],
        chunk=Chunk(
            **{
                **chunk,
                "section": tuple(chunk["section"]),
                "chunk_id": ChunkId(chunk["chunk_id"]),
            }
        ),
        legs=dict(values["legs"]),
    )
