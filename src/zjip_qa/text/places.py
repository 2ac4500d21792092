"""Names of places, in Chinese and in English, for telling whether a passage is about the right one.

The Chinese names are those that jieba's dictionary tags as places; an English name is a place
when the bridge's translation of it is one.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_SUFFIX = re.compile(r"(?<=..)(?:特别行政区|自治区|自治州|省|市|县|区|镇|州)$")
# The country at large is understood in a national document; demanding its name would refuse
# right answers.
_UNDERSTOOD = {"中国", "我国", "全国", "国内", "中华人民共和国", "中华", "大陆"}


@cache
def place_names() -> frozenset[str]:
    """Chinese place names of two characters or more, without 省, 市, 县, 区 at the end."""
    import importlib.util

    spec = importlib.util.find_spec("jieba")
    assert spec is not None and spec.origin is not None
    names = set()
    with (Path(spec.origin).parent / "dict.txt").open(encoding="utf-8") as rows:
        for row in rows:
            word, _, rest = row.partition(" ")
            if rest.rstrip().endswith(" ns") and len(word) >= 2:
                names.add(bare_place(word))
    return frozenset(names - _UNDERSTOOD)


def bare_place(name: str) -> str:
    """Take the kind of place off a name: 浙江省 → 浙江; a name of two characters is left."""
    return _SUFFIX.sub("", name)
