"""Documents that say the same: copies to the last byte, and near copies.

Covers the signature of a text and finding alike ones among many. It judges letters, not meaning,
and only tells: a corpus with copies in it is indexed as it is.

A signature is a MinHash (Broder 1997) of the text's 5-character shingles, compared without case,
width, spaces and marks: two texts agree in one place of it with the probability of their shingles'
Jaccard similarity, so with 64 places the estimate is within 0.1 of it nearly always. Candidates are
texts that agree in 4 places running (banding, Leskovec et al., "Mining of Massive Datasets", §3.4);
each is compared with the first such text only, so the time is linear in the number of texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PLACES = 64
"""Length of a signature."""

ALIKE = 0.8
"""Least similarity of a near copy."""

_SHINGLE = 5
_BAND = 4
_SHORTEST = 40  # letters; shorter texts are alike by chance and by form
_LARGEST = np.uint32(0xFFFFFFFF)
_MARKS = re.compile(r"[\W_]+")
_BASE = np.uint64(1_000_003)

# Odd multipliers for multiply-shift hashing (Dietzfelbinger et al. 1997), the same everywhere.
_DRAW = np.random.Generator(np.random.PCG64(20240408))
_FACTORS = _DRAW.integers(0, 1 << 63, size=PLACES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_TERMS = _DRAW.integers(0, 1 << 63, size=PLACES, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`doc_id` says what `of`, which comes before it, says; `similarity` is 1 for exact copies."""

    doc_id: str
    of: str
    similarity: float


def signature(text: str) -> NDArray[np.uint32]:
    """The signature of a text, (PLACES,) uint32; all ones where the text is too short for one."""
    letters = _MARKS.sub("", unicodedata.normalize("NFKC", text)).lower()
    if len(letters) < _SHORTEST:
        return np.full(PLACES, _LARGEST, dtype=np.uint32)
    # A lone surrogate has no UTF-32 form; what it becomes is the same in every text.
    codes = np.frombuffer(letters.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    n = len(codes) - _SHINGLE + 1
    hashed = np.zeros(n, dtype=np.uint64)
    for place in range(_SHINGLE):
        hashed = hashed * _BASE + codes[place : place + n]
    hashed = np.unique(_mixed(hashed))
    shift = np.uint64(32)
    return np.array(
        [
            ((hashed * factor + term) >> shift).min()
            for factor, term in zip(_FACTORS, _TERMS, strict=True)
        ],
        dtype=np.uint32,
    )


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit over all: the finaliser of MurmurHash3."""
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))


def find_duplicates(
    doc_ids: Sequence[str], hashes: Sequence[str], signatures: NDArray[np.uint32]
) -> list[Duplicate]:
    """Find the documents that say what an earlier one says.

    Args:
        doc_ids: all documents, in order.
        hashes: of their bytes.
        signatures: (n_documents, PLACES).

    Returns:
        At most one for each document, in order: the exact copy if there is one, else the likest of
        the candidates.
    """
    found = {copy.doc_id: copy for copy in exact_duplicates(doc_ids, hashes)}
    long_enough = (signatures != _LARGEST).any(axis=1)
    best: dict[int, tuple[float, int]] = {}
    for start in range(0, PLACES, _BAND):
        firsts: dict[bytes, int] = {}
        bands = np.ascontiguousarray(signatures[:, start : start + _BAND])
        for row in np.flatnonzero(long_enough).tolist():
            first = firsts.setdefault(bands[row].tobytes(), row)
            if first == row or doc_ids[row] in found:
                continue
            alike = float((signatures[row] == signatures[first]).mean())
            if alike >= ALIKE:
                best[row] = max(best.get(row, (0.0, 0)), (alike, -first))
    for row, (alike, negative) in best.items():
        found[doc_ids[row]] = Duplicate(doc_ids[row], doc_ids[-negative], alike)
    return [found[doc_id] for doc_id in doc_ids if doc_id in found]


def exact_duplicates(doc_ids: Sequence[str], hashes: Sequence[str]) -> list[Duplicate]:
    """Find the documents whose bytes are those of an earlier one."""
    firsts: dict[str, str] = {}
    copies = []
    for doc_id, digest in zip(doc_ids, hashes, strict=True):
        first = firsts.setdefault(digest, doc_id)
        if first != doc_id:
            copies.append(Duplicate(doc_id, first, 1.0))
    return copies
