import re
from html import unescape

import pytest
from tests.unit.interfaces.conftest import DOCUMENT, TEXT

from zjip_qa.documents.duplicates import Duplicate
from zjip_qa.index import (
    BuildPlan,
    Changes,
    CutChunk,
    DocumentSummary,
    Generation,
    History,
    Preview,
    Progress,
    Stage,
)
from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.corpus_view import (
    MAX_LISTED,
    corpus_rows,
    pace_text,
    render_history,
    render_pending,
    render_preview,
    render_rows,
    render_terms,
    size_text,
    time_text,
)
from zjip_qa.text import Segmenter, Token
from zjip_qa.types import Chunk, Document, Language

ZH, EN = Language.ZH, Language.EN
HOSTILE = "\"><img src=x onerror=alert(1)>'"


def _plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def _summary(doc_id: str) -> DocumentSummary:
    return DocumentSummary(doc_id, f"题目 {doc_id}", ZH, 1500, "0" * 64, 3, False)


def _plan() -> BuildPlan:
    return BuildPlan(
        Changes(added=("n",), changed=("c",), removed=("g",), unchanged=("u",)),
        duplicates=(Duplicate("n", "u", 1.0), Duplicate("u", "c", 0.9)),
        n_bytes=5000,
        seconds=150.0,
        sizes={"n": 700, "c": 1600, "u": 1500},
    )


def test_rows_say_what_will_become_of_each_document() -> None:
    rows = corpus_rows(_plan(), [_summary("c"), _summary("g"), _summary("u")], EN)
    assert [(row.doc_id, row.state) for row in rows] == [
        ("c", s.CHANGED), ("g", s.GONE), ("n", s.NEW), ("u", None),
    ]  # fmt: skip
    assert [row.size for row in rows] == [1600, 1500, 700, 1500]
    assert [row.warning for row in rows] == ["", "", "says what u says", "says nearly what c says"]


def test_the_list_is_searched_by_name_and_title_and_cut() -> None:
    plan = BuildPlan(Changes(), sizes={f"{i:04d}.md": 1 for i in range(500)})
    rows = corpus_rows(plan, [_summary("0007.md")], ZH)
    assert render_rows(rows, "", ZH).count("data-doc") == MAX_LISTED
    assert s.AND_MORE.to(ZH, count=300) in render_rows(rows, "", ZH)
    assert render_rows(rows, "049", ZH).count("data-doc") == 11  # 0049 and 0490 … 0499
    assert render_rows(rows, " 题目 ", ZH).count("data-doc") == 1
    assert "data-doc" not in render_rows(rows, "none", ZH)


def test_what_is_pending_is_told() -> None:
    shown = _plain(render_pending(_plan(), EN))
    assert "1 to add, 1 changed, 1 to remove" in shown
    assert "5.0 kB to embed, about 2 min" in shown
    assert render_pending(BuildPlan(Changes(unchanged=("u",))), EN) == ""
    words = render_pending(BuildPlan(Changes(), new_words=True), ZH)
    assert s.PENDING_WORDS.zh in words


def test_a_preview_shows_the_text_with_each_word_marked() -> None:
    text = TEXT[6:31]
    words = tuple(Segmenter().words(text))
    cut = CutChunk(Chunk("a.md", 6, 31, text, ("保护",)), words)
    shown = render_preview(Preview(DOCUMENT, 70, 4, (cut,)), ["满意度"], ZH)
    assert text in _plain(shown)
    assert shown.count('class="w') == len(words)
    assert '<span class="w own-word">满意度</span>' in shown
    assert s.LOOK_MORE.to(ZH, count=3) in shown


def test_nothing_of_a_document_is_markup() -> None:
    text = f"{HOSTILE}文"
    document = Document(HOSTILE, text, HOSTILE)
    cut = CutChunk(Chunk(HOSTILE, 0, len(text), text, (HOSTILE,)), (Token("文", 28, 29),))
    history = History(
        Generation(HOSTILE, HOSTILE, HOSTILE, 1, 1),
        Generation("b", "2024", "m", 1, 1),
        Changes(added=(HOSTILE,)),
    )
    plan = BuildPlan(Changes(), duplicates=(Duplicate(HOSTILE, HOSTILE, 1.0),), sizes={HOSTILE: 1})
    for shown in (
        render_preview(Preview(document, 1, 1, (cut,)), [HOSTILE], EN),
        render_terms([HOSTILE], EN),
        render_history(history, EN),
        render_rows(corpus_rows(plan, [], EN), "", EN),
        render_rows([], HOSTILE, EN),
    ):
        assert "<img" not in shown
        assert HOSTILE in _plain(shown) or HOSTILE[:10] in _plain(shown)


def test_two_indexes_are_compared() -> None:
    now = Generation("2", "2024-05-01T10:20:30+00:00", "m", 3, 30)
    assert s.HISTORY_NONE.en in render_history(None, EN)
    assert s.HISTORY_NONE.en in render_history(History(now), EN)
    before = Generation("1", "2024-04-01T10:20:30+00:00", "m", 2, 20)
    shown = render_history(History(now, before, Changes(("n",), (), ("g",))), EN)
    assert "2024-05-01 10:20 UTC: 3 documents, 30 passages" in _plain(shown)
    assert s.HISTORY_ADDED.to(EN, count=1) in shown
    assert s.HISTORY_SAME.en not in shown
    same = render_history(History(now, before, new_words=True), ZH)
    assert s.HISTORY_SAME.zh in same
    assert s.HISTORY_WORDS.zh in same


@pytest.mark.parametrize(
    ("seconds", "english"), [(0.2, "1 s"), (59.6, "60 s"), (100, "2 min"), (3600, "60 min")]
)
def test_times(seconds: float, english: str) -> None:
    assert time_text(seconds, EN) == english


def test_sizes_and_pace() -> None:
    assert [size_text(n) for n in (0, 999, 1000, 1_200_000)] == ["0 B", "999 B", "1.0 kB", "1.2 MB"]
    step = Progress(Stage.DOCUMENTS, 1, 2, "a", 0.5, 2000.0, 30.0)
    assert pace_text(step, EN) == "2.0 kB/s, about 30 s left"
    assert pace_text(Progress(Stage.CHECK, 0, 2, "", 1.0), EN) == ""
