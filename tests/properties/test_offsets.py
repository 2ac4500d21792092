"""Offsets are exact: whatever the text, every span leads back to the words it stands for."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby, pairwise
from operator import itemgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zjip_qa.chunks import document_sentences, passage_text, split_document
from zjip_qa.documents import decode, reader_for
from zjip_qa.errors import UnreadableDocument
from zjip_qa.text import Segmenter, is_han, normalize, split_sentences

PIECES = """
知识产权 產權 專利 一批现代化、专 业化。 浙江 聚力 𠮷 々 ＲＣＥＰ ２０２３ T+1 3.5 1.7万 2023—2027年
U.S. No. 5 The patent. e\u0301 ｶﾞ 한 각 … …… ① ㎡ ﬁ 👨\u200d👩\u200d👧 ❤\ufe0f \u0301 \u200b
“ ” 《 》 （ ） 。 ！ ？ ; ； , ， 、 : . ? ! " ' # ## - > | |-| ``` *** ** 1. [x]( <br> <!-- -->
第一章 一、 \\
"""
SPACES = [" ", "  ", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\u3000", "\t", "  \n", "\u2028"]
texts = st.lists(st.one_of(st.sampled_from(PIECES.split() + SPACES), st.text(max_size=3))).map(
    "".join
)
# What a text file may hold: no lone surrogates, no control characters.
stored_texts = texts.map(lambda text: re.sub("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]", "", text))


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


def count(parts: Sequence[str]) -> list[int]:
    return [sum(not c.isspace() for c in part) for part in parts]


@given(texts)
def test_the_map_of_a_copy_is_whole_and_in_order(text: str) -> None:
    copy = normalize(text)
    assert len(copy.starts) == len(copy.text) + 1
    assert len(copy.ends) == len(copy.text)
    assert copy.starts[-1] == len(text)
    assert list(copy.starts) == sorted(copy.starts)
    assert list(copy.ends) == sorted(copy.ends)
    assert all(start < end for start, end in zip(copy.starts, copy.ends, strict=False))


@given(texts)
def test_every_source_cluster_normalises_to_what_stands_for_it(text: str) -> None:
    copy = normalize(text)
    positions = zip(copy.text, copy.starts, copy.ends, strict=False)
    for (start, end), group in groupby(positions, key=itemgetter(1, 2)):
        source = re.sub("[\ud800-\udfff]", "\ufffd", text[start:end])
        expected = " " if source.isspace() else unicodedata.normalize("NFKC", source)
        standing = [character for character, _, _ in group]
        assert len(standing) == len(expected)
        for got, wanted in zip(standing, expected, strict=True):
            # Simplification follows NFKC and looks at neighbours.
            assert got == wanted or is_han(wanted) or (got == " " and wanted.isspace())


@given(texts)
def test_everything_left_out_of_the_copy_is_invisible(text: str) -> None:
    copy = normalize(text)
    covered = {p for s, e in zip(copy.starts, copy.ends, strict=False) for p in range(s, e)}
    for position, character in enumerate(text):
        if position not in covered:
            assert character.isspace() or character in "\u00ad\u200b\u2060\ufeff"


@settings(deadline=None)
@given(text=texts)
def test_words_stand_where_they_say(segmenter: Segmenter, text: str) -> None:
    words = segmenter.words(text)
    for one, two in pairwise(words):
        # Normally one ends before two starts; ¼ alone is two words.
        assert one.start <= two.start
        assert one.end <= two.end
    for word in words:
        standing = normalize(text[word.start : word.end]).text.lower().replace(",", "")
        # The span takes in marks that sit on the word's last character.
        assert len(standing) >= len(word.term)
        assert word.term in standing or is_han(word.term[0])
    assert {(w.start, w.end) for w in words} <= {
        (t.start, t.end) for t in segmenter.index_terms(text)
    }


@given(texts)
def test_sentences_cover_all_but_white_space_in_order(text: str) -> None:
    spans = split_sentences(text)
    for one, two in pairwise(spans):
        assert one.end <= two.start
    for span in spans:
        sentence = text[span.start : span.end]
        assert sentence
        assert sentence == sentence.strip()
    covered = "".join(text[span.start : span.end] for span in spans)
    assert "".join(covered.split()) == "".join(text.split())


@given(stored_texts, st.sampled_from(["a.md", "a.txt"]))
def test_blocks_are_in_order_and_have_no_space_at_their_edges(text: str, name: str) -> None:
    document = reader_for(name).read(b"\xef\xbb\xbf" + text.encode(), name)
    position = 0
    for block in document.blocks:
        assert block.span.start >= position
        part = document.text[block.span.start : block.span.end]
        assert part
        assert part == part.strip()
        position = block.span.end


@given(stored_texts, st.sampled_from(["a.md", "a.txt"]), st.integers(1, 40), st.integers(0, 3))
def test_chunks_hold_every_sentence_whole(
    text: str, name: str, max_tokens: int, overlap: int
) -> None:
    document = reader_for(name).read(b"\xef\xbb\xbf" + text.encode(), name)
    chunks, sentences = split_document(
        document, count, max_tokens=max_tokens, overlap_sentences=overlap
    )
    for chunk in chunks:
        assert document.text[chunk.start : chunk.end] == chunk.text
        passage, offset = passage_text(chunk, document.title)
        assert passage[offset:] == chunk.text
    for one, two in pairwise(chunks):
        assert one.start < two.start or one.end < two.end
    for sentence in sentences:
        part = document.text[sentence.span.start : sentence.span.end]
        assert part == part.strip()
        assert count([part])[0] <= max_tokens
        assert any(
            chunk.start <= sentence.span.start
            and sentence.span.end <= chunk.end
            and chunk.section == sentence.section
            for chunk in chunks
        )
    whole = "".join(document.text[s.span.start : s.span.end] for s in sentences)
    before = "".join(document.text[s.span.start : s.span.end] for s in document_sentences(document))
    assert "".join(whole.split()) == "".join(before.split())


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe"]))
def test_bytes_are_read_or_refused(data: bytes, mark: bytes) -> None:
    try:
        text = decode(mark + data, "a.txt")
    except UnreadableDocument:
        return
    assert "\x00" not in text
    assert text.encode("utf-8").decode("utf-8") == text


@given(stored_texts)
def test_utf_8_is_read_as_it_is(text: str) -> None:
    assert decode(b"\xef\xbb\xbf" + text.encode(), "a.txt") == text
