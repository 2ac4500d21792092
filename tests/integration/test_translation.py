"""The shipped article and its translation, aligned by the shipped model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from zjip_qa.answering.quantities import find_english_quantities, find_quantities, same_value
from zjip_qa.chunks import split_document
from zjip_qa.embedding import Encoder
from zjip_qa.knowledge_base import KnowledgeBase
from zjip_qa.types import Sentence, Span

ARTICLE = "zhejiang-ip.md"
CORPUS = Path(__file__).parents[2] / "corpus"


def _sentences(base: KnowledgeBase, encoder: Encoder) -> Sequence[Sentence]:
    document = base.document(ARTICLE)
    return split_document(document, encoder.count_tokens, max_tokens=160, overlap_sentences=0)[1]


def _check_figures(base: KnowledgeBase, pairs: Sequence[tuple[Span, str]]) -> None:
    """Every figure and date of a pair's Chinese side stands on its English side."""
    text = base.document(ARTICLE).text
    n_figures = 0
    for span, english in pairs:
        chinese = text[span.start : span.end]
        said = find_english_quantities(english)
        for figure in find_quantities(chinese):
            n_figures += 1
            assert any(same_value(figure, other) for other in said), f"{chinese}\n{english}"
    assert n_figures >= 80


def _coverage(pairs: Sequence[tuple[Span, str]], sentences: Sequence[Sentence]) -> float:
    return sum(any(s.span.overlaps(span) for span, _ in pairs) for s in sentences) / len(sentences)


def test_the_figures_of_every_pair_agree(
    knowledge_base: KnowledgeBase, shipped_encoder: Encoder
) -> None:
    pairs = knowledge_base.translation(ARTICLE)
    _check_figures(knowledge_base, pairs)
    assert _coverage(pairs, _sentences(knowledge_base, shipped_encoder)) >= 0.9


def test_pairs_stand_in_order_and_hold_the_translators_words(
    knowledge_base: KnowledgeBase,
) -> None:
    pairs = knowledge_base.translation(ARTICLE)
    english = (CORPUS / "zhejiang-ip.en.md").read_text(encoding="utf-8")
    end = place = 0
    for span, words in pairs:
        assert span.start >= end
        end = span.end
        place = english.index(words, place) + len(words)


@pytest.mark.slow
@pytest.mark.parametrize("cut", ["one line", "a line a sentence"])
def test_the_lines_of_the_translation_do_not_matter(
    knowledge_base: KnowledgeBase, shipped_encoder: Encoder, tmp_path: Path, cut: str
) -> None:
    """Paragraphs run together up to the next heading, or broken behind each sentence."""
    english = (CORPUS / "zhejiang-ip.en.md").read_text(encoding="utf-8")
    if cut == "one line":
        english = re.sub(r"(?m)(?<=[.?…])\n\n(?=[“\w])", " ", english)
    else:
        english = re.sub(r"(?<=[.;]) (?=[A-Z])", "\n\n", english)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / ARTICLE).write_bytes((CORPUS / ARTICLE).read_bytes())
    (corpus / "zhejiang-ip.en.md").write_text(english, encoding="utf-8")
    base = KnowledgeBase.build(corpus, tmp_path / "index", encoder=shipped_encoder)
    pairs = base.translation(ARTICLE)
    _check_figures(base, pairs)
    assert _coverage(pairs, _sentences(base, shipped_encoder)) >= 0.9
    usual = {span: words for span, words in knowledge_base.translation(ARTICLE)}
    same = [span for span, words in pairs if usual.get(span) == words.replace("\n\n", " ")]
    assert len(same) >= 0.8 * len(pairs)


def test_a_question_meets_the_words_of_the_translation(
    shipped_encoder: Encoder, tmp_path: Path
) -> None:
    """A name that no dictionary has is found by its translation, and the source is cited."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    said = {
        "蓝鲸谷图书馆藏书31万册。": "The Vorlandia library holds 310,000 books.",
        "赤松堡大桥全长900米。": "The Kestrelheim bridge is 900 metres long.",
        "白鹭湾医院有病床450张。": "The Ombrework hospital has 450 beds.",
    }
    (corpus / "a.md").write_text("\n\n".join(said), "utf-8")
    (corpus / "a.en.md").write_text("\n\n".join(said.values()), "utf-8")
    base = KnowledgeBase.build(corpus, tmp_path / "index", encoder=shipped_encoder)
    assert [words for _, words in base.translation("a.md")] == list(said.values())
    for question, source in zip(
        (
            "What is there in Vorlandia?",
            "What is there in Kestrelheim?",
            "Tell me about Ombrework.",
        ),
        said,
        strict=True,
    ):
        answer = base.ask(question, threshold=0.0)
        assert answer.citations[0].quote == source


def test_the_author_is_named_by_the_byline(knowledge_base: KnowledgeBase) -> None:
    for question in ("这篇文章的作者是谁？", "Who wrote this article?"):
        answer = knowledge_base.ask(question)
        assert answer.citations[0].quote == "朱言 陈琳嘉"
