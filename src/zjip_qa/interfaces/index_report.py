"""What `zjip-qa index` prints: for programs as JSON, for people in lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zjip_qa.documents import Problem
    from zjip_qa.index import BuildReport, Changes, History

_MAX_NAMED = 10


def build_json(report: BuildReport) -> dict[str, object]:
    """A finished build."""
    return {
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "unchanged": list(report.unchanged),
        "problems": problems_json(report.problems),
        "n_documents": report.n_documents,
        "n_chunks": report.n_chunks,
        "seconds": round(report.seconds, 2),
        "generation": report.generation,
    }


def build_text(report: BuildReport, index: Path) -> str:
    """A finished build, in a line."""
    rate = report.n_chunks / report.seconds if report.seconds > 0 else 0.0
    changes = (
        f"{len(report.added)} added, {len(report.changed)} changed, "
        f"{len(report.removed)} removed, {len(report.unchanged)} unchanged"
    )
    return (
        f"{index}: {report.n_documents} documents, {report.n_chunks} chunks ({changes}) "
        f"in {report.seconds:.1f} s, {rate:.0f} chunks/s"
    )


def rollback_json(history: History) -> dict[str, object]:
    """The index after going back; `added` and so on are what going back did."""
    return {
        "generation": history.current.name,
        "created": history.current.created,
        "n_documents": history.current.n_documents,
        "n_chunks": history.current.n_chunks,
        "kept": history.previous.name if history.previous else None,
        **_changes_json(history.changes),
    }


def rollback_text(history: History, index: Path) -> str:
    """The index after going back, and how to undo that."""
    lines = [
        f"{index}: back at the index of {history.current.created} "
        f"({history.current.n_documents} documents, {history.current.n_chunks} chunks)",
        *named_changes(history.changes),
        "the other one is kept: `zjip-qa index --rollback` again goes back to it, and "
        "`zjip-qa index` brings the index up to date with the corpus",
    ]
    return "\n".join(lines)


def named_changes(changes: Changes) -> list[str]:
    """One line for each kind of change, with the first of the names."""
    kinds = {"added": changes.added, "changed": changes.changed, "removed": changes.removed}
    lines = [f"  {len(names)} {kind}: {_some(names)}" for kind, names in kinds.items() if names]
    if changes.moved:
        pairs = [f"{old} → {new}" for old, new in changes.moved]
        lines.append(f"  {len(pairs)} of these only moved: {_some(pairs)}")
    return lines


def problems_json(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Files that are left out."""
    return [{"doc_id": p.doc_id, "reason": p.reason} for p in problems]


def _changes_json(changes: Changes) -> dict[str, object]:
    return {
        "added": list(changes.added),
        "changed": list(changes.changed),
        "removed": list(changes.removed),
        "moved": [list(pair) for pair in changes.moved],
    }


def _some(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _MAX_NAMED else ""
    return ", ".join(names[:_MAX_NAMED]) + more
