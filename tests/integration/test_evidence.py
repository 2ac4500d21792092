"""The same questions, whatever vectors the index keeps and whatever the model gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.encoders import WithoutTokens
from tests.tiny_models import save_static

from zjip_qa import KnowledgeBase
from zjip_qa.answering.evidence import _Words
from zjip_qa.embedding import Encoder, load_encoder
from zjip_qa.settings import IndexSettings

CORPUS = {
    "library.md": (
        "# 市图书馆\n\n市图书馆于1998年5月开馆,藏书36万册。每位读者一次最多可以借8本书,"
        "借期30天。逾期未还的,每本每天收取0.2元滞纳金。\n\n"
        "## 儿童阅览室\n\n儿童阅览室设在二楼,周一闭馆。每周六上午举办讲故事活动。\n"
    ),
    "lighthouse.md": (
        "# The lighthouse\n\nThe lighthouse was built in 1874 by Alan Stevenson. Its lamp is 41 "
        "metres above the sea and can be seen from 20 miles away.\n\nThe last keeper left in "
        "1990. Since then the lamp has been run from Edinburgh.\n"
    ),
    "ferry.txt": (
        "轮渡公司有客船5艘、货船2艘。成人票价12元,学生票价6元。末班船晚上九点半开出。"
        "大风超过八级时停航。\n"
    ),
}
QUESTIONS = {
    "一次最多可以借多少本书？": "一次最多可以借8本书",
    "儿童阅览室在几楼？": "设在二楼",
    "学生票价是多少元？": "学生票价6元",
    "市图书馆是哪一年开馆的？": "1998年5月开馆",
    "末班船什么时候开？": "晚上九点半",
    "When was the lighthouse built?": "built in 1874",
    "How high above the sea is the lamp?": "41 metres",
    "How many books may a reader borrow?": "一次最多可以借8本书",
}


def build(encoder: Encoder, folder: Path, *, token_vectors: bool = True) -> KnowledgeBase:
    (folder / "corpus").mkdir()
    for name, text in CORPUS.items():
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    settings = IndexSettings(token_vectors=token_vectors)
    return KnowledgeBase.build(
        folder / "corpus", folder / "index", encoder=encoder, settings=settings
    )


@pytest.fixture(scope="module")
def with_tokens(
    shipped_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> KnowledgeBase:
    return build(shipped_encoder, tmp_path_factory.mktemp("with"))


@pytest.fixture(scope="module")
def without_tokens(
    shipped_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> KnowledgeBase:
    return build(shipped_encoder, tmp_path_factory.mktemp("without"), token_vectors=False)


@pytest.fixture(scope="module")
def without_a_head(
    shipped_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> KnowledgeBase:
    return build(WithoutTokens(shipped_encoder), tmp_path_factory.mktemp("sentences"))


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_index_without_token_vectors_gives_the_same_citations(
    with_tokens: KnowledgeBase, without_tokens: KnowledgeBase, question: str
) -> None:
    expected = with_tokens.ask(question, threshold=0.0)
    answer = without_tokens.ask(question, threshold=0.0)
    assert QUESTIONS[question] in answer.citations[0].quote
    assert (answer.text, answer.citations) == (expected.text, expected.citations)


@pytest.mark.parametrize("question", QUESTIONS)
def test_cutting_only_what_may_hold_a_word_changes_nothing(
    with_tokens: KnowledgeBase, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = with_tokens.ask(question)
    monkeypatch.setattr(_Words, "may_stand_in", lambda *_: True)
    assert with_tokens.ask(question) == answer


def test_trust_hardly_depends_on_what_the_index_keeps(
    with_tokens: KnowledgeBase, without_tokens: KnowledgeBase
) -> None:
    for question in QUESTIONS:
        stored = with_tokens.ask(question, threshold=0.0).confidence
        assert without_tokens.ask(question, threshold=0.0).confidence == pytest.approx(
            stored, abs=0.15
        )


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_model_without_token_vectors_answers_sentence_by_sentence(
    without_a_head: KnowledgeBase, question: str
) -> None:
    answer = without_a_head.ask(question, threshold=0.0)
    assert QUESTIONS[question] in answer.citations[0].quote


def test_what_no_document_says_is_refused_all_the_same(
    without_tokens: KnowledgeBase, without_a_head: KnowledgeBase
) -> None:
    for question in ("月球上有多少人口？", "What is the capital of Peru?"):
        assert without_tokens.ask(question).abstained
        assert without_a_head.ask(question).abstained


def test_a_table_of_word_vectors_is_enough_to_ask(tmp_path: Path) -> None:
    knowledge_base = build(load_encoder(str(save_static(tmp_path / "static"))), tmp_path)
    answer = knowledge_base.ask("学生票价是多少元？", threshold=0.0)
    assert "学生票价6元" in answer.citations[0].quote
