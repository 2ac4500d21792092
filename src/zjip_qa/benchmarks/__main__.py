"""`python -m zjip_qa.benchmarks [--sizes 1000,10000] [--users 1,4,16,64] [--out FILE]`."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from zjip_qa.benchmarks import phases
from zjip_qa.evaluation.report_tables import Table
from zjip_qa.evaluation.report_text import table_text

_T = TypeVar("_T")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print tables, and write all figures as JSON if asked to."""
    parser = argparse.ArgumentParser(prog="python -m zjip_qa.benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000", help="chunks of the indexes")
    parser.add_argument(
        "--legs",
        default="",
        help="sizes to which the first of --sizes is grown, to measure the legs only, as 1000000",
    )
    parser.add_argument("--users", default="1,4,16,64", help="users at once, at the first size")
    parser.add_argument("--questions", type=int, default=100, help="questions asked at each size")
    parser.add_argument("--encode", type=int, default=200, help="chunks for the real encoder")
    parser.add_argument(
        "--no-token-vectors",
        action="store_true",
        help="build without them: some 17 KB a chunk less, and no answers",
    )
    parser.add_argument(
        "--folder", type=Path, help="where the indexes are made; default: temporary"
    )
    parser.add_argument(
        "--real", type=Path, help="index whose vectors are taken to compare kinds of FAISS index"
    )
    parser.add_argument("--out", type=Path, help="write all figures to this file, as JSON")
    given = parser.parse_args(arguments)
    # As the command line and the page do; processes of their own inherit it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    figures: dict[str, Any] = {"machine": machine()}
    tell(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        if given.encode:
            figures["encode"] = apart(phases.encode, folder / "real", given.encode)
            show("Building with the shipped encoder", {"": figures["encode"]})
            figures["start-up"] = phases.start_up(folder / "real")
            show("Start-up", {"": figures["start-up"]})
        for place, size in enumerate(numbers(given.sizes)):
            figures[str(size)] = one_size(
                folder / str(size),
                size,
                given.questions,
                numbers(given.users) if place == 0 else [],
                token_vectors=not given.no_token_vectors,
                real=given.real,
            )
        for size in numbers(given.legs):
            small = folder / str(numbers(given.sizes)[0])
            figures[f"legs {size}"] = the_legs(small, size, given.questions, real=given.real)
    if given.out is not None:
        given.out.write_text(json.dumps(figures, ensure_ascii=False, indent=2), encoding="utf-8")


def one_size(
    folder: Path,
    size: int,
    n_questions: int,
    users: Sequence[int],
    *,
    token_vectors: bool,
    real: Path | None = None,
) -> dict[str, Any]:
    """Everything that is measured at one size, shown as it comes."""
    built = apart(phases.build, folder, size, token_vectors=token_vectors)
    show(f"{size:,} chunks: building, vectors made up", {"": built})
    asked = apart(phases.ask, folder, n_questions)
    opened = asked.pop("open")
    show(f"{size:,} chunks: opening", {"": opened})
    show(f"{size:,} chunks: a question, milliseconds", asked)
    kinds = dict(apart(phases.index_types, size, apart(phases.dimension), real))
    show(f"{size:,} vectors: kinds of FAISS index, one thread", kinds)
    many = {str(n): apart(phases.throughput, folder, n, answers=token_vectors) for n in users}
    if many:
        show(f"{size:,} chunks: users at once", many)
    return {"build": built, "open": opened, "stages": asked, "kinds": kinds, "users": many}


def the_legs(
    folder: Path, size: int, n_questions: int, *, real: Path | None = None
) -> dict[str, Any]:
    """The two legs at a size that the index in `folder` is grown to, shown as they come."""
    grown = apart(phases.grow, folder, size)
    asked = apart(phases.legs, folder, size, n_questions)
    opened = {**grown, **asked.pop("open")}
    show(f"{size:,} chunks: the legs, open", {"": opened})
    show(f"{size:,} chunks: the legs, milliseconds", asked)
    kinds = dict(apart(phases.index_types, size, apart(phases.dimension), real))
    show(f"{size:,} vectors: kinds of FAISS index, one thread", kinds)
    return {"open": opened, "stages": asked, "kinds": kinds}


def apart(measure: Callable[..., _T], *arguments: object, **options: object) -> _T:
    """Measure in a process of its own, begun anew, so that no memory is left of another."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(measure, *arguments, **options).result()


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "platform": platform.platform(),
        "processor": platform.processor(),
        "n_processors": os.cpu_count(),
        "python": platform.python_version(),
    }


def numbers(text: str) -> list[int]:
    """Read "1000,10000"."""
    return [int(each) for each in text.split(",") if each]


def show(title: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    """Print a table: names down, figures across."""
    columns = tuple(dict.fromkeys(name for row in rows.values() for name in row if name != "n"))
    body = tuple(
        (name, str(int(row.get("n", 1))), *(_figure(row[column]) for column in columns))
        for name, row in rows.items()
    )
    tell(table_text(Table(title, ("", "n", *columns), body)) + "\n")


def _figure(value: float) -> str:
    """Three digits, or all of a whole number's."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def tell(text: str) -> None:
    """Print a line at once: the next one may take minutes."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
