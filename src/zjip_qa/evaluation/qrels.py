"""Judgements: which items are relevant to which query.

What is judged is a *place* where a question's quote stands, or, in a data set, a whole
passage; never a chunk, so that judgements outlive any chunking. `run` maps hits to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from zjip_qa.evaluation.questions import Place

Qrels: TypeAlias = dict[str, dict[str, int]]
"""query_id → item → grade; an item with a grade above 0 is relevant."""


def place_item(place: Place) -> str:
    """The name of a judged place. The prefix keeps it apart from every chunk's name."""
    doc_id, span = place
    return f"place/{doc_id}/{span.start}-{span.end}"


def quote_qrels(places: Mapping[str, Sequence[Place]]) -> Qrels:
    """Judge each place relevant, grade 1; a query without places is left out.

    Args:
        places: by question id, where its quote stands.
    """
    return {
        query_id: {place_item(place): 1 for place in found}
        for query_id, found in places.items()
        if found
    }
