"""Questions that ask who wrote the document at hand, and the line that names its authors."""

from __future__ import annotations

import re

from zjip_qa.text import HAN, Segmenter, normalize
from zjip_qa.types import Document, Sentence

_TEXT_ZH = "文章|报道|稿件|稿子|文稿|新闻|报告|文件|材料|文|稿"
_TEXT_EN = r"(?:article|text|document|piece|report|story|paper|news item)"
_ASKS = re.compile(
    rf"(?:请问|我想知道)?(?:这|本|该|此)?[篇份个]?(?:{_TEXT_ZH})?的?"
    r"(?:作者|撰稿人|执笔人?|采写记者|记者)(?:们)?(?:都?[是有叫]|叫作)?(?:谁|哪位|哪几位|哪些人|什么名字?)"
    rf"|(?:请问)?(?:这|本|该|此)[篇份个]?(?:{_TEXT_ZH})?是?由?谁(?:写|撰写|执笔|采写)的"
    rf"|who (?:wrote|authored|(?:is|are|was|were) the (?:authors?|writers?)(?: of)?)"
    rf"(?: (?:this|the|your) {_TEXT_EN})?"
    rf"|by whom was (?:this|the) {_TEXT_EN} written|who was (?:this|the) {_TEXT_EN} written by",
    re.IGNORECASE,
)
BYLINE_WITHIN = 600
"""Code points after a document's beginning in which its byline stands, if it has one above."""
_LABEL = (
    r"(?:本[报刊网台]记者|记者|通讯员|特约评论员|作者|撰文|执笔|文|by(?=\s+(?-i:[A-Z]))|authors?)"
)
_LABELLED = re.compile(
    rf"[(（□■◎]?\s*{_LABEL}(?:\s*[:：/／|｜]\s*|\s+)(?!.*(?:[。！？!?]|\.$))\S.{{0,58}}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s、,，;；/／]+")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾萧肖田董潘袁蔡蒋余于杜叶程魏苏吕"
    "丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武"
    "钱戴严莫孔向常汤康施洪乔倪严鲁翁柯柳冉辛管祝左涂谷祁路葛宁裴章梅骆俞尤费"
)
_COMPOUND = ("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "尉迟", "皇甫", "慕容", "令狐")
_NAME = re.compile(f"[{HAN}]{{2,4}}")


def asks_for_author(question: str) -> bool:
    """Whether a question asks who wrote the document, and not another work."""
    return _ASKS.fullmatch(normalize(question).text.strip(" ?.。")) is not None


def is_byline(sentence: Sentence, document: Document, segmenter: Segmenter) -> bool:
    """Whether a line near a document's beginning names its authors.

    It says so ("本报记者 …", "By …"), or holds nothing but names: of two to four characters, the
    first a common surname, and no words of the dictionary.

    Args:
        sentence: the line.
        document: its document.
        segmenter: knows the dictionary.
    """
    span = sentence.span
    if span.start > BYLINE_WITHIN:
        return False
    text = normalize(document.text[span.start : span.end]).text.strip()
    if _LABELLED.fullmatch(text):
        return True
    names = [name for name in _BETWEEN.split(text) if name]
    return bool(names) and all(_is_name(name, segmenter) for name in names)


def _is_name(text: str, segmenter: Segmenter) -> bool:
    if not _NAME.fullmatch(text) or segmenter.is_listed(text):
        return False
    return text.startswith(_COMPOUND) or (text[0] in _SURNAMES and len(text) <= 3)
