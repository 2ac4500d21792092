"""HTML: what a page says, without scripts, styles, menus and what it hides.

The document's text is made here, since what a browser shows isn't what the file holds: entities
are characters, white space is collapsed, a table row names its columns. Nothing that a page
refers to is loaded. Whole-page heuristics for advertising are not tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from zjip_qa.documents.composer import Composer, may_be_wide
from zjip_qa.documents.decode import decode
from zjip_qa.documents.reader import one_line
from zjip_qa.documents.tables import add_table
from zjip_qa.errors import UnreadableDocument
from zjip_qa.types import BlockKind, Document

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
_HEAD = 4096  # bytes in which a page must name its encoding
# What a name stands for on the web, where it isn't what Python takes it for.
_ENCODINGS = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "iso-8859-1": "cp1252"}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_UNSEEN = _set(
    "script style noscript template head nav svg math canvas object iframe audio video map "
    "select button textarea datalist rp rt"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ITEMS = frozenset(("li", "dd", "dt"))
_BLOCKS = _set(
    "address article aside blockquote body caption center details dialog div dl fieldset "
    "figcaption figure footer form header hr html legend main menu ol p section summary "
    "table tbody td tfoot th thead tr ul"
)
_MENU_NAME = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|navigation|menu|breadcrumbs?|pagination|sidebar|footer|"
    r"copyright|share|skip)(?:$|[-_\s])",
    re.I,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_SPACE = re.compile("[ \t\r\n\f\xa0]+")
_WORDLESS = re.compile(r"[\W_]*$")
_NEW_PARAGRAPH = re.compile("\x1d\\s*\x1d\\s*|(?<=[。！？；!?;.:：])[”’」』）)]?\\s*\x1d\\s*")
_LINE_END = "\x1d"  # stands for <br> until white space is collapsed
_FEWEST_LINKS = 3  # a list of fewer is no menu
_MOST_CELLS = 1000  # a colspan is a wish


class HtmlReader:
    """Reads HTML pages."""

    isolated = True

    def read(self, data: bytes, doc_id: str) -> Document:
        """Turn a page into a document."""
        text = decode_page(data, doc_id)
        root = parse_page(text, doc_id)
        composer = Composer(doc_id)
        compose_page(root, composer)
        return composer.document(title="" if _has_heading(root) else _page_title(root))


def decode_page(data: bytes, doc_id: str) -> str:
    """Decode a page: UTF-8 if it is that, else as the page says, else as any text file.

    Raises:
        UnreadableDocument: it is no text.
    """
    named = _META_CHARSET.search(data[:_HEAD]) or _XML_ENCODING.match(data[:_HEAD])
    if named and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = named[1].decode("ascii").lower()
        for encoding in ("utf-8", _ENCODINGS.get(name, name)):
            try:
                text = data.decode(encoding)
            except (LookupError, UnicodeError, ValueError):
                continue
            if "\x00" not in text:
                return text
    return decode(data, doc_id)


def parse_page(text: str, doc_id: str) -> html.HtmlElement:
    """Parse a page, however untidy.

    Raises:
        UnreadableDocument: nothing in it can be parsed.
    """
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return html.Element("html")  # nothing in it: no error, but no text either
    except (etree.LxmlError, ValueError) as exc:
        raise UnreadableDocument(
            f"{doc_id} holds no HTML that can be parsed ({exc}); expected a web page; "
            "save it again or take it out of the folder"
        ) from exc


def compose_page(root: html.HtmlElement, composer: Composer) -> None:
    """Append what a page says to a document; its menus too if it holds nothing else."""
    before = composer.n_blocks
    for spare_menus in (True, False):
        _Walk(composer, spare_menus=spare_menus).walk(root)
        if composer.n_blocks > before:
            return


class _Walk:
    """One pass over the elements of a page; `_buffer` is the block being read."""

    def __init__(self, composer: Composer, *, spare_menus: bool) -> None:
        self._composer = composer
        self._spare_menus = spare_menus
        self._buffer: list[str] = []
        self._kinds: list[tuple[BlockKind, int]] = [(BlockKind.PARAGRAPH, 0)]

    def walk(self, root: html.HtmlElement) -> None:
        """Append every block below `root`."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = element.tag if isinstance(element.tag, str) else "script"
            if event == "end":
                self._end(tag)
                self._buffer.append(element.tail or "")
            elif self._is_left_out(element, tag):
                walker.skip_subtree()
                self._kinds.append(self._kinds[-1])
            elif tag == "pre":
                self._close()
                self._composer.add(BlockKind.CODE, "".join(_strings(element)))
                self._skip(walker)
            elif tag == "table" and (grid := _table_grid(element)) is not None:
                self._close()
                self._add_table(element, *grid)
                self._skip(walker)
            else:
                self._start(tag)
                self._buffer.append(element.text or "")
        self._close()

    def _add_table(self, table: html.HtmlElement, rows: list[list[str]], n_header: int) -> None:
        for caption in table.iterchildren("caption"):
            self._composer.add(BlockKind.PARAGRAPH, one_line("".join(_strings(caption))))
        add_table(self._composer, rows, n_header=n_header or None)

    def _skip(self, walker: etree.iterwalk) -> None:
        """Go past an element that was read as a whole; its end still comes."""
        walker.skip_subtree()
        self._kinds.append(self._kinds[-1])

    def _start(self, tag: str) -> None:
        kind = self._kinds[-1]
        if tag == "br":
            self._buffer.append(_LINE_END)
        elif tag in _HEADINGS:
            self._close()
            kind = (BlockKind.HEADING, _HEADINGS[tag])
        elif tag in _ITEMS:
            self._close()
            kind = (BlockKind.ITEM, 0)
        elif tag in _BLOCKS:
            self._close()
        self._kinds.append(kind)

    def _end(self, tag: str) -> None:
        if tag in _BLOCKS or tag in _ITEMS or tag in _HEADINGS:
            self._close()
        self._kinds.pop()

    def _close(self) -> None:
        """End the block being read."""
        text = _collapsed("".join(self._buffer))
        self._buffer.clear()
        kind, level = self._kinds[-1]
        if kind is BlockKind.HEADING:
            self._composer.add(kind, text.replace(_LINE_END, " "), level)
            return
        start = 0
        for match in _NEW_PARAGRAPH.finditer(text):
            self._composer.add(kind, text[start : match.end()].replace(_LINE_END, "\n"))
            start = match.end()
        self._composer.add(kind, text[start:].replace(_LINE_END, "\n"))

    def _is_left_out(self, element: html.HtmlElement, tag: str) -> bool:
        if tag in _UNSEEN or "hidden" in element.attrib:
            return True
        if _HIDDEN.search(element.get("style", "")):
            return True
        return self._spare_menus and _is_menu(element, tag)


