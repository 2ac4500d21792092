"""Small plots as inline SVG: lines over two axes, and bars by category.

Drawn without scripts, styles or links, so that they can stand in a page that forbids itself all
three. Lines take the colour of the text around them; series differ by dash as well as by colour.
All text is escaped. It knows nothing of what is plotted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 440, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 62
# Okabe & Ito's colours, told apart with any eyes; readable on light and dark grounds.
_COLOURS = ("#0079c1", "#d55e00", "#009e73", "#cc79a7")
_DASHES = ("", "7 3", "2 3", "9 3 2 3")


@dataclass(frozen=True, slots=True)
class Series:
    """Named points; of bars, x is the category's number."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: what it shows, from where to where, and where it is marked."""

    label: str
    low: float
    high: float
    marks: tuple[float, ...]


def nice_axis(label: str, highest: float) -> Axis:
    """An axis from 0 to a round number that is no less than `highest`, with four or five marks."""
    if not highest > 0:
        return Axis(label, 0.0, 1.0, (0.0, 1.0))
    step = 10 ** math.floor(math.log10(highest / 4))
    step *= next(times for times in (1, 2, 2.5, 5, 10) if 4 * step * times >= highest * 0.999)
    n = math.ceil(highest / step - 1e-9)
    return Axis(label, 0.0, n * step, tuple(i * step for i in range(n + 1)))


def line_chart(title: str, series: Sequence[Series], x: Axis, y: Axis) -> str:
    """Lines through points; hovering over a point tells its values.

    Args:
        title: stands over the plot.
        series: at most four.
        x: points outside it are left out, as of `y`.
        y: the upright axis.
    """
    parts = [_frame(x, y, marks=[(mark, _number(mark)) for mark in x.marks])]
    for i, one in enumerate(series):
        inside = [
            point for point in one.points if x.low <= point[0] <= x.high and y.low <= point[1]
        ]
        path = " ".join(f"{_x(x, px):.1f},{_y(y, py):.1f}" for px, py in inside)
        dash = f' stroke-dasharray="{_DASHES[i]}"' if _DASHES[i] else ""
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{_COLOURS[i]}" stroke-width="2"{dash}/>'
        )
        parts += [
            f'<circle cx="{_x(x, px):.1f}" cy="{_y(y, py):.1f}" r="3" fill="{_COLOURS[i]}">'
            f"<title>{escape(one.name)}: {_number(px)}, {_number(py)}</title></circle>"
            for px, py in inside
        ]
    return _figure(title, [one.name for one in series], parts)


def bar_chart(
    title: str, categories: Sequence[str], series: Sequence[Series], x_label: str, y_label: str
) -> str:
    """Bars side by side in each category; hovering over one tells its value.

    Args:
        title: stands over the plot.
        categories: names under the bars, from left to right.
        series: at most four, each with a point for every category.
        x_label: what the categories are.
        y_label: what the heights are.
    """
    y = nice_axis(y_label, max((py for one in series for _, py in one.points), default=0.0))
    x = Axis(x_label, 0.0, float(max(len(categories), 1)), ())
    middles = [(i + 0.5, name) for i, name in enumerate(categories)]
    parts = [_frame(x, y, marks=middles)]
    slot = (_x(x, 1) - _x(x, 0)) * 0.8
    width = slot / max(len(series), 1)
    for i, one in enumerate(series):
        for px, height in one.points:
            left = _x(x, px + 0.5) - slot / 2 + i * width
            top = _y(y, height)
            parts.append(
                f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(width - 1, 1):.1f}"'
                f' height="{_y(y, 0) - top:.1f}" fill="{_COLOURS[i]}">'
                f"<title>{escape(one.name)}, {escape(categories[int(px)])}: {_number(height)}"
                "</title></rect>"
            )
    return _figure(title, [one.name for one in series], parts, dashes=[""] * len(series))


def _figure(
    title: str, names: Sequence[str], parts: Iterable[str], dashes: Sequence[str] = _DASHES
) -> str:
    legend = "".join(
        f'<span class="key"><svg width="26" height="10" aria-hidden="true">'
        f'<line x1="0" y1="5" x2="26" y2="5" stroke="{_COLOURS[i]}" stroke-width="3"'
        f' stroke-dasharray="{dashes[i] or "none"}"/></svg> {escape(name)}</span> '
        for i, name in enumerate(names)
    )
    return (
        f'<figure class="plot"><figcaption>{escape(title)}</figcaption>'
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}"'
        f' font-size="11" fill="currentColor">{"".join(parts)}</svg>'
        f'<div class="keys">{legend}</div></figure>\n'
    )


def _frame(x: Axis, y: Axis, marks: Sequence[tuple[float, str]]) -> str:
    """Axes, their labels, and marks under the x axis, slanted where they wouldn't fit."""
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    line = 'stroke="currentColor" stroke-opacity='
    parts = [
        f'<line x1="{_LEFT}" y1="{_y(y, mark):.1f}" x2="{right}" y2="{_y(y, mark):.1f}" {line}"'
        f'{0.5 if mark == y.low else 0.15}"/><text x="{_LEFT - 6}" y="{_y(y, mark) + 4:.1f}"'
        f' text-anchor="end">{_number(mark)}</text>'
        for mark in y.marks
    ]
    room = (right - _LEFT) / max(len(marks), 1)
    slanted = any(_columns(name) * 6 > room for _, name in marks)
    for mark, name in marks:
        at = _x(x, mark)
        turned = f' transform="rotate(-20 {at:.1f} {bottom + 14})"' if slanted else ""
        anchor = "end" if slanted else "middle"
        parts.append(
            f'<text x="{at:.1f}" y="{bottom + 15}" text-anchor="{anchor}"{turned}>'
            f"{escape(name)}</text>"
        )
    if not slanted:  # slanted names speak for themselves, and take its place
        parts.append(
            f'<text x="{(_LEFT + right) / 2}" y="{bottom + 36}" text-anchor="middle">'
            f"{escape(x.label)}</text>"
        )
    middle = (_TOP + bottom) / 2
    parts.append(
        f'<text x="9" y="{middle}" text-anchor="middle" transform="rotate(-90 9 {middle})">'
        f"{escape(y.label)}</text>"
    )
    return "".join(parts)


def _x(axis: Axis, value: float) -> float:
    share = (value - axis.low) / (axis.high - axis.low)
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(axis: Axis, value: float) -> float:
    share = (value - axis.low) / (axis.high - axis.low)
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _columns(text: str) -> int:
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text)


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
