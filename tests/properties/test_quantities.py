import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zjip_qa.answering.quantities import (
    QuantityKind,
    find_english_quantities,
    find_quantities,
    in_english,
    same_value,
)

_CHINESE_PIECES = (
    "0 1 2 3 5 9 10 12 20 2023 1990 1,234 3.5 0.03 一 二 两 三 五 十 百 千 万 亿 〇 零 "
    "第 年 月 日 号 底 上半年 第一季度 至 — % ‰ 元 美元 件 家 个 个月 倍 条 章 位 成 分之 百分之 "
    "个百分点 余 多 几 来 约 近 超过 不足 不到 以上 左右 数 上 每 翻 番 首位 一半 "
    "A T+1 图 ( ) 〔 〕 . ， 、 。 的 全国"
)
_ENGLISH_PIECES = (
    "0 1 2 3 10 12th 21st 2023 1,234 3.5 one two twenty hundred and a million billion RMB $ % yuan "
    "percent percentage points first third half quarter the of first quarter to – - / January May "
    "March Q1 early mid end years months times more than nearly about at least from in dozens "
    "hundreds Article . , ( ) 5G"
)
_CHINESE = st.lists(st.sampled_from([*_CHINESE_PIECES.split(), " "]), max_size=12).map("".join)
_ENGLISH = st.lists(st.sampled_from([*_ENGLISH_PIECES.split(), *"   "]), max_size=14).map("".join)


@given(_CHINESE)
@example("三成五")
@example("第4300000000000位")
def test_reading_what_is_said_gives_the_value_back(text: str) -> None:
    for quantity in find_quantities(text):
        said = in_english(quantity)
        (again,) = find_english_quantities(said)
        assert same_value(quantity, again), said
        assert said[again.span.start : again.span.end] == said
        if quantity.kind not in (QuantityKind.RANK, QuantityKind.ORDINAL):
            assert again.approximation is quantity.approximation


@given(_ENGLISH)
@example("May.")
def test_english_read_and_said_again_is_the_same(text: str) -> None:
    for quantity in find_english_quantities(text):
        (again,) = find_english_quantities(in_english(quantity))
        assert same_value(quantity, again), in_english(quantity)


@given(st.one_of(st.text(), _CHINESE, _ENGLISH))
def test_figures_are_in_order_and_apart(text: str) -> None:
    for find in (find_quantities, find_english_quantities):
        end = 0
        for quantity in find(text):
            assert end <= quantity.span.start < quantity.span.end <= len(text)
            end = quantity.span.end


@pytest.mark.parametrize(
    "piece",
    ["1", "万", "1万", "1,111,", "一", "1.", "十分之", "3至", "2023年至", "百分之", "A1-", "第",
     "(", "数十", "one ", "hundred and ", "1/2", "1-", "RMB ", "2023–", "March ", "1 to ",
     "more than ", " "],
)  # fmt: skip
def test_time_is_linear(piece: str) -> None:
    # Eight times the text may not take 64 times as long. The best of three counts, and half a
    # second is lost: a busy machine stalls.
    short, long = piece * (4_000 // len(piece)), piece * (32_000 // len(piece))
    for find in (find_quantities, find_english_quantities):
        assert _seconds(find, long) < 40 * _seconds(find, short) + 0.5


def _seconds(find: object, text: str) -> float:
    assert callable(find)
    spent = []
    for _ in range(3):
        begin = time.process_time()
        find(text)
        spent.append(time.process_time() - begin)
    return min(spent)
