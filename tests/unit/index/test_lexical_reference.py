"""Own BM25 against bm25s, an independent implementation."""

import numpy as np
import pytest

from zjip_qa.index.lexical import LexicalIndex, QueryTerm

bm25s = pytest.importorskip("bm25s")


def test_equal_to_bm25s_on_random_texts() -> None:
    draw = np.random.default_rng(7)
    words = np.array([f"w{i}" for i in range(200)])
    # Zipf-like: a few words are everywhere, most are rare.
    p = 1 / np.arange(1, 201)
    chunks = [
        draw.choice(words, size=draw.integers(1, 80), p=p / p.sum()).tolist() for _ in range(300)
    ]
    theirs = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    theirs.index(chunks, show_progress=False)
    ours = LexicalIndex.build(len(chunks), chunks)
    for _ in range(20):
        query = sorted(set(draw.choice(words, size=5).tolist()) & set(ours.terms))
        expected = theirs.get_scores(query)
        found = ours.scores([QueryTerm.word(term) for term in query])
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-6)
