from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.answering.test_signals import ZERO

from zjip_qa.answering.candidates import N_FIT, first_fit, lead
from zjip_qa.answering.evidence import Evidence
from zjip_qa.answering.signals import Signals
from zjip_qa.types import Chunk, Hit, Sentence, Span

CHUNKS = [Chunk("a.txt", 100 * i, 100 * i + 100, "甲" * 100) for i in range(3)]


def found(chunks: list[int]) -> list[Evidence]:
    """Sentences of these chunks, best first."""
    return [
        Evidence(
            Hit(1, 1.0, CHUNKS[chunk], {}),
            Sentence(Span(100 * chunk + place, 100 * chunk + place + 1), ()),
            "甲",
            -float(place),
            Signals(**ZERO),
        )
        for place, chunk in enumerate(chunks)
    ]


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=30))
def test_the_first_ones_and_their_leads_are_those_of_all(drawn: list[tuple[int, bool]]) -> None:
    sentences = found([chunk for chunk, _ in drawn])
    everything = [e for e, (_, fit) in zip(sentences, drawn, strict=True) if fit]
    fit = first_fit(sentences, lambda place: drawn[place][1])
    assert fit[:N_FIT] == everything[:N_FIT]
    assert [lead(e, fit) for e in fit[:N_FIT]] == [lead(e, everything) for e in fit[:N_FIT]]


def test_no_sentence_is_looked_into_that_nobody_asks_about() -> None:
    looked: list[int] = []

    def is_fit(place: int) -> bool:
        looked.append(place)
        return place != 1

    sentences = found([0, 0, 0, 0, 1, 2, 2, 1])
    assert first_fit(sentences, is_fit) == [sentences[i] for i in (0, 2, 3, 4)]
    assert looked == [0, 1, 2, 3, 4]


def test_a_lead_is_over_the_best_sentence_outside_the_chunk() -> None:
    sentences = found([0, 0, 1, 2])
    assert lead(sentences[0], sentences) == 2.0
    assert lead(sentences[0], sentences[:2]) == 0.0
    assert lead(replace(sentences[2], score=3.0), sentences) == 3.0
