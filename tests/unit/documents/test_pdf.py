import io

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from tests.pdfs import HEIGHT, LATIN, WIDTH, Line, column, pdf

from zjip_qa.documents import reader_for
from zjip_qa.errors import UnreadableDocument
from zjip_qa.types import BlockKind, Document

H, P, I, T = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.TABLE  # noqa: E741
FULL = "专利许可居全国第一位置转让居全国第三，质押登记一万余件，惠及企"


def read(data: bytes) -> Document:
    return reader_for("a.pdf").read(data, "a.pdf")


def parts(document: Document) -> list[tuple[BlockKind, int, str]]:
    return [(b.kind, b.level, document.text[b.span.start : b.span.end]) for b in document.blocks]


def test_lines_are_joined_and_indents_begin_paragraphs() -> None:
    page = column(
        [
            "　　" + FULL[:-2],
            "业数量持续增长。",
            "　　商标注册量很多，达到123万件，其中有效注册商标保持着全国",
            "前列。",
        ]
    )
    assert parts(read(pdf(page))) == [
        (P, 0, FULL[:-2] + "业数量持续增长。"),
        (P, 0, "商标注册量很多，达到123万件，其中有效注册商标保持着全国前列。"),
    ]


def test_english_words_broken_by_a_line_are_whole_and_compounds_keep_their_hyphen() -> None:
    page = column(
        [
            "The well-known office of the province works for the protec-",
            "tion of rights. It is a well-",
            "known place that has been co-operating with the other ones",
            "of the country for years.",
        ],
        font=LATIN,
    )
    assert read(pdf(page)).text == (
        "The well-known office of the province works for the protection of rights. It is a "
        "well-known place that has been co-operating with the other ones of the country for years."
    )


def test_two_columns_under_a_title_are_read_one_after_the_other() -> None:
    left = [
        "The province of Zhejiang granted many patents in",
        "the year and the offices of the country helped to",
        "protect rights in all the fields that are known to",
        "the authors of this study. The next sentence goes",
    ]
    right = [
        "on at the top of the other column and comes to an",
        "end after some lines. What follows is the end of",
        "the whole text that stands on this page, written",
        "for the test.",
    ]
    title = Line("A Study of Patents", 200, 60, 18, LATIN)
    page = [title, *column(right, 312, font=LATIN), *column(left, 72, font=LATIN)]
    assert parts(read(pdf(page))) == [
        (H, 1, "A Study of Patents"),
        (P, 0, " ".join(left + right)),
    ]


def justified(lines: list[str], x: float, width: float, y: float = 120) -> list[Line]:
    """Lines whose words fill the width, each word placed by itself as browsers do."""
    placed = []
    for i, text in enumerate(lines):
        words = text.split()
        widths = [stringWidth(word, LATIN, 10) for word in words]
        gap = (width - sum(widths)) / max(1, len(words) - 1)
        for j, word in enumerate(words):
            left = x + sum(widths[:j]) + gap * j
            placed.append(Line(word, left, y + 15 * i, 10, LATIN))
    return placed


def test_lines_stretched_to_the_edge_of_a_column_are_no_tables() -> None:
    left = [
        "Questionnaires were distributed amongst",
        "registrations. Notwithstanding",
        "the difficulties of administrations",
        "and characterisation of technological",
        "advancements contributed to an",
        "unprecedented accumulation of patents.",
    ]
    right = [
        "Interoperability, standardisation, and",
        "communication and documentation",
        "of the harbour of Northwick reached its",
        "end in 2023 after 4,321 licences had",
        "been granted to the well-known yard",
        "by representatives of both governments.",
    ]
    title = [
        Line("On the property of the harbours of the eastern", 72, 60, 18, LATIN),
        Line("provinces", 72, 80, 18, LATIN),
    ]
    page = [*title, *justified(left, 72, 200), *justified(right, 300, 200)]
    assert parts(read(pdf(page))) == [
        (H, 1, "On the property of the harbours of the eastern provinces"),
        (P, 0, " ".join(left + right)),
    ]


def test_a_raised_mark_of_a_note_stays_in_its_line() -> None:
    page = [
        Line("The decade before", 72, 100, 10, LATIN),
        Line("1", 72 + stringWidth("The decade before", LATIN, 10), 95, 7, LATIN),
        Line("was calm.", 160, 100, 10, LATIN),
    ]
    assert read(pdf(page)).text == "The decade before1 was calm."


