from collections.abc import Sequence
from typing import cast

import numpy as np
from tests.unit.answering.test_signals import ZERO

from zjip_qa.answering.closely import read_closely
from zjip_qa.answering.evidence import Evidence
from zjip_qa.answering.reader import Reader, Reading
from zjip_qa.answering.signals import UNREAD, Signals
from zjip_qa.types import Chunk, Hit, Language, Query, Sentence, Span

QUERY = Query("多少件？", Language.ZH)
FILLER = "甲" * 150 + "。"
TEXT = f"专利3件。商标5件。{FILLER}版权7件。{FILLER}地理标志9件。{FILLER}植物新品种11件。"


class FindsWords:
    """Reads every character as a token, and finds one phrase."""

    def __init__(self, phrase: str, trust: float) -> None:
        self.phrase, self.trust = phrase, trust
        self.passages: list[str] = []

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        self.passages += passages
        return [self._read(passage) for passage in passages]

    def _read(self, passage: str) -> Reading:
        n = len(passage)
        starts, ends = np.full(n, -2, np.float32), np.full(n, -2, np.float32)
        place = passage.find(self.phrase)
        if place >= 0:
            starts[place] = ends[place + len(self.phrase) - 1] = self.trust / 2
        spans = np.stack([np.arange(n), np.arange(n) + 1], axis=1).astype(np.int32)
        return Reading(spans, starts, ends, 0.0)


def evidence(sentence: str, rank: int) -> Evidence:
    start = TEXT.index(sentence)
    hit = Hit(1, 1.0, Chunk("a.txt", 0, len(TEXT), TEXT), {})
    span = Span(start, start + len(sentence))
    signals = Signals(**{**ZERO, "read": UNREAD})
    return Evidence(hit, Sentence(span, ()), sentence, -float(rank), signals)


FOUND = [
    evidence(s, i)
    for i, s in enumerate(
        ["商标5件。", "专利3件。", "版权7件。", "地理标志9件。", "植物新品种11件。"]
    )
]


def read(reader: FindsWords, found: Sequence[Evidence] = FOUND) -> list[Evidence]:
    return read_closely(QUERY, found, cast(Reader, reader))


def test_the_first_sentences_are_read_each_stretch_once() -> None:
    reader = FindsWords("3件", 4.0)
    judged = {e.text: e for e in read(reader)}
    # Neighbours share a window; the last ones come too late.
    assert len(reader.passages) == 2
    assert all(passage in TEXT for passage in reader.passages)
    assert [t for t, e in judged.items() if e.signals.read == UNREAD] == [
        "地理标志9件。",
        "植物新品种11件。",
    ]
    assert judged["植物新品种11件。"].answer is None


def test_the_answer_is_counted_from_the_sentence() -> None:
    judged = {e.text: e for e in read(FindsWords("3件", 4.0))}
    answer = judged["专利3件。"].answer
    assert answer is not None and "专利3件。"[answer.start : answer.end] == "3件"
    assert judged["专利3件。"].signals.read == np.float32(0.4)


def test_a_sentence_without_the_answer_is_trusted_less() -> None:
    judged = {e.text: e for e in read(FindsWords("3件", 4.0))}
    assert judged["商标5件。"].signals.read < judged["专利3件。"].signals.read
    assert judged["商标5件。"].signals.read >= -1.0


def test_nothing_found_is_nothing_read() -> None:
    reader = FindsWords("3件", 4.0)
    assert read(reader, []) == []
    assert reader.passages == []
