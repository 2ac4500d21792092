"""Reads the training data: tab-separated pairs, one source a file."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from pathlib import Path

Pair = tuple[str, str]


def read_pairs(path: Path) -> Iterator[Pair]:
    """Read rows of two columns, skipping what isn't a pair.

    Args:
        path: a `.tsv` or `.tsv.gz` file, UTF-8; further columns are ignored.
    """
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as rows:
        for row in rows:
            left, _, rest = row.rstrip("\n").partition("\t")
            right = rest.partition("\t")[0]
            if left and right:
                yield left, right


def sample_sentences(data: Path, n_per_source: int, seed: int) -> tuple[list[str], list[str]]:
    """Draw English and Chinese sentences from every parallel source.

    Args:
        data: the folder that holds `parallel/*.tsv.gz`.
        n_per_source: most pairs of one source, so that none outweighs the rest.
        seed: of the drawing.
    """
    draw = random.Random(seed)
    pairs: list[Pair] = []
    for path in sorted((data / "parallel").glob("*.tsv.gz")):
        rows = list(read_pairs(path))
        pairs.extend(draw.sample(rows, min(n_per_source, len(rows))))
    draw.shuffle(pairs)
    return [english for english, _ in pairs], [chinese for _, chinese in pairs]
