import docx
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.text.paragraph import Paragraph
from tests.books import docx_file, saved

from zjip_qa.chunks import document_sentences
from zjip_qa.documents import reader_for
from zjip_qa.types import BlockKind, Document

H, P, I, T = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.TABLE  # noqa: E741


def read(data: bytes) -> Document:
    return reader_for("a.docx").read(data, "a.docx")


def parts(document: Document) -> list[tuple[BlockKind, int, str]]:
    return [(b.kind, b.level, document.text[b.span.start : b.span.end]) for b in document.blocks]


def test_headings_and_lists_by_their_styles() -> None:
    document = read(
        docx_file(
            ("知识产权\n报告", "Title"),
            ("总  则", "Heading 1"),
            ("专利许可。", None),
            ("甲", "List Bullet"),
            ("乙", "List Number"),
            ("保护", "Heading 2"),
            ("", None),
            ("第一章 附则", None),
            ("完。", None),
        )
    )
    assert parts(document) == [
        (H, 1, "知识产权 报告"),
        (H, 2, "总 则"),
        (P, 0, "专利许可。"),
        (I, 0, "甲"),
        (I, 0, "1. 乙"),
        (H, 3, "保护"),
        (H, 5, "第一章 附则"),
        (P, 0, "完。"),
    ]
    assert document.title == "知识产权 报告"


def test_a_centred_first_line_is_the_title() -> None:
    word = docx.Document()
    word.add_paragraph("关于专利的通知").alignment = WD_ALIGN_PARAGRAPH.CENTER
    word.add_paragraph("各市：")
    assert parts(read(saved(word))) == [(H, 1, "关于专利的通知"), (P, 0, "各市：")]


def test_tables_stand_where_they_are() -> None:
    word = docx.Document()
    word.add_paragraph("前言。")
    table = word.add_table(4, 3)
    for row, texts in enumerate(["城市 专利 商标", "杭州 1 2", "宁波 3 4", "宁波 5 6"]):
        for column, text in enumerate(texts.split()):
            table.cell(row, column).text = text
    table.cell(3, 0).text = ""
    table.cell(2, 0).merge(table.cell(3, 0))
    word.add_paragraph("后记。")
    assert parts(read(saved(word))) == [
        (P, 0, "前言。"),
        (T, 0, "城市：杭州；专利：1；商标：2"),
        (T, 0, "城市：宁波；专利：3；商标：4"),
        (T, 0, "城市：宁波；专利：5；商标：6"),
        (P, 0, "后记。"),
    ]


def test_a_frame_of_one_cell_holds_paragraphs() -> None:
    word = docx.Document()
    cell = word.add_table(1, 1).cell(0, 0)
    cell.text = "一段。"
    cell.add_paragraph("二段。")
    assert parts(read(saved(word))) == [(P, 0, "一段。"), (P, 0, "二段。")]


def test_tracked_changes_boxes_and_controls() -> None:
    word = docx.Document()
    paragraph = word.add_paragraph("专利")
    names = nsdecls("w")
    for xml in (
        f"<w:ins {names}><w:r><w:t>许可</w:t></w:r></w:ins>",
        f"<w:del {names}><w:r><w:delText>转让</w:delText></w:r></w:del>",
        f"<w:hyperlink {names}><w:r><w:t>备案</w:t><w:tab/><w:t>三万</w:t></w:r></w:hyperlink>",
        f"<w:r {names}><w:pict><w:txbxContent><w:p><w:r><w:t>框中的话。</w:t></w:r></w:p>"
        "</w:txbxContent></w:pict></w:r>",
    ):
        paragraph._p.append(parse_xml(xml))
    control = (
        f"<w:sdt {names}><w:sdtContent><w:p><w:r><w:t>控件里的话。</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    )
    word.element.body.insert(1, parse_xml(control))
    assert parts(read(saved(word))) == [
        (P, 0, "专利许可备案 三万"),
        (P, 0, "框中的话。"),
        (P, 0, "控件里的话。"),
    ]


def _with_footnotes(word: WordDocument, notes: str) -> bytes:
    """The file of a document, with a part of footnotes."""
    part = Part(
        PackURI("/word/footnotes.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        f"<w:footnotes {nsdecls('w')}>{notes}</w:footnotes>".encode(),
        word.part.package,
    )
    word.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    return saved(word)


def _refer(paragraph: Paragraph, number: int) -> None:
    mark = f'<w:r {nsdecls("w")}><w:footnoteReference w:id="{number}"/></w:r>'
    paragraph._p.append(parse_xml(mark))


def test_a_footnote_follows_what_refers_to_it() -> None:
    word = docx.Document()
    _refer(word.add_paragraph("专利5004件。"), 2)
    table = word.add_table(2, 2)
    for cell, text in zip(table._cells, ["城市", "件数", "杭州", "3"], strict=True):
        cell.text = text
    _refer(table.cell(1, 1).paragraphs[0], 3)
    _refer(word.add_paragraph("完。"), 2)
    notes = "".join(
        f'<w:footnote w:id="{i}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>{text}</w:t></w:r></w:p>'
        "</w:footnote>"
        for i, text in ((0, "分隔"), (2, "不含外观设计。"), (3, "估计数。"), (4, "没有引用。"))
    )
    assert [text for _, _, text in parts(read(_with_footnotes(word, notes)))] == [
        "专利5004件。",
        "不含外观设计。",
        "城市：杭州；件数：3",
        "估计数。",
        "完。",
    ]


def test_articles_that_word_numbers_are_sections() -> None:
    word = docx.Document()
    definition = (
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="第%1条"/></w:lvl>'
        "</w:abstractNum>"
    )
    numbering = word.part.numbering_part.element
    numbering.insert(0, parse_xml(definition))
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/></w:num>')
    )
    numbered = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="91"/></w:numPr>'
    for text in ("为了保护专利权，制定本法。", "发明是指新的技术方案。"):
        word.add_paragraph(text)._p.get_or_add_pPr().append(parse_xml(numbered))
    document = read(saved(word))
    assert parts(document) == [
        (P, 0, "第一条 为了保护专利权，制定本法。"),
        (P, 0, "第二条 发明是指新的技术方案。"),
    ]
    assert [sentence.section for sentence in document_sentences(document)] == [
        ("第一条",),
        ("第二条",),
    ]
