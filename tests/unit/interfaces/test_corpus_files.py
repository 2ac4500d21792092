from pathlib import Path

import pytest

from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.corpus_files import MAX_MEGABYTES, add_file, is_safe_name


@pytest.mark.parametrize("name", ["a.txt", "知识产权.md", "报告 (2023).MD", "a.en.md"])
def test_plain_names_are_safe(name: str) -> None:
    assert is_safe_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "a", "a.pdf", ".md", "..md", ".hidden.md", "-rf.md", "../a.md", "a/b.md", "a\\b.md",
        "C:a.md", "a\0.md", "a\n.md", "a\u202eexe.md", "x" * 300 + ".md", "a.md/", "  .md",
    ],
)  # fmt: skip
def test_other_names_are_refused(name: str, tmp_path: Path) -> None:
    assert not is_safe_name(name)
    assert add_file(tmp_path / "corpus", name, b"x", replace=True).text is s.FILE_BAD_NAME
    assert list(tmp_path.rglob("*.*")) == []


def test_a_file_is_added_and_never_overwritten_unasked(tmp_path: Path) -> None:
    assert add_file(tmp_path, "a.md", b"one", replace=False).text is s.FILE_ADDED
    kept = add_file(tmp_path, "a.md", b"two", replace=False)
    assert (kept.added, kept.text) == (False, s.FILE_EXISTS)
    assert (tmp_path / "a.md").read_bytes() == b"one"
    replaced = add_file(tmp_path, "a.md", b"two", replace=True)
    assert (replaced.added, replaced.text) == (True, s.FILE_REPLACED)
    assert (tmp_path / "a.md").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_a_link_is_never_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("kept", encoding="utf-8")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.md").symlink_to(outside)
    assert add_file(corpus, "a.md", b"x", replace=True).text is s.FILE_EXISTS
    assert outside.read_text(encoding="utf-8") == "kept"


def test_empty_and_oversized_files_are_refused(tmp_path: Path) -> None:
    assert add_file(tmp_path, "a.md", b" \n", replace=False).text is s.FILE_EMPTY
    large = b"x" * (MAX_MEGABYTES * 1024 * 1024 + 1)
    assert add_file(tmp_path, "a.md", large, replace=False).text is s.FILE_TOO_LARGE
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_corpus_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "corpus"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    assert add_file(blocked, "a.md", b"x", replace=False).text is s.FILE_NOT_WRITTEN
