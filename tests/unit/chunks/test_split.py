from collections.abc import Sequence

import pytest

from zjip_qa.chunks import passage_text, split_document
from zjip_qa.documents import reader_for
from zjip_qa.types import Chunk, Document, Span


def count(texts: Sequence[str]) -> list[int]:
    """One token a character that isn't white space."""
    return [sum(not c.isspace() for c in text) for text in texts]


def read(text: str) -> Document:
    return reader_for("a.md").read(text.encode(), "a.md")


def chunk_texts(text: str, limit: int, overlap: int = 0) -> list[str]:
    document = read(text)
    chunks, _ = split_document(document, count, max_tokens=limit, overlap_sentences=overlap)
    return [chunk.text for chunk in chunks]


def sentence(letter: str, size: int) -> str:
    return letter * (size - 1) + "。"


def test_chunks_are_as_few_and_as_even_as_can_be() -> None:
    # 5 sentences of 4 in chunks of up to 16: 12 + 8, not 16 + 4.
    parts = [sentence(letter, 4) for letter in "甲乙丙丁戊"]
    assert sorted(map(len, chunk_texts("".join(parts), 16))) == [8, 12]
    assert chunk_texts("".join(parts), 20) == ["".join(parts)]


def test_sections_are_kept_apart() -> None:
    assert chunk_texts("# 题\n一。\n## 甲\n二。\n三。\n## 甲\n四。", 100) == [
        "一。",
        "二。\n三。",
        "四。",
    ]


def test_long_markup_between_sentences_is_left_out() -> None:
    comment = "<!-- " + "x" * 100 + " -->"
    assert chunk_texts(f"一。\n\n{comment}\n\n二。", 100) == ["一。", "二。"]


def test_neighbours_share_sentences() -> None:
    parts = [sentence(letter, 4) for letter in "甲乙丙丁戊"]
    chunks = chunk_texts("".join(parts), 12, overlap=1)
    assert chunks == ["甲甲甲。乙乙乙。丙丙丙。", "丙丙丙。丁丁丁。戊戊戊。"]


def test_no_overlap_of_more_than_a_third() -> None:
    parts = [sentence(letter, 5) for letter in "甲乙丙丁"]
    assert chunk_texts("".join(parts), 12, overlap=1) == [
        "甲甲甲甲。乙乙乙乙。",
        "丙丙丙丙。丁丁丁丁。",
    ]


def test_no_overlap_where_it_would_leave_no_room() -> None:
    assert chunk_texts(sentence("甲", 3) + sentence("乙", 10), 10, overlap=1) == [
        "甲甲。",
        sentence("乙", 10),
    ]


def test_a_sentence_too_long_is_cut_at_clause_marks() -> None:
    text = "甲甲甲，乙乙乙；丙丙丙、丁丁丁。"
    document = read(text)
    chunks, sentences = split_document(document, count, max_tokens=9, overlap_sentences=0)
    assert [document.text[s.span.start : s.span.end] for s in sentences] == [
        "甲甲甲，乙乙乙；",
        "丙丙丙、丁丁丁。",
    ]
    assert [chunk.span for chunk in chunks] == [Span(0, 8), Span(8, 16)]


def test_a_sentence_without_marks_is_cut_between_characters_but_not_in_a_word() -> None:
    document = read("甲" * 17 + "Zhejiang")
    _, sentences = split_document(document, count, max_tokens=10, overlap_sentences=0)
    texts = [document.text[s.span.start : s.span.end] for s in sentences]
    assert "".join(texts) == document.text
    assert max(map(len, texts)) <= 10
    assert texts[-1].endswith("Zhejiang")


@pytest.mark.parametrize(("limit", "overlap"), [(0, 0), (10, -1)])
def test_wrong_arguments(limit: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=f"got {limit} and {overlap}"):
        split_document(read("一。"), count, max_tokens=limit, overlap_sentences=overlap)


def test_a_document_without_sentences() -> None:
    assert split_document(read("# 题"), count, max_tokens=9, overlap_sentences=1) == ([], [])


@pytest.mark.parametrize(
    ("title", "section", "heading"),
    [
        ("", (), ""),
        ("题目", (), "题目\n"),
        ("题  目\n", ("甲", "乙"), "题 目 › 甲 › 乙\n"),
        ("题目", ("甲" * 50, "乙" * 20), "题目 › " + "乙" * 20 + "\n"),
        ("题" * 60, ("乙" * 20,), "题" * 36 + "… › " + "乙" * 20 + "\n"),
        ("题" * 80, (), "题" * 59 + "…\n"),
    ],
)
def test_passage_text(title: str, section: tuple[str, ...], heading: str) -> None:
    chunk = Chunk("a.md", 0, 2, "一。", section)
    text, offset = passage_text(chunk, title)
    assert text == heading + "一。"
    assert text[offset:] == chunk.text
