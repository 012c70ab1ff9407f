"""The report's charts as inline SVG: no script, no outside resource, colours from the page's style sheet (light and dark).

Each function takes plain numbers and returns safe markup; all text in it is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH = 500
"""Width of the drawing's own coordinates; the page scales it."""


@dataclass(frozen=True)
class Bar:
    """A share with its interval, one row of a bar chart.

    Attributes:
        label: row name.
        value: share, or None where there was nothing to count.
        low, high: interval, or None.
        kind: "before" or "after".
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    kind: str = "before"


@dataclass(frozen=True)
class Line:
    """A curve of (x, y) points.

    Attributes:
        name: in the legend.
        points: (x, y), by x.
        kind: CSS class of its colour: "before" or "after".
        marks: whether each point gets a dot.
    """

    name: str
    points: Sequence[tuple[float, float]]
    kind: str
    marks: bool = False


def _svg(height: float, parts: Sequence[Markup], title: str) -> Markup:
    inner = Markup("").join(parts)
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, _n(height), title, inner
    )


def _n(value: float) -> str:
    """A coordinate without needless digits."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}" class="{}">{}</text>').format(_n(x), _n(y), anchor, kind, text)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>').format(_n(x1), _n(y1), _n(x2), _n(y2), kind)


def _rect(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="2" class="{}"/>').format(
        _n(x), _n(y), _n(max(width, 0.0)), _n(height), kind
    )


def _circle(x: float, y: float, radius: float, kind: str) -> Markup:
    return Markup('<circle cx="{}" cy="{}" r="{}" class="{}"/>').format(_n(x), _n(y), _n(radius), kind)


def share_bars(groups: Sequence[tuple[str, Sequence[Bar]]], title: str) -> Markup:
    """Horizontal bars from 0 to 100 %, grouped, with whiskers for intervals."""
    left, right, row, gap = 158.0, 60.0, 18.0, 12.0
    width = WIDTH - left - right
    height = sum(len(bars) * row + gap for _, bars in groups) + 26
    parts = [
        mark
        for tick in (0, 0.25, 0.5, 0.75, 1)
        for mark in (
            _line(left + tick * width, 4, left + tick * width, height - 22, "rule"),
            _text(left + tick * width, height - 6, f"{tick:.0%}", anchor="middle", kind="axis"),
        )
    ]
    y = 8.0
    for name, bars in groups:
        parts.append(_text(left - 10, y + len(bars) * row / 2 + 3, name, anchor="end", kind="label"))
        for bar in bars:
            parts += _bar(bar, left, y, width, row)
            y += row
        y += gap
    return _svg(height, parts, title)


def _bar(bar: Bar, left: float, y: float, width: float, row: float) -> list[Markup]:
    if bar.value is None:
        return [_text(left + 6, y + row - 5, "nothing to count", kind="axis")]
    parts = [_rect(left, y + 1, bar.value * width, row - 3, bar.kind)]
    end = bar.value
    if bar.low is not None and bar.high is not None:
        middle, end = y + row / 2 - 0.5, max(bar.value, bar.high)
        parts.append(_line(left + bar.low * width, middle, left + bar.high * width, middle, "whisker"))
        parts += [
            _line(left + x * width, middle - 4, left + x * width, middle + 4, "whisker") for x in (bar.low, bar.high)
        ]
    return [*parts, _text(left + end * width + 7, y + row - 5, f"{bar.value:.1%}", kind="value")]


def difference_strip(difference: float, low: float, high: float, minimum: float) -> Markup:
    """The difference with its interval on one axis, with zero and the smallest gain worth shipping marked."""
    left, width, height, middle = 24.0, WIDTH - 48.0, 92.0, 40.0
    reach = max(abs(low), abs(high), abs(difference), minimum) * 1.2
    first, last = min(-0.05, low * 1.2, -0.12 * reach), max(0.05, reach)
    scale = width / (last - first)

    def at(value: float) -> float:
        return left + (value - first) * scale

    step = _nice_step(last - first, 7)
    ticks = [step * k for k in range(math.ceil(first / step), math.floor(last / step) + 1)]
    parts = [_text(at(tick), height - 8, f"{100 * tick:+.0f}", anchor="middle", kind="axis") for tick in ticks]
    parts += [_line(at(tick), middle + 18, at(tick), middle + 23, "rule") for tick in ticks]
    parts += [
        _line(left, middle + 18, left + width, middle + 18, "rule"),
        _line(at(0), 16, at(0), middle + 18, "zero"),
        _line(at(minimum), 16, at(minimum), middle + 18, "bar-line"),
        _text(at(minimum), 11, f"worth shipping from {100 * minimum:+.0f}", anchor=_anchor(at(minimum)), kind="axis"),
        _line(at(low), middle, at(high), middle, "interval"),
        _line(at(low), middle - 7, at(low), middle + 7, "interval"),
        _line(at(high), middle - 7, at(high), middle + 7, "interval"),
        _circle(at(difference), middle, 6, "after"),
    ]
    return _svg(
        height, parts, f"difference {100 * difference:+.1f} points, interval {100 * low:+.1f} to {100 * high:+.1f}"
    )


