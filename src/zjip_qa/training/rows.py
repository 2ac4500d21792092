"""Rows of training text, cut into tokens once and kept as arrays, and batches of them."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from zjip_qa.training.data import Pair

IntArray = NDArray[np.int32]

LENGTHS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 160)
"""Texts are filled up to one of these: the CPU's matrix kernels are built anew for every shape,
which took longer than running them."""
MAX_TOKENS = LENGTHS[-1]


@dataclass(frozen=True, slots=True)
class Rows:
    """Token ids of many texts, one after another: text i is `ids[starts[i]:starts[i + 1]]`."""

    ids: IntArray
    starts: NDArray[np.int64]

    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text."""
        return np.diff(self.starts)

    def text(self, i: int) -> IntArray:
        """Tokens of one text."""
        return self.ids[self.starts[i] : self.starts[i + 1]]


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of two texts of one origin; `share` is how many are drawn in one pass."""

    name: str
    left: Rows
    right: Rows
    share: int

    def n_rows(self) -> int:
        """Rows of the source."""
        return len(self.left.starts) - 1


@dataclass(frozen=True, slots=True)
class Texts:
    """Token ids (n, longest), filled up with 0, and a mask that is True where a token stands."""

    ids: NDArray[np.int64]
    mask: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Batch:
    """Row i of the left texts belongs to row i of the right ones."""

    left: Texts
    right: Texts


def padded(texts: Sequence[IntArray]) -> Texts:
    """Lay texts of several lengths into one matrix, as long as the next of `LENGTHS`."""
    lengths = np.array([len(text) for text in texts])
    mask = np.arange(bucket(int(lengths.max()))) < lengths[:, None]
    ids = np.zeros(mask.shape, dtype=np.int64)
    ids[mask] = np.concatenate(texts)
    return Texts(ids, mask)


def bucket(length: int) -> int:
    """The filled-up length of a text: the next of `LENGTHS`."""
    return LENGTHS[bisect_left(LENGTHS, length)]


def cut(tokenizer: Tokenizer, pairs: Sequence[Pair], n_english: int | None) -> tuple[Rows, Rows]:
    """Cut pairs into tokens, `MAX_TOKENS` at most.

    Args:
        tokenizer: the model's.
        pairs: rows of the source.
        n_english: where given, rows whose left text has an id from here on are left out:
            the English teacher knows no others.
    """
    tokenizer.enable_truncation(MAX_TOKENS)
    left = [e.ids for e in tokenizer.encode_batch_fast([a for a, _ in pairs])]
    right = [e.ids for e in tokenizer.encode_batch_fast([b for _, b in pairs])]
    kept = [
        (a, b)
        for a, b in zip(left, right, strict=True)
        if min(len(a), len(b)) > 2 and (n_english is None or max(a) < n_english)
    ]
    return _rows([a for a, _ in kept]), _rows([b for _, b in kept])


def _rows(texts: Sequence[Sequence[int]]) -> Rows:
    starts = np.concatenate([[0], np.cumsum([len(t) for t in texts], dtype=np.int64)])
    return Rows(np.fromiter((i for t in texts for i in t), np.int32, int(starts[-1])), starts)


def save_sources(path: Path, sources: Sequence[Source]) -> None:
    """Keep cut rows, so that a training that goes on need not cut them again."""
    arrays = {
        f"{i}.{side}.{part}": getattr(getattr(source, side), part)
        for i, source in enumerate(sources)
        for side in ("left", "right")
        for part in ("ids", "starts")
    }
    described = json.dumps([[source.name, source.share] for source in sources])
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, described=np.array(described), **arrays)


def load_sources(path: Path) -> list[Source]:
    """Read what `save_sources` kept."""
    with np.load(path, allow_pickle=False) as saved:
        return [
            Source(
                name,
                Rows(saved[f"{i}.left.ids"], saved[f"{i}.left.starts"]),
                Rows(saved[f"{i}.right.ids"], saved[f"{i}.right.starts"]),
                share,
            )
            for i, (name, share) in enumerate(json.loads(str(saved["described"])))
        ]
