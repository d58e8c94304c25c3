"""Charts as inline SVG: small, with colours from the page's own style, a value under the pointer, and no script.

Every chart is 640 by 220 units and as wide as its place; `None` among values is a gap.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 220
LEFT: Final = 62
RIGHT: Final = 10
TOP: Final = 12
BOTTOM: Final = 30

Show = Callable[[float], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of values; `style` is the name of a CSS variable, as in `--succeeded`."""

    label: str
    style: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A value that is pointed out across the chart."""

    at: float
    label: str


def ticks(highest: float, about: int = 4) -> list[float]:
    """Return round numbers from 0 to at least `highest`, about so many steps apart."""
    if highest <= 0 or not math.isfinite(highest):
        return [0.0, 1.0]
    raw = highest / about
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * 0.999)
    return [step * number for number in range(math.ceil(highest / step - 1e-9) + 1)]


def time_ticks(first: float, last: float, about: int = 6) -> list[float]:
    """Return round seconds between two moments: none of them too near an end for its label."""
    length = last - first
    if not length > 0 or not math.isfinite(length):
        return []
    step = next((step for step in _TIME_STEPS if length / step <= about), length)
    margin = length * 0.03
    begin = math.ceil((first + margin) / step)
    return [step * number for number in range(begin, math.floor((last - margin) / step) + 1)]


_TIME_STEPS: Final = (
    *(size * 10.0**power for power in (-3, -2, -1, 0) for size in (1, 2, 5)),
    *(10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 10800.0, 21600.0, 43200.0, 86400.0),
)


class _Frame:
    """Where values lie in the picture, with grid and labels."""

    def __init__(self, first: float, last: float, highest: float, show_x: Show, show_y: Show) -> None:
        self.first, self.last = first, max(last, first + 1e-9)
        self.ticks = ticks(highest)
        self.parts: list[str] = []
        for value in self.ticks:
            y = self.y(value)
            self.parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            self.parts.append(f'<text x="{LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{escape(show_y(value))}</text>')
        for value in time_ticks(self.first, self.last):
            told = escape(show_x(value))
            self.parts.append(
                f'<text x="{self.x(value):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{told}</text>'
                f'<line class="grid" x1="{self.x(value):.1f}" x2="{self.x(value):.1f}" y1="{HEIGHT - BOTTOM}" '
                f'y2="{HEIGHT - BOTTOM + 5}"/>'
            )

    def x(self, value: float) -> float:
        return LEFT + (value - self.first) / (self.last - self.first) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return TOP + (1 - min(1.0, value / self.ticks[-1])) * (HEIGHT - TOP - BOTTOM)

    def svg(self, title: str) -> str:
        return picture(title, "".join(self.parts))

    def mark(self, mark: Mark) -> None:
        y = self.y(mark.at)
        self.parts.append(f'<line class="mark" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        self.parts.append(f'<text class="marked" x="{LEFT + 6}" y="{y - 5:.1f}">{escape(mark.label)}</text>')

    def hover(self, xs: Sequence[float], told: Sequence[str]) -> None:
        """Let the pointer ask for what there is at each of `xs`."""
        edges = [self.first, *((one + other) / 2 for one, other in pairwise(xs)), self.last]
        for (left, right), at, text in zip(pairwise(edges), xs, told, strict=True):
            x, width = self.x(left), max(0.5, self.x(right) - self.x(left))
            self.parts.append(
                f'<g class="at"><rect x="{x:.1f}" y="{TOP}" width="{width:.1f}" height="{HEIGHT - TOP - BOTTOM}"/>'
                f'<line x1="{self.x(at):.1f}" x2="{self.x(at):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
                f"<title>{escape(text)}</title></g>"
            )


def picture(title: str, inner: str, height: int = HEIGHT, style: str = "chart") -> str:
    """Return an SVG as wide as its place; `title` is what a screen reader says."""
    return f'<svg class="{style}" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{inner}</svg>'


def line_chart(
    title: str, xs: Sequence[float], lines: Sequence[Line], show_x: Show, show_y: Show, mark: Mark | None = None
) -> str:
    """Return lines over time. A `mark` is shown if the values come anywhere near it."""
    values = [value for line in lines for value in line.values if value is not None]
    highest = max(values, default=0.0)
    near = mark is not None and highest > mark.at * 0.3
    frame = _Frame(xs[0], xs[-1], max(highest, mark.at * 1.1 if mark and near else 0.0), show_x, show_y)
    if mark and near:
        frame.mark(mark)
    for line in lines:
        for piece in _pieces(xs, line.values):
            points = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in piece)
            if len(piece) == 1:
                x, y = piece[0]
                dot = f'<circle cx="{frame.x(x):.1f}" cy="{frame.y(y):.1f}" r="2.5" style="fill:var({line.style})"/>'
                frame.parts.append(dot)
            else:
                frame.parts.append(f'<polyline points="{points}" style="stroke:var({line.style})"/>')
    frame.hover(xs, [_told(show_x(x), lines, number, show_y) for number, x in enumerate(xs)])
    return frame.svg(title)


def area_chart(title: str, xs: Sequence[float], lines: Sequence[Line], show_x: Show, show_y: Show) -> str:
    """Return areas that lie on each other, the first at the bottom."""
    sums = [0.0] * len(xs)
    layers = []
    for line in lines:
        lower = sums
        sums = [below + (value or 0.0) for below, value in zip(lower, line.values, strict=True)]
        layers.append((line, lower, sums))
    frame = _Frame(xs[0], xs[-1], max(sums, default=0.0), show_x, show_y)
    for line, lower, upper in layers:
        there = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in zip(xs, upper, strict=True))
        back = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in reversed(list(zip(xs, lower, strict=True))))
        frame.parts.append(f'<polygon points="{there} {back}" style="fill:var({line.style})"/>')
    frame.hover(xs, [_told(show_x(x), lines, number, show_y) for number, x in enumerate(xs)])
    return frame.svg(title)


def distribution_chart(
    title: str, bars: Sequence[tuple[float, int]], marks: Sequence[Mark], show_x: Show, show_y: Show
) -> str:
    """Return how often values were how large: columns of equal width on a logarithmic axis of values."""
    low, high = _decades(bars)
    columns = 60
    counts = [0] * columns
    for value, count in bars:
        counts[min(columns - 1, int(_share(value, low, high) * columns))] += count
    frame = _LogFrame(low, high, max(counts), show_x, show_y)
    total = sum(counts)
    for number, count in enumerate(counts):
        left, right = frame.at(number / columns), frame.at((number + 1) / columns)
        begin, end = frame.value(number / columns), frame.value((number + 1) / columns)
        if count:
            y = min(frame.y(count), HEIGHT - BOTTOM - 1.5)  # a single one among thousands is to be seen
            told = f"{show_x(begin)} to {show_x(end)}: {count:,} ({100 * count / total:.3g} %)"
            frame.parts.append(
                f'<g class="column"><rect x="{left + 0.7:.1f}" y="{y:.1f}" width="{right - left - 1.4:.1f}" '
                f'height="{HEIGHT - BOTTOM - y:.1f}" rx="1.5"/><title>{escape(told)}</title></g>'
            )
    for number, mark in enumerate(marks):
        x = frame.place(mark.at)
        anchor, by = ("end", -5) if x > WIDTH - 110 else ("start", 5)
        frame.parts.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        told = escape(mark.label)
        frame.parts.append(
            f'<text class="marked" x="{x + by:.1f}" y="{TOP + 10 + 17 * number}" text-anchor="{anchor}">{told}</text>'
        )
    return frame.svg(title)


def _share(value: float, low: float, high: float) -> float:
    """Return how far along a logarithmic axis from `low` to `high` a value lies: 0 to 1."""
    return min(1.0, max(0.0, (math.log10(max(value, low)) - math.log10(low)) / _span(low, high)))


def _span(low: float, high: float) -> float:
    return math.log10(high) - math.log10(low)


def _decades(bars: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """Return bounds of the axis of values: a little beyond the smallest and the largest."""
    smallest = max(min(value for value, _ in bars), 0.01)
    largest = max(max(value for value, _ in bars), smallest)
    return smallest / 1.3, largest * 1.3


class _LogFrame(_Frame):
    """A frame whose axis of values is logarithmic, with labels at 1, 2 and 5 of each decade."""

    def __init__(self, low: float, high: float, highest: float, show_x: Show, show_y: Show) -> None:
        super().__init__(0.0, 0.0, highest, lambda _: "", show_y)
        self.low, self.high = low, high
        factors = (1,) if _span(low, high) > 2.5 else (1, 2, 5)
        for decade in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
            for factor in factors:
                value = factor * 10.0**decade
                if low <= value <= high:
                    told = escape(show_x(value))
                    x = self.place(value)
                    self.parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{told}</text>')

    def at(self, share: float) -> float:
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def place(self, value: float) -> float:
        return self.at(_share(value, self.low, self.high))

    def value(self, share: float) -> float:
        return float(10 ** (math.log10(self.low) + share * _span(self.low, self.high)))


def _pieces(xs: Sequence[float], values: Sequence[float | None]) -> list[list[tuple[float, float]]]:
    """Return the runs of values between gaps."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, value in zip(xs, values, strict=True):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append((x, value))
    return [piece for piece in pieces if piece]


def _told(when: str, lines: Sequence[Line], number: int, show: Show) -> str:
    told = [f"{line.label} {show(value)}" for line in lines if (value := line.values[number]) is not None]
    return "\n".join([when, *told])


def strip(title: str, parts: Sequence[tuple[float, float, str, str]], first: float, last: float) -> str:
    """Return one bar in pieces: (from, to, CSS variable, what it is), between `first` and `last`."""
    whole = max(last - first, 1e-9)
    inner = []
    for begin, end, style, told in parts:
        x = (begin - first) / whole * WIDTH
        width = max(2.0, (end - begin) / whole * WIDTH)
        inner.append(
            f'<rect x="{min(x, WIDTH - 2):.1f}" y="0" width="{width:.1f}" height="14" style="fill:var({style})">'
            f"<title>{escape(told)}</title></rect>"
        )
    return (
        f'<svg class="strip" viewBox="0 0 {WIDTH} 14" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(title)}">{"".join(inner)}</svg>'
    )
