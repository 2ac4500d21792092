"""Which places a question is about, and whether a passage is about the same ones."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zjip_qa.retrieval import Bridge
from zjip_qa.text import Segmenter, bare_place, place_names, stem

_CAPITALISED = re.compile(r"(?<![.?!]\s)\b[A-Z][a-z]+\b")


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the question writes it, with every form that a text may use for it."""

    written: str
    forms: frozenset[str]

    def stands_in(self, text: str) -> bool:
        """Whether any form of the name occurs in a text."""
        return any(form in text for form in self.forms)


def places_in(text: str, segmenter: Segmenter, bridge: Bridge) -> list[Place]:
    """Find the places that a question names, in either language.

    An English word counts when it is capitalised and its translation is a place.
    """
    names = place_names()
    places: dict[str, Place] = {}
    for token in segmenter.words(text):
        bare = bare_place(token.term)
        if bare in names and len(bare) >= 2:
            places[bare] = Place(text[token.start : token.end], frozenset({bare}))
    for match in _CAPITALISED.finditer(text):
        [(_, words), *_] = bridge.phrases([stem(match[0].lower())])
        bares = {bare_place(word) for word, _ in words[:4]} & names
        if bares:
            places[match[0]] = Place(match[0], frozenset({*bares, match[0]}))
    return list(places.values())
