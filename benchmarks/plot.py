"""Draw the calibration that ``onrecord eval --json`` tells, as an SVG: ``python -m benchmarks.plot FIGURES.json OUT``.

One line a file, named for it; a dot is as large as its tenth has answers. Shapes differ as well as colours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

SIDE, EDGE = 320, 48
LOOKS = (("#0072b2", "none"), ("#d55e00", "6 3"), ("#009e73", "2 3"))  # Okabe and Ito's colours, told apart by all eyes


def _at(share: float) -> float:
    return EDGE + SIDE * share


def _up(share: float) -> float:
    return EDGE + SIDE * (1 - share)


def _text(x: float, y: float, words: str, **more: str) -> ET.Element:
    element = ET.Element("text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": "middle", **more})
    element.text = words
    return element


def _line(points: Sequence[tuple[float, float]], **more: str) -> ET.Element:
    path = " ".join(f"{_at(x):.1f},{_up(y):.1f}" for x, y in points)
    return ET.Element("polyline", {"points": path, "fill": "none", **more})


def _frame() -> Iterator[ET.Element]:
    yield _line([(0, 1), (0, 0), (1, 0)], stroke="#555")
    yield _line([(0, 0), (1, 1)], stroke="#bbb")
    for tenth in range(0, 11, 2):
        yield _text(_at(tenth / 10), _up(0) + 18, f"{tenth / 10:.1f}")
        yield _text(_at(0) - 18, _up(tenth / 10) + 4, f"{tenth / 10:.1f}")
    yield _text(_at(0.5), _up(0) + 38, "confidence")
    middle = f"{EDGE - 36},{_up(0.5):.1f}"
    yield _text(EDGE - 36, _up(0.5), "share that is right", transform=f"rotate(-90 {middle})")


def _drawn(number: int, name: str, bins: Sequence[dict[str, Any]]) -> Iterator[ET.Element]:
    colour, dashes = LOOKS[number % len(LOOKS)]
    yield _line([(one["confidence"], one["right"]) for one in bins], stroke=colour, **{"stroke-dasharray": dashes})
    total = sum(one["n"] for one in bins)
    for one in bins:
        radius = 2 + 14 * (one["n"] / total) ** 0.5
        place = {"cx": f"{_at(one['confidence']):.1f}", "cy": f"{_up(one['right']):.1f}", "r": f"{radius:.1f}"}
        yield ET.Element("circle", {**place, "fill": colour, "fill-opacity": "0.5"})
    y = EDGE + 16 * number
    sample = {"x1": f"{EDGE + 12}", "x2": f"{EDGE + 40}", "y1": f"{y - 4}", "y2": f"{y - 4}"}
    yield ET.Element("line", {**sample, "stroke": colour, "stroke-dasharray": dashes})
    yield _text(EDGE + 46, y, f"{name} ({total})", **{"text-anchor": "start"})


def drawing(figures: Sequence[tuple[str, Sequence[dict[str, Any]]]]) -> str:
    size = str(SIDE + 2 * EDGE)
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "width": size, "height": size})
    svg.set("font-family", "sans-serif")
    svg.set("font-size", "12")
    ET.SubElement(svg, "rect", {"width": size, "height": size, "fill": "white"})
    svg.extend(_frame())
    for number, (name, bins) in enumerate(figures):
        svg.extend(_drawn(number, name, bins))
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


def main() -> None:
    *sources, target = map(Path, sys.argv[1:])
    told = [(source.stem, json.loads(source.read_text("utf-8"))["calibration"]["bins"]) for source in sources]
    target.write_text(drawing(told), "utf-8")


if __name__ == "__main__":
    main()
