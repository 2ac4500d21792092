"""Questions with their passages as token ids, kept in one file: what the reader is trained on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import IntEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from zjip_qa.training.reading_data import Example


class Origin(IntEnum):
    """Where a row comes from."""

    ASKED = 0
    """A person asked."""
    MADE = 1
    """A cloze."""
    TRANSLATION = 2
    """No question: a text beside its translation, to guess masked words from."""


@dataclass(frozen=True, slots=True)
class ReadingRows:
    """Row i is [CLS] question [SEP] passage [SEP], `ids[starts[i]:starts[i + 1]]`.

    Attributes:
        ids: (n_tokens,) int32.
        starts: (n_rows + 1,) int64.
        passages: (n_rows,) int32, position of the passage's first token in its row.
        answers: (n_rows, 2) int32, positions of the answer's first and last token, 0 for none.
        origins: (n_rows,) uint8, of `Origin`.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    passages: NDArray[np.int32]
    answers: NDArray[np.int32]
    origins: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.passages)

    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each row."""
        return np.diff(self.starts)

    def save(self, path: Path) -> None:
        """Write all to one `.npz` file."""
        with path.open("wb") as file:
            np.savez_compressed(
                file, allow_pickle=False, **{f.name: getattr(self, f.name) for f in fields(self)}
            )

    @classmethod
    def load(cls, path: Path) -> ReadingRows:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as saved:
            return cls(**{f.name: saved[f.name] for f in fields(cls)})


def joined_rows(parts: Iterable[ReadingRows]) -> ReadingRows:
    """Lay sets of rows one after another."""
    parts = list(parts)
    lengths = np.concatenate([part.lengths() for part in parts])
    return ReadingRows(
        np.concatenate([part.ids for part in parts]),
        np.concatenate([[0], np.cumsum(lengths)]),
        np.concatenate([part.passages for part in parts]),
        np.concatenate([part.answers for part in parts]),
        np.concatenate([part.origins for part in parts]),
    )


def pack(examples: Iterable[Example], tokenizer: Tokenizer, origin: Origin) -> ReadingRows:
    """Cut examples into tokens; an answer that was cut off with its passage becomes none."""
    rows = list(_rows(examples, tokenizer, cut_question=origin is not Origin.TRANSLATION))
    return ReadingRows(
        np.fromiter((i for ids, *_ in rows for i in ids), np.int32),
        np.concatenate([[0], np.cumsum([len(ids) for ids, *_ in rows], dtype=np.int64)]),
        np.array([first for _, first, _, _ in rows], dtype=np.int32),
        np.array([(start, end) for *_, start, end in rows], dtype=np.int32).reshape(-1, 2),
        np.full(len(rows), origin, dtype=np.uint8),
    )


def _rows(
    examples: Iterable[Example], tokenizer: Tokenizer, *, cut_question: bool
) -> Iterator[tuple[list[int], int, int, int]]:
    from zjip_qa.answering.reader import LONGEST, LONGEST_QUESTION, joined

    longest = LONGEST_QUESTION if cut_question else LONGEST // 2
    stream = iter(examples)
    while some := list(islice(stream, 1024)):
        asked = tokenizer.encode_batch([e.question for e in some], add_special_tokens=False)
        read = tokenizer.encode_batch([e.passage for e in some], add_special_tokens=False)
        for example, question, passage in zip(some, asked, read, strict=True):
            ids, first = joined(tokenizer, question.ids, passage.ids, longest_question=longest)
            covered = [
                i
                for i, (start, end) in enumerate(passage.offsets[: len(ids) - 1 - first])
                if example.answer and start < example.answer.end and end > example.answer.start
            ]
            if covered:
                yield ids, first, first + covered[0], first + covered[-1]
            else:
                yield ids, first, 0, 0
