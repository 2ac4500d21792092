import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tests.encoders import HashingEncoder
from tests.unit.index.conftest import SETTINGS, Build

from zjip_qa.embedding import Encoded
from zjip_qa.errors import BrokenIndex, CorpusError, IndexUnusable
from zjip_qa.index import (
    DenseKind,
    Progress,
    QueryTerm,
    Stage,
    build_index,
    current,
    open_index,
    rollback,
)
from zjip_qa.index.manifest import Manifest, verify
from zjip_qa.index.opened import DENSE
from zjip_qa.settings import IndexSettings
from zjip_qa.types import Span

_SOURCES = ("a.md", "b.txt", "c.txt", "法律/第一章.md", "法律/第二章.md")
_ROOT = Path(__file__).parents[3]


def _hashes(manifest: Manifest) -> dict[str, str]:
    return {file.path: file.sha256 for file in manifest.files}


def test_every_part_holds_every_chunk(build: Build, index: Path) -> None:
    report = build()
    assert (report.added, report.changed, report.removed) == (_SOURCES, (), ())
    assert (report.problems, report.n_documents) == ((), 5)
    encoder = HashingEncoder()
    with open_index(index, fingerprint=encoder.fingerprint) as opened:
        assert opened.generation == report.generation == current(index).name
        assert opened.tokens is not None
        assert (
            report.n_chunks
            == opened.store.n_chunks
            == opened.dense.n_vectors
            == opened.lexical.n_chunks
            == opened.tokens.n_chunks
        )
        for chunk in opened.store.chunks(range(report.n_chunks)):
            document = opened.store.document(chunk.doc_id)
            assert document.text[chunk.start : chunk.end] == chunk.text
            # Token spans point into the document, headings left out; a translation's come last.
            tokens = opened.tokens.get(chunk.chunk_id)
            own = tokens.spans[tokens.weights > 0].tolist()
            words = [document.text[start:end] for start, end in own]
            assert len(words) == encoder.count_tokens([chunk.text])[0]
            assert words[0] == chunk.text[0] or chunk.text.startswith(words[0])
        (found,) = np.flatnonzero(opened.lexical.scores([QueryTerm.word("浙江大学")])).tolist()
        assert "浙江大学" in opened.store.chunk(found).text


def test_a_translation_is_aligned_and_is_no_source(build: Build, index: Path) -> None:
    build()
    with open_index(index) as opened:
        document = opened.store.document("a.md")
        (pair,) = opened.store.translation_of("a.md", 2, 6)
        assert (document.text[pair[0].start : pair[0].end], pair[1]) == (
            "专利转化",
            "专利转化 in 2024",
        )
        assert [s.doc_id for s in opened.store.documents() if s.translated] == ["a.md"]
        assert all(chunk.doc_id != "a.en.md" for chunk in opened.store.chunks(range(5)))


def test_nothing_changed_keeps_the_generation(build: Build, index: Path) -> None:
    first = build()
    encoder = HashingEncoder()
    second = build(encoder)
    assert (second.generation, second.unchanged) == (first.generation, _SOURCES)
    assert (second.added, second.changed, second.removed) == ((), (), ())
    assert encoder.n_passages == 0


def test_only_what_changed_is_encoded_and_the_result_is_that_of_a_full_build(
    build: Build, corpus: Path, index: Path, tmp_path: Path
) -> None:
    build()
    (corpus / "b.txt").write_text("Patents lapse. 专利失效。\n", encoding="utf-8")
    (corpus / "c.txt").unlink()
    (corpus / "0.txt").write_text("新的第一份文件。\n", encoding="utf-8")
    encoder = HashingEncoder()
    report = build(encoder)
    assert (report.added, report.changed, report.removed) == (("0.txt",), ("b.txt",), ("c.txt",))
    assert report.unchanged == ("a.md", "法律/第一章.md", "法律/第二章.md")
    whole = HashingEncoder()
    build(whole, into=tmp_path / "whole")
    # One chunk in each of the two files, and a sample of 8 that the check encodes again.
    assert encoder.n_passages == 2 + 8 < whole.n_passages
    with open_index(index) as updated, open_index(tmp_path / "whole") as fresh:
        assert _hashes(updated.manifest) == _hashes(fresh.manifest)
        assert updated.manifest.fingerprint == fresh.manifest.fingerprint


def test_a_removed_document_leaves_nothing(build: Build, corpus: Path, index: Path) -> None:
    build()
    (corpus / "c.txt").unlink()
    build()
    (corpus / "b.txt").write_text("Something else.", encoding="utf-8")
    build()
    with open_index(index) as opened:
        assert opened.lexical.df("商标") == 0
        assert "商标" not in opened.lexical.terms
        with pytest.raises(KeyError):
            opened.store.document("c.txt")
    for path in current(index).rglob("*"):
        assert path.is_dir() or "𠮷祥物".encode() not in path.read_bytes()


