"""What an answer says around its quotes, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from zjip_qa.types import Language

NOT_FOUND = {
    Language.ZH: "文档中没有找到这个问题的答案。",
    Language.EN: "The documents don't answer this question.",
}
IN_CHINESE = {
    Language.ZH: "",
    Language.EN: "In the Chinese original: ",
}
_NOT_ABOUT = {
    Language.ZH: "最接近的内容说的不是{names}。",
    Language.EN: " What comes closest isn't about {names}.",
}


def year(language: Language, number: int) -> str:
    """A year as it is said in a sentence."""
    return f"{number}年" if language is Language.ZH else str(number)


def not_about(language: Language, names: Sequence[str]) -> str:
    """Say which year or place of the question the nearest passage isn't about; "" for none."""
    if not names:
        return ""
    joined = ("、" if language is Language.ZH else ", ").join(names)
    return _NOT_ABOUT[language].format(names=joined)
