"""`zjip-qa doctor`: what is installed, whether model and index can be used, in a few lines."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from zjip_qa.errors import ZjipQAError

_PACKAGES = ("zjip-qa", "torch", "sentence-transformers", "faiss-cpu", "jieba", "gradio")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    ok: bool
    subject: str
    detail: str


def examine(index: Path, model: str | None = None) -> Iterator[Finding]:
    """Check, one after another: Python, packages, segmentation, model, index, a search."""
    from zjip_qa.documents import SUPPORTED_SUFFIXES

    yield Finding(sys.version_info >= (3, 11), "python", platform.python_version())
    for name in _PACKAGES:
        try:
            yield Finding(True, name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding(False, name, "not installed; run `pip install -e .`")
    yield Finding(True, "formats", " ".join(SUPPORTED_SUFFIXES))
    yield _attempt("segmentation", _segment)
    yield _attempt("model", lambda: _encode(model))
    yield _attempt("index", lambda: _search(index, model))


def _attempt(subject: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(True, subject, check())
    except ZjipQAError as error:
        return Finding(False, subject, str(error))


def _segment() -> str:
    from zjip_qa.text import Segmenter

    segmenter = Segmenter()
    words = [token.term for token in segmenter.words("有效专利拥有量")]
    return f"{'/'.join(words)} ({segmenter.fingerprint})"


def _encode(model: str | None) -> str:
    from zjip_qa.embedding import load_encoder

    encoder = load_encoder(model)
    chinese, english = encoder.encode_queries(["专利保护", "patent protection"]).vectors
    return (
        f"{encoder.name}, dimension {encoder.dim}, fingerprint {encoder.fingerprint}; "
        f"专利保护 ~ patent protection: cosine {float(chinese @ english):.2f}"
    )


def _search(index: Path, model: str | None) -> str:
    from zjip_qa.index import current, verify
    from zjip_qa.knowledge_base import KnowledgeBase

    knowledge_base = KnowledgeBase.open(index, model=model)
    verify(current(index), thorough=True)
    knowledge_base.search("专利保护 patent protection", 1)
    summaries = knowledge_base.summaries()
    n_chunks = sum(summary.n_chunks for summary in summaries)
    return f"{len(summaries)} documents, {n_chunks} chunks, every file as its hash says"
