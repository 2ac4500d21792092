import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zjip_qa.errors import CorpusError
from zjip_qa.text import Segmenter, Token, is_function_word
from zjip_qa.text.function_words import function_words
from zjip_qa.types import Language


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


def terms(tokens: list[Token]) -> list[str]:
    return [token.term for token in tokens]


def test_numbers_stand_apart_from_the_unit_after_them(segmenter: Segmenter) -> None:
    text = "专利转让8.4万次，占71.9%，于2023年"
    assert " ".join(terms(segmenter.words(text))) == "专利 转让 8.4 万次 占 71.9 于 2023 年"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("实现“T+1”出证", ["实现", "t+1", "出证"]),
        ("RCEP 5G 3D C++ C# H200", ["rcep", "5g", "3d", "c++", "c#", "h200"]),
        ("12,500 metres, 100km", ["12500", "metres", "100", "km"]),
        ("2023,2024", ["2023", "2024"]),
        ("Zhejiang's don't county-level", ["zhejiang", "don't", "county", "level"]),
        ("the 20th of v0.1.90", ["the", "20th", "of", "v0", "1.90"]),
        ("。，！ \n", []),
        ("", []),
    ],
)
def test_latin_and_digits(segmenter: Segmenter, text: str, expected: list[str]) -> None:
    assert terms(segmenter.words(text)) == expected


def test_terms_are_normalised_and_spans_refer_to_the_given_text(segmenter: Segmenter) -> None:
    text = "强省：知識\n產權ＰＣＴ"
    assert segmenter.words(text) == [
        Token("强省", 0, 2),
        Token("知识产权", 3, 8),
        Token("pct", 8, 11),
    ]


def test_index_terms_hold_the_shorter_words_and_english_stems(segmenter: Segmenter) -> None:
    assert segmenter.index_terms("知识产权licences") == [
        Token("知识", 0, 2),
        Token("产权", 2, 4),
        Token("知识产权", 0, 4),
        Token("licenc", 4, 12),
    ]


def test_no_content_word_is_dropped(segmenter: Segmenter) -> None:
    # Peers' stop lists hold these; a question with one of them then finds nothing.
    text = "安全 规定 要求 问题 处理"
    assert terms(segmenter.index_terms(text)) == text.split()
    assert not any(is_function_word(term) for term in text.split())


def test_a_long_run_of_unknown_characters_takes_linear_time(segmenter: Segmenter) -> None:
    tokens = segmenter.words("亍丌兀丐廿卅丕亘丞鬲孬噩丨禺丿匕" * 2000)
    assert sum(token.end - token.start for token in tokens) == 32_000


def test_user_dictionary(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("\ufeff浙江知識產權在線 10 n\n\nT+1出证\nPCT专利\n", encoding="utf-8")
    own = Segmenter(path)
    text = "浙江知识产权在线实现T+1出证，pct专利"
    assert terms(own.words(text)) == ["浙江知识产权在线", "实现", "t+1出证", "pct专利"]
    assert terms(own.index_terms("T+1出证")) == ["t+1", "出证", "t+1出证"]
    plain = Segmenter()
    assert "浙江知识产权在线" not in terms(plain.words(text))
    assert own.fingerprint != plain.fingerprint


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("专利 10 n\n商标 x9\n".encode(), "line 2 .*商标 x9"),
        ("专利 0\n".encode(), "line 1 .*frequency of 1 or more"),
        ("！！ 3\n".encode(), "line 1 "),
        ("专利\n商标\n".encode("gb18030"), "line 1 .*UTF-8"),
    ],
)
def test_malformed_user_dictionary(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        Segmenter(path)


def test_missing_user_dictionary(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read"):
        Segmenter(tmp_path / "none.txt")


def test_runs_that_nothing_is_looked_for_in_are_left_out(segmenter: Segmenter) -> None:
    text = "浙江省的專利，T+1出证；杭州市的商標。"
    assert terms(segmenter.words(text, where=lambda run: "专利" in run)) == [
        "浙江省",
        "的",
        "专利",
        "t+1",
    ]
    for cut in (segmenter.words, segmenter.index_terms):
        assert cut(text, where=lambda _: True) == cut(text)
        (word,) = [t for t in cut(text, where=lambda run: "商标" in run) if t.term == "商标"]
        assert text[word.start : word.end] == "商標"


def test_a_run_is_cut_once_each_way(segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = segmenter.words, segmenter.index_terms
    first = [cut("云溪镇的知识产权") for cut in ways]
    assert len(first[0]) < len(first[1])
    monkeypatch.setattr(segmenter, "_jieba", None)
    assert [cut("云溪镇的知识产权") for cut in ways] == first


def test_threads_agree(segmenter: Segmenter) -> None:
    texts = [f"第{i}次知识产权保护大会在浙江杭州召开" for i in range(40)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(segmenter.index_terms, texts))
    assert together == [segmenter.index_terms(text) for text in texts]


def test_nothing_is_printed_or_written(tmp_path: Path) -> None:
    code = "from zjip_qa.text import Segmenter; Segmenter().words('知识产权')"
    folders = {name: str(tmp_path) for name in ("TMPDIR", "TEMP", "TMP", "HOME", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | folders, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_jieba_is_silent() -> None:
    Segmenter().words("知识产权")
    assert not logging.getLogger("jieba").isEnabledFor(logging.CRITICAL)


def test_function_words() -> None:
    assert all(map(is_function_word, ["的", "多少", "什么", "哪些", "the", "how", "which"]))
    assert not any(map(is_function_word, ["专利", "全国", "patent", "first", "第一", ""]))
    assert len(function_words(Language.ZH)) > 120
    assert len(function_words(Language.EN)) > 120
