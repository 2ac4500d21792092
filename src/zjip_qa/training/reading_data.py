"""Examples for the reader: a question, a window of a passage, and where the answer stands.

The public reading sets ask in Chinese about passages that answer. What they lack is made here:
windows that don't answer, questions changed so that the window no longer does, and questions put
into English word by word, since the reader must follow those too.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from opencc import OpenCC

from zjip_qa.text import Segmenter
from zjip_qa.types import Span

_WINDOW = 200
"""Characters of a passage that are read at once: about a chunk."""
_UNANSWERED = 0.3
"""Share of examples whose window, of the same passage or article, holds no answer."""
_CHANGED = 0.15
"""Share of examples whose question names another year, figure or thing than the passage."""
_ENGLISH = 0.4
"""Share of questions put into English."""
_LONGEST_GLOSS = 3
_ASKING = {
    "多少": "how many",
    "几": "how many",
    "什么时候": "when",
    "何时": "when",
    "什么": "what",
    "何": "what",
    "谁": "who",
    "哪里": "where",
    "哪儿": "where",
    "何处": "where",
    "哪": "which",
    "哪个": "which",
    "哪些": "which",
    "哪一": "which",
    "为什么": "why",
    "为何": "why",
    "如何": "how",
    "怎么": "how",
    "怎样": "how",
    "的": "of",
    "是": "is",
    "在": "in",
    "被": "by",
    "了": "",
    "吗": "",
    "呢": "",
}
_FIGURE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a passage; `answer` is a span of the passage, None where it has none."""

    question: str
    passage: str
    answer: Span | None


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    context: str
    answers: tuple[Span, ...]
    article: tuple[str, int]


class Examples:
    """Draws examples without end from reading sets in the form of SQuAD."""

    def __init__(
        self, paths: Sequence[Path], glosses: Mapping[str, tuple[str, ...]], seed: int
    ) -> None:
        """`glosses` are a dictionary's: English words for Chinese ones."""
        self._draw = random.Random(seed)
        self._glosses = glosses
        self._segmenter = Segmenter()
        self._simplify = OpenCC("t2s").convert
        self._asked = [asked for path in paths for asked in _read(path)]
        self._contexts: dict[tuple[str, int], list[str]] = {}
        for asked in self._asked:
            contexts = self._contexts.setdefault(asked.article, [])
            if asked.context not in contexts:
                contexts.append(asked.context)

    def __len__(self) -> int:
        return len(self._asked)

    def __iter__(self) -> Iterator[Example]:
        while True:
            for asked in self._draw.sample(self._asked, len(self._asked)):
                yield self._spelled(self._of(asked))

    def _of(self, asked: _Asked) -> Example:
        kind = self._draw.random()
        if kind < _UNANSWERED:
            other = self._elsewhere(asked)
            if other is not None:
                return Example(asked.question, other, None)
        example = self._around(asked)
        if kind > 1 - _CHANGED:
            changed = self._changed(example.question, example.passage)
            if changed is not None:
                return Example(changed, example.passage, None)
        return example

    def _around(self, asked: _Asked) -> Example:
        """A window of the passage that holds the answer somewhere."""
        answer, context = asked.answers[0], asked.context
        earliest = max(0, min(answer.start, answer.end - _WINDOW))
        start = self._draw.randint(earliest, answer.start)
        start = max(0, min(start, len(context) - _WINDOW))
        end = max(start + _WINDOW, answer.end)
        return Example(
            asked.question, context[start:end], Span(answer.start - start, answer.end - start)
        )

    def _elsewhere(self, asked: _Asked) -> str | None:
        """A window of the same article in which no answer's words stand."""
        said = {asked.context[a.start : a.end] for a in asked.answers}
        own = self._draw.random() < 0.5
        others = [asked.context] if own else self._contexts[asked.article]
        context = self._draw.choice(others)
        start = self._draw.randint(0, max(0, len(context) - _WINDOW))
        window = context[start : start + _WINDOW]
        return None if any(text in window for text in said) else window

    def _changed(self, question: str, passage: str) -> str | None:
        """Ask for another year or figure, or for a thing of another article."""
        figures = list(_FIGURE.finditer(question))
        if figures:
            figure = self._draw.choice(figures)
            new = str(int(figure[0]) + self._draw.choice((-3, -2, -1, 1, 2, 3, 10)))
            if new not in passage and figure[0] in passage:
                return question[: figure.start()] + new + question[figure.end() :]
        named = [
            token
            for token in self._segmenter.words(question)
            if token.end - token.start >= 2 and question[token.start : token.end] in passage
        ]
        other = self._draw.choice(self._asked)
        strange = [
            other.question[token.start : token.end]
            for token in self._segmenter.words(other.question)
            if token.end - token.start >= 2
        ]
        strange = [word for word in strange if word not in passage and word not in _ASKING]
        if not named or not strange:
            return None
        # The longest word says most about what is asked.
        token = max(named, key=lambda token: token.end - token.start)
        return question[: token.start] + self._draw.choice(strange) + question[token.end :]

    def _spelled(self, example: Example) -> Example:
        """Simplify half of what is written in Traditional characters; put some into English."""
        if self._draw.random() < 0.5:
            simplified = self._simplify(example.passage)
            # Some words are spelled with another number of characters; those stay.
            if len(simplified) == len(example.passage):
                example = replace(
                    example, question=self._simplify(example.question), passage=simplified
                )
        if self._draw.random() < _ENGLISH:
            example = replace(example, question=self._in_english(example.question))
        return example

    def _in_english(self, question: str) -> str:
        """Put a question into English word by word, what is asked for first."""
        simplified = self._simplify(question)
        words, asking = [], ""
        for token in self._segmenter.words(simplified):
            word = simplified[token.start : token.end]
            if word in _ASKING:
                said = _ASKING[word]
                if said.startswith(("wh", "how")) and not asking:
                    asking = said
                    continue
            else:
                glosses = [
                    gloss
                    for gloss in self._glosses.get(word, ())
                    if len(gloss.split()) <= _LONGEST_GLOSS
                ]
                said = self._draw.choice(glosses[:2]) if glosses else word
            words.append(said)
        return " ".join(word for word in (asking, *words) if word) + "?"


def _read(path: Path) -> Iterator[_Asked]:
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    for number, article in enumerate(data):
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            for question in paragraph["qas"]:
                spans = tuple(
                    Span(a["answer_start"], a["answer_start"] + len(a["text"]))
                    for a in question["answers"]
                )
                # Some sets give a start that isn't the answer's.
                right = tuple(
                    s
                    for s, a in zip(spans, question["answers"], strict=True)
                    if context[s.start : s.end] == a["text"] and s.end - s.start < _WINDOW
                )
                if right:
                    yield _Asked(question["question"], context, right, (path.name, number))
