"""The figures of benchmarks.size as an SVG: one panel a figure, both scales logarithmic.

Measured points are filled and joined by a line; a hollow one, dashed, goes on straight from the two points before it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any
from xml.etree import ElementTree as ET

from benchmarks.size_table import scaled
from benchmarks.svg import drawn, line, sheet, text

Figures = dict[str, Any]
Point = tuple[float, float]
SMALLEST, LARGEST = 1e3, 1e6
WIDTH, HEIGHT, LEFT, TOP, GAP = 230, 170, 58, 92, 66
COLUMNS = 4
STEPS = 8
EXPONENTS = "⁰¹²³⁴⁵⁶"
# Okabe and Ito's colours, told apart by all eyes; shapes differ as well.
LOOKS = {"pipeline": ("#0072b2", "circle"), "engine": ("#d55e00", "square")}
NAMES = {"pipeline": "the whole pipeline", "engine": "vectors derived from real ones"}


@dataclass(frozen=True, slots=True)
class Panel:
    """A figure to draw: its title, its keys in the measurements, and which of several values it is of a list."""

    title: str
    keys: tuple[str, ...]
    which: int = 0


PANELS = (
    Panel("building, or writing: s", ("build_s",)),
    Panel("opening: s", ("open_s",)),
    Panel("candidates, p95: ms", ("candidates_ms",), 1),
    Panel("whole answer, p50: ms", ("answer_ms",)),
    Panel("a reader's memory: MB; faint: mapped", ("anonymous_mb", "mapped_mb")),
    Panel("on disk, with models: MB", ("disk_mb",)),
    Panel("one new article: s", ("new_s",)),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """Where values between two powers of ten lie in a panel."""

    x: float
    y: float
    low: int
    high: int

    def at(self, point: Point) -> Point:
        across = math.log10(point[0] / SMALLEST) / math.log10(LARGEST / SMALLEST)
        up = (math.log10(point[1]) - self.low) / (self.high - self.low)
        return self.x + WIDTH * across, self.y + HEIGHT * (1 - up)


def drawing(measured: Sequence[Figures]) -> str:
    """Return the figures as an SVG; of two measurements of one size the last counts."""
    rows = -(-len(PANELS) // COLUMNS)
    svg = sheet(COLUMNS * (WIDTH + GAP) + LEFT, rows * (HEIGHT + GAP) + TOP, letters=11)
    svg.extend(_legend())
    for number, panel in enumerate(PANELS):
        row, column = divmod(number, COLUMNS)
        svg.extend(_panel(panel, measured, LEFT + column * (WIDTH + GAP), TOP + row * (HEIGHT + GAP)))
    return drawn(svg)


def _panel(panel: Panel, measured: Sequence[Figures], x: float, y: float) -> Iterator[ET.Element]:
    lines = [(kind, n, points) for n, key in enumerate(panel.keys) for kind, points in _lines(panel, key, measured)]
    values = [value for _, _, points in lines for _, value in (*points, *_beyond(points))]
    low = math.floor(math.log10(min(values, default=1)))
    high = max(math.ceil(math.log10(max(values, default=10))), low + 1)
    scale = Scale(x, y, low, high)
    yield from _frame(panel.title, scale)
    for kind, number, points in lines:
        faint = {"opacity": "0.4"} if number else {}
        group = ET.Element("g", faint)
        group.extend(_points(LOOKS[kind], [scale.at(point) for point in points]))
        if beyond := _beyond(points):
            group.extend(_points(LOOKS[kind], [scale.at(point) for point in (points[-1], *beyond)], measured=False))
        yield group


def _lines(panel: Panel, key: str, measured: Sequence[Figures]) -> Iterator[tuple[str, list[Point]]]:
    """Yield the measured points of each kind of index, by passages."""
    for kind in LOOKS:
        found = {one["passages"]: one[key] for one in measured if one["kind"] == kind and key in one}
        points = [(float(n), value[panel.which] if isinstance(value, list) else value) for n, value in found.items()]
        if points:
            yield kind, sorted((n, max(value, 1e-6)) for n, value in points)


def _beyond(points: Sequence[Point]) -> list[Point]:
    """Return how the last two points go on, up to ten times as many passages: a constant part and one that grows."""
    if len(points) < 2 or points[-1][0] > 0.9 * LARGEST:
        return []
    (x1, y1), (x2, y2) = points[-2:]
    slope = max((y2 - y1) / (x2 - x1), 0.0)
    furthest = min(10 * x2, LARGEST)
    sizes = [x2 * (furthest / x2) ** (step / STEPS) for step in range(1, STEPS + 1)]
    return [(x, y2 + slope * (x - x2)) for x in sizes]


def _frame(title: str, scale: Scale) -> Iterator[ET.Element]:
    yield text(scale.x, scale.y - 10, title, **{"font-weight": "bold"})
    yield ET.Element("rect", _box(scale.x, scale.y, WIDTH, HEIGHT) | {"fill": "none", "stroke": "#555"})
    for power in range(scale.low, scale.high + 1):
        _, y = scale.at((SMALLEST, 10.0**power))
        yield line([(scale.x, y), (scale.x + WIDTH, y)], "#ddd")
        yield text(scale.x - 6, y + 4, scaled(10.0**power), "end")
    for power in range(3, 7):
        x, _ = scale.at((10.0**power, 10.0**scale.low))
        yield line([(x, scale.y), (x, scale.y + HEIGHT)], "#ddd")
        yield text(x, scale.y + HEIGHT + 16, f"10{EXPONENTS[power]}", "middle")
    yield text(scale.x + WIDTH / 2, scale.y + HEIGHT + 32, "passages", "middle")


def _points(look: tuple[str, str], points: Sequence[Point], *, measured: bool = True) -> Iterator[ET.Element]:
    """Yield a line and its points: filled where measured, else dashed, with the last one hollow."""
    colour, shape = look
    yield line(points, colour, **({} if measured else {"stroke-dasharray": "5 4"}))
    for x, y in points if measured else points[-1:]:
        fill = {"fill": colour if measured else "white", "stroke": colour, "stroke-width": "1.5"}
        if shape == "circle":
            yield ET.Element("circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "4.5"} | fill)
        else:
            yield ET.Element("rect", _box(x - 3, y - 3, 6, 6) | fill)


def _legend() -> Iterator[ET.Element]:
    whole = sorted((kind, measured) for kind in LOOKS for measured in (True, False))
    for column, (kind, these) in enumerate(groupby(reversed(whole), key=itemgetter(0))):
        for row, (_, measured) in enumerate(these):
            x, y = LEFT + 330 * column, 20 + 20 * row
            yield from _points(LOOKS[kind], [(x, y), (x + 34, y)], measured=measured)
            yield text(x + 44, y + 4, f"{NAMES[kind]}, {'measured' if measured else 'extrapolated, not measured'}")


def _box(x: float, y: float, width: float, height: float) -> dict[str, str]:
    return {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:g}", "height": f"{height:g}"}
