"""Settings to compare, as the command line names them: "late_dense=0.8,threshold=0.5".

A variant says what it does otherwise than the run it is compared with; everything else is the
same. What changes the index itself (chunks, encoder) is built for the purpose from the corpus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zjip_qa.settings import IndexSettings

if TYPE_CHECKING:
    from zjip_qa.retrieval import FusionWeights

RETRIEVERS = ("hybrid", "dense", "lexical")
_INDEXING: dict[str, Callable[[IndexSettings, str], IndexSettings]] = {
    "chunk_tokens": lambda settings, text: replace(settings, chunk_tokens=int(text)),
    "overlap_sentences": lambda settings, text: replace(settings, overlap_sentences=int(text)),
}
_WEIGHTS = ("lexical_zh", "lexical_en", "late_dense", "late_lexical", "last_look")
NAMES = ("retriever", "threshold", *_WEIGHTS, *_INDEXING, "model", "index")


@dataclass(frozen=True, slots=True)
class Variant:
    """One setting to compare; None is what the run it is compared with has.

    Attributes:
        name: as the user wrote it.
        threshold: confidence to answer from.
        indexing: chunks to build an index of.
        model: another encoder, which an index is built with.
        index: another index, which is there already.
    """

    name: str
    retriever: str | None = None
    threshold: float | None = None
    weights: FusionWeights | None = None
    indexing: IndexSettings | None = None
    model: str | None = None
    index: Path | None = None

    @property
    def needs_index(self) -> bool:
        """Whether an index must be built for it."""
        return self.indexing is not None or (self.model is not None and self.index is None)


def read_variant(text: str) -> Variant:
    """Read "NAME=VALUE", several joined by commas.

    Raises:
        ValueError: a name isn't known or a value can't be; says which are.
    """
    variant = Variant(text.strip())
    for part in text.split(","):
        name, sign, value = (each.strip() for each in part.partition("="))
        if not sign or name not in NAMES:
            raise ValueError(
                f"'{part.strip()}' is not a setting to compare; write NAME=VALUE with one of "
                f"{', '.join(NAMES)}"
            )
        try:
            variant = _with(variant, name, value)
        except ValueError as exc:
            raise ValueError(f"'{part.strip()}' cannot be: {exc}") from exc
    if variant.indexing is not None and variant.index is not None:
        raise ValueError(f"'{text}' names an index and how to build one; give either")
    return variant


def _with(variant: Variant, name: str, value: str) -> Variant:
    if name in _INDEXING:
        indexing = variant.indexing or IndexSettings()
        return replace(variant, indexing=_INDEXING[name](indexing, value))
    if name in _WEIGHTS:
        return replace(variant, weights=_weighted(variant.weights, name, float(value)))
    if name == "retriever":
        if value not in RETRIEVERS:
            raise ValueError(f"choose from {', '.join(RETRIEVERS)}")
        return replace(variant, retriever=value)
    if name == "threshold":
        if not 0 <= (threshold := float(value)) <= 1:
            raise ValueError("expected a number from 0 to 1")
        return replace(variant, threshold=threshold)
    if not value:
        raise ValueError("the value is missing")
    if name == "model":
        return replace(variant, model=value)
    return replace(variant, index=Path(value))


def _weighted(weights: FusionWeights | None, name: str, value: float) -> FusionWeights:
    from zjip_qa.retrieval import FusionWeights

    if not 0 <= value <= 100:
        raise ValueError("expected a weight from 0 to 100")
    # One field of four by name; a table of four functions would say no more.
    return replace(weights or FusionWeights(), **{name: value})
