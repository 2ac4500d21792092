import pytest

from zjip_qa.answering.byline import asks_for_author, is_byline
from zjip_qa.text import Segmenter
from zjip_qa.types import Document, Sentence, Span

SEGMENTER = Segmenter()


@pytest.mark.parametrize(
    "question",
    [
        "这篇文章的作者是谁？",
        "作者是谁",
        "本文的作者都有谁?",
        "这篇报道是谁写的？",
        "該報道的作者是誰？",
        "請問這篇文章是誰寫的",
        "Who wrote this article?",
        "who is the author of the report",
        "Who are the authors?",
        "By whom was this text written?",
    ],
)
def test_asking_for_the_author(question: str) -> None:
    assert asks_for_author(question)


@pytest.mark.parametrize(
    "question",
    [
        "《红楼梦》的作者是谁？",
        "作者是谁的学生？",
        "这部法律保护作者的哪些权利？",
        "Who wrote the law on patents?",
        "Who wrote to the article's editor?",
        "What rights do authors have?",
    ],
)
def test_asking_for_something_else(question: str) -> None:
    assert not asks_for_author(question)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("李梦瑶 欧阳子涵", True),
        ("李梦瑶、赵启航", True),
        ("本报记者 李梦瑶 通讯员 赵启航", True),
        ("（记者：李梦瑶）", True),
        ("文/李梦瑶", True),
        ("By Jane Smith", True),
        ("Author: Jane Smith", True),
        # Words of the dictionary, though 金 and 高 are surnames.
        ("金融 高度", False),
        ("李梦瑶到会讲话。", False),
        ("By then the law was old. It had to go.", False),
        ("By then it was gone", False),
        ("文化产业发展", False),
    ],
)
def test_a_line_that_names_authors(line: str, named: bool) -> None:
    document = Document("a.md", line + "\n\n正文在此。")
    assert is_byline(Sentence(Span(0, len(line))), document, SEGMENTER) is named


def test_a_byline_stands_at_the_beginning() -> None:
    line = "李梦瑶 赵启航"
    document = Document("a.md", "甲。" * 400 + line)
    start = len(document.text) - len(line)
    assert not is_byline(Sentence(Span(start, len(document.text))), document, SEGMENTER)
