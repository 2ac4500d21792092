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
from zjip_qa.embedding.tokens import no_tokens
from zjip_qa.evaluation import default_questions, load_questions
from zjip_qa.settings import IndexSettings
from zjip_qa.types import Span

_SENTENCES_A_DOCUMENT = 60
_APART = 0.3
"""Length of what sets apart the vectors of sentences that differ in their figures alone."""
_FIGURE = re.compile(r"\d+")
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"[A-Za-z0-9]+|[^\W\d_]")


class SyntheticEncoder:
    """A real encoder that reads a sentence once, whatever figures it comes with.

    A made-up corpus has few sentences, over and over. Each is encoded by itself, with zeros for
    digits; its vector is then moved a little, by its own figures. A text has the mean of its
    lines. So questions meet passages that answer them, at next to no cost a passage.
    """

    def __init__(self, real: Encoder) -> None:
        self._real = real
        self._read: dict[str, tuple[NDArray[np.float32], SpanVectors]] = {}

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
        return self._real.dim

    @property
    def token_dim(self) -> int:
        """Length of a token's vector, as the real encoder's."""
        return self._real.token_dim

    @property
    def max_tokens(self) -> int:
        """As the real encoder's."""
        return self._real.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words and Han characters."""
        return [len(_TOKEN.findall(text)) for text in texts]

    def encode_queries(self, texts: Sequence[str]) -> Encoded:
        """Encode questions as the real encoder does."""
        return self._real.encode_queries(texts)

    def encode_passages(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None = None
    ) -> Encoded:
        """Give each text, token and sentence a vector that depends on its words alone."""
        wanted = sentences or [[Span(0, len(text))] for text in texts]
        return Encoded(
            np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(
                -1, self.dim
            ),
            [self._tokens(text, spans) for text, spans in zip(texts, wanted, strict=True)],
            [self._sentences(text, spans) for text, spans in zip(texts, wanted, strict=True)],
        )

    def _sentence(self, text: str) -> tuple[NDArray[np.float32], SpanVectors]:
        """The vector of a sentence and those of its tokens, without regard to figures."""
        plain = _DIGIT.sub("0", text)
        if plain not in self._read:
            encoded = self._real.encode_passages([plain])
            self._read[plain] = encoded.vectors[0], encoded.tokens[0]
        return self._read[plain]

    def _vector(self, text: str) -> NDArray[np.float32]:
        lines = [line for line in text.splitlines() if line.strip()]
        vectors = [_moved(self._sentence(line)[0], line) for line in lines]
        return _unit(np.sum(vectors, axis=0)) if vectors else _moved(np.zeros(self.dim), text)

    def _sentences(self, text: str, spans: Sequence[Span]) -> SpanVectors:
        words = [text[span.start : span.end] for span in spans]
        vectors = [_moved(self._sentence(sentence)[0], sentence) for sentence in words]
        return SpanVectors(
            np.array(vectors, dtype=np.float32).reshape(-1, self.dim),
            np.array([(s.start, s.end) for s in spans], dtype=np.int32).reshape(-1, 2),
            np.ones(len(spans), dtype=np.float32),
        )

    def _tokens(self, text: str, spans: Sequence[Span]) -> SpanVectors:
        found = [self._sentence(text[span.start : span.end])[1] for span in spans]
        nothing = no_tokens(self.token_dim)
        return SpanVectors(
            np.concatenate([nothing.vectors, *(each.vectors for each in found)]),
            np.concatenate(
                [
                    nothing.spans,
                    *(
                        each.spans + np.int32(span.start)
                        for each, span in zip(found, spans, strict=True)
                    ),
                ]
            ),
            np.concatenate([nothing.weights, *(each.weights for each in found)]),
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
            lambda match: "".join(chance.choices("123456789", k=len(match[0]))),
            chance.choice(sentences),
        )
        lines.append(sentence if sentence[-1] in "。！？!?" else sentence + "。")
    return "\n".join(lines) + "\n"


def _moved(vector: NDArray[np.floating], text: str) -> NDArray[np.float32]:
    """A vector (dim,) moved a little, in a direction that depends on the text."""
    random_state = np.random.default_rng(zlib.crc32(text.encode()))
    step = random_state.standard_normal(len(vector), dtype=np.float32)
    return _unit(vector + step * np.float32(_APART / len(vector) ** 0.5))


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
    return unit
