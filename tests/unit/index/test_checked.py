"""Large files aren't read at every start, and what is done to them is seen all the same."""

import os
from pathlib import Path

import pytest
from tests.unit.index.conftest import Build

from zjip_qa.errors import BrokenIndex
from zjip_qa.index import current, manifest, open_index
from zjip_qa.index.checked import CHECKED, Checked
from zjip_qa.index.manifest import verify


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zjip_qa.index.checked.LARGE", 1)
    monkeypatch.setattr("zjip_qa.index.manifest.LARGE", 1)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read in full, in order."""
    paths: list[str] = []
    original = manifest._record

    def record(folder: Path, path: str) -> manifest.FileRecord:
        paths.append(path)
        return original(folder, path)

    monkeypatch.setattr(manifest, "_record", record)
    return paths


def test_each_file_is_read_once(build: Build, corpus: Path, index: Path, read: list[str]) -> None:
    build()
    everything = sorted(read)
    assert any(path.endswith(".faiss") for path in everything)
    read.clear()
    open_index(index).close()
    assert read == []
    (corpus / "b.txt").write_text("New.", encoding="utf-8")
    build()
    # Of the shards only those of the changed document are written and read.
    for suffix, most in ((".spans", 2), (".faiss", 1), (".sqlite", 1)):
        assert 0 < len([path for path in read if path.endswith(suffix)]) <= most
    (index / CHECKED).write_text("damaged", encoding="utf-8")
    read.clear()
    open_index(index).close()
    assert set(read) == {file.path for file in verify(current(index)).files}


def test_what_is_done_to_a_file_is_seen(build: Build, index: Path) -> None:
    build()
    open_index(index).close()
    for path in [p for p in current(index).rglob("*") if p.is_file()]:
        data = path.read_bytes()
        changed = bytearray(data)
        changed[len(data) // 2] ^= 1
        path.write_bytes(changed)
        with pytest.raises(BrokenIndex):
            open_index(index)
        path.write_bytes(data)
    open_index(index).close()


def test_a_file_that_a_later_build_has_removed_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    checked = Checked(tmp_path)
    checked.add(path, "hash")
    assert checked.holds(path, "hash")
    path.unlink()
    assert not checked.holds(path, "hash")
    checked.add(path, "another")
    checked.save({"hash"})
    assert Checked(tmp_path).holds(path, "another") is False


def test_a_decayed_disk_is_seen_by_a_thorough_look(build: Build, index: Path) -> None:
    build()
    open_index(index).close()
    path = next((current(index) / "dense").iterdir())
    times = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    verify(current(index))
    with pytest.raises(BrokenIndex, match=r"\.faiss isn't as it was written"):
        verify(current(index), thorough=True)
