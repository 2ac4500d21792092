import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from lxml import etree

from zjip_qa.documents.readers.word_numbers import Numbers


def _numbering(*levels: tuple[str, str], more: str = "", start: int = 1) -> etree._Element:
    """One list, number 7, of levels given by format and pattern."""
    written = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for i, (form, pattern) in enumerate(levels)
    )
    root: etree._Element = parse_xml(
        f'<w:numbering {nsdecls("w")}><w:abstractNum w:abstractNumId="3">{written}</w:abstractNum>'
        f'<w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num>{more}</w:numbering>'
    )
    return root


def test_articles_of_a_law() -> None:
    numbers = Numbers(_numbering(("chineseCountingThousand", "第%1条")))
    assert [numbers.next("7", 0) for _ in range(3)] == ["第一条 ", "第二条 ", "第三条 "]


@pytest.mark.parametrize(
    ("form", "start", "written"),
    [
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 12, "十二"),
        ("chineseCounting", 20, "二十"),
        ("chineseCounting", 101, "一百零一"),
        ("chineseCounting", 110, "一百一十"),
        ("chineseCounting", 2005, "二千零五"),
        ("decimal", 34, "34"),
        ("upperRoman", 1994, "MCMXCIV"),
        ("lowerRoman", 4, "iv"),
        ("lowerLetter", 28, "bb"),
        ("upperLetter", 3, "C"),
        ("decimalEnclosedCircle", 20, "⑳"),
        ("decimalEnclosedCircle", 21, "21"),
        ("unheardOf", 5, "5"),
    ],
)
def test_formats(form: str, start: int, written: str) -> None:
    numbers = Numbers(_numbering((form, "%1"), start=start))
    assert numbers.next("7", 0) == f"{written} "


def test_deeper_levels_begin_again_and_say_those_above() -> None:
    numbers = Numbers(_numbering(("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)")))
    depths = [0, 1, 1, 2, 0, 1, 2, 2]
    assert [numbers.next("7", depth).strip() for depth in depths] == [
        "1.", "1.1", "1.2", "(a)", "2.", "2.1", "(a)", "(b)",
    ]  # fmt: skip


def test_a_list_that_is_told_to_begins_again_once() -> None:
    more = (
        '<w:num w:numId="8"><w:abstractNumId w:val="3"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    numbers = Numbers(_numbering(("decimal", "%1)"), more=more))
    assert [numbers.next(n, 0).strip() for n in "77887"] == ["1)", "2)", "5)", "6)", "7)"]


def test_bullets_and_lists_that_do_not_exist_have_no_number() -> None:
    numbers = Numbers(_numbering(("bullet", "•")))
    assert numbers.next("7", 0) == numbers.next("0", 0) == numbers.next("7", 99) == ""
    assert Numbers(None).next("7", 0) == ""


@pytest.mark.parametrize("start", ["", "x", "-1", "99999999999999999999"])
def test_an_absurd_start_is_one(start: str) -> None:
    root = _numbering(("decimal", "%1"))
    next(iter(root.iter(f"{{{root.nsmap['w']}}}start"))).set(f"{{{root.nsmap['w']}}}val", start)
    assert Numbers(root).next("7", 0) == "1 "
