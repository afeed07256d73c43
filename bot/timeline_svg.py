"""The picture of a record as SVG: scalable, with titles for screen readers and for whoever points at a mark."""

from __future__ import annotations

import math
from html import escape

from bot.timeline import FAINT, INK, PAPER, Line, Mark, Picture, Shape, Text

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
_SIDES: dict[Shape, tuple[int, float]] = {
    "square": (4, math.pi / 4),
    "triangle": (3, -math.pi / 2),
    "diamond": (4, 0.0),
    "wedge": (3, math.pi / 2),
    "hexagon": (6, 0.0),
}
_LARGER = {"square": 1.2, "triangle": 1.3, "wedge": 1.3, "diamond": 1.2}


def svg_text(picture: Picture, *, link: str | None = None) -> str:
    """Return a picture as SVG.

    Args:
        picture: the picture.
        link: what a mark leads to, with ``{number}`` for the number of its statement; nowhere by default.
    """
    size = f'viewBox="0 0 {picture.width} {picture.height}" width="{picture.width}" height="{picture.height}"'
    named = f'role="img" aria-labelledby="picture-title picture-text" font-family="{escape(FONT)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {named}>',
        f'<title id="picture-title">{escape(picture.title)}</title>',
        f'<desc id="picture-text">{escape(picture.description)}</desc>',
        f'<rect width="{picture.width}" height="{picture.height}" fill="{PAPER}"/>',
        *map(_line, picture.lines),
        *map(_text, picture.texts),
        *(mark_svg(mark, link) for mark in picture.marks),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def corners(mark: Mark) -> list[tuple[float, float]]:
    """Return the corners of the shape of a mark; none for a circle."""
    x, y, r = mark.x, mark.y, mark.radius
    if mark.shape == "cross":
        arm = r * 0.42
        plus = [(-arm, -r), (arm, -r), (arm, -arm), (r, -arm), (r, arm), (arm, arm), (arm, r), (-arm, r), (-arm, arm),
                (-r, arm), (-r, -arm), (-arm, -arm)]  # fmt: skip
        return [(round(x + dx, 1), round(y + dy, 1)) for dx, dy in plus]
    if mark.shape == "bar":
        return [(x - r * 0.45, y - r), (x + r * 0.45, y - r), (x + r * 0.45, y + r), (x - r * 0.45, y + r)]
    if mark.shape == "circle":
        return []
    sides, turn = _SIDES[mark.shape]
    r *= _LARGER.get(mark.shape, 1.0)
    angles = [turn + 2 * math.pi * side / sides for side in range(sides)]
    return [(round(x + r * math.cos(angle), 1), round(y + r * math.sin(angle), 1)) for angle in angles]


def _line(line: Line) -> str:
    return f'<line x1="{line.x1}" y1="{line.y1}" x2="{line.x2}" y2="{line.y2}" stroke="{FAINT}"/>'


def _text(text: Text) -> str:
    weight = ' font-weight="700"' if text.bold else ""
    anchor = f' text-anchor="{text.anchor}"' if text.anchor != "start" else ""
    place = f'x="{text.x}" y="{text.y}" font-size="{text.size}"'
    return f'<text {place} fill="{INK}"{weight}{anchor}>{escape(text.text)}</text>'


def mark_svg(mark: Mark, link: str | None = None) -> str:
    """Return a mark as a shape of SVG; see `svg_text` for `link`."""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners(mark))
    name, place = ("polygon", f'points="{points}"') if points else ("circle", _round(mark))
    style = f'fill="{mark.colour}" stroke="{INK}"'
    shape = f"<{name} {place} {style}><title>{escape(mark.title)}</title></{name}>"
    return f'<a href="{escape(link.format(number=mark.number))}">{shape}</a>' if link else shape


def _round(mark: Mark) -> str:
    return f'cx="{mark.x}" cy="{mark.y:.1f}" r="{mark.radius}"'
