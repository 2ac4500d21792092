from pathlib import Path

import numpy as np
import pytest
from tests.encoders import HashingEncoder

from zjip_qa.embedding.encoder import SpanVectors
from zjip_qa.errors import BrokenIndex
from zjip_qa.index.spans import SpanStore, SpanStoreWriter

_TEXTS = ["专利转化 rate", "", "商标", "PCT patents in 2024"]


def _tokens() -> list[SpanVectors]:
    return HashingEncoder(token_dim=8).encode_passages(_TEXTS).tokens


def _write(folder: Path, tokens: list[SpanVectors]) -> SpanStore:
    with SpanStoreWriter(folder, 8) as writer:
        for each in tokens:
            writer.append(each)
    return SpanStore(folder)


def test_each_chunk_comes_back_within_half_a_step(tmp_path: Path) -> None:
    store = _write(tmp_path, _tokens())
    assert (store.n_chunks, store.dim) == (4, 8)
    for chunk_id, expected in enumerate(_tokens()):
        found = store.get(chunk_id)
        # 127 steps to 1, rounded: at most half a step away.
        np.testing.assert_allclose(found.vectors, expected.vectors, atol=0.5 / 127 + 1e-6)
        assert found.spans.tolist() == expected.spans.tolist()
        assert found.weights.tolist() == expected.weights.tolist()
    # 专, 利, 转, 化 and rate; nothing; 商 and 标; four words.
    assert [len(store.get(i).vectors) for i in range(4)] == [5, 0, 2, 4]


def test_components_are_rounded_and_clipped(tmp_path: Path) -> None:
    vectors = np.array([[1.0, -1.0, 0.5, 0.0, 1.2, 0.001, -0.5, 0.004]], dtype=np.float32)
    tokens = SpanVectors(vectors, np.array([[3, 5]], dtype=np.int32), np.ones(1, dtype=np.float32))
    rows = _write(tmp_path, [tokens]).get_many([0])
    # 0.5 · 127 = 63.5, rounded to even: 64; 0.004 · 127 = 0.508, rounded: 1.
    assert rows.vectors.tolist() == [[127, -127, 64, 0, 127, 0, -64, 1]]
    assert rows.spans.tolist() == [[3, 5]]


def test_many_come_in_the_order_asked_for(tmp_path: Path) -> None:
    store = _write(tmp_path, _tokens())
    vectors, spans, chunk_of, weights = store.get_many([3, 1, 0, 3])
    assert chunk_of.tolist() == [0] * 4 + [2] * 5 + [3] * 4
    parts = [store.get(i) for i in (3, 1, 0, 3)]
    assert spans.tolist() == [span for part in parts for span in part.spans.tolist()]
    assert weights.tolist() == [weight for part in parts for weight in part.weights.tolist()]
    assert vectors.dtype == np.int8
    assert len(store.get_many([]).vectors) == 0


def test_copied_ranges_equal_written_ones(tmp_path: Path) -> None:
    source = _write(tmp_path / "a", _tokens())
    with SpanStoreWriter(tmp_path / "b", 8) as writer:
        writer.copy(source, 2, 4)
        writer.append(_tokens()[0])
        writer.copy(source, 1, 1)
        writer.copy(source, 1, 2)
    four = _tokens()
    _write(tmp_path / "c", [four[2], four[3], four[0], four[1]])
    names = sorted(path.name for path in (tmp_path / "c").iterdir())
    assert [(tmp_path / "b" / n).read_bytes() for n in names] == [
        (tmp_path / "c" / n).read_bytes() for n in names
    ]


def test_an_empty_store(tmp_path: Path) -> None:
    store = _write(tmp_path, [_tokens()[1]])
    assert store.get(0).vectors.shape == (0, 8)
    with pytest.raises(IndexError):
        store.get(1)
    with pytest.raises(IndexError):
        store.get(-1)


def test_shapes_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    one = _tokens()[0]
    with SpanStoreWriter(tmp_path, 8) as writer:
        with pytest.raises(ValueError, match=r"\(n, 8\)"):
            writer.append(SpanVectors(one.vectors[:, :7], one.spans, one.weights))
        with pytest.raises(ValueError, match="weights"):
            writer.append(SpanVectors(one.vectors, one.spans, one.weights[:2]))
        with pytest.raises(ValueError, match="NaN"):
            writer.append(SpanVectors(one.vectors * np.nan, one.spans, one.weights))


@pytest.mark.parametrize(
    "name", ["shape.json", "vectors.i8", "spans.i32", "weights.f32", "offsets.i64"]
)
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    _write(tmp_path, _tokens())
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(BrokenIndex, match=name):
        SpanStore(tmp_path)
    path.unlink()
    with pytest.raises(BrokenIndex, match=name):
        SpanStore(tmp_path)
