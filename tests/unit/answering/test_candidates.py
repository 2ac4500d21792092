import pytest
from tests.unit.answering.test_signals import ZERO

from zjip_qa.answering.candidates import N_FIT, first_fit, trust_in
from zjip_qa.answering.evidence import Evidence
from zjip_qa.answering.signals import Signals
from zjip_qa.types import Chunk, Hit, Language, Sentence, Span

CHUNK = Chunk("a.txt", 0, 100, "甲" * 100)


def found(n: int) -> list[Evidence]:
    """Sentences, best first, a point apart."""
    return [
        Evidence(
            Hit(1, 1.0, CHUNK, {}),
            Sentence(Span(place, place + 1), ()),
            "甲",
            -float(place),
            Signals(**ZERO),
        )
        for place in range(n)
    ]


def test_no_sentence_is_looked_into_that_nobody_asks_about() -> None:
    looked: list[int] = []

    def is_fit(place: int) -> bool:
        looked.append(place)
        return place % 2 == 0

    sentences = found(4 * N_FIT)
    assert first_fit(sentences, is_fit) == sentences[: 2 * N_FIT : 2]
    assert looked == list(range(2 * N_FIT - 1))
    assert first_fit(sentences[:3], is_fit) == [sentences[0], sentences[2]]
    assert first_fit([], is_fit) == []


@pytest.mark.parametrize("language", list(Language))
def test_a_sentence_that_leads_is_trusted_more(language: Language) -> None:
    first, second, *_ = sentences = found(3)
    ahead = trust_in(first, [first, second], sentences, language)
    assert ahead > trust_in(first, [first], sentences, language)
    assert ahead > trust_in(second, [first, second], sentences, language)
