"""Examples from questions that we wrote beside passages, in both languages.

The public reading sets ask in Chinese, in the words of their passages, and their passages answer.
Ours ask as people do who haven't read the text, in English as naturally as in Chinese, and half of
them for what the passage doesn't say. What a search puts beside the right passage is read too: the
reader must tell it from the right one.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from opencc import OpenCC

from zjip_qa.embedding import Encoder
from zjip_qa.evaluation.questions import load_questions
from zjip_qa.index import build_index, open_index
from zjip_qa.retrieval import Retriever, load_bridge
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter, split_sentences
from zjip_qa.training.laws import read_articles
from zjip_qa.training.reading_data import WINDOWS, Asked, Example
from zjip_qa.types import Language, Query, Span

TRAINED_ON = "tune"
"""The split of the files that is trained on; the other measures."""
_NEAR = 0.25
"""Share of examples whose window is of another passage that a search finds for the question."""
_WITHOUT = 0.08
"""Share of examples from whose window the sentence that answers was taken out."""
_TRADITIONAL = 0.25
_N_NEAR = 6
_SAME = 60
"""Characters that two passages begin with if they are one."""
_LIKELIEST = 0.6
"""How often a window without an answer is the one most like the question; else it is any."""
_SHORT = 20
"""Added to a sentence's length, so that the shortest one isn't always the likest."""


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question, the same in Chinese, its passage, and where in it the answer stands, if it does.

    The passage is in simplified characters.
    """

    text: str
    language: Language
    in_chinese: str
    passage: str
    answer: Span | None


def read_article_questions(path: Path, data: Path) -> list[OwnQuestion]:
    """Read what is asked of single articles of laws.

    Args:
        path: a question file that names documents as `write_articles` does.
        data: the folder that holds `zh_pairs`.
    """
    rows = [row for row in load_questions(path) if row.split == TRAINED_ON]
    chinese = {_number(row.id): row.question for row in rows if row.lang is Language.ZH}
    articles = dict(read_articles(data))
    questions = []
    for row in rows:
        passage = articles[Path(row.doc_id or "").stem]
        answer = _span(row.answers[0], passage) if row.answers else None
        if answer is not None or not row.answers:
            in_chinese = chinese[_number(row.id)]
            questions.append(OwnQuestion(row.question, row.lang, in_chinese, passage, answer))
    return questions


def read_passage_questions(path: Path, asked: Sequence[Asked]) -> list[OwnQuestion]:
    """Read what is asked of passages of reading sets.

    Args:
        path: JSONL: `id`, `question`, `lang`, `split`, and either `translates`, the id of a
            question of the sets, or `beside`, the id of one on the same passage, and `answer`,
            words of the passage or null.
        asked: the questions of the sets; those on other passages are left out.
    """
    by_id = {one.id: one for one in asked}
    rows: list[dict[str, Any]] = [
        row
        for line in path.read_text(encoding="utf-8").splitlines()
        if (row := json.loads(line))["split"] == TRAINED_ON
    ]
    chinese = {_number(row["id"]): row["question"] for row in rows if row["lang"] == Language.ZH}
    questions = []
    for row in rows:
        one = by_id.get(row.get("translates") or row["beside"])
        if one is None:
            continue
        answer: Span | None
        if "translates" in row:
            in_chinese, answer = one.question, one.answers[0]
        else:
            in_chinese = chinese[_number(row["id"])]
            answer = _span(row["answer"], one.context) if row["answer"] else None
            if row["answer"] and answer is None:
                continue
        questions.append(
            OwnQuestion(row["question"], Language(row["lang"]), in_chinese, one.context, answer)
        )
    return questions


def near_misses(
    questions: Sequence[OwnQuestion], others: Sequence[str], encoder: Encoder
) -> list[list[str]]:
    """For each question the passages that a search finds beside its own, likeliest first.

    Args:
        questions: they are searched for in one another's passages.
        others: texts to search in too.
        encoder: what the product searches with.
    """
    texts = dict.fromkeys([*(question.passage for question in questions), *others])
    with tempfile.TemporaryDirectory() as folder:
        corpus, index = Path(folder) / "corpus", Path(folder) / "index"
        corpus.mkdir()
        for number, text in enumerate(texts):
            (corpus / f"{number}.txt").write_text(text, encoding="utf-8", newline="")
        build_index(corpus, index, encoder, IndexSettings())
        retriever = Retriever(open_index(index), encoder, Segmenter(), load_bridge())
        found = []
        for question in questions:
            hits = retriever.search(Query(question.text, question.language), k=_N_NEAR + 2)
            passages = [hit.chunk.text for hit in hits]
            near = [passage for passage in passages if not _is_same(passage, question.passage)]
            found.append(near[:_N_NEAR])
    return found


