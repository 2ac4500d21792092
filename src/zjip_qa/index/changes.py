"""What is different between two states of a corpus, document by document.

Covers comparing by content hash: two generations of an index, or an index and the folder that it
is to be brought up to date with. It reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Content = tuple[str, str | None]
"""Hash of a document and of its translation, if it has one."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Documents by `doc_id`, each in one of the lists, ordered.

    `moved` are pairs (from, to) of documents whose content went from one name to another; both
    names are in `removed` and `added` as well, since an index treats them so.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is different."""
        return bool(self.added or self.changed or self.removed)


def compare(old: Mapping[str, Content], new: Mapping[str, Content]) -> Changes:
    """Compare two corpora, given as `doc_id` → content."""
    added = sorted(new.keys() - old.keys())
    removed = sorted(old.keys() - new.keys())
    both = sorted(old.keys() & new.keys())
    gone: dict[Content, list[str]] = {}
    for doc_id in reversed(removed):
        gone.setdefault(old[doc_id], []).append(doc_id)
    moved = []
    for doc_id in added:
        if names := gone.get(new[doc_id]):
            moved.append((names.pop(), doc_id))
    return Changes(
        added=tuple(added),
        changed=tuple(doc_id for doc_id in both if old[doc_id] != new[doc_id]),
        removed=tuple(removed),
        unchanged=tuple(doc_id for doc_id in both if old[doc_id] == new[doc_id]),
        moved=tuple(moved),
    )
