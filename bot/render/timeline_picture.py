"""The timeline of a speaker as a picture, SVG or PNG: topics as rows, a mark for each statement.

What is drawn stands here as shapes at places, in pixels from the upper left corner; `svg_text` and `png_bytes`
draw them. A topic is told by its row, its label, the shape of its marks and their colour, so that the colour is never
needed. The colours are those of Okabe and Ito, Color Universal Design (2008), in which the colour-blind can tell them
apart.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Literal

from bot.render.messages import long_date
from bot.render.text import printable

if TYPE_CHECKING:
    from PIL import ImageDraw

    from retrieval.newsroom.timeline import Entry, Timeline, Topic


Shape = Literal["circle", "square", "triangle", "diamond", "cross", "wedge", "hexagon", "bar"]
SHAPES: Final[tuple[Shape, ...]] = ("circle", "square", "triangle", "diamond", "cross", "wedge", "hexagon", "bar")
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#999999")
INK: Final = "#1a1a1a"
PAPER: Final = "#ffffff"
FAINT: Final = "#d9d9d9"

WIDTH: Final = 1000
LABELS: Final = 250
MARGIN: Final = 30
HEAD: Final = 92
ROW: Final = 74
FOOT: Final = 66
RADIUS: Final = 7.0
LARGEST: Final = 11.0
LABEL_LETTERS: Final = 26
TITLE_LETTERS: Final = 64
FEWEST_TICKS_APART: Final = (1, 2, 7, 14)
MONTHS_APART: Final = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 24000)
A_YEAR: Final = 12
MOST_TICKS: Final = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """A statement: its place, how large, in which shape and colour, what it is for whoever points at it, its number."""

    x: float
    y: float
    radius: float
    shape: Shape
    colour: str
    title: str
    number: int


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text at the left end, the middle or the right end of which its place is, on its base line."""

    x: float
    y: float
    text: str
    size: int
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Stroke:
    """A thin straight line."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its size, what it shows in a few words and in a sentence or two, and what is drawn, in that order."""

    width: int
    height: int
    title: str
    description: str
    lines: tuple[Stroke, ...]
    texts: tuple[Text, ...]
    marks: tuple[Mark, ...]


def draw_timeline(timeline: Timeline) -> Picture:
    """Return the picture of a record. Statements of articles without a date are counted, not drawn."""
    height = HEAD + ROW * max(len(timeline.topics), 1) + FOOT
    days = timeline.days
    numbers = {id(entry): number for number, entry in enumerate(timeline.entries, 1)}
    texts, lines = list(_head(timeline)), list[Stroke]()
    marks: list[Mark] = []
    span = _span(*map(date.fromisoformat, days)) if days else None
    if span:
        for day, label in ticks(*span):
            x = _x(day, span)
            lines.append(Stroke(x, HEAD - 8, x, height - FOOT + 8))
            texts.append(Text(x, height - FOOT + 28, label, 15, "middle"))
    for row, topic in enumerate(timeline.topics):
        middle = HEAD + ROW * row + ROW / 2
        lines.append(Stroke(MARGIN, middle + ROW / 2, WIDTH - MARGIN, middle + ROW / 2))
        texts += _label(topic, middle)
        marks += _marks(topic, row, middle, span, numbers) if span else []
    texts.append(Text(MARGIN, height - 12, "A larger mark: printed by more outlets.", 14))
    return Picture(
        WIDTH, height, f"The record of {printable(timeline.speaker)}", describe(timeline), tuple(lines), tuple(texts),
        tuple(marks),
    )  # fmt: skip


def describe(timeline: Timeline) -> str:
    """Return what a picture shows, for whoever cannot see it."""
    rows = "; ".join(
        f"{printable(topic.label)}: {_count(len(topic.entries), 'statement')}{_when(topic.entries)}"
        for topic in timeline.topics
    )
    undated = sum(entry.date is None for entry in timeline.entries)
    more = f" {_count(undated, 'statement')} without a date." if undated else ""
    return f"{summary(timeline)}. By topic: {rows}.{more}" if rows else f"{summary(timeline)}."


def summary(timeline: Timeline) -> str:
    """Return how much is on record, in how many outlets, from when to when."""
    counts = [_count(len(timeline.entries), "statement"), _count(len(timeline.outlets), "outlet")]
    return f"{' in '.join(counts)}{_period(timeline.days)}"


