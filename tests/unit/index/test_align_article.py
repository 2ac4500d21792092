"""The shipped encoder aligns the sample article with its translation, whatever the cuts."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from zjip_qa.chunks import split_document
from zjip_qa.documents import read_document, scan_corpus
from zjip_qa.embedding import Encoder, load_encoder
from zjip_qa.index.align import align_translation
from zjip_qa.types import Document, Sentence, Span

pytestmark = pytest.mark.slow

_CORPUS = Path(__file__).parents[3] / "corpus"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def _read(encoder: Encoder) -> tuple[Document, list[Sentence], Document, list[Sentence]]:
    (file,) = [f for f in scan_corpus(_CORPUS).sources if f.doc_id == "zhejiang-ip.md"]
    assert file.translation is not None
    parts: list[object] = []
    for document in (read_document(file), read_document(file.translation)):
        parts += [document, _sentences(document, encoder)]
    return tuple(parts)  # type: ignore[return-value]


def _sentences(document: Document, encoder: Encoder) -> list[Sentence]:
    return split_document(document, encoder.count_tokens, max_tokens=160, overlap_sentences=0)[1]


def _percentages(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?%", text))


def test_nearly_every_sentence_meets_its_own_figures(encoder: Encoder) -> None:
    document, sentences, translation, translated = _read(encoder)
    found = align_translation(document, sentences, translation, translated, encoder)
    covered = [
        s for s in sentences if any(f.span.start <= s.span.start < f.span.end for f in found)
    ]
    assert len(covered) >= 0.95 * len(sentences)
    for each in found:
        source = document.text[each.span.start : each.span.end].replace("％", "%")
        assert _percentages(source) == _percentages(each.text), source


def test_a_translation_cut_otherwise_and_with_gaps(encoder: Encoder) -> None:
    document, sentences, translation, translated = _read(encoder)
    # Every seventh sentence is missing; of the others every fifth is joined with the next.
    kept = [s for i, s in enumerate(translated) if i % 7 != 3]
    joined: list[Sentence] = []
    for i, sentence in enumerate(kept):
        if i % 5 == 1 and joined[-1].section == sentence.section:
            joined[-1] = replace(joined[-1], span=Span(joined[-1].span.start, sentence.span.end))
        else:
            joined.append(sentence)
    right = {
        (a.span.start, a.text)
        for a in align_translation(document, sentences, translation, translated, encoder)
    }
    found = align_translation(document, sentences, translation, joined, encoder)
    # A joined sentence may hold a missing one between, so only starts are compared.
    starts = {text[:60]: start for start, text in right}
    checked = [(each, starts[each.text[:60]]) for each in found if each.text[:60] in starts]
    assert len(checked) >= 0.75 * len(joined)
    assert sum(each.span.start == start for each, start in checked) >= 0.9 * len(checked)
