"""What is measured, each in a process of its own, so that memory is the phase's alone."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zjip_qa.benchmarks.synthetic import SyntheticEncoder, questions, write_corpus
from zjip_qa.embedding import Encoder, load_encoder
from zjip_qa.evaluation.stopwatch import Stopwatch
from zjip_qa.index import (
    DenseIndex,
    DenseKind,
    DenseShards,
    Int8Scan,
    LexicalIndex,
    build_index,
    current,
    open_index,
)
from zjip_qa.index.dense_shards import DenseShardsWriter
from zjip_qa.index.manifest import DocumentRecord, read_manifest
from zjip_qa.index.opened import DENSE, LEXICAL
from zjip_qa.knowledge_base import KnowledgeBase, read_query
from zjip_qa.retrieval import Retriever, load_bridge
from zjip_qa.retrieval.lexical import query_terms
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter

Figures = dict[str, float]
_N_PROPOSED = 200
_N_COMPARED = 20
_WARM_UP = 5
_PER_USER = 8
_BLOCK = 100_000
_OURS = "int8, then exact"


def build(folder: Path, n_chunks: int, *, token_vectors: bool) -> Figures:
    """Write a corpus and index it."""
    encoder = SyntheticEncoder(load_encoder())
    corpus, index = folder / "corpus", folder / "index"
    write_corpus(corpus, n_chunks, encoder)
    start = time.perf_counter()
    settings = IndexSettings(token_vectors=token_vectors)
    report = build_index(corpus, index, encoder, settings)
    seconds = time.perf_counter() - start
    size = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    return {
        "chunks": report.n_chunks,
        "documents": report.n_documents,
        "seconds": seconds,
        "documents/s": report.n_documents / seconds,
        "chunks/s": report.n_chunks / seconds,
        "peak MB": peak_memory(),
        "disk MB": size / 1e6,
    }


def encode(folder: Path, n_chunks: int) -> Figures:
    """Index a small corpus with the shipped encoder: what a real build is bound by."""
    start = time.perf_counter()
    encoder = load_encoder()
    loaded = time.perf_counter()
    corpus = folder / "corpus"
    write_corpus(corpus, n_chunks, encoder)
    before = time.perf_counter()
    report = build_index(corpus, folder / "index", encoder, IndexSettings())
    seconds = time.perf_counter() - before
    return {
        "load encoder s": loaded - start,
        "chunks": report.n_chunks,
        "documents/s": report.n_documents / seconds,
        "chunks/s": report.n_chunks / seconds,
        "peak MB": peak_memory(),
    }


def ask(folder: Path, n_questions: int) -> dict[str, dict[str, float]]:
    """Open an index and ask it: whole answers first, then stage by stage.

    Returns:
        "open": seconds, memory when all was asked, and the share of questions answered; then
        milliseconds by stage as a stopwatch gives them. "dense", "lexical" and "encode" are parts
        of "search", and that of "answer".
    """
    encoder = SyntheticEncoder(load_encoder())
    before = memory()
    start = time.perf_counter()
    knowledge_base = KnowledgeBase.open(folder / "index", encoder=encoder)
    opened = time.perf_counter() - start
    stopwatch = Stopwatch(0)
    n_answered = 0
    with open_index(folder / "index") as index:
        for text in _warm_up():
            knowledge_base.search(text)
        # Each question is answered before its stages are timed: those find its pages in memory.
        for text in _asked(n_questions) if index.tokens is not None else ():
            with stopwatch.step("answer"):
                n_answered += not knowledge_base.ask(text).abstained
        figures = {"seconds": opened, "MB before": before, "MB": memory()}
        retriever = Retriever(index, encoder, Segmenter(), load_bridge())
        for text in _asked(n_questions):
            query = read_query(text)
            with stopwatch.step("search"):
                retriever.search(query)
            with stopwatch.step("encode"):
                encoded = retriever.encode(query)
            with stopwatch.step("dense"):
                index.dense.search(encoded.vectors, _N_PROPOSED)
            with stopwatch.step("lexical"):
                index.lexical.best(retriever.terms(text), _N_PROPOSED)
        figures["peak MB"] = peak_memory()
        kind, compared = DenseKind(index.manifest.dense), _asked(_N_COMPARED)
        vectors = encoder.encode_queries(compared).vectors
        recall = _recall(index.folder / DENSE, index.manifest.documents, kind, vectors)
    answered = n_answered / n_questions if "answer" in stopwatch.timings() else math.nan
    return {"open": {**figures, "answered": answered, **recall}, **stopwatch.timings()}


def _asked(n: int) -> list[str]:
    """The first questions, over again where there are fewer."""
    texts = questions()
    return [texts[i % len(texts)] for i in range(n)]


def _warm_up() -> list[str]:
    """Questions that the others don't repeat, as long as not all are asked."""
    return questions()[-_WARM_UP:]


