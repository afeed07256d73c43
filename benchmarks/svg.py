"""What the drawings of these benchmarks are made of: a white sheet, words and lines, as elements of SVG."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET


def sheet(width: int, height: int, *, letters: int = 12) -> ET.Element:
    """Return an empty drawing of a size, and with letters of a size, in pixels."""
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}"})
    svg.attrib |= {"width": str(width), "height": str(height), "font-family": "sans-serif", "font-size": str(letters)}
    ET.SubElement(svg, "rect", {"width": str(width), "height": str(height), "fill": "white"})
    return svg


def text(x: float, y: float, words: str, anchor: str = "start", **more: str) -> ET.Element:
    element = ET.Element("text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, **more})
    element.text = words
    return element


def line(points: Iterable[tuple[float, float]], colour: str, **more: str) -> ET.Element:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return ET.Element("polyline", {"points": path, "fill": "none", "stroke": colour, **more})


def drawn(svg: ET.Element) -> str:
    """Return a drawing as the text of a file."""
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"
