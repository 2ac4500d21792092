from pathlib import Path

import pytest

from zjip_qa.documents import USER_DICTIONARY, scan_corpus
from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.corpus_files import (
    MAX_MEGABYTES,
    REMOVED,
    add_file,
    add_term,
    is_safe_name,
    read_terms,
    remove_document,
    remove_term,
)
from zjip_qa.text import Segmenter


@pytest.mark.parametrize("name", ["a.txt", "知识产权.md", "报告 (2023).MD", "a.en.md", "a.pdf"])
def test_plain_names_are_safe(name: str) -> None:
    assert is_safe_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "a", "a.exe", ".md", "..md", ".hidden.md", "-rf.md", "../a.md", "a/b.md", "a\\b.md",
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


@pytest.mark.parametrize("name", ["con.txt", "NUL.md", "com1.a.txt", "LPT9.md"])
def test_names_of_devices_are_refused(name: str) -> None:
    assert not is_safe_name(name)


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04rest", b"%PDF-1.7", b"\x89PNG\r\n", b"\x7fELF", b"MZ\x90\x00\x03"]
)
def test_a_file_that_isnt_what_its_name_says_is_refused(tmp_path: Path, data: bytes) -> None:
    assert add_file(tmp_path, "a.txt", data, replace=False).text is s.FILE_OTHER_KIND
    assert list(tmp_path.iterdir()) == []


def test_a_removed_document_is_moved_aside_with_its_translation(tmp_path: Path) -> None:
    for name in ("a.md", "a.en.md", "b.md"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    outcome = remove_document(tmp_path, "a.md")
    assert (outcome.added, outcome.text) == (True, s.FILE_REMOVED)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".removed", "b.md"]
    assert sorted(p.read_text(encoding="utf-8") for p in (tmp_path / REMOVED).iterdir()) == [
        "a.en.md",
        "a.md",
    ]
    assert [file.doc_id for file in scan_corpus(tmp_path).sources] == ["b.md"]


@pytest.mark.parametrize("doc_id", ["../outside.md", "/outside.md", "none.md", "", "a.en.md"])
def test_only_documents_of_the_corpus_are_removed(tmp_path: Path, doc_id: str) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for path in (tmp_path / "outside.md", corpus / "a.md", corpus / "a.en.md"):
        path.write_text("kept", encoding="utf-8")
    assert remove_document(corpus, doc_id).text is s.FILE_GONE
    assert len(list(tmp_path.rglob("*.md"))) == 3


def test_terms_come_and_go(tmp_path: Path) -> None:
    assert read_terms(tmp_path) == []
    assert add_term(tmp_path, " 有效专利拥有量 ").text is s.TERM_ADDED
    assert add_term(tmp_path, "PCT专利").text is s.TERM_ADDED
    assert add_term(tmp_path, "有效专利拥有量").text is s.TERM_KNOWN
    assert read_terms(tmp_path) == ["有效专利拥有量", "PCT专利"]
    words = Segmenter(tmp_path / USER_DICTIONARY).words("有效专利拥有量和PCT专利")
    assert [word.term for word in words] == ["有效专利拥有量", "和", "pct专利"]
    assert remove_term(tmp_path, "有效专利拥有量").text is s.TERM_REMOVED
    assert remove_term(tmp_path, "有效专利拥有量").text is s.TERM_UNKNOWN
    assert read_terms(tmp_path) == ["PCT专利"]
    assert [path.name for path in tmp_path.iterdir()] == [USER_DICTIONARY]


@pytest.mark.parametrize("term", ["", "  ", "两 个", "。", "长" * 41, "a\nb", "a\u202eb", "\0"])
def test_what_is_no_word_is_refused(tmp_path: Path, term: str) -> None:
    assert add_term(tmp_path, term).text is s.TERM_BAD
    assert list(tmp_path.iterdir()) == []


def test_a_dictionary_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    assert add_term(tmp_path / "none", "专利").text is s.TERM_NOT_WRITTEN
