"""The picture of a record as PNG, which is what chats show; drawn by Pillow, of the extra `pictures`."""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bot.timeline import FAINT, INK, PAPER, Mark, Picture
from bot.timeline_svg import corners

if TYPE_CHECKING:
    from PIL import ImageDraw

SCALE = 2
"""How many pixels one of the picture's is: enough for a phone held close."""

COLOURS = 64
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def can_draw() -> bool:
    """Tell whether the extra is there."""
    return find_spec("PIL") is not None


def png_bytes(picture: Picture) -> bytes:
    """Return a picture as PNG, with twice as many pixels either way.

    The letters are those of the font that Pillow brings: what the machine has installed does not matter.
    """
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415  (an extra)

    image = Image.new("RGB", (SCALE * picture.width, SCALE * picture.height), PAPER)
    draw = ImageDraw.Draw(image)
    for line in picture.lines:
        draw.line([SCALE * line.x1, SCALE * line.y1, SCALE * line.x2, SCALE * line.y2], FAINT, SCALE)
    for text in picture.texts:
        font = ImageFont.load_default(SCALE * text.size)
        place = (SCALE * text.x, SCALE * text.y)
        draw.text(place, text.text, INK, font, _ANCHORS[text.anchor], stroke_width=0.6 if text.bold else 0)
    for mark in picture.marks:
        _draw(draw, mark)
    file = io.BytesIO()
    image.quantize(COLOURS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw(draw: ImageDraw.ImageDraw, mark: Mark) -> None:
    if points := corners(mark):
        draw.polygon([(SCALE * x, SCALE * y) for x, y in points], mark.colour, INK, SCALE)
        return
    draw.circle((SCALE * mark.x, SCALE * mark.y), SCALE * mark.radius, mark.colour, INK, SCALE)
