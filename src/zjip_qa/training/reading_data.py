"""Examples for the reader: a question, a window of a passage, and where the answer stands.

The public reading sets ask in Chinese about passages that answer. What they lack is made here:
windows that don't answer, windows without the one sentence that does, questions changed so that
the window no longer answers, and questions put into English word by word, since the reader must
follow those too.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jieba import posseg
from opencc import OpenCC

from zjip_qa.text import Segmenter, split_sentences
from zjip_qa.types import Span

WINDOWS = (110, 200)
"""Characters of a passage that are read at once: what the product reads closely, and a chunk."""
_ELSEWHERE = 0.2
"""Share of examples whose window, of the same passage or article, holds no answer."""
_WITHOUT = 0.1
"""Share of examples from whose window the sentence that answers was taken out."""
_CHANGED = 0.14
"""Share of examples whose question asks for something else than the passage says."""
_ENGLISH = 0.15
"""Share of questions put into English."""
_TRADITIONAL = 0.25
"""Share of examples written in Traditional characters."""
_LONGEST_GLOSS = 3
_NAMES = ("nr", "ns", "nt", "nz")
"""jieba's classes of names: people, places, bodies, other."""


def _pairs(words: str) -> dict[str, str]:
    """Each word's opposite, of words that stand in pairs."""
    one, other = words.split()[::2], words.split()[1::2]
    return dict(zip([*one, *other], [*other, *one], strict=True))


_OPPOSITES = _pairs(
    "最大 最小 最多 最少 最高 最低 最长 最短 最早 最晚 最好 最差 首次 最后一次 第一 最后 "
    "之前 之后 以前 以后 开始 结束 增加 减少 上升 下降 成立 解散 出生 去世 支持 反对 允许 禁止 "
    "国内 国外 进口 出口 高于 低于 早于 晚于 东部 西部 南部 北部 男性 女性 父亲 母亲 哥哥 弟弟 "
    "胜利 失败 同意 拒绝 加入 退出 建立 废除 主要 次要 优点 缺点 以上 以下 左 右 东 西 南 北 前 后 "
    "可以 不可以 应当 不应当 属于 不属于 包括 不包括 能 不能 有 没有 是 不是"
)

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
class Asked:
    """A question of a reading set, in simplified characters, with the spans that answer it."""

    id: str
    question: str
    context: str
    answers: tuple[Span, ...]
    article: tuple[str, int]


