"""What is measured, each in a process of its own, so that memory is the phase's alone."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zjip_qa.answering import ExtractiveAnswerer
from zjip_qa.benchmarks.synthetic import SyntheticEncoder, questions, write_corpus
from zjip_qa.embedding import Encoder, load_encoder
from zjip_qa.evaluation.stopwatch import Stopwatch
from zjip_qa.index import (
    DenseIndex,
    DenseShards,
    Int8Scan,
    LexicalIndex,
    build_index,
    open_index,
)
from zjip_qa.knowledge_base import KnowledgeBase, read_query
from zjip_qa.retrieval import Retriever, load_bridge
from zjip_qa.retrieval.lexical import query_terms
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter

Figures = dict[str, float]
_N_PROPOSED = 200
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
    """Open an index and ask it, stage by stage.

    Returns:
        "open": seconds and memory; then milliseconds by stage as a stopwatch gives them.
        "dense", "lexical" and "encode" are parts of "search" and "answer".
    """
    encoder = SyntheticEncoder(load_encoder())
    before = memory()
    start = time.perf_counter()
    index = open_index(folder / "index", fingerprint=encoder.fingerprint)
    opened = time.perf_counter() - start
    segmenter, bridge = Segmenter(), load_bridge()
    retriever = Retriever(index, encoder, segmenter, bridge)
    answerer = ExtractiveAnswerer(index, retriever, segmenter, bridge)
    asked = (questions() * n_questions)[: n_questions + _WARM_UP]
    stopwatch = Stopwatch(0)
    recalls = []
    for number, text in enumerate(asked):
        if number == _WARM_UP:
            stopwatch = Stopwatch(0)
        query = read_query(text)
        with stopwatch.step("encode"):
            encoded = retriever.encode(query)
        with stopwatch.step("dense"):
            _, found = index.dense.search(encoded.vectors, _N_PROPOSED)
        with stopwatch.step("lexical"):
            index.lexical.best(retriever.terms(text), _N_PROPOSED)
        with stopwatch.step("search"):
            retriever.search(query, encoded=encoded)
        if index.tokens is not None:
            with stopwatch.step("answer"):
                answerer.answer(query)
        if number < _WARM_UP:
            recalls.append(_recall(index.dense, encoded.vectors[0], found[0]))
    index.close()
    figures = {"seconds": opened, "MB": memory(), "MB before": before, "peak MB": peak_memory()}
    return {
        "open": {**figures, "recall@10 against exact": float(np.mean(recalls))},
        **stopwatch.timings(),
    }


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


def legs(folder: Path, n_chunks: int, n_questions: int) -> dict[str, dict[str, float]]:
    """The two legs that look at every chunk, on an index grown to a size that isn't built.

    Postings are those of the index in `folder` over and over, vectors are made up; whatever
    follows the legs reads the best few hundred chunks and doesn't grow. Files are mapped into
    memory, as in an index that is served.

    Returns:
        As `ask` does.
    """
    encoder = load_encoder()
    with open_index(folder / "index") as index:
        small = index.lexical
        times = max(1, round(n_chunks / small.n_chunks))
        grown = folder / f"grown {n_chunks}"
        grown.mkdir()
        _repeated(small, times).save(grown / "lexical")
        _write_vectors(grown, times * small.n_chunks, encoder.dim)
    start = time.perf_counter()
    scan = grown / "scan.faiss"
    lexical = LexicalIndex.load(grown / "lexical")
    dense = DenseIndex.load(grown / "dense.faiss", scan if scan.exists() else None)
    opened = time.perf_counter() - start
    segmenter, bridge = Segmenter(), load_bridge()
    stopwatch = Stopwatch(0)
    for number, text in enumerate((questions() * n_questions)[: n_questions + _WARM_UP]):
        if number == _WARM_UP:
            stopwatch = Stopwatch(0)
        with stopwatch.step("encode"):
            vectors = encoder.encode_queries([text]).vectors
        with stopwatch.step("dense"):
            dense.search(vectors, _N_PROPOSED)
        with stopwatch.step("lexical"):
            lexical.best(query_terms(text, segmenter, bridge, lexical.terms), _N_PROPOSED)
    size = sum(path.stat().st_size for path in grown.rglob("*") if path.is_file())
    return {
        "open": {
            "chunks": dense.n_vectors,
            "seconds": opened,
            "MB": memory(),
            "disk MB": size / 1e6,
        },
        **stopwatch.timings(),
    }


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


def _write_vectors(folder: Path, n: int, dim: int) -> None:
    """Save an index of made-up vectors, with a scan if it is as large as those that have one."""
    random = np.random.default_rng(0)
    vectors = np.empty((n, dim), dtype=np.float32)
    for start in range(0, n, _BLOCK):
        block = random.standard_normal((min(_BLOCK, n - start), dim), dtype=np.float32)
        vectors[start : start + len(block)] = block / np.linalg.norm(block, axis=1, keepdims=True)
    DenseIndex.from_vectors(vectors).save(folder / "dense.faiss")
    if n > IndexSettings().exact_up_to:
        Int8Scan.from_vectors(vectors).save(folder / "scan.faiss")


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
    for start in range(len(held), n, _BLOCK):
        block = vectors[start : start + _BLOCK]
        share = random.uniform(0.5, 1.0, (len(block), 1)).astype(np.float32)
        block[:] = share * held[random.integers(len(held), size=len(block))]
        block += (1 - share) * held[random.integers(len(held), size=len(block))]
        block += random.standard_normal(block.shape, dtype=np.float32) * np.float32(0.01)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
    texts = questions()
    asked = [texts[i] for i in random.permutation(len(texts))[:50]]
    return vectors, load_encoder().encode_queries(asked).vectors


def _same(exact: NDArray[np.int64], found: Sequence[NDArray[np.int64]], k: int) -> float:
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


def _recall(dense: DenseShards, query: NDArray[np.float32], found: NDArray[np.int64]) -> float:
    """Share of the ten nearest chunks, by comparing with every vector, that were found first."""
    best: list[tuple[float, int]] = []
    for start in range(0, dense.n_vectors, _BLOCK):
        ids = np.arange(start, min(start + _BLOCK, dense.n_vectors), dtype=np.int64)
        scores = dense.vectors(ids) @ query
        top = np.argsort(-scores, kind="stable")[:10]
        best = sorted([*best, *zip((-scores[top]).tolist(), ids[top].tolist(), strict=True)])[:10]
    nearest = {number for _, number in best}
    return len(nearest & set(found[: len(nearest)].tolist())) / max(len(nearest), 1)


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
