"""What every `Encoder` must do, whichever model stands behind it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tests.encoders import HashingEncoder
from tests.tiny_models import save_bert, save_static

from zjip_qa.embedding import Encoded, Encoder, load_encoder
from zjip_qa.types import Span

TEXTS = [
    "2023年,浙江省有效专利拥有量达212万件。",
    "How many valid patents did Zhejiang hold in 2023?",
    "专利(patent)与商标 trademark 的 licensing",
    "",
    "Ｐａｔｅｎｔ２０２３年，全形：８４．５％　增長",
    "浙江省智慧財產權保護條例與專利轉化",
    "a",
    "🚀专利👍🏽转化𠮷祥 ﬁne",
    "专利转化,许可。" * 60,
    "   专利\n\n  转\t化  ",
    "!?……——《》",
    "The province issued 18 institutional arrangements. " * 8,
]
NAMES = ["shipped", "bert", "metaspace", "static", "hashing"]


@pytest.fixture(scope="module", params=NAMES)
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    if request.param == "shipped":
        shipped: Encoder = request.getfixturevalue("shipped_encoder")
        return shipped
    if request.param == "hashing":
        return HashingEncoder()
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "static":
        return load_encoder(str(save_static(folder)))
    return load_encoder(str(save_bert(folder, metaspace=request.param == "metaspace")))


def test_vectors_are_unit_rows_in_the_order_of_the_texts(encoder: Encoder) -> None:
    for encoded in (encoder.encode_passages(TEXTS), encoder.encode_queries(TEXTS)):
        assert encoded.vectors.shape == (len(TEXTS), encoder.dim)
        assert encoded.vectors.dtype == np.float32
        assert len(encoded.tokens) == len(TEXTS)
        said = [i for i, text in enumerate(TEXTS) if any(c.isalnum() for c in text)]
        np.testing.assert_allclose(np.linalg.norm(encoded.vectors[said], axis=1), 1, atol=1e-5)
        assert np.isfinite(encoded.vectors).all()


def test_sentences_get_unit_vectors_within_their_passage(encoder: Encoder) -> None:
    passages = [
        "专利转化。",
        "2023年，浙江省有效专利拥有量达212万件。许可合同共三百件。！！",
        "a b",
        "",
    ]
    wanted = [[Span(0, 5)], [Span(0, 23), Span(23, 32), Span(32, 34)], [], []]
    found = encoder.encode_passages(passages, wanted).sentences
    assert [len(each.vectors) for each in found][2:] == [0, 0]
    for each, spans in zip(found, wanted, strict=True):
        n = len(each.vectors)
        assert each.vectors.shape == (n, encoder.dim)
        assert each.vectors.dtype == np.float32
        assert [Span(*span) for span in each.spans.tolist()] == spans[:n]
        np.testing.assert_allclose(np.linalg.norm(each.vectors, axis=1), 1, atol=1e-5)
    assert all(len(each.vectors) == 0 for each in encoder.encode_passages(passages).sentences)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    for encoded in (encoder.encode_passages([]), encoder.encode_queries([])):
        assert encoded.vectors.shape == (0, encoder.dim)
        assert encoded.tokens == []
    assert encoder.count_tokens([]) == []


def test_neither_neighbours_nor_order_change_a_vector(encoder: Encoder) -> None:
    """Padding to the longest text of a batch must leave no trace."""
    together = encoder.encode_passages(TEXTS)
    backwards = encoder.encode_passages(TEXTS[::-1])
    alone = [encoder.encode_passages([text]) for text in TEXTS]
    for i in range(len(TEXTS)):
        for other, j in ((backwards, len(TEXTS) - 1 - i), (alone[i], 0)):
            _assert_same(together, i, other, j)


def test_threads_share_an_encoder(encoder: Encoder) -> None:
    expected = encoder.encode_queries(TEXTS[:3])
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda text: encoder.encode_queries([text]), TEXTS[:3] * 2))
    for i, encoded in enumerate(found):
        _assert_same(expected, i % 3, encoded, 0)


@pytest.mark.parametrize("kind", ["passages", "queries"])
def test_token_spans_point_at_words_of_the_text_in_order(encoder: Encoder, kind: str) -> None:
    encode = encoder.encode_passages if kind == "passages" else encoder.encode_queries
    for text, tokens in zip(TEXTS, encode(TEXTS).tokens, strict=True):
        n = len(tokens.spans)
        assert tokens.vectors.shape == (n, encoder.token_dim)
        assert tokens.weights.shape == (n,)
        assert (tokens.weights > 0).all()
        assert tokens.vectors.dtype == np.float32
        assert tokens.spans.dtype == np.int32
        if n:
            np.testing.assert_allclose(np.linalg.norm(tokens.vectors, axis=1), 1, atol=1e-5)
        covered = [text[start:end] for start, end in tokens.spans]
        assert all(0 <= start < end <= len(text) for start, end in tokens.spans)
        assert all(word == word.strip() for word in covered)
        assert (np.diff(tokens.spans[:, 0]) >= 0).all()
        assert all(any(c.isalnum() for c in word) for word in covered)


def test_token_vectors_cover_the_first_word_behind_any_prefix(encoder: Encoder) -> None:
    if encoder.token_dim == 0:
        pytest.skip("the model has no token vectors")
    for encoded in (encoder.encode_queries(["专利转化"]), encoder.encode_passages(["专利转化"])):
        covered = {i for start, end in encoded.tokens[0].spans for i in range(start, end)}
        assert covered == {0, 1, 2, 3}


def test_counting_tokens_does_not_cut(encoder: Encoder) -> None:
    one, many = encoder.count_tokens(["专利转化许可", "专利 转化 许可 " * 200])
    assert 0 < one <= 6
    assert many > encoder.max_tokens
    assert encoder.count_tokens([""]) == [0]


def test_a_fingerprint_is_short_and_stable(encoder: Encoder) -> None:
    assert encoder.fingerprint == encoder.fingerprint
    assert len(encoder.fingerprint) >= 16
    assert encoder.name


def _assert_same(one: Encoded, i: int, other: Encoded, j: int) -> None:
    np.testing.assert_allclose(one.vectors[i], other.vectors[j], atol=1e-5)
    np.testing.assert_array_equal(one.tokens[i].spans, other.tokens[j].spans)
    np.testing.assert_allclose(one.tokens[i].vectors, other.tokens[j].vectors, atol=1e-5)
    np.testing.assert_allclose(one.tokens[i].weights, other.tokens[j].weights)
