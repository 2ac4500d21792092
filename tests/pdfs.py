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
