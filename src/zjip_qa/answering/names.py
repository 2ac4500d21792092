"""Which places a question is about, and whether a passage is about the same ones."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zjip_qa.text import Segmenter, bare_place, load_places
from zjip_qa.types import Span


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the question writes it, with every form that a text may use for it."""

    written: str
    forms: frozenset[str]

    def stands_in(self, text: str) -> bool:
        """Whether any form of the name occurs in a text."""
        return self.last_in(text) is not None

    def last_in(self, text: str) -> Span | None:
        """Where the last form of the name stands in a text."""
        found = [
            Span(match.start(), match.end())
            for form in self.forms
            for match in re.finditer(
                rf"\b{re.escape(form)}\b" if form.isascii() else re.escape(form), text
            )
        ]
        return max(found, key=lambda span: span.end, default=None)


def places_in(text: str, segmenter: Segmenter) -> list[Place]:
    """Find the places that a text names, in either language, each once and in order."""
    known = load_places()
    places: dict[str, Place] = {}
    for token in segmenter.words(text, where=known.may_stand_in):
        # Some are places with their kind only: 延长县, for 延长 is "to extend".
        bare = token.term if token.term in known.chinese else bare_place(token.term)
        if bare in known.chinese:
            places.setdefault(bare, Place(text[token.start : token.end], frozenset({bare})))
    for span in known.english_in(text):
        name = text[span.start : span.end]
        places.setdefault(name, Place(name, known.by_english[name] | {name}))
    return list(places.values())
