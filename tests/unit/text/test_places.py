from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.text import bare_place, load_places

PLACES = load_places()
NAMES = sorted(PLACES.by_english, key=lambda name: (-len(name), name))
AS_A_PATTERN = re.compile(rf"\b(?:{'|'.join(map(re.escape, NAMES))})\b")


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in PLACES.english_in(text)]


def test_english_names_are_found_as_whole_words() -> None:
    text = (
        "Is Xi'an in Shaanxi, not in the United States? Parisian, 在Paris, US-made, Guinea-Bissau"
    )
    assert found(text) == ["Xi'an", "Shaanxi", "United States", "US", "Guinea-Bissau"]
    assert found("") == []


@given(st.lists(st.sampled_from([*NAMES, *" -'_.,的aS", "is", "South", "New"]), max_size=12))
def test_they_are_found_as_by_one_large_pattern(parts: list[str]) -> None:
    for text in ("".join(parts), " ".join(parts)):
        assert found(text) == AS_A_PATTERN.findall(text)


def test_the_kind_of_place_is_taken_off() -> None:
    assert [bare_place(name) for name in ("浙江省", "内蒙古自治区", "沙县")] == [
        "浙江",
        "内蒙古",
        "沙县",
    ]
