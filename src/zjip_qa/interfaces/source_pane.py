"""A document as safe HTML, opened at a passage, with its translation beside it.

Document text is untrusted: every character of it goes through `escaped` and nothing in it is
read as markup, so a script, an image or a link in a document shows as the letters it is made
of. It does no I/O and knows nothing of Gradio.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zjip_qa.interfaces import strings as s
from zjip_qa.types import Block, BlockKind, Document, Language, Span

WINDOW = 60_000
"""Most code points shown on each side of the passage; a browser stalls on a whole book."""

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Passage:
    """Where the pane is opened: `quote` at `[start, end)` of a document, under a section path."""

    doc_id: str
    start: int
    end: int
    quote: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a document shown as one row; `translation` is empty where there is none."""

    start: int
    end: int
    kind: BlockKind
    level: int
    translation: str = ""
    opens_block: bool = True


def escaped(text: str) -> str:
    """`text` as HTML that shows exactly its characters, in an element or an attribute."""
    return html.escape(text, quote=True)


def tag(language: Language) -> str:
    """The value of an HTML `lang` attribute."""
    return "zh-CN" if language == Language.ZH else "en"


def tag_of(text: str) -> str:
    """The `lang` value for a text of unknown language: Chinese if it holds Chinese at all.

    It decides glyphs and the voice of a screen reader, so one Han character settles it.
    """
    return tag(Language.ZH if _HAN.search(text) else Language.EN)


def render_source(
    document: Document,
    passage: Passage,
    translation: Sequence[tuple[Span, str]],
    language: Language,
    *,
    follow: int = 0,
) -> str:
    """The source pane, opened at `passage`.

    Args:
        document: what the passage stands in.
        passage: what to highlight; the first highlighted stretch carries `id="hit"`.
        translation: sentences of the document with their translations, in order; may be empty.
        language: of the interface.
        follow: a number that differs from click to click moves the reader's focus to the
            pane, because they asked for it; 0 leaves the reader alone.

    Returns:
        HTML. A passage that no longer stands in the document gives one clear line instead.
    """
    if not passage.quote or document.text[passage.start : passage.end] != passage.quote:
        return f'<p class="empty">{escaped(s.SOURCE_GONE.to(language))}</p>'
    body = _body(document, passage, translation, language)
    columns = (
        f'<div class="row columns" aria-hidden="true"><span>{s.ORIGINAL.to(language)}</span>'
        f"<span>{s.TRANSLATION.to(language)}</span></div>"
        if translation
        else ""
    )
    return (
        f'<article class="source{" aligned" if translation else ""}"'
        f' data-follow="{follow}" data-at="{escaped(passage.doc_id)}:{passage.start}">'
        f"{_header(document, passage, language)}"
        f'<div class="source-text" tabindex="0" role="region"'
        f' aria-label="{escaped(s.SOURCE.to(language))}">{columns}{body}</div></article>'
    )


def render_empty_source(language: Language) -> str:
    """The pane before anything is opened."""
    return f'<p class="empty">{escaped(s.SOURCE_EMPTY.to(language))}</p>'


def _header(document: Document, passage: Passage, language: Language) -> str:
    """Title, file and section path."""
    title = document.title or document.doc_id
    section = f'<p class="section">{escaped(passage.section)}</p>' if passage.section else ""
    file = f'<p class="file"><bdi>{escaped(document.doc_id)}</bdi></p>'
    return (
        f'<header><h3 lang="{tag(document.language)}" tabindex="-1">{escaped(title)}</h3>'
        f"{file}{section}"
        f'<button type="button" class="quiet back" data-back>'
        f"{escaped(s.BACK_TO_ANSWER.to(language))}</button></header>"
    )


def _body(
    document: Document,
    passage: Passage,
    translation: Sequence[tuple[Span, str]],
    language: Language,
) -> str:
    """The rows within `WINDOW` of the passage, and how much lies outside."""
    first = max(0, passage.start - WINDOW)
    last = min(len(document.text), passage.end + WINDOW)
    hit = Span(passage.start, passage.end)
    pieces = [p for p in _pieces(document, translation) if p.start < last and p.end > first]
    if not any(piece.start < hit.end and hit.start < piece.end for piece in pieces):
        # The passage lies in what a reader took for markup: show the text as it is.
        pieces = [_Piece(0, len(document.text), BlockKind.PARAGRAPH, 0)]
    rows = []
    unmarked = True
    for piece in pieces:
        within = Span(max(piece.start, first), min(piece.end, last))
        is_hit = within.overlaps(hit)
        rows.append(_row(document, piece, within, hit, first_mark=unmarked and is_hit))
        unmarked = unmarked and not is_hit
    if first:
        rows.insert(0, f'<p class="cut">{escaped(s.CUT_BEFORE.to(language, count=first))}</p>')
    if (after := len(document.text) - last) > 0:
        rows.append(f'<p class="cut">{escaped(s.CUT_AFTER.to(language, count=after))}</p>')
    return "".join(rows)


def _row(document: Document, piece: _Piece, within: Span, hit: Span, *, first_mark: bool) -> str:
    """One piece, its part of the passage in `<mark>`, and its translation."""
    start, end = max(within.start, hit.start), min(within.end, hit.end)
    text = document.text
    if start < end:
        mark = '<mark id="hit">' if first_mark else "<mark>"
        shown = (
            f"{escaped(text[within.start : start])}{mark}{escaped(text[start:end])}</mark>"
            f"{escaped(text[end : within.end])}"
        )
    else:
        shown = escaped(text[within.start : within.end])
    classes = ["row", piece.kind.value]
    if piece.opens_block:
        classes.append("opens")
    if start < end:
        classes.append("cited")
    role = f' role="heading" aria-level="{min(piece.level + 3, 6)}"' if piece.level else ""
    original = f'<div class="original" lang="{tag(document.language)}"{role}>{shown}</div>'
    other = Language.EN if document.language == Language.ZH else Language.ZH
    translated = (
        f'<div class="translation" lang="{tag(other)}">{escaped(piece.translation)}</div>'
        if piece.translation
        else ""
    )
    return f'<div class="{" ".join(classes)}">{original}{translated}</div>'


def _pieces(document: Document, translation: Sequence[tuple[Span, str]]) -> Iterator[_Piece]:
    """Cut the blocks of a document at its translated sentences, in order, without overlap.

    A sentence that runs on into the next block keeps its whole span; white space between
    pieces is left to the layout.
    """
    blocks = document.blocks or (Block(Span(0, len(document.text)), BlockKind.PARAGRAPH),)
    remaining = sorted(translation, key=lambda pair: (pair[0].start, pair[0].end))
    next_pair = 0
    position = 0
    for block in blocks:
        position = max(position, block.span.start)
        opens = True
        while position < block.span.end:
            while next_pair < len(remaining) and remaining[next_pair][0].start < position:
                next_pair += 1
            pair = remaining[next_pair] if next_pair < len(remaining) else None
            if pair is not None and pair[0].start == position and pair[0].end > position:
                end, translated = pair[0].end, pair[1]
            else:
                limit = pair[0].start if pair is not None else block.span.end
                end, translated = min(max(limit, position + 1), block.span.end), ""
            if document.text[position:end].strip():
                yield _Piece(position, end, block.kind, block.level, translated, opens)
                opens = False
            position = end