def ticks(first: date, last: date) -> list[tuple[date, str]]:
    """Return the days to name on an axis, at most nine, evenly apart in the calendar, each with its name.

    >>> [name for _, name in ticks(date(2031, 1, 14), date(2032, 4, 12))]
    ['Feb 2031', 'Apr', 'Jun', 'Aug', 'Oct', 'Dec', 'Feb 2032', 'Apr']
    """
    length = (last - first).days
    for step in FEWEST_TICKS_APART:
        if length / step <= MOST_TICKS:
            days = (first + timedelta(at) for at in range(0, length + 1, step))
            return [(day, f"{day.day} {day:%b}" + (f" {day.year}" if day == first else "")) for day in days]
    begin = first.year * 12 + first.month - 1 + (first.day > 1)
    months = range(begin, last.year * 12 + last.month)
    step = next(step for step in MONTHS_APART if len(months) / step <= MOST_TICKS)
    phase = begin % step if step < A_YEAR else 0
    chosen = [date(month // 12, month % 12 + 1, 1) for month in months if month % step == phase]
    named, year = [], None
    for day in chosen:
        name = f"{day:%b %Y}" if day.year != year else f"{day:%b}"
        named.append((day, str(day.year) if step >= A_YEAR else name))
        year = day.year
    return named


def _head(timeline: Timeline) -> Iterator[Text]:
    about = f" on {printable(timeline.about)}" if timeline.about else ""
    title = textwrap.shorten(f"{printable(timeline.speaker)}{about}: on the record", TITLE_LETTERS, placeholder=" …")
    yield Text(MARGIN, 42, title, 26, bold=True)
    yield Text(MARGIN, 68, summary(timeline), 16)


def _label(topic: Topic, middle: float) -> Iterator[Text]:
    lines = textwrap.wrap(printable(topic.label), LABEL_LETTERS, max_lines=2, placeholder=" …") or [""]
    top = middle - 10 * len(lines) + 5
    for number, line in enumerate(lines):
        yield Text(MARGIN, top + 20 * number, line, 16, bold=True)
    yield Text(MARGIN, top + 20 * len(lines), _count(len(topic.entries), "statement"), 14)


def _marks(topic: Topic, row: int, middle: float, span: tuple[date, date], numbers: dict[int, int]) -> Iterator[Mark]:
    """Yield the marks of a row; those that would lie on each other one above the other."""
    places = [round(_x(date.fromisoformat(one.date), span) / (2 * RADIUS)) for one in topic.entries if one.date]
    fullest = max(Counter(places).values(), default=1)
    step = min(2 * RADIUS, (ROW - 2 * RADIUS - 4) / max(fullest - 1, 1))
    taken: Counter[int] = Counter()
    shape, colour = SHAPES[row % len(SHAPES)], COLOURS[row % len(COLOURS)]
    for place, entry in zip(places, (one for one in topic.entries if one.date), strict=True):
        assert entry.date is not None
        level = taken[place] - (Counter(places)[place] - 1) / 2
        taken[place] += 1
        radius = min(LARGEST, RADIUS + 2 * (len(entry.outlets) - 1))
        x, y = _x(date.fromisoformat(entry.date), span), round(middle + level * step, 1)
        yield Mark(x, y, radius, shape, colour, _title(entry), numbers[id(entry)])


def _title(entry: Entry) -> str:
    """Return a statement in a line: when, what, where."""
    day = long_date(entry.date) if entry.date else "no date"
    words = textwrap.shorten(printable(entry.words), 120, placeholder=" …")
    return f"{day}: {words} ({', '.join(map(printable, entry.outlets))})"


def _span(first: date, last: date) -> tuple[date, date]:
    """Return the days that the picture begins and ends with: at least a week."""
    wanted = max(0, 7 - (last - first).days)
    earliest = max(date.min.toordinal(), first.toordinal() - wanted // 2)
    return date.fromordinal(earliest), date.fromordinal(
        min(date.max.toordinal(), last.toordinal() + wanted - wanted // 2)
    )


def _x(day: date, span: tuple[date, date]) -> float:
    first, last = span
    left, right = MARGIN + LABELS + LARGEST, WIDTH - MARGIN - LARGEST
    return round(left + (right - left) * (day - first).days / (last - first).days, 1)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _when(entries: Sequence[Entry]) -> str:
    dates = [entry.date for entry in entries if entry.date]
    return _period((min(dates), max(dates)) if dates else None)


def _period(days: tuple[str, str] | None) -> str:
    if days is None:
        return ""
    first, last = map(long_date, days)
    return f", {first}" if first == last else f", {first} to {last}"


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


def _line(line: Stroke) -> str:
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


SCALE = 2
"""How many pixels one of the picture's is: enough for a phone held close."""

PALETTE_SIZE = 64
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
    image.quantize(PALETTE_SIZE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw(draw: ImageDraw.ImageDraw, mark: Mark) -> None:
    if points := corners(mark):
        draw.polygon([(SCALE * x, SCALE * y) for x, y in points], mark.colour, INK, SCALE)
        return
    draw.circle((SCALE * mark.x, SCALE * mark.y), SCALE * mark.radius, mark.colour, INK, SCALE)
