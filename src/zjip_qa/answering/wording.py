"""What an answer says around its quotes, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from zjip_qa.answering.names import Place
from zjip_qa.answering.question import Asked
from zjip_qa.types import Language

NOT_FOUND = {
    Language.ZH: "文档中没有找到这个问题的答案。",
    Language.EN: "The documents don't answer this question.",
}
IN_CHINESE = {
    Language.ZH: "",
    Language.EN: "In the Chinese original: ",
}
_OUT_OF_SCOPE = {
    Language.ZH: "相关内容没有说到{names}。",
    Language.EN: " What they say on the topic isn't about {names}.",
}


def out_of_scope(language: Language, asked: Asked, places: Sequence[Place]) -> str:
    """Say which year or place of the question no passage is about; "" when it names none."""
    year = "{}年" if language is Language.ZH else "{}"
    names = [year.format(y) for y in sorted(asked.years)] + [place.written for place in places]
    if not names:
        return ""
    joined = ("、" if language is Language.ZH else ", ").join(names)
    return _OUT_OF_SCOPE[language].format(names=joined)
