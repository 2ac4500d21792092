import unicodedata

import pytest

from zjip_qa.text import normalize
from zjip_qa.types import Span


@pytest.mark.parametrize(
    ("source", "copy"),
    [
        ("", ""),
        ("ＲＣＥＰ，２０２３", "RCEP,2023"),
        ("專業化", "专业化"),
        ("一批现代化、专\n\n业化", "一批现代化、专业化"),
        ("专 \r\n\u3000业", "专业"),
        ("words\nbroken", "words broken"),
        ("专利\nRCEP", "专利 RCEP"),
        ("聚力 知识产权", "聚力 知识产权"),
        ("聚力\u3000\u3000知识产权", "聚力 知识产权"),
        ("㎡①℃", "m21°C"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("ｶﾞ", "ガ"),
        ("知\u200b识", "知识"),
        ("a\ud800b", "a\ufffdb"),
        ("𠮷👨\u200d👩\u200d👧", "𠮷👨\u200d👩\u200d👧"),
        ("Keep Case", "Keep Case"),
    ],
)
def test_copy(source: str, copy: str) -> None:
    assert normalize(source).text == copy


def test_spans_lead_back_over_characters_that_split_or_join() -> None:
    source = "ａ…e\u0301専\n业"
    result = normalize(source)
    assert result.text == "a...\u00e9専业"
    assert result.original(0, 1) == Span(0, 1)
    assert result.original(1, 2) == Span(1, 2)  # one dot of the ellipsis: the whole ellipsis
    assert result.original(4, 5) == Span(2, 4)  # the letter with its accent
    assert result.original(5, 7) == Span(4, 7)  # the line break lies inside
    assert result.original(6, 6) == Span(6, 6)
    assert result.original(7, 7) == Span(7, 7)


def test_unchanged_text_maps_to_itself() -> None:
    result = normalize("abc专利")
    assert list(result.starts) == [0, 1, 2, 3, 4, 5]
    assert list(result.ends) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (2, 1), (0, 4)])
def test_ranges_outside_the_copy_are_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="isn't in a copy of 3 characters"):
        normalize("abc").original(start, end)


def test_every_character_alone_is_nfkc() -> None:
    kept_apart = {"\u00ad", "\u200b", "\u2060", "\ufeff"}
    for code in (*range(0x21, 0x2E80), *range(0x2F00, 0x3400), *range(0xF900, 0xFFF0)):
        character = chr(code)
        expected = unicodedata.normalize("NFKC", character)
        if character in kept_apart or any(c.isspace() for c in character + expected):
            continue
        got = normalize(character).text
        # Simplification comes after NFKC and replaces one character by one.
        assert len(got) == len(expected)
        if all(c < "\u2e80" for c in expected):
            assert got == expected


def test_a_long_text_is_read_like_its_parts() -> None:
    part = "截至2023年底，全省每万户企业有效注册商标量等指标全国领先，達到86.02分。\n\n"
    assert normalize(part * 20_000).text == normalize(part).text * 20_000