def throughput(folder: Path, n_users: int, *, answers: bool) -> Figures:
    """Let users ask at once, each the next question when the last is answered."""
    encoder: Encoder = SyntheticEncoder(load_encoder())
    knowledge_base = KnowledgeBase.open(folder / "index", encoder=encoder)
    asked = questions()

    def one(text: str) -> None:
        if answers:
            knowledge_base.ask(text)
        else:
            knowledge_base.search(text)

    for text in asked[:_WARM_UP]:
        one(text)
    stopwatches = [Stopwatch(0) for _ in range(n_users)]

    def use(number: int) -> None:
        for i in range(_PER_USER):
            with stopwatches[number].step("ask"):
                one(asked[(number * _PER_USER + i) % len(asked)])

    start = time.perf_counter()
    with ThreadPoolExecutor(n_users) as pool:
        list(pool.map(use, range(n_users)))
    seconds = time.perf_counter() - start
    slowest = [each.timings()["ask"] for each in stopwatches]
    return {
        "users": n_users,
        "questions/s": n_users * _PER_USER / seconds,
        "p50 ms": float(np.median([each["p50"] for each in slowest])),
        "slowest ms": max(each["p99"] for each in slowest),
    }


def grow(folder: Path, n_chunks: int) -> Figures:
    """Write what the two legs read of an index grown to a size that isn't built.

    Its documents are those of the index in `folder`, over and over. Postings are repeated; vectors
    are mixtures of those there, in the shards that the names of the documents say.
    """
    start = time.perf_counter()
    grown = _grown(folder, n_chunks)
    random = np.random.default_rng(0)
    with open_index(folder / "index") as index:
        small, records = index.lexical, index.manifest.documents
        held = index.dense.vectors(np.arange(index.dense.n_vectors))
    documents = _copies(records, n_chunks)
    times = len(documents) // len(records)
    grown.mkdir()
    _repeated(small, times).save(grown / LEXICAL)
    writer = DenseShardsWriter(grown / DENSE)
    for first in range(0, len(documents), len(records)):
        vectors = _mixtures(held, len(held), random)
        for record, copied in zip(records, documents[first:], strict=False):
            rows = slice(record.first_chunk, record.first_chunk + record.n_chunks)
            writer.append(copied.doc_id, vectors[rows])
    writer.finish(IndexSettings().exact_up_to)
    size = sum(path.stat().st_size for path in grown.rglob("*") if path.is_file())
    seconds = time.perf_counter() - start
    return {"chunks": times * len(held), "seconds": seconds, "disk MB": size / 1e6}


