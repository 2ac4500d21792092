"""A tokenizer that reads words as texts need them cuts as jieba with all its words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zjip_qa.text import jieba_tokenizer
from zjip_qa.text.jieba_tokenizer import N_OCCURRENCES, Tokenizer, load_tokenizer

Jieba = Any

USER_WORDS = (("数据知识产权", None), ("专利转", 50_000), ("乸乸", None))
TEXTS = (
    "数据知识产权专利转化运用专项行动取得积极成效",
    "乸乸说的确实在理江大桥面积极了",
    "胡格诺派教徒在林迪斯法恩登陆",
    "々〇㐀𠀀龘豈",
    "",
)


@pytest.fixture(scope="module")
def jieba(tmp_path_factory: pytest.TempPathFactory) -> Jieba:
    """One with all its words, as it comes."""
    load_tokenizer()  # imports it without its warnings
    import jieba

    return _whole(jieba.Tokenizer(), tmp_path_factory.mktemp("jieba"))


def _whole(tokenizer: Jieba, folder: Path) -> Jieba:
    tokenizer.tmp_dir = str(folder)
    tokenizer.initialize()
    return tokenizer


def _cut(tokenizer: Tokenizer | Jieba, text: str) -> list[list[tuple[str, int, int]]]:
    return [list(tokenizer.tokenize(text, mode=mode)) for mode in ("default", "search")]


@pytest.mark.parametrize("text", TEXTS)
def test_it_cuts_as_jieba(jieba: Jieba, text: str) -> None:
    assert _cut(load_tokenizer(), text) == _cut(jieba, text)


SOME = st.text(
    st.sampled_from("中国人民大学生活动物理论文化工业专利转化运用权知识产一二々"), max_size=20
)


@settings(max_examples=100)
@given(before=SOME, text=SOME)
def test_it_cuts_any_text_as_jieba(jieba: Jieba, before: str, text: str) -> None:
    """Whatever it has read before."""
    jieba_tokenizer._plain_tokenizer.cache_clear()
    assert [_cut(load_tokenizer(), t) for t in (before, text)] == [
        _cut(jieba, t) for t in (before, text)
    ]


@pytest.mark.parametrize("read_all", [0, 8, 50_000])
def test_it_takes_words_as_jieba(
    jieba: Jieba, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_all: int
) -> None:
    monkeypatch.setattr(jieba_tokenizer, "_READ_ALL", read_all)
    taught = _whole(type(jieba)(), tmp_path)
    for word, frequency in USER_WORDS:
        taught.add_word(word, frequency)
    tokenizer = load_tokenizer(USER_WORDS)
    assert [_cut(tokenizer, text) for text in TEXTS] == [_cut(taught, text) for text in TEXTS]
    assert _cut(tokenizer, TEXTS[0]) != _cut(jieba, TEXTS[0])
    assert _cut(load_tokenizer(), TEXTS[0]) == _cut(jieba, TEXTS[0])


def test_it_knows_how_often_words_occur(jieba: Jieba) -> None:
    assert jieba.total == N_OCCURRENCES
    tokenizer = load_tokenizer()
    for word in ("专利", "专", "知识产", "火星文化局", "𠀀", "龘"):
        assert tokenizer.frequency(word) == jieba.FREQ.get(word, 0)
    assert tokenizer.frequency("专利") > 0
    assert tokenizer.frequency("知识产") == 0  # only the beginning of a word


def test_pkg_resources_is_left_alone() -> None:
    code = (
        "import sys; from zjip_qa.text.jieba_tokenizer import load_tokenizer; load_tokenizer()\n"
        "print('pkg_resources' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")
