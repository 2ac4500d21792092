import pytest

from zjip_qa.documents import reader_for
from zjip_qa.errors import UnreadableDocument
from zjip_qa.types import BlockKind, Document

H, P, I, T, C = (  # noqa: E741
    BlockKind.HEADING,
    BlockKind.PARAGRAPH,
    BlockKind.ITEM,
    BlockKind.TABLE,
    BlockKind.CODE,
)


def read(page: str | bytes, name: str = "a.html") -> Document:
    return reader_for(name).read(page if isinstance(page, bytes) else page.encode(), name)


def parts(document: Document) -> list[tuple[BlockKind, int, str]]:
    return [(b.kind, b.level, document.text[b.span.start : b.span.end]) for b in document.blocks]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "<h1>知识产权</h1><p>专利&amp;商标&#8212;版权。",
            [(H, 1, "知识产权"), (P, 0, "专利&商标—版权。")],
        ),
        (
            "<h2><a href=x>第一<b>节</b></a></h2>正文<div>另段</div>尾",
            [(H, 2, "第一节"), (P, 0, "正文"), (P, 0, "另段"), (P, 0, "尾")],
        ),
        (
            "<p>专利许可\n  居全国\n第一，in the\n  province.</p>",
            [(P, 0, "专利许可居全国第一，in the province.")],
        ),
        (
            "<p>　　首行&nbsp;缩进。<br><br>第二段。<br>第三段，<br>未完</p>",
            [(P, 0, "首行 缩进。"), (P, 0, "第二段。"), (P, 0, "第三段，\n未完")],
        ),
        ("<ul><li>甲<li><p>乙</p><ol><li>丙</ol></ul>", [(I, 0, "甲"), (I, 0, "乙"), (I, 0, "丙")]),
        (
            "<script>var x = '<p>坏</p>'</script><style>p{}</style><noscript>无</noscript>"
            "<div hidden>藏</div><p style='display: none'>藏</p>"
            "<!-- 注 --><p>见<svg><text>图</text></svg></p>",
            [(P, 0, "见")],
        ),
        (
            "<nav>首页</nav><div class='main-nav'>导航</div>"
            "<ul><li><a>一</a><li><a>二</a><li><a>三</a></ul>"
            "<p>正文。</p><footer>版权所有</footer>",
            [(P, 0, "正文。")],
        ),
        # nothing but links: they are the content
        (
            "<ul><li><a>甲法</a><li><a>乙法</a><li><a>丙法</a></ul>",
            [(I, 0, "甲法"), (I, 0, "乙法"), (I, 0, "丙法")],
        ),
        ("<pre>a = 1\n  b</pre>", [(C, 0, "a = 1\n  b")]),
        (
            "<p>第一章 总则</p><p>为了保护专利，制定本法。</p>",
            [(H, 3, "第一章 总则"), (P, 0, "为了保护专利，制定本法。")],
        ),
    ],
)
def test_blocks(body: str, expected: list[tuple[BlockKind, int, str]]) -> None:
    assert parts(read(f"<html><body>{body}")) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("<tr><th>年份<th>专利<tr><td>2023<td>5004件", ["年份：2023；专利：5004件"]),
        # no header is marked: words above figures name them
        ("<tr><td>年份<td>专利<tr><td>2023<td>5004<tr><td>2024<td>6000",
         ["年份：2023；专利：5004", "年份：2024；专利：6000"]),
        # terms and what they are have no names
        ("<tr><td>名称<td>甲公司<tr><td>地址<td>杭州", ["名称；甲公司", "地址；杭州"]),
        ("<thead><tr><th rowspan=2>城市<th colspan=2>专利<tr><th>2023<th>2024</thead>"
         "<tr><td>杭州<td>1<td>2<tr><td rowspan=2>宁波<td>3<td><tr><td>4<td>5",
         ["城市：杭州；专利 2023：1；专利 2024：2", "城市：宁波；专利 2023：3",
          "城市：宁波；专利 2023：4；专利 2024：5"]),
        ("<tr><th>Year<th>Patents<tr><td>2023<td>5,004<br>granted",
         ["Year: 2023; Patents: 5,004 granted"]),
        ("<tr><th>只有<th>表头", ["只有；表头"]),
        ("<tr><th colspan=99999999>甲<tr><td>乙<td>丙", ["甲：乙；甲：丙"]),
    ],
)  # fmt: skip
def test_a_row_says_its_columns(table: str, expected: list[str]) -> None:
    document = read(f"<table>{table}</table>")
    assert [text for kind, _, text in parts(document) if kind is T] == expected


def test_a_table_has_a_caption_and_a_layout_is_none() -> None:
    page = "<table><caption>表1 专利<tr><th>年<th>件<tr><td>2023<td>1</table>"
    assert parts(read(page)) == [(P, 0, "表1 专利"), (T, 0, "年：2023；件：1")]
    layout = "<table><tr><td><h1>题</h1><table><tr><td>年<td>件<tr><td>1<td>2</table><td>旁"
    assert parts(read(layout)) == [(H, 1, "题"), (T, 0, "年：1；件：2"), (P, 0, "旁")]
    assert parts(read("<table><tr><td><p>一段。</p><p>二段。</p></table>")) == [
        (P, 0, "一段。"), (P, 0, "二段。")]  # fmt: skip


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>站点 - 题</title><p>正文。</p>", "站点 - 题"),
        ("<title>站点</title><h1>题</h1><p>正文。</p>", "题"),
        ("<p>" + "长" * 90, "a"),
    ],
)
def test_title(page: str, title: str) -> None:
    assert read(page).title == title


TEXT = "浙江省知識產權保護中心設立，專利許可居全國第一。"


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("gb18030", "gb2312"), ("big5", "big5"), ("utf-8", "gbk"), ("utf-16", ""), ("gb18030", "x-no"),
     ("utf-8-sig", "gb2312"), ("big5", "")],
)  # fmt: skip
def test_the_same_text_in_every_encoding(encoding: str, named: str) -> None:
    meta = f'<meta http-equiv=Content-Type content="text/html; charset={named}">' if named else ""
    page = f"<html><head>{meta}</head><p>{TEXT}</p>".encode(encoding)
    assert read(page).text == TEXT


def test_xhtml_with_a_declaration_and_entities() -> None:
    page = (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html [<!ENTITY a "aaaa">'
        '<!ENTITY f SYSTEM "file:///etc/passwd">]><html xmlns="http://www.w3.org/1999/xhtml">'
        "<body><p>专利&nbsp;&a;&f;。</p></body></html>"
    )
    text = read(page, "a.xhtml").text
    assert "专利" in text
    assert "aaaa" not in text
    assert "root:" not in text


def test_deep_nesting_ends() -> None:
    page = "<div>" * 50_000 + "深" + "</div>" * 50_000 + "<p>后。</p>"
    try:
        document = read(page)
    except UnreadableDocument:
        return
    assert len(document.text) < 100


@pytest.mark.parametrize("data", [b"%PDF-1.4 x", b"\x89PNG\r\n", b"PK\x03\x04", b"\x00\x01" * 50])
def test_what_is_no_page_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"a\.html holds"):
        read(data)


@pytest.mark.parametrize(
    "page", ["", " ", "<html></html>", "<!-- nothing -->", "<script>1</script>"]
)
def test_a_page_without_words_has_no_blocks(page: str) -> None:
    assert read(page).blocks == ()
