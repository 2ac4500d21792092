"""A folder of every format, hostile and broken files among them, through the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.books import LAUGHS, docx_file, epub_file, replaced, xlsx_file, zip_bomb
from tests.encoders import HashingEncoder
from tests.pdfs import Line, many_objects, pdf

from zjip_qa.documents import SUPPORTED_SUFFIXES
from zjip_qa.embedding import Encoder
from zjip_qa.interfaces.cli import main
from zjip_qa.knowledge_base import KnowledgeBase

TRADITIONAL = "臺灣的專利權期限自申請日起算二十年屆滿，由經濟部智慧財產局公告。"
SIMPLIFIED = "海宁的皮革专利数量达到四百五十六件，由嘉兴市的知识产权局公布。"
WORD = docx_file(("温州鞋业报告", "Title"), ("温州的鞋业专利数量达到七百八十九件。", None))
SHEET = xlsx_file({"统计": [["县区", "绣花机专利"], ["诸暨", 321], ["义乌", 654]]})
BOOK = epub_file("龙泉宝剑", ["<h1>剑</h1><p>龙泉的宝剑商标数量为一百一十一件。</p>"])

# Words to look for, and what must be cited. Every suffix is there.
GOOD: dict[str, tuple[bytes, str, int | None]] = {
    "a.md": ("# 报告\n\n宁波的港口专利数量为两百二十二件。\n".encode(),
        "宁波的港口专利数量为两百二十二件。", None),
    "a.markdown": ("舟山的渔业专利数量为三百三十三件。".encode(),
        "舟山的渔业专利数量为三百三十三件。", None),
    "utf8.txt": (SIMPLIFIED.replace("海宁", "桐乡").encode(),
        SIMPLIFIED.replace("海宁", "桐乡"), None),
    "gb.txt": (SIMPLIFIED.encode("gb18030"), SIMPLIFIED, None),
    "big5.txt": (TRADITIONAL.encode("big5"), TRADITIONAL, None),
    "a.html": ("<nav>首页</nav><p>衢州的化工&ldquo;专利&rdquo;为\n四百四十四件。".encode(),
        "衢州的化工“专利”为四百四十四件。", None),
    "a.htm": ("<table><tr><th>市<th>纽扣专利<tr><td>永嘉<td>555</table>".encode(),
        "市：永嘉；纽扣专利：555", None),
    "a.xhtml": ("<html><p>丽水的茶叶专利为六百六十六件。</p></html>".encode(),
        "丽水的茶叶专利为六百六十六件。", None),
    "a.pdf": (
        pdf([Line("第一页没有数字。", 72, 100)],
            [Line("湖州的丝绸专利", 72, 100), Line("为七百七十七件。", 72, 115)]),
        "湖州的丝绸专利为七百七十七件。", 2),
    "million.pdf": (many_objects("Marzipan patents in Lubeck numbered 1234.", 1_000_000),
        "Marzipan patents in Lubeck numbered 1234.", 1),
    "a.docx": (WORD, "温州的鞋业专利数量达到七百八十九件。", None),
    "a.xlsx": (SHEET, "县区：诸暨；绣花机专利：321", None),
    "a.csv": ("县,模具专利\n黄岩,888\n".encode(), "县：黄岩；模具专利：888", None),
    "a.tsv": ("县\t眼镜专利\n瓯海\t999\n".encode(), "县：瓯海；眼镜专利：999", None),
    "a.epub": (BOOK, "龙泉的宝剑商标数量为一百一十一件。", None),
}  # fmt: skip

BAD: dict[str, tuple[bytes, str]] = {
    "bomb.docx": (zip_bomb(WORD), "a ZIP bomb"),
    "bomb.xlsx": (zip_bomb(SHEET), "a ZIP bomb"),
    "bomb.epub": (zip_bomb(BOOK), "a ZIP bomb"),
    "laughs.docx": (replaced(WORD, {"word/document.xml": LAUGHS}), "declares entities"),
    "laughs.epub": (replaced(BOOK, {"META-INF/container.xml": LAUGHS}), "entity amplification"),
    "laughs.xlsx": (replaced(SHEET, {"xl/workbook.xml": LAUGHS}), "declares entities"),
    "truncated.epub": (BOOK[:-40], "is damaged"),
    "million-cut.pdf": (GOOD["million.pdf"][0][:-4096], "a damaged PDF"),
    "truncated.pdf": (GOOD["a.pdf"][0][:200], "a damaged PDF"),
    "encrypted.pdf": (pdf([Line("密", 72, 72)], encrypt="secret"), "an encrypted PDF"),
    "scan.pdf": (pdf([]), "without any text"),
    "wrong.docx": (GOOD["a.pdf"][0], "something else than its name says"),
    "wrong.pdf": (WORD, "no PDF"),
    "wrong.html": (b"\x89PNG\r\n\x1a\n" + bytes(50), "a PNG image"),
    "wrong.csv": (SHEET, "a ZIP archive"),
    "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 20, "pre-2007"),
    "empty.html": (b"<script>alert(1)</script>", "holds no text"),
    "program.exe": (b"MZ", "readers exist for"),
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, (data, _, _) in GOOD.items():
        (folder / name).write_bytes(data)
    for name, (data, _) in BAD.items():
        (folder / name).write_bytes(data)
    return folder


def test_every_format_is_among_them() -> None:
    assert {Path(name).suffix for name in GOOD} == set(SUPPORTED_SUFFIXES)


def test_the_good_are_indexed_and_cited_and_the_bad_are_named(
    corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    shipped_encoder: Encoder,
) -> None:
    encoder = shipped_encoder
    monkeypatch.setattr("zjip_qa.embedding.load_encoder", lambda model=None: encoder)
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "GRADIO_ANALYTICS_ENABLED"):
        monkeypatch.setenv(name, "1")
    index = tmp_path / "index"
    arguments = ["zjip-qa", "index", "--corpus", str(corpus), "--index", str(index), "--json"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as caught:
        main()
    report = json.loads(capsys.readouterr().out)
    assert caught.value.code == 1
    assert report["added"] == sorted(GOOD)
    reasons = {problem["doc_id"]: problem["reason"] for problem in report["problems"]}
    assert sorted(reasons) == sorted(BAD)
    for name, (_, reason) in BAD.items():
        assert reason in reasons[name]

    knowledge_base = KnowledgeBase.open(index, encoder=encoder)
    for name, (_, quote, page) in GOOD.items():
        document = knowledge_base.document(name)
        start = document.text.index(quote)
        assert document.page_at(start) == page
        (best, *_) = knowledge_base.search(quote, 1, "lexical")
        assert best.chunk.doc_id == name
        assert quote in best.chunk.text
        assert document.text[best.chunk.start : best.chunk.end] == best.chunk.text
        answer = knowledge_base.ask(f"{quote.rstrip('。')}吗？")
        for citation in answer.citations:
            cited = knowledge_base.document(citation.doc_id)
            assert cited.text[citation.start : citation.end] == citation.quote
            assert citation.page == cited.page_at(citation.start)
    answer = knowledge_base.ask("湖州的丝绸专利有多少件？")
    (cited_page, *_) = answer.citations
    assert (cited_page.doc_id, cited_page.page) == ("a.pdf", 2)
    assert cited_page.quote == GOOD["a.pdf"][1]


def test_twins_in_other_encodings_are_the_same_text(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    for name, encoding in (("utf", "utf-8"), ("own", "gb18030"), ("twin", "utf-16")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.txt").write_bytes(SIMPLIFIED.encode(encoding))
        other = "big5" if encoding == "gb18030" else encoding
        (folder / "b.html").write_bytes(f"<p>{TRADITIONAL}".encode(other))
    answers = []
    for name in ("utf", "own", "twin"):
        built = KnowledgeBase.build(tmp_path / name, tmp_path / f"{name}-index", encoder=encoder)
        hits = [built.search(question, 2) for question in ("皮革专利", "智慧財產", "专利权期限")]
        answers.append([[(h.chunk.text, h.chunk.start, h.score) for h in found] for found in hits])
    assert answers[0] == answers[1] == answers[2]
