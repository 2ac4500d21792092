import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.interfaces import source_pane
from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.source_pane import Passage, render_source, tag_of
from zjip_qa.types import Block, BlockKind, Document, Language, Span

HOSTILE = (
    "<script>alert(1)</script> <img src=http://example.com/x.png onerror=alert(1)> "
    "![图](http://example.com/y.png) [链接](javascript:alert(1)) ${alert(1)} {{value}} &amp; \"'"
)


def document(text: str, *blocks: Block) -> Document:
    return Document("目录/a.md", text, title="标题", blocks=blocks)


def passage(text: str, start: int, end: int, section: str = "") -> Passage:
    return Passage("目录/a.md", start, end, text[start:end], section)


def marked(page: str) -> str:
    """The text inside every <mark>, as a browser would show it."""
    return unescape("".join(re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)))


def originals(page: str) -> list[str]:
    rows = re.findall(r'<div class="original"[^>]*>(.*?)</div>', page, re.DOTALL)
    return [unescape(re.sub(r"</?mark[^>]*>", "", row)) for row in rows]


def test_the_passage_and_nothing_else_is_marked() -> None:
    text = "第一句。第二句。第三句。"
    page = render_source(document(text), passage(text, 4, 8), [], Language.ZH)
    assert marked(page) == "第二句。"
    assert page.count('id="hit"') == 1
    assert originals(page) == [text]


def test_section_title_and_file_are_shown() -> None:
    text = "正文。"
    page = render_source(document(text), passage(text, 0, 3, "甲 › 乙"), [], Language.ZH)
    assert '<p class="section">甲 › 乙</p>' in page
    assert "标题</h3>" in page
    assert "<bdi>目录/a.md</bdi>" in page


def test_hostile_text_shows_as_the_letters_it_is_made_of() -> None:
    page = render_source(document(HOSTILE), passage(HOSTILE, 0, 8), [], Language.EN)
    assert originals(page) == [HOSTILE]
    assert "<script" not in page
    assert "<img" not in page
    assert "<a " not in page


def test_hostile_names_and_translations_are_escaped() -> None:
    hostile = Document('<b onclick="x">.md', "正文。", title="<script>x</script>")
    page = render_source(
        hostile,
        Passage(hostile.doc_id, 0, 3, "正文。", "<i>节</i>"),
        [(Span(0, 3), "<img src=x>")],
        Language.ZH,
    )
    for raw in ("<b ", "<script", "<i>", "<img"):
        assert raw not in page
    assert "&lt;img src=x&gt;" in page


def test_markup_around_blocks_is_left_out_and_headings_are_headings() -> None:
    text = "# 标题\n\n正文。"
    page = render_source(
        document(
            text, Block(Span(2, 4), BlockKind.HEADING, 1), Block(Span(6, 9), BlockKind.PARAGRAPH)
        ),
        passage(text, 6, 9),
        [],
        Language.ZH,
    )
    assert originals(page) == ["标题", "正文。"]
    assert 'role="heading" aria-level="4">标题' in page


def test_a_passage_across_blocks_is_marked_in_each_and_opened_at_the_first() -> None:
    text = "甲乙\n\n丙丁"
    blocks = (Block(Span(0, 2), BlockKind.PARAGRAPH), Block(Span(4, 6), BlockKind.PARAGRAPH))
    page = render_source(document(text, *blocks), passage(text, 1, 5), [], Language.ZH)
    assert re.findall(r"<mark[^>]*>[^<]*", page) == ['<mark id="hit">乙', "<mark>丙"]


def test_a_passage_in_markup_falls_back_to_the_whole_text() -> None:
    text = "# 标题"
    heading = Block(Span(2, 4), BlockKind.HEADING, 1)
    page = render_source(document(text, heading), passage(text, 0, 1), [], Language.ZH)
    assert marked(page) == "#"
    assert originals(page) == [text]


def test_sentences_stand_beside_their_translations() -> None:
    text = "第一句。第二句。"
    page = render_source(
        document(text),
        passage(text, 4, 8),
        [(Span(0, 4), "First."), (Span(4, 8), "Second.")],
        Language.EN,
    )
    rows = re.findall(r'<div class="row paragraph[^"]*">(.*?)</div></div>', page)
    assert [re.sub(r"<[^>]+>", "|", row).strip("|") for row in rows] == [
        "第一句。||First.",
        "|第二句。|||Second.".strip("|"),
    ]
    assert '<div class="translation" lang="en">First.' in page
    assert '<div class="original" lang="zh-CN">第一句。' in page


def test_a_sentence_that_runs_into_the_next_block_is_shown_once() -> None:
    text = "前半\n\n后半。尾。"
    blocks = (Block(Span(0, 2), BlockKind.PARAGRAPH), Block(Span(4, 9), BlockKind.PARAGRAPH))
    page = render_source(
        document(text, *blocks), passage(text, 7, 9), [(Span(0, 7), "Both halves.")], Language.EN
    )
    assert originals(page) == ["前半\n\n后半。", "尾。"]


def test_a_passage_that_is_no_longer_there_gives_one_line() -> None:
    changed = document("全新的正文。")
    for gone in (Passage("a", 0, 2, "旧的"), Passage("a", 90, 92, "旧的"), Passage("a", 3, 3, "")):
        page = render_source(changed, gone, [], Language.EN)
        assert page == f'<p class="empty">{s.SOURCE_GONE.en}</p>'


def test_a_book_is_shown_around_the_passage_only() -> None:
    text = "前" * 100_000 + "命中" + "后" * 100_000
    page = render_source(document(text), passage(text, 100_000, 100_002), [], Language.EN)
    assert marked(page) == "命中"
    shown = "".join(originals(page))
    assert len(shown) == 2 + 2 * source_pane.WINDOW
    assert s.CUT_BEFORE.to(Language.EN, count=40_000) in page
    assert s.CUT_AFTER.to(Language.EN, count=40_000) in page


@given(text=st.text(alphabet="甲𠮷a😀<>&\"'\n 。", min_size=1, max_size=40), data=st.data())
def test_what_is_marked_is_the_quote_whatever_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    page = render_source(document(text), passage(text, start, end), [], Language.ZH)
    assert marked(page) == text[start:end]
    assert "".join(originals(page)) == text


def test_language_tags() -> None:
    assert tag_of("only English") == "en"
    assert tag_of("PCT专利") == "zh-CN"
