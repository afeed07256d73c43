"""One Answer as one Telegram message: its text, and entities whose offsets count UTF-16 units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from telegram import MessageEntity
from telegram.constants import MessageEntityType, MessageLimit

from bot import texts
from bot.rendering import citation_line, speakers_line, summary_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retrieval.answer import Answer, Citation, Hit, Span

MOST_PASSAGES: Final = 3
MOST_COPIES: Final = 2
LONG_PASSAGE: Final = 700

# Together these leave at least 1,500 of the 4,096 units to the passage, however long titles and questions are.
LONGEST_LINE: Final = 600
LONGEST_TITLE: Final = 200
LONGEST_NAME: Final = 100

_SENTENCE_END: Final = re.compile(r"[.!?…؟]+[\"'”’»)\]]*(?=\s)|[。！？]+[”’」』）]*")
_ELLIPSIS: Final = "…"
_JOINER: Final = "\N{ZERO WIDTH JOINER}"


class Marked(NamedTuple):
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


def message_for(answer: Answer) -> Marked:
    """Return an answer as one message that Telegram accepts: the best passages, as many as fit whole."""
    parts = _head(answer)
    hits = (answer.hits or answer.nearest)[:MOST_PASSAGES]
    for hit in hits:
        block = passage(hit)
        if block.units <= _room(parts):
            parts.append(block)
        elif hit is hits[0]:
            parts.append(_cut_passage(hit, _room(parts)))
    return _joined("\n\n", parts or [Marked(texts.NOTHING)])


def passage(hit: Hit, span: Span | None = None) -> Marked:
    """Return a hit as a block quotation, verbatim, followed by who speaks and where it stands.

    Args:
        hit: the passage.
        span: the code points of the passage to quote, where it cannot be quoted whole.
    """
    start, end = span or (0, len(hit.text))
    before = [Marked(_ELLIPSIS)] if start > 0 else []
    after = [Marked(_ELLIPSIS)] if end < len(hit.text) else []
    return _joined("\n", [*before, _quotation(hit, start, end), *after, *_attribution(hit)])


def excerpt(hit: Hit, room: int) -> Span:
    """Return which code points of a passage to quote in so much room: whole sentences, with the words that answer.

    Args:
        hit: the passage.
        room: UTF-16 units to fill at most.
    """
    start = 0
    if hit.highlights and hit.highlights[0][1] > _reach(hit.text, 0, room):
        start = _sentence_start(hit.text, hit.highlights[0][0])
        if hit.highlights[0][0] >= _reach(hit.text, start, room):
            start = hit.highlights[0][0]
    return start, _last_stop(hit.text, start, _reach(hit.text, start, room))


def shortened(text: str, room: int) -> str:
    """Return a text in at most so many UTF-16 units, with an ellipsis where something is left out.

    >>> shortened("Council votes to close the pier", 20)
    'Council votes to…'
    """
    if units(text) <= room:
        return text
    return text[: _last_stop(text, 0, _reach(text, 0, room - 1), sentences=False)].rstrip() + _ELLIPSIS


def _head(answer: Answer) -> list[Marked]:
    parts = []
    if summary := summary_line(answer):
        parts.append(Marked(shortened(summary, LONGEST_LINE)))
    if answer.standalone.strip() != answer.question.strip():
        parts.append(_italic(f"→ {shortened(answer.standalone, LONGEST_LINE)}"))
    if answer.nearest and not answer.hits:
        parts.append(Marked(texts.NEAREST))
    return parts


def _cut_passage(hit: Hit, room: int) -> Marked:
    around = _joined("\n", [Marked(_ELLIPSIS), Marked(""), Marked(_ELLIPSIS), *_attribution(hit)])
    return passage(hit, excerpt(hit, room - around.units))


def _quotation(hit: Hit, start: int, end: int) -> Marked:
    quoted = hit.text[start:end]
    long = units(quoted) > LONG_PASSAGE
    block = MessageEntityType.EXPANDABLE_BLOCKQUOTE if long else MessageEntityType.BLOCKQUOTE
    bold = (
        MessageEntity(MessageEntityType.BOLD, max(first, start) - start, min(last, end) - max(first, start))
        for first, last in hit.highlights
        if max(first, start) < min(last, end)
    )
    entities = [MessageEntity(block, 0, len(quoted)), *bold]
    return Marked(quoted, MessageEntity.adjust_message_entities_to_utf_16(quoted, entities))


def _attribution(hit: Hit) -> list[Marked]:
    speakers = speakers_line(hit)
    copies = [_cited(copy.citation, "also in ") for copy in islice(hit.also, MOST_COPIES)]
    if more := len(hit.also) - len(copies):
        copies.append(_italic(f"and in {more} more"))
    return [*([Marked(f"— {shortened(speakers, LONGEST_NAME)}")] if speakers else []), _cited(hit.citation), *copies]


def _cited(citation: Citation, before: str = "") -> Marked:
    brief = replace(
        citation,
        title=shortened(citation.title, LONGEST_TITLE),
        outlet=citation.outlet and shortened(citation.outlet, LONGEST_NAME),
        source=shortened(citation.source, LONGEST_NAME),
    )
    line = citation_line(brief)
    entities = [MessageEntity(MessageEntityType.ITALIC, 0, units(before + line))]
    if _is_web_address(citation.url):
        entities.append(MessageEntity(MessageEntityType.TEXT_LINK, units(before), units(line), url=citation.url))
    return Marked(before + line, entities)


def _is_web_address(url: str | None) -> bool:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _italic(text: str) -> Marked:
    return Marked(text, [MessageEntity(MessageEntityType.ITALIC, 0, units(text))])


def _room(parts: Sequence[Marked]) -> int:
    return MessageLimit.MAX_TEXT_LENGTH - _joined("\n\n", [*parts, Marked("")]).units


def _joined(separator: str, parts: Iterable[Marked]) -> Marked:
    pieces: list[Marked] = []
    for part in parts:
        pieces += [Marked(separator), part] if pieces else [part]
    return Marked(*MessageEntity.concatenate(*pieces))


def _reach(text: str, start: int, room: int) -> int:
    fitting = text[start : start + room].encode("utf-16-le")[: 2 * room]
    return start + len(fitting.decode("utf-16-le", "ignore"))


def _sentence_start(text: str, position: int) -> int:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, position)]
    start = ends[-1] if ends else 0
    return start + len(text[start:]) - len(text[start:].lstrip())


def _last_stop(text: str, start: int, limit: int, *, sentences: bool = True) -> int:
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
