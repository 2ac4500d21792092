"""The choices that a build or a server is made with, in one frozen value.

Built once, in `interfaces`, and passed down. What decides the content of an index is in
`IndexSettings`, which the manifest records; the rest is about one process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What decides the content of an index, given the corpus and the encoder.

    Attributes:
        chunk_tokens: most tokens of the encoder in a chunk, headings not counted.
        overlap_sentences: sentences that a chunk repeats from the one before it.
        token_vectors: keep vectors of tokens, for late interaction, and of sentences (together
            some 17 KB a chunk).
        user_dictionary: jieba user dictionary, or None.
        exact_up_to: passages up to which a question is compared with every vector; in a larger
            index with 8-bit integers first, and exactly with those that come nearest.
    """

    chunk_tokens: int = 160
    overlap_sentences: int = 1
    token_vectors: bool = True
    user_dictionary: Path | None = None
    exact_up_to: int = 50_000

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be meant."""
        if self.chunk_tokens < 16:
            raise ValueError(f"chunk_tokens must be at least 16, got {self.chunk_tokens}")
        if self.overlap_sentences < 0:
            raise ValueError(f"overlap_sentences must be 0 or more, got {self.overlap_sentences}")
        if self.exact_up_to < 0:
            raise ValueError(f"exact_up_to must be 0 or more, got {self.exact_up_to}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and how the server listens."""

    corpus: Path = Path("corpus")
    index: Path = Path("index")
    model: str | None = None
    host: str = "127.0.0.1"
    port: int = 7860
    indexing: IndexSettings = field(default_factory=IndexSettings)