def test_a_changed_translation_changes_its_document(
    build: Build, corpus: Path, index: Path
) -> None:
    build()
    (corpus / "a.en.md").unlink()
    assert build().changed == ("a.md",)
    with open_index(index) as opened:
        assert opened.store.translation_of("a.md", 0, 100) == []


def test_rebuild_takes_nothing_over(build: Build, index: Path) -> None:
    first = build()
    encoder = HashingEncoder()
    second = build(encoder, rebuild=True)
    assert second.generation != first.generation
    assert encoder.n_passages > first.n_chunks
    assert second.unchanged == _SOURCES
    before, after = (verify(index / r.generation).fingerprint for r in (first, second))
    assert before == after


@pytest.mark.parametrize(
    ("encoder", "settings"),
    [
        (HashingEncoder(salt="other"), SETTINGS),
        (HashingEncoder(dim=32), SETTINGS),
        (HashingEncoder(), IndexSettings(chunk_tokens=20)),
        (HashingEncoder(), IndexSettings(chunk_tokens=16, token_vectors=False)),
    ],
    ids=["model", "dim", "chunk size", "token vectors"],
)
def test_another_model_or_setting_encodes_everything_anew(
    build: Build, index: Path, encoder: HashingEncoder, settings: IndexSettings
) -> None:
    build()
    before = encoder.n_passages
    report = build(encoder, settings)
    assert encoder.n_passages - before >= report.n_chunks
    with open_index(index, fingerprint=encoder.fingerprint) as opened:
        assert opened.dense.dim == encoder.dim
        assert (opened.tokens is None) == (not settings.token_vectors)


def test_another_user_dictionary_cuts_words_anew_and_encodes_nothing(
    build: Build, index: Path, tmp_path: Path
) -> None:
    build()
    dictionary = tmp_path / "words.txt"
    dictionary.write_text("专利转化率 100000\n", encoding="utf-8")
    encoder = HashingEncoder()
    with_words = IndexSettings(chunk_tokens=16, user_dictionary=dictionary)
    report = build(encoder, with_words)
    assert encoder.n_passages == min(8, report.n_chunks)  # the check alone
    with open_index(index) as opened:
        assert opened.lexical.df("专利转化率") == 1
        assert opened.user_dictionary is not None
        assert opened.user_dictionary.read_text(encoding="utf-8") == "专利转化率 100000\n"
        manifest = opened.manifest
    assert str(tmp_path) not in (current(index) / "manifest.json").read_text(encoding="utf-8")
    build(HashingEncoder(), with_words, into=tmp_path / "whole")
    with open_index(tmp_path / "whole") as whole:
        assert whole.manifest.fingerprint == manifest.fingerprint
    assert build(HashingEncoder(), with_words).generation == report.generation


def test_an_unreadable_document_is_reported_and_the_rest_indexed(
    build: Build, corpus: Path, index: Path
) -> None:
    (corpus / "bad.txt").write_bytes(bytes(range(256)) * 20)
    (corpus / "empty.txt").write_text(" \n", encoding="utf-8")
    (corpus / "b.zh.txt").write_bytes(b"\x00\x01\x02" * 50)
    first = build()
    assert [problem.doc_id for problem in first.problems] == ["b.zh.txt", "bad.txt", "empty.txt"]
    assert first.added == _SOURCES
    # Nothing changed, so the second run keeps the index and reports the same.
    second = build()
    assert (second.generation, second.problems) == (first.generation, first.problems)
    (corpus / "bad.txt").write_text("现在能读了。", encoding="utf-8")
    third = build()
    assert (third.added, len(third.problems)) == (("bad.txt",), 2)
    (corpus / "c.txt").write_bytes(b"\x00\x01\x02" * 50)
    fourth = build()
    assert fourth.removed == ("c.txt",)
    assert "c.txt" in [problem.doc_id for problem in fourth.problems]


def test_nothing_readable_keeps_the_old_index(build: Build, corpus: Path, index: Path) -> None:
    first = build()
    for path in [*corpus.glob("*.*"), *corpus.glob("法律/*")]:
        path.unlink()
    with pytest.raises(CorpusError):
        build()
    (corpus / "bad.txt").write_bytes(bytes(range(256)) * 20)
    with pytest.raises(CorpusError, match=r"bad\.txt"):
        build()
    assert current(index).name == first.generation
    assert _leftovers(index) == []


