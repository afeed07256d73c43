"""Lists in pages: what somebody said, who is quoted, what the answers are taken from. Buttons turn pages in place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, NamedTuple, Self
from urllib.parse import urlsplit

from telegram.constants import MessageEntityType
from telegram.error import BadRequest

from bot.render.text import marked, printable, speaker_text
from bot.telegram.handlers.conversation import NotDone
from bot.telegram.state.messages import SentMessage
from bot.telegram.ui.answer_message import LONGEST_NAME, cited
from bot.telegram.ui.formatted_text import ELLIPSIS, FormattedText, joined, shortened, styled
from bot.telegram.ui.keyboards import choice_rows, keyboard, page_row
from retrieval.attribution.listing import SpeakerError

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup

    from bot.telegram.handlers.conversation import Conversation
    from bot.telegram.services import BotEngine
    from bot.telegram.ui.keyboards import Press
    from bot.telegram.ui.texts import Texts
    from retrieval.attribution.listing import Quoted

# Five quotations with citations as long as they can be, or twenty lines, fit into the 4,096 units of a message.
QUOTATIONS_A_PAGE: Final = 5
LONGEST_QUOTATION: Final = 400
LINES_A_PAGE: Final = 20
LONGEST_LISTED: Final = 120
SOURCES_NAMED: Final = 8


@dataclass(frozen=True)
class Page:
    """A page of a list: its text, which page it is, from 0, and how many there are."""

    text: FormattedText
    number: int
    pages: int


async def show_list(talk: Conversation, listing: str, name: str = "") -> None:
    """Send the first page of a list, with buttons for the others; where several bear the name, one for each of them.

    Args:
        talk: the conversation it is asked for in.
        listing: "quotes", "speakers" or "sources".
        name: whose quotations.
    """
    texts, engine = talk.texts, talk.services.engine
    sent = SentMessage(listing=listing, question=name, dialog=await talk.dialog())
    brief = shortened(printable(name), LONGEST_NAME)
    try:
        page = await talk.services.work(lambda: page_of(engine, sent, 0, texts))
    except SpeakerError as error:
        people = error.people
        text = (texts.several if people else texts.nobody).format(name=brief)
        choosing = SentMessage(listing=listing, choices=people, dialog=sent.dialog)
        await talk.show(FormattedText(text), choosing, lambda key: keyboard(choice_rows(key, people)))
        return
    await talk.show(page.text, sent, lambda key: _turning(key, page, texts))


async def turn_page(talk: Conversation, press: Press, sent: SentMessage, message: int) -> None:
    """Put another page of a list in place of the one that a message shows.

    Raises:
        NotDone: whoever was listed is no longer quoted.
        BadRequest: Telegram does not take the page.
    """
    (number,) = press.numbers
    try:
        page = await talk.services.work(lambda: page_of(talk.services.engine, sent, number, talk.texts))
    except SpeakerError:
        raise NotDone(talk.texts.nothing_more) from None
    try:
        await talk.bot.edit_message_text(
            page.text.text,
            talk.place.chat,
            message,
            entities=page.text.entities,
            reply_markup=_turning(press.key, page, talk.texts),
        )
    except BadRequest as error:
        # Pressed twice: the page is there already.
        if "not modified" not in error.message:
            raise


def page_of(engine: BotEngine, sent: SentMessage, number: int, texts: Texts) -> Page:
    """Return a page of a list, the last one where there are fewer.

    Raises:
        SpeakerError: the name is nobody's, or that of several.
    """
    if sent.listing == "quotes":
        return _quotes(list(engine.quotations(sent.question)), sent.question, number, texts)
    if sent.listing == "speakers":
        return _speakers(engine, number, texts)
    return _sources(engine, number, texts)


def _quotes(quoted: Sequence[Quoted], name: str, number: int, texts: Texts) -> Page:
    speaker = next((one.quotation.speaker for one in quoted if one.quotation.speaker), name)
    heading = texts.quotes_heading.format(name=shortened(speaker, LONGEST_NAME), count=len(quoted))
    cut = _Cut.of(number, len(quoted), QUOTATIONS_A_PAGE)
    blocks = map(_quoted, quoted[cut.first : cut.end])
    return cut.page([styled(heading, MessageEntityType.BOLD), *blocks], texts)


def _quoted(one: Quoted) -> FormattedText:
    words = shortened(marked(one.text, one.quotation.kind), LONGEST_QUOTATION)
    return joined("\n", [styled(words, MessageEntityType.BLOCKQUOTE), cited(one.citation)])


def _speakers(engine: BotEngine, number: int, texts: Texts) -> Page:
    total = len(engine.speakers())
    if not total:
        return Page(FormattedText(texts.nobody_quoted), 0, 1)
    cut = _Cut.of(number, total, LINES_A_PAGE)
    summaries = islice(engine.speaker_summaries(), cut.first, cut.end)
    lines = [shortened(speaker_text(one).strip(), LONGEST_LISTED) for one in summaries]
    return cut.page(_listed(texts.speakers_heading.format(count=total), lines), texts)


def _sources(engine: BotEngine, number: int, texts: Texts) -> Page:
    names = list(dict.fromkeys(map(_source_name, engine.sources())))
    more = [ELLIPSIS] if len(names) > SOURCES_NAMED else []
    heading = texts.sources_heading.format(names=", ".join([*names[:SOURCES_NAMED], *more]))
    outlets = list(engine.outlets().items())
    cut = _Cut.of(number, len(outlets), LINES_A_PAGE)
    lines = [
        texts.articles_of.format(outlet=shortened(printable(outlet), LONGEST_NAME), count=count)
        for outlet, count in outlets[cut.first : cut.end]
    ]
    return cut.page(_listed(heading, [texts.outlets_heading, *lines] if lines else []), texts)


def _source_name(source: str) -> str:
    """Return what may be told of a source to anybody: no folders of this machine, no passwords in links."""
    link = urlsplit(source) if source.startswith(("http://", "https://")) else None
    name = f"{link.hostname}{link.path}" if link else PurePath(source).name
    return shortened(printable(name), LONGEST_NAME)


def _listed(heading: str, lines: Sequence[str]) -> list[FormattedText]:
    return [styled(heading, MessageEntityType.BOLD), *([FormattedText("\n".join(lines))] if lines else [])]


class _Cut(NamedTuple):
    """What of a list stands on a page: items [first, end) of so many, and which page of how many, from 0."""

    first: int
    end: int
    total: int
    number: int
    pages: int

    @classmethod
    def of(cls, number: int, total: int, a_page: int) -> Self:
        """Return what stands on a page, on the last one where there are fewer."""
        pages = max(1, -(-total // a_page))
        number = min(number, pages - 1)
        return cls(number * a_page, min((number + 1) * a_page, total), total, number, pages)

    def page(self, parts: Iterable[FormattedText], texts: Texts) -> Page:
        """Return the page; where there are several, it tells below its parts which it is."""
        place = texts.page.format(first=self.first + 1, last=self.end, total=self.total)
        told = [styled(place, MessageEntityType.ITALIC)] if self.pages > 1 else []
        return Page(joined("\n\n", [*parts, *told]), self.number, self.pages)


def _turning(key: int, page: Page, texts: Texts) -> InlineKeyboardMarkup | None:
    return keyboard([page_row(key, page.number, page.pages, texts)])