def legs(folder: Path, n_chunks: int, n_questions: int) -> dict[str, dict[str, float]]:
    """Ask the two legs that look at every chunk, on what `grow` wrote.

    Whatever follows the legs reads the best few hundred chunks and doesn't grow. Files are mapped
    into memory, as in an index that is served, and opened by the classes that serve it.

    Returns:
        As `ask` does; the memory is that of the legs and the encoder.
    """
    grown = _grown(folder, n_chunks)
    documents = _copies(read_manifest(current(folder / "index")).documents, n_chunks)
    large = sum(each.n_chunks for each in documents) > IndexSettings().exact_up_to
    kind = DenseKind.INT8 if large else DenseKind.FLAT
    encoder = load_encoder()
    before = memory()
    start = time.perf_counter()
    dense = DenseShards(grown / DENSE, documents, kind)
    lexical = LexicalIndex.load(grown / LEXICAL)
    opened = time.perf_counter() - start
    segmenter, bridge = Segmenter(), load_bridge()
    stopwatch = Stopwatch(0)
    for number, text in enumerate(_warm_up() + _asked(n_questions)):
        if number == _WARM_UP:
            stopwatch = Stopwatch(0)
        with stopwatch.step("encode"):
            vectors = encoder.encode_queries([text]).vectors
        with stopwatch.step("dense"):
            dense.search(vectors, _N_PROPOSED)
        with stopwatch.step("lexical"):
            lexical.best(query_terms(text, segmenter, bridge, lexical.terms), _N_PROPOSED)
    figures = {"seconds": opened, "MB before": before, "MB": memory()}
    compared = encoder.encode_queries(_asked(_N_COMPARED)).vectors
    recall = _recall(grown / DENSE, documents, kind, compared)
    return {"open": {**figures, **recall}, **stopwatch.timings()}


def _grown(folder: Path, n_chunks: int) -> Path:
    return folder / f"grown {n_chunks}"


def _copies(documents: Sequence[DocumentRecord], n_chunks: int) -> list[DocumentRecord]:
    """The documents over and over, under names of their own, until there are so many chunks."""
    n = sum(document.n_chunks for document in documents)
    return [
        replace(
            document,
            doc_id=f"{copy}/{document.doc_id}",
            first_chunk=copy * n + document.first_chunk,
        )
        for copy in range(max(1, round(n_chunks / n)))
        for document in documents
    ]


def _recall(
    folder: Path,
    documents: Sequence[DocumentRecord],
    kind: DenseKind,
    vectors: NDArray[np.float32],
) -> Figures:
    """Share of the nearest chunks that are found, of those that an exact search finds."""
    _, exact = DenseShards(folder, documents).search(vectors, _N_PROPOSED)
    _, found = DenseShards(folder, documents, kind).search(vectors, _N_PROPOSED)
    return {f"recall@{k}": _same(exact, found, k) for k in (10, _N_PROPOSED)}


def _repeated(small: LexicalIndex, times: int) -> LexicalIndex:
    """The postings of `times` copies of every chunk."""
    shifts = (np.arange(times) * small.n_chunks).astype(np.int32)[:, None]
    rows = [
        (shifts + small.chunks[begin:end]).ravel()
        for begin, end in zip(small.offsets[:-1], small.offsets[1:], strict=True)
    ]
    counts = [
        np.tile(small.counts[begin:end], times)
        for begin, end in zip(small.offsets[:-1], small.offsets[1:], strict=True)
    ]
    return LexicalIndex(
        small.terms,
        np.asarray(small.offsets) * times,
        np.concatenate(rows),
        np.concatenate(counts),
        np.tile(small.lengths, times),
    )


def start_up(folder: Path) -> Figures:
    """Seconds until the command line has answered, each the better of two starts.

    `folder` holds an index of the shipped encoder's.
    """
    commands = {
        "--help s": ["--help"],
        "ask s": ["ask", questions()[0], "--index", str(folder / "index")],
    }
    return {name: min(_seconds(given) for _ in range(2)) for name, given in commands.items()}


