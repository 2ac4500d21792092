"""Damage to every file of an index, and writes that fail at every step of a build."""

import errno
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.encoders import HashingEncoder
from tests.unit.index.conftest import SETTINGS, Build

from zjip_qa.errors import BrokenIndex, IndexUnusable, StaleIndex
from zjip_qa.index import build_index, current, generations, open_index
from zjip_qa.index.dense import DenseIndex
from zjip_qa.index.lexical import LexicalIndex
from zjip_qa.index.manifest import FORMAT_VERSION
from zjip_qa.index.spans import SpanStoreWriter
from zjip_qa.index.store_writer import StoreWriter
from zjip_qa.settings import IndexSettings


def _files(index: Path) -> list[Path]:
    return [index / "CURRENT", *(path for path in current(index).rglob("*") if path.is_file())]


def test_any_changed_byte_of_any_file_is_noticed(build: Build, index: Path) -> None:
    build()
    draw = np.random.default_rng(5)
    files = _files(index)
    # CURRENT, manifest, vectors, texts, signatures, 5 of postings; of tokens and of sentences 2
    # and a shard or more.
    assert len(files) >= 16
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


class _FailingDisk:
    """While armed, refuses one step that changes something on the disk: the n-th."""

    def __init__(self) -> None:
        self.left: int | None = None
        sys.addaudithook(self._hook)  # for good: a hook cannot be taken away

    def _hook(self, event: str, args: tuple[object, ...]) -> None:
        if self.left is None:
            return
        writes = event in ("os.mkdir", "os.rename", "os.link")
        writes |= event == "sqlite3.connect" and "immutable" not in str(args[0])
        if event == "open":
            flags = args[2]
            writes = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if writes:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(scope="session")
def failing_disk() -> _FailingDisk:
    return _FailingDisk()


@pytest.mark.slow
def test_whichever_step_on_the_disk_fails_an_index_serves(
    build: Build, corpus: Path, index: Path, failing_disk: _FailingDisk
) -> None:
    build()
    before = current(index).name
    for step in range(1000):
        (corpus / "b.txt").write_text(f"New {step}.", encoding="utf-8")
        failing_disk.left = step
        failed = False
        try:
            build()
        except IndexUnusable as error:
            failed = True
            assert "cannot be written (No space left on device)" in str(error)
        never_reached = failing_disk.left is not None
        failing_disk.left = None
        with open_index(index) as opened:
            texts = opened.store.document("b.txt").text
            # All of the old or all of the new, and a failure is never called success.
            assert (opened.generation == before) == failed
            assert failed or texts == f"New {step}."
            before = opened.generation
        if never_reached:
            break
    assert 20 < step < 1000
    build()
    assert len([path for path in index.iterdir() if path.is_dir()]) == 2


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the permissions of POSIX")
def test_a_folder_that_cannot_be_written_serves_on(build: Build, corpus: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        index = place / "index"
        first = build(into=index)
        shutil.copytree(corpus, place / "corpus")
        (place / "corpus" / "b.txt").write_text("New.", encoding="utf-8")
        index.chmod(0o555)
        (index / "LOCK").chmod(0o444)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)  # permissions don't hold root back
        try:
            with pytest.raises(IndexUnusable, match=r"cannot be written \(Permission denied\)"):
                build_index(place / "corpus", index, HashingEncoder(), SETTINGS)
            with open_index(index) as opened:
                assert opened.generation == first.generation
        finally:
            if root:
                os.seteuid(0)
            index.chmod(0o755)


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs to mount a file system"
)
@pytest.mark.parametrize("kilobytes", [60, 120, 180])
def test_a_full_disk_keeps_the_old_index(
    build: Build, corpus: Path, tmp_path: Path, kilobytes: int
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        first = build(into=disk / "index")
        free = shutil.disk_usage(disk).free
        # All but some: a build needs about 150 kB here, in several files.
        (disk / "filling").write_bytes(b"x" * max(0, free - kilobytes * 1024))
        (corpus / "b.txt").write_text("New. " * 2000, encoding="utf-8")
        with pytest.raises(IndexUnusable, match=r"cannot be written \(.*(space|full)"):
            build(into=disk / "index")
        with open_index(disk / "index") as opened:
            assert opened.generation == first.generation
        (disk / "filling").unlink()
        assert build(into=disk / "index").changed == ("b.txt",)
    finally:
        # Lazily: the failed build is still in a traceback, and its maps with it.
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