def _is_menu(element: html.HtmlElement, tag: str) -> bool:
    """Whether an element leads around the site rather than saying something."""
    if element.get("role", "") in ("navigation", "menu", "menubar", "search"):
        return True
    if tag == "footer":
        return not any(parent.tag == "article" for parent in element.iterancestors())
    if tag in ("body", "html", "main", "article", "h1"):
        return False
    if _MENU_NAME.search(f"{element.get('class', '')} {element.get('id', '')}"):
        return True
    if tag not in ("ul", "ol"):
        return False
    items = [child for child in element if child.tag == "li"]
    return len(items) >= _FEWEST_LINKS and all(map(_is_link, items))


def _is_link(item: html.HtmlElement) -> bool:
    """Whether everything that an item says is in links."""
    own = (item.text or "") + "".join(child.tail or "" for child in item)
    others = [child for child in item if child.tag not in ("a", "ul", "ol", "br")]
    return len(item) > 0 and not others and _WORDLESS.match(own) is not None


def _table_grid(table: html.HtmlElement) -> tuple[list[list[str]], int] | None:
    """The cells of a table as rows of equal columns, and how many rows are headers.

    A cell that spans several rows or columns stands in each. None where a table only does layout:
    it holds another, or a single column.
    """
    if next(table.iterdescendants("table"), None) is not None:
        return None
    rows: list[list[str]] = []
    n_header = 0
    hanging: dict[int, tuple[str, int]] = {}  # column: text, rows it still reaches into
    for row in table.iterdescendants("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        texts: list[str] = []
        for cell in cells:
            _let_hang(texts, hanging)
            text = _collapsed("".join(_strings(cell))).replace(_LINE_END, " ").strip()
            for _ in range(_number(cell, "colspan")):
                if len(texts) < _MOST_CELLS:
                    if (n_rows := _number(cell, "rowspan")) > 1:
                        hanging[len(texts)] = (text, n_rows - 1)
                    texts.append(text)
        _let_hang(texts, hanging)
        named = bool(cells) and all(cell.tag == "th" for cell in cells)
        if (named or row.getparent().tag == "thead") and n_header == len(rows):
            n_header += 1
        rows.append(texts)
    return (rows, n_header) if max(map(len, rows), default=0) > 1 else None


def _let_hang(texts: list[str], hanging: dict[int, tuple[str, int]]) -> None:
    """Put in the cells of earlier rows that reach into the next columns of this one."""
    while len(texts) in hanging:
        text, n_rows = hanging.pop(len(texts))
        if n_rows > 1:
            hanging[len(texts)] = (text, n_rows - 1)
        texts.append(text)


def _number(cell: html.HtmlElement, name: str) -> int:
    value = str(cell.get(name, "1")).strip()
    return min(max(int(value), 1), _MOST_CELLS) if value.isascii() and value.isdigit() else 1


def _strings(element: html.HtmlElement) -> Iterator[str]:
    """The text in an element without what isn't seen; line ends as `_LINE_END`."""
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, part in walker:
        tag = part.tag if isinstance(part.tag, str) else "script"
        if event == "start":
            if tag in _UNSEEN or "hidden" in part.attrib or _HIDDEN.search(part.get("style", "")):
                walker.skip_subtree()
                continue
            yield _LINE_END if tag == "br" else ""
            yield part.text or ""
        else:
            yield " " if tag in _BLOCKS or tag in _ITEMS else ""
            yield (part.tail or "") if part is not element else ""


def _collapsed(text: str) -> str:
    """White space as a browser shows it; a line broken between Han characters shows nothing."""

    def gap(match: re.Match[str]) -> str:
        start, end = match.span()
        inside = start > 0 and end < len(text) and ("\n" in match[0] or "\r" in match[0])
        return "" if inside and may_be_wide(text[start - 1]) and may_be_wide(text[end]) else " "

    return _SPACE.sub(gap, text)


def _has_heading(root: html.HtmlElement) -> bool:
    return any("".join(_strings(h1)).strip() for h1 in root.iterdescendants("h1"))


def _page_title(root: html.HtmlElement) -> str:
    return next(("".join(title.itertext()) for title in root.iterdescendants("title")), "")
