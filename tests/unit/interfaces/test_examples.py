import json
from pathlib import Path

import pytest

from zjip_qa.interfaces.examples import (
    FILE_NAME,
    Examples,
    examples_from_headings,
    load_examples,
    next_questions,
)
from zjip_qa.types import Block, BlockKind, Document, Language, Span


def _document(doc_id: str, text: str, language: Language) -> Document:
    """A document whose lines are headings where they begin with # and paragraphs otherwise."""
    blocks, start = [], 0
    for line in text.splitlines(keepends=True):
        level = len(line) - len(line.lstrip("#"))
        kind = BlockKind.HEADING if level else BlockKind.PARAGRAPH
        blocks.append(Block(Span(start + level, start + len(line)), kind, level))
        start += len(line)
    return Document(doc_id, text, blocks=tuple(blocks), language=language)


DOCUMENTS = [
    _document("a.md", "#保护——\n条文。\n", Language.ZH),
    _document("b.md", "#Law\nIt says so.\n", Language.EN),
]


def test_headings_with_nothing_under_them_are_left_out() -> None:
    document = _document("c.md", "#专利\n##许可\n#商标\n#版权\n登记。\n#空\n", Language.ZH)
    assert examples_from_headings([document]).zh == ("“专利”讲了什么？", "“版权”讲了什么？")


def test_next_questions_leave_out_what_was_asked_or_cited() -> None:
    text = "".join(f"#第{n}章\n条文。\n" for n in "一二三四五六")
    document = _document("c.md", text, Language.ZH)
    found = next_questions(
        [document], Examples(zh=("例?",)), ["“第二章”讲了什么？"], ["第一章 › 总则"], Language.ZH
    )
    assert found == ("“第三章”讲了什么？", "“第四章”讲了什么？", "“第五章”讲了什么？")
    other = next_questions([document], Examples(en=("One?", "Two?")), ["One?"], [], Language.EN)
    assert other == ("Two?",)


def test_a_corpus_brings_its_own(tmp_path: Path) -> None:
    stated = {"zh": ["一?", " "], "en": ["One?", "Two?", "Three?", "Four?", "Five?"]}
    (tmp_path / FILE_NAME).write_text(json.dumps(stated), encoding="utf-8")
    assert load_examples(tmp_path, DOCUMENTS) == Examples(
        ("一?",), ("One?", "Two?", "Three?", "Four?")
    )


@pytest.mark.parametrize("content", [None, "", "[]", '{"zh": "x", "en": []}', '{"zh": [1]}'])
def test_without_usable_examples_headings_are_asked_about(
    tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    assert load_examples(tmp_path, DOCUMENTS) == Examples(
        ("“保护”讲了什么？",), ("What does “Law” say?",)
    )
