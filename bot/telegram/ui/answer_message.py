"""One Answer, or what stands around a passage, as Telegram messages: text, and entities that count UTF-16 units."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from telegram import MessageEntity
from telegram.constants import MessageEntityType, MessageLimit

from bot.render.text import PlainView, citation_line, origin_parts, printable, same_passage, speakers_line, summary_line
from bot.telegram.ui.formatted_text import (
    ELLIPSIS,
    FormattedText,
    joined,
    last_stop,
    reach,
    sentence_start,
    shortened,
    styled,
    units,
)
from bot.telegram.ui.texts import ENGLISH, Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.core.article import Span
    from retrieval.core.answer import Answer, Citation, Hit


MOST_PASSAGES: Final = 3
MOST_COPIES: Final = 2
LONG_PASSAGE: Final = 700

# Together these leave at least 1,500 of the 4,096 units to the passage, however long titles and questions are.
LONGEST_LINE: Final = 600
LONGEST_TITLE: Final = 200
LONGEST_NAME: Final = 100

LONGEST_CITED_TITLE: Final = 60
"""More is three lines of a phone under every passage; the whole article has its title in full."""


@dataclass(frozen=True)
class Message(FormattedText):
    """A message with passages, and which they are.

    Attributes:
        shown: the positions among the hits of those that the message quotes, in order; they are numbered from 1.
        left: which code points of the first of them are left out, where it does not fit whole.
    """

    shown: tuple[int, ...] = ()
    left: tuple[Span, ...] = ()


def message_for(answer: Answer, texts: Texts = ENGLISH, room: int = MessageLimit.MAX_TEXT_LENGTH) -> Message:
    """Return an answer as one message that Telegram accepts: the best passages, as many as fit whole.

    Args:
        answer: the answer.
        texts: the language of what is said about it.
        room: UTF-16 units to fill at most, 2,000 or more.
    """
    parts = _head(answer, texts)
    hits = (answer.hits or answer.nearest)[:MOST_PASSAGES]
    shown: list[int] = []
    left: tuple[Span, ...] = ()
    for position, hit in enumerate(hits):
        number = len(shown) + 1 if len(hits) > 1 else None
        block = passage(hit, texts=texts, number=number)
        if block.units > (left_over := room - _taken(parts)):
            if position > 0:
                continue
            start, end = excerpt(hit, left_over - _around(hit, texts, number))
            left = _parts(hit.text, (0, start), (end, len(hit.text)))
            block = passage(hit, (start, end), texts=texts, number=number)
        parts.append(block)
        shown.append(position)
    whole = joined("\n\n", parts or [FormattedText(texts.nothing)])
    return Message(whole.text, whole.entities, tuple(shown), left)


def part_of(hit: Hit, start: int, stop: int, texts: Texts = ENGLISH) -> Message:
    """Return a part of a passage, from one code point to another, as one message; as much of it as fits."""
    start += len(hit.text[start:stop]) - len(hit.text[start:stop].lstrip())
    room = MessageLimit.MAX_TEXT_LENGTH - _around(hit, texts, None)
    end = min(stop, last_stop(hit.text, start, reach(hit.text, start, room)))
    part = passage(hit, (start, end), texts=texts)
    return Message(part.text, part.entities, (0,), _parts(hit.text, (end, stop)))


def passage(hit: Hit, span: Span | None = None, *, texts: Texts = ENGLISH, number: int | None = None) -> FormattedText:
    """Return a hit as a block quotation, verbatim, followed by who speaks and where it stands.

    Args:
        hit: the passage.
        span: the code points of the passage to quote, where it cannot be quoted whole.
        texts: the language of what is said about it.
        number: what it is called by, if it has to be told from others.
    """
    start, end = span or (0, len(hit.text))
    before = [FormattedText(ELLIPSIS)] if start > 0 else []
    after = [FormattedText(ELLIPSIS)] if end < len(hit.text) else []
    return joined("\n", [*before, quotation(hit, start, end), *after, *_attribution(hit, texts, number)])


def excerpt(hit: Hit, room: int) -> Span:
    """Return which code points of a passage to quote in so much room: whole sentences, with the words that answer.

    Args:
        hit: the passage.
        room: UTF-16 units to fill at most.
    """
    first, last = hit.highlights[0] if hit.highlights else (0, 0)
    starts = (0, last), (sentence_start(hit.text, first), first + 1), (first, first)
    for start, needed in starts:
        end = last_stop(hit.text, start, reach(hit.text, start, room))
        if end >= needed:
            break
    return start, end


def quotation(hit: Hit, start: int, end: int) -> FormattedText:
    """Return code points of a passage as a block quotation, which can be folded where it is long."""
    quoted = hit.text[start:end]
    long = units(quoted) > LONG_PASSAGE
    block = MessageEntityType.EXPANDABLE_BLOCKQUOTE if long else MessageEntityType.BLOCKQUOTE
    bold = (
        MessageEntity(MessageEntityType.BOLD, max(first, start) - start, min(last, end) - max(first, start))
        for first, last in hit.highlights
        if max(first, start) < min(last, end)
    )
    entities = [MessageEntity(block, 0, len(quoted)), *bold]
    return FormattedText(quoted, MessageEntity.adjust_message_entities_to_utf_16(quoted, entities))


def cited(citation: Citation, before: str = "") -> FormattedText:
    """Return where something stands, linked to the original where there is one.

    Args:
        citation: where it stands.
        before: words of our own before it, which are no part of the link.
    """
    line = citation_line(replace(brief(citation), title=shortened(citation.title, LONGEST_CITED_TITLE)))
    entities = [MessageEntity(MessageEntityType.ITALIC, 0, units(before + line))]
    if _is_web_address(citation.url):
        entities.append(MessageEntity(MessageEntityType.TEXT_LINK, units(before), units(line), url=citation.url))
    return FormattedText(before + line, entities)


def brief(citation: Citation) -> Citation:
    """Return a citation whose parts are no longer than a message has room for."""
    return replace(
        citation,
        title=shortened(citation.title, LONGEST_TITLE),
        outlet=citation.outlet and shortened(citation.outlet, LONGEST_NAME),
        source=shortened(citation.source, LONGEST_NAME),
    )


def _head(answer: Answer, texts: Texts) -> list[FormattedText]:
    parts = []
    if summary := summary_line(answer):
        parts.append(FormattedText(shortened(summary, LONGEST_LINE)))
    if answer.standalone.strip() != answer.question.strip():
        parts.append(styled(f"→ {shortened(answer.standalone, LONGEST_LINE)}", MessageEntityType.ITALIC))
    if answer.nearest and not answer.hits:
        parts.append(FormattedText(texts.nearest))
    return parts


def _parts(text: str, *spans: Span) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in spans if text[start:end].strip())


def _around(hit: Hit, texts: Texts, number: int | None) -> int:
    """Return how many units stand around a passage that is cut at both ends."""
    ellipses = [FormattedText(ELLIPSIS), FormattedText(""), FormattedText(ELLIPSIS)]
    return joined("\n", [*ellipses, *_attribution(hit, texts, number)]).units


def _attribution(hit: Hit, texts: Texts, number: int | None) -> list[FormattedText]:
    speakers = speakers_line(hit)
    copies = [cited(copy.citation, texts.also_in) for copy in islice(hit.also, MOST_COPIES)]
    if more := len(hit.also) - len(copies):
        copies.append(styled(texts.and_in_more.format(count=more), MessageEntityType.ITALIC))
    lines = [FormattedText(f"— {shortened(speakers, LONGEST_NAME)}")] if speakers else []
    return [*lines, cited(hit.citation, f"[{number}] " if number else ""), *copies]


def _is_web_address(url: str | None) -> bool:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _taken(parts: Sequence[FormattedText]) -> int:
    return joined("\n\n", [*parts, FormattedText("")]).units


LONGEST_FILE_NAME: Final = 60
_ROOM: Final = MessageLimit.MAX_TEXT_LENGTH
_NO_FILE_NAME: Final = re.compile(r"[^\w.,’ -]+")


def context_message(hit: Hit, around: Sequence[Hit]) -> FormattedText:
    """Return a passage among its neighbours, each with its paragraph number, as one message.

    Neighbours that do not fit whole are left out, those furthest off first, and an ellipsis stands for them.

    Args:
        hit: the passage.
        around: the neighbours in order, the passage among them.
    """
    speakers = speakers_line(hit)
    end = [*([FormattedText(f"— {shortened(speakers, LONGEST_TITLE)}")] if speakers else []), cited(hit.citation)]
    room = _ROOM - joined("\n", [FormattedText(""), *end]).units - 4 * len(ELLIPSIS) - 8
    first, last = excerpt(hit, room)
    blocks = {hit.paragraph: quotation(hit, first, last)}
    before = [one for one in around if one.paragraph < hit.paragraph]
    after = [one for one in around if one.paragraph > hit.paragraph]
    room -= blocks[hit.paragraph].units
    whole = [first == 0, last == len(hit.text)]
    for side, one in _outwards(before, after):
        block = FormattedText(f"[{one.citation.paragraph}] {one.text}")
        whole[side] = whole[side] and block.units + 2 <= room
        if whole[side]:
            blocks[one.paragraph] = block
            room -= block.units + 2
    shown = [blocks[paragraph] for paragraph in sorted(blocks)]
    left_out = [[] if one else [FormattedText(ELLIPSIS)] for one in whole]
    return joined("\n\n", [*left_out[0], *shown, *left_out[1], joined("\n", end)])


def article_message(passages: Sequence[Hit], hit: Hit | None) -> FormattedText | None:
    """Return a whole article as one message, or None where it does not fit.

    Args:
        passages: of the article, in order.
        hit: the passage to be set off, if it is still there.
    """
    citation = brief(passages[0].citation)
    heading = [styled(citation.title, MessageEntityType.BOLD), FormattedText(", ".join(origin_parts(citation)))]
    paragraphs = (
        quotation(replace(hit, text=one.text), 0, len(one.text))
        if hit and same_passage(one, hit)
        else FormattedText(one.text)
        for one in passages
    )
    message = joined("\n\n", [joined("\n", heading), *paragraphs])
    return message if message.units <= _ROOM else None


def article_file(passages: Sequence[Hit], hit: Hit | None) -> tuple[str, bytes]:
    """Return a whole article as the name and content of a text file: numbered paragraphs, the hit behind a ``>``.

    Args:
        passages: of the article, in order.
        hit: the passage to be marked, if it is still there.
    """
    text = io.StringIO()
    first = passages[0]
    PlainView(text).article(hit or replace(first, paragraph=-1), passages)
    title = _NO_FILE_NAME.sub(" ", printable(first.citation.title))
    name = shortened(" ".join(title.split()), LONGEST_FILE_NAME).strip(" .…") or "article"
    return f"{name}.txt", text.getvalue().encode("utf-8", "replace")


def _outwards(before: Sequence[Hit], after: Sequence[Hit]) -> list[tuple[int, Hit]]:
    """Return neighbours nearest first, those after (1) in turn with those before (0)."""
    pairs = zip_longest(((1, one) for one in after), ((0, one) for one in reversed(before)))
    return [one for one in chain.from_iterable(pairs) if one]
