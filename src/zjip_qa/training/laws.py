"""Puts laws together from their articles, as documents to ask `data/law-questions.jsonl` of.

The training data holds single articles ("《广告法》第九条" and its text), some laws in two versions
mixed and most with gaps: enough to search in, not to rely on.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from zjip_qa.answering import chinese_number
from zjip_qa.training.data import read_pairs

SOURCE = "zh_pairs/prc-law-title-article.tsv.gz"
_ARTICLE = re.compile("《(?P<law>.+?)》(?P<article>第(?P<number>.+?)条)")


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
    for title, text in read_pairs(data / SOURCE):
        found = _ARTICLE.fullmatch(title)
        if found and found["law"] in articles:
            number = int(chinese_number(found["number"]) or 0)
            # Of two versions the first.
            line = f"{found['article']}　{text.strip()}"
            articles[found["law"]].setdefault(number, line)
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in articles.items():
        if not lines:
            raise ValueError(f"{data / SOURCE} holds no article of {name}; take the full data")
        text = "\n\n".join([f"# {name}", *(lines[number] for number in sorted(lines))])
        (folder / f"{name}.md").write_text(text + "\n", encoding="utf-8", newline="")
