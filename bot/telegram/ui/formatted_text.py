"""Text with formatting as Telegram counts it, in UTF-16 units, and where such text may be cut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telegram import MessageEntity
from telegram.constants import MessageEntityType

if TYPE_CHECKING:
    from collections.abc import Iterable

ELLIPSIS: Final = "…"

_SENTENCE_END: Final = re.compile(r"[.!?…؟]+[\"'”’»)\]]*(?=\s)|[。！？]+[”’」』）]*")
_JOINER: Final = "\N{ZERO WIDTH JOINER}"


@dataclass(frozen=True)
class FormattedText:
    """A text with its formatting, ready for `send_message`."""

    text: str
    entities: Sequence[MessageEntity] = ()

    @property
    def units(self) -> int:
        """Length as Telegram counts it."""
        return units(self.text)


def units(text: str) -> int:
    """Return how many UTF-16 units a text takes.

    >>> units("naïve 🙂")
    8
    """
    return len(text.encode("utf-16-le")) // 2


def joined(separator: str, parts: Iterable[FormattedText]) -> FormattedText:
    """Return texts one after the other, with something between them."""
    pieces: list[tuple[str, Sequence[MessageEntity]]] = []
    for part in parts:
        pieces += [(separator, ()), (part.text, part.entities)] if pieces else [(part.text, part.entities)]
    return FormattedText(*MessageEntity.concatenate(*pieces))


def styled(text: str, style: MessageEntityType) -> FormattedText:
    """Return a text that is all in one style."""
    return FormattedText(text, [MessageEntity(style, 0, units(text))])


def shortened(text: str, room: int) -> str:
    """Return a text in at most so many UTF-16 units, with an ellipsis where something is left out.

    >>> shortened("Council votes to close the pier", 20)
    'Council votes to…'
    """
    if units(text) <= room:
        return text
    return text[: last_stop(text, 0, reach(text, 0, room - 1), sentences=False)].rstrip() + ELLIPSIS


def reach(text: str, start: int, room: int) -> int:
    """Return how far, in code points, so many UTF-16 units reach from a position."""
    fitting = text[start : start + room].encode("utf-16-le")[: 2 * room]
    return start + len(fitting.decode("utf-16-le", "ignore"))


def sentence_start(text: str, position: int) -> int:
    """Return where the sentence around a position begins."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, position)]
    start = ends[-1] if ends else 0
    return start + len(text[start:]) - len(text[start:].lstrip())


def last_stop(text: str, start: int, limit: int, *, sentences: bool = True) -> int:
    """Return where to cut a text at the latest: after a sentence, else between words, else between characters."""
    if limit >= len(text):
        return len(text)
    stops = [match.end() for match in _SENTENCE_END.finditer(text, start) if match.end() <= limit] if sentences else []
    if not stops:
        stops = [match.start() for match in re.finditer(r"(?<=\S)\s", text[start : limit + 1])]
        stops = [start + stop for stop in stops]
    return stops[-1] if stops else _between_characters(text, start, limit)


def _between_characters(text: str, start: int, limit: int) -> int:
    for cut in range(limit, start, -1):
        belongs = unicodedata.category(text[cut]).startswith("M") or _JOINER in text[cut - 1 : cut + 1]
        if not belongs:
            return cut
    return limit
