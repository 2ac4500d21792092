import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.documents.duplicates import (
    ALIKE,
    PLACES,
    Duplicate,
    exact_duplicates,
    find_duplicates,
    signature,
)

_HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 2000)]


def _text(seed: int, n: int = 1000) -> str:
    return "".join(random.Random(seed).choices(_HAN, k=n))


def _find(texts: dict[str, str]) -> list[Duplicate]:
    return find_duplicates(
        list(texts), list(texts.values()), np.stack([signature(t) for t in texts.values()])
    )


def test_a_few_changed_words_are_a_near_copy_and_another_text_is_none() -> None:
    base = _text(1)
    edited = base[:300] + "新" + base[301:700] + "旧文" + base[702:]  # 2 · 5 + 1 of 996 shingles
    found = _find({"a": base, "b": _text(2), "c": edited, "d": base[:500]})
    (copy,) = found
    assert (copy.doc_id, copy.of) == ("c", "a")
    assert copy.similarity >= ALIKE


def test_width_case_spaces_and_marks_make_no_difference() -> None:
    plain = _text(3) + "patent law of 2024" * 3
    dressed = "\n\n".join(plain[i : i + 40] for i in range(0, len(plain), 40)).upper() + "。!"
    full_width = dressed.replace("2", "２").replace("P", "Ｐ")
    assert np.array_equal(signature(plain), signature(full_width))


def test_exact_copies_are_named_by_the_first() -> None:
    assert exact_duplicates(["a", "b", "c"], ["1", "2", "1"]) == [Duplicate("c", "a", 1.0)]
    assert _find({"a": "短", "b": "短", "c": "短文"}) == [Duplicate("b", "a", 1.0)]


def test_short_texts_are_alike_only_when_equal() -> None:
    assert _find({"a": "附件一:名单", "b": "附件二:名单"}) == []


@pytest.mark.parametrize("shared", [0.5, 0.9])
def test_the_signature_estimates_the_share_of_common_shingles(shared: float) -> None:
    n = 4000
    common = _text(4, n)
    # Shingles in common / in all: with x of each text shared, x / (2 − x).
    kept = int(n * 2 * shared / (1 + shared))
    other = common[:kept] + _text(5, n - kept)
    estimate = float((signature(common) == signature(other)).mean())
    assert abs(estimate - shared) < 3 * (shared * (1 - shared) / PLACES) ** 0.5


@given(st.text(max_size=200))
def test_any_text_has_a_signature(text: str) -> None:
    found = signature(text)
    assert found.shape == (PLACES,)
    assert found.dtype == np.dtype(np.uint32)


def test_a_lone_surrogate_does_no_harm() -> None:
    assert signature("\ud800" + _text(6)).shape == (PLACES,)
