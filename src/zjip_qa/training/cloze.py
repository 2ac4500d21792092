"""Questions made from text alone: a sentence asks for a part of itself (a cloze).

Reading sets are small, and none asks in English about Chinese. So a span of a sentence is replaced
by the words that ask for such a span, the rest is thinned and turned about, and the passage around
the sentence has to give the span back (Lewis, Denoyer & Riedel, ACL 2019). In parallel text the
question comes from one language and the passage from the other: equal figures, and words that the
lexical bridge translates, say which span is which.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path

from jieba import posseg
from opencc import OpenCC

from zjip_qa.answering.quantities import (
    DURATIONS,
    QuantityKind,
    find_english_quantities,
    find_quantities,
    same_value,
)
from zjip_qa.retrieval.bridge import load_bridge
from zjip_qa.text import Segmenter, is_function_word, split_sentences, stem
from zjip_qa.training.data import read_pairs
from zjip_qa.training.reading_data import WINDOWS, Example, read_contexts
from zjip_qa.types import Span

_ENGLISH_LONGER = 3
"""Letters of English for a character of Chinese."""
_ELSEWHERE, _WITHOUT, _CHANGED = 0.1, 0.12, 0.16
"""Shares of questions that their passage doesn't answer, by how they are made."""
_TRADITIONAL = 0.15
_NEAR = 30
"""Sentences before and after that count as the same document."""
_LONGEST_SPAN = 14
_FEWEST, _MOST_CHARACTERS = 12, 120
_THINNED = (0.0, 0.15, 0.3, 0.45)
_LEAST_SHARE = 0.05
_MOST_WORDS = 6

_CHINESE_SHARES: Mapping[str, float] = {"contexts": 0.5, "prc-law-title-article": 0.35}
_PARALLEL_SHARES: Mapping[str, float] = {
    "taiwan-laws": 0.3,
    "sentences": 0.12,
    "tico19": 0.1,
    "plurality-book": 0.1,
    "ud-pud": 0.06,
    "python-docs": 0.04,
    "d2l-zh": 0.04,
    "ms-iot-beginners": 0.04,
    "bible-cuv-kjv": 0.03,
    "opensource-guide": 0.03,
    "hf-course": 0.03,
    "un-sdg": 0.02,
    "mozilla-legal": 0.02,
    "prc-laws": 0.02,
    "privacyguides": 0.02,
    "tatoeba": 0.02,
}
"""How often each source is drawn, in proportion; `_OTHER_SHARE` for the rest of `zh_pairs`."""
_OTHER_SHARE = 0.15
_DIRECTIONS = ((True, False), (False, False), (True, True), (False, True))
_DIRECTION_WEIGHTS = (0.5, 0.25, 0.1, 0.15)
"""(question in English, passage in English), for parallel text."""

_NOUNS = frozenset(
    [
        "n",
        "nr",
        "ns",
        "nt",
        "nz",
        "nrt",
        "nrfg",
        "vn",
        "an",
        "a",
        "b",
        "j",
        "l",
        "i",
        "s",
        "f",
        "eng",
        "ng",
    ]
)
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*|\d[\d,.]*\d|\d")
_CLAUSE = re.compile(r"[^，,；;：:。！？!?]+")
_FIGURE_PART = re.compile(r"^.*[\d一二三四五六七八九十百千万亿余多]")
_QUOTED = re.compile(r"[《“「]([^《》“”「」]{2,20})[》”」]")
_IN_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_AUXILIARIES = ("", "", "is", "was", "did", "does", "are", "do")

