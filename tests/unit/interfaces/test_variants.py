from pathlib import Path

import pytest

from zjip_qa.interfaces.variants import Variant, read_variant
from zjip_qa.retrieval import FusionWeights
from zjip_qa.settings import IndexSettings


def test_a_variant_says_what_it_does_otherwise() -> None:
    assert read_variant("retriever=dense") == Variant("retriever=dense", retriever="dense")
    mixed = read_variant("late_dense=0.8, threshold=0.5,late_lexical=0")
    assert mixed.weights == FusionWeights(late_dense=0.8, late_lexical=0.0)
    assert mixed.threshold == 0.5
    assert not mixed.needs_index


def test_chunks_and_encoder_need_an_index_of_their_own() -> None:
    chunks = read_variant("chunk_tokens=80,overlap_sentences=0")
    assert chunks.indexing == IndexSettings(chunk_tokens=80, overlap_sentences=0)
    assert chunks.needs_index
    assert read_variant("model=/models/x").needs_index
    there = read_variant("index=other,model=/models/x")
    assert (there.index, there.needs_index) == (Path("other"), False)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'' is not a setting"),
        ("dense", "'dense' is not a setting to compare; write NAME=VALUE with one of retriever,"),
        ("k1=2", "'k1=2' is not a setting"),
        ("retriever=splade", "'retriever=splade' cannot be: choose from hybrid, dense, lexical"),
        ("threshold=2", "from 0 to 1"),
        ("late_dense=x", "'late_dense=x' cannot be"),
        ("late_dense=nan", "a weight from 0 to 100"),
        ("chunk_tokens=3", "must be at least 16"),
        ("chunk_tokens=many", "'chunk_tokens=many' cannot be"),
        ("index=", "the value is missing"),
        ("index=a,chunk_tokens=80", "give either"),
    ],
)
def test_what_cannot_be_compared_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_variant(text)
