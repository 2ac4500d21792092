"""Example questions offered before a conversation starts.

A corpus may bring its own in a hidden file, `.examples.json`, beside its documents:
`{"zh": ["…"], "en": ["…"]}`. Without one they are made from the headings of its documents.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from zjip_qa.types import BlockKind, Document, Language

FILE_NAME = ".examples.json"
N_EXAMPLES = 4
N_NEXT = 3
_MOST_HEADINGS = 100
_HEADING = re.compile("“(.+)”")
MAX_LENGTH = 200

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Examples:
    """A few questions in each language."""

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def of(self, language: Language) -> tuple[str, ...]:
        """The questions in `language`."""
        return self.zh if language == Language.ZH else self.en


def load_examples(corpus: Path, documents: Iterable[Document]) -> Examples:
    """The corpus' own examples, or some made from headings; never an error.

    Args:
        corpus: the corpus folder.
        documents: what is indexed, in order.
    """
    path = corpus / FILE_NAME
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
        return Examples(_questions(stated["zh"]), _questions(stated["en"]))
    except FileNotFoundError:
        return examples_from_headings(documents)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        # Examples are a convenience: a bad file must not keep anyone from asking.
        logger.warning("%s holds no examples (%s); expected {'zh': […], 'en': […]}", path, exc)
        return examples_from_headings(documents)


def examples_from_headings(documents: Iterable[Document], most: int = N_EXAMPLES) -> Examples:
    """Ask what the first sections say, each in the language of its document; `most` of each."""
    found: dict[Language, list[str]] = {Language.ZH: [], Language.EN: []}
    for document in documents:
        for block, after in pairwise(document.blocks):
            heading = " ".join(document.text[block.span.start : block.span.end].split())
            if block.kind != BlockKind.HEADING or not 2 <= len(heading) <= 60:
                continue
            if 0 < after.level <= block.level:
                continue  # nothing stands under it
            pattern = (
                "“{}”讲了什么？" if document.language == Language.ZH else "What does “{}” say?"
            )
            question = pattern.format(heading.strip(" —–-:："))
            if question not in found[document.language]:
                found[document.language].append(question)
        if all(len(questions) >= most for questions in found.values()):
            break
    return Examples(tuple(found[Language.ZH][:most]), tuple(found[Language.EN][:most]))


def next_questions(
    documents: Iterable[Document],
    examples: Examples,
    asked: Iterable[str],
    cited: Iterable[str],
    language: Language,
) -> tuple[str, ...]:
    """Questions about sections that a conversation hasn't touched yet, then other examples.

    Args:
        documents: those to suggest from, the last cited first.
        examples: what the corpus offers.
        asked: questions so far.
        cited: sections cited so far, as citations write them.
        language: of the questions; documents in another one are left out.
    """
    asked = tuple(asked)
    said = "\n".join((*asked, *cited))
    own = (document for document in documents if document.language is language)
    fresh = [
        question
        for question in examples_from_headings(own, most=_MOST_HEADINGS).of(language)
        if (heading := _HEADING.search(question)) and heading[1] not in said
    ]
    others = [q for q in examples.of(language) if q not in asked and q not in fresh]
    return tuple([*fresh, *others][:N_NEXT])


def _questions(stated: object) -> tuple[str, ...]:
    """Check a list of questions from a file."""
    if not isinstance(stated, list) or not all(isinstance(q, str) for q in stated):
        raise TypeError("a list of texts is expected")
    return tuple(q.strip() for q in stated if 0 < len(q.strip()) <= MAX_LENGTH)[:N_EXAMPLES]
