"""Questions that ask what a named section says: "“数读”讲了什么?", "What does “Chapter V” say?"."""

from __future__ import annotations

import re

from zjip_qa.text import normalize
from zjip_qa.types import Sentence

_ASKS = re.compile(
    r"[“\"「『《](?P<zh>[^“”\"「」『』《》]{2,80})[”\"」』》][^，。？?]{0,8}"
    r"(?:讲|说|写|谈|介绍|提到|包括|涵盖|规定)(?:了|的是)?(?:些)?(?:什么|啥|哪些)"
    r"|\bwhat (?:does|do) (?:the )?(?:section |chapter |part )?"
    r"[“\"](?P<en>[^“”\"]{2,80})[”\"] (?:say|cover|contain|describe|tell)",
    re.IGNORECASE,
)


def asked_section(question: str) -> str | None:
    """The heading whose section a question asks for; None where it asks for something else."""
    match = _ASKS.search(question)
    return (match["zh"] or match["en"]) if match else None


def stands_in(sentence: Sentence, title: str, heading: str) -> bool:
    """Whether a sentence stands under a heading of that name, however deep.

    Args:
        sentence: the sentence.
        title: of its document, which isn't in its section path.
        heading: the name asked for.
    """
    return _bare(heading) in map(_bare, (title, *sentence.section))


def _bare(text: str) -> str:
    return "".join(c for c in normalize(text).text.casefold() if c.isalnum())
