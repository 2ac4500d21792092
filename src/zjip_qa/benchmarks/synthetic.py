"""A corpus and an encoder of any size, the same on every run."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zjip_qa.chunks import split_document
from zjip_qa.documents import reader_for
from zjip_qa.embedding import Encoded, Encoder, SpanVectors
from zjip_qa.evaluation import default_questions, load_questions
from zjip_qa.settings import IndexSettings
from zjip_qa.types import Span

_SENTENCES_A_DOCUMENT = 60
_N_TOPICS = 1_000
_N_TOKENS = 4_096
_FIGURE = re.compile(r"\d+")
_TOKEN = re.compile(r"[A-Za-z0-9]+|[^\W\d_]")


class SyntheticEncoder:
    """Made-up vectors for passages; questions go to the encoder that it stands for.

    Vectors lie in clusters, as those of texts do. `questions` is asked for nothing but questions
    and its sizes.
    """

    def __init__(self, questions: Encoder) -> None:
        self._questions = questions
        random_state = np.random.default_rng(0)
        self._topics = _unit(random_state.standard_normal((_N_TOPICS, self.dim)))
        self._words = _unit(random_state.standard_normal((_N_TOKENS, self.token_dim)))

    @property
    def name(self) -> str:
        """What the manifest says."""
        return "synthetic"

    @property
    def fingerprint(self) -> str:
        """No real encoder opens an index of made-up vectors."""
        return f"synthetic {self.dim} {self.token_dim}"

    @property
    def dim(self) -> int:
        """Length of a text's vector, as the real encoder's."""
        return self._questions.dim

    @property
    def token_dim(self) -> int:
        """Length of a token's vector, as the real encoder's."""
        return self._questions.token_dim

    @property
    def max_tokens(self) -> int:
        """As the real encoder's."""
        return self._questions.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words and Han characters."""
        return [len(_TOKEN.findall(text)) for text in texts]

    def encode_queries(self, texts: Sequence[str]) -> Encoded:
        """Encode questions as the real encoder does."""
        return self._questions.encode_queries(texts)

    def encode_passages(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None = None
    ) -> Encoded:
        """Give each text, token and sentence a vector that depends on its words alone."""
        wanted = sentences or [()] * len(texts)
        vectors = np.array([self._vector(text) for text in texts], dtype=np.float32)
        return Encoded(
            vectors.reshape(-1, self.dim),
            [self._tokens(text) for text in texts],
            [self._sentences(text, spans) for text, spans in zip(texts, wanted, strict=True)],
        )

    def _vector(self, text: str) -> NDArray[np.float32]:
        seed = zlib.crc32(text.encode())
        noise = np.random.default_rng(seed).standard_normal(self.dim) / np.sqrt(self.dim)
        unit: NDArray[np.float32] = _unit((self._topics[seed % _N_TOPICS] + noise)[None])[0]
        return unit

    def _tokens(self, text: str) -> SpanVectors:
        found = list(_TOKEN.finditer(text))
        rows = [zlib.crc32(match[0].encode()) % _N_TOKENS for match in found]
        spans = np.array([match.span() for match in found], dtype=np.int32).reshape(-1, 2)
        return SpanVectors(self._words[rows], spans, np.ones(len(found), dtype=np.float32))

    def _sentences(self, text: str, spans: Sequence[Span]) -> SpanVectors:
        vectors = [self._vector(text[span.start : span.end]) for span in spans]
        return SpanVectors(
            np.array(vectors, dtype=np.float32).reshape(-1, self.dim),
            np.array([(s.start, s.end) for s in spans], dtype=np.int32).reshape(-1, 2),
            np.ones(len(spans), dtype=np.float32),
        )


def questions() -> list[str]:
    """The shipped questions, Chinese and English."""
    return [question.question for question in load_questions(default_questions())]


def write_corpus(folder: Path, n_chunks: int, encoder: Encoder) -> int:
    """Write documents that give about `n_chunks` chunks, in folders of a hundred.

    Returns:
        How many were written.
    """
    sentences = sorted(
        {q.quote for q in load_questions(default_questions()) if q.quote and "\n" not in q.quote}
    )
    settings = IndexSettings()
    sample = reader_for(Path("a.md")).read(_document(sentences, 0).encode(), "a.md")
    chunks, _ = split_document(
        sample,
        encoder.count_tokens,
        max_tokens=settings.chunk_tokens,
        overlap_sentences=settings.overlap_sentences,
    )
    n_documents = max(1, round(n_chunks / len(chunks)))
    for number in range(n_documents):
        path = folder / f"{number // 100:05d}" / f"{number:07d}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_document(sentences, number), encoding="utf-8")
    return n_documents


def _document(sentences: Sequence[str], number: int) -> str:
    """Real sentences in an order of their own, with other figures in them."""
    chance = random.Random(number)
    lines = [f"# 第{number}号文件"]
    for i in range(_SENTENCES_A_DOCUMENT):
        if i % 20 == 0:
            lines.append(f"\n## 第{i // 20 + 1}部分\n")
        sentence = _FIGURE.sub(
            lambda match: str(chance.randrange(10 ** min(len(match[0]), 9))),
            chance.choice(sentences),
        )
        lines.append(sentence if sentence[-1] in "。！？!?" else sentence + "。")
    return "\n".join(lines) + "\n"


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return unit
