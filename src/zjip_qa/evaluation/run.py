"""Runs: what was retrieved for each query, in the items that the judgements speak of.

A hit is relevant when its chunk overlaps a place where the quote stands. Chunks overlap,
so several hits may show one place: the first *earns* it, and a later hit that shows only
places already earned counts as not relevant. Counting each of them instead would need an
ideal ranking that depends on how many chunks happen to touch the quote, and would hold
nDCG of a perfect ranking below 1. A hit that earns several places takes as many ranks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from zjip_qa.evaluation.qrels import place_item
from zjip_qa.evaluation.questions import Place
from zjip_qa.types import Hit

Run: TypeAlias = dict[str, dict[str, float]]
"""query_id → item → score; larger is better."""


def shows(hit: Hit, place: Place) -> bool:
    """Whether the hit's chunk overlaps the place."""
    doc_id, span = place
    return hit.chunk.doc_id == doc_id and hit.chunk.span.overlaps(span)


def first_relevant(hits: Sequence[Hit], places: Sequence[Place]) -> int | None:
    """Rank, from 1, of the first hit that shows a place; None when none does."""
    for rank, hit in enumerate(hits, start=1):
        if any(shows(hit, place) for place in places):
            return rank
    return None


def place_ranking(hits: Sequence[Hit], places: Sequence[Place]) -> list[str]:
    """Items of one query, best first: the places each hit earns, else the hit's chunk."""
    earned: set[str] = set()
    items: list[str] = []
    for hit in hits:
        shown = [place_item(place) for place in places if shows(hit, place)]
        new = [item for item in shown if item not in earned]
        earned.update(new)
        chunk = hit.chunk
        items += new or [f"chunk/{chunk.doc_id}/{chunk.start}-{chunk.end}"]
    return items


def first_per_document(hits: Iterable[Hit]) -> list[Hit]:
    """The best hit of each document, best first: the ranking of documents."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.chunk.doc_id, hit)
    return list(best.values())


def scored(items: Iterable[str]) -> dict[str, float]:
    """One query of a run from its ranking, best first; of an item repeated the first counts.

    The score is minus the rank. Retrieval scores themselves won't do: the measuring
    library sorts them as 32-bit floats and breaks ties by item name, so that scores that
    lie close would be ranked anew.
    """
    return {item: float(-rank) for rank, item in enumerate(dict.fromkeys(items), start=1)}
