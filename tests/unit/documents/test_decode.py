import codecs

import pytest

from zjip_qa.documents import decode
from zjip_qa.errors import UnreadableDocument

SIMPLIFIED = "2023年全省专利许可备案3万余次，居全国第一。\r\n"
TRADITIONAL = "浙江省知識產權保護中心設立，專利許可居全國第一。\r\n"


@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL, "Patents in Zhejiang.\n", ""])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("gb18030", b""),
    ],
)
def test_round_trip(text: str, encoding: str, mark: bytes) -> None:
    assert decode(mark + text.encode(encoding), "a.txt") == text


def test_big5() -> None:
    assert decode(TRADITIONAL.encode("big5"), "a.txt") == TRADITIONAL


@pytest.mark.parametrize(
    ("text", "encoding"), [("浙江省知识产权", "gb18030"), ("知識產權保護", "big5")]
)
def test_one_short_line_is_enough(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


def test_curly_quotes_of_western_windows() -> None:
    assert decode(b"Zhejiang\x92s caf\xe9", "a.txt") == "Zhejiang’s café"


def test_one_damaged_byte_is_not_taken_for_another_encoding() -> None:
    text = SIMPLIFIED * 5
    assert decode(text.encode() + b"\xe4\xb8", "a.txt") == text + "\ufffd"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"text\x00text", "binary data"),
        (b"\x01\x02\x03\x04" * 20, "binary data"),
        (bytes(range(128, 256)) * 8, "bytes in no known text encoding"),
        (
            "日本の特許制度について説明します。".encode("shift_jis"),
            "bytes in no known text encoding",
        ),
    ],
)
def test_not_text(data: bytes, found: str) -> None:
    with pytest.raises(UnreadableDocument, match=f"a.txt holds {found}.*; expected .*; save it"):
        decode(data, "a.txt")
