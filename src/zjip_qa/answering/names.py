"""Which places a question is about, and whether a passage is about the same ones."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zjip_qa.text import Segmenter, bare_place, load_places


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the question writes it, with every form that a text may use for it."""

    written: str
    forms: frozenset[str]

    def stands_in(self, text: str) -> bool:
        """Whether any form of the name occurs in a text."""
        return any(
            re.search(rf"\b{re.escape(form)}\b", text) if form.isascii() else form in text
            for form in sorted(self.forms)
        )


def places_in(text: str, segmenter: Segmenter) -> list[Place]:
    """Find the places that a text names, in either language, each once and in order."""
    known = load_places()
    places: dict[str, Place] = {}
    for token in segmenter.words(text):
        bare = bare_place(token.term)
        if bare in known.chinese:
            places.setdefault(bare, Place(text[token.start : token.end], frozenset({bare})))
    for span in known.english_in(text):
        name = text[span.start : span.end]
        places.setdefault(name, Place(name, known.by_english[name] | {name}))
    return list(places.values())
