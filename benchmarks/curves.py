"""Several measures over time as an SVG, one below the other: each has a scale of its own, from 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

WIDE, HIGH, EDGE = 640, 90, 56
BETWEEN = 40
COLOUR = "#0072b2"


class Curve(NamedTuple):
    """A measure: what it is, and its values over what runs across."""

    what: str
    across: Sequence[float]
    values: Sequence[float]


def curves(drawn: Sequence[Curve], *, across: str) -> str:
    """Return an SVG.

    Args:
        drawn: the measures, from above; all over the same range.
        across: what runs across.
    """
    height = EDGE + len(drawn) * (HIGH + BETWEEN) + 8
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "width": str(WIDE + 2 * EDGE)})
    svg.attrib |= {"height": str(height), "font-family": "sans-serif", "font-size": "12"}
    ET.SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": "white"})
    for number, curve in enumerate(drawn):
        svg.extend(_panel(curve, 24 + number * (HIGH + BETWEEN)))
    svg.append(_text(EDGE + WIDE / 2, height - 16, across, "middle"))
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


def _panel(curve: Curve, top: float) -> Iterator[ET.Element]:
    most, end = max(curve.values, default=0) or 1, max(curve.across, default=0) or 1
    bottom = top + HIGH
    yield _text(EDGE, top - 6, curve.what, "start", **{"font-weight": "bold"})
    yield ET.Element("polyline", {"points": f"{EDGE},{top} {EDGE},{bottom} {EDGE + WIDE},{bottom}", **_pen("#555")})
    for share in (0, 1):
        yield _text(EDGE - 6, bottom - share * HIGH + 4, f"{share * most:,.4g}", "end")
    for share in (0, 0.5, 1):
        yield _text(EDGE + share * WIDE, bottom + 15, f"{share * end:,.3g}", "middle")
    points = zip(curve.across, curve.values, strict=True)
    path = " ".join(f"{EDGE + x / end * WIDE:.1f},{bottom - y / most * HIGH:.1f}" for x, y in points)
    yield ET.Element("polyline", {"points": path, **_pen(COLOUR)})


def _pen(colour: str) -> dict[str, str]:
    return {"fill": "none", "stroke": colour}


def _text(x: float, y: float, words: str, anchor: str, **more: str) -> ET.Element:
    element = ET.Element("text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, **more})
    element.text = words
    return element
