"""What an answer says around its quotes, in both languages."""

from __future__ import annotations

from zjip_qa.types import Language

NOT_FOUND = {
    Language.ZH: "文档中没有找到这个问题的答案。",
    Language.EN: "The documents don't answer this question.",
}
NEAREST = {
    Language.ZH: "最接近的内容如下,仅供参考,并非答案:",
    Language.EN: "The nearest passages, shown as such and not as an answer:",
}
WRONG_YEAR = {
    Language.ZH: "没有找到{names}年的相关内容。",
    Language.EN: "Nothing was found about {names}.",
}
WRONG_PLACE = {
    Language.ZH: "没有找到关于{names}的相关内容。",
    Language.EN: "Nothing was found about {names}.",
}
IN_CHINESE = {
    Language.ZH: "",
    Language.EN: "In the Chinese original: ",
}