def index_types(n_vectors: int, dim: int, real: Path | None = None) -> list[tuple[str, Figures]]:
    """Kinds of FAISS index: recall against exact, and one query's time.

    One thread, one query at a time, as a question asks it. Vectors are made up in clusters, or
    those of the index `real`, filled up with mixtures of them; that is asked the shipped questions.
    """
    import faiss

    vectors, queries = _drawn(n_vectors, dim, real)
    faiss.omp_set_num_threads(1)
    lists = max(1, min(int(4 * n_vectors**0.5), n_vectors // 40, 1_024))  # 40 vectors train a list
    exact: NDArray[np.int64] | None = None
    figures = []
    for kind, n_probed in (
        ("Flat", 0),
        ("SQ8", 0),
        (_OURS, 0),
        (f"IVF{lists},Flat", max(1, min(lists, 8 + lists // 16))),
    ):
        start = time.perf_counter()
        index: Any
        if kind == _OURS:
            flat = faiss.IndexFlatIP(dim)
            flat.add(vectors)
            start = time.perf_counter()
            index = DenseIndex(flat, Int8Scan.from_vectors(vectors))
        else:
            index = faiss.index_factory(dim, kind, faiss.METRIC_INNER_PRODUCT)
            index.train(vectors[: 64 * lists])
            index.add(vectors)
        built = time.perf_counter() - start
        if n_probed:
            faiss.extract_index_ivf(index).nprobe = n_probed
        stopwatch = Stopwatch(0)
        found = []
        for query in queries:
            with stopwatch.step("search"):
                found.append(index.search(query[None], _N_PROPOSED)[1][0])
        exact = np.array(found) if exact is None else exact
        times = stopwatch.timings()["search"]
        figures.append(
            (
                kind + (f", {n_probed} probed" if n_probed else ""),
                {
                    "build s": built,
                    "recall@10": _same(exact, found, 10),
                    "recall@200": _same(exact, found, _N_PROPOSED),
                    "p50 ms": times["p50"],
                    "p95 ms": times["p95"],
                },
            )
        )
    return figures


def _drawn(n: int, dim: int, real: Path | None) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Vectors (n, dim) and fifty queries, of unit length."""
    random = np.random.default_rng(0)
    if real is None:
        topics = random.standard_normal((1_000, dim)).astype(np.float32)
        vectors = topics[random.integers(len(topics), size=n + 50)]
        vectors += random.standard_normal(vectors.shape, dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors[:n], vectors[n:]
    with open_index(real) as index:
        held = index.dense.vectors(np.arange(min(n, index.dense.n_vectors)))
    vectors = np.empty((n, dim), dtype=np.float32)
    vectors[: len(held)] = held
    for first in range(len(held), n, _BLOCK):
        block = vectors[first : first + _BLOCK]
        block[:] = _mixtures(held, len(block), random)
    texts = questions()
    asked = [texts[i] for i in random.permutation(len(texts))[:50]]
    return vectors, load_encoder().encode_queries(asked).vectors


def _mixtures(
    held: NDArray[np.float32], n: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Unit vectors (n, dim), each between two of `held`."""
    share = random.uniform(0.5, 1.0, (n, 1)).astype(np.float32)
    vectors: NDArray[np.float32] = share * held[random.integers(len(held), size=n)]
    vectors += (1 - share) * held[random.integers(len(held), size=n)]
    vectors += random.standard_normal(vectors.shape, dtype=np.float32) * np.float32(0.01)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _same(exact: Iterable[NDArray[np.int64]], found: Iterable[NDArray[np.int64]], k: int) -> float:
    """Share of the k nearest that were found, over all queries."""
    shares = [
        len(set(a[:k].tolist()) & set(b[:k].tolist())) / len(a[:k])
        for a, b in zip(exact, found, strict=True)
    ]
    return float(np.mean(shares))


def memory() -> float:
    """Megabytes of this process in memory, pages of mapped files that are in use included."""
    return _from_status("VmRSS")


def peak_memory() -> float:
    """Megabytes of this process in memory at most so far."""
    return _from_status("VmHWM")


def _from_status(name: str) -> float:
    """A line of Linux's account of the process; elsewhere there is none, and it is not a number."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return math.nan
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith(name)), math.nan)


def _seconds(arguments: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "zjip_qa.interfaces.cli", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def dimension() -> int:
    """Length of the shipped encoder's vectors."""
    return load_encoder().dim
