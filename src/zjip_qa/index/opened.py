"""An index opened for reading: every part loaded, every byte checked.

Covers loading one generation and refusing what cannot be trusted. It does not search; that is
`retrieval`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from zjip_qa.errors import BrokenIndex, StaleIndex
from zjip_qa.index.dense import DenseKind
from zjip_qa.index.dense_shards import DenseShards
from zjip_qa.index.generations import current
from zjip_qa.index.lexical import LexicalIndex
from zjip_qa.index.manifest import Manifest, verify
from zjip_qa.index.spans import SpanStore
from zjip_qa.index.store import Store

DENSE = "dense"
LEXICAL = "lexical"
TOKENS = "tokens"
SENTENCES = "sentences"
STORE = "texts"
SIGNATURES = "signatures.npy"
USER_DICTIONARY = "user_dictionary.txt"


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """All parts of one generation; row i of each belongs to chunk i.

    `tokens` and `sentences` hold vectors of each chunk's tokens and sentences; both are None when
    the index was built without token vectors. A server compares `folder`
    with `generations.current(index)` to see that a newer one is in use. Everything stays
    readable after a later build has removed the folder.
    """

    folder: Path
    manifest: Manifest
    dense: DenseShards
    lexical: LexicalIndex
    tokens: SpanStore | None
    sentences: SpanStore | None
    store: Store

    @property
    def generation(self) -> str:
        """Name of this generation, never used for another."""
        return self.folder.name

    @property
    def user_dictionary(self) -> Path | None:
        """The index's own copy of the jieba dictionary that its terms were cut with."""
        name = self.manifest.settings.user_dictionary
        return None if name is None else self.folder / name

    def close(self) -> None:
        """Close the texts."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_index(index: Path, *, fingerprint: str | None = None) -> OpenIndex:
    """Open the generation in use, comparing every file with its hash.

    Args:
        index: the folder that `zjip-qa index` wrote.
        fingerprint: of the encoder that will ask; None to take any.

    Raises:
        BrokenIndex: nothing there, or a file is missing or damaged.
        StaleIndex: another format version, or built with another model.
    """
    while True:
        folder = current(index)
        try:
            opened = load(folder, verify(folder))
        except BrokenIndex:
            # Two builds may have ended meanwhile, and the second removed the folder.
            if current(index) == folder:
                raise
            continue
        model = opened.manifest.model
        if fingerprint is not None and fingerprint != model.fingerprint:
            opened.close()
            raise StaleIndex(
                f"{index} was built with model {model.name} ({model.fingerprint[:12]}), settings "
                f"ask for another ({fingerprint[:12]}); run `zjip-qa index --rebuild`"
            )
        return opened


def load(folder: Path, manifest: Manifest) -> OpenIndex:
    """Load the parts of a folder whose files are known to be whole, and fit them together.

    Raises:
        BrokenIndex: a part cannot be read, or has another size than the manifest says.
    """
    dense = DenseShards(folder / DENSE, manifest.documents, DenseKind(manifest.dense))
    lexical = LexicalIndex.load(folder / LEXICAL)
    spans = manifest.settings.token_vectors
    tokens = SpanStore(folder / TOKENS, manifest.documents) if spans else None
    sentences = SpanStore(folder / SENTENCES, manifest.documents) if spans else None
    store = Store(folder / STORE, manifest.documents)
    expected = (manifest.n_chunks, manifest.model.dim, manifest.model.token_dim)
    parts = {
        DENSE: (dense.n_vectors, dense.dim, expected[2]),
        LEXICAL: (lexical.n_chunks, *expected[1:]),
        STORE: (store.n_chunks, *expected[1:]),
    }
    if tokens is not None:
        parts[TOKENS] = (tokens.n_chunks, expected[1], tokens.dim)
    if sentences is not None:
        parts[SENTENCES] = (sentences.n_chunks, sentences.dim, expected[2])
    for name, found in parts.items():
        if found != expected:
            store.close()
            raise BrokenIndex(
                f"{folder / name} holds (chunks, dim, token dim) {found}, the manifest says "
                f"{expected}; run `zjip-qa index --rebuild`"
            )
    return OpenIndex(folder, manifest, dense, lexical, tokens, sentences, store)
