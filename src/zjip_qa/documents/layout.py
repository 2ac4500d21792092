"""A page's characters to rows of text in reading order.

Takes characters with their places and nothing of what order a file holds them in: programs write
quotation marks of another font after the line that they stand in. Covers rows, columns and the
cells of tables. Vertical writing is not covered.

Positions are in points, `y` upwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from zjip_qa.documents.composer import is_wide

_SAME_ROW = 0.4  # of the size: how far baselines of one row may differ
_RAISED = 0.6  # of the size: how far above it a smaller superscript may stand
_SMALLER = 0.8  # of the size: a superscript's at most
_WORD_GAP = 0.15  # of the size: a gap between Latin letters that is a space
_WIDE_GAP = 0.6  # of the size: such a gap beside a Han character
_SPLIT = 0.9  # of the size: a gap that may be one between columns
_EVEN = 0.1  # of the size: how far the gaps of one justified line may differ
_FLUSH = 0.5  # of the size: how far from a column's edge a justified line may begin or end
_ALIGNED = 1.0  # of the size: how far apart cells of one column of a table may begin
_CELL = 2.0  # of the size: a gap that parts the cells of a table
_HEADING = 1.12  # of the size of most segments: a heading's at least
_N_BINS = 80  # places across the page at which a gap between columns is looked for
_FEWEST_ROWS = 3  # in a column
_COLUMN_FILL = 0.55  # of a column's width that half of its rows fill at least


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character where it stands; `left` and `right` include its white space.

    `order` is its number in the file.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    order: int


@dataclass(frozen=True, slots=True)
class _Gap:
    """What parts two characters of a row; `spaced` where the file has a space there."""

    before: Glyph
    after: Glyph
    spaced: bool

    @property
    def width(self) -> float:
        """From one to the other."""
        return self.after.left - self.before.right

    @property
    def is_wide(self) -> bool:
        """Whether it may be one between columns."""
        return self.width > _SPLIT * max(self.before.size, self.after.size)

    @property
    def is_word_space(self) -> bool:
        """Whether words that follow one another lie on its sides, rather than cells.

        Programs leave the space out where they place each word, so it is no sign; but names of
        columns and figures seldom begin or end in a small letter at even distances.
        """
        in_order = 1 <= self.after.order - self.before.order <= 2  # a space may stand between
        return in_order and (self.before.text.islower() or self.after.text.islower())

    def stretched_like(self, other: _Gap) -> bool:
        """Whether it is a space as wide as the next one, as all are in a justified line."""
        even = abs(self.width - other.width) <= _EVEN * self.before.size
        return even and self.is_word_space and other.is_word_space


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a row without wide gaps. `row` numbers the rows of a page from the top."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    row: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one column: a line of text if it has one cell, else a row of a table."""

    cells: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """The whole row as one line."""
        return " ".join(cell.text for cell in self.cells)

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.cells[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.cells[-1].right

    @property
    def baseline(self) -> float:
        """The height that it stands at."""
        return self.cells[0].baseline

    @property
    def size(self) -> float:
        """The size of most of its letters."""
        return max(self.cells, key=lambda cell: len(cell.text)).size


def reading_order(glyphs: Iterable[Glyph]) -> list[list[Row]]:
    """Lay out one page: its columns one after another, each with its rows from the top.

    What goes across all columns parts them: the columns above it come first.
    """
    segments = [
        segment
        for number, row in enumerate(_rows(glyphs))
        for segment in _segments(row, number)
        if segment.text
    ]
    return [_joined(column) for column in _columns(segments)]


def _rows(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """Characters of about one baseline, from the top, each row from the left."""
    row: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda g: (-g.baseline, g.left)):
        if row and row[0].baseline - glyph.baseline > _reach(row[0], glyph):
            yield sorted(row, key=lambda g: g.left)
            row = []
        row.append(glyph)
    if row:
        yield sorted(row, key=lambda g: g.left)


def _reach(above: Glyph, below: Glyph) -> float:
    """How far the baselines of two characters of one row may differ."""
    if above.size <= _SMALLER * below.size:
        return _RAISED * below.size
    return _SAME_ROW * max(above.size, below.size)


def _segments(row: Sequence[Glyph], number: int) -> Iterator[Segment]:
    """Cut a row at its wide gaps, but not at those of a justified line."""
    glyphs: list[Glyph] = []
    last: Glyph | None = None  # that isn't a space
    cuts: list[tuple[int, _Gap]] = []
    for glyph in row:
        if glyph.text.isspace():
            glyphs.append(glyph)
            continue
        if last and _is_shadow(glyph, last):
            continue
        if last:
            gap = _Gap(last, glyph, glyphs[-1].text.isspace())
            if gap.spaced or gap.is_wide:
                cuts.append((len(glyphs), gap))
        glyphs.append(glyph)
        last = glyph
    begin = 0
    for i, (end, gap) in enumerate(cuts):
        beside = (*cuts[max(0, i - 1) : i], *cuts[i + 1 : i + 2])
        if gap.is_wide and not any(gap.stretched_like(other) for _, other in beside):
            yield _segment(glyphs[begin:end], number)
            begin = end
    yield _segment(glyphs[begin:], number)


def _is_shadow(glyph: Glyph, last: Glyph) -> bool:
    """Whether a letter was drawn a second time to look bold; the two of a ligature follow."""
    near = glyph.left - last.left < 0.2 * glyph.size
    return near and glyph.text == last.text and abs(glyph.order - last.order) > 1


def _segment(glyphs: Sequence[Glyph], number: int) -> Segment:
    """Put characters together, with spaces where they are written or seen."""
    shown = [glyph for glyph in glyphs if not glyph.text.isspace()]
    if not shown:
        return Segment("", 0, 0, 0, 0, number)
    text = ""
    before: Glyph | None = None
    spaced = False
    for glyph in glyphs:
        if glyph.text.isspace():
            spaced = True
            continue
        if before:
            gap = glyph.left - before.right
            wide = is_wide(glyph.text) or is_wide(before.text[-1])
            least = _WORD_GAP if spaced or not wide else _WIDE_GAP
            if gap > least * glyph.size or (spaced and not wide):
                text += " "
        text += glyph.text
        before, spaced = glyph, False
    biggest = sorted(shown, key=lambda glyph: glyph.size)
    middle = biggest[len(biggest) // 2]
    baseline = median(g.baseline for g in shown)
    return Segment(text, shown[0].left, max(g.right for g in shown), baseline, middle.size, number)


def _columns(segments: list[Segment]) -> list[list[Segment]]:
    """Part segments, in order of rows, into columns in reading order."""
    gutter = _gutter(segments)
    if gutter is None:
        return [segments] if segments else []
    columns: list[list[Segment]] = []
    across: list[Segment] = []
    left: list[Segment] = []
    right: list[Segment] = []

    def close() -> None:
        columns.extend(_columns(left.copy()) + _columns(right.copy()))
        left.clear()
        right.clear()

    for segment in segments:
        title = bool(across) and _goes_on(across[-1], segment, segments)
        if title or segment.left < gutter < segment.right:
            close()
            across.append(segment)
            continue
        if across:
            columns.append(across)
            across = []
        (left if segment.right <= gutter else right).append(segment)
    close()
    return columns + ([across] if across else [])


def _goes_on(above: Segment, segment: Segment, segments: Sequence[Segment]) -> bool:
    """Whether a segment is a further line of the heading above it, which goes across columns."""
    body = median(other.size for other in segments)
    return (
        segment.size == above.size > _HEADING * body
        and segment.row == above.row + 1
        and sum(other.row == segment.row for other in segments) == 1
    )


def _gutter(segments: Sequence[Segment]) -> float | None:
    """The place between two columns of running text, if there is one."""
    if len(segments) < 2 * _FEWEST_ROWS:
        return None
    begin, end = min(s.left for s in segments), max(s.right for s in segments)
    best: tuple[int, int, float] | None = None
    for k in range(_N_BINS // 5, _N_BINS - _N_BINS // 5):
        place = begin + (end - begin) * k / _N_BINS
        left = [s for s in segments if s.right <= place]
        right = [s for s in segments if s.left >= place]
        fewest = min(len({s.row for s in left}), len({s.row for s in right}))
        n_across = len(segments) - len(left) - len(right)
        if fewest < _FEWEST_ROWS or 2 * n_across > 3 * fewest:
            continue
        if best and (n_across, abs(len(left) - len(right))) >= best[:2]:
            continue
        if _fills(left, place - begin) and _fills(right, end - place):
            best = (n_across, abs(len(left) - len(right)), place)
    return best[2] if best else None


def _fills(segments: Sequence[Segment], width: float) -> bool:
    """Whether rows are as long as those of a column of text; cells of a table are shorter."""
    return median(s.right - s.left for s in segments) >= _COLUMN_FILL * width


def _joined(column: Sequence[Segment]) -> list[Row]:
    """The rows of a column; segments that no column parts are joined again."""
    rows: list[list[Segment]] = []
    for segment in column:
        if not rows or rows[-1][0].row != segment.row:
            rows.append([segment])
            continue
        last = rows[-1][-1]
        if segment.left - last.right < _CELL * max(segment.size, last.size):
            text = f"{last.text} {segment.text}"
            rows[-1][-1] = Segment(
                text, last.left, segment.right, last.baseline, last.size, last.row
            )
        else:
            rows[-1].append(segment)
    return [Row(tuple(cells)) for cells in _without_stretched(rows)]


def _without_stretched(rows: Sequence[list[Segment]]) -> Iterator[list[Segment]]:
    """Join the two words of a justified line that has no more."""
    lines = [row[0] for row in rows if len(row) == 1]
    for i, row in enumerate(rows):
        beside = [*rows[max(0, i - 1) : i], *rows[i + 1 : i + 2]]
        if len(row) == 2 and 2 * len(lines) > len(rows) and _is_stretched(row, lines, beside):
            first, last = row
            text = f"{first.text} {last.text}"
            yield [Segment(text, first.left, last.right, first.baseline, first.size, first.row)]
        else:
            yield row


def _is_stretched(
    row: Sequence[Segment], lines: Sequence[Segment], beside: Iterable[Sequence[Segment]]
) -> bool:
    """Whether two words reach from edge to edge, as lines do, and no row beside is cut there."""
    first, last = row
    near = _FLUSH * first.size
    n_left = sum(abs(line.left - first.left) <= near for line in lines)
    n_right = sum(abs(line.right - last.right) <= near for line in lines)
    return min(n_left, n_right) >= _FEWEST_ROWS and not any(
        abs(cell.left - last.left) <= _ALIGNED * last.size for other in beside for cell in other[1:]
    )
