"""The same passages and questions through what people would use instead, with the same encoder.

`python -m zjip_qa.benchmarks.peers --squad zh.json --squad en.json`, after
`pip install -e ".[peers]"`. Each file's passages are asked every file's questions, so two
translations with the same ids give four directions. Each pipeline has its library's usual
settings: LangChain's recursive splitter, FAISS and BM25, on words split at white space as it comes
and on jieba's; LlamaIndex's sentence splitter and vector index; txtai's hybrid index. A passage
ranks where its first chunk does. A library that isn't installed is left out, and named.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from zjip_qa.embedding import Encoder, load_encoder
from zjip_qa.evaluation import Dataset, read_squad
from zjip_qa.evaluation.measures import measure
from zjip_qa.evaluation.report_tables import Table
from zjip_qa.evaluation.report_text import table_text
from zjip_qa.evaluation.run import Run, scored
from zjip_qa.evaluation.stopwatch import Stopwatch
from zjip_qa.knowledge_base import KnowledgeBase
from zjip_qa.text import detect_language
from zjip_qa.text.jieba_tokenizer import load_tokenizer

Ask: TypeAlias = Callable[[str], Iterable[str]]
"""Question to ids of passages, best first; an id may come more than once."""
Build: TypeAlias = Callable[[Mapping[str, str], Encoder, Path], Ask]
"""Passages by id, encoder, a folder for files."""

_DEPTH = 30
"""Chunks asked for, so that ten passages come of them."""
_MEASURE = "nDCG@10"


def ours(passages: Mapping[str, str], encoder: Encoder, folder: Path) -> Ask:
    """zjip-qa, hybrid, as it comes."""
    corpus = folder / "corpus"
    corpus.mkdir()
    names = {f"{number:08d}.txt": passage_id for number, passage_id in enumerate(passages)}
    for name, passage_id in names.items():
        (corpus / name).write_text(passages[passage_id], encoding="utf-8")
    knowledge_base = KnowledgeBase.build(corpus, folder / "index", encoder=encoder)
    return lambda question: (
        names[hit.chunk.doc_id] for hit in knowledge_base.search(question, _DEPTH)
    )


def langchain_faiss(passages: Mapping[str, str], encoder: Encoder, folder: Path) -> Ask:
    """LangChain: recursive splitter and FAISS."""
    retriever = _langchain_vectors(passages, encoder)
    return lambda question: _langchain_ids(retriever.invoke(question))


def langchain_bm25(passages: Mapping[str, str], encoder: Encoder, folder: Path) -> Ask:
    """LangChain: recursive splitter and BM25 on words split at white space, its default."""
    retriever = _langchain_words(passages, None)
    return lambda question: _langchain_ids(retriever.invoke(question))


def langchain_bm25_jieba(passages: Mapping[str, str], encoder: Encoder, folder: Path) -> Ask:
    """LangChain: BM25 on the words of jieba."""
    retriever = _langchain_words(passages, _words)
    return lambda question: _langchain_ids(retriever.invoke(question))


def langchain_ensemble(passages: Mapping[str, str], encoder: Encoder, folder: Path) -> Ask:
    """LangChain: FAISS and BM25 on the words of jieba, fused by reciprocal ranks."""
    from langchain_classic.retrievers import EnsembleRetriever

    both = [
        _langchain_vectors(passages, encoder),
        _langchain_words(passages, _words),
    ]
    retriever = EnsembleRetriever(retrievers=both, weights=[0.5, 0.5])
    return lambda question: _langchain_ids(retriever.invoke(question))


def llama_index(passages: Mapping[str, str], encoder: Encoder, folder: Path) -> Ask:
    """LlamaIndex: its sentence splitter and in-memory vector index."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.node_parser import SentenceSplitter

    class Ours(BaseEmbedding):  # type: ignore[misc]
        def _get_query_embedding(self, query: str) -> list[float]:
            return _query(encoder, query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return _query(encoder, query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return _passages(encoder, [text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return _passages(encoder, texts)

    documents = [
        Document(text=text, id_=passage_id, metadata={}) for passage_id, text in passages.items()
    ]
    index = VectorStoreIndex.from_documents(
        documents, embed_model=Ours(), transformations=[SentenceSplitter()]
    )
    retriever = index.as_retriever(similarity_top_k=_DEPTH)
    return lambda question: (node.node.ref_doc_id for node in retriever.retrieve(question))


def txtai_hybrid(passages: Mapping[str, str], encoder: Encoder, folder: Path) -> Ask:
    """txtai: its hybrid of vectors and BM25."""
    import numpy as np
    from txtai import Embeddings

    def transform(texts: list[str]) -> Any:
        # txtai hands questions and passages to the same function; both are encoded alike here.
        return np.array(_passages(encoder, texts), dtype=np.float32)

    embeddings = Embeddings(method="external", transform=transform, hybrid=True)
    embeddings.index(list(passages.items()))
    return lambda question: (found[0] for found in embeddings.search(question, _DEPTH))


PIPELINES: tuple[tuple[str, str, Build], ...] = (
    ("zjip-qa", "zjip-qa", ours),
    ("LangChain, FAISS", "langchain-community", langchain_faiss),
    ("LangChain, BM25", "langchain-community", langchain_bm25),
    ("LangChain, BM25 on jieba", "langchain-community", langchain_bm25_jieba),
    ("LangChain, FAISS + BM25 on jieba", "langchain-classic", langchain_ensemble),
    ("LlamaIndex", "llama-index-core", llama_index),
    ("txtai, hybrid", "txtai", txtai_hybrid),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a pipeline came to.

    Attributes:
        ndcg: nDCG@10 by direction, as "en→zh" for English questions about Chinese passages.
        build: seconds, over all files of passages.
        p50: milliseconds a question, over all directions.
        p95: likewise.
    """

    ndcg: dict[str, float]
    build: float
    p50: float
    p95: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every pipeline that is installed, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m zjip_qa.benchmarks.peers")
    parser.add_argument(
        "--squad",
        type=Path,
        action="append",
        required=True,
        help="SQuAD file of passages and questions; more than one with the same ids: each file's "
        "passages are asked every file's questions",
    )
    parser.add_argument("--most", type=int, default=10_000, help="questions asked a direction")
    given = parser.parse_args(arguments)
    groups = [
        [_shortened(read_squad([passages], questions), given.most) for questions in given.squad]
        for passages in given.squad
    ]
    encoder = load_encoder()
    encoder.encode_passages(["预热"])
    _words("预热")  # whoever is first would pay for loading jieba
    measured: dict[str, Figures] = {}
    for name, package, build in PIPELINES:
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            sys.stderr.write(f"{name}: {package} is not installed; left out\n")
            continue
        measured[f"{name} {version}"] = figures = measure_pipeline(build, groups, encoder)
        sys.stderr.write(f"{name}: {figures}\n")
    n = sum(len(dataset.queries) for group in groups for dataset in group)
    title = f"{datetime.now(UTC):%Y-%m-%d}, {', '.join(path.name for path in given.squad)}"
    sys.stdout.write(table_text(_table(f"{title}: {_MEASURE} and time", n, measured)) + "\n")


def measure_pipeline(
    build: Build, groups: Sequence[Sequence[Dataset]], encoder: Encoder
) -> Figures:
    """Build and ask one pipeline.

    Args:
        build: the pipeline.
        groups: data sets of the same passages each; it is built once for a group.
        encoder: of passages and questions.
    """
    stopwatch = Stopwatch(0)
    ndcg: dict[str, float] = {}
    for group in groups:
        with tempfile.TemporaryDirectory() as folder:
            with stopwatch.step("build"):
                ask = build(group[0].passages, encoder, Path(folder))
            list(ask(next(iter(group[0].queries.values()))))
            for dataset in group:
                run: Run = {}
                for query_id, question in dataset.queries.items():
                    with stopwatch.step("ask"):
                        found = list(ask(question))
                    run[query_id] = scored(list(dict.fromkeys(found))[:10])
                ndcg[_direction(dataset)] = measure(run, dataset.qrels, [_MEASURE]).mean()[_MEASURE]
    times = stopwatch.timings()
    seconds = times["build"]["mean"] * times["build"]["n"] / 1000
    return Figures(ndcg, seconds, times["ask"]["p50"], times["ask"]["p95"])


def _table(title: str, n: int, measured: Mapping[str, Figures]) -> Table:
    """Quality and time, and the times as multiples of the first pipeline's."""
    first = next(iter(measured.values()))
    rows = tuple(
        (
            name,
            str(n),
            *(f"{100 * value:.1f}" for value in figures.ndcg.values()),
            *(f"{each:.3g}" for each in (figures.build, figures.p50, figures.p95)),
            f"{figures.build / first.build:.2f}",
            f"{figures.p50 / first.p50:.2f}",
        )
        for name, figures in measured.items()
    )
    times = ("build s", "p50 ms", "p95 ms", "build ×", "p50 ×")
    return Table(title, ("pipeline", "n", *first.ndcg, *times), rows)


def _shortened(dataset: Dataset, most: int) -> Dataset:
    """The first questions of a data set."""
    asked = dict(list(dataset.queries.items())[:most])
    qrels = {query_id: dataset.qrels[query_id] for query_id in asked}
    return Dataset(dataset.passages, asked, qrels)


def _direction(dataset: Dataset) -> str:
    """As "en→zh", by the first question and the first passage."""
    question, passage = next(iter(dataset.queries.values())), next(iter(dataset.passages.values()))
    return f"{detect_language(question)}→{detect_language(passage)}"


def _langchain_documents(passages: Mapping[str, str]) -> list[Any]:
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    return splitter.split_documents(  # type: ignore[no-any-return]
        [Document(text, metadata={"id": passage_id}) for passage_id, text in passages.items()]
    )


def _langchain_vectors(passages: Mapping[str, str], encoder: Encoder) -> Any:
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import Embeddings

    class Ours(Embeddings):  # type: ignore[misc]
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return _passages(encoder, texts)

        def embed_query(self, text: str) -> list[float]:
            return _query(encoder, text)

    store = FAISS.from_documents(_langchain_documents(passages), Ours())
    return store.as_retriever(search_kwargs={"k": _DEPTH})


def _langchain_words(passages: Mapping[str, str], words: Callable[[str], list[str]] | None) -> Any:
    from langchain_community.retrievers import BM25Retriever

    options: dict[str, Any] = {"k": _DEPTH}
    if words is not None:
        options["preprocess_func"] = words
    return BM25Retriever.from_documents(_langchain_documents(passages), **options)


def _langchain_ids(documents: Iterable[Any]) -> list[str]:
    return [document.metadata["id"] for document in documents]


def _words(text: str) -> list[str]:
    """As `jieba.lcut` cuts."""
    return [word for word, _, _ in load_tokenizer().tokenize(text, mode="default")]


def _query(encoder: Encoder, text: str) -> list[float]:
    vector: list[float] = encoder.encode_queries([text]).vectors[0].tolist()
    return vector


def _passages(encoder: Encoder, texts: Sequence[str]) -> list[list[float]]:
    vectors: list[list[float]] = []
    for start in range(0, len(texts), 32):
        vectors += encoder.encode_passages(texts[start : start + 32]).vectors.tolist()
    return vectors


if __name__ == "__main__":
    main()
