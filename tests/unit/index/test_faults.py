"""Damage to every file of an index, and writes that fail at every step of a build."""

import errno
import json
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.encoders import HashingEncoder
from tests.unit.index.conftest import Build

from zjip_qa.errors import BrokenIndex, IndexUnusable, StaleIndex
from zjip_qa.index import build_index, current, generations, open_index
from zjip_qa.index.dense import DenseIndex
from zjip_qa.index.lexical import LexicalIndex
from zjip_qa.index.manifest import FORMAT_VERSION
from zjip_qa.index.spans import SpanStoreWriter
from zjip_qa.index.store import StoreWriter
from zjip_qa.settings import IndexSettings


def _files(index: Path) -> list[Path]:
    return [index / "CURRENT", *(path for path in current(index).rglob("*") if path.is_file())]


def test_any_changed_byte_of_any_file_is_noticed(build: Build, index: Path) -> None:
    build()
    draw = np.random.default_rng(5)
    files = _files(index)
    # CURRENT, manifest, vectors, texts, signatures, and 5 each of postings, tokens and sentences.
    assert len(files) == 20
    for path in files:
        data = path.read_bytes()
        places = {0, len(data) - 1, *draw.integers(0, len(data), size=6).tolist()}
        for place in sorted(places):
            changed = bytearray(data)
            changed[place] ^= 1 << int(draw.integers(8))
            path.write_bytes(changed)
            with pytest.raises(BrokenIndex):
                open_index(index)
        path.write_bytes(data + b"\n")
        with pytest.raises(BrokenIndex):
            open_index(index)
        path.unlink()
        with pytest.raises(BrokenIndex):
            open_index(index)
        path.write_bytes(data)
    open_index(index).close()


def test_another_format_version_is_stale(
    build: Build, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    monkeypatch.setattr("zjip_qa.index.writer.FORMAT_VERSION", 999)
    build(rebuild=True)
    with pytest.raises(StaleIndex, match="format 999"):
        open_index(index)
    monkeypatch.undo()
    build()
    open_index(index).close()


def test_another_model_is_refused_by_name(build: Build, index: Path) -> None:
    build()
    with pytest.raises(StaleIndex, match=r"built with model hashing-64 .*index --rebuild"):
        open_index(index, fingerprint=HashingEncoder(salt="x").fingerprint)


def test_a_manifest_that_is_none_is_broken(build: Build, index: Path) -> None:
    build()
    for text in ("[]", "{}", f'{{"format_version": {FORMAT_VERSION}}}', "null", "\xff"):
        _replace_manifest(index, text.encode("latin-1"))
        with pytest.raises(BrokenIndex, match=r"manifest\.json"):
            open_index(index)


def _replace_manifest(index: Path, data: bytes) -> None:
    """Put a forged manifest into use, its hash right."""
    folder = index / "forged"
    shutil.copytree(current(index), folder, dirs_exist_ok=True)
    (folder / "manifest.json").write_bytes(data)
    generations.publish(index, folder)


def test_a_manifest_that_promises_other_sizes_is_broken(build: Build, index: Path) -> None:
    build()
    data = json.loads((current(index) / "manifest.json").read_text(encoding="utf-8"))
    data["n_chunks"] += 1
    _replace_manifest(index, json.dumps(data).encode())
    with pytest.raises(BrokenIndex, match="the manifest says"):
        open_index(index)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (SpanStoreWriter, "append"),
        (SpanStoreWriter, "__exit__"),
        (StoreWriter, "__init__"),
        (StoreWriter, "add"),
        (DenseIndex, "save"),
        (LexicalIndex, "save"),
        (generations, "_flush"),
        (generations, "_write_pointer"),
        (Path, "rename"),
        (Path, "replace"),
        (Path, "mkdir"),
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        PermissionError(errno.EACCES, "Permission denied"),
        sqlite3.OperationalError("database or disk is full"),
    ],
    ids=["no space", "no permission", "sqlite"],
)
def test_a_failed_write_keeps_the_old_index(
    build: Build,
    corpus: Path,
    index: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
    error: Exception,
) -> None:
    if owner is Path and isinstance(error, sqlite3.Error):
        pytest.skip("SQLite doesn't rename")
    first = build()
    (corpus / "b.txt").write_text("New.", encoding="utf-8")

    def fail(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fail)
        with pytest.raises(IndexUnusable, match=r"cannot be written \(") as caught:
            build()
    assert "\n" not in str(caught.value)
    with open_index(index) as opened:
        assert opened.generation == first.generation
    assert not list(index.glob("building-*"))
    assert build().changed == ("b.txt",)


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """Let the system refuse to write a file beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 100, 700, 2_000, 4_096, 12_288, 20_000])
def test_a_write_that_the_system_refuses_keeps_the_old_index(
    build: Build, corpus: Path, index: Path, size: int
) -> None:
    first = build()
    (corpus / "b.txt").write_text("New.", encoding="utf-8")
    with _largest_file(size), pytest.raises(IndexUnusable):
        build()
    with open_index(index) as opened:
        assert opened.generation == first.generation
    assert build().changed == ("b.txt",)


def test_leftovers_of_killed_builds_are_removed(build: Build, corpus: Path, index: Path) -> None:
    build()
    (index / "building-1").mkdir()
    (index / "building-1" / "dense.faiss").write_bytes(b"half")
    shutil.copytree(current(index), index / "000009-0123456789abcdef")
    (index / "notes").mkdir()  # not ours
    (index / "LOCK").write_text("999999\n", encoding="ascii")  # left by a dead process
    (corpus / "b.txt").write_text("New.", encoding="utf-8")
    build()
    assert not (index / "building-1").exists()
    assert not (index / "000009-0123456789abcdef").exists()
    assert (index / "notes").is_dir()


def test_readers_serve_on_while_builds_remove_their_files(
    build: Build, corpus: Path, index: Path
) -> None:
    build()
    with open_index(index) as opened:
        for text in ("one", "two", "three"):
            (corpus / "b.txt").write_text(text, encoding="utf-8")
            build()
        assert not opened.folder.exists()
        assert opened.store.chunk(0).doc_id == "a.md"
        assert opened.tokens is not None
        assert len(opened.tokens.get(0).vectors) > 0
        vectors = opened.dense.vectors(np.array([0]))
        assert opened.dense.search(vectors, 1)[1].tolist() == [[0]]


def test_a_folder_that_cannot_be_made_is_one_clear_line(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(IndexUnusable, match="cannot be written"):
        build_index(corpus, tmp_path / "file" / "index", HashingEncoder(), IndexSettings())
