"""What `zjip-qa index` prints: for programs as JSON, for people in lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zjip_qa.documents import Problem
    from zjip_qa.documents.duplicates import Duplicate
    from zjip_qa.index import BuildPlan, BuildReport, Changes, History, Progress

_MAX_NAMED = 10


def build_json(report: BuildReport) -> dict[str, object]:
    """A finished build."""
    return {
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "unchanged": list(report.unchanged),
        "moved": [list(pair) for pair in report.moved],
        "problems": problems_json(report.problems),
        "duplicates": _duplicates_json(report.duplicates),
        "n_documents": report.n_documents,
        "n_chunks": report.n_chunks,
        "n_new_chunks": report.n_new_chunks,
        "seconds": round(report.seconds, 2),
        "generation": report.generation,
    }


def build_text(report: BuildReport, index: Path) -> str:
    """A finished build, in a line; one more for documents that say the same."""
    n_new = report.n_new_chunks
    new = f", {n_new} new chunks" if n_new < report.n_chunks else ""
    rate = f", {n_new / report.seconds:.0f} chunks/s" if n_new and report.seconds > 0 else ""
    changes = (
        f"{len(report.added)} added, {len(report.changed)} changed, "
        f"{len(report.removed)} removed, {len(report.unchanged)} unchanged"
    )
    line = (
        f"{index}: {report.n_documents} documents, {report.n_chunks} chunks ({changes}) "
        f"in {report.seconds:.1f} s{new}{rate}"
    )
    return "\n".join([line, *_duplicate_lines(report.duplicates)])


def plan_json(plan: BuildPlan) -> dict[str, object]:
    """What a build would do."""
    return {
        **_changes_json(plan.changes),
        "unchanged": list(plan.changes.unchanged),
        "problems": problems_json(plan.problems),
        "duplicates": _duplicates_json(plan.duplicates),
        "anew": plan.anew,
        "new_words": plan.new_words,
        "n_documents": plan.n_documents,
        "n_bytes": plan.n_bytes,
        "seconds": None if plan.seconds is None else round(plan.seconds, 1),
    }


def plan_text(plan: BuildPlan, index: Path) -> str:
    """What a build would do, in lines."""
    changes = plan.changes
    counts = (
        f"{len(changes.added)} to add, {len(changes.changed)} changed, "
        f"{len(changes.removed)} to remove, {len(changes.unchanged)} unchanged"
    )
    time = "unknown until a build has measured it" if plan.seconds is None else ""
    time = time or f"about {duration(plan.seconds or 0.0)}"
    lines = [f"{index}: {plan.n_documents} documents, {counts}", *named_changes(changes)]
    if plan.anew:
        lines.append(f"  everything is embedded anew: {plan.anew}")
    elif plan.new_words:
        lines.append("  words are cut anew: the user dictionary is another")
    if plan.problems:
        lines.append(f"  {len(plan.problems)} files would be left out, as far as is known:")
        lines += [f"    {p.doc_id}: {p.reason}" for p in plan.problems[:_MAX_NAMED]]
    lines += _duplicate_lines(plan.duplicates)
    lines.append(f"to embed: {size(plan.n_bytes)}; time: {time}; nothing was changed")
    return "\n".join(lines)


def pace(step: Progress) -> str:
    """How fast a build is, and how long it still takes."""
    if not step.rate or step.seconds_left is None:
        return ""
    return f"{size(step.rate)}/s, {duration(step.seconds_left)} left"


def duration(seconds: float) -> str:
    """A time as a person says it."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5970 else f"{seconds / 3600:.1f} h"


def size(n_bytes: float) -> str:
    """A number of bytes as a person says it."""
    return f"{n_bytes / 1e3:.1f} kB" if n_bytes < 999_950 else f"{n_bytes / 1e6:.1f} MB"


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


def _duplicates_json(duplicates: Sequence[Duplicate]) -> list[dict[str, object]]:
    return [
        {"doc_id": d.doc_id, "of": d.of, "similarity": round(d.similarity, 2)} for d in duplicates
    ]


def _duplicate_lines(duplicates: Sequence[Duplicate]) -> list[str]:
    if not duplicates:
        return []
    pairs = [
        f"{d.doc_id} = {d.of}" if d.similarity == 1 else f"{d.doc_id} ≈ {d.of}" for d in duplicates
    ]
    return [f"  {len(pairs)} say what another says (indexed all the same): {_some(pairs)}"]


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