def test_progress_grows_to_one(build: Build) -> None:
    seen: list[Progress] = []
    build(progress=seen.append)
    shares = [each.share for each in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {each.doc_id for each in seen} == {*_SOURCES, ""}
    assert seen[-1] == Progress(Stage.CHECK, 0, 5, "", 1.0)
    assert {(each.stage, each.total) for each in seen[:-1]} == {(Stage.DOCUMENTS, 5)}


def test_a_build_that_is_called_off_leaves_the_old_index(
    build: Build, corpus: Path, index: Path
) -> None:
    first = build()
    (corpus / "b.txt").write_text("New.", encoding="utf-8")

    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(progress=stop)
    assert current(index).name == first.generation
    assert _leftovers(index) == []


def test_a_second_builder_is_told_to_wait(build: Build, index: Path) -> None:
    refused: list[str] = []

    def build_again(_: Progress) -> None:
        with pytest.raises(IndexUnusable) as caught:
            build()
        refused.append(str(caught.value))

    build(progress=build_again)
    assert f"is being built by another process (id {os.getpid()})" in refused[0]
    open_index(index).close()


def test_the_one_before_can_be_restored(build: Build, corpus: Path, index: Path) -> None:
    first = build()
    with pytest.raises(IndexUnusable, match="no earlier index"):
        rollback(index)
    (corpus / "b.txt").write_text("New.", encoding="utf-8")
    second = build()
    assert rollback(index).name == first.generation
    with open_index(index) as opened:
        assert opened.generation == first.generation
    assert rollback(index).name == second.generation
    (corpus / "b.txt").write_text("Newer.", encoding="utf-8")
    third = build()
    assert _generations(index) == [second.generation, third.generation]


def test_a_damaged_index_is_built_from_nothing(build: Build, index: Path) -> None:
    first = build()
    next((current(index) / "dense").iterdir()).write_bytes(b"")
    with pytest.raises(BrokenIndex, match=r"\.faiss"):
        open_index(index)
    second = build()
    assert second.generation != first.generation
    open_index(index).close()
    (index / "CURRENT").write_bytes(b"{}")
    third = build()
    open_index(index).close()
    assert third.added == _SOURCES
    assert build().generation == third.generation


def test_a_wrong_vector_is_found_before_the_index_is_used(
    build: Build, corpus: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build()
    (corpus / "b.txt").write_text("New.", encoding="utf-8")
    dense = sys.modules["zjip_qa.index.dense"].DenseIndex
    original = dense.from_vectors
    monkeypatch.setattr(dense, "from_vectors", lambda vectors: original(-vectors))
    with pytest.raises(BrokenIndex, match="failed its check"):
        build()
    assert current(index).name == first.generation
    assert _leftovers(index) == []


_PROGRAM = """
import sys
from pathlib import Path
from tests.encoders import HashingEncoder
from zjip_qa.index import build_index, open_index
from zjip_qa.settings import IndexSettings
corpus, index = Path(sys.argv[1]), Path(sys.argv[2])
build_index(corpus, index, HashingEncoder(), IndexSettings(chunk_tokens=16))
sys.stdout.write(open_index(index).manifest.fingerprint)
"""


def test_the_hash_seed_changes_no_byte(corpus: Path, tmp_path: Path) -> None:
    path = os.pathsep.join([str(_ROOT / "src"), str(_ROOT)])
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(corpus), str(tmp_path / seed)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
        )
        for seed in ("1", "4242")
    ]
    first, second = (process.communicate()[0] for process in running)
    assert len(first) == 64
    assert first == second


def test_missing_folders(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="does not exist"):
        build_index(tmp_path / "none", tmp_path / "index", HashingEncoder(), SETTINGS)
    with pytest.raises(BrokenIndex, match="run `zjip-qa index`"):
        open_index(tmp_path / "index")


def test_spans_of_translations_lie_in_the_document(build: Build, index: Path) -> None:
    build()
    with open_index(index) as opened:
        length = len(opened.store.document("a.md").text)
        spans = [span for span, _ in opened.store.translation_of("a.md", 0, length)]
    assert spans == sorted(spans, key=lambda span: span.start)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert Span(0, length).overlaps(spans[-1])


def _generations(index: Path) -> list[str]:
    return sorted(path.name for path in index.iterdir() if path.is_dir())


def _leftovers(index: Path) -> list[str]:
    return [name for name in _generations(index) if name.startswith("building-")]


class _Forgetful(HashingEncoder):
    """Encodes what a check samples, and no document."""

    def encode_passages(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None = None
    ) -> Encoded:
        assert sentences is None, "a document was encoded again"
        return super().encode_passages(texts, sentences)


def test_a_large_index_is_scanned_and_a_small_one_is_not(build: Build, index: Path) -> None:
    n_chunks = build().n_chunks
    with open_index(index) as opened:
        assert opened.manifest.dense == DenseKind.FLAT
        exact = opened.dense.search(opened.dense.vectors(np.arange(n_chunks)), 3)
        assert not list((opened.folder / DENSE).glob("*.int8.faiss"))
    report = build(_Forgetful(), replace(SETTINGS, exact_up_to=n_chunks - 1))
    assert report.unchanged == _SOURCES
    with open_index(index) as opened:
        assert opened.manifest.dense == DenseKind.INT8
        assert any(name.endswith(".int8.faiss") for name in _hashes(opened.manifest))
        found = opened.dense.search(opened.dense.vectors(np.arange(n_chunks)), 3)
        assert np.array_equal(exact[0], found[0])
        assert np.array_equal(exact[1], found[1])
