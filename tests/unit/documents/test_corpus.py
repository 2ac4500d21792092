import hashlib
import os
from pathlib import Path

import pytest

from zjip_qa.documents import CorpusFile, read_document, scan_corpus
from zjip_qa.errors import CorpusError, UnreadableDocument


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"正文 {name}。", encoding="utf-8")


def sources(folder: Path) -> dict[str, str | None]:
    return {
        file.doc_id: file.translation.doc_id if file.translation else None
        for file in scan_corpus(folder).sources
    }


def problems(folder: Path) -> dict[str, str]:
    return {problem.doc_id: problem.reason for problem in scan_corpus(folder).problems}


def test_files_in_order_with_their_hashes(tmp_path: Path) -> None:
    put(tmp_path, "b.md", "甲/c.txt", "a.TXT", ".hidden.md", ".git/x.md")
    corpus = scan_corpus(tmp_path)
    data = "正文 b.md。".encode()
    assert [file.doc_id for file in corpus.sources] == ["a.TXT", "b.md", "甲/c.txt"]
    assert corpus.sources[1] == CorpusFile(
        "b.md", tmp_path / "b.md", hashlib.sha256(data).hexdigest(), len(data)
    )
    assert corpus.problems == ()


def test_translations(tmp_path: Path) -> None:
    put(tmp_path, "甲.md", "甲.en.md", "b/c.txt", "b/c.zh.md", "d.en.md", "甲.en.x.md")
    assert sources(tmp_path) == {
        "b/c.txt": "b/c.zh.md",
        "d.en.md": None,
        "甲.en.x.md": None,
        "甲.md": "甲.en.md",
    }


def test_a_translation_prefers_an_original_of_its_format(tmp_path: Path) -> None:
    put(tmp_path, "a.markdown", "a.txt", "a.en.txt")
    assert sources(tmp_path) == {"a.markdown": None, "a.txt": "a.en.txt"}


def test_a_second_translation_is_reported(tmp_path: Path) -> None:
    put(tmp_path, "a.md", "a.en.md", "a.zh.md")
    assert sources(tmp_path) == {"a.md": "a.en.md"}
    assert problems(tmp_path) == {
        "a.zh.md": "a.zh.md would be a second translation beside a.en.md; "
        "rename it to make it a document"
    }


def test_unsupported_formats_are_reported(tmp_path: Path) -> None:
    put(tmp_path, "a.md", "b.rtf", "c")
    assert sources(tmp_path) == {"a.md": None}
    assert set(problems(tmp_path)) == {"b.rtf", "c"}
    assert ".markdown, .md, .pdf" in problems(tmp_path)["b.rtf"]


def test_links_and_special_files(tmp_path: Path) -> None:
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    put(corpus, "a.md", "sub/b.md")
    put(outside, "secret.md")
    (corpus / "in.md").symlink_to(corpus / "a.md")
    (corpus / "out.md").symlink_to(outside / "secret.md")
    (corpus / "folder").symlink_to(outside)
    (corpus / "inner").symlink_to(corpus / "sub")
    (corpus / "gone.md").symlink_to(corpus / "none.md")
    (corpus / "loop.md").symlink_to(corpus / "loop.md")
    os.mkfifo(corpus / "pipe.md")
    assert set(sources(corpus)) == {"a.md", "in.md", "sub/b.md"}
    reasons = problems(corpus)
    assert set(reasons) == {"folder", "gone.md", "inner", "loop.md", "out.md", "pipe.md"}
    assert "leads out of the corpus folder" in reasons["out.md"]
    assert "leads out of the corpus folder" in reasons["folder"]
    assert "link to a folder" in reasons["inner"]
    assert "not a regular file" in reasons["pipe.md"]


def test_names_are_nfc_and_unique(tmp_path: Path) -> None:
    composed, decomposed = "caf\u00e9.md", "cafe\u0301.md"
    put(tmp_path, decomposed)
    assert set(sources(tmp_path)) == {composed}
    put(tmp_path, composed)
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this file system takes the two names for one")
    assert set(sources(tmp_path)) == set(problems(tmp_path)) == {composed}


@pytest.mark.parametrize(
    ("name", "message"),
    [("none", "does not exist"), ("file.md", "is not a folder"), ("empty", "is empty")],
)
def test_no_corpus(tmp_path: Path, name: str, message: str) -> None:
    put(tmp_path, "file.md", "empty/.hidden")
    with pytest.raises(CorpusError, match=message):
        scan_corpus(tmp_path / name)


def test_reading(tmp_path: Path) -> None:
    put(tmp_path, "a.md")
    (tmp_path / "blank.md").write_text(" \n", encoding="utf-8")
    file, blank = scan_corpus(tmp_path).sources
    assert read_document(file).text == "正文 a.md。"
    with pytest.raises(UnreadableDocument, match=r"blank\.md holds no text"):
        read_document(blank)
    (tmp_path / "a.md").write_text("别的", encoding="utf-8")
    with pytest.raises(UnreadableDocument, match="changed while"):
        read_document(file)
    (tmp_path / "a.md").unlink()
    with pytest.raises(UnreadableDocument, match=r"a\.md cannot be read \(No such file"):
        read_document(file)
