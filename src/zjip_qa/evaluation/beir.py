"""BEIR folders: `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`.

Format: Thakur et al., "BEIR", NeurIPS 2021. A passage's title, when it has one, becomes
its first line. Queries that the qrels don't judge are left out. It downloads nothing.
"""

from __future__ import annotations

from pathlib import Path

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.dataset import Dataset
from zjip_qa.evaluation.fields import read_lines, read_objects

HEADER = ["query-id", "corpus-id", "score"]


def read_beir(folder: str | Path, split: str = "test") -> Dataset:
    """Read a BEIR folder.

    Args:
        folder: holds the three files.
        split: which `qrels/*.tsv`.

    Raises:
        EvaluationError: a file is missing, empty or broken, or a judgement names a query
            or passage that isn't there; the message names the line and the reason.
    """
    folder = Path(folder)
    passages = _read_passages(folder / "corpus.jsonl")
    queries = _read_queries(folder / "queries.jsonl")
    path = folder / "qrels" / f"{split}.tsv"
    qrels: dict[str, dict[str, int]] = {}
    for number, line in read_lines(path):
        columns = line.split("\t")
        if number == 1 and columns == HEADER:
            continue
        where = f"{path}, line {number}"
        query_id, passage_id, grade = _judgement(columns, where)
        if query_id not in queries:
            raise EvaluationError(f"{where}: query '{query_id}' is not in queries.jsonl")
        if passage_id not in passages:
            raise EvaluationError(f"{where}: passage '{passage_id}' is not in corpus.jsonl")
        qrels.setdefault(query_id, {})[passage_id] = grade
    if not qrels:
        raise EvaluationError(f"{path} holds no judgements, expected tab-separated {HEADER}")
    return Dataset(passages, {query_id: queries[query_id] for query_id in qrels}, qrels)


def _read_passages(path: Path) -> dict[str, str]:
    passages: dict[str, str] = {}
    for _, fields in read_objects(path):
        passage_id = fields.text("_id")
        if passage_id in passages:
            raise fields.refusal(f"_id '{passage_id}' was used before; give each its own")
        # Known data sets hold passages of a title alone, or of nothing.
        parts = [fields.values.get(name) for name in ("title", "text")]
        if not isinstance(parts[1], str) or not isinstance(parts[0], str | None):
            raise fields.refusal("expected 'text', and 'title' if there is one, to be text")
        passages[passage_id] = "\n".join(
            part for part in parts if isinstance(part, str) and part.strip()
        )
    if not passages:
        raise EvaluationError(f"{path} holds no passages, expected one JSON object a line")
    return passages


def _read_queries(path: Path) -> dict[str, str]:
    queries: dict[str, str] = {}
    for _, fields in read_objects(path):
        query_id = fields.text("_id")
        if query_id in queries:
            raise fields.refusal(f"_id '{query_id}' was used before; give each its own")
        queries[query_id] = fields.text("text")
    return queries


def _judgement(columns: list[str], where: str) -> tuple[str, str, int]:
    if len(columns) != len(HEADER):
        raise EvaluationError(
            f"{where}: {len(columns)} tab-separated columns, expected {len(HEADER)}: {HEADER}"
        )
    query_id, passage_id, grade = columns
    try:
        return query_id, passage_id, int(grade)
    except ValueError as exc:
        raise EvaluationError(f"{where}: score is '{grade}', expected a whole number") from exc