class OwnExamples:
    """Draws examples without end."""

    def __init__(
        self, questions: Sequence[OwnQuestion], near: Sequence[Sequence[str]], seed: int
    ) -> None:
        """`near` are passages beside each question's own, as `near_misses` gives them."""
        self._questions = list(zip(questions, near, strict=True))
        self._draw = random.Random(seed)
        self._in_traditional = OpenCC("s2t").convert
        self._sentences = cache(lambda text: list(split_sentences(text)))

    def __iter__(self) -> Iterator[Example]:
        while True:
            for question, near in self._draw.sample(self._questions, len(self._questions)):
                example = self._of(question, near)
                if example is not None:
                    yield self._spelled(example, question.language)

    def _of(self, question: OwnQuestion, near: Sequence[str]) -> Example | None:
        kind, passage, answer = self._draw.random(), question.passage, question.answer
        if kind < _NEAR and near:
            return self._empty(question, self._draw.choice(near))
        if answer is None:
            return self._empty(question, passage)
        holding = [span for span in self._sentences(passage) if span.overlaps(answer)]
        around = Span(holding[0].start, holding[-1].end)
        if _NEAR <= kind < _NEAR + _WITHOUT:
            rest = passage[: around.start] + passage[around.end :]
            if len(rest) * 4 > len(passage):
                return self._empty(question, rest)
        window = self._window(passage, around)
        return Example(
            question.text,
            passage[window.start : window.end],
            Span(answer.start - window.start, answer.end - window.start),
        )

    def _empty(self, question: OwnQuestion, passage: str) -> Example | None:
        """A window without the answer's words; None where they stand in it all the same."""
        sentences = self._sentences(passage)
        if not sentences:
            return None
        sentence = self._draw.choice(sentences)
        if self._draw.random() < _LIKELIEST:
            asked = _pairs(question.in_chinese)
            sentence = max(sentences, key=lambda span: _likeness(asked, passage, span))
        window = self._window(passage, sentence)
        shown = passage[window.start : window.end]
        answer = question.answer
        if answer is not None and question.passage[answer.start : answer.end] in shown:
            return None
        return Example(question.text, shown, None)

    def _window(self, passage: str, around: Span) -> Span:
        """A stretch with the sentences in its middle, as `answering/closely.py` reads it."""
        spare = max(0, self._draw.choice(WINDOWS) - (around.end - around.start))
        start = max(0, around.start - spare // 2)
        end = min(len(passage), max(around.end, start + (around.end - around.start) + spare))
        return Span(start, end)

    def _spelled(self, example: Example, language: Language) -> Example:
        """Write some in Traditional characters."""
        if self._draw.random() >= _TRADITIONAL:
            return example
        passage, question = self._in_traditional(example.passage), example.question
        if len(passage) != len(example.passage):
            return example
        if language is Language.ZH:
            question = self._in_traditional(question)
        return Example(question, passage, example.answer)


def _span(words: str, passage: str) -> Span | None:
    start = passage.find(words)
    return Span(start, start + len(words)) if start >= 0 else None


def _number(question_id: str) -> str:
    """What a question's id has in common with its twin's in the other language."""
    return question_id.rpartition("-")[2]


def _is_same(one: str, other: str) -> bool:
    return one[:_SAME] in other or other[:_SAME] in one


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _likeness(asked: set[str], passage: str, span: Span) -> float:
    shared = len(asked & _pairs(passage[span.start : span.end]))
    return shared / (span.end - span.start + _SHORT)


def whole_laws(articles: Mapping[str, str], names: Collection[str]) -> list[str]:
    """Texts of whole laws, of the articles at hand.

    Args:
        articles: text by law and article.
        names: some of those articles; their laws are meant.
    """
    laws = {name.rpartition(" ")[0] for name in names}
    texts: dict[str, list[str]] = {law: [] for law in sorted(laws)}
    for name, text in articles.items():
        law = name.rpartition(" ")[0]
        if law in texts:
            texts[law].append(text)
    return ["\n\n".join(text) for text in texts.values()]