_ASKED: Mapping[str, tuple[str, ...]] = {
    "number": ("多少", "多少", "几", "有多少", "多少个"),
    "money": ("多少钱", "多少", "多少金额", "多少元"),
    "share": ("多少", "百分之几", "多大比例", "百分之多少"),
    "date": ("什么时候", "何时", "哪一年", "哪年", "什么时间", "何年", "哪一天"),
    "duration": ("多久", "多长时间", "几天", "多少日", "多少年"),
    "rank": ("第几", "第几位", "哪一位"),
    "nr": ("谁", "哪个人", "何人", "哪位"),
    "ns": ("哪里", "什么地方", "哪个地方", "何处", "何地"),
    "nt": ("哪个机构", "什么单位", "哪个组织", "哪个部门", "何机构"),
    "quoted": ("什么", "哪个", "哪一个"),
    "clause": ("什么", "怎样", "如何", "做什么"),
    "noun": ("什么", "什么", "哪个", "哪些", "何", "哪种", "什么样的"),
}
_ASKED_IN_ENGLISH: Mapping[str, tuple[str, ...]] = {
    "number": ("how many", "how many", "what number of", "how much"),
    "money": ("how much", "how much money", "what amount"),
    "share": ("what percentage", "what share", "how much", "what proportion", "by how much"),
    "date": ("when", "when", "what year", "in what year", "on what date", "which year"),
    "duration": ("how long", "how many days", "how many years", "what period", "how soon"),
    "rank": ("what rank", "which place", "where in the ranking"),
    "nr": ("who", "who", "which person", "whom"),
    "ns": ("where", "which place", "what place", "which city", "in which country"),
    "nt": ("which organization", "what agency", "which body", "who", "which institution"),
    "noun": ("what", "what", "which", "what kind of", "what type of", "who"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and its English where there is one."""

    chinese: str
    english: str = ""


@dataclass(frozen=True, slots=True)
class _Source:
    """Sentences in the order of their documents, and how often they are drawn."""

    sentences: tuple[Sentence, ...]
    share: float


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a sentence may be asked for: its kind (a key of `_ASKED`), and where it stands."""

    kind: str
    chinese: Span
    english: Span | None = None


class ClozeExamples:
    """Draws examples without end."""

    def __init__(self, data: Path, reading: Sequence[Path], own: Path, seed: int) -> None:
        """Read all text.

        Args:
            data: the folder that holds `parallel/` and `zh_pairs/`.
            reading: files in the form of SQuAD whose passages may be trained on.
            own: folder of `sentences-*.tsv`.
            seed: of the drawing.
        """
        self._draw = random.Random(seed)
        self._segmenter = Segmenter()
        self._in_traditional = OpenCC("s2t").convert
        self._chinese = list(_chinese_sources(data, reading))
        self._parallel = list(_parallel_sources(data, own))
        self._tags = _tags()

    def draw(self, *, parallel: bool) -> Iterator[Example]:
        """Give examples from parallel text, or from text that is in Chinese alone."""
        sources = self._parallel if parallel else self._chinese
        shares = [source.share for source in sources]
        while True:
            source = self._draw.choices(sources, shares)[0]
            example = self._example(source.sentences, parallel=parallel)
            if example is not None:
                yield self._spelled(example)

    def translations(self) -> Iterator[Example]:
        """Give an English text as "question" beside its Chinese translation, without an answer."""
        shares = [source.share for source in self._parallel]
        while True:
            source = self._draw.choices(self._parallel, shares)[0].sentences
            i, n = self._draw.randrange(len(source)), self._draw.randint(1, 3)
            run = source[i : i + n]
            english = " ".join(sentence.english for sentence in run)
            chinese = "".join(sentence.chinese for sentence in run)
            if 10 < len(chinese) < 250:
                yield self._spelled(Example(english, chinese, None))

    def _example(self, sentences: Sequence[Sentence], *, parallel: bool) -> Example | None:
        i = self._draw.randrange(len(sentences))
        sentence = sentences[i]
        if not _FEWEST <= len(sentence.chinese) <= _MOST_CHARACTERS:
            return None
        asks_english, reads_english = (
            self._draw.choices(_DIRECTIONS, _DIRECTION_WEIGHTS)[0] if parallel else (False, False)
        )
        parts = (
            self._shared_parts(sentence)
            if asks_english or reads_english
            else self._parts(sentence.chinese)
        )
        if not parts:
            return None
        # Noun phrases are many: half of the time something rarer is asked for, if there is any.
        rarer = [part for part in parts if part.kind != "noun"]
        part = self._draw.choice(rarer if rarer and self._draw.random() < 0.6 else parts)
        asked = (
            self._english_question(sentence.english, part)
            if asks_english
            else self._question(sentence.chinese, part)
        )
        read = _english if reads_english else _chinese
        text, span = read(sentence), part.english if reads_english else part.chinese
        if asked is None or span is None:
            return None
        answer = text[span.start : span.end]
        kind = self._draw.random()
        if kind < _ELSEWHERE + _WITHOUT:
            near = self._draw.randint(4, _NEAR) if kind < _ELSEWHERE else 0
            passage = self._passage(sentences, i + self._draw.choice((-near, near)), i, read)
            return Example(asked, passage, None) if answer not in passage else None
        passage, start = self._around(sentences, i, span, read)
        if kind > 1 - _CHANGED:
            near_by = sentences[max(0, i - _NEAR) : i + _NEAR]
            change = self._changed_english if asks_english else self._changed
            changed = change(asked, sentence, near_by, passage)
            return None if changed is None else Example(changed, passage, None)
        return Example(asked, passage, Span(start, start + len(answer)))

    def _parts(self, text: str) -> list[_Part]:
        """What of a Chinese sentence may be asked for."""
        parts = [
            _Part(_kind(found.kind, found.unit), found.span)
            for found in find_quantities(text)
            if found.kind is not QuantityKind.ORDINAL
        ]
        parts += [_Part("quoted", Span(*found.span(1))) for found in _QUOTED.finditer(text)]
        taken = [part.chinese for part in parts]
        for kind, span, _ in self._noun_runs(text):
            if not any(span.overlaps(other) for other in taken):
                parts.append(_Part(kind, span))
        clauses = [Span(*found.span()) for found in _CLAUSE.finditer(text)]
        if len(clauses) > 1:
            clause = self._draw.choice(clauses)
            if 4 <= clause.end - clause.start <= 30:
                parts.append(_Part("clause", clause))
        return parts

    def _noun_runs(self, text: str) -> Iterator[tuple[str, Span, tuple[str, ...]]]:
        """Runs of nouns and what goes with them: kind, where, and the words."""
        run: list[tuple[str, str, Span]] = []
        for token in chain(self._segmenter.words(text), (None,)):
            if token is not None:
                word = text[token.start : token.end]
                tag = self._tags.get(word, "nz" if len(word) > 1 else "x")
                joins = not run or token.start == run[-1][2].end
                if tag in _NOUNS and not is_function_word(word) and joins:
                    run.append((word, tag, Span(token.start, token.end)))
                    continue
            if run:
                span = Span(run[0][2].start, run[-1][2].end)
                if 2 <= span.end - span.start <= _LONGEST_SPAN and run[-1][1][0] in "njsvle":
                    kind = run[-1][1] if run[-1][1] in ("nr", "ns", "nt") else "noun"
                    yield kind, span, tuple(word for word, _, _ in run)
            run = []

    def _shared_parts(self, sentence: Sentence) -> list[_Part]:
        """What may be asked for in one language and found in the other."""
        chinese, english = sentence.chinese, sentence.english
        parts = []
        figures = find_english_quantities(english)
        for found in find_quantities(chinese):
            same = [figure for figure in figures if same_value(found, figure)]
            if len(same) == 1 and found.kind is not QuantityKind.ORDINAL:
                kind = _kind(found.kind, found.unit)
                parts.append(_Part(kind, found.span, same[0].span))
        taken = [part.chinese for part in parts]
        words = list(_WORD.finditer(english))
        stems = [stem(word[0].lower()) for word in words]
        for kind, span, run in self._noun_runs(chinese):
            if any(span.overlaps(other) for other in taken):
                continue
            at = [_position(word, stems) for word in run]
            found_at = sorted({i for i in at if i is not None})
            if not found_at or len(found_at) * 10 < len(run) * 6:
                continue
            width = found_at[-1] - found_at[0] + 1
            if width <= min(len(found_at) + 1, _MOST_WORDS):
                there = Span(words[found_at[0]].start(), words[found_at[-1]].end())
                if not any(part.english and there.overlaps(part.english) for part in parts):
                    parts.append(_Part(kind, span, there))
        return parts

    def _question(self, text: str, part: _Part) -> str | None:
        """Ask for a part of a Chinese sentence."""
        wh = self._draw.choice(_ASKED.get(part.kind, _ASKED["noun"]))
        span = part.chinese
        answer = text[span.start : span.end]
        if part.kind == "number" and (
            unit := re.sub(r"^.*[\d一二三四五六七八九十百千万亿余多]", "", answer)
        ):
            wh = self._draw.choice(("多少", "几", "多少")) + unit
        elif part.kind in ("noun", "ns", "nt") and self._draw.random() < 0.35:
            head = answer[-2:] if len(answer) > 3 else answer[-1:]
            wh = self._draw.choice(("什么", "哪个", "哪些", "哪种")) + head
        left, right = self._clauses(text, span)
        before, after = self._thinned(left), self._thinned(right)
        if len(before) + len(after) < 4:
            return None
        turn = self._draw.random()
        if turn < 0.25:
            asked = f"{after}的是{wh}" if len(after) > len(before) else f"{before}{after}是{wh}"
        elif turn < 0.35:
            asked = f"{wh}{before}{after}"
        else:
            asked = before + wh + after
        return asked.strip("，,；;：:、。") + self._draw.choice(("？", "？", "?", ""))

    def _clauses(self, text: str, span: Span) -> tuple[str, str]:
        """The sentence before and after a span, most often only the nearest clauses of it."""
        text = text.rstrip("。！？!?；;")
        cut = [found.start() for found in re.finditer("[，,；;：:。]", text)]
        starts = [0, *(at + 1 for at in cut if at < span.start)]
        ends = [*(at for at in cut if at >= span.end), len(text)]
        start = starts[-self._draw.choice((1, 1, 2, 3)) :][0]
        end = ends[: self._draw.choice((1, 1, 2))][-1]
        while (span.start - start) + (end - span.end) < 10 and (start > 0 or end < len(text)):
            if start > 0:
                start = max(at for at in starts if at < start)
            else:
                end = min(at for at in ends if at > end)
        return text[max(start, span.start - 40) : span.start], text[span.end : end][:40]

    def _thinned(self, text: str) -> str:
        """Leave out some words, and what stands in brackets."""
        text = _IN_BRACKETS.sub("", text)
        share = self._draw.choice(_THINNED)
        tokens = self._segmenter.words(text)
        kept = [
            text[token.start : token.end]
            for token in tokens
            if self._draw.random() >= share * (1.5 if token.end - token.start == 1 else 1)
        ]
        if len(kept) > 3 and self._draw.random() < 0.1:
            i = self._draw.randrange(len(kept) - 1)
            kept[i], kept[i + 1] = kept[i + 1], kept[i]
        return "".join(kept)

    def _english_question(self, text: str, part: _Part) -> str | None:
        """Ask for a part of an English sentence."""
        if part.english is None:
            return None
        wh = self._draw.choice(_ASKED_IN_ENGLISH.get(part.kind, _ASKED_IN_ENGLISH["noun"]))
        answer = text[part.english.start : part.english.end].split()
        if part.kind in ("noun", "ns", "nt") and len(answer) > 1 and self._draw.random() < 0.4:
            wh = self._draw.choice(("what", "which", "what kind of")) + f" {answer[-1]}"
        share = self._draw.choice(_THINNED)
        before, after = (
            [word for word in side if self._draw.random() >= share * (1.2 if len(word) < 4 else 1)]
            for side in (
                text[: part.english.start].split()[-self._draw.choice((8, 12, 20)) :],
                text[part.english.end :].split()[: self._draw.choice((8, 12, 20))],
            )
        )
        if len(before) + len(after) < 3:
            return None
        turn = self._draw.random()
        if turn < 0.25:
            words = [*before, wh, *after]
        elif turn < 0.5 and len(after) > 3:
            words = [wh, *after]
        else:
            words = [wh, self._draw.choice(_AUXILIARIES), *before, *after]
        asked = " ".join(word for word in words if word).strip(" ,.;:")
        if self._draw.random() < 0.7:
            asked = asked[:1].upper() + asked[1:]
        return asked + self._draw.choice(("?", "?", ""))

    def _changed(
        self, asked: str, sentence: Sentence, near: Sequence[Sentence], passage: str
    ) -> str | None:
        """Ask about another name, thing or figure of the same document."""
        words = self._nouns(asked)
        others = [
            word
            for other in self._draw.sample(near, min(4, len(near)))
            for word in self._nouns(other.chinese)
            if word not in sentence.chinese and word not in asked
        ]
        found = [
            (word, fitting)
            for word in words
            if (fitting := [o for o in others if self._tags.get(o) == self._tags.get(word)])
        ]
        figures = re.findall(r"\d+", asked)
        if figures and self._draw.random() < 0.5:
            figure = self._draw.choice(figures)
            there = [f for f in re.findall(r"\d+", passage) if f not in asked]
            near_by = str(max(0, int(figure[:9]) + self._draw.choice((-2, -1, 1, 2, 10))))
            return asked.replace(figure, self._draw.choice([*there, near_by]), 1)
        if not found:
            return None
        word, fitting = self._draw.choice(found)
        return asked.replace(word, self._draw.choice(fitting), 1)

    def _nouns(self, text: str) -> list[str]:
        words = (text[token.start : token.end] for token in self._segmenter.words(text))
        return [word for word in words if len(word) > 1 and self._tags.get(word, "x")[0] in "nvj"]

    def _changed_english(
        self, asked: str, sentence: Sentence, near: Sequence[Sentence], passage: str
    ) -> str | None:
        """As `_changed`, in English."""
        del passage
        words = [w[0] for w in _WORD.finditer(asked) if len(w[0]) > 4 or w[0].isdigit()]
        said = {stem(w[0].lower()) for w in _WORD.finditer(sentence.english)}
        others = [
            w[0]
            for other in self._draw.sample(near, min(4, len(near)))
            for w in _WORD.finditer(other.english)
            if stem(w[0].lower()) not in said
        ]
        found = [
            (word, fitting)
            for word in words
            if (
                fitting := [
                    o
                    for o in others
                    if (len(o) > 4 or o.isdigit())
                    and o.isdigit() == word.isdigit()
                    and o[0].isupper() == word[0].isupper()
                ]
            )
        ]
        if not found:
            return None
        word, fitting = self._draw.choice(found)
        return asked.replace(word, self._draw.choice(fitting), 1)

    def _passage(
        self,
        sentences: Sequence[Sentence],
        at: int,
        left_out: int,
        read: Callable[[Sentence], str],
    ) -> str:
        """Sentences from about a place on, less one of them."""
        window = self._window(read)
        start = max(0, at - self._draw.randint(0, 3))
        text = ""
        for i in range(start, min(start + 12, len(sentences))):
            if i != left_out:
                text = _joined(text, read(sentences[i]))
            if len(text) >= window:
                break
        return text[:window]

    def _around(
        self,
        sentences: Sequence[Sentence],
        at: int,
        span: Span,
        read: Callable[[Sentence], str],
    ) -> tuple[str, int]:
        """Sentences around one, and where its part begins in them."""
        window = self._window(read)
        text, start = read(sentences[at]), span.start
        first, last = at, at
        while len(text) < window and (first > 0 or last + 1 < len(sentences)):
            if first > 0 and (self._draw.random() < 0.5 or last + 1 == len(sentences)):
                first -= 1
                longer = _joined(read(sentences[first]), text)
                text, start = longer, start + len(longer) - len(text)
            else:
                last += 1
                text = _joined(text, read(sentences[last]))
        length = span.end - span.start
        latest = max(0, min(start, len(text) - window))
        earliest = max(0, start + length - window)
        begin = self._draw.randint(min(earliest, latest), latest)
        return text[begin : begin + max(window, length)], start - begin

    def _window(self, read: Callable[[Sentence], str]) -> int:
        return self._draw.choice(WINDOWS) * (_ENGLISH_LONGER if read is _english else 1)

    def _spelled(self, example: Example) -> Example:
        """Write some in Traditional characters."""
        if self._draw.random() >= _TRADITIONAL:
            return example
        passage = self._in_traditional(example.passage)
        if len(passage) != len(example.passage):
            return example
        question = example.question
        if self._draw.random() < 0.8:
            question = self._in_traditional(question)
        return replace(example, question=question, passage=passage)


def _english(sentence: Sentence) -> str:
    return sentence.english


def _chinese(sentence: Sentence) -> str:
    return sentence.chinese


def _joined(left: str, right: str) -> str:
    space = " " if left and left[-1:].isascii() and right[:1].isascii() else ""
    return left + space + right


def _kind(kind: QuantityKind, unit: str) -> str:
    if kind is QuantityKind.NUMBER and unit in DURATIONS:
        return "duration"
    return kind.value


@lru_cache(maxsize=200_000)
def _translations(word: str) -> frozenset[str]:
    return frozenset(term for term, share in load_bridge().english(word) if share >= _LEAST_SHARE)


def _position(word: str, stems: Sequence[str]) -> int | None:
    """Where the only translation of a word stands; None if there is none, or more than one."""
    known = _translations(word)
    at = [i for i, term in enumerate(stems) if term in known]
    return at[0] if len(at) == 1 else None


def _tags() -> dict[str, str]:
    """Jieba's part of speech of every word in its dictionary."""
    posseg.initialize()
    return dict(posseg.dt.word_tag_tab)


def _chinese_sources(data: Path, reading: Sequence[Path]) -> Iterator[_Source]:
    contexts = [
        Sentence(context[span.start : span.end])
        for path in reading
        for context in read_contexts(path)
        for span in split_sentences(context)
    ]
    yield _Source(tuple(contexts), _CHINESE_SHARES["contexts"])
    for path in sorted((data / "zh_pairs").glob("*.tsv.gz")):
        rows = [
            Sentence(passage[span.start : span.end])
            for _, passage in read_pairs(path)
            for span in split_sentences(passage)
        ]
        name = path.name.removesuffix(".tsv.gz")
        yield _Source(tuple(rows), _CHINESE_SHARES.get(name, _OTHER_SHARE))


def _parallel_sources(data: Path, own: Path) -> Iterator[_Source]:
    for name, share in _PARALLEL_SHARES.items():
        paths = (
            sorted(own.glob("sentences-*.tsv"))
            if name == "sentences"
            else [data / "parallel" / f"{name}.tsv.gz"]
        )
        rows = [
            Sentence(chinese, english)
            for path in paths
            if path.exists()
            for english, chinese in read_pairs(path)
        ]
        if rows:
            yield _Source(tuple(rows), share)
