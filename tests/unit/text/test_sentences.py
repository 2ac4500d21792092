import time

import pytest

from zjip_qa.text import split_sentences


def split(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        # "|" marks where a sentence ends; it is taken out before splitting.
        "今天好。|明天呢？|后天!|行……|好吧",
        "有效专利1.7万件;发明3.5件；共2023—2027年。|实现“T+1”出证。",
        "连续2年获国务院督查激励.|浙江省第一?|是!",
        "他说：“什么？”|然后走了。",
        "“谁来保护？”成为热点。|好",
        "《谁动了我的奶酪？》一书。|好",
        "“第一句。第二句。”|第三。",
        "（附件。）|然后。",
        "中国(浙江)知识产权保护中心。|(注:abc。)|完",
        "双所(知识产权所)……|一批",
        "好……，但是不行。|是",
        "包括1.专利2.商标。|完",
        "He lives in the U.S. |The U.S. Patent Office opened No. 5 Road.",
        "J. K. Rowling met Dr. Li. |They talked.",
        '"Stop!" he said. |"Go." |Then he left.',
        "1. Scope of it. |2. Aim.",
        "Pi is 3.5, see e.g. Fig. 3 and example.com?page=2 now! |Yes.",
        "Zhejiang Co., Ltd. filed it with Acme Inc. |The end.",
        "It is state of the art. |A patent follows Art. 5 though.",
        "No. |That is wrong.",
        "He came (see p. 5.) |Then he left.",
        "We waited... and waited. |Then it ended...",
        "The RCEP.|中国加入。",
        "A fact.|[citation needed]. |Another.",
        "一事。 。|又一事。 👍",
        "不分行\n也不分句",
    ],
)
def test_where_sentences_end(text: str) -> None:
    parts = text.split("|")
    assert split("".join(parts)) == [part.strip() for part in parts]


def test_a_long_quotation_is_cut() -> None:
    first, second = "甲" * 50 + "。", "乙" * 50 + "。"
    assert split(f"他说：“{first}{second}”丙。") == [f"他说：“{first}", f"{second}”", "丙。"]


@pytest.mark.parametrize("text", ["", " \n\u3000", "\r\n\r\n"])
def test_nothing_but_white_space(text: str) -> None:
    assert split_sentences(text) == []


@pytest.mark.parametrize(
    "unit",
    ["中", "“", '(？"', "(“？”)", "“中。”", "A. ", "a.", "。 ", "” ", "1.中", ". \n\n", "…“"],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    started = time.perf_counter()
    split_sentences(text)
    assert time.perf_counter() - started < 3
