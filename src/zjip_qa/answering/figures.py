"""The figures that a question itself names, as conditions on what may answer it.

"第三届…有多少家参展商" must not be answered from a sentence on the second one. Years are left
out: `scope` settles them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from zjip_qa.answering.quantities import PROVISIONS, QuantityKind, find_quantities

_CENTURY = re.compile(r"[\s-]*centur(?:y|ies)\b", re.IGNORECASE)
_APPEAL = "二审"  # what English calls the second instance
_OPENING = re.compile(r"首[届个次批家部]")

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AskedFigures:
    """Ordinals, provisions, months and numbers of a question, comparable across the languages."""

    keys: frozenset[Key]

    def share_in(self, text: str, *, around: str) -> float:
        """Share of them that a sentence holds; half for one that only its chunk holds.

        1 for a question without figures.
        """
        if not self.keys:
            return 1.0
        own, near = figure_keys(text), figure_keys(around)
        return sum(1.0 if k in own else 0.5 if k in near else 0.0 for k in self.keys) / len(
            self.keys
        )


# The sentences of one passage are each weighed against the figures of the whole of it.
@lru_cache(maxsize=4096)
def figure_keys(text: str) -> frozenset[Key]:
    """Read every ordinal, provision, month and number of a text, whatever its language."""
    keys: set[Key] = set()
    for quantity in find_quantities(text):
        if quantity.kind is QuantityKind.DATE:
            if quantity.date[1]:
                keys.add(("month", str(quantity.date[1])))
        elif quantity.kind in (QuantityKind.RANK, QuantityKind.ORDINAL):
            if _CENTURY.match(text, quantity.span.end):
                continue
            sort = "provision" if quantity.unit in PROVISIONS else "rank"
            keys.add((sort, str(quantity.value)))
        elif quantity.value is not None and quantity.value != 1:
            keys.add(("number", str(quantity.value.normalize())))
    if _OPENING.search(text):
        keys.add(("rank", "1"))
    if _APPEAL in text:
        keys.add(("rank", "2"))
    return frozenset(keys)


def asked_figures(question: str, years: frozenset[int]) -> AskedFigures:
    """Read what figures a question names, its years left out.

    "First" and "第一" are left out too: in a question they mostly ask for a rank.
    """
    keys = figure_keys(question) - {("rank", "1")}
    return AskedFigures(keys - {("number", str(year)) for year in years})
