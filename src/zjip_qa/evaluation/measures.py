"""Ranking measures, per query and mean: a thin layer over `ir_measures`.

Formulas, cutoffs and ties are the library's (trec_eval's): nDCG with the grade as gain and
log2(rank + 1) as discount (Järvelin & Kekäläinen, 2002); Recall@k the share of relevant
items in the first k; RR one over the rank of the first relevant item; AP the mean
precision at the relevant items; Success@k whether a relevant item is in the first k. RR
and AP see as far as the run goes. Whether two means differ by chance is told in `significance`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zjip_qa.evaluation.qrels import Qrels
from zjip_qa.evaluation.run import Run

MEASURES = ("nDCG@10", "Recall@1", "Recall@5", "RR", "AP", "Success@1", "Success@5")
"""The measures that an evaluation reports, in the order of its tables."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Values of several measures for every judged query."""

    names: tuple[str, ...]
    per_query: dict[str, dict[str, float]]
    """query_id → measure → value in 0…1."""

    def mean(self, query_ids: Iterable[str] | None = None) -> dict[str, float]:
        """Mean of each measure over the judged queries, or those of them that are named.

        Returns:
            Measure → mean; empty when there is no query to take the mean of.
        """
        chosen = self.per_query if query_ids is None else query_ids
        rows = [self.per_query[query_id] for query_id in chosen if query_id in self.per_query]
        if not rows:
            return {}
        return {name: math.fsum(row[name] for row in rows) / len(rows) for name in self.names}


def measure(run: Run, qrels: Qrels, names: Sequence[str] = MEASURES) -> Measured:
    """Measure a run against judgements.

    Args:
        run: a judged query that it lacks scores 0 and stays in the mean; a query that is
            not judged is left out.
        qrels: the judgements.
        names: measures as `ir_measures` spells them, "Recall@k" for its "R@k".

    Raises:
        ValueError: a measure is not known.
    """
    import ir_measures  # here, because only an evaluation needs it

    try:
        parsed = {ir_measures.parse_measure(name): name for name in names}
    except (NameError, ValueError, SyntaxError) as exc:
        raise ValueError(f"not measures: {', '.join(names)} ({exc})") from exc
    per_query = {query_id: dict.fromkeys(names, 0.0) for query_id in qrels}
    for metric in ir_measures.iter_calc(list(parsed), qrels, run):
        per_query[metric.query_id][parsed[metric.measure]] = float(metric.value)
    return Measured(tuple(names), per_query)
