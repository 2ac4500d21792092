import json
from pathlib import Path

import pytest

from zjip_qa.interfaces.examples import FILE_NAME, Examples, load_examples
from zjip_qa.types import Block, BlockKind, Document, Language, Span

DOCUMENTS = [
    Document("a.md", "# 保护——\n", blocks=(Block(Span(2, 6), BlockKind.HEADING, 1),)),
    Document(
        "b.md", "# Law\n", blocks=(Block(Span(2, 5), BlockKind.HEADING, 1),), language=Language.EN
    ),
]


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
        ("“保护”讲了什么?",), ("What does “Law” say?",)
    )
