"""Which characters are Han.

The body of a regular-expression class, so that rooms can put it into patterns of their own.
Marks, kana and bopomofo are not Han.
"""

from __future__ import annotations

import re

HAN = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
"""Body of a character class: ideographs with their extensions, the iteration mark and zero."""

_HAN_CHARACTER = re.compile(f"[{HAN}]")


def is_han(character: str) -> bool:
    """Whether `character` (one code point, or "" at a text's edge) is Han."""
    return _HAN_CHARACTER.match(character) is not None