class Examples:
    """Draws examples without end from reading sets in the form of SQuAD.

    Inside, everything is written in simplified characters, which jieba knows best.
    """

    def __init__(
        self, paths: Sequence[Path], glosses: Mapping[str, tuple[str, ...]], seed: int
    ) -> None:
        """`glosses` are a dictionary's: English words for Chinese ones."""
        self._draw = random.Random(seed)
        self._glosses = glosses
        self._segmenter = Segmenter()
        self._in_traditional = OpenCC("s2t").convert
        self._asked = [asked for path in paths for asked in read_asked(path)]
        self._contexts: dict[tuple[str, int], list[str]] = {}
        for asked in self._asked:
            contexts = self._contexts.setdefault(asked.article, [])
            if asked.context not in contexts:
                contexts.append(asked.context)
        self._named: dict[tuple[str, int], dict[str, list[str]]] = {}

    def __len__(self) -> int:
        return len(self._asked)

    def __iter__(self) -> Iterator[Example]:
        while True:
            for asked in self._draw.sample(self._asked, len(self._asked)):
                yield self._spelled(self._of(asked))

    def _of(self, asked: Asked) -> Example:
        window = self._draw.choice(WINDOWS)
        kind = self._draw.random()
        if kind < _ELSEWHERE:
            other = self._elsewhere(asked, window)
            if other is not None:
                return Example(asked.question, other, None)
        example = self._around(asked, window)
        if _ELSEWHERE <= kind < _ELSEWHERE + _WITHOUT:
            rest = self._without(asked, example)
            if rest is not None:
                return Example(asked.question, rest, None)
        if kind > 1 - _CHANGED:
            changed = self._changed(asked, example.passage)
            if changed is not None:
                return Example(changed, example.passage, None)
        return example

    def _around(self, asked: Asked, window: int) -> Example:
        """A window of the passage that holds the answer somewhere."""
        answer, context = asked.answers[0], asked.context
        earliest = max(0, min(answer.start, answer.end - window))
        start = self._draw.randint(earliest, answer.start)
        start = max(0, min(start, len(context) - window))
        end = max(start + window, answer.end)
        return Example(
            asked.question, context[start:end], Span(answer.start - start, answer.end - start)
        )

    def _elsewhere(self, asked: Asked, window: int) -> str | None:
        """A window of the same article in which no answer's words stand."""
        own = self._draw.random() < 0.5
        others = [asked.context] if own else self._contexts[asked.article]
        context = self._draw.choice(others)
        start = self._draw.randint(0, max(0, len(context) - window))
        return _if_silent(asked, context[start : start + window])

    def _without(self, asked: Asked, example: Example) -> str | None:
        """The window less the sentence that answers: on the topic, and yet without an answer."""
        passage, answer = example.passage, example.answer
        kept = [
            passage[span.start : span.end]
            for span in split_sentences(passage)
            if answer is None or not span.overlaps(answer)
        ]
        rest = "".join(kept)
        return _if_silent(asked, rest) if len(rest) * 4 > len(passage) else None

    def _changed(self, asked: Asked, passage: str) -> str | None:
        """Ask for another figure, name or thing, or for the opposite: whichever comes first."""
        ways: list[Callable[[Asked, str], str | None]]
        ways = [self._other_figure, self._other_name, self._opposite, self._other_thing]
        self._draw.shuffle(ways)
        return next((new for way in ways if (new := way(asked, passage)) is not None), None)

    def _other_figure(self, asked: Asked, passage: str) -> str | None:
        found = [figure for figure in _FIGURE.finditer(asked.question) if figure[0] in passage]
        if not found:
            return None
        figure = self._draw.choice(found)
        present = [n for n in _FIGURE.findall(passage) if len(n) == len(figure[0])]
        near = str(int(figure[0]) + self._draw.choice((-3, -2, -1, 1, 2, 3, 10)))
        # A figure that the passage has, for something else, is the harder one.
        new: str = self._draw.choice([*present, near])
        if new in asked.question:
            return None
        return asked.question[: figure.start()] + new + asked.question[figure.end() :]

    def _other_name(self, asked: Asked, passage: str) -> str | None:
        """A name of the question is replaced by another of its class from the same article."""
        if asked.article not in self._named:
            self._named[asked.article] = _names(" ".join(self._contexts[asked.article]))
        named = self._named[asked.article]
        found = [
            (word, others)
            for flag, words in _names(asked.question).items()
            for word in words
            if word in passage
            and (others := [w for w in named.get(flag, ()) if w not in asked.question])
        ]
        if not found:
            return None
        word, others = self._draw.choice(found)
        return asked.question.replace(word, self._draw.choice(others))

    def _opposite(self, asked: Asked, passage: str) -> str | None:
        words = [
            token
            for token in self._segmenter.words(asked.question)
            if asked.question[token.start : token.end] in _OPPOSITES
        ]
        if not words:
            return None
        token = self._draw.choice(words)
        new = _OPPOSITES[asked.question[token.start : token.end]]
        return asked.question[: token.start] + new + asked.question[token.end :]

    def _other_thing(self, asked: Asked, passage: str) -> str | None:
        question = asked.question
        shared = [
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
        if not shared or not strange:
            return None
        # The longest word says most about what is asked.
        token = max(shared, key=lambda token: token.end - token.start)
        return question[: token.start] + self._draw.choice(strange) + question[token.end :]

    def _spelled(self, example: Example) -> Example:
        """Write some in Traditional characters; put some questions into English."""
        question, passage = example.question, example.passage
        if self._draw.random() < _TRADITIONAL:
            passage = self._in_traditional(passage)
            # Some words are spelled with another number of characters; those stay.
            if len(passage) == len(example.passage):
                question = self._in_traditional(question)
            else:
                passage = example.passage
        if self._draw.random() < _ENGLISH:
            question = self._in_english(example.question)
        return replace(example, question=question, passage=passage)

    def _in_english(self, question: str) -> str:
        """Put a question into English word by word, what is asked for first."""
        words, asking = [], ""
        for token in self._segmenter.words(question):
            word = question[token.start : token.end]
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


def _if_silent(asked: Asked, passage: str) -> str | None:
    """The passage, if none of the answers' words stand in it."""
    said = {asked.context[a.start : a.end] for a in asked.answers}
    return None if any(text in passage for text in said) else passage


def _names(text: str) -> dict[str, list[str]]:
    """Names in a text by their class."""
    names: dict[str, list[str]] = {}
    for word, flag in posseg.cut(text):
        if flag in _NAMES and len(word) > 1 and word not in names.setdefault(flag, []):
            names[flag].append(word)
    return names


def read_contexts(path: Path) -> Iterator[str]:
    """The passages of a file in the form of SQuAD, in simplified characters."""
    simplify = OpenCC("t2s").convert
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            yield simplify(paragraph["context"])


def read_asked(path: Path) -> Iterator[Asked]:
    """The questions of a file in the form of SQuAD that have an answer in its place."""
    simplify = OpenCC("t2s").convert
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    for number, article in enumerate(data):
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            simplified = simplify(context)
            # Answers are told by their position: a text that grows by simplifying stays.
            shown = simplified if len(simplified) == len(context) else context
            for question in paragraph["qas"]:
                spans = tuple(
                    Span(a["answer_start"], a["answer_start"] + len(a["text"]))
                    for a in question["answers"]
                )
                # Some sets give a start that isn't the answer's.
                right = tuple(
                    s
                    for s, a in zip(spans, question["answers"], strict=True)
                    if context[s.start : s.end] == a["text"] and s.end - s.start < min(WINDOWS)
                )
                if right:
                    asked = simplify(question["question"])
                    yield Asked(question["id"], asked, shown, right, (path.name, number))
