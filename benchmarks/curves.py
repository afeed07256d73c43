"""Several measures over time as an SVG, one below the other: each has a scale of its own, from 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from benchmarks.svg import drawn, line, sheet, text

WIDE, HIGH, EDGE = 640, 90, 56
BETWEEN = 40
COLOUR = "#0072b2"


class Curve(NamedTuple):
    """A measure: what it is, and its values over what runs across."""

    what: str
    across: Sequence[float]
    values: Sequence[float]


def curves(measures: Sequence[Curve], *, across: str) -> str:
    """Return an SVG.

    Args:
        measures: from above; all over the same range.
        across: what runs across.
    """
    height = EDGE + len(measures) * (HIGH + BETWEEN) + 8
    svg = sheet(WIDE + 2 * EDGE, height)
    for number, curve in enumerate(measures):
        svg.extend(_panel(curve, 24 + number * (HIGH + BETWEEN)))
    svg.append(text(EDGE + WIDE / 2, height - 16, across, "middle"))
    return drawn(svg)


def _panel(curve: Curve, top: float) -> Iterator[ET.Element]:
    most, end = max(curve.values, default=0) or 1, max(curve.across, default=0) or 1
    bottom = top + HIGH
    yield text(EDGE, top - 6, curve.what, **{"font-weight": "bold"})
    yield line([(EDGE, top), (EDGE, bottom), (EDGE + WIDE, bottom)], "#555")
    for share in (0, 1):
        yield text(EDGE - 6, bottom - share * HIGH + 4, f"{share * most:,.4g}", "end")
    for share in (0, 0.5, 1):
        yield text(EDGE + share * WIDE, bottom + 15, f"{share * end:,.3g}", "middle")
    points = zip(curve.across, curve.values, strict=True)
    yield line(((EDGE + x / end * WIDE, bottom - y / most * HIGH) for x, y in points), COLOUR)
