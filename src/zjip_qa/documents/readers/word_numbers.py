"""The numbers that Word counts by itself ("第一条", "1.1", "(a)"): no paragraph's text holds them.

Covers counting along a document and the common number formats; another one is shown in figures.
Bullets have no number.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

_LARGEST = 9999
_LONGEST = 40  # characters of a level's pattern
_N_LEVELS = 9
_HAN = "零一二三四五六七八九"
_HAN_UNITS = ("", "十", "百", "千")
_HAN_FORMATS = frozenset(
    ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand")
)
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
          (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_N_CIRCLED = 20
_N_LETTERS = 26


def w(name: str) -> str:
    """A name in Word's own namespace."""
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}"


@dataclass(frozen=True, slots=True)
class _Level:
    """How the paragraphs of one depth of a list are numbered."""

    start: int
    form: str
    pattern: str
    gap: str


class Numbers:
    """Counts the numbered paragraphs of one document, in their order."""

    def __init__(self, numbering: etree._Element | None) -> None:
        """Read the lists that `numbering`, the root of `numbering.xml`, defines."""
        self._lists: dict[str, list[_Level]] = {}
        self._list_of: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, list[int | None]] = {}
        if numbering is None:
            return
        for definition in numbering.iterchildren(w("abstractNum")):
            levels = {_number(each.get(w("ilvl")), 0): each for each in definition.iter(w("lvl"))}
            self._lists[str(definition.get(w("abstractNumId")))] = [
                _level(levels.get(depth)) for depth in range(_N_LEVELS)
            ]
        for number in numbering.iterchildren(w("num")):
            name = str(number.get(w("numId")))
            self._list_of[name] = _value(number.find(w("abstractNumId")))
            self._restarts[name] = {
                _number(each.get(w("ilvl")), 0): _number(_value(start), 1)
                for each in number.iterchildren(w("lvlOverride"))
                if (start := each.find(w("startOverride"))) is not None
            }

    def next(self, name: str, depth: int) -> str:
        """Count a paragraph of the list `name` at a depth from 0, and write its number.

        Returns:
            What Word shows before the paragraph, the gap after it included; "" for a bullet, or
            where there is no such list.
        """
        key = self._list_of.get(name, "")
        levels = self._lists.get(key)
        if levels is None or not 0 <= depth < _N_LEVELS:
            return ""
        counts = self._counts.setdefault(key, [None] * _N_LEVELS)
        before = counts[depth]
        counts[depth] = levels[depth].start if before is None else before + 1
        if depth in (restarts := self._restarts[name]):
            counts[depth] = restarts.pop(depth)
        counts[depth + 1 :] = [None] * (_N_LEVELS - depth - 1)
        if levels[depth].form in ("bullet", "none"):
            return ""
        shown = levels[depth].pattern
        for i, level in enumerate(levels[: depth + 1]):
            count = counts[i]
            shown = shown.replace(f"%{i + 1}", _written(count or level.start, level.form))
        return shown + levels[depth].gap if shown.strip() else ""


def _level(element: etree._Element | None) -> _Level:
    if element is None:
        return _Level(1, "none", "", "")
    gap = "" if _value(element.find(w("suff"))) == "nothing" else " "
    return _Level(
        _number(_value(element.find(w("start"))), 1),
        _value(element.find(w("numFmt"))) or "decimal",
        _value(element.find(w("lvlText")))[:_LONGEST],
        gap,
    )


def _value(element: etree._Element | None) -> str:
    return "" if element is None else str(element.get(w("val"), ""))


def _number(text: str | None, default: int) -> int:
    """A number as files write it; whatever is none or absurd is the default."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > len(str(_LARGEST)):
        return default
    return int(text)


def _written(count: int, form: str) -> str:
    """A number in one of Word's formats."""
    if not 0 < count <= _LARGEST:
        return str(count)
    if form in _HAN_FORMATS:
        return _in_han(count)
    if form.endswith("Roman"):
        roman = _in_roman(count)
        return roman.upper() if form.startswith("upper") else roman
    if form.endswith("Letter"):
        letter = chr(ord("A" if form.startswith("upper") else "a") + (count - 1) % _N_LETTERS)
        return letter * ((count - 1) // _N_LETTERS + 1)
    if form.startswith("decimalEnclosedCircle") and count <= _N_CIRCLED:
        return chr(ord("①") + count - 1)
    return str(count)


def _in_han(count: int) -> str:
    digits = [int(digit) for digit in str(count)]
    parts = [
        _HAN[digit] + _HAN_UNITS[len(digits) - 1 - i] if digit else _HAN[0]
        for i, digit in enumerate(digits)
    ]
    written = "".join(parts)
    while _HAN[0] * 2 in written:
        written = written.replace(_HAN[0] * 2, _HAN[0])
    written = written.removesuffix(_HAN[0])
    return written.removeprefix(_HAN[1]) if written.startswith("一十") else written


def _in_roman(count: int) -> str:
    parts = []
    for value, sign in _ROMAN:
        parts.append(sign * (count // value))
        count %= value
    return "".join(parts)
