"""What an answer says around its quotes, in both languages."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from zjip_qa.answering.quantities import QuantityKind
from zjip_qa.answering.question import AnswerKind, Asked
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
_NEVER_SAID = {
    Language.ZH: "文档里没有提到：{names}。",
    Language.EN: " They never mention: {names}.",
}
_LOOKED_FOR = {
    Language.ZH: "找的是{kind}：{names}。",
    Language.EN: " Looked for {kind} on: {names}.",
}
_KINDS = {
    Language.ZH: {
        AnswerKind.FIGURE: "数字",
        AnswerKind.DATE: "时间",
        AnswerKind.PLACE: "地点",
        AnswerKind.WHO: "人或机构",
        AnswerKind.PERSON: "人名",
        AnswerKind.DOCUMENT: "文件",
        AnswerKind.REASON: "原因",
        QuantityKind.MONEY: "金额",
        QuantityKind.SHARE: "比例",
        QuantityKind.RANK: "名次",
    },
    Language.EN: {
        AnswerKind.FIGURE: "a figure",
        AnswerKind.DATE: "a date",
        AnswerKind.PLACE: "a place",
        AnswerKind.WHO: "a person or body",
        AnswerKind.PERSON: "a person's name",
        AnswerKind.DOCUMENT: "a document",
        AnswerKind.REASON: "a reason",
        QuantityKind.MONEY: "an amount of money",
        QuantityKind.SHARE: "a share",
        QuantityKind.RANK: "a rank",
    },
}
_ANYTHING = {Language.ZH: "", Language.EN: "something"}


_MORE_ITEMS = {
    Language.ZH: "原文此后另有{n}项。",
    Language.EN: "The document lists {n} more.",
}
_LARGER = {
    Language.ZH: "“{larger}”的数字较大：{more}对{less}。 [1] [2]",
    Language.EN: "The figure for “{larger}” is the larger: {more} against {less}. [1] [2]",
}
_EQUAL = {
    Language.ZH: "数字相同：{more}。 [1] [2]",
    Language.EN: "The figures are the same: {more}. [1] [2]",
}
NOT_CALCULATED = {
    Language.ZH: "文档分别给出了这两个数字，没有给出它们的差或总和。",
    Language.EN: "The documents state the two figures, but not their difference or total.",
}
NOT_COMPARED = {
    Language.ZH: "文档没有说哪一个更大；这两个数字不能直接比较。",
    Language.EN: (
        "The documents don't say which is larger, and the two figures can't be compared as they "
        "stand."
    ),
}


def more_items(language: Language, n: int) -> str:
    """Say how many items of a list were left out."""
    return _MORE_ITEMS[language].format(n=n)


def larger(language: Language, name: str, more: str, less: str) -> str:
    """Say which of the figures of the first two citations is the larger one."""
    return _LARGER[language].format(larger=name, more=more, less=less)


def equal(language: Language, figure: str) -> str:
    """Say that the figures of the first two citations are the same."""
    return _EQUAL[language].format(more=figure)


def years(language: Language, numbers: Collection[int]) -> list[str]:
    """Years as they are said in a sentence, those that follow each other by the first and last."""
    said = []
    for first in sorted(numbers):
        if first - 1 in numbers:
            continue
        last = first
        while last + 1 in numbers:
            last += 1
        span = str(first) if last == first else f"{first}–{last}"
        said.append(f"{span}年" if language is Language.ZH else span)
    return said


def not_about(language: Language, names: Sequence[str]) -> str:
    """Say which year or place of the question the nearest passage isn't about; "" for none."""
    return _naming(_NOT_ABOUT, language, names)


def never_said(language: Language, names: Sequence[str]) -> str:
    """Say which words of the question stand in no document; "" for none."""
    return _naming(_NEVER_SAID, language, names)


def looked_for(language: Language, asked: Asked, names: Sequence[str]) -> str:
    """Say what sort of thing was looked for, and by which words; "" for none."""
    kinds = _KINDS[language]
    kind = kinds.get(asked.quantity or asked.kind, kinds.get(asked.kind, _ANYTHING[language]))
    return _naming(_LOOKED_FOR, language, names, kind=kind)


def _naming(
    forms: dict[Language, str], language: Language, names: Sequence[str], **values: str
) -> str:
    if not names:
        return ""
    joined = ("、" if language is Language.ZH else ", ").join(names)
    return forms[language].format(names=joined, **values)
