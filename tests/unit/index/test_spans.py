from pathlib import Path

import numpy as np
import pytest
from tests.encoders import HashingEncoder

from zjip_qa.embedding.encoder import SpanVectors
from zjip_qa.errors import BrokenIndex
from zjip_qa.index.manifest import DocumentRecord
from zjip_qa.index.spans import SpanStore, SpanStoreWriter, shard_of

_TEXTS = ["专利转化 rate", "", "商标", "PCT patents in 2024"]


def _tokens() -> list[SpanVectors]:
    return HashingEncoder(token_dim=8).encode_passages(_TEXTS).tokens


def _records(documents: dict[str, list[SpanVectors]]) -> list[DocumentRecord]:
    first, records = 0, []
    for doc_id, chunks in documents.items():
        records.append(DocumentRecord(doc_id, doc_id * 8, None, first, len(chunks)))
        first += len(chunks)
    return records


def _write(folder: Path, documents: dict[str, list[SpanVectors]]) -> SpanStore:
    with SpanStoreWriter(folder, 8) as writer:
        for doc_id, chunks in documents.items():
            _add(writer, doc_id, chunks)
    return SpanStore(folder, _records(documents))


def _add(writer: SpanStoreWriter, doc_id: str, chunks: list[SpanVectors]) -> None:
    writer.begin(doc_id)
    for each in chunks:
        writer.append(each)
    writer.end()


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_each_chunk_comes_back_within_half_a_step(tmp_path: Path) -> None:
    one, two, three, four = _tokens()
    store = _write(tmp_path, {"a": [one, two], "b": [three], "c": [four]})
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
    rows = _write(tmp_path, {"a": [tokens]}).get_many([0])
    # 0.5 · 127 = 63.5, rounded to even: 64; 0.004 · 127 = 0.508, rounded: 1.
    assert rows.vectors.tolist() == [[127, -127, 64, 0, 127, 0, -64, 1]]
    assert rows.spans.tolist() == [[3, 5]]


def test_a_model_without_token_vectors_gives_empty_ones(tmp_path: Path) -> None:
    nothing = SpanVectors(
        np.empty((0, 0), np.float32), np.empty((0, 2), np.int32), np.empty(0, np.float32)
    )
    with SpanStoreWriter(tmp_path, 0) as writer:
        _add(writer, "a", [nothing, nothing])
    store = SpanStore(tmp_path, _records({"a": [nothing, nothing]}))
    assert store.get_many([1, 0]).vectors.shape == (0, 0)
    assert store.get_many([]).spans.shape == (0, 2)


def test_many_come_in_the_order_asked_for(tmp_path: Path) -> None:
    store = _write(tmp_path, {"a": _tokens()[:2], "b": _tokens()[2:]})
    vectors, spans, chunk_of, weights = store.get_many([3, 1, 0, 3])
    assert chunk_of.tolist() == [0] * 4 + [2] * 5 + [3] * 4
    parts = [store.get(i) for i in (3, 1, 0, 3)]
    assert spans.tolist() == [span for part in parts for span in part.spans.tolist()]
    assert weights.tolist() == [weight for part in parts for weight in part.weights.tolist()]
    assert vectors.dtype == np.int8
    assert len(store.get_many([]).vectors) == 0


def test_copied_documents_equal_written_ones(tmp_path: Path) -> None:
    names = [f"{i}.txt" for i in range(200)]  # more than there are shards
    documents = {name: [_tokens()[i % 4], _tokens()[0]] for i, name in enumerate(names)}
    source = _write(tmp_path / "a", documents)
    changed = {**documents, names[7]: [_tokens()[3]]}
    del changed[names[9]]
    with SpanStoreWriter(tmp_path / "b", 8, source=source, touched=[names[7], names[9]]) as writer:
        for name in changed:
            if name == names[7]:
                _add(writer, name, changed[name])
            else:
                writer.copy(name)
    _write(tmp_path / "c", changed)
    assert _bytes(tmp_path / "b") == _bytes(tmp_path / "c")
    # Two shards were written, the others are the same files.
    assert {shard_of(name) for name in names} - writer.linked == {
        shard_of(names[7]),
        shard_of(names[9]),
    }
    for name in writer.linked:
        assert (tmp_path / "a" / name).samefile(tmp_path / "b" / name)
    store = SpanStore(tmp_path / "b", _records(changed))
    for chunk_id, expected in enumerate(each for chunks in changed.values() for each in chunks):
        assert store.get(chunk_id).spans.tolist() == expected.spans.tolist()


def test_where_files_cannot_be_linked_they_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _write(tmp_path / "a", {"a": _tokens()})

    def refuse(*_: object) -> None:
        raise OSError("links are unknown here")

    monkeypatch.setattr("os.link", refuse)
    with SpanStoreWriter(tmp_path / "b", 8, source=source) as writer:
        writer.copy("a")
    assert _bytes(tmp_path / "b") == _bytes(tmp_path / "a")


def test_an_empty_store(tmp_path: Path) -> None:
    store = _write(tmp_path, {"a": [_tokens()[1]]})
    assert store.get(0).vectors.shape == (0, 8)
    with pytest.raises(IndexError):
        store.get(1)
    with pytest.raises(IndexError):
        store.get(-1)


def test_shapes_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    one = _tokens()[0]
    with SpanStoreWriter(tmp_path, 8) as writer:
        writer.begin("a")
        with pytest.raises(ValueError, match=r"\(n, 8\)"):
            writer.append(SpanVectors(one.vectors[:, :7], one.spans, one.weights))
        with pytest.raises(ValueError, match="weights"):
            writer.append(SpanVectors(one.vectors, one.spans, one.weights[:2]))
        with pytest.raises(ValueError, match="NaN"):
            writer.append(SpanVectors(one.vectors * np.nan, one.spans, one.weights))


@pytest.mark.parametrize("name", ["shape.json", "records.npy", shard_of("a")])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    documents = {"a": _tokens()}
    _write(tmp_path, documents)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(BrokenIndex, match=name):
        SpanStore(tmp_path, _records(documents))
    path.unlink()
    with pytest.raises(BrokenIndex, match=name):
        SpanStore(tmp_path, _records(documents))
