import numpy as np
from tests.encoders import HashingEncoder

from zjip_qa.index.encoding import beside_chunk, encode_chunks
from zjip_qa.types import Chunk, ChunkId, Sentence, Span

TEXT = "浙江有专利。宁波有商标。杭州有版权。"
SENTENCES = [Sentence(Span(0, 6)), Sentence(Span(6, 12)), Sentence(Span(12, 18))]
TRANSLATIONS = [(Span(0, 6), "Zhejiang has patents."), (Span(6, 18), "Ningbo and Hangzhou too.")]


def chunk(start: int, end: int) -> Chunk:
    return Chunk("a.md", start, end, TEXT[start:end], (), ChunkId(0))


def test_a_translation_stands_where_its_source_does() -> None:
    encoder = HashingEncoder()
    alone = encode_chunks(encoder, [chunk(0, 18)], "", SENTENCES)
    both = encode_chunks(encoder, [chunk(0, 18)], "", SENTENCES, TRANSLATIONS)
    assert np.array_equal(both.vectors, alone.vectors)
    n_own = len(alone.tokens[0].vectors)
    assert np.array_equal(both.tokens[0].spans[:n_own], alone.tokens[0].spans)
    beside = both.tokens[0]
    assert sorted({(a, b) for a, b in beside.spans[n_own:].tolist()}) == [(0, 6), (6, 18)]
    assert not beside.weights[n_own:].any()
    # A word of the translation is met by the same word of a question.
    (word,) = encoder.encode_queries(["patents"]).tokens
    near = beside.vectors[n_own:] @ word.vectors[0]
    assert beside.spans[n_own:][near.argmax()].tolist() == [0, 6]
    assert near.max() > 0.99
    assert both.sentences[0].spans.tolist() == [[0, 6], [6, 12], [12, 18], [0, 6], [6, 18]]


def test_each_chunk_has_its_own_part_of_the_translation() -> None:
    encoder = HashingEncoder()
    chunks = [chunk(0, 6), chunk(6, 12), chunk(12, 18)]
    assert [len(beside_chunk(TRANSLATIONS, each)) for each in chunks] == [1, 1, 0]
    alone = encode_chunks(encoder, chunks, "", SENTENCES)
    both = encode_chunks(encoder, chunks, "", SENTENCES, TRANSLATIONS)
    longer = [
        len(b.vectors) - len(a.vectors) for a, b in zip(alone.tokens, both.tokens, strict=True)
    ]
    assert longer[0] > 0
    assert longer[1] > 0
    assert longer[2] == 0
