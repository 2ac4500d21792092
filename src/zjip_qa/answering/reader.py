"""Reads a passage for the exact words that answer a question, in either language.

A question and a passage go through an encoder body together; two linear heads say where the
answer starts and ends, and the first position stands for "not in this passage" (Devlin et al.,
NAACL 2019; Rajpurkar et al., ACL 2018). The body is the shipped encoder's, taught to read by
`python -m zjip_qa.training read`; words have the shipped encoder's vectors, so Chinese and English
stand in one space. How well each word is matched by the other side is told to the body (aligned
question embeddings, Chen et al., ACL 2017), which the little there is to train on would hardly
teach it. Runs on onnxruntime with int8 products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from zjip_qa.chunks import split_document
from zjip_qa.embedding.light import (
    GRAPH,
    WORD_EMBEDDINGS,
    load_tokenizer,
    map_tensor,
)
from zjip_qa.embedding.model_folder import SHIPPED
from zjip_qa.embedding.session import side_by_side, start_session
from zjip_qa.embedding.tokens import batches, encodable
from zjip_qa.errors import ModelUnavailable
from zjip_qa.types import Block, BlockKind, Document, Span

SHIPPED_READER = Path(__file__).parent / "shipped-reader"
HEADS = "heads.safetensors"
LONGEST_QUESTION = 48
LONGEST = 256
"""Tokens that are read at once, the question's among them."""
_LONGEST_ANSWER = 40
_TOKENS_A_BATCH = 128  # a window or so: two are read side by side
_CHUNK_TOKENS = 160


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader made of one passage.

    Attributes:
        spans: (n_tokens, 2) int32, code points of the passage.
        starts: (n_tokens,) float32, how much speaks for the answer starting there.
        ends: (n_tokens,) float32, the same for its end.
        none: the same for there being no answer; all in log odds up to a constant.
    """

    spans: NDArray[np.int32]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    none: float

    def best(self, within: Span | None = None) -> tuple[Span, float] | None:
        """The likeliest answer, and how much more speaks for it than for none.

        Args:
            within: only what stands inside this span; None for the whole passage.
        """
        first, last = 0, len(self.spans)
        if within is not None:
            first = int(np.searchsorted(self.spans[:, 0], within.start))
            last = int(np.searchsorted(self.spans[:, 1], within.end, side="right"))
        if first >= last:
            return None
        scores = self.starts[first:last, None] + self.ends[None, first:last]
        n = last - first
        allowed = np.triu(np.ones((n, n), bool)) & ~np.triu(np.ones((n, n), bool), _LONGEST_ANSWER)
        scores = np.where(allowed, scores, -np.inf)
        start, end = divmod(int(scores.argmax()), n)
        span = Span(int(self.spans[first + start, 0]), int(self.spans[first + end, 1]))
        return span, float(scores[start, end]) - self.none


def joined(
    tokenizer: Tokenizer,
    question: Sequence[int],
    passage: Sequence[int],
    *,
    longest_question: int = LONGEST_QUESTION,
) -> tuple[list[int], int]:
    """Lay a question and a passage into one row: [CLS] question [SEP] passage [SEP].

    Returns:
        The ids, `LONGEST` at most, and the position of the passage's first token.
    """
    begin, end = (tokenizer.token_to_id(token) or 0 for token in ("[CLS]", "[SEP]"))
    asked = list(question[:longest_question])
    room = LONGEST - len(asked) - 3
    return [begin, *asked, end, *passage[:room], end], len(asked) + 2


def traits(ids: Sequence[int], first: int, table: NDArray[np.float16]) -> NDArray[np.float32]:
    """What the body is told of each token beside its word.

    Args:
        ids: a row as `joined` lays it.
        first: position of the passage's first token.
        table: (n_words, dim), the words' vectors.

    Returns:
        (n_tokens, 5): whether it is of the passage; for a token of the question, the best cosine
        with a token of the passage and whether the same token stands there; for a token of the
        passage, both with the question.
    """
    told = np.zeros((len(ids), 5), dtype=np.float32)
    told[first:, 0] = 1
    asked, passage = slice(1, first - 1), slice(first, len(ids) - 1)
    tokens = np.asarray(ids)
    vectors = table[tokens].astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
    cosines = vectors[asked] @ vectors[passage].T
    if cosines.size:
        same = tokens[asked, None] == tokens[None, passage]
        told[asked, 1:3] = np.stack([cosines.max(1), same.any(1)], axis=1)
        told[passage, 3:5] = np.stack([cosines.max(0), same.any(0)], axis=1)
    return told


@cache
def load_reader() -> Reader:
    """The shipped reader; it is loaded once.

    Raises:
        ModelUnavailable: its files are missing or damaged.
    """
    return Reader(SHIPPED_READER)


class Reader:
    """A trained reader, safe to share by threads.

    Args:
        folder: graph and heads.
        model: the encoder whose words and tokenizer it uses.

    Raises:
        ModelUnavailable: a file is missing or damaged.
    """

    def __init__(self, folder: Path, model: Path = SHIPPED) -> None:
        try:
            self._rows = map_tensor(model / "model.safetensors", WORD_EMBEDDINGS)
            self._tokenizer = load_tokenizer(model)
            heads = load_file(folder / HEADS)
            self._marks = heads["marks"].astype(np.float32)
            self._heads = heads["heads"].astype(np.float32)
            self._session = start_session(folder / GRAPH)
        except ModelUnavailable:
            raise
        except Exception as exc:  # whatever a damaged file makes four libraries raise
            raise ModelUnavailable(
                f"the reader in {folder} cannot be loaded ({type(exc).__name__}: {exc}); "
                f"expected {GRAPH} and {HEADS}, as `python -m zjip_qa.training read` writes them"
            ) from exc

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Read passages for the answer to a question; what passes `LONGEST` tokens is cut off."""
        asked = self._tokenizer.encode(encodable(question), add_special_tokens=False).ids
        found = self._tokenizer.encode_batch(
            [encodable(passage) for passage in passages], add_special_tokens=False
        )
        rows = [joined(self._tokenizer, asked, encoding.ids) for encoding in found]
        grouped = batches([len(ids) - 2 for ids, _ in rows], LONGEST, budget=_TOKENS_A_BATCH)
        logits = side_by_side(lambda batch: self._forward([rows[i] for i in batch]), grouped)
        readings: dict[int, Reading] = {}
        for batch, of_batch in zip(grouped, logits, strict=True):
            for i, scores in zip(batch, of_batch, strict=True):
                ids, first = rows[i]
                spans = np.array(found[i].offsets, dtype=np.int32).reshape(-1, 2)
                n_tokens = len(ids) - 1 - first
                inside = scores[first : first + n_tokens]
                none = float(scores[0].sum())
                readings[i] = Reading(spans[:n_tokens], inside[:, 0], inside[:, 1], none)
        return [readings[i] for i in range(len(rows))]

    def read_text(self, question: str, text: str) -> tuple[Span, float] | None:
        """The likeliest answer in a text of any length, which is read chunk by chunk.

        Returns:
            Its span, and how much more speaks for it than for none; None where there is no word.
        """
        block = Block(Span(0, len(text)), BlockKind.PARAGRAPH)
        chunks, _ = split_document(
            Document("", text, blocks=(block,)),
            self._count_tokens,
            max_tokens=_CHUNK_TOKENS,
            overlap_sentences=1,
        )
        found = [
            (Span(chunk.start + best[0].start, chunk.start + best[0].end), best[1])
            for chunk, reading in zip(
                chunks, self.read(question, [chunk.text for chunk in chunks]), strict=True
            )
            if (best := reading.best()) is not None
        ]
        return max(found, key=lambda answer: answer[1], default=None)

    def _count_tokens(self, texts: Sequence[str]) -> list[int]:
        found = self._tokenizer.encode_batch_fast(
            [encodable(text) for text in texts], add_special_tokens=False
        )
        return [len(encoding.ids) for encoding in found]

    def _forward(self, rows: Sequence[tuple[list[int], int]]) -> NDArray[np.float32]:
        """Logits (n, length, 2) of start and end."""
        longest = max(len(ids) for ids, _ in rows)
        ids = np.zeros((len(rows), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        told = np.zeros((len(rows), longest, len(self._marks)), dtype=np.float32)
        for i, (row, first) in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
            told[i, : len(row)] = traits(row, first, self._rows)
        embedded = self._rows[ids].astype(np.float32) + told @ self._marks
        states = self._session.run(None, {"word_embeddings": embedded, "attention_mask": mask})[0]
        logits: NDArray[np.float32] = states @ self._heads
        return logits