def test_a_sentence_goes_on_over_the_page_and_pages_are_counted() -> None:
    def page(number: int, lines: list[str]) -> list[Line]:
        head = Line("浙江省知识产权白皮书", 220, 40, 9)
        return [head, *column(lines), Line(f"— {number} —", 290, 810, 9)]

    document = read(
        pdf(
            page(1, ["　　" + FULL[:-2], FULL]),
            page(2, [FULL, "业数量增长。"]),
            [],
            page(4, ["　　最后一段。"]),
        )
    )
    first = FULL[:-2] + FULL + FULL + "业数量增长。"
    assert document.text == f"{first}\n\n最后一段。"
    second_page = len(FULL[:-2] + FULL)
    assert document.pages == (0, second_page, len(first) + 2, len(first) + 2)
    assert document.page_at(second_page - 1) == 1
    assert document.page_at(second_page) == 2
    assert document.page_at(len(first) + 2) == 4
    assert Document("a", "").page_at(0) is None


def test_quotation_marks_of_another_font_that_are_written_last() -> None:
    """As LibreOffice writes them: a run for each font, marks out of their order."""
    page = [
        Line("省委提出", 72, 100),
        Line("知识产权强省", 122, 100),
        Line("的目标，即", 192, 100),
        Line("《", 242, 100),
        Line("纲要》。", 252, 100),
        Line("”", 182, 100),
        Line("“", 112, 100),
    ]
    assert read(pdf(page)).text == "省委提出“知识产权强省”的目标，即《纲要》。"


def test_a_table_says_its_columns() -> None:
    rows = [("城市", "申请", "授权"), ("杭州", "1,234", "567"), ("宁波", "890", "123")]
    cells = [
        Line(text, 72 + 150 * i, 300 + 20 * j)
        for j, row in enumerate(rows)
        for i, text in enumerate(row)
    ]
    document = read(pdf([*column([FULL] * 4), *cells, *column([FULL] * 4, y=500)]))
    assert [text for kind, _, text in parts(document) if kind is T] == [
        "城市：杭州；申请：1,234；授权：567",
        "城市：宁波；申请：890；授权：123",
    ]


def test_headings_by_size_and_by_number() -> None:
    page = [
        Line("浙江省专利条例", 200, 60, 20),
        Line("第一章　总则", 250, 100, 14),
        *column(["　　第一条　" + FULL[:24], FULL, "业。", "　　一、基本情况"], y=130),
        *column(["　　" + FULL[:-2], "业。"], y=200),
    ]
    assert parts(read(pdf(page))) == [
        (H, 1, "浙江省专利条例"),
        (H, 2, "第一章 总则"),
        (P, 0, "第一条 " + FULL[:24] + FULL + "业。"),
        (H, 6, "一、基本情况"),
        (P, 0, FULL[:-2] + "业。"),
    ]


def test_a_table_of_contents_is_left_out() -> None:
    lines = ["第一章 总则 .......... 3", "第二章 保护 .......... 12", "　　正文在此。"]
    assert read(pdf(column(lines))).text == "正文在此。"


def test_a_watermark_across_the_page_is_left_out() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, HEIGHT))
    canvas.setFont(LATIN, 10)
    canvas.drawString(72, 700, "The text of the page.")
    canvas.rotate(45)
    canvas.drawString(300, 300, "DRAFT")
    canvas.save()
    assert read(target.getvalue()).text == "The text of the page."


def test_a_page_on_its_side_is_read() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, HEIGHT))
    canvas.setFont(LATIN, 10)
    canvas.rotate(90)
    canvas.drawString(100, -100, "The first line of a table that was turned goes")
    canvas.drawString(100, -115, "on in the second.")
    canvas.save()
    expected = "The first line of a table that was turned goes on in the second."
    assert read(target.getvalue()).text == expected


def test_english_keeps_the_spaces_beside_its_quotation_marks() -> None:
    page = column(["It says, “load it” and then", "“go on” at once."], font=LATIN)
    assert read(pdf(page)).text == "It says, “load it” and then “go on” at once."


def test_letters_drawn_twice_to_look_bold_are_read_once() -> None:
    page = [Line("专利许可", 72, 100), Line("专利许可", 72.3, 100)]
    assert read(pdf(page)).text == "专利许可"


def scan() -> bytes:
    picture = io.BytesIO()
    Image.new("L", (50, 50), 128).save(picture, "PNG")
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.drawImage(ImageReader(io.BytesIO(picture.getvalue())), 0, 0, 500, 700)
    canvas.save()
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf([Line("密", 72, 72)], encrypt=StandardEncryption("secret")), "an encrypted PDF"),
        (scan(), r"1 pages without any text \(a scan\?\)"),
        (pdf([Line("text", 72, 72)])[:300], "a damaged PDF"),
        (b"%PDF-1.7\n" + b"junk" * 100, "a damaged PDF"),
        (b"plain text", "no PDF"),
        (b"", "no PDF"),
    ],
)
def test_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=f"a.pdf holds {reason}"):
        read(data)