def _anchor(x: float) -> str:
    """Where a text at `x` is held, so that it stays inside the drawing."""
    return "start" if x < WIDTH / 4 else "end" if x > 3 * WIDTH / 4 else "middle"


def count_bars(rows: Sequence[tuple[str, int, int | None]], title: str) -> Markup:
    """Horizontal bars of counts, before above after; after None where there is only one measurement."""
    left, right, row, gap = 158.0, 44.0, 16.0, 10.0
    width = WIDTH - left - right
    top = max((max(before, after or 0) for _, before, after in rows), default=0) or 1
    parts: list[Markup] = []
    y = 4.0
    for name, before, after in rows:
        bars = [(before, "before")] + ([(after, "after")] if after is not None else [])
        parts.append(_text(left - 10, y + len(bars) * row / 2 + 3, name, anchor="end", kind="label"))
        for count, kind in bars:
            parts.append(_rect(left, y + 1, count / top * width, row - 3, kind))
            parts.append(_text(left + count / top * width + 7, y + row - 4, str(count), kind="value"))
            y += row
        y += gap
    return _svg(y, parts, title)


def line_chart(
    lines: Sequence[Line], x_name: str, y_name: str, mark: float | None = None, mark_name: str = ""
) -> Markup:
    """Curves over a common axis, with an optional vertical mark."""
    left, right, top, bottom, height = 44.0, 14.0, 30.0, 40.0, 270.0
    points = [point for line in lines for point in line.points]
    if not points:
        return Markup("")
    x0, x1 = min(x for x, _ in points), max(x for x, _ in points)
    y0, y1 = min(y for _, y in points), max(y for _, y in points)
    y_step = _nice_step((y1 - y0) or 1.0, 5)
    y0, y1 = math.floor(y0 / y_step) * y_step, math.ceil(y1 / y_step) * y_step
    y1 = y1 if y1 > y0 else y0 + y_step
    width, tall = WIDTH - left - right, height - top - bottom

    def place(x: float, y: float) -> tuple[float, float]:
        return left + (x - x0) / ((x1 - x0) or 1.0) * width, top + (y1 - y) / (y1 - y0) * tall

    parts = _axes((x0, x1), (y0, y1), y_step, place, height - bottom + 16)
    parts += [
        _text(left + width / 2, height - 6, x_name, anchor="middle", kind="axis"),
        _text(4, 13, y_name, kind="axis"),
    ]
    if mark is not None:
        x, _ = place(mark, y0)
        parts += [
            _line(x, top, x, top + tall, "bar-line"),
            _text(x, top - 6, mark_name, anchor="middle", kind="axis"),
        ]
    for line in lines:
        corners = " ".join(f"{_n(a)},{_n(b)}" for a, b in (place(x, y) for x, y in line.points))
        parts.append(Markup('<polyline points="{}" class="curve {}"/>').format(corners, line.kind))
        parts += [_circle(*place(x, y), 3.5, line.kind) for x, y in line.points] if line.marks else []
    return _svg(height, parts, f"{y_name} over {x_name}: {', '.join(line.name for line in lines)}")


def _axes(
    x_span: tuple[float, float],
    y_span: tuple[float, float],
    y_step: float,
    place: Callable[[float, float], tuple[float, float]],
    base: float,
) -> list[Markup]:
    """Grid lines with their values; `base` is where the numbers of the x axis stand."""
    (x0, x1), (y0, y1) = x_span, y_span
    parts: list[Markup] = []
    for k in range(round((y1 - y0) / y_step) + 1):
        value = y0 + k * y_step
        (left, y), (right, _) = place(x0, value), place(x1, value)
        parts += [_line(left, y, right, y, "rule"), _text(left - 8, y + 4, f"{value:.3g}", anchor="end", kind="axis")]
    x_step = _nice_step((x1 - x0) or 1.0, 8)
    for k in range(math.ceil(x0 / x_step), math.floor(x1 / x_step) + 1):
        x, _ = place(k * x_step, y0)
        parts.append(_text(x, base, f"{k * x_step:g}", anchor="middle", kind="axis"))
    return parts


def _nice_step(span: float, count: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides `span` into about `count` parts."""
    rough = span / count
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough - 1e-12)
