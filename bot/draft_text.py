"""How an article that was sent is shown before it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram.constants import MessageEntityType

from bot.entities import LONGEST_NAME, LONGEST_TITLE
from bot.marked import Marked, joined, shortened, styled
from bot.rendering import long_date, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.newsroom_texts import NewsroomTexts
    from bot.understood import Understood

LONGEST_REASON: Final = 200
LONGEST_LISTED: Final = 60
_ENGLISH: Final = "en"


def draft_message(read: Understood, texts: NewsroomTexts) -> Marked:
    """Return how an article was understood: title, outlet, day, how many paragraphs and quotations, who is quoted."""
    heading = styled(_brief(read.title, LONGEST_TITLE), MessageEntityType.BOLD)
    told = "\n".join(_told(read, texts))
    heard = [_heard(speaker.speaker, speaker.count, speaker.words, texts) for speaker in read.heard]
    notes = list(_notes(read, texts))
    parts = [joined("\n", [heading, Marked(told)]), *map(Marked, filter(None, ["\n".join(heard), "\n".join(notes)]))]
    return joined("\n\n", [*parts, Marked(texts.understood)])


def _told(read: Understood, texts: NewsroomTexts) -> Iterator[str]:
    day = texts.read_no_day
    if read.date:
        day = texts.read_day.format(day=long_date(read.date), origin=read.date_from or "")
    yield texts.read_origin.format(outlet=_brief(read.outlet, LONGEST_NAME), day=day) if read.outlet else day
    if read.byline:
        yield _brief(read.byline, LONGEST_NAME)
    if read.url:
        yield _brief(read.url, LONGEST_TITLE)
    yield texts.read_counts.format(paragraphs=len(read.paragraphs), quotations=read.quotations)


def _heard(speaker: str | None, count: int, words: str, texts: NewsroomTexts) -> str:
    name = _brief(speaker, LONGEST_NAME) if speaker else texts.nobody_named
    return texts.quoted.format(speaker=name, count=count, words=_brief(words, LONGEST_NAME))


def _notes(read: Understood, texts: NewsroomTexts) -> Iterator[str]:
    if read.language not in (None, _ENGLISH):
        yield texts.read_language.format(language=read.language)
    if read.count > 1:
        yield texts.read_several.format(count=read.count)
        yield from (f"• {_brief(title, LONGEST_LISTED)}" for title in read.titles)
    yield from (texts.read_unread.format(reason=_brief(reason, LONGEST_REASON)) for reason in read.unread[:3])


def _brief(text: str, room: int) -> str:
    return shortened(printable(" ".join(text.split())), room)
