"""Files that are as they were aren't read again; whatever is done to one is seen."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from zjip_qa.documents import Stamps, corpus, scan_corpus

_NAMES = ("a.md", "法律/b.txt", "法律/b.en.txt")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three files, read some time after they were written."""
    folder = tmp_path / "corpus"
    for name in _NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"正文 {name}。", encoding="utf-8")
    now = time.time_ns()
    monkeypatch.setattr("zjip_qa.documents.stamps.time.time_ns", lambda: now + 10 * 1_000_000_000)
    return folder


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "SCANNED"


class _Digests:
    """Counts what is hashed."""

    def __init__(self) -> None:
        self.n = 0
        self._sha256 = hashlib.sha256

    def sha256(self, data: bytes = b"") -> object:
        self.n += 1
        return self._sha256(data)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> _Digests:
    digests = _Digests()
    monkeypatch.setattr(corpus, "hashlib", digests)
    return digests


def _scan(folder: Path, record: Path) -> corpus.Corpus:
    stamps = Stamps.load(record)
    found = scan_corpus(folder, stamps)
    stamps.save(record)
    return found


def test_each_file_is_read_once(folder: Path, record: Path, read: _Digests) -> None:
    first = _scan(folder, record)
    assert read.n == 3
    assert _scan(folder, record) == first == scan_corpus(folder)
    assert read.n == 3 + 3  # those of the scan without a record
    (folder / "new.md").write_text("新", encoding="utf-8")
    assert [file.doc_id for file in _scan(folder, record).sources] == [
        "a.md",
        "new.md",
        "法律/b.txt",
    ]
    assert read.n == 7


def _with_its_old_times(path: Path, change: str) -> None:
    times = path.stat()
    data = path.read_bytes()
    if change == "in place":
        path.write_bytes(data[::-1])
    else:
        new = path.with_suffix(".new")
        new.write_bytes(data[::-1])
        new.replace(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.skipif(os.name == "nt", reason="files are always read there")
@pytest.mark.parametrize("change", ["in place", "another file"])
def test_a_change_of_the_same_size_and_age_is_seen(folder: Path, record: Path, change: str) -> None:
    before = _scan(folder, record).sources[0]
    path = folder / "a.md"
    if change == "in place":
        while path.stat().st_ctime_ns >= time.clock_gettime_ns(time.CLOCK_REALTIME) - 20_000_000:
            time.sleep(0.01)  # the system counts by some milliseconds
    _with_its_old_times(path, change)
    after = _scan(folder, record).sources[0]
    assert (after.doc_id, after.size) == (before.doc_id, before.size)
    assert after.sha256 != before.sha256
    assert after == scan_corpus(folder).sources[0]


def test_what_was_just_written_is_read_again(
    folder: Path, record: Path, read: _Digests, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = (folder / "a.md").stat().st_mtime_ns
    monkeypatch.setattr("zjip_qa.documents.stamps.time.time_ns", lambda: now + 1_000_000_000)
    _scan(folder, record)
    _scan(folder, record)
    assert read.n == 6


@pytest.mark.parametrize("text", ["", "[]", '{"a.md": []}', '{"a.md": 3}', '{"a.md": [1, "x"]}'])
def test_a_damaged_record_is_none(folder: Path, record: Path, text: str) -> None:
    record.write_text(text, encoding="utf-8")
    assert _scan(folder, record) == scan_corpus(folder)


def test_a_copied_corpus_is_read(folder: Path, record: Path, read: _Digests) -> None:
    _scan(folder, record)
    moved = folder.with_name("moved")
    moved.mkdir()
    (moved / "a.md").write_bytes((folder / "a.md").read_bytes())
    _scan(moved, record)
    assert read.n == 4


def test_a_record_names_no_folder(folder: Path, record: Path) -> None:
    _scan(folder, record)
    assert str(folder.parent) not in record.read_text(encoding="utf-8")


def test_what_cannot_be_written_is_no_trouble(folder: Path, tmp_path: Path) -> None:
    stamps = Stamps()
    scan_corpus(folder, stamps)
    stamps.save(tmp_path / "none" / "SCANNED")
