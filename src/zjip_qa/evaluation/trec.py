"""TREC run and qrels files, as trec_eval reads and writes them.

A run is `query Q0 item rank score tag` a line, qrels `query 0 item grade`. Of a run the score
decides, never the rank written beside it. Names must hold no white space there: writing replaces
each such character, and `%`, by its percent code, so that different names stay different.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from urllib.parse import quote

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.fields import read_lines
from zjip_qa.evaluation.qrels import Qrels
from zjip_qa.evaluation.run import Run

_UNWRITABLE = re.compile(r"[\s%]")


def read_qrels(path: str | Path) -> Qrels:
    """Read judgements.

    Raises:
        EvaluationError: the file is unreadable or empty, or a line isn't a judgement; the
            message names the line and the reason.
    """
    qrels: Qrels = {}
    for number, line in read_lines(Path(path)):
        where = f"{path}, line {number}"
        columns = _columns(line, "query 0 item grade", where)
        query_id, _, item, grade = columns
        judged = qrels.setdefault(query_id, {})
        if item in judged:
            raise EvaluationError(f"{where}: '{item}' was judged before for query '{query_id}'")
        try:
            judged[item] = int(grade)
        except ValueError as exc:
            raise EvaluationError(
                f"{where}: the grade is '{grade}', expected a whole number"
            ) from exc
    if not qrels:
        raise EvaluationError(f"{path} holds no judgements, expected 'query 0 item grade' a line")
    return qrels


def read_run(path: str | Path) -> tuple[str, Run]:
    """Read a run, and its tag: the last column of its first line.

    Raises:
        EvaluationError: the file is unreadable or empty, or a line isn't a result; the message
            names the line and the reason.
    """
    tag = ""
    run: Run = {}
    for number, line in read_lines(Path(path)):
        where = f"{path}, line {number}"
        query_id, _, item, _, score, named = _columns(line, "query Q0 item rank score tag", where)
        tag = tag or named
        found = run.setdefault(query_id, {})
        if item in found:
            raise EvaluationError(f"{where}: '{item}' was found before for query '{query_id}'")
        try:
            found[item] = float(score)
        except ValueError as exc:
            raise EvaluationError(f"{where}: the score is '{score}', expected a number") from exc
        if not math.isfinite(found[item]):
            raise EvaluationError(f"{where}: the score is '{score}', expected a finite number")
    if not run:
        raise EvaluationError(
            f"{path} holds no results, expected 'query Q0 item rank score tag' a line"
        )
    return tag, run


def qrels_text(qrels: Qrels) -> str:
    """Judgements as a TREC file."""
    return "".join(
        f"{_name(query_id)} 0 {_name(item)} {grade}\n"
        for query_id, judged in qrels.items()
        for item, grade in judged.items()
    )


def run_text(run: Run, tag: str) -> str:
    """A run as a TREC file, each query's results best first."""
    return "".join(
        f"{_name(query_id)} Q0 {_name(item)} {rank} {score!r} {_name(tag)}\n"
        for query_id, found in run.items()
        for rank, (item, score) in enumerate(
            sorted(found.items(), key=lambda each: (-each[1], each[0])), start=1
        )
    )


def _columns(line: str, expected: str, where: str) -> list[str]:
    columns = line.split()
    if len(columns) != len(expected.split()):
        raise EvaluationError(f"{where}: {len(columns)} columns, expected '{expected}'")
    return columns


def _name(text: str) -> str:
    return _UNWRITABLE.sub(lambda match: quote(match[0], safe=""), text)
