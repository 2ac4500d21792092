"""Laws and single articles as documents to ask `data/law-questions.jsonl` and its like of.

The training data holds single articles ("《广告法》第九条" and its text), some laws in two versions
mixed and most with gaps: enough to search in, not to rely on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from zjip_qa.answering import chinese_number
from zjip_qa.evaluation.questions import load_questions
from zjip_qa.training.data import read_pairs

SOURCE = "zh_pairs/prc-law-title-article.tsv.gz"
_ARTICLE = re.compile("《(?P<law>.+?)》(?P<article>第(?P<number>.+?)条)")


def asked_about(questions: Path) -> set[str]:
    """Names, less their suffix, of the documents that a question file asks about."""
    return {Path(q.doc_id).stem for q in load_questions(questions) if q.doc_id}


def write_laws(data: Path, names: Collection[str], folder: Path) -> None:
    """Write each law as Markdown, its articles in order.

    Args:
        data: the folder that holds `zh_pairs`.
        names: names of laws; the file of one is its name with `.md`.
        folder: where to write, made if absent.

    Raises:
        ValueError: a law isn't in the data.
    """
    articles: dict[str, dict[int, str]] = {name: {} for name in names}
    for law, article, number, text in _articles(data):
        if law in articles:
            # Of two versions the first.
            articles[law].setdefault(number, f"{article}　{text}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in articles.items():
        if not lines:
            raise ValueError(f"{data / SOURCE} holds no article of {name}; take the full data")
        text = "\n\n".join([f"# {name}", *(lines[number] for number in sorted(lines))])
        (folder / f"{name}.md").write_text(text + "\n", encoding="utf-8", newline="")


def write_articles(data: Path, names: Collection[str], folder: Path) -> None:
    """Write single articles as Markdown, each a document of its own.

    Args:
        data: the folder that holds `zh_pairs`.
        names: law and article with a space between: "广告法 第九条"; the file of one is its name
            with `.md`.
        folder: where to write, made if absent.

    Raises:
        ValueError: an article isn't in the data.
    """
    found = read_articles(data)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name not in found:
            raise ValueError(f"{data / SOURCE} holds no {name}; take the full data")
        text = f"# {name.rpartition(' ')[0]}\n\n{found[name]}\n"
        (folder / f"{name}.md").write_text(text, encoding="utf-8", newline="")


def read_articles(data: Path) -> dict[str, str]:
    """All articles, by law and article with a space between.

    Args:
        data: the folder that holds `zh_pairs`.
    """
    found: dict[str, str] = {}
    for law, article, _, text in _articles(data):
        found.setdefault(f"{law} {article}", f"{article}　{text}")
    return found


def _articles(data: Path) -> Iterator[tuple[str, str, int, str]]:
    """Law, article, its number, and its text."""
    for title, text in read_pairs(data / SOURCE):
        found = _ARTICLE.fullmatch(title)
        if found:
            number = int(chinese_number(found["number"]) or 0)
            yield found["law"], found["article"], number, text.strip()
