"""The generation in use and the one before it: what lies between them.

Covers the comparison that a person looks at before going back; going back is
`generations.rollback`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from zjip_qa.errors import IndexUnusable
from zjip_qa.index.changes import Changes, compare
from zjip_qa.index.generations import current, previous
from zjip_qa.index.manifest import Manifest, read_manifest


@dataclass(frozen=True, slots=True)
class Generation:
    """One built index. `created` is in UTC, ISO 8601; `name` is of its folder."""

    name: str
    created: str
    model: str
    n_documents: int
    n_chunks: int


@dataclass(frozen=True, slots=True)
class History:
    """The generation in use, the one before if it can be read, and what changed in between.

    `new_words` says that the two cut words with different dictionaries.
    """

    current: Generation
    previous: Generation | None = None
    changes: Changes = field(default_factory=Changes)
    new_words: bool = False


def history(index: Path) -> History:
    """Compare the generation in use with the one before.

    Raises:
        IndexUnusable: there is no index, or the manifest in use is damaged.
    """
    folder = current(index)
    now = read_manifest(folder)
    before = previous(index)
    if before is None:
        return History(_generation(folder, now))
    try:
        earlier = read_manifest(before)
    except IndexUnusable:
        return History(_generation(folder, now))
    return History(
        _generation(folder, now),
        _generation(before, earlier),
        compare(earlier.contents, now.contents),
        earlier.segmenter != now.segmenter,
    )


def _generation(folder: Path, manifest: Manifest) -> Generation:
    return Generation(
        folder.name,
        manifest.created,
        manifest.model.name,
        len(manifest.documents),
        manifest.n_chunks,
    )
