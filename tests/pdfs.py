"""Small PDF files, drawn by the tests: lines of text where they are told to stand."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595, 842
LATIN, HAN = "Times-Roman", "STSong-Light"

pdfmetrics.registerFont(UnicodeCIDFont(HAN))


class Line(NamedTuple):
    """A line of text; `y` counts from the top of the page."""

    text: str
    x: float
    y: float
    size: float = 10
    font: str = HAN


def pdf(*pages: Sequence[Line], **options: Any) -> bytes:
    """A file with these pages."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, HEIGHT), invariant=True, **options)
    for page in pages:
        for line in page:
            canvas.setFont(line.font, line.size)
            canvas.drawString(line.x, HEIGHT - line.y, line.text)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def column(
    lines: Sequence[str], x: float = 72, y: float = 100, *, size: float = 10, font: str = HAN
) -> list[Line]:
    """Lines one below the other; a leading full-width space is an indent of one letter."""
    placed = []
    for i, text in enumerate(lines):
        body = text.lstrip("\u3000")
        indent = (len(text) - len(body)) * size
        placed.append(Line(body, x + indent, y + 1.5 * size * i, size, font))
    return placed


def many_objects(text: str, n: int) -> bytes:
    """A page with a text, and as many objects that nothing needs, each naming the next one."""
    content = f"BT /F 12 Tf 10 100 Td ({text}) Tj ET".encode("ascii")
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 200]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *(b"[%d 0 R]" % number for number in range(7, n + 7)),
    ]
    bodies[-1] = b"[6 0 R]"
    parts, places, size = [b"%PDF-1.4\n"], [], 9
    for number, body in enumerate(bodies, start=1):
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        places.append(b"%010d 00000 n \n" % size)
        size += len(parts[-1])
    n_entries = len(bodies) + 1
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % n_entries + b"".join(places))
    parts.append(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (n_entries, size))
    return b"".join(parts)
