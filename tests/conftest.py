"""Fixtures that several rooms share: the shipped model and one index of the shipped corpus."""

from __future__ import annotations

from pathlib import Path

import pytest

from zjip_qa.embedding import Encoder, load_encoder
from zjip_qa.knowledge_base import KnowledgeBase

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shipped_encoder() -> Encoder:
    """The model in the package, loaded once."""
    return load_encoder()


@pytest.fixture(scope="session")
def shipped_index(shipped_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the shipped corpus. Tests read it; one that writes takes a copy."""
    folder = tmp_path_factory.mktemp("shipped") / "index"
    KnowledgeBase.build(ROOT / "corpus", folder, encoder=shipped_encoder)
    return folder


@pytest.fixture(scope="session")
def knowledge_base(shipped_index: Path, shipped_encoder: Encoder) -> KnowledgeBase:
    """The shipped corpus, opened once."""
    return KnowledgeBase.open(shipped_index, encoder=shipped_encoder)
