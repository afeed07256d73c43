"""A chat as SVG: bubbles with wrapped, styled text, block quotations, and buttons below.

Nothing of a font is embedded. Lines are wrapped by the widths of Verdana and DejaVu Sans, which are about the same and
among the widest there are: where a machine has neither, lines end earlier, and none runs out of its bubble.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Style = frozenset[str]
"""Of "bold", "italic", "link", "quote"."""

WIDTH: Final = 500
SIZE: Final = 13.0
LEADING: Final = 19.0
MARGIN: Final = 12.0
PADDING: Final = 10.0
WIDEST: Final = 424.0
"""The text of a bubble; pixels, like all lengths here."""

FONT: Final = "Verdana, 'DejaVu Sans', Geneva, sans-serif"
BACKGROUND, FRAME = "#d5e3ea", "#9fb4bf"
INK, LINK, ACCENT = "#101418", "#1f6fb2", "#3a8fb7"
ASKED, ANSWERED, QUOTED, BUTTON = "#e3f7d0", "#ffffff", "#e9f3f8", "#f4f9fb"

_INDENT: Final = 12.0
_BUTTON: Final = 32.0
_GAP: Final = 6.0
_BOLDER: Final = 1.13
_OTHERS: Final = 0.7

# Of DejaVu Sans, in hundredths of the size.
_WIDTHS: Final = {
    character: width / 100
    for width, characters in {
        28: "'ijl",
        32: "IJ,.‘’",
        35: " /:;\\|-f",
        40: "!()[]t‹›",
        42: "r",
        46: '"',
        52: "sz“”*_`–",
        55: "?cL",
        59: "FkPvxy",
        62: "TYaeo",
        64: "$0123456789ESbdghnpqu{}",
        68: "KABVXZ",
        75: "CRNUH",
        79: "&DGOQ",
        83: "w#+<=>^~→",
        87: "M",
        98: "%Wm",
        100: "@—…",
    }.items()
    for character in characters
}


class Letter(NamedTuple):
    """A character and how it is set."""

    character: str
    style: Style = frozenset()

    @property
    def width(self) -> float:
        """Pixels from its left edge to that of the next one."""
        return SIZE * _WIDTHS.get(self.character, _OTHERS) * (_BOLDER if "bold" in self.style else 1)


@dataclass(frozen=True)
class Bubble:
    r"""A message.

    Attributes:
        letters: its text, with "\n" at the end of each paragraph but the last.
        asked: whether it is of whoever asks, and stands on the right.
        buttons: the labels below it, row by row.
    """

    letters: Sequence[Letter]
    asked: bool = False
    buttons: Sequence[Sequence[str]] = ()


class _Line(NamedTuple):
    letters: list[Letter]
    quoted: bool

    @property
    def width(self) -> float:
        return sum(letter.width for letter in self.letters)


def svg_text(bubbles: Iterable[Bubble], title: str, description: str) -> str:
    """Return a chat as SVG.

    Args:
        bubbles: the messages, in order.
        title: what the picture shows.
        description: the same for those who do not see it, in full.
    """
    parts: list[str] = []
    bottom = MARGIN
    for bubble in bubbles:
        drawn, bottom = _bubble(bubble, bottom)
        parts += drawn
        bottom += MARGIN
    height = round(bottom)
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    named = f'role="img" aria-labelledby="chat-title chat-text" font-family="{FONT}" font-size="{SIZE:g}"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {named}>',
        f'<title id="chat-title">{escape(title)}</title>',
        f'<desc id="chat-text">{escape(description)}</desc>',
        _box(0.5, 0.5, WIDTH - 1, height - 1, BACKGROUND, radius=10, stroke=FRAME),
    ]
    return "\n".join([*head, *parts, "</svg>"]) + "\n"


def wrapped(letters: Sequence[Letter], room: float) -> list[list[Letter]]:
    """Return a paragraph in lines that are no wider than there is room, broken at spaces; a longer word stands out."""
    lines: list[list[Letter]] = [[]]
    for word in _words(letters):
        if lines[-1] and _width(lines[-1]) + _width(_stripped(word)) > room:
            lines.append([])
        lines[-1] += word
    return [_stripped(line) for line in lines]


def _words(letters: Sequence[Letter]) -> list[list[Letter]]:
    """Return words, each with the spaces behind it."""
    words: list[list[Letter]] = [[]]
    for before, letter in zip([Letter(""), *letters], letters, strict=False):
        if before.character == " " and letter.character != " ":
            words.append([])
        words[-1].append(letter)
    return words


def _stripped(letters: list[Letter]) -> list[Letter]:
    end = len(letters)
    while end and letters[end - 1].character == " ":
        end -= 1
    return letters[:end]


def _width(letters: Iterable[Letter]) -> float:
    return sum(letter.width for letter in letters)


def _lines(letters: Sequence[Letter]) -> list[_Line]:
    lines = []
    paragraph: list[Letter] = []
    for letter in [*letters, Letter("\n")]:
        if letter.character != "\n":
            paragraph.append(letter)
            continue
        quoted = any("quote" in one.style for one in paragraph)
        lines += [_Line(line, quoted) for line in wrapped(paragraph, WIDEST - (2 * _INDENT if quoted else 0))]
        paragraph = []
    return lines


def _bubble(bubble: Bubble, top: float) -> tuple[list[str], float]:
    """Return a message drawn below a line, and where it ends."""
    lines = _lines(bubble.letters)
    inner = max(line.width for line in lines) if bubble.asked else WIDEST
    width, height = inner + 2 * PADDING, len(lines) * LEADING + 2 * PADDING
    left = WIDTH - MARGIN - width if bubble.asked else MARGIN
    parts = [_box(left, top, width, height, ASKED if bubble.asked else ANSWERED, radius=10)]
    parts += _quotations(lines, left + PADDING, top + PADDING)
    for number, line in enumerate(lines):
        if line.letters:
            indent = _INDENT if line.quoted else 0
            parts.append(_text(line.letters, left + PADDING + indent, top + PADDING + (number + 0.74) * LEADING))
    bottom = top + height
    for row in bubble.buttons:
        parts += _row(row, left, bottom + _GAP, width)
        bottom += _GAP + _BUTTON
    return parts, bottom


def _quotations(lines: Sequence[_Line], left: float, top: float) -> list[str]:
    parts = []
    for quoted, group in groupby(enumerate(lines), key=lambda numbered: numbered[1].quoted):
        numbers = [number for number, _ in group]
        if quoted:
            start, height = top + numbers[0] * LEADING, len(numbers) * LEADING
            parts += [_box(left, start, WIDEST, height, QUOTED, radius=4), _box(left, start, 3, height, ACCENT)]
    return parts


def _row(labels: Sequence[str], left: float, top: float, width: float) -> list[str]:
    parts = []
    each = (width - _GAP * (len(labels) - 1)) / len(labels)
    for number, label in enumerate(labels):
        letters = [Letter(character) for character in label]
        start = left + number * (each + _GAP)
        parts.append(_box(start, top, each, _BUTTON, BUTTON, radius=8, stroke=FRAME))
        parts.append(_text(letters, start + each / 2, top + _BUTTON / 2 + 0.35 * SIZE, centred=True))
    return parts


def _box(x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0, stroke: str = "") -> str:
    corners = f' rx="{radius:g}"' if radius else ""
    edge = f' stroke="{stroke}"' if stroke else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"{corners} fill="{fill}"{edge}/>'


def _text(letters: Sequence[Letter], x: float, y: float, *, centred: bool = False) -> str:
    runs = [
        (style, "".join(letter.character for letter in run))
        for style, run in groupby(letters, key=lambda letter: letter.style - {"quote"})
    ]
    spans = "".join(f"<tspan{_look(style)}>{escape(text)}</tspan>" for style, text in runs)
    place = f'x="{x:.1f}" y="{y:.1f}"' + (' text-anchor="middle"' if centred else "")
    return f'<text {place} xml:space="preserve" fill="{INK}">{spans}</text>'


def _look(style: Style) -> str:
    looks = {"bold": ' font-weight="700"', "italic": ' font-style="italic"', "link": f' fill="{LINK}"'}
    return "".join(look for name, look in looks.items() if name in style)
