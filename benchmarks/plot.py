"""Draw the calibration that ``onrecord eval --json`` tells, as an SVG.

One line a file, named for it; a dot is as large as its tenth has answers. Shapes differ as well as colours.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from benchmarks.svg import drawn, line, sheet, text

SIDE, EDGE = 320, 48
LOOKS = (("#0072b2", "none"), ("#d55e00", "6 3"), ("#009e73", "2 3"))  # Okabe and Ito's colours, told apart by all eyes


def _at(share: float) -> float:
    return EDGE + SIDE * share


def _up(share: float) -> float:
    return EDGE + SIDE * (1 - share)


def _line(points: Sequence[tuple[float, float]], colour: str, **more: str) -> ET.Element:
    return line(((_at(x), _up(y)) for x, y in points), colour, **more)


def _frame() -> Iterator[ET.Element]:
    yield _line([(0, 1), (0, 0), (1, 0)], "#555")
    yield _line([(0, 0), (1, 1)], "#bbb")
    for tenth in range(0, 11, 2):
        yield text(_at(tenth / 10), _up(0) + 18, f"{tenth / 10:.1f}", "middle")
        yield text(_at(0) - 18, _up(tenth / 10) + 4, f"{tenth / 10:.1f}", "middle")
    yield text(_at(0.5), _up(0) + 38, "confidence", "middle")
    middle = f"{EDGE - 36},{_up(0.5):.1f}"
    yield text(EDGE - 36, _up(0.5), "share that is right", "middle", transform=f"rotate(-90 {middle})")


def _curve(number: int, name: str, bins: Sequence[dict[str, Any]]) -> Iterator[ET.Element]:
    colour, dashes = LOOKS[number % len(LOOKS)]
    yield _line([(one["confidence"], one["right"]) for one in bins], colour, **{"stroke-dasharray": dashes})
    total = sum(one["n"] for one in bins)
    for one in bins:
        radius = 2 + 14 * (one["n"] / total) ** 0.5
        place = {"cx": f"{_at(one['confidence']):.1f}", "cy": f"{_up(one['right']):.1f}", "r": f"{radius:.1f}"}
        yield ET.Element("circle", {**place, "fill": colour, "fill-opacity": "0.5"})
    y = EDGE + 16 * number
    sample = {"x1": f"{EDGE + 12}", "x2": f"{EDGE + 40}", "y1": f"{y - 4}", "y2": f"{y - 4}"}
    yield ET.Element("line", {**sample, "stroke": colour, "stroke-dasharray": dashes})
    yield text(EDGE + 46, y, f"{name} ({total})")


def drawing(figures: Sequence[tuple[str, Sequence[dict[str, Any]]]]) -> str:
    svg = sheet(SIDE + 2 * EDGE, SIDE + 2 * EDGE)
    svg.extend(_frame())
    for number, (name, bins) in enumerate(figures):
        svg.extend(_curve(number, name, bins))
    return drawn(svg)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plot", description=__doc__)
    parser.add_argument(
        "figures", type=Path, nargs="+", metavar="FIGURES.json", help="what `onrecord eval --json` told"
    )
    parser.add_argument("out", type=Path, metavar="OUT.svg", help="where to draw it")
    options = parser.parse_args()
    told = [(source.stem, json.loads(source.read_text("utf-8"))["calibration"]["bins"]) for source in options.figures]
    options.out.write_text(drawing(told), "utf-8")


if __name__ == "__main__":
    main()
