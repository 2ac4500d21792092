from pathlib import Path

import pytest
from tests.encoders import HashingEncoder
from tests.unit.index.conftest import SETTINGS, Build

from zjip_qa.errors import CorpusError
from zjip_qa.index import open_index, plan_index, preview, with_dictionary


def test_a_document_is_cut_as_a_build_would_cut_it(build: Build, corpus: Path, index: Path) -> None:
    build()
    encoder = HashingEncoder()
    found = preview(corpus, "a.md", encoder, SETTINGS)
    with open_index(index) as opened:
        indexed = [c for c in opened.store.chunks(range(5)) if c.doc_id == "a.md"]
    assert [cut.chunk.span for cut in found.chunks] == [chunk.span for chunk in indexed]
    assert found.n_chunks == len(indexed)
    assert encoder.n_passages == 0
    for cut in found.chunks:
        assert found.document.text[cut.chunk.start : cut.chunk.end] == cut.chunk.text
        for word in cut.words:
            assert cut.chunk.text[word.start : word.end].replace(",", "").lower() == word.term
    assert preview(corpus, "a.md", encoder, SETTINGS, most=1).chunks == found.chunks[:1]


@pytest.mark.parametrize("doc_id", ["none.md", "../corpus/a.md", "a.en.md", "/etc/passwd", ""])
def test_only_documents_of_the_folder_are_opened(corpus: Path, doc_id: str) -> None:
    with pytest.raises(CorpusError, match="isn't a document of the corpus"):
        preview(corpus, doc_id, HashingEncoder(), SETTINGS)


def test_what_cannot_be_read_says_why(corpus: Path) -> None:
    (corpus / "bad.txt").write_bytes(bytes(range(256)) * 20)
    (corpus / "c.pdx").write_text("text", encoding="utf-8")
    for doc_id, reason in (("bad.txt", "encoding"), ("c.pdx", "suffix")):
        with pytest.raises(CorpusError, match=reason):
            preview(corpus, doc_id, HashingEncoder(), SETTINGS)


def test_the_folders_own_dictionary_decides_the_cut_and_the_index(
    build: Build, corpus: Path, index: Path
) -> None:
    first = build()
    dictionary = corpus / ".user_dictionary.txt"
    dictionary.write_text("专利转化率\n", encoding="utf-8")
    found = preview(corpus, "a.md", HashingEncoder(), with_dictionary(SETTINGS, corpus))
    assert "专利转化率" in [word.term for cut in found.chunks for word in cut.words]
    plan = plan_index(corpus, index, HashingEncoder(), SETTINGS)
    assert (plan.new_words, plan.anew, bool(plan.changes)) == (True, "", False)
    encoder = HashingEncoder()
    second = build(encoder)
    assert second.generation != first.generation
    assert second.added == second.changed == ()
    assert encoder.n_passages == min(8, second.n_chunks)  # the check alone
    with open_index(index) as opened:
        assert opened.lexical.df("专利转化率") == 1
    assert not plan_index(corpus, index, HashingEncoder(), SETTINGS).new_words
    dictionary.unlink()
    build()
    with open_index(index) as opened:
        assert (opened.user_dictionary, opened.lexical.df("专利转化率")) == (None, 0)


def test_a_malformed_dictionary_and_a_linked_one(build: Build, corpus: Path, index: Path) -> None:
    dictionary = corpus / ".user_dictionary.txt"
    dictionary.write_text("专利 0 n\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"line 1 of the user dictionary"):
        build()
    assert not index.exists()
    dictionary.unlink()
    outside = corpus.parent / "words.txt"
    outside.write_text("专利转化率\n", encoding="utf-8")
    dictionary.symlink_to(outside)
    assert with_dictionary(SETTINGS, corpus).user_dictionary is None


def test_a_dictionary_that_changes_while_a_build_begins_is_not_mixed(
    build: Build, corpus: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dictionary = corpus / ".user_dictionary.txt"
    dictionary.write_text("专利转化率\n", encoding="utf-8")

    def change(*_: object, **__: object) -> None:
        dictionary.write_text("许可合同\n", encoding="utf-8")

    monkeypatch.setattr("zjip_qa.index.build.prune", change)  # the first step after reading it
    with pytest.raises(CorpusError, match="changed while the build began"):
        build()
    monkeypatch.undo()
    build()
    with open_index(index) as opened:
        assert opened.lexical.df("许可合同") > 0
