import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import pytest

from zjip_qa.errors import BrokenIndex
from zjip_qa.index.manifest import DocumentRecord
from zjip_qa.index.shards import shard_number
from zjip_qa.index.store import Store
from zjip_qa.index.store_writer import N_SHARDS, AlignedText, StoreWriter
from zjip_qa.types import Block, BlockKind, Chunk, Document, Language, Sentence, Span

_TEXT = "# 专利\n𠮷林转化。发明3件。\n\0Ünd\r\n"
_DOCUMENT = Document(
    "法/专利.md",
    _TEXT,
    "专利",
    (Block(Span(2, 4), BlockKind.HEADING, 1), Block(Span(5, 15), BlockKind.PARAGRAPH)),
    Language.ZH,
)
_SENTENCES = [Sentence(Span(5, 10), ("专利",)), Sentence(Span(10, 15), ("专利",))]
_CHUNKS = [
    Chunk("法/专利.md", 5, 10, _TEXT[5:10], ("专利",)),
    Chunk("法/专利.md", 5, 15, _TEXT[5:15], ("专利", "“三”")),
]
_TRANSLATIONS = [
    AlignedText(Span(2, 4), "Patents", 0.5),
    AlignedText(Span(5, 15), "Jilin converts. Three.", 0.25),
]
_OTHER = Document("a.txt", "One. Two.", "", (), Language.EN)
_RECORDS = [
    DocumentRecord("a.txt", "cd", None, 0, 1),
    DocumentRecord("法/专利.md", "ab", None, 1, 2),
]


def _add_main(writer: StoreWriter) -> None:
    writer.add(
        _DOCUMENT,
        sha256="ab",
        size=40,
        chunks=_CHUNKS,
        sentences=_SENTENCES,
        translations=_TRANSLATIONS,
    )


def _add_other(writer: StoreWriter) -> None:
    writer.add(
        _OTHER,
        sha256="cd",
        size=9,
        chunks=[Chunk("a.txt", 0, 9, "One. Two.")],
        sentences=[Sentence(Span(0, 4)), Sentence(Span(5, 9))],
        translations=[],
    )


def _add_beside(writer: StoreWriter, doc_id: str) -> None:
    writer.add(
        replace(_OTHER, doc_id=doc_id),
        sha256="cd",
        size=9,
        chunks=[Chunk(doc_id, 0, 9, "One. Two.")],
        sentences=[Sentence(Span(0, 4)), Sentence(Span(5, 9))],
        translations=[],
    )


def _neighbours(doc_id: str) -> Iterator[str]:
    """Other documents of the same shard."""
    shard = shard_number(doc_id, N_SHARDS)
    return (name for i in count() if shard_number(name := f"{i}.txt", N_SHARDS) == shard)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with StoreWriter(tmp_path / "文本") as writer:
        _add_other(writer)
        _add_main(writer)
    return tmp_path / "文本"


def test_documents_come_back_whole(path: Path) -> None:
    store = Store(path, _RECORDS)
    assert store.document("法/专利.md") == _DOCUMENT
    assert store.document("a.txt") == _OTHER
    summaries = store.documents()
    assert [(s.doc_id, s.size, s.n_chunks, s.translated) for s in summaries] == [
        ("a.txt", 9, 1, False),
        ("法/专利.md", 40, 2, True),
    ]
    with pytest.raises(KeyError):
        store.document("b.txt")


def test_chunks_are_numbered_in_order_of_writing(path: Path) -> None:
    store = Store(path, _RECORDS)
    assert store.n_chunks == 3
    found = store.chunks([2, 0])
    assert [(c.chunk_id, c.doc_id, c.start, c.end) for c in found] == [
        (2, "法/专利.md", 5, 15),
        (0, "a.txt", 0, 9),
    ]
    assert [c.text for c in found] == [_TEXT[5:15], "One. Two."]
    assert store.chunk(2).section == ("专利", "“三”")
    for missing in (-1, 3):
        with pytest.raises(KeyError):
            store.chunk(missing)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 5, []),
        (5, 6, [(5, 10)]),
        (9, 11, [(5, 10), (10, 15)]),
        (10, 15, [(10, 15)]),
        (14, 99, [(10, 15)]),
        (15, 99, []),
    ],
)
def test_sentences_that_share_a_position(
    path: Path, start: int, end: int, expected: list[tuple[int, int]]
) -> None:
    found = Store(path, _RECORDS).sentences_between("法/专利.md", start, end)
    assert [(s.span.start, s.span.end) for s in found] == expected
    assert all(s.section == ("专利",) for s in found)


def test_translations_that_share_a_position(path: Path) -> None:
    store = Store(path, _RECORDS)
    assert store.translation_of("法/专利.md", 12, 13) == [(Span(5, 15), "Jilin converts. Three.")]
    assert store.translation_of("法/专利.md", 0, 6) == [
        (Span(2, 4), "Patents"),
        (Span(5, 15), "Jilin converts. Three."),
    ]
    assert store.translation_of("a.txt", 0, 9) == []


def test_copied_documents_come_out_as_if_written(path: Path, tmp_path: Path) -> None:
    beside, missing = islice(_neighbours("法/专利.md"), 2)
    touched = ["a.txt", beside, missing]
    with StoreWriter(tmp_path / "copied", copy_from=path, touched=touched) as writer:
        _add_beside(writer, beside)
        writer.copy("法/专利.md")
        with pytest.raises(KeyError):
            writer.copy(missing)
    with StoreWriter(tmp_path / "written") as writer:
        _add_beside(writer, beside)
        _add_main(writer)
    assert writer.linked == set()
    assert _bytes(tmp_path / "copied") == _bytes(tmp_path / "written")


def test_a_shard_without_changes_is_linked(path: Path, tmp_path: Path) -> None:
    with StoreWriter(tmp_path / "new", copy_from=path, touched=["a.txt"]) as writer:
        writer.copy("法/专利.md")
    (name,) = writer.linked
    assert [each.name for each in (tmp_path / "new").iterdir()] == [name]
    assert (tmp_path / "new" / name).samefile(path / name)
    assert Store(tmp_path / "new", [replace(_RECORDS[1], first_chunk=0)]).chunk(1).start == 5


def test_many_threads_read_at_once(path: Path) -> None:
    store = Store(path, _RECORDS)
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda i: store.chunk(i % 3).text, range(300)))
    assert texts == [store.chunk(i % 3).text for i in range(300)]


def test_it_stays_readable_when_its_file_is_gone(path: Path) -> None:
    store = Store(path, _RECORDS)
    shutil.rmtree(path)
    assert store.chunk(0).text == "One. Two."


def test_a_file_that_is_no_database_is_broken(path: Path, tmp_path: Path) -> None:
    with pytest.raises(BrokenIndex, match=r"missing.*\.sqlite"):
        Store(tmp_path / "missing", _RECORDS)
    damaged = next(path.iterdir())
    damaged.write_bytes(b"not a database" * 100)
    with pytest.raises(BrokenIndex, match=damaged.name):
        Store(path, _RECORDS)


def test_a_file_with_other_chunks_than_promised_is_broken(path: Path) -> None:
    with pytest.raises(BrokenIndex, match="holds 2 chunks, expected 3"):
        Store(path, [_RECORDS[0], replace(_RECORDS[1], n_chunks=3)])


def test_reading_leaves_nothing_beside_the_files(path: Path) -> None:
    before = _bytes(path)
    Store(path, _RECORDS).documents()
    assert _bytes(path) == before
